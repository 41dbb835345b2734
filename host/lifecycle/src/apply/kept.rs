//! The holder's policies as they were in force with the last good configuration: kept with it, so that a start that finds
//! their files broken or gone does not drop what they forbid, and all nodes have the same.

use super::Lifecycle;
use super::state::State;
use crate::Problem;
use std::path::Path;
use vzaemo_access::PolicyText;
use vzaemo_registry::Digest;

/// The name of a policy's file, whatever folder it was read from: nodes may have theirs in different places.
pub(super) fn name(policy: &PolicyText) -> &str {
    Path::new(&policy.file).file_name().and_then(|name| name.to_str()).unwrap_or(&policy.file)
}

/// Whether two say the same in files of the same names.
pub(super) fn same(one: &[PolicyText], other: &[PolicyText]) -> bool {
    let told = |policy: &PolicyText| (name(policy).to_owned(), policy.text.clone());
    one.iter().map(told).eq(other.iter().map(told))
}

/// As they are kept: pairs of a file's path and its text, with the digest of that.
pub(crate) fn written(policies: &[PolicyText]) -> Result<(String, String), serde_json::Error> {
    let pairs: Vec<(&str, &str)> =
        policies.iter().map(|policy| (policy.file.as_str(), policy.text.as_str())).collect();
    let text = serde_json::to_string(&pairs)?;
    let digest = digest(&text);
    Ok((text, digest))
}

fn digest(text: &str) -> String {
    format!("sha256:{}", Digest::of(text.as_bytes()).hex())
}

/// Reads what [`written`] wrote.
///
/// # Errors
/// In words, when it is not what was written.
pub(crate) fn read(text: &str, expected: &str) -> Result<Vec<PolicyText>, String> {
    if digest(text) != expected {
        return Err(format!("they are not those of the digest {expected}"));
    }
    unwritten(text)
}

/// The same of a text whose digest somebody else looks after.
///
/// # Errors
/// In words, when it is not what was written.
pub(super) fn unwritten(text: &str) -> Result<Vec<PolicyText>, String> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(pairs.into_iter().map(|(file, text)| PolicyText { file, text }).collect())
}

impl Lifecycle {
    /// Finds which of the policies that were in force have no file here. Nobody is asked when a file is removed while the
    /// platform runs; one that is gone when it starts may be lost, and a `forbid` must not end by an accident.
    pub(super) fn look_for_lost(&self, state: &mut State, kept: &[PolicyText]) {
        let lost = kept.iter().filter(|policy| !self.is_there(name(policy)));
        state.lost = lost.map(|policy| name(policy).to_owned()).collect();
    }

    /// Refuses a configuration as long as a lost file has not come back.
    pub(super) fn refuse_lost(&self, state: &mut State) -> Result<(), Vec<Problem>> {
        state.lost.retain(|name| !self.is_there(name));
        let problem = |name: &String| {
            let path = self.folders().policies.join(name);
            Problem::new(
                path.display().to_string(),
                "the policies in this file are in force, and the file is gone",
            )
            .mend("put it back; to end them, put an empty file in its place")
        };
        let problems: Vec<Problem> = state.lost.iter().map(problem).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn is_there(&self, name: &str) -> bool {
        self.folders().policies.join(name).exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(file: &str, text: &str) -> PolicyText {
        PolicyText { file: file.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn what_is_kept_reads_as_it_was_written_and_nothing_else_does() {
        let policies =
            [policy("/etc/policies/night.cedar", "forbid(principal, action, resource);"), policy("b", "")];
        let (text, digest) = written(&policies).unwrap();
        assert_eq!(read(&text, &digest).unwrap(), policies);
        assert!(read(&text.replace("forbid", "permit"), &digest).unwrap_err().contains(&digest));
        assert_eq!(read("[]", &written(&[]).unwrap().1), Ok(Vec::new()));
    }

    #[test]
    fn policies_are_the_same_wherever_their_folder_is() {
        let here = [policy("/etc/policies/night.cedar", "one")];
        assert!(same(&here, &[policy("policies/night.cedar", "one")]));
        assert!(!same(&here, &[policy("policies/night.cedar", "two")]));
        assert!(!same(&here, &[policy("policies/day.cedar", "one")]));
        assert!(!same(&here, &[]));
    }
}
