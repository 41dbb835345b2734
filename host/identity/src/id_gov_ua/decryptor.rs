//! Answers that are sealed for this platform.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// Opens what id.gov.ua seals for this platform: CMS `EnvelopedData` by the national algorithms (DSTU 4145 key agreement,
/// GOST 28147 or Kalyna), for the certificate that the question carries. The key stands with a key-keeping device or
/// library of the holder's, so it is plugged in.
pub trait Decryptor: Send + Sync {
    /// The certificate to seal for: DER in base64, as the parameter `cert` has it.
    fn certificate(&self) -> &str;

    /// Opens an `EnvelopedData` and gives the content.
    ///
    /// # Errors
    /// It is malformed, sealed for somebody else, or was changed.
    fn decrypt<'a>(&'a self, sealed: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, DecryptError>>;
}

/// Why an answer could not be opened, for the log.
#[derive(Debug, thiserror::Error)]
#[error("open a sealed answer: {0}")]
pub struct DecryptError(pub String);

/// The most that a program may give, in bytes.
const LARGEST: u64 = 256 << 10;
/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A [`Decryptor`] that is a program of the holder's, which has the key. It is started for each answer, gets the
/// `EnvelopedData` (DER) at its standard input, gives the content at its standard output and ends with status 0. What it
/// says at its standard error is passed over, for it may tell of the person.
pub struct DecryptProgram {
    certificate: String,
    program: OsString,
    arguments: Vec<OsString>,
    patience: Duration,
}

impl DecryptProgram {
    /// `certificate` is the one to seal for, in DER.
    pub fn new(certificate: &[u8], program: OsString, arguments: Vec<OsString>) -> Self {
        let certificate = STANDARD.encode(certificate);
        DecryptProgram { certificate, program, arguments, patience: PATIENCE }
    }

    /// The same, which may take this long in place of 10 s.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn run(&self, sealed: &[u8]) -> Result<Vec<u8>, DecryptError> {
        let failed = |what: &str, error: &std::io::Error| DecryptError(format!("{what}: {error}"));
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed("the program does not start", &error))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(DecryptError("the program has no input or output".to_owned()));
        };
        // One that has read enough closes its input; what it gives tells whether it had.
        let give = async move {
            let _whether_it_read_all = input.write_all(sealed).await;
        };
        let mut content = Vec::new();
        let mut output = output.take(LARGEST + 1);
        let ((), read) = tokio::join!(give, output.read_to_end(&mut content));
        let read = read.map_err(|error| failed("the program's answer cannot be read", &error))?;
        if read as u64 > LARGEST {
            return Err(DecryptError(format!("the program gives more than {LARGEST} bytes")));
        }
        let status = child.wait().await.map_err(|error| failed("the program has no end", &error))?;
        if status.success() {
            Ok(content)
        } else {
            Err(DecryptError(format!("the program ended with {status}")))
        }
    }
}

impl Decryptor for DecryptProgram {
    fn certificate(&self) -> &str {
        &self.certificate
    }

    fn decrypt<'a>(&'a self, sealed: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, DecryptError>> {
        Box::pin(async {
            let run = tokio::time::timeout(self.patience, self.run(sealed)).await;
            run.unwrap_or_else(|_| {
                Err(DecryptError(format!("the program took more than {:?}", self.patience)))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> DecryptProgram {
        DecryptProgram::new(b"certificate", "sh".into(), vec!["-c".into(), script.into()])
    }

    #[tokio::test]
    async fn a_program_opens_what_is_sealed() {
        let program = shell("tr a-z b-za");
        assert_eq!(program.certificate(), STANDARD.encode("certificate"));
        assert_eq!(program.decrypt(b"hal").await.unwrap(), b"ibm");
        // It may answer before it has read everything, which is more than a pipe holds.
        assert_eq!(shell("echo enough").decrypt(&vec![7; 1 << 20]).await.unwrap(), b"enough\n");
    }

    #[tokio::test]
    async fn a_program_that_fails_opens_nothing() {
        for (script, why) in [
            ("cat; exit 3", "exit status: 3"),
            ("kill -9 $$", "signal: 9"),
            ("head -c 300000 /dev/zero", "more than 262144 bytes"),
        ] {
            let error = shell(script).decrypt(b"sealed").await.unwrap_err().to_string();
            assert!(error.contains(why), "{script}: {error}");
        }
        let none = DecryptProgram::new(b"", "/no/such/program".into(), Vec::new());
        let error = none.decrypt(b"sealed").await.unwrap_err().to_string();
        assert!(error.contains("does not start"), "{error}");
        let slow = shell("exec sleep 1000").within(Duration::from_millis(20));
        let error = slow.decrypt(b"sealed").await.unwrap_err().to_string();
        assert!(error.contains("took more than 20ms"), "{error}");
    }

    #[tokio::test]
    async fn what_a_program_says_of_a_person_is_in_no_error() {
        let error = shell("echo 3300712340 >&2; echo 3300712340; exit 1").decrypt(b"").await.unwrap_err();
        assert!(!error.to_string().contains("3300712340"), "{error}");
    }
}
