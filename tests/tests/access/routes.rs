//! Every route of every module, as its manifest declares it, tried by those whom the manifest does not name: visitors,
//! other citizens, officials of another body, officials of another module. A new route or module is covered by itself.

use crate::data;
use serde_json::Value;
use std::path::Path;
use vzaemo_contract::manifest::{Manifest, Resource, Who};
use vzaemo_tests::petitions;
use vzaemo_tests::{Person, Platform, Settings, submission};

/// A module's manifest with the schemas of its collections.
struct Module {
    manifest: Manifest,
    folder: std::path::PathBuf,
}

/// All modules of the repository.
fn modules() -> Vec<Module> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("modules");
    let mut modules = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if let Ok(text) = std::fs::read_to_string(entry.path().join("module.toml")) {
            let manifest = Manifest::from_toml(&text).unwrap();
            modules.push(Module { manifest, folder: entry.path() });
        }
    }
    assert!(modules.len() >= 2, "the modules are found");
    modules
}

impl Module {
    /// The field of a collection that access looks at.
    fn marked(&self, collection: &str, mark: &str) -> Option<String> {
        let schema = self.folder.join(&self.manifest.collections[collection].schema);
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        properties.iter().find(|(_, field)| field["x-access"] == mark).map(|(name, _)| name.clone())
    }
}

/// What somebody asks for.
struct Route {
    module: String,
    name: String,
    path: String,
    is_act: bool,
    by: Vec<Who>,
    resource: Option<Resource>,
}

/// All that needs a decision: views that are not open, and acts with everybody who may do them in some state.
fn routes(manifest: &Manifest) -> Vec<Route> {
    let module = manifest.id.clone();
    let views = manifest.views.iter().filter(|view| !view.open).map(|view| Route {
        module: module.clone(),
        name: view.name.clone(),
        path: view.path.clone(),
        is_act: false,
        by: view.by.clone(),
        resource: view.resource.clone(),
    });
    let acts = manifest.acts.iter().map(|act| {
        let steps = manifest.workflow.iter().flat_map(|workflow| &workflow.steps);
        let mut by: Vec<Who> = steps
            .filter(|step| step.act.as_ref() == Some(&act.name))
            .flat_map(|step| if step.by.is_empty() { act.by.clone() } else { step.by.clone() })
            .collect();
        if by.is_empty() {
            by.clone_from(&act.by);
        }
        Route {
            module: module.clone(),
            name: act.name.clone(),
            path: act.path.clone(),
            is_act: true,
            by,
            resource: act.resource.clone(),
        }
    });
    views.chain(acts).collect()
}

impl Route {
    /// Its address with the document's key; other parameters mean nothing.
    fn address(&self, key: &str) -> String {
        let param = self.resource.as_ref().map(|resource| resource.param.as_str());
        let steps =
            self.path.split('/').map(|step| match step.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                Some(name) if Some(name) == param => key.to_owned(),
                Some(_) => "x".to_owned(),
                None => step.to_owned(),
            });
        format!("/{}{}", self.module, steps.collect::<Vec<_>>().join("/"))
    }
}

/// Somebody who tries.
struct Trier {
    name: &'static str,
    person: Person,
    /// The bodies for which they administer a module; `*` stands for every module.
    administers: Vec<(&'static str, &'static str)>,
    signed_in: bool,
    holder: bool,
}

impl Trier {
    /// Whether the manifest names them, read by itself: an author is none of them, for they have written nothing.
    fn is_named(&self, route: &Route, body: Option<&str>) -> bool {
        let administers = |body: Option<&str>| {
            self.administers.iter().any(|(module, of)| {
                (*module == "*" || *module == route.module) && body.is_none_or(|body| body == *of)
            })
        };
        self.signed_in
            && route.by.iter().any(|who| match who {
                Who::Person => true,
                Who::Author => false,
                Who::Official => match route.resource {
                    Some(_) => body.is_some() && administers(body),
                    None => administers(None),
                },
                Who::Holder => self.holder,
            })
    }
}

