//! A certification authority of a test, made by OpenSSL: signatures that the platform's own code has no hand in.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// An authority with its key, in a folder that is deleted with it.
pub struct Authority {
    folder: TempDir,
    serial: AtomicU32,
}

/// What a certificate says, and from when to when it is valid (`YYYYMMDDhhmmssZ`).
#[derive(Debug, Clone)]
pub struct Profile {
    /// The subject, as OpenSSL takes it: `/C=UA/CN=…`.
    pub subject: String,
    /// Whether it says that it is qualified.
    pub qualified: bool,
    /// Whether it says that it is for the seal of an organisation.
    pub seal: bool,
    /// The beginning of its validity.
    pub from: &'static str,
    /// Its end.
    pub until: &'static str,
    /// Where revocation lists are, if it says so.
    pub lists: Option<String>,
    /// Where the responder is, if it says so.
    pub responder: Option<String>,
}

/// Who signs.
#[derive(Debug, Clone)]
pub struct Signer {
    folder: PathBuf,
    name: String,
}

impl Profile {
    /// A person with this РНОКПП, valid for long.
    pub fn person(surname: &str, given: &str, tax_number: &str) -> Self {
        Profile {
            subject: format!(
                "/C=UA/CN={surname} {given}/surname={surname}/givenName={given}/serialNumber=TINUA-{tax_number}"
            ),
            qualified: true,
            seal: false,
            from: "20200101000000Z",
            until: "20490101000000Z",
            lists: None,
            responder: None,
        }
    }

    /// The same person as staff of an organisation.
    #[must_use]
    pub fn of_organisation(mut self, name: &str, code: &str) -> Self {
        let _infallible = write!(self.subject, "/O={name}/organizationIdentifier=NTRUA-{code}");
        self
    }

    /// The seal of an organisation: no person is named.
    pub fn seal(name: &str, code: &str) -> Self {
        let subject = format!("/C=UA/CN={name}/O={name}/organizationIdentifier=NTRUA-{code}");
        Profile { subject, seal: true, ..Profile::person("", "", "") }
    }

    fn extensions(&self) -> String {
        let mut text = "[person]\nbasicConstraints = critical, CA:false\n\
            keyUsage = critical, digitalSignature, nonRepudiation\nauthorityKeyIdentifier = keyid\n"
            .to_owned();
        if self.qualified {
            text.push_str("1.3.6.1.5.5.7.1.3 = ASN1:SEQUENCE:statements\n");
        }
        if let Some(address) = &self.lists {
            let _infallible = writeln!(text, "crlDistributionPoints = URI:{address}");
        }
        if let Some(address) = &self.responder {
            let _infallible = writeln!(text, "authorityInfoAccess = OCSP;URI:{address}");
        }
        text.push_str("[statements]\nqualified = SEQUENCE:qualified\n");
        if self.seal {
            text.push_str("type = SEQUENCE:type\n");
        }
        text + "[qualified]\nid = OID:0.4.0.1862.1.1\n[type]\nid = OID:0.4.0.1862.1.6\ntypes = SEQUENCE:types\n\
            [types]\nseal = OID:0.4.0.1862.1.6.2\n"
    }
}

/// What `openssl ca` works by.
const CONFIGURATION: &str = "[ca]\ndefault_ca = authority\n[authority]\ndatabase = index.txt\nserial = serial\n\
    new_certs_dir = .\npolicy = anything\ndefault_md = sha256\nunique_subject = no\n[anything]\n\
    countryName = optional\norganizationName = optional\norganizationIdentifier = optional\ncommonName = optional\n\
    surname = optional\ngivenName = optional\nserialNumber = optional\n[req]\ndistinguished_name = empty\n\
    prompt = no\nutf8 = yes\nstring_mask = utf8only\n[empty]\n[root]\nbasicConstraints = critical, CA:true\n\
    keyUsage = critical, keyCertSign, cRLSign\nsubjectKeyIdentifier = hash\n";

fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").current_dir(folder).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("run openssl, which these tests need: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {said}");
    output.stdout
}

