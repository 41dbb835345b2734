//! Everything about me, as a ZIP archive: JSON for programs, one page of HTML for reading, and the files.
//!
//! It is made while it is sent, a page of records at a time, so it takes the same memory however much there is, and
//! nobody has to come back for it.

use super::App;
use super::accesses::body_name;
use super::archive::{Archive, Broken, archive};
use super::cabinet::{begin, collection_name, said, service_name, signed_in};
use super::table::Table;
use super::visit::Visit;
use crate::chrome::paths;
use crate::texts::{Speaker, push_moment};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use futures::StreamExt as _;
use http::{HeaderValue, header};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Value, json};
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_cabinet::{accesses, mail};
use vzaemo_identity::{PersonId, Role, delegations};
use vzaemo_service::{Error, Holding};
use vzaemo_storage::Cursor;
use vzaemo_storage::files::{self, State as FileState};

/// How many records are read at once.
const PORTION: u32 = 100;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new().decided(paths::EXPORT, HostAction::Export, get(export))
}

/// A kind of records.
enum Section {
    About,
    Rules,
    Cases,
    Notices,
    Drafts,
    Letters,
    Accesses,
    Corrections,
    Sessions,
    Representation,
    Files,
    Documents(Holding),
}

/// A record, for programs and for reading.
struct Item {
    json: Value,
    html: Markup,
}

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(transparent)]
    Service(#[from] Error),
    #[error("read a file")]
    File(#[from] vzaemo_storage::files::FilesError),
}

/// Whose everything.
struct Export {
    app: Arc<App>,
    visit: Visit,
    person: String,
    id: PersonId,
}

/// Sends the archive.
async fn export(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let Some(id) = visit.session.as_ref().map(|session| session.person.id) else {
        return super::answer::see_other(paths::SIGN_IN);
    };
    let name = format!("vzaemo-{}.zip", app.platform().zone.date(app.platform().legal.now()));
    let (archive, body) = archive();
    let export = Export { app, visit, person, id };
    tokio::spawn(async move {
        match export.make(archive).await {
            // Whoever asked has gone away.
            Ok(()) | Err(Failed::Broken(_)) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "an export could not be made");
            }
        }
    });
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

impl Section {
    /// The name of its file in the archive.
    fn file(&self) -> String {
        match self {
            Section::About => "about.json".to_owned(),
            Section::Rules => "rules.json".to_owned(),
            Section::Cases => "cases.json".to_owned(),
            Section::Notices => "notices.json".to_owned(),
            Section::Drafts => "drafts.json".to_owned(),
            Section::Letters => "letters.json".to_owned(),
            Section::Accesses => "accesses.json".to_owned(),
            Section::Corrections => "corrections.json".to_owned(),
            Section::Sessions => "sessions.json".to_owned(),
            Section::Representation => "representation.json".to_owned(),
            Section::Files => "files.json".to_owned(),
            Section::Documents(of) => format!("services/{}/{}.json", of.module, of.collection),
        }
    }
}

