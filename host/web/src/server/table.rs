//! The host's own addresses, and who may come to each: the one place where they are bound.
//!
//! An address stands here as open, or with the action that a request for it is; then it passes a decision by the
//! policies (`host/access/policies/platform.cedar`) before its handler is called. There is no third way to bind one, so
//! none can be forgotten.

use super::answer::{see_other, trouble};
use super::step_up::came_from;
use super::visit::Visit;
use super::{App, kept_out, slots};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::texts::Speaker;
use axum::Router;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;
use http::HeaderMap;
use std::sync::Arc;
use vzaemo_access::{HostAction, Reason};

/// Who may come to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody, signed in or not: public pages, the ways of signing in, and what proves its right by itself.
    Open,
    /// Whoever may do this by the policies.
    Decided(HostAction),
}

/// Addresses with their doors and handlers.
#[derive(Default)]
pub struct Table {
    rows: Vec<(String, Door, MethodRouter<Arc<App>>)>,
}

impl Table {
    /// No addresses.
    pub(super) fn new() -> Self {
        Table::default()
    }

    /// An address for everybody.
    pub(super) fn open(self, path: &str, handlers: MethodRouter<Arc<App>>) -> Self {
        self.row(path, Door::Open, handlers)
    }

    /// An address for those who may do `action`. A handler behind it can rely on that, and on a session.
    pub(super) fn decided(self, path: &str, action: HostAction, handlers: MethodRouter<Arc<App>>) -> Self {
        self.row(path, Door::Decided(action), handlers)
    }

    fn row(mut self, path: &str, door: Door, handlers: MethodRouter<Arc<App>>) -> Self {
        self.rows.push((path.to_owned(), door, handlers));
        self
    }

    /// These and others.
    pub(super) fn merge(mut self, other: Table) -> Self {
        self.rows.extend(other.rows);
        self
    }

    /// Every address with its door.
    pub fn doors(&self) -> impl Iterator<Item = (&str, Door)> {
        self.rows.iter().map(|(path, door, _)| (path.as_str(), *door))
    }

    /// The handlers behind their doors.
    pub(super) fn into_router(self, app: &Arc<App>) -> Router<Arc<App>> {
        self.rows.into_iter().fold(Router::new(), |router, (path, door, handlers)| {
            let handlers = match door {
                Door::Open => handlers,
                Door::Decided(action) => {
                    handlers.route_layer(from_fn_with_state((Arc::clone(app), action), decide))
                }
            };
            router.route(&path, handlers)
        })
    }
}

/// Lets a request go on to its handler, or answers why not.
async fn decide(
    State((app, action)): State<(Arc<App>, HostAction)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(visit) = Visit::from_request_parts(&mut parts, &app).await;
    let decision = app.service.decide_own(&visit.caller, action);
    if decision.allowed {
        // The handler asks for the visitor again, who need not be found out twice.
        parts.extensions.insert(visit);
        return next.run(Request::from_parts(parts, body)).await;
    }
    let change = !parts.method.is_safe();
    if decision.reason == Reason::SignInNeeded {
        let to = if change { sent_from(&app, &parts.headers, action) } else { visit.path.clone() };
        return see_other(&paths::returning(paths::SIGN_IN, &to));
    }
    kept_out::denied(&app, &visit, vzaemo_service::PLATFORM, &decision.reason);
    app.service.refused_own(&visit.caller, action, &decision.reason, change).await;
    let say = Speaker::host(visit.language);
    let why = match &decision.reason {
        Reason::NotPermitted => say.say("administration-not-yours").into_owned(),
        reason => slots::why(reason, None, &say),
    };
    trouble(&app, &visit, &Problem::Refused { why }).await
}

/// Where somebody goes on after signing in who sent a change: to the page that they sent it from, else to the one where it
/// stands.
fn sent_from(app: &App, headers: &HeaderMap, action: HostAction) -> String {
    let from = came_from(app, headers);
    from.map_or_else(|| page_of(action).to_owned(), |page| page.as_str().to_owned())
}

