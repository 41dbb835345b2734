//! What was erased for its time, by which rule and when, and what comes next: counts only.

use super::super::answer::{Content, page};
use super::super::cabinet::{collection_name, service_name};
use super::super::my_data::term;
use super::super::{App, modules};
use super::{moments, offered};
use crate::chrome::administration::retention::{self as chrome, Erased, Next};
use crate::server::visit::Visit;
use crate::texts::Speaker;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use std::sync::Arc;
use vzaemo_clock::Instant;
use vzaemo_service::{Outlook, Retained};

/// How many lines of what was erased are shown.
const LINES: u32 = 200;

/// The page.
pub(super) async fn retention(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let (done, next) = match app.service.retentions(LINES).await {
        Ok(found) => found,
        Err(error) => return modules::failed(&app, &visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    let erased: Vec<Erased> = done.iter().map(|one| erased(&app, &visit, &say, one)).collect();
    let next: Vec<Next> = next.iter().map(|one| coming(&app, &visit, one)).collect();
    let moment = moments(&app, &say, app.platform().legal.now());
    let main = chrome::retention(&say, &erased, &next, &offered(&app, &visit), &moment);
    page(&app, &visit, &headers, Content::new(&say.say("retention-title"), main).private()).await
}

fn erased(app: &App, visit: &Visit, say: &Speaker<'_>, done: &Retained) -> Erased {
    let mut day = String::new();
    match done.day.parse() {
        Ok(date) => crate::texts::push_day(date, say, &mut day),
        Err(_) => day.clone_from(&done.day),
    }
    Erased {
        day,
        service: service_name(app, visit, &done.module),
        collection: collection_name(app, visit, &done.module, &done.collection),
        class: done.class.clone(),
        term: term(&done.keep, say),
        law: done.law.clone(),
        removed: done.removed,
        documents: done.documents,
    }
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap_or(Instant::EPOCH)
}

fn coming(app: &App, visit: &Visit, outlook: &Outlook) -> Next {
    Next {
        service: service_name(app, visit, &outlook.module),
        collection: collection_name(app, visit, &outlook.module, &outlook.collection),
        next: outlook.next.as_deref().map(|next| (instant(next), outlook.first)),
        running: outlook.running,
        open: outlook.open,
        failed: outlook.failed,
        looked: instant(&outlook.looked),
    }
}
