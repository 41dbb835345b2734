//! The program in a process of its own.

use crate::person::{connections, connections_to};
use crate::texts::repository;
use crate::{Packages, Person, Settings};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use url::Url;

/// How long the program may take to start, the compiling of its modules included.
const START: Duration = Duration::from_secs(120);
/// How long something that happens in the background may take on a busy machine.
const BACKGROUND: Duration = Duration::from_secs(60);
/// How often it is looked after.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks again and again until the answer is there; panics with `what` when it does not come in time.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < BACKGROUND, "waited {BACKGROUND:?} in vain: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// `vzaemo serve` with a folder of its own. Killed when dropped; a failing test is followed by its log.
pub struct Platform {
    folder: TempDir,
    settings: Settings,
    packages: Packages,
    seat: Seat,
    base: Url,
    client: reqwest::Client,
    child: Child,
    log: Arc<Mutex<String>>,
}

/// Where a platform is known, and where its program listens.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    /// The name in its address, if it has one that no name server knows.
    pub name: Option<&'static str>,
    /// The address of this machine that the program listens at; the port is that of the platform's address.
    pub listen: IpAddr,
    pub port: u16,
}

impl Seat {
    /// A free port of this machine, which somebody else may take before the program does.
    async fn free() -> Self {
        let listen = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Seat { name: None, listen, port: free_port(listen).await }
    }

    fn base(&self) -> Url {
        let name = self.name.map_or_else(|| self.listen.to_string(), str::to_owned);
        Url::parse(&format!("http://{name}:{}/", self.port)).expect("an address")
    }

    fn client(&self) -> reqwest::Client {
        match self.name {
            None => connections(),
            Some(name) => connections_to(name, SocketAddr::new(self.listen, self.port)),
        }
    }
}

impl Platform {
    /// Starts a platform and waits until its modules serve.
    pub async fn start(settings: Settings) -> Self {
        Platform::start_with(settings, |_| ()).await
    }

    /// The same with more packages than those that were built.
    pub async fn start_with(settings: Settings, add: impl FnOnce(&Packages)) -> Self {
        Platform::seated(settings, None, add).await
    }

    /// The same at a place that was chosen for it.
    pub(crate) async fn seated(
        settings: Settings,
        chosen: Option<Seat>,
        add: impl FnOnce(&Packages),
    ) -> Self {
        let folder = tempfile::tempdir().expect("make a folder for the platform");
        let packages = Packages::copy_to(&folder.path().join("packages"));
        add(&packages);
        let log = Arc::default();
        for _ in 0..3 {
            let seat = match &chosen {
                Some(seat) => seat.clone(),
                None => Seat::free().await,
            };
            let (base, client) = (seat.base(), seat.client());
            std::fs::write(folder.path().join("platform.toml"), settings.text_at(base.as_str()))
                .expect("write platform.toml");
            let mut child = spawn(folder.path(), seat.listen, &log);
            if ready(&client, &base, &mut child).await {
                let platform = Platform { folder, settings, packages, seat, base, client, child, log };
                let refused =
                    platform.log().lines().any(|line| line.contains("the configuration was refused"));
                assert!(!refused, "the platform starts with its configuration");
                return platform;
            }
            let taken = log.lock().expect("the log is whole").contains("listen at");
            assert!(taken, "the platform did not start:\n{}", log.lock().expect("the log is whole"));
        }
        panic!("found no free port");
    }

