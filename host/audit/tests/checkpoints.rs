//! Checkpoints and proofs: made over either engine, checked by the crates of C2SP that are not ours, and every attack
//! on them found.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Engine, at, key, log, on_both_engines, tamper};
use signed_note::{Note, StandardVerifier, VerifierList};
use vzaemo_audit::{
    AuditError, CheckError, Checkpoint, Checkpoints, Consistency, Finding, Hash, Proof, TreeHead, leaf_hash,
    read, verify,
};

on_both_engines!(
    a_checkpoint_is_one_that_others_verify
    proofs_of_all_entries_and_sizes_hold
    attack_log_that_was_changed_is_never_signed
    two_nodes_make_the_same_checkpoint
    a_truncated_log_is_never_signed
);

fn leaf(number: u64) -> Hash {
    leaf_hash(&common::bytes(number))
}

async fn a_checkpoint_is_one_that_others_verify(engine: Engine) {
    let log = log(engine, 300).await;
    let checkpoints = Checkpoints::new(log.storage.clone(), key());
    assert_eq!(checkpoints.last().await.unwrap(), None);
    let made = checkpoints.make(at(1)).await.unwrap();
    assert_eq!(
        made.head,
        vzaemo_audit::tree_head(&log.storage).await.unwrap(),
        "as going through the log says"
    );
    assert_eq!(checkpoints.last().await.unwrap(), Some(made.clone()));
    assert_eq!(checkpoints.make(at(2)).await.unwrap(), made, "nothing has come since");

    // By the crates alone.
    let note = Note::from_bytes(made.note.as_bytes()).unwrap();
    let verifier = StandardVerifier::new(key().verifier_key()).unwrap();
    let (verified, unverified) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 0));
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.org/audit", 300));
    assert_eq!(checkpoint.hash().0, made.head.root.0);
    let proof = checkpoints.inclusion(17, 300).await.unwrap();
    let hashes =
        proof.0.iter().map(|hash| tlog_tiles::Hash(STANDARD.decode(hash).unwrap().try_into().unwrap()));
    let record = tlog_tiles::record_hash(&common::bytes(17));
    tlog_tiles::check_record(&hashes.collect(), 300, *checkpoint.hash(), 17, record).unwrap();
}

async fn proofs_of_all_entries_and_sizes_hold(engine: Engine) {
    // Past the end of a row of 256, so that kept hashes and leaf hashes are both used.
    let log = log(engine, 250).await;
    let checkpoints = Checkpoints::new(log.storage.clone(), key());
    let mut kept = Vec::new();
    for _ in 0..4 {
        let made = checkpoints.make(at(1)).await.unwrap();
        kept.push(Checkpoint::open(&made.note, key().verifier_key()).unwrap());
        log.add(9).await;
    }
    for now in &kept {
        let size = now.head.size;
        assert_eq!(now.head.root, vzaemo_audit::tree_hash(&log.storage, 0..size).await.unwrap());
        for number in (0..size).step_by(7).chain(size - 3..size) {
            let proof = checkpoints.inclusion(number, size).await.unwrap();
            now.includes(number, leaf(number), &proof).unwrap();
            assert_eq!(
                now.includes(number, leaf(number + 1), &proof),
                Err(CheckError::NotIncluded),
                "changed leaf"
            );
            assert_eq!(
                now.includes(number ^ 1, leaf(number), &proof),
                Err(CheckError::NotIncluded),
                "other place"
            );
        }
        assert!(matches!(checkpoints.inclusion(size, size).await, Err(AuditError::Proof)));
    }
    let last = kept.last().unwrap();
    for earlier in &kept {
        let proof = checkpoints.consistency(earlier.head.size).await.unwrap().unwrap();
        assert_eq!(proof.check(earlier, key().verifier_key()).unwrap(), *last);
        let other = Checkpoint { head: TreeHead { root: leaf(1), ..earlier.head }, ..earlier.clone() };
        assert_eq!(proof.check(&other, key().verifier_key()), Err(CheckError::Inconsistent));
    }
    let none =
        Checkpoint { head: TreeHead { size: 0, root: vzaemo_audit::Tree::default().root() }, ..last.clone() };
    let proof = checkpoints.consistency(0).await.unwrap().unwrap();
    proof.check(&none, key().verifier_key()).unwrap();
    assert_eq!(checkpoints.consistency(10_000).await.unwrap(), None);
}

