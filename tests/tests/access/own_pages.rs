//! The platform's own pages: every address that its table binds behind a decision, found in its source, tried by whoever
//! there is. A new page is held to that by itself; that none is bound past the table, and which are open, `host/web` tests.

use crate::data;
use std::path::Path;
use vzaemo_tests::{Answer, Language, Person, Platform, Settings, host_message};

/// An address with the action that a request for it is.
struct Address {
    path: String,
    action: String,
    /// Whether it is for changes only.
    change: bool,
}

/// The arguments of every `.decided(` in a source.
fn decided(text: &str, constants: &[(String, String)]) -> Vec<Address> {
    let calls = text.split(".decided(").skip(1);
    calls
        .filter_map(|rest| {
            let (path, rest) = rest.trim_start().split_once(',')?;
            let (action, rest) = rest.trim_start().strip_prefix("HostAction::")?.split_once(',')?;
            let path = match path.strip_prefix('"') {
                Some(text) => text.trim_end_matches('"').to_owned(),
                None => {
                    let name = path.trim_start_matches("paths::");
                    let found = constants.iter().find(|(known, _)| known == name);
                    found.unwrap_or_else(|| panic!("{path} is no constant of paths.rs")).1.clone()
                }
            };
            let filled = path.split('/').map(|step| if step.starts_with('{') { "x" } else { step });
            let change = rest.trim_start().starts_with("post(");
            Some(Address {
                path: filled.collect::<Vec<_>>().join("/"),
                action: action.to_lowercase(),
                change,
            })
        })
        .collect()
}

/// The values of the constants that addresses are made of.
fn constants(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("pub const ")?.split_once(": &str = \"")?;
            Some((name.to_owned(), rest.split('"').next()?.to_owned()))
        })
        .collect()
}

fn sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            sources(&entry.path(), into);
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn addresses() -> Vec<Address> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("host/web/src");
    let mut text = String::new();
    sources(&web.join("server"), &mut text);
    let constants = constants(&std::fs::read_to_string(web.join("chrome/paths.rs")).unwrap());
    let addresses = decided(&text, &constants);
    assert!(addresses.len() > 25, "the addresses are found");
    addresses
}

/// What only those who run the platform may do.
const ADMINISTRATION: [&str; 15] = [
    "security",
    "explain",
    "exclude",
    "admit",
    "persons",
    "block",
    "unblock",
    "invalidate",
    "merge",
    "retention",
    "roles",
    "grant",
    "appoint",
    "changes",
    "approve",
];
/// What of it the holder may do, too.
const HOLDERS: [&str; 9] =
    ["security", "explain", "invalidate", "merge", "retention", "roles", "appoint", "changes", "approve"];
/// What of it is the holder's alone.
const HOLDERS_ALONE: [&str; 1] = ["approve"];

/// Pages that refuse for reasons of their own besides: an invitation without its token, a desk without a service.
const PARTICULAR: [&str; 2] = ["/cabinet/invitation", "/desk/corrections"];

/// Whether an answer is a refusal in words.
fn is_refused(response: &Answer) -> bool {
    response.status == 403
}

