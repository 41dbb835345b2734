//! Forms that are sent in parts, with files: read as they come, with constant memory, and kept with the draft.

use super::Filling;
use crate::forms::{Attached, DECLARATION, Fault, FieldError, Form, REMOVE, Sent, Values};
use crate::server::App;
use axum::body::Body;
use multer::{Constraints, Field as Part, Multipart, SizeLimit};
use vzaemo_service::FileRule;
use vzaemo_storage::files::{About, FilesError, Kind, LabelError, Spooled, UploadError, label};

/// How much more than a form may have is read on and thrown away: a browser that is cut off while it sends shows an
/// error of its own instead of the answer.
const MOST_WASTE: u64 = 64 << 20;
/// The most parts of a request; a form has some dozens.
const MOST_PARTS: usize = 500;
/// The most bytes that are held at a time for visitors whose session has ended.
const MOST_UNOWNED: u64 = 256 << 20;

/// What a form sent besides its answers.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    /// Files by their field, or what is wrong with them.
    arrived: Vec<(String, Result<Arrived, Fault>)>,
    /// Fields and ids of files that shall go.
    removed: Vec<String>,
    declared: bool,
}

/// A file that has come and is not kept yet.
#[derive(Debug)]
struct Arrived {
    spooled: Spooled,
    name: String,
    kind: &'static Kind,
}

/// Why a request in parts was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// It has more bytes than the form may have.
    #[error("read a form in parts: it is too large")]
    TooLarge,
    /// It is no such request, or broke off.
    #[error("read a form in parts")]
    Parts(#[source] multer::Error),
    /// An answer cannot be read.
    #[error("read a form in parts")]
    Answers(#[from] crate::forms::Unreadable),
    /// There are more parts than any form has.
    #[error("read a form in parts: there are too many")]
    TooMany,
}

impl From<multer::Error> for Broken {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamSizeExceeded { .. } => Broken::TooLarge,
            other => Broken::Parts(other),
        }
    }
}

/// Reads a form in parts. Files go to their temporary place as they come.
pub(super) async fn receive(
    app: &App,
    form: &Form,
    boundary: String,
    body: Body,
) -> Result<(Sent, Uploads), Broken> {
    let files = &app.platform().files;
    let rules = form.fields().iter().filter_map(|field| field.file_rule());
    let room: u64 =
        rules.map(|rule| rule.largest.min(files.largest()).saturating_mul(rule.most as u64)).sum();
    let most = room.saturating_add(app.largest_body as u64).saturating_add(MOST_WASTE);
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(most));
    let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
    let mut uploads = Uploads::default();
    // The answers are read as every form's are.
    let mut answers: Vec<(String, String)> = Vec::new();
    let mut answered = 0;
    for _ in 0..MOST_PARTS {
        let Some(part) = parts.next_field().await? else {
            let mut whole = url::form_urlencoded::Serializer::new(String::new());
            return Ok((form.read(whole.extend_pairs(answers).finish().as_bytes())?, uploads));
        };
        let name = part.name().unwrap_or_default().to_owned();
        if let Some(rule) = form.field(&name).and_then(|field| field.file_rule()) {
            if let Some(arrived) = take(app, rule, part).await? {
                uploads.arrived.push((name, arrived));
            }
            continue;
        }
        let text = text(part, app.largest_body.saturating_sub(answered)).await?;
        answered += name.len() + text.len();
        match name.as_str() {
            REMOVE => uploads.removed.push(text),
            DECLARATION => uploads.declared = text == "true",
            _ => answers.push((name, text)),
        }
    }
    Err(Broken::TooMany)
}

/// The text of a part.
async fn text(mut part: Part<'_>, most: usize) -> Result<String, Broken> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(Broken::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| crate::forms::Unreadable::Encoding.into())
}

/// A file, or what is wrong with it; nothing where none was chosen. One that is refused is read to its end all the same.
async fn take(
    app: &App,
    rule: &FileRule,
    mut part: Part<'_>,
) -> Result<Option<Result<Arrived, Fault>>, Broken> {
    // Without a name nothing was chosen.
    let sent = part.file_name().unwrap_or_default().to_owned();
    let most = rule.largest.min(app.platform().files.largest());
    let mut upload = match app.platform().files.upload(most).await {
        Ok(upload) => Some(upload),
        Err(error) => {
            lost(&error);
            None
        }
    };
    let mut fault = upload.is_none().then_some(Fault::FileLost);
    while let Some(chunk) = part.chunk().await? {
        let Some(writing) = &mut upload else { continue };
        match writing.write(&chunk).await {
            Ok(()) => {}
            Err(UploadError::TooLarge { most }) => {
                fault = Some(Fault::FileLarge(most));
                upload = None;
            }
            Err(error) => {
                lost(&error);
                fault = Some(Fault::FileLost);
                upload = None;
            }
        }
    }
    if sent.is_empty() && upload.as_ref().is_some_and(|upload| upload.size() == 0) {
        return Ok(None);
    }
    if let Some(fault) = fault {
        return Ok(Some(Err(fault)));
    }
    let Some(upload) = upload else { return Ok(None) };
    Ok(Some(judge(rule, &sent, upload).await))
}

