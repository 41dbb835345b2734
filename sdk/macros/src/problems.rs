//! What is wrong with a module's files: all that the platform would refuse when the module is put into service and
//! that can be known from the files alone, so that it is said while the module is compiled.

use crate::fluent::Texts;
use crate::project::{self, Project};
use std::path::Path;
use vzaemo_contract::manifest::Manifest;

/// A sentence for each problem.
pub fn problems(project: &Project) -> Result<Vec<String>, String> {
    let root = project::root()?;
    let texts = project::texts()?;
    Ok(found(&project.manifest, &texts, &root))
}

fn found(manifest: &Manifest, texts: &Texts, root: &Path) -> Vec<String> {
    let files = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let mut sentences: Vec<String> =
        manifest.problems(&files).iter().map(|problem| format!("module.toml, {problem}")).collect();
    let missing: Vec<String> = manifest
        .message_keys(&files)
        .into_iter()
        .filter(|needed| texts.arguments(&needed.key).is_none())
        .map(|needed| format!("\n  {}, for {}", needed.key, needed.place))
        .collect();
    if !missing.is_empty() {
        sentences.push(format!(
            "{} and {} lack messages that module.toml implies:{}",
            project::UK,
            project::EN,
            missing.concat()
        ));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
schema = 1
id = "notes"
version = "0.1.0"
contract = "0.1"
name = { uk = "Н", en = "N" }
about = { uk = "Н", en = "N" }
invitation = { uk = "Н", en = "N" }

[[views]]
name = "note"
path = "/{note}"

[[acts]]
name = "write"
path = "/write"
by = ["person"]
"#;

    fn said(texts: &str) -> Vec<String> {
        let manifest = Manifest::from_toml(MANIFEST).unwrap();
        found(&manifest, &Texts::parse(texts, texts).unwrap(), Path::new("/nowhere"))
    }

    #[test]
    fn what_the_platform_would_refuse_is_said_with_its_place_and_remedy() {
        assert_eq!(
            said("act-write = W"),
            ["module.toml, views.note: nobody may see it; make it open, or say by whom"]
        );
    }

    #[test]
    fn messages_that_the_manifest_implies_are_listed() {
        let all = said("other = O");
        assert!(all.iter().any(|one| one.ends_with("implies:\n  act-write, for acts.write")), "{all:?}");
    }
}