async fn tried(person: &Person, address: &Address) -> Answer {
    if address.change { person.post(&address.path, &[]).await } else { person.get(&address.path).await }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_that_is_not_open_is_for_those_whom_the_policies_name() {
    let platform = Platform::start(Settings::default()).await;
    let visitor = platform.visitor();
    let everybody = [
        (platform.person(4).await, "citizen"),
        (platform.person(vzaemo_tests::petitions::OFFICIAL).await, "official"),
        (platform.person(12).await, "auditor"),
        (platform.person(10).await, "holder"),
        (platform.person(11).await, "technical administrator"),
    ];
    let mut refusals = 0;
    // The clock of a development platform is everybody's, and erasure comes last.
    for address in addresses().iter().filter(|address| !matches!(address.action.as_str(), "clock" | "erase"))
    {
        let Address { path, action, change } = address;
        for change in [false, true] {
            let address = Address { path: path.clone(), action: action.clone(), change };
            let got = tried(&visitor, &address).await;
            let to_sign_in = got.to.as_deref().is_some_and(|to| to.starts_with("/sign-in?to="));
            assert!(to_sign_in || got.status == 405, "{path}, {change}: {} {:?}", got.status, got.to);
        }
        for (person, who) in &everybody {
            // Whoever ends sessions here would end those of the other tries, and nobody acts for anybody.
            if *change && !ADMINISTRATION.contains(&action.as_str()) {
                continue;
            }
            let may = match *who {
                "technical administrator" => !HOLDERS_ALONE.contains(&action.as_str()),
                "holder" => !ADMINISTRATION.contains(&action.as_str()) || HOLDERS.contains(&action.as_str()),
                _ => !ADMINISTRATION.contains(&action.as_str()),
            };
            let got = tried(person, address).await;
            let particular = may && PARTICULAR.contains(&path.as_str());
            assert!(is_refused(&got) != may || particular, "{who}: {path}: {} {:?}", got.status, got.to);
            assert_ne!(got.status, 500, "{who}: {path}");
            refusals += usize::from(!may);
        }
    }
    assert!(refusals > 20, "{refusals} refusals");
    // Refusals of known persons are kept: changes each, looks once in a while.
    let entries = data::entries(&platform).await;
    let refused = |action: &str| {
        let act = format!("\"act\":\"platform/{action}\"");
        entries.iter().filter(|entry| entry.contains(&act) && entry.contains("\"decision\":\"deny\"")).count()
    };
    assert_eq!(refused("exclude"), 4, "{entries:#?}");
    assert_eq!(refused("security"), 3, "citizen, official, auditor");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_to_sign_in_first_comes_back_to_the_page() {
    let platform = Platform::start(Settings::default()).await;
    let visitor = platform.visitor();
    for (path, back) in [
        ("/cabinet/sessions/end-others", "/sign-in?to=%2Fcabinet%2Fsessions"),
        ("/administration/security/block", "/sign-in?to=%2Fadministration%2Fsecurity"),
        ("/cabinet/my-data/erasure", "/sign-in?to=%2Fcabinet%2Fmy-data"),
    ] {
        assert_eq!(visitor.post(path, &[]).await.led_to(), back, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_holders_policies_and_explanations_reach_the_platforms_own_pages() {
    let platform = Platform::start(Settings::default()).await;
    let citizen = platform.person(4).await;
    let id = data::newest_person(&platform).await;
    let holder = platform.person(10).await;
    assert_eq!(citizen.get("/cabinet/my-data/archive").await.status, 200);
    let (allowed, said) = platform.explain(&[&id, "platform/export"]).await;
    assert!(allowed && said.contains("permit platform.cabinet (core, platform.cedar:"), "{said}");
    let (allowed, said) = platform.explain(&[&id, "platform/security"]).await;
    assert!(!allowed && said.contains("forbid core.administration (core, platform.cedar:"), "{said}");
    let (allowed, said) = platform.explain(&["visitor", "platform/export"]).await;
    assert!(!allowed && said.contains("SignInNeeded"), "{said}");
    let (allowed, said) = platform.explain(&["visitor", "platform/clock"]).await;
    assert!(allowed && said.contains("resource.development = true"), "{said}");
    let (allowed, said) = platform.explain(&["visitor", "platform/shred"]).await;
    assert!(!allowed && said.contains("there are: cases, drafts"), "{said}");
    // The same on the page, in both languages.
    for language in Language::BOTH {
        holder.read(language).await;
        let page =
            holder.page(&format!("/administration/access?action=platform%2Fexclude&person={id}")).await;
        let page = page.text();
        for part in ["core.technical", "principal.technical", &host_message(language, "access-denied")] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
    // A policy of the holder forbids; one that permits does not pass the guardrails.
    let policies = platform.folder().join("policies");
    std::fs::create_dir_all(&policies).unwrap();
    let text = "@id(\"no-archive\") forbid(principal, action == Platform::Action::\"export\", resource);\n\
                @id(\"all\") permit(principal, action, resource);";
    std::fs::write(policies.join("night.cedar"), text).unwrap();
    platform.reload().await;
    vzaemo_tests::until("the policy holds", async || {
        (citizen.get("/cabinet/my-data/archive").await.status == 403).then_some(())
    })
    .await;
    assert_eq!(citizen.get("/cabinet/my-data").await.status, 200);
    assert_eq!(citizen.get("/administration/security").await.status, 403);
    let (allowed, said) = platform.explain(&[&id, "platform/export"]).await;
    assert!(!allowed && said.contains("night.cedar:1)"), "{said}");
}