/// Whether a file that has come is one that the field takes: by its content, and by a name that agrees with it.
async fn judge(rule: &FileRule, sent: &str, upload: vzaemo_storage::files::Upload) -> Result<Arrived, Fault> {
    if upload.size() == 0 {
        return Err(Fault::FileEmpty);
    }
    let failed = |error: UploadError| {
        lost(&error);
        Fault::FileLost
    };
    let spooled = upload.finish().await.map_err(failed)?;
    let kind = spooled.recognise().await.map_err(failed)?.ok_or(Fault::FileKind)?;
    let (name, kind) = label(sent, kind).map_err(|error| match error {
        LabelError::Ending => Fault::FileEnding,
        LabelError::Double => Fault::FileDouble,
    })?;
    if !rule.kinds.contains(&kind) {
        return Err(Fault::FileKind);
    }
    Ok(Arrived { spooled, name, kind })
}

fn lost(error: &(dyn std::error::Error + 'static)) {
    tracing::error!(error, "a file that was sent could not be kept");
}

/// Takes a file into keeping; the answer that names it.
async fn keep(
    app: &App,
    arrived: Arrived,
    owner: Option<String>,
    declared: bool,
) -> Result<String, FilesError> {
    let Arrived { spooled, name, kind } = arrived;
    let about = About { name, kind, owner, declared };
    let platform = app.platform();
    let file = platform.files.keep(spooled, &about, platform.security.now().as_millis()).await?;
    Ok(Attached { id: &file.id, size: file.size, name: &file.name }.to_answer())
}

/// Keeps what a visitor has sent whose session has ended, as long as there is room for files of nobody, and names it in
/// the answers that wait for them.
pub(super) async fn park(app: &App, uploads: Uploads, values: &mut Values) {
    let files = &app.platform().files;
    for (field, arrived) in uploads.arrived {
        let Ok(arrived) = arrived else { continue };
        let held = files.unowned_bytes().await.unwrap_or(u64::MAX);
        if held.saturating_add(arrived.spooled.size()) > MOST_UNOWNED {
            tracing::warn!("there is no room for more files of visitors without a session");
            return;
        }
        match keep(app, arrived, None, uploads.declared).await {
            Ok(answer) => {
                let mut answers = values.all(&field).to_vec();
                answers.push(answer);
                values.set(&field, answers);
            }
            Err(error) => lost(&error),
        }
    }
    if uploads.declared {
        values.set(DECLARATION, vec!["true".to_owned()]);
    }
}

impl Filling<'_> {
    /// Takes over the files of a step, and says what is wrong with those that it does not take.
    pub(super) async fn take_files(
        &self,
        step: usize,
        values: &mut Values,
        uploads: Uploads,
    ) -> Vec<FieldError> {
        let Some(step) = self.form.steps().get(step) else { return Vec::new() };
        if self.form.file_fields(step).next().is_none() {
            return Vec::new();
        }
        // What was declared before holds for what was sent before.
        if uploads.declared || !uploads.arrived.is_empty() {
            let ticked = if uploads.declared { vec!["true".to_owned()] } else { Vec::new() };
            values.set(DECLARATION, ticked);
        }
        let mut errors = Vec::new();
        let mut arrived = uploads.arrived;
        for field in self.form.file_fields(step) {
            let Some(rule) = field.file_rule() else { continue };
            let mut wrong = |fault| errors.push(FieldError { field: Some(field.name.clone()), fault });
            let kept = values.all(&field.name).iter().filter(|answer| {
                let id = Attached::parse(answer).map_or("", |file| file.id);
                !uploads.removed.iter().any(|removed| *removed == format!("{} {id}", field.name))
            });
            let mut answers: Vec<String> = kept.cloned().collect();
            let (mine, others) = arrived.into_iter().partition(|(name, _)| *name == field.name);
            arrived = others;
            let mine: Vec<(String, Result<Arrived, Fault>)> = mine;
            for (_, file) in mine {
                let file = match file {
                    Ok(file) => file,
                    Err(fault) => {
                        wrong(fault);
                        continue;
                    }
                };
                // A second file takes the place of the one where only one is asked for.
                if rule.most == 1 {
                    answers.clear();
                }
                if answers.len() >= rule.most {
                    wrong(Fault::FileMany(rule.most as u64));
                    break;
                }
                match keep(self.app, file, self.visit.person(), uploads.declared).await {
                    Ok(answer) => answers.push(answer),
                    Err(error) => {
                        lost(&error);
                        wrong(Fault::FileLost);
                    }
                }
            }
            values.set(&field.name, answers);
        }
        if uploads.declared {
            self.declare(values).await;
        }
        self.app.signatures.arrived(&self.form.file_ids(values)).await;
        errors
    }

    /// Notes the declaration with files that were sent without it.
    async fn declare(&self, values: &Values) {
        for id in self.form.file_ids(values) {
            if let Err(error) = self.app.platform().files.declare(&id).await {
                lost(&error);
            }
        }
    }

    /// Files that were sent after the session had ended become the person's who has signed in with the same browser.
    pub(super) async fn claim(&self, values: &Values) {
        let Some(person) = self.visit.person() else { return };
        for id in self.form.file_ids(values) {
            if let Err(error) = self.app.platform().files.claim(&id, &person).await {
                lost(&error);
            }
        }
        self.app.signatures.arrived(&self.form.file_ids(values)).await;
    }
}