/// What a module has stored, all of it.
async fn stored(platform: &Platform, modules: &[Module]) -> Vec<(String, Vec<(String, Value)>)> {
    let mut all = Vec::new();
    for module in modules {
        for collection in module.manifest.collections.keys() {
            let documents = data::documents(platform, &module.manifest.id, collection).await;
            all.push((format!("{}/{collection}", module.manifest.id), documents));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_nobody_passes_whom_the_manifest_does_not_name() {
    let mut platform = Platform::start(Settings::default()).await;
    petitions::send(&platform.person(1).await, "A bench at every stop of the tram").await;

    // An official of one module only, who is none of the test persons.
    drop(platform.person(5).await);
    let official_elsewhere = data::newest_person(&platform).await;
    platform.stop().await;
    let grant = r#"{"grants":[{"role":{"body":"cabinet-of-ministers","module":"elsewhere","role":"module-administrator"},"since":"2026-01-01T00:00:00Z"}]}"#;
    data::put(&platform, "identity", "grants", &official_elsewhere, grant).await;
    platform.restart().await;

    let trier = async |name, number: Option<u32>, administers: &[(&'static str, &'static str)]| Trier {
        name,
        person: match number {
            Some(number) => platform.person(number).await,
            None => platform.visitor(),
        },
        administers: administers.to_vec(),
        signed_in: number.is_some(),
        holder: number == Some(10),
    };
    let triers = [
        trier("a visitor", None, &[]).await,
        trier("another citizen", Some(4), &[]).await,
        trier("an official of another module", Some(5), &[("elsewhere", "cabinet-of-ministers")]).await,
        trier("an official of a ministry", Some(9), &[("*", "ministry-digital")]).await,
        trier(
            "an official of the cabinet",
            Some(8),
            &[("*", "cabinet-secretariat"), ("*", "cabinet-of-ministers")],
        )
        .await,
        trier("the holder", Some(10), &[]).await,
        trier("the technical administrator", Some(11), &[]).await,
        trier("the auditor", Some(12), &[]).await,
    ];
    let modules = modules();
    let before = stored(&platform, &modules).await;
    let (mut refused, mut named, mut shown) = (0, 0, 0);
    for module in &modules {
        for route in routes(&module.manifest) {
            for (key, body) in targets(&platform, module, &route).await {
                let address = route.address(&key);
                for trier in &triers {
                    if trier.is_named(&route, body.as_deref()) {
                        named += 1;
                        // Those who are named see the page: the route is there, and it is a refusal that is tested.
                        if !route.is_act && trier.person.get(&address).await.status == 200 {
                            shown += 1;
                        }
                        continue;
                    }
                    refusal(trier, &route, &address).await;
                    refused += 1;
                }
            }
        }
    }
    assert_eq!(stored(&platform, &modules).await, before, "nothing was written");
    assert!(refused > 300, "{refused} refusals");
    assert!(named > 20 && shown > 5, "{named} are named, {shown} pages are shown to them");
    println!("{refused} requests refused, {named} not tried since the manifest names the person");
}

/// Documents that a route can name: one in each state, with the body that it belongs to. One without a key for a route
/// that names none.
async fn targets(platform: &Platform, module: &Module, route: &Route) -> Vec<(String, Option<String>)> {
    let Some(resource) = &route.resource else { return vec![(String::new(), None)] };
    let body = module.marked(&resource.collection, "body");
    let state = module.manifest.workflow.as_ref().map(|workflow| workflow.field.clone());
    let mut seen = Vec::new();
    let mut targets = Vec::new();
    for (key, document) in data::documents(platform, &module.manifest.id, &resource.collection).await {
        let state = state.as_ref().map(|field| document[field.as_str()].clone());
        if !seen.contains(&state) {
            seen.push(state);
            let body = body.as_ref().and_then(|field| document[field.as_str()].as_str().map(str::to_owned));
            targets.push((key, body));
        }
    }
    assert!(!targets.is_empty(), "{}: there are documents to try it with", route.name);
    targets
}

async fn refusal(trier: &Trier, route: &Route, address: &str) {
    let (name, what) = (trier.name, &route.name);
    let got = trier.person.get(address).await;
    let to_sign_in = got.to.as_deref().is_some_and(|to| to.starts_with("/sign-in"));
    // What is over is said to everybody; nobody is asked to sign in for it.
    let led_away = !trier.signed_in && to_sign_in;
    assert!(
        led_away || matches!(got.status, 403..=405),
        "{name} gets {what} at {address}: {} {:?}",
        got.status,
        got.to
    );
    let id = submission();
    let posted = trier.person.post(address, &[("_submission", &id)]).await;
    let expected: &[u16] = match (route.is_act, trier.signed_in) {
        (true, true) => &[403],
        (true, false) => &[401, 403],
        (false, _) => &[404, 405],
    };
    assert!(
        expected.contains(&posted.status),
        "{name} does {what} at {address}: {} {:?} {}",
        posted.status,
        posted.to,
        posted.text()
    );
}
