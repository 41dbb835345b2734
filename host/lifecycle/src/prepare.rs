//! A package made ready to serve, or everything that is wrong with it.

use crate::problem::chain;
use crate::{Problem, Wanted, collections, defaults, texts};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use vzaemo_access::{ModulePolicies, PolicyText};
use vzaemo_contract::manifest::Manifest;
use vzaemo_language::texts::Texts;
use vzaemo_registry::{Digest, Layout, Package};
use vzaemo_runtime::{Engine, Grants};
use vzaemo_search::SearchFields;
use vzaemo_service::{FileFields, InputForm, Keeping, ModuleVersion, PersonalFields, Retention};
use vzaemo_storage::Collection;

/// A version of a module, ready to serve but for its generation.
pub(crate) struct Prepared {
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) manifest_toml: String,
    pub(crate) digest: String,
    pub(crate) settings: String,
    pub(crate) grants: Vec<String>,
    pub(crate) collections: Vec<Collection>,
    pub(crate) component: vzaemo_runtime::Module,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    policies: ModulePolicies,
    texts: Texts,
    forms: HashMap<String, InputForm>,
    search: HashMap<String, SearchFields>,
    file_fields: HashMap<String, FileFields>,
    personal: HashMap<String, PersonalFields>,
    retention: HashMap<String, Retention>,
    keeping: HashMap<String, Keeping>,
}

impl Prepared {
    pub(crate) fn into_version(self, generation: u64) -> ModuleVersion {
        ModuleVersion {
            manifest: self.manifest,
            digest: self.digest,
            component: self.component,
            grants: self.grants,
            settings: self.settings,
            policies: self.policies,
            texts: Arc::new(self.texts),
            forms: self.forms,
            search: self.search,
            files: self.file_fields,
            personal: self.personal,
            retention: self.retention,
            keeping: self.keeping,
            generation,
        }
    }
}

/// What a package is prepared with.
pub(crate) struct Workshop<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) engine: &'a Engine,
    pub(crate) holder_policies: &'a [PolicyText],
    /// The name of the configuration file, for messages.
    pub(crate) configuration: &'a str,
}

/// A manifest of a package, read without anything else of it being checked.
pub(crate) fn manifest_of(layout: &Layout, digest: &Digest) -> Option<(Arc<Manifest>, String)> {
    let package = layout.get(digest).ok()?;
    Some((Arc::new(Manifest::from_toml(&package.manifest_toml).ok()?), package.manifest_toml))
}