async fn attack_log_that_was_changed_is_never_signed(engine: Engine) {
    for (statement, wrong) in [
        (
            "UPDATE entries SET bytes = (SELECT bytes FROM entries WHERE number = 8) WHERE number = 7",
            "changed",
        ),
        ("UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE number = 8) WHERE number = 7", "changed"),
        ("DELETE FROM entries WHERE number = 7", "missing"),
        (
            "UPDATE entries SET bytes = (SELECT bytes FROM entries WHERE number = 8) WHERE number = 299",
            "changed",
        ),
        ("DELETE FROM entries WHERE number = 298", "missing"),
    ] {
        let log = log(engine, 300).await;
        tamper(&log, statement).await;
        let checkpoints = Checkpoints::new(log.storage.clone(), key());
        let error = checkpoints.make(at(1)).await.unwrap_err();
        match wrong {
            "changed" => assert!(matches!(error, AuditError::Changed(7 | 299)), "{statement}: {error:?}"),
            _ => assert!(matches!(error, AuditError::Missing(7 | 298)), "{statement}: {error:?}"),
        }
        assert_eq!(checkpoints.last().await.unwrap(), None);
    }

    // Rewritten whole with its leaf hashes, after a checkpoint: consistent in itself, and no longer what was signed.
    let log = log(engine, 40).await;
    let checkpoints = Checkpoints::new(log.storage.clone(), key());
    let made = checkpoints.make(at(1)).await.unwrap();
    let swap = "UPDATE entries SET number = 1000 WHERE number = 3; UPDATE entries SET number = 3 WHERE number = 4; \
                UPDATE entries SET number = 4 WHERE number = 1000; \
                UPDATE entries SET position = number + 1";
    tamper(&log, swap).await;
    assert_eq!(verify(&log.storage, &[]).await.unwrap().findings, [], "consistent in itself");
    let findings = verify(&log.storage, &[made.head]).await.unwrap().findings;
    assert_eq!(findings, [Finding::Rewritten(made.head)], "reordered entries");
    log.add(3).await;
    let error = checkpoints.make(at(2)).await.unwrap_err();
    assert!(matches!(error, AuditError::Rewritten { size: 40, .. }), "{error:?}");
    assert_eq!(checkpoints.last().await.unwrap(), Some(made));
}

async fn a_truncated_log_is_never_signed(engine: Engine) {
    let log = log(engine, 40).await;
    let checkpoints = Checkpoints::new(log.storage.clone(), key());
    let made = checkpoints.make(at(1)).await.unwrap();
    tamper(&log, "DELETE FROM entries WHERE number >= 30; UPDATE head SET entries = 30").await;
    let findings = verify(&log.storage, &[made.head]).await.unwrap().findings;
    assert_eq!(findings, [Finding::Rewritten(made.head)]);
    assert!(matches!(checkpoints.make(at(2)).await, Err(AuditError::Missing(30))));
    // Filled up again with other entries.
    let again = log.reopen().await;
    let mut unit = again.storage.begin().await.unwrap();
    (30..45).for_each(|number| unit.entry(common::bytes(number + 1)));
    unit.commit().await.unwrap();
    let error = checkpoints.make(at(3)).await.unwrap_err();
    assert!(matches!(error, AuditError::Rewritten { size: 40, .. }), "{error:?}");
}

async fn two_nodes_make_the_same_checkpoint(engine: Engine) {
    let log = log(engine, 1200).await;
    let one = Checkpoints::new(log.storage.clone(), key());
    let other = match engine {
        Engine::Sqlite => one.clone(),
        Engine::Postgres => Checkpoints::new(log.reopen().await.storage, key()),
    };
    let (first, second) = tokio::join!(one.make(at(1)), other.make(at(1)));
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(one.all().await.unwrap().len(), 1);
}

#[tokio::test]
async fn attack_forged_checkpoint_and_a_wrong_key_are_refused() {
    let log = log(Engine::Sqlite, 5).await;
    let made = Checkpoints::new(log.storage.clone(), key()).make(at(1)).await.unwrap();
    let open =
        |note: &str, verifier: &str| Checkpoint::open(note, verifier).map(|checkpoint| checkpoint.head);
    assert_eq!(open(&made.note, key().verifier_key()), Ok(made.head));

    let smaller = made.note.replacen("\n5\n", "\n4\n", 1);
    assert_eq!(open(&smaller, key().verifier_key()), Err(CheckError::Forged));
    let root = STANDARD.encode(made.head.root.0);
    let other_root = made.note.replacen(&root, &STANDARD.encode(leaf(1).0), 1);
    assert_eq!(open(&other_root, key().verifier_key()), Err(CheckError::Forged));
    let unsigned = made.note.split_once("\n\n").unwrap().0.to_owned() + "\n";
    assert_eq!(open(&unsigned, key().verifier_key()), Err(CheckError::Malformed));
    assert_eq!(open("", key().verifier_key()), Err(CheckError::Malformed));

    // Somebody else's key: of the same name, and under another one.
    let stranger = vzaemo_audit::CheckpointKey::new("example.org/audit", [9; 32]).unwrap();
    let refused = open(&made.note, stranger.verifier_key());
    assert_eq!(refused, Err(CheckError::OtherKey(stranger.verifier_key().to_owned())));
    // Their signature under our key's name and number.
    let forged = Checkpoints::new(log.storage.clone(), stranger).make(at(2)).await.unwrap().note;
    let id = |note: &str| STANDARD.decode(note.trim_end().rsplit(' ').next().unwrap()).unwrap()[..4].to_vec();
    let mut signature = STANDARD.decode(forged.trim_end().rsplit(' ').next().unwrap()).unwrap();
    signature[..4].copy_from_slice(&id(&made.note));
    let (text, _) = forged.rsplit_once(' ').unwrap();
    let forged = format!("{text} {}\n", STANDARD.encode(signature));
    assert_eq!(open(&forged, key().verifier_key()), Err(CheckError::Forged));

    for bad in ["", "example.org/audit", "example.org/audit+00000000+AQ==", "a+b+c"] {
        assert_eq!(open(&made.note, bad), Err(CheckError::Key), "{bad}");
    }
}

