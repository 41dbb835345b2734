//! What a decision about access costs.

use crate::Scale;
use crate::report::{Goal, Row};
use crate::server::Server;
use anyhow::{Context as _, Result, ensure};
use std::hint::black_box;
use std::time::Instant;
use vzaemo_access::{Action, Assurance, Decision, HostAction, HostPolicies, Subject};
use vzaemo_storage::Query;
use vzaemo_tests::Settings;

/// Has the policies decide about somebody.
type Decide<'a> = &'a dyn Fn(&Subject) -> Decision;

/// The rows: may this visitor, this person, this official do it?
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let server = Server::start(Settings::default()).await?;
    let version = server.version("petitions")?;
    let mut unit = server.wired.storage.begin().await?;
    let query = Query::of("petitions").equal("state", "collecting").limit(1);
    let found = unit.select("petitions", &query).await?;
    let key = found.keys.first().context("find a document among the sample content")?;
    let document = unit.get("petitions", "petitions", key).await?.context("read a document")?;
    drop(unit);
    let resource = version.policies.document("petitions", &document.key, &document.body)?;

    let person = Subject {
        person: Some("somebody".to_owned()),
        assurance: Assurance::Substantial,
        ..Subject::visitor()
    };
    let body = resource.body.clone().context("find the body of the document")?;
    let official = Subject { bodies: vec![body], ..person.clone() };
    let technical = Subject { technical: true, ..person.clone() };
    let own = HostPolicies::compile(&[], false)?;
    let decisions: u32 = scale.pick(200_000, 20_000);
    let mut rows = Vec::new();
    let sign = |subject: &Subject| version.policies.decide(subject, Action::Act("sign"), Some(&resource));
    let cases = |subject: &Subject| own.decide(subject, HostAction::Cases);
    let block = |subject: &Subject| own.decide(subject, HostAction::Block);
    let asked: [(&str, Subject, bool, Decide<'_>); 5] = [
        ("a visitor", Subject::visitor(), false, &sign),
        ("a person", person.clone(), true, &sign),
        ("an official", official, true, &sign),
        ("the platform's own page, a person", person, true, &cases),
        ("the platform's own page, the technical administrator", technical, true, &block),
    ];
    for (who, subject, allowed, decide) in asked {
        let decide = || decide(&subject);
        ensure!(decide().allowed == allowed, "decide for {who}: {:?}", decide());
        let begun = Instant::now();
        for _ in 0..decisions {
            black_box(decide());
        }
        let each = begun.elapsed().as_secs_f64() * 1e6 / f64::from(decisions);
        rows.push(Row::new(format!("a decision about access: {who}"), each, "µs").goal(Goal::AtMost(20.0)));
    }
    Ok(rows)
}
