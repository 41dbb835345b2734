//! What the renderer asks, answered for one page of one module.

use super::App;
use super::visit::Visit;
use crate::render::{Pairs, Resolver, Rule};
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
    query: Vec<(String, String)>,
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
        PageResolver {
            version: Arc::clone(version),
            platform: app.platform(),
            language: visit.language,
            names,
            query,
        }
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
        self.platform.legal.now().timestamp()
    }

    fn zone(&self) -> &TimeZone {
        self.platform.zone.time_zone()
    }
}