impl Export {
    fn say(&self) -> Speaker<'static> {
        Speaker::host(self.visit.language)
    }

    /// A moment by its date: the archive is read on another day.
    fn moment(&self, text: &str) -> String {
        let platform = self.app.platform();
        let mut words = String::new();
        let at: Timestamp = text.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        push_moment(at, Timestamp::MIN, platform.zone.time_zone(), &self.say(), &mut words);
        words
    }

    fn heading(&self, section: &Section) -> String {
        let say = self.say();
        match section {
            Section::About => say.say("export-about").into_owned(),
            Section::Rules => say.say("my-data-rules").into_owned(),
            Section::Cases => say.say("cabinet-cases").into_owned(),
            Section::Notices => say.say("cabinet-notices").into_owned(),
            Section::Drafts => say.say("cabinet-drafts").into_owned(),
            Section::Letters => say.say("mail-title").into_owned(),
            Section::Accesses => say.say("cabinet-accesses").into_owned(),
            Section::Corrections => say.say("corrections-title").into_owned(),
            Section::Sessions => say.say("cabinet-sessions").into_owned(),
            Section::Representation => say.say("export-representation").into_owned(),
            Section::Files => say.say("export-files").into_owned(),
            Section::Documents(of) => {
                let (app, visit) = (&self.app, &self.visit);
                let name = collection_name(app, visit, &of.module, &of.collection);
                format!("{}: {name}", service_name(app, visit, &of.module))
            }
        }
    }

    async fn make(&self, archive: Archive) -> Result<(), Failed> {
        use Section::{
            About, Accesses, Cases, Corrections, Drafts, Files, Letters, Notices, Representation, Rules,
            Sessions,
        };
        let mut sections = vec![About, Rules, Cases, Notices, Drafts, Letters, Accesses, Corrections];
        sections.extend([Sessions, Representation, Files]);
        let mut unit = begin(&self.app).await?;
        let holdings = self.app.service.holdings(&mut unit, self.id).await?;
        drop(unit);
        sections.extend(holdings.into_iter().map(Section::Documents));
        self.page(&archive, &sections).await?;
        for section in &sections {
            archive.begin(&section.file()).await?;
            let (mut after, mut before) = (None, "[\n");
            loop {
                let (items, next) = self.portion(section, after).await?;
                for item in items {
                    archive.write(format!("{before}{}", item.json)).await?;
                    before = ",\n";
                }
                match next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            archive.write(if before == "[\n" { "[]\n" } else { "\n]\n" }).await?;
        }
        self.contents(&archive).await?;
        archive.end().await?;
        Ok(())
    }

    /// The page to be read.
    async fn page(&self, archive: &Archive, sections: &[Section]) -> Result<(), Failed> {
        archive.begin("index.html").await?;
        let (say, title) = (self.say(), self.say().say("export-title").into_owned());
        let style = "body{font:1.1rem/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}li{margin-bottom:1rem}dt{font-weight:bold}";
        let head = html! {
            (DOCTYPE)
            (PreEscaped(format!("<html lang=\"{}\">", self.visit.language.code())))
            head { meta charset="utf-8"; meta name="viewport" content="width=device-width"; title { (title) } style { (style) } }
            (PreEscaped("<body><main>"))
            h1 { (title) }
            p { (say.say("export-made")) " " (self.moment(&self.app.platform().legal.now().to_string())) }
            p { (say.say("export-left-out")) }
        };
        archive.write(head.0).await?;
        for section in sections {
            archive.write(html! { h2 { (self.heading(section)) } }.0).await?;
            archive.write("<ul>").await?;
            let (mut after, mut empty) = (None, true);
            loop {
                let (items, next) = self.portion(section, after).await?;
                empty &= items.is_empty();
                for item in items {
                    archive.write(html! { li { (item.html) } }.0).await?;
                }
                match next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            if empty {
                archive.write(html! { li { (say.say("export-nothing")) } }.0).await?;
            }
            archive.write("</ul>\n").await?;
        }
        archive.write("</main></body></html>\n").await?;
        Ok(())
    }

    /// The person's own files.
    async fn contents(&self, archive: &Archive) -> Result<(), Failed> {
        let mut after = None;
        loop {
            let mut unit = begin(&self.app).await?;
            let owned = files::owned(&mut unit, &self.person, PORTION, after).await;
            let (portion, next) = owned.map_err(Error::storage)?;
            drop(unit);
            for file in portion.iter().filter(|file| file.state != FileState::Infected) {
                archive.begin(&format!("files/{}/{}", file.id, file.name)).await?;
                let mut content = self.app.platform().files.content(&file.digest).await?;
                while let Some(bytes) = content.bytes.next().await {
                    archive.write(bytes?).await?;
                }
            }
            match next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn portion(
        &self,
        section: &Section,
        after: Option<Cursor>,
    ) -> Result<(Vec<Item>, Option<Cursor>), Error> {
        let language = self.visit.language;
        let say = self.say();
        let mut unit = begin(&self.app).await?;
        match section {
            Section::About => Ok((self.about(), None)),
            Section::Rules => {
                drop(unit);
                let accepted = self.app.platform().rules.accepted(self.id).await.map_err(Error::storage)?;
                let items = accepted.iter().map(|one| Item {
                    json: json!({"version": one.version, "digest": one.digest, "at": one.at.to_string(),
                        "address": format!("{}/{}", paths::RULES, one.version)}),
                    html: html! { (one.version) " · " (self.moment(&one.at.to_string())) " · " (one.digest) },
                });
                Ok((items.collect(), None))
            }
            Section::Cases => {
                let found = vzaemo_cabinet::my_cases(&mut unit, &self.person, PORTION, after).await;
                let (cases, next) = found.map_err(Error::storage)?;
                let mut items = Vec::with_capacity(cases.len());
                for case in cases {
                    let whole = vzaemo_cabinet::my_case(&mut unit, &self.person, &case.id).await;
                    let timeline =
                        whole.map_err(Error::storage)?.map(|whole| whole.timeline).unwrap_or_default();
                    items.push(Item {
                        json: json!({"service": case.module, "id": case.id, "title": case.title,
                            "status": case.status, "role": case.role, "since": case.since, "left": case.left,
                            "address": case.address,
                            "term": case.term.as_ref().map(|term| json!({"label": term.label, "due": term.due, "rule": term.rule})),
                            "timeline": timeline.iter().map(|one| json!({"at": one.at, "text": one.text})).collect::<Vec<_>>()}),
                        html: html! {
                            strong { (case.title) } " · " (said(&case.status, language)) " · " (service_name(&self.app, &self.visit, &case.module))
                            ul { @for one in &timeline { li { (self.moment(&one.at)) ": " (said(&one.text, language)) } } }
                        },
                    });
                }
                Ok((items, next))
            }
            Section::Notices => {
                let found = vzaemo_cabinet::my_notices(&mut unit, &self.person, PORTION, after).await;
                let (notices, next) = found.map_err(Error::storage)?;
                let items = notices.iter().map(|line| Item {
                    json: json!({"at": line.at, "service": line.notice.module, "kind": line.notice.kind,
                        "text": line.notice.text, "address": line.notice.address, "read": line.read}),
                    html: html! { (self.moment(&line.at)) ": " (said(&line.notice.text, language)) },
                });
                Ok((items.collect(), next))
            }
            Section::Drafts => {
                let drafts =
                    vzaemo_cabinet::my_drafts(&mut unit, &self.person).await.map_err(Error::storage)?;
                let items = drafts.iter().map(|line| {
                    let values: Value = serde_json::from_str(&line.draft.values).unwrap_or_default();
                    Item {
                        html: html! { strong { (said(&line.draft.title, language)) } " · " (self.moment(&line.updated)) (fields(&values)) },
                        json: json!({"service": line.draft.module, "title": line.draft.title,
                            "address": line.draft.address, "values": values, "updated": line.updated}),
                    }
                });
                Ok((items.collect(), None))
            }
            Section::Letters => {
                let mailbox = mail::mailbox(&mut unit, &self.person).await.map_err(Error::storage)?;
                let letters =
                    mail::deliveries(&mut unit, &self.person, 1000).await.map_err(Error::storage)?;
                let address = mailbox.iter().map(|mailbox| Item {
                    json: json!({"email": mailbox.email, "pending": mailbox.pending.as_ref().map(|one| &one.email),
                        "language": mailbox.language, "rhythms": mailbox.rhythms}),
                    html: html! { (mailbox.email.as_deref().or(mailbox.pending.as_ref().map(|one| one.email.as_str())).unwrap_or_default()) },
                });
                let letters = letters.iter().map(|letter| Item {
                    json: json!({"at": letter.at, "text": letter.text, "state": letter.state, "done": letter.done, "status": letter.status}),
                    html: html! {
                        (self.moment(&letter.at)) ": "
                        @match &letter.text { Some(text) => (said(text, language)), None => (say.say("mail-link-letter")) }
                    },
                });
                Ok((address.chain(letters).collect(), None))
            }
            Section::Accesses => {
                let found = accesses::my_accesses(&mut unit, &self.person, PORTION, after).await;
                let (accesses, next) = found.map_err(Error::storage)?;
                let items = accesses.iter().map(|access| Item {
                    json: json!({"at": access.at, "capacity": access.capacity, "body": access.body,
                        "service": access.module, "record": access.record, "purposes": access.purposes,
                        "allowed": access.allowed}),
                    html: html! {
                        (self.moment(&access.at)) ": " (access.record) " · "
                        @if access.allowed { (say.say("access-seen")) } @else { (say.say("access-refused")) }
                        @if let Some(body) = &access.body { " · " (body_name(&self.app, &self.visit, body)) }
                    },
                });
                Ok((items.collect(), next))
            }
            Section::Corrections => {
                let found = vzaemo_cabinet::corrections::mine(&mut unit, &self.person).await;
                let found = found.map_err(Error::storage)?;
                let items = found.iter().map(|(_, one)| Item {
                    json: json!({"at": one.asked, "service": one.module, "case": one.case, "title": one.title,
                        "body": one.body, "wrong": one.wrong, "right": one.right, "due": one.due, "rule": one.rule,
                        "state": one.state, "answered": one.answered, "ground": one.ground, "address": one.address}),
                    html: html! {
                        strong { (one.title) } " · " (self.moment(&one.asked)) ": " (one.wrong) " → " (one.right)
                        @if let Some(ground) = &one.ground { " · " (ground) }
                    },
                });
                Ok((items.collect(), None))
            }
            Section::Sessions => {
                drop(unit);
                let sessions = self.app.sessions.of(self.id).await.map_err(Error::storage)?;
                let items = sessions.iter().map(|session| Item {
                    json: json!({"opened": session.opened.to_string(), "last_used": session.last_used.to_string()}),
                    html: html! { (self.moment(&session.opened.to_string())) },
                });
                Ok((items.collect(), None))
            }
            Section::Representation => {
                drop(unit);
                Ok((self.representation().await?, None))
            }
            Section::Files => {
                let owned = files::owned(&mut unit, &self.person, PORTION, after).await;
                let (files, next) = owned.map_err(Error::storage)?;
                let items = files.iter().map(|file| Item {
                    json: json!({"id": file.id, "name": file.name, "media_type": file.media_type,
                        "size": file.size, "sha256": file.digest,
                        "at": Timestamp::from_millisecond(file.at).unwrap_or_default().to_string()}),
                    html: html! { a href={ "files/" (file.id) "/" (file.name) } { (file.name) } " · SHA-256 " (file.digest) },
                });
                Ok((items.collect(), next))
            }
            Section::Documents(holding) => {
                let (documents, next) = holding.documents(&mut unit, after).await?;
                let items = documents.into_iter().map(|(key, body)| {
                    let document: Value = serde_json::from_str(&body).unwrap_or_default();
                    Item {
                        html: html! { strong { (key) } (fields(&document)) },
                        json: json!({"key": key, "document": document}),
                    }
                });
                Ok((items.collect(), next))
            }
        }
    }

    /// The person's grants for organisations, claims, and delegations to and by them.
    async fn representation(&self) -> Result<Vec<Item>, Error> {
        let grants = self.app.platform().grants.of(self.id).await.map_err(Error::storage)?;
        let claims = self.app.representation.claims(self.id).await?;
        let mut unit = begin(&self.app).await?;
        let to = delegations::to(&mut unit, self.id).await.map_err(Error::storage)?;
        let by = delegations::by(&mut unit, self.id).await.map_err(Error::storage)?;
        let mut items = Vec::new();
        for grant in &grants {
            if let Role::OrganisationRepresentative { edrpou } | Role::OrganisationStaff { edrpou } =
                &grant.role
            {
                items.push(Item {
                    html: html! { (edrpou) " " (grant.organisation.as_deref().unwrap_or_default()) " · " (self.moment(&grant.since.to_string())) },
                    json: json!({"grant": grant.role, "organisation": grant.organisation,
                        "since": grant.since, "until": grant.until}),
                });
            }
        }
        for claim in &claims {
            items.push(Item {
                html: html! { (claim.edrpou) " " (claim.name.as_deref().unwrap_or_default()) " · " (self.moment(&claim.made.to_string())) },
                json: json!({"claim": {"edrpou": claim.edrpou, "name": claim.name, "made": claim.made,
                    "attested": claim.attested, "state": claim.state, "register": claim.answer}}),
            });
        }
        // Of delegations by the person the delegate is named by the reference only: it is somebody else.
        let delegations = to.iter().map(|one| ("to-me", one)).chain(by.iter().map(|one| ("by-me", one)));
        items.extend(delegations.map(|(direction, (_, one))| Item {
            html: html! { (one.edrpou) " " (one.name.as_deref().unwrap_or_default()) " · " (self.moment(&one.since.to_string())) },
            json: json!({"delegation": {"direction": direction, "edrpou": one.edrpou, "name": one.name,
                "note": (direction == "by-me").then_some(&one.note), "since": one.since, "until": one.until,
                "ended": one.ended.as_ref().map(|ended| json!({"at": ended.at, "how": ended.how}))}}),
        }));
        Ok(items)
    }

    fn about(&self) -> Vec<Item> {
        let Some(session) = &self.visit.session else { return Vec::new() };
        let names = session.person.names.iter();
        let names: Vec<_> = names.map(|one| (one.name.in_full(), one.since.to_string())).collect();
        let roles: Vec<Value> =
            session.roles.iter().filter_map(|role| serde_json::to_value(role).ok()).collect();
        let organisations = session.organisations();
        let organisations: Vec<_> = organisations
            .iter()
            .map(|one| json!({"edrpou": one.edrpou.to_string(), "name": one.name}))
            .collect();
        vec![Item {
            html: html! { @for (name, since) in &names { p { (name) " · " (self.moment(since)) } } },
            json: json!({"names": names.iter().map(|(name, since)| json!({"name": name, "since": since})).collect::<Vec<_>>(),
                "proven": session.person.proven, "roles": roles, "organisations": organisations}),
        }]
    }
}

/// The fields of a document, as they stand there.
fn fields(document: &Value) -> Markup {
    html! {
        dl {
            @for (name, value) in document.as_object().into_iter().flatten() {
                dt { (name) }
                dd { @match value { Value::String(text) => (text), other => (other.to_string()) } }
            }
        }
    }
}