impl Workshop<'_> {
    /// Verifies, compiles and checks a package. All that is wrong is said at once, as far as the parts can be
    /// checked apart.
    pub(crate) async fn prepare(&self, id: &str, wanted: &Wanted) -> Result<Prepared, Vec<Problem>> {
        let name = format!("{id} {}", wanted.version);
        let package = self
            .layout
            .get(&wanted.digest)
            .map_err(|error| vec![Problem::new(&name, chain(&error)).mend("put the package there again")])?;
        let mut manifest = Manifest::from_toml(&package.manifest_toml).map_err(|error| {
            vec![Problem::new(format!("{name} module.toml"), error.to_string().trim_end())]
        })?;
        let files =
            |path: &str| package.files.get(path).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
        let mut problems: Vec<Problem> = manifest
            .problems(&files)
            .into_iter()
            .map(|problem| {
                Problem::new(format!("{name} module.toml"), problem.what).at(problem.place).mend(problem.mend)
            })
            .collect();
        let texts = keep(&mut problems, texts::load(&name, &manifest, &files));
        let settings = keep(&mut problems, self.settings(id, &name, &manifest, wanted, &files));
        let collections = keep(&mut problems, collections::of_manifest(&name, &manifest, &files));
        let search = keep(&mut problems, search_fields(&name, collections.as_deref().unwrap_or_default()));
        let forms = keep(&mut problems, forms(&name, &manifest, &files));
        self.grants(id, &manifest, wanted, &mut problems);
        self.raise_assurance(id, &mut manifest, wanted, &mut problems);
        // A manifest with problems would only make policies repeat them.
        let policies = if problems.is_empty() {
            keep(&mut problems, self.policies(&name, &manifest, &package, &files))
        } else {
            None
        };
        for collection in wanted.retention.keys().filter(|name| !manifest.collections.contains_key(*name)) {
            problems.push(
                Problem::new(
                    self.configuration,
                    format!("the module has no collection {collection:?} to keep"),
                )
                .at(format!("modules.{id}.retention"))
                .mend("name one of its collections, or remove it"),
            );
        }
        let grants = Grants::new(&manifest, wanted.grants.iter().cloned());
        let digest = Digest::of(&package.component).to_string();
        let component = match self.engine.load(package.component, &digest, &grants).await {
            Ok(component) => Some(component),
            Err(error) => {
                problems.push(Problem::new(&name, chain(&error)));
                None
            }
        };
        match (texts, settings, collections, forms, search, policies, component) {
            (
                Some(texts),
                Some(settings),
                Some(collections),
                Some(forms),
                Some(search),
                Some(policies),
                Some(component),
            ) if problems.is_empty() => Ok(Prepared {
                file_fields: file_fields(&collections),
                personal: personal_fields(&collections),
                keeping: keeping(&manifest, &collections, wanted),
                retention: retention(wanted),
                manifest: Arc::new(manifest),
                manifest_toml: package.manifest_toml,
                digest: package.digest.to_string(),
                settings,
                grants: wanted.grants.clone(),
                collections,
                component,
                files: package.files,
                policies,
                texts,
                forms,
                search,
            }),
            _ => Err(problems),
        }
    }

    fn settings(
        &self,
        id: &str,
        name: &str,
        manifest: &Manifest,
        wanted: &Wanted,
        files: &dyn Fn(&str) -> Option<String>,
    ) -> Result<String, Vec<Problem>> {
        let here = |place: String, what: String| {
            let dot = if place.is_empty() { "" } else { "." };
            Problem::new(self.configuration, what).at(format!("modules.{id}.config{dot}{place}"))
        };
        let Some(config) = &manifest.config else {
            let nothing = wanted.config.as_object().is_none_or(serde_json::Map::is_empty);
            return if nothing {
                Ok("{}".to_owned())
            } else {
                Err(vec![here(String::new(), format!("{name} has nothing to configure")).mend("remove it")])
            };
        };
        let schema = serde_json::from_str(&files(&config.schema).unwrap_or_default())
            .map_err(|error| vec![Problem::new(format!("{name} {}", config.schema), error.to_string())])?;
        let settled = defaults::settle(&schema, wanted.config.clone()).map_err(|errors| {
            errors.into_iter().map(|(place, what)| here(place, what)).collect::<Vec<_>>()
        })?;
        Ok(settled.to_string())
    }

    /// A required capability that is not granted, whether or not the component makes use of it. A grant that nobody
    /// asks for stands in nobody's way: the next version may do without.
    /// The holder may ask for a surer identity than the module does, never for a less sure one.
    fn raise_assurance(
        &self,
        id: &str,
        manifest: &mut Manifest,
        wanted: &Wanted,
        problems: &mut Vec<Problem>,
    ) {
        for (name, level) in &wanted.assurance {
            let problem = |what: String, mend: String| {
                let place = format!("modules.{id}.assurance.{name}");
                Problem::new(self.configuration, what).at(place).mend(mend)
            };
            let Some(act) = manifest.acts.iter_mut().find(|act| act.name == *name) else {
                let known: Vec<&str> = manifest.acts.iter().map(|act| act.name.as_str()).collect();
                let mend = format!("choose from {}", known.join(", "));
                problems.push(problem(format!("the module has no act {name:?}"), mend));
                continue;
            };
            if *level < act.assurance {
                let what = "the module itself asks for a surer identity".to_owned();
                problems.push(problem(what, "remove it, or ask for more".to_owned()));
            }
            act.assurance = act.assurance.max(*level);
        }
    }

    fn grants(&self, id: &str, manifest: &Manifest, wanted: &Wanted, problems: &mut Vec<Problem>) {
        let here = |what: String| Problem::new(self.configuration, what).at(format!("modules.{id}.grants"));
        for grant in wanted.grants.iter().filter(|grant| !manifest.capabilities.contains_key(*grant)) {
            tracing::warn!(
                module = id,
                grant,
                "a grant has no effect: this version of the module does not ask for it"
            );
        }
        for (capability, asked) in &manifest.capabilities {
            if !asked.optional && !wanted.grants.contains(capability) {
                problems.push(
                    here(format!("the module requires {capability:?}: {}", asked.why.en))
                        .mend(format!("add {capability:?} to grants, or disable the module")),
                );
            }
        }
    }

    fn policies(
        &self,
        name: &str,
        manifest: &Manifest,
        package: &Package,
        files: &dyn Fn(&str) -> Option<String>,
    ) -> Result<ModulePolicies, Vec<Problem>> {
        let own: Vec<_> = package
            .files
            .keys()
            .filter(|path| path.starts_with("policies/"))
            .map(|path| PolicyText { file: path.clone(), text: files(path).unwrap_or_default() })
            .collect();
        ModulePolicies::compile(manifest, files, &own, self.holder_policies).map_err(|error| {
            let holders = self.holder_policies.iter().any(|text| text.file == error.file);
            let file = if holders { error.file } else { format!("{name} {}", error.file) };
            vec![Problem::new(file, error.what).line((error.line > 0).then_some(error.line))]
        })
    }
}

