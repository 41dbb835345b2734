//! Why somebody may do something, or may not.

use super::super::answer::{Content, page};
use super::super::{App, modules, slots};
use super::{offered, session};
use crate::chrome::administration::access::{self as chrome, Answer, Asked};
use crate::server::visit::Visit;
use crate::texts::Speaker;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use std::sync::Arc;
use vzaemo_service::{Error, Explained, PLATFORM, Question, Unexplained, action_of, record};

/// The form, and the answer to what it was sent with.
pub(super) async fn explain(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let session = match session(&visit) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let say = Speaker::host(visit.language);
    let answer = if asked.is_empty() {
        Ok(Answer::Nothing)
    } else {
        answered(&app, &asked, &say, session.person.id).await
    };
    match answer {
        Ok(answer) => {
            let main = chrome::explain(&say, &asked, &answer, &offered(&app, &visit));
            page(&app, &visit, &headers, Content::new(&say.say("access-title"), main).private()).await
        }
        Err(error) => modules::failed(&app, &visit, "", &error).await,
    }
}

async fn answered(
    app: &App,
    asked: &Asked,
    say: &Speaker<'_>,
    by: vzaemo_identity::PersonId,
) -> Result<Answer, Error> {
    let problem = |key: &str| Ok(Answer::Problem(say.say(key).into_owned()));
    let Some((module, action)) = action_of(asked.action.trim()) else { return problem("access-no-action") };
    let version = match app.service.serving(module) {
        _ if module == PLATFORM => None,
        Ok(version) => Some(version),
        Err(Error::NotFound | Error::Disabled(_) | Error::SetAside(_)) => return problem("access-no-module"),
        Err(error) => return Err(error),
    };
    let given = |text: &'_ str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (person, key) = (given(&asked.person), given(&asked.resource));
    let rules = app.service.rules_in_force();
    let question = Question {
        person: person.as_deref(),
        assurance: asked.assurance.into(),
        organisation: None,
        rules: rules.as_deref(),
        action,
        key: key.as_deref(),
    };
    let explained = match &version {
        Some(version) => vzaemo_service::explain(app.platform(), version, &question).await,
        None => vzaemo_service::explain_own(app.platform(), &app.service.snapshot().host, &question).await,
    };
    let explained = match explained {
        Ok(explained) => explained,
        Err(Unexplained::NoAction { known, .. }) => {
            return Ok(Answer::Problem(
                say.say_with("access-no-such-action", &[("known", known.into())]).into_owned(),
            ));
        }
        Err(Unexplained::NoPerson) => return problem("access-no-person"),
        Err(Unexplained::KeyNeeded { collection }) => {
            return Ok(Answer::Problem(
                say.say_with("access-key-needed", &[("collection", collection.into())]).into_owned(),
            ));
        }
        Err(Unexplained::NoDocument { .. }) => return problem("access-no-document"),
        Err(Unexplained::Service(error)) => return Err(error),
    };
    // The roles of somebody else are theirs to know who asked for.
    if let Some(about) = vzaemo_service::person_meant(app.platform(), module, person.as_deref()).await?
        && about != by
    {
        record::explained(app.platform(), by, about, version.as_deref(), &asked.action).await?;
    }
    Ok(match explained {
        Explained::Open => Answer::Open,
        Explained::Decided(explanation) => {
            let why = slots::why(&explanation.decision.reason, version.as_deref(), say);
            Answer::Decided(explanation, why)
        }
    })
}
