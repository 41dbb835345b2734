//! The program with nothing to serve: no module configured, no package to be had.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Killed when dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _collected = self.0.wait();
    }
}

/// The text of a GET, once the program answers it with 200.
async fn page(client: &reqwest::Client, program: &mut Program, url: &str, language: &str) -> String {
    let begun = Instant::now();
    loop {
        let request = client.get(url).header("cookie", format!("language={language}"));
        match request.send().await {
            Ok(answer) => {
                assert_eq!(answer.status(), 200, "{url}");
                return answer.text().await.unwrap();
            }
            Err(error) => {
                let ended = program.0.try_wait().unwrap();
                assert!(ended.is_none() && begun.elapsed() < Duration::from_mins(1), "{ended:?}: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[tokio::test]
async fn the_host_serves_without_any_module_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = folder.path().join("platform.toml");
    let text = format!(
        "[platform]\nname = {{ uk = \"Взаємодія\", en = \"Vzaemodiia\" }}\n\
         base-url = \"http://127.0.0.1:{port}\"\nmode = \"development\"\n\
         [folders]\ndata = \"data\"\npackages = \"packages\"\npolicies = \"policies\"\n\
         [identity.development]\nseed = \"nobody\"\n"
    );
    std::fs::write(&config, text).unwrap();
    vzaemo_registry::Layout::create(folder.path().join("packages")).unwrap();
    let vzaemo = env!("CARGO_BIN_EXE_vzaemo");
    let check = Command::new(vzaemo).arg("check").arg("--config").arg(&config).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let serve = Command::new(vzaemo)
        .arg("serve")
        .arg("--config")
        .arg(&config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
        .spawn();
    let mut program = Program(serve.unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let base = format!("http://127.0.0.1:{port}");
    for (language, says) in [("uk", "Послуг ще немає"), ("en", "There are no services yet")] {
        let home = page(&client, &mut program, &base, language).await;
        assert!(home.contains(says) && home.contains(&format!("lang=\"{language}\"")), "{home}");
    }
    page(&client, &mut program, &format!("{base}/health/ready"), "uk").await;
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(!log.contains("ERROR"), "{log}");
}