/// The page on which an action is offered.
fn page_of(action: HostAction) -> &'static str {
    match action {
        HostAction::Cases | HostAction::Desk => paths::CABINET,
        HostAction::Drafts => paths::DRAFTS,
        HostAction::Notices => paths::NOTICES,
        HostAction::Sessions => paths::SESSIONS,
        HostAction::Represent => paths::ACTING_FOR,
        HostAction::Record => paths::RECORD,
        HostAction::Mail => paths::MAIL,
        HostAction::Accesses => paths::ACCESSES,
        HostAction::Documents => paths::PAPERS,
        HostAction::Data | HostAction::Export | HostAction::Erase => paths::MY_DATA,
        HostAction::Correct => paths::CORRECTIONS,
        HostAction::Accept => paths::RULES_ACCEPTANCE,
        HostAction::Answer => paths::DESK_CORRECTIONS,
        HostAction::Invalidate => paths::ADMIN_INVALIDATIONS,
        HostAction::Merge => paths::ADMIN_MERGES,
        HostAction::Retention => paths::ADMIN_RETENTION,
        HostAction::Changes | HostAction::Approve => paths::ADMIN_CHANGES,
        HostAction::Security | HostAction::Exclude | HostAction::Admit => paths::ADMIN_SECURITY,
        HostAction::Explain => paths::ADMIN_ACCESS,
        HostAction::Persons | HostAction::Block | HostAction::Unblock => paths::ADMIN_PERSONS,
        HostAction::Roles | HostAction::Grant | HostAction::Appoint => paths::ADMIN_ROLES,
        HostAction::Clock => paths::HOME,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::addresses;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Addresses that ask nobody, each by name: what is not here passes a decision.
    const OPEN: [&str; 34] = [
        // Pages for all.
        "/",
        "/search",
        "/preferences",
        "/language/{code}",
        "/rules",
        "/rules/versions",
        "/rules/{version}",
        "/accessibility",
        "/privacy",
        // What was decided about participation is everybody's.
        "/invalidations",
        "/invalidations/{number}",
        // The audit log is everybody's.
        "/audit",
        "/audit/checkpoint",
        "/audit/key",
        "/audit/consistency",
        // The ways of signing in and out.
        "/sign-in",
        "/sign-in/begin/{provider}",
        "/sign-in/return/{provider}",
        "/sign-in/signature",
        "/sign-in/signature/code",
        "/sign-in/surer",
        "/sign-in/silently/{provider}",
        "/sign-in/hand-over/{provider}",
        "/sign-out",
        "/signed-out",
        "/development/signature",
        "/dev/id/{*path}",
        // Whoever sends these shows by a token that they may.
        "/sign-in/back-channel-logout/{provider}",
        "/cabinet/mail/stop",
        // A file goes to whoever may see the page that shows it, by the decision about that page.
        "/files/{id}",
        // Machines, and what pages are made of.
        "/robots.txt",
        "/health/live",
        "/health/ready",
        "/assets/{*path}",
    ];

    #[test]
    fn every_address_is_open_by_name_or_passes_a_decision() {
        let table = addresses(true);
        let open: BTreeSet<&str> =
            table.doors().filter(|(_, door)| *door == Door::Open).map(|(path, _)| path).collect();
        assert_eq!(open, BTreeSet::from(OPEN));
        // The other way round: each action is asked for somewhere.
        for action in HostAction::ALL {
            assert!(table.doors().any(|(_, door)| door == Door::Decided(*action)), "no address is {action}");
        }
        let decided = table.doors().filter(|(_, door)| *door != Door::Open);
        for (path, _) in decided {
            let private = ["/cabinet", "/administration", "/desk", "/rules/acceptance", "/development/clock"];
            assert!(private.iter().any(|begin| path.starts_with(begin)), "{path}");
        }
        // Outside development mode the addresses of development are not there.
        assert!(addresses(false).doors().all(|(path, _)| !path.starts_with("/dev")));
    }

    /// The table is the only way to bind an address: no source beside it does.
    #[test]
    fn attack_address_cannot_be_bound_beside_the_table() {
        fn search(folder: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    search(&path, found);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let binds = [".route(", ".route_service(", ".nest(", ".nest_service("];
                    if binds.iter().any(|call| text.contains(call)) {
                        found.push(path.file_name().unwrap().to_string_lossy().into_owned());
                    }
                }
            }
        }
        let mut found = Vec::new();
        search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert_eq!(found, ["table.rs"]);
    }
}
