//! The texts of the rules of use, from their files or as they were kept.

use crate::configuration::{Rules, line_of};
use crate::problem::chain;
use crate::{Configuration, Desired, Problem, WantedRules};
use std::path::Path;
use std::sync::Arc;
use vzaemo_identity::{Edition, Editions, IdentityError, RulesOfUse};
use vzaemo_storage::Unit;

/// The most bytes of one text.
const LARGEST: usize = 256 << 10;

/// The texts of all versions that the configuration names. `text` is that of the configuration, for lines.
pub(crate) fn read(
    configuration: &Configuration,
    file: &str,
    text: &str,
) -> Result<Vec<Edition>, Vec<Problem>> {
    let Some(rules) = &configuration.rules else { return Ok(Vec::new()) };
    let mut problems = Vec::new();
    let mut editions = Vec::with_capacity(rules.versions.len());
    for wanted in &rules.versions {
        match (text_of(rules, &wanted.version, "uk"), text_of(rules, &wanted.version, "en")) {
            (Ok(uk), Ok(en)) => editions.push(Edition::new(&wanted.version, wanted.since, &uk, &en)),
            (uk, en) => problems.extend([uk.err(), en.err()].into_iter().flatten().map(|what| {
                Problem::new(file, what)
                    .at("rules.versions")
                    .line(line_of(text, &["rules", "versions"]))
                    .mend(
                        "write the rules as plain text, paragraphs apart by an empty line, in both languages",
                    )
            })),
        }
    }
    if problems.is_empty() { Ok(editions) } else { Err(problems) }
}

/// One text; what is wrong with it otherwise.
fn text_of(rules: &Rules, version: &str, language: &str) -> Result<String, String> {
    let path = rules.folder.join(version).join(format!("{language}.txt"));
    let wrong = |what: &str| format!("{} {what}", path.display());
    let bytes = std::fs::read(&path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    if bytes.len() > LARGEST {
        return Err(wrong(&format!("is larger than {} KiB", LARGEST >> 10)));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("is not in UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        return Err(wrong("says nothing"));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(wrong("holds control characters"));
    }
    Ok(text.to_owned())
}

impl WantedRules {
    pub(crate) fn of(edition: &Edition) -> Self {
        let Edition { version, since, .. } = edition;
        WantedRules { version: version.clone(), since: *since, digest: edition.digest().to_owned() }
    }
}

/// The editions that shall be in force: as they were kept when they were first applied, else as they were read just now.
///
/// A version under which another text or day was kept is refused, for somebody may have accepted that.
pub(crate) async fn resolve(
    kept: &RulesOfUse,
    unit: &mut Unit,
    desired: &Desired,
    read: &[Edition],
    file: &Path,
) -> Result<Result<Editions, Vec<Problem>>, IdentityError> {
    let (mut editions, mut problems) = (Vec::new(), Vec::new());
    let problem = |what: String, mend: &str| {
        Problem::new(file.display().to_string(), what).at("rules.versions").mend(mend)
    };
    for wanted in &desired.rules {
        let fits = |edition: &Edition| edition.digest() == wanted.digest;
        let version = &wanted.version;
        match kept.edition(unit, version).await? {
            Some(edition) if fits(&edition) => editions.push(Arc::new(edition)),
            Some(edition) => problems.push(problem(
                format!("version {version} of the rules was applied with another text or day (from {})", edition.since),
                "what people may have accepted stays as it was; put that text back, and give the changed one a new version",
            )),
            None => match read.iter().find(|edition| edition.version == *version && fits(edition)) {
                Some(edition) => editions.push(Arc::new(edition.clone())),
                None => problems.push(problem(
                    format!("the text of version {version} of the rules is not kept"),
                    "put it back as it was, and apply the configuration again",
                )),
            },
        }
    }
    Ok(if problems.is_empty() { Ok(Editions::new(editions)) } else { Err(problems) })
}

/// Puts the editions that are not kept yet into the unit of work that makes them count.
pub(crate) async fn keep(
    kept: &RulesOfUse,
    unit: &mut Unit,
    editions: &Editions,
) -> Result<(), Vec<Problem>> {
    for edition in editions.iter() {
        let done = kept.keep(unit, edition).await;
        done.map_err(|error| vec![Problem::new(format!("rules {}", edition.version), chain(&error))])?;
    }
    Ok(())
}
