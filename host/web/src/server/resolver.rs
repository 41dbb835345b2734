//! What the renderer asks, answered for one page of one module.

use super::App;
use super::files::PageFile;
use super::visit::Visit;
use crate::render::{FileLine, Pairs, Resolver, Rule};
use crate::texts::{Language, Speaker};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::Arc;
use vzaemo_contract::call::{Address, Pair};
use vzaemo_service::{ModuleVersion, Platform, route};

/// Answers from maps that were filled before rendering began.
pub(super) struct PageResolver<'a> {
    version: Arc<ModuleVersion>,
    platform: &'a Platform,
    language: Language,
    names: HashMap<String, String>,
    files: HashMap<String, PageFile>,
    query: Vec<(String, String)>,
    now: Timestamp,
}

impl<'a> PageResolver<'a> {
    /// For one page of a version, for one reader.
    pub async fn new(
        app: &'a App,
        visit: &Visit,
        version: &Arc<ModuleVersion>,
        page: &vzaemo_marks::Page,
        query: Vec<Pair>,
    ) -> Self {
        let references = crate::render::references(page);
        let names = if references.is_empty() {
            HashMap::new()
        } else {
            super::people::names(app, &version.manifest.id, &references).await
        };
        let files = super::files::of_page_alone(app, visit, version, page, &query).await;
        let platform = app.platform();
        PageResolver {
            files,
            version: Arc::clone(version),
            platform,
            language: visit.language,
            names,
            query,
            now: platform.legal.now().timestamp(),
        }
    }

    /// For one page of a version in a language, with names that were fetched before and the time at which the page
    /// was asked for.
    pub fn with_names(
        app: &'a App,
        language: Language,
        version: &Arc<ModuleVersion>,
        names: HashMap<String, String>,
        query: Vec<Pair>,
        at: vzaemo_clock::Instant,
    ) -> Self {
        let version = Arc::clone(version);
        let (platform, now, files) = (app.platform(), at.timestamp(), HashMap::new());
        PageResolver { version, platform, language, names, files, query, now }
    }

    /// The same with the files of the page, that were fetched before.
    pub fn showing(self, files: HashMap<String, PageFile>) -> Self {
        PageResolver { files, ..self }
    }
}

fn owned(pairs: &Pairs<'_>) -> Vec<Pair> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn with_query(path: String, query: &Pairs<'_>) -> String {
    if query.is_empty() {
        return path;
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{path}?{query}")
}

impl Resolver for PageResolver<'_> {
    fn speaker(&self) -> Speaker<'_> {
        Speaker::of(&self.version.texts, self.language)
    }

    fn person(&self, reference: &str) -> Option<&str> {
        self.names.get(reference).map(String::as_str)
    }

    fn body(&self, id: &str) -> Option<&str> {
        let name = &self.platform.bodies.get(id)?.name;
        Some(match self.language {
            Language::Uk => &name.uk,
            Language::En => &name.en,
        })
    }

    fn file(&self, id: &str) -> Option<FileLine<'_>> {
        self.files.get(id).map(PageFile::line)
    }

    fn view(&self, name: &str, params: &Pairs<'_>, query: &Pairs<'_>) -> Option<String> {
        let address = Address { view: name.to_owned(), params: owned(params) };
        Some(with_query(route::view_path(&self.version.manifest, &address)?, query))
    }

    fn act_form(&self, act: &str, params: &Pairs<'_>, prefill: &Pairs<'_>) -> Option<String> {
        Some(with_query(route::act_path(&self.version.manifest, act, &owned(params))?, prefill))
    }

    fn query(&self) -> &[(String, String)] {
        &self.query
    }

    fn explain(&self, rule: &Rule<'_>) -> Vec<String> {
        super::explain::explain(rule, self.platform, &self.speaker())
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn zone(&self) -> &TimeZone {
        self.platform.zone.time_zone()
    }
}
