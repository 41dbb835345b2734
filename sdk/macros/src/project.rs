//! The files of a module, as its author left them.

use crate::fluent::Texts;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use vzaemo_contract::manifest::Manifest;

/// A module's manifest and all that it names.
pub struct Project {
    /// The manifest.
    pub manifest: Manifest,
    /// JSON Schemas by their path within the module.
    pub schemas: BTreeMap<String, Value>,
    /// Every file read, for cargo to watch.
    pub files: Vec<String>,
}

/// The folder of the crate that is being compiled.
pub fn root() -> Result<PathBuf, String> {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .ok_or_else(|| "modules are built by cargo, which sets CARGO_MANIFEST_DIR".to_owned())
}

fn read(root: &Path, file: &str, named_in: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(file))
        .map_err(|error| format!("failed to read {file}, named in {named_in}: {error}"))
}

impl Project {
    /// Reads the module that is being compiled.
    pub fn load() -> Result<Self, String> {
        let root = root()?;
        let text = read(&root, "module.toml", "every module")?;
        let manifest = Manifest::from_toml(&text).map_err(|error| format!("module.toml: {error}"))?;
        let mut project =
            Project { manifest, schemas: BTreeMap::new(), files: vec!["module.toml".to_owned()] };
        let collections = project.manifest.collections.values().map(|collection| &collection.schema);
        let forms = project.manifest.forms.values().map(|form| &form.schema);
        let config = project.manifest.config.iter().map(|config| &config.schema);
        let paths: Vec<String> = collections.chain(forms).chain(config).cloned().collect();
        for path in paths {
            if project.schemas.contains_key(&path) {
                continue;
            }
            let schema = serde_json::from_str(&read(&root, &path, "module.toml")?)
                .map_err(|error| format!("{path} is not JSON: {error}"))?;
            project.files.push(path.clone());
            project.schemas.insert(path, schema);
        }
        Ok(project)
    }

    /// The schema at this path.
    pub fn schema(&self, path: &str) -> &Value {
        self.schemas.get(path).unwrap_or(&Value::Null)
    }
}

/// The module's texts in both languages; remembered while the files stay as they are, since every `msg!` asks.
pub fn texts() -> Result<std::rc::Rc<Texts>, String> {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::time::SystemTime;
    type Stamp = (PathBuf, Option<SystemTime>, Option<SystemTime>);
    thread_local! { static KNOWN: RefCell<Option<(Stamp, Rc<Texts>)>> = const { RefCell::new(None) }; }

    let root = root()?;
    let changed = |file: &str| std::fs::metadata(root.join(file)).and_then(|data| data.modified()).ok();
    let stamp = (root.clone(), changed(UK), changed(EN));
    if let Some(texts) = KNOWN.with_borrow(|known| {
        known.as_ref().filter(|(known, _)| *known == stamp).map(|(_, texts)| Rc::clone(texts))
    }) {
        return Ok(texts);
    }
    let uk = read(&root, UK, "every module")?;
    let en = read(&root, EN, "every module")?;
    let texts = Rc::new(Texts::parse(&uk, &en)?);
    KNOWN.set(Some((stamp, Rc::clone(&texts))));
    Ok(texts)
}

/// The Ukrainian texts.
pub const UK: &str = "locales/uk.ftl";
/// The English texts.
pub const EN: &str = "locales/en.ftl";
