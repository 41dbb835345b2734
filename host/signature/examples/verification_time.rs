//! How long the verification of one signature takes, by kind: median and 99th percentile of many, in microseconds.
//!
//! Run from the workspace: `cargo run --release --example verification_time -p vzaemo-signature [RUNS]`. Measured is all
//! of it: reading, the content's digest, the signature's value, the path (whose certificates' signatures are verified
//! each time) and revocation by list.

use std::{error::Error, path::Path, time::Instant};

use vzaemo_signature::{Evidence, Policy, Request, TrustList, UnknownRevocation, Verifier};

fn main() -> Result<(), Box<dyn Error>> {
    let runs: usize = std::env::args().nth(1).map_or(Ok(1000), |runs| runs.parse())?;
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let read = |name: &str| std::fs::read(fixtures.join(name));
    let mut trust = TrustList::new();
    let anchors = ["openssl/root.pem", "openssl/rsa-root.pem", "jkurwa/authority.der", "jkurwa/central.der"];
    for anchor in anchors {
        trust.add_anchors(&read(anchor)?)?;
    }
    trust.add_intermediates(&read("openssl/middle.pem")?)?;
    let policy = Policy { unknown_revocation: UnknownRevocation::Accept, ..Policy::default() };
    let verifier = Verifier::new(trust, policy);
    let list = |name: &str| read(&format!("openssl/{name}.crl"));
    let revocation =
        Evidence { lists: vec![list("revoked")?, list("root")?, list("rsa-root")?], ..Evidence::default() };
    let content = read("openssl/content")?;
    let now = "2026-12-01T00:00:00Z".parse()?;

    println!("{:<44} {:>6} {:>10} {:>10}", "signature", "path", "median", "p99");
    for (what, name) in [
        ("ECDSA P-256, path of 3, two lists", "openssl/p256-detached.p7s"),
        ("ECDSA P-384, path of 3, two lists", "openssl/p384.p7s"),
        ("RSA 2048, path of 2 (RSA 3072), one list", "openssl/rsa.p7s"),
        ("RSA-PSS 2048, path of 2 (RSA 3072), one list", "openssl/rsa-pss.p7s"),
        ("DSTU 4145 m = 257, path of 2", "jkurwa/person-0-detached.p7s"),
        ("DSTU 4145 m = 431, path of 2 (m = 431)", "jkurwa/central-person-1-detached.p7s"),
    ] {
        let signature = read(name)?;
        let request =
            Request { signature: &signature, content: Some(&content), now, revocation: &revocation };
        let path = verifier.verify(&request)?.sole()?.path.len();
        let mut times = Vec::with_capacity(runs);
        for _ in 0..runs {
            let start = Instant::now();
            verifier.verify(&request)?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
        }
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(runs.saturating_sub(1) * share / 100).copied().unwrap_or_default();
        println!("{what:<44} {path:>6} {:>10.0} {:>10.0}", at(50), at(99));
    }
    Ok(())
}