fn search_fields(
    name: &str,
    collections: &[Collection],
) -> Result<HashMap<String, SearchFields>, Vec<Problem>> {
    let mut fields = HashMap::new();
    let mut problems = Vec::new();
    for collection in collections {
        match SearchFields::of(&collection.schema) {
            Ok(found) => {
                fields.insert(collection.name.clone(), found);
            }
            Err(error) => problems.push(
                Problem::new(format!("{name} module.toml"), chain(&error))
                    .at(format!("collections.{}.schema", collection.name)),
            ),
        }
    }
    if problems.is_empty() { Ok(fields) } else { Err(problems) }
}

fn file_fields(collections: &[Collection]) -> HashMap<String, FileFields> {
    let fields =
        collections.iter().map(|collection| (collection.name.clone(), FileFields::of(&collection.schema)));
    fields.filter(|(_, fields)| !fields.is_empty()).collect()
}

fn personal_fields(collections: &[Collection]) -> HashMap<String, PersonalFields> {
    let of = |collection: &Collection| (collection.name.clone(), PersonalFields::of(&collection.schema));
    collections.iter().map(of).filter(|(_, fields)| !fields.is_empty()).collect()
}

fn retention(wanted: &Wanted) -> HashMap<String, Retention> {
    let said = wanted.retention.iter();
    said.map(|(name, one)| (name.clone(), Retention { keep: one.keep.clone(), law: one.law.clone() }))
        .collect()
}

/// For how long the documents of each collection are kept, with those on whose matter others hang.
fn keeping(manifest: &Manifest, collections: &[Collection], wanted: &Wanted) -> HashMap<String, Keeping> {
    let said = retention(wanted);
    let of = |one: &Collection| (one.name.clone(), Keeping::of(manifest, &one.schema, said.get(&one.name)));
    collections.iter().map(of).filter(|(_, keeping)| !keeping.is_empty()).collect()
}

fn forms(
    name: &str,
    manifest: &Manifest,
    files: &dyn Fn(&str) -> Option<String>,
) -> Result<HashMap<String, InputForm>, Vec<Problem>> {
    let mut forms = HashMap::new();
    let mut problems = Vec::new();
    for (id, form) in &manifest.forms {
        let file = || format!("{name} {}", form.schema);
        let schema = match serde_json::from_str(&files(&form.schema).unwrap_or_default()) {
            Ok(schema) => schema,
            Err(error) => {
                problems.push(Problem::new(file(), error.to_string()).line(Some(error.line())));
                continue;
            }
        };
        match jsonschema::options().should_validate_formats(true).build(&schema) {
            Ok(validator) => {
                let files = FileFields::of(&schema);
                forms.insert(id.clone(), InputForm { schema, validator, files });
            }
            Err(error) => problems.push(Problem::new(file(), format!("it is no JSON Schema: {error}"))),
        }
    }
    if problems.is_empty() { Ok(forms) } else { Err(problems) }
}

fn keep<T>(problems: &mut Vec<Problem>, result: Result<T, Vec<Problem>>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}