impl Authority {
    /// An authority of this name, with an ECDSA key.
    pub fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("make a folder for the authority");
        let path = folder.path();
        std::fs::write(path.join("ca.cnf"), CONFIGURATION).expect("write the configuration");
        key(path, "root");
        let subject = format!("/C=UA/O=Test authority/CN={name}");
        openssl(
            path,
            &[
                "req",
                "-x509",
                "-new",
                "-config",
                "ca.cnf",
                "-extensions",
                "root",
                "-key",
                "root.key",
                "-utf8",
                "-subj",
                &subject,
                "-days",
                "3650",
                "-out",
                "root.pem",
            ],
        );
        std::fs::write(path.join("index.txt"), "").expect("write the index");
        Authority { folder, serial: AtomicU32::new(0x1000) }
    }

    /// Its certificate, in PEM.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// Certifies somebody, who gets an ECDSA key.
    pub fn certify(&self, profile: &Profile) -> Signer {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let (folder, name) = (self.folder.path(), format!("signer-{serial}"));
        key(folder, &name);
        let request = format!("{name}.csr");
        let key = format!("{name}.key");
        openssl(
            folder,
            &[
                "req",
                "-new",
                "-config",
                "ca.cnf",
                "-utf8",
                "-key",
                &key,
                "-subj",
                &profile.subject,
                "-out",
                &request,
            ],
        );
        std::fs::write(folder.join("serial"), format!("{serial:04X}\n")).expect("write the serial number");
        std::fs::write(folder.join("person.cnf"), profile.extensions()).expect("write the extensions");
        openssl(
            folder,
            &[
                "ca",
                "-batch",
                "-notext",
                "-preserveDN",
                "-utf8",
                "-config",
                "ca.cnf",
                "-cert",
                "root.pem",
                "-keyfile",
                "root.key",
                "-extfile",
                "person.cnf",
                "-extensions",
                "person",
                "-startdate",
                profile.from,
                "-enddate",
                profile.until,
                "-in",
                &request,
                "-out",
                &format!("{name}.pem"),
            ],
        );
        Signer { folder: folder.to_owned(), name }
    }

    /// Revokes a certificate.
    pub fn revoke(&self, signer: &Signer) {
        let file = format!("{}.pem", signer.name);
        let arguments =
            ["ca", "-config", "ca.cnf", "-cert", "root.pem", "-keyfile", "root.key", "-revoke", &file];
        openssl(self.folder.path(), &arguments);
    }

    /// The list of what it has revoked, in DER, which holds for a day.
    pub fn revocation_list(&self) -> Vec<u8> {
        let folder = self.folder.path();
        openssl(
            folder,
            &[
                "ca", "-config", "ca.cnf", "-cert", "root.pem", "-keyfile", "root.key", "-gencrl",
                "-crldays", "1", "-out", "list.pem",
            ],
        );
        openssl(folder, &["crl", "-in", "list.pem", "-outform", "DER"])
    }

    /// What it answers to a question about a certificate (OCSP), in DER.
    pub fn answer(&self, question: &[u8]) -> Vec<u8> {
        let folder = self.folder.path();
        std::fs::write(folder.join("question"), question).expect("write the question");
        openssl(
            folder,
            &[
                "ocsp",
                "-index",
                "index.txt",
                "-CA",
                "root.pem",
                "-rsigner",
                "root.pem",
                "-rkey",
                "root.key",
                "-ndays",
                "1",
                "-reqin",
                "question",
                "-respout",
                "answer",
            ],
        );
        std::fs::read(folder.join("answer")).expect("read the answer")
    }
}

/// What OpenSSL says of a signature that stands apart from this content, by this authority's certificate alone: whether
/// it verifies.
///
/// # Panics
/// If OpenSSL cannot be run.
pub fn openssl_verifies(authority: &Authority, content: &[u8], signature: &[u8]) -> bool {
    let folder = tempfile::tempdir().expect("make a folder");
    let path = folder.path();
    std::fs::write(path.join("content"), content).expect("write the content");
    std::fs::write(path.join("signature"), signature).expect("write the signature");
    let root = authority.certificate().display().to_string();
    let arguments =
        ["cms", "-verify", "-binary", "-cades", "-in", "signature", "-inform", "DER", "-content", "content"];
    let more = ["-CAfile", &root, "-purpose", "any", "-out", "out"];
    let output = Command::new("openssl").current_dir(path).args(arguments).args(more).output();
    output.expect("run openssl, which these tests need").status.success()
}

impl Signer {
    /// Signs together with another one: both signatures in one file, apart from the content.
    pub fn sign_with(&self, other: &Signer, content: &[u8]) -> Vec<u8> {
        std::fs::write(self.folder.join("content"), content).expect("write the content");
        let of = |signer: &Signer| (format!("{}.pem", signer.name), format!("{}.key", signer.name));
        let ((first, first_key), (second, second_key)) = (of(self), of(other));
        let signers = ["-signer", &first, "-inkey", &first_key, "-signer", &second, "-inkey", &second_key];
        let how = ["cms", "-sign", "-binary", "-cades", "-md", "sha256", "-in", "content", "-outform", "DER"];
        openssl(&self.folder, &[how.as_slice(), &signers].concat())
    }

    /// Signs, with the content in the signature or apart from it: CAdES-BES in DER.
    pub fn sign(&self, content: &[u8], attached: bool) -> Vec<u8> {
        let (certificate, key) = (format!("{}.pem", self.name), format!("{}.key", self.name));
        std::fs::write(self.folder.join("content"), content).expect("write the content");
        let mut arguments = vec![
            "cms",
            "-sign",
            "-binary",
            "-cades",
            "-md",
            "sha256",
            "-in",
            "content",
            "-signer",
            &certificate,
            "-inkey",
            &key,
            "-outform",
            "DER",
        ];
        if attached {
            arguments.push("-nodetach");
        }
        openssl(&self.folder, &arguments)
    }
}

fn key(folder: &Path, name: &str) {
    let file = format!("{name}.key");
    let curve = "ec_paramgen_curve:P-256";
    openssl(folder, &["genpkey", "-quiet", "-algorithm", "EC", "-pkeyopt", curve, "-out", &file]);
}