#[tokio::test]
async fn a_key_signs_its_own_log_only() {
    let log = log(Engine::Sqlite, 5).await;
    let made = Checkpoints::new(log.storage.clone(), key()).make(at(1)).await.unwrap();
    // The same key over another log's checkpoint, well signed.
    let text =
        made.note.split_once("\n\n").unwrap().0.replacen("example.org/audit", "example.org/other", 1) + "\n";
    let mut note = Note::new(text.as_bytes(), &[]).unwrap();
    let verifier = key().verifier_key().to_owned();
    let number = verifier.split('+').nth(1).unwrap();
    let secret = [&[1_u8][..], &common::SEED].concat();
    let signer = format!("PRIVATE+KEY+example.org/audit+{number}+{}", STANDARD.encode(secret));
    note.add_sigs(&[&signed_note::StandardSigner::new(&signer).unwrap()]).unwrap();
    let note = String::from_utf8(note.to_bytes()).unwrap();
    assert_eq!(Checkpoint::open(&note, &verifier), Err(CheckError::OtherLog("example.org/other".into())));
}

/// The inclusion and consistency proofs published with the reference implementation of Certificate Transparency
/// (`merkle_tree_test.cc`), over the same eight leaves as the roots in `tree.rs`.
#[test]
fn published_proofs_hold() {
    let base64 = |hex: &str| STANDARD.encode(hex::decode(hex).unwrap());
    let of = |size, root: &str| Checkpoint {
        origin: "example.org/audit".into(),
        head: TreeHead { size, root: Hash(hex::decode(root).unwrap().try_into().unwrap()) },
        note: String::new(),
    };
    let eight = of(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    let six = of(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
    let first = Proof(
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
        .map(base64)
        .to_vec(),
    );
    eight.includes(0, leaf_hash(b""), &first).unwrap();
    let consistent = Proof(
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
        .map(base64)
        .to_vec(),
    );
    eight.continues(&six, &consistent).unwrap();
    assert_eq!(six.continues(&eight, &consistent), Err(CheckError::Inconsistent));
    let too_long = Proof(vec![base64(&"00".repeat(32)); 65]);
    assert_eq!(eight.includes(0, leaf_hash(b""), &too_long), Err(CheckError::NotIncluded));
    let _: Consistency = serde_json::from_str(r#"{"from":6,"to":8,"proof":[],"checkpoint":""}"#).unwrap();
}

/// Not a test of what is right, but of what it costs: `--ignored --nocapture`.
#[tokio::test]
#[ignore = "measures; takes a minute"]
async fn cost_of_a_million_entries() {
    let began = std::time::Instant::now();
    let log = log(Engine::Sqlite, 0).await;
    for _ in 0..1000 {
        log.add(1000).await;
    }
    println!("1 000 000 entries in {:?}", began.elapsed());
    let checkpoints = Checkpoints::new(log.storage.clone(), key());
    let began = std::time::Instant::now();
    let made = checkpoints.make(at(1)).await.unwrap();
    println!("the first checkpoint, all hashes made: {:?}", began.elapsed());
    log.add(1000).await;
    let began = std::time::Instant::now();
    let next = checkpoints.make(at(2)).await.unwrap();
    println!("a checkpoint after 1000 more: {:?}", began.elapsed());
    let opened = Checkpoint::open(&next.note, key().verifier_key()).unwrap();
    let mut times = Vec::new();
    for number in (0..1_000_000).step_by(9973) {
        let began = std::time::Instant::now();
        let proof = checkpoints.inclusion(number, next.head.size).await.unwrap();
        times.push(began.elapsed());
        opened
            .includes(
                number,
                leaf_hash(&read(&log.storage, number..number + 1).await.unwrap()[0].bytes),
                &proof,
            )
            .unwrap();
    }
    times.sort();
    println!("an inclusion proof: median {:?}, longest {:?}", times[times.len() / 2], times[times.len() - 1]);
    let began = std::time::Instant::now();
    checkpoints.consistency(made.head.size).await.unwrap().unwrap();
    println!("a consistency proof: {:?}", began.elapsed());
}
