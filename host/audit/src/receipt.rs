//! Receipts: what a person can hold against the platform, checked with a verifier key alone.

use serde::{Deserialize, Serialize};
use vzaemo_clock::Instant;

use crate::commitment::person_salt;
use crate::{
    AuditError, CheckError, Checkpoint, Checkpoints, Commitment, Journalled, Made, Proof, Record, leaf_hash,
    read,
};

/// The form of receipts that is made, and the only one there is.
const FORM: u32 = 1;

/// An entry of the log with all that proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The form of the receipt: 1.
    pub receipt: u32,
    /// The entry's number in the log, from 0.
    pub number: u64,
    /// The entry, byte for byte: canonical JSON.
    pub entry: String,
    /// What stands behind commitments of the entry.
    pub openings: Vec<Opening>,
    /// The inclusion proof of RFC 6962, each hash in base64.
    pub proof: Proof,
    /// The signed checkpoint of a log that holds the entry.
    pub checkpoint: String,
}

/// What stands behind a commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The member of the entry: `person` or `input`.
    pub member: String,
    /// The salt.
    pub salt: String,
    /// The value.
    pub value: String,
}

/// A receipt that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The checkpoint that its entry is in.
    pub checkpoint: Checkpoint,
    /// What the entry says.
    pub record: Record,
}

impl Receipt {
    /// Checks the checkpoint's signature, that the entry is in that log, and everything said about its commitments.
    pub fn check(&self, verifier_key: &str) -> Result<Checked, CheckError> {
        let malformed = |what: &str| CheckError::Receipt(what.to_owned());
        if self.receipt != FORM {
            return Err(CheckError::Receipt(format!("it has the form {}, known is {FORM}", self.receipt)));
        }
        let checkpoint = Checkpoint::open(&self.checkpoint, verifier_key)?;
        checkpoint.includes(self.number, leaf_hash(self.entry.as_bytes()), &self.proof)?;
        let record: Record =
            serde_json::from_str(&self.entry).map_err(|_| malformed("its entry is of another form"))?;
        for opening in &self.openings {
            let (what, committed) = match opening.member.as_str() {
                "person" => ("actor", &record.person),
                "input" => ("input", &record.input),
                other => return Err(CheckError::Receipt(format!("it opens {other:?}, which no entry has"))),
            };
            let opened = Commitment::new(&opening.salt, what, opening.value.as_bytes());
            if committed.as_ref() != Some(&opened) {
                return Err(CheckError::NotCommitted(opening.member.clone()));
            }
        }
        Ok(Checked { checkpoint, record })
    }
}

impl Checkpoints {
    /// The receipt of an entry that has a record in the journal, for the person who acted; a checkpoint is made if
    /// there is none yet that holds the entry.
    pub async fn receipt(&self, of: &Journalled, at: Instant) -> Result<(Receipt, Made), AuditError> {
        let number = of.entry;
        let mut entries = read(self.storage(), number..number + 1).await?;
        let found = entries.pop().ok_or(AuditError::Missing(number))?;
        let entry = String::from_utf8(found.bytes).map_err(|_| AuditError::Changed(number))?;
        let mut openings = Vec::new();
        if let Some(person) = &of.person {
            let mut unit = self.storage().begin().await?;
            if let Some(salt) = person_salt(&mut unit, person).await? {
                openings.push(Opening { member: "person".into(), salt, value: person.clone() });
            }
        }
        if let Some(input) = &of.input {
            let (salt, value) = (of.salt.clone(), input.clone());
            openings.push(Opening { member: "input".into(), salt, value });
        }
        let made = self.covering(number, at).await?;
        let proof = self.inclusion(number, made.head.size).await?;
        let checkpoint = made.note.clone();
        Ok((Receipt { receipt: FORM, number, entry, openings, proof, checkpoint }, made))
    }
}