    /// The address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The folder with `platform.toml`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process, while it runs.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the platform runs")
    }

    /// The connections of the browsers that ask this very node.
    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Its packages.
    pub fn packages(&self) -> &Packages {
        &self.packages
    }

    /// What it has logged so far, over all starts.
    pub fn log(&self) -> String {
        self.log.lock().expect("the log is whole").clone()
    }

    /// Changes `platform.toml`; the platform sees it by itself.
    pub fn configure(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings);
        self.write(&self.settings.text_at(self.base.as_str()));
    }

    /// The text of `platform.toml` as it should be.
    pub fn configuration(&self) -> String {
        self.settings.text_at(self.base.as_str())
    }

    /// The same with a change that is not made.
    pub fn configuration_with(&self, change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = self.settings.clone();
        change(&mut settings);
        settings.text_at(self.base.as_str())
    }

    /// Writes `platform.toml` as an editor does: a new file in place of the old one.
    pub fn write(&self, text: &str) {
        let (fresh, path) = (self.folder().join(".platform.toml.new"), self.folder().join("platform.toml"));
        std::fs::write(&fresh, text).expect("write platform.toml");
        std::fs::rename(&fresh, &path).expect("put platform.toml in place");
    }

    /// What the platform has resolved its configuration to.
    pub fn lock(&self) -> String {
        std::fs::read_to_string(self.folder().join("platform.lock")).unwrap_or_default()
    }

    /// SIGHUP.
    pub async fn reload(&self) {
        self.signal("HUP").await;
    }

    async fn signal(&self, name: &str) {
        let Some(id) = self.child.id() else { panic!("the platform does not run") };
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {id}")).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "send SIG{name}");
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop(&mut self) {
        self.signal("TERM").await;
        let ended = tokio::time::timeout(BACKGROUND, self.child.wait()).await;
        let status = ended.expect("the platform stops when it is told to").expect("it is our child");
        assert!(status.success(), "the platform stopped with {status}");
    }

    /// SIGKILL, and waits for the end.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("kill the platform");
    }

    /// Starts the stopped or killed platform again, on the same port. Whether its modules serve is for the test to see.
    pub async fn restart(&mut self) {
        self.launch();
        assert!(ready(&self.client, &self.base, &mut self.child).await, "the platform starts again");
    }

    /// The same without waiting for anything.
    pub fn launch(&mut self) {
        self.child = spawn(self.folder.path(), self.seat.listen, &self.log);
    }

    /// `vzaemo check` with the configuration as it lies there: whether it is good, and what was said.
    pub async fn check(&self) -> (bool, String) {
        self.run(&["check"]).await
    }

    /// `vzaemo check` with another configuration, which must lie in the platform's folder.
    pub async fn check_file(&self, config: &Path) -> (bool, String) {
        run(&["check"], config).await
    }

    /// `vzaemo plan` with another configuration in the platform's folder, also while the platform serves: whether it
    /// would be applied, and what would change or is wrong.
    pub async fn plan_file(&self, config: &Path) -> (bool, String) {
        run(&["plan"], config).await
    }

    /// `vzaemo audit`, while the platform does not serve: whether everything is whole, and what was said.
    pub async fn verify(&self) -> (bool, String) {
        self.run(&["audit"]).await
    }

    /// `vzaemo audit`, while the platform does not serve: the number of entries. Panics with every finding.
    pub async fn audit(&self) -> usize {
        let (good, said) = self.verify().await;
        assert!(good, "the audit log verifies:\n{said}");
        let entries = said.lines().find_map(|line| line.split_once(" entries, ")?.0.parse().ok());
        entries.unwrap_or_else(|| panic!("the number of entries is told:\n{said}"))
    }

    /// `vzaemo access explain` with these arguments, also while the platform serves: whether it is allowed, and what was
    /// said.
    pub async fn explain(&self, asked: &[&str]) -> (bool, String) {
        self.run(&[&["access", "explain"], asked].concat()).await
    }

    /// `vzaemo access appoint` with these arguments: whether it was done, and what was said.
    pub async fn appoint(&self, asked: &[&str]) -> (bool, String) {
        self.run(&[&["access", "appoint"], asked].concat()).await
    }

    /// `vzaemo audit` with more: whether all is well, and what was said.
    pub async fn run_audit(&self, arguments: &[&str]) -> (bool, String) {
        self.run(&[&["audit"], arguments].concat()).await
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> (bool, String) {
        run(arguments, &self.folder().join("platform.toml")).await
    }

    /// Somebody who has not signed in.
    pub fn visitor(&self) -> Person {
        Person::new(&self.client, &self.base)
    }

    /// The test person with this number, signed in through the identity provider, reading English.
    pub async fn person(&self, number: u32) -> Person {
        let person = self.visitor();
        person.read_english().await;
        person.sign_in(number).await;
        person
    }

    /// The day in Kyiv by the machine's clock: what the legal clock shows before it is moved.
    pub fn today() -> jiff::civil::Date {
        let zone = jiff::tz::TimeZone::get("Europe/Kyiv").expect("the time zone is bundled");
        jiff::Timestamp::now().to_zoned(zone).date()
    }

    /// Moves the legal clock by `1d`, `7d` or `1m`.
    pub async fn move_clock(&self, by: &str) {
        self.moved(&[("by", by), ("until", ""), ("to", "/")]).await;
    }

    /// Moves the legal clock to the morning of a day.
    pub async fn move_clock_to(&self, day: jiff::civil::Date) {
        self.moved(&[("by", "date"), ("until", &day.to_string()), ("to", "/")]).await;
    }

    async fn moved(&self, fields: &[(&str, &str)]) {
        let answer = self.visitor().post("/development/clock", fields).await;
        assert_eq!(answer.status, 303, "the clock moves: {}", answer.text());
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.len().saturating_sub(60);
            eprintln!("—— the platform's log, its end ——\n{}", lines[last..].join("\n"));
        }
    }
}

pub(crate) async fn run(arguments: &[&str], config: &Path) -> (bool, String) {
    let output = Command::new(program()).args(arguments).arg("--config").arg(config).output().await;
    let output = output.expect("run the program");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.success(), said.concat())
}

pub(crate) fn program() -> PathBuf {
    let path = match std::env::var_os("VZAEMO_BIN") {
        Some(path) => path.into(),
        None => repository().join("target/debug/vzaemo"),
    };
    assert!(
        path.is_file(),
        "there is no program at {}; build it with `cargo build -p vzaemo`, or name it in VZAEMO_BIN",
        path.display()
    );
    path
}

fn spawn(folder: &Path, listen: IpAddr, log: &Arc<Mutex<String>>) -> Child {
    let mut child = Command::new(program())
        .arg("serve")
        .arg("--config")
        .arg(folder.join("platform.toml"))
        .arg("--listen")
        .arg(listen.to_string())
        .env("NO_COLOR", "1")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("start {}: {error}", program().display()));
    let stderr = child.stderr.take().expect("it is piped");
    let log = Arc::clone(log);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut log = log.lock().expect("the log is whole");
            log.push_str(&line);
            log.push('\n');
        }
    });
    child
}

/// Waits until the platform answers; `false` when it ends before.
async fn ready(client: &reqwest::Client, base: &Url, child: &mut Child) -> bool {
    let begun = Instant::now();
    let visitor = Person::new(client, base);
    while begun.elapsed() < START {
        if visitor.try_get("/health/ready").await.is_ok_and(|answer| answer.status == 200) {
            return true;
        }
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            // What it said last is still on its way.
            tokio::time::sleep(PAUSE).await;
            return false;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("the platform is not ready after {START:?}");
}

/// A port of this address that nobody listens at.
pub(crate) async fn free_port(address: IpAddr) -> u16 {
    let listener = TcpListener::bind((address, 0)).await.expect("find a free port");
    listener.local_addr().expect("it is bound").port()
}
