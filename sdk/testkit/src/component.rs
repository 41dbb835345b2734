//! The built component as what is tested: it runs in the platform's own runtime, in a process of its own, so that a
//! module's tests need not compile a WebAssembly engine.

use crate::guest::Guest;
use crate::runner::{Call, Said, answer};
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use vzaemo_contract::call::{Failure, Host, Outcome, Request};
use vzaemo_marks::Page;

/// The variable that makes [`TestHost::of`](crate::TestHost::of) run the component in place of the native module.
pub const SWITCH: &str = "VZAEMO_COMPONENT";

/// A module's component from the packages of the repository.
#[derive(Debug)]
pub struct Component {
    folder: PathBuf,
    runner: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Component {
    /// The component of the module in this folder, as `cargo xtask build-modules` has built it. Fails the test when
    /// it, or the program that runs it, is not there.
    pub fn of(folder: &Path) -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let program = repository.join("target/debug/vzaemo-runner");
        let mut runner = Command::new(&program)
            .arg(folder)
            .arg(repository.join("target/packages"))
            .arg(repository.join("target/components"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "failed to start {}: {error}; build it: cargo build -p vzaemo-runner",
                    program.display()
                )
            });
        let (Some(to), Some(from)) = (runner.stdin.take(), runner.stdout.take()) else {
            panic!("the runner has no pipes")
        };
        Component { folder: folder.to_owned(), runner, to, from: BufReader::new(from) }
    }

    fn call<T: DeserializeOwned>(&mut self, mut host: Box<dyn Host>, call: &Call) -> T {
        self.send(&serde_json::to_string(call).unwrap_or_else(|error| panic!("write a call: {error}")));
        loop {
            let mut line = String::new();
            let read = self.from.read_line(&mut line);
            if !read.is_ok_and(|bytes| bytes > 0) {
                let status = self.runner.wait();
                panic!("the runner has ended ({status:?}); what it said stands above");
            }
            let said = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
            match said {
                Said::Ask(import, args) => {
                    let answer = answer(host.as_mut(), &import, args)
                        .unwrap_or_else(|error| panic!("answer `{import}`: {error}"));
                    self.send(&answer.to_string());
                }
                Said::End(result) => {
                    return serde_json::from_value(result)
                        .unwrap_or_else(|error| panic!("read a result: {error}"));
                }
            }
        }
    }

    fn send(&mut self, line: &str) {
        let sent = writeln!(self.to, "{line}").and_then(|()| self.to.flush());
        if let Err(error) = sent {
            let status = self.runner.wait();
            panic!("the runner has ended ({status:?}, {error}); what it said stands above");
        }
    }
}

impl Drop for Component {
    fn drop(&mut self) {
        // It holds nothing worth keeping, and a test that fails must not wait for it.
        let _ = self.runner.kill();
        let _ = self.runner.wait();
    }
}

impl Guest for Component {
    fn folder(&self) -> PathBuf {
        self.folder.clone()
    }
    fn view(&mut self, host: Box<dyn Host>, name: &str, request: &Request) -> Result<Page, Failure> {
        let page: Result<_, Failure> = self.call(host, &Call::View(name.to_owned(), request.clone()));
        page.map(|(text, marks)| Page { text, marks })
    }
    fn act(&mut self, host: Box<dyn Host>, name: &str, request: &Request) -> Result<Outcome, Failure> {
        self.call(host, &Call::Act(name.to_owned(), request.clone()))
    }
    fn job(&mut self, host: Box<dyn Host>, name: &str, args: &str) -> Result<(), Failure> {
        self.call(host, &Call::Job(name.to_owned(), args.to_owned()))
    }
    fn migrate(
        &mut self,
        host: Box<dyn Host>,
        collection: &str,
        version: u32,
        document: &str,
    ) -> Result<String, Failure> {
        self.call(host, &Call::Migrate(collection.to_owned(), version, document.to_owned()))
    }
    fn check(&mut self, host: Box<dyn Host>) -> Vec<String> {
        let said: Result<Vec<String>, Failure> = self.call(host, &Call::Check);
        said.unwrap_or_else(|failure| panic!("the check of the configuration failed: {failure:?}"))
    }
}
