//! What has been filled in so far, kept for the person between the steps.

use super::Filling;
use crate::forms::Values;
use crate::texts::{Language, Speaker};
use vzaemo_cabinet::{Draft, Text};
use vzaemo_service::Error;

impl Filling<'_> {
    /// Whether the form is kept as a draft while it is filled in: forms of several pages are, and forms that take files,
    /// for a browser does not send a file twice by itself.
    pub(super) fn keeps_drafts(&self) -> bool {
        self.form.steps().len() > 1 || self.form.checks_answers() || self.form.takes_files()
    }

    pub(super) async fn kept(&self) -> Option<Values> {
        let person = self.visit.person()?;
        let mut unit = self.app.platform().storage.begin().await.ok()?;
        let draft = vzaemo_cabinet::draft(&mut unit, &person, &self.path).await.ok()??;
        serde_json::from_str(&draft.values).ok()
    }

    pub(super) async fn keep(&self, values: &Values) -> Result<(), Error> {
        let Some(person) = self.visit.person() else { return Ok(()) };
        let title = |language| {
            let speaker = Speaker::of(&self.version.texts, language);
            speaker.module_or_key(&format!("act-{}", self.place.act), None).into_owned()
        };
        let draft = Draft {
            module: self.place.module.to_owned(),
            title: Text { uk: title(Language::Uk), en: title(Language::En) },
            address: self.path.clone(),
            values: serde_json::to_string(values).map_err(Error::storage)?,
            files: self.form.file_ids(values),
        };
        let platform = self.app.platform();
        let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
        let now = platform.legal.now();
        vzaemo_cabinet::save_draft(&mut unit, &person, draft, now).await.map_err(Error::storage)?;
        match unit.commit().await {
            Ok(_) => Ok(()),
            // Somebody else kept the same draft meanwhile: another tab of the same person.
            Err(error) if error.is_retryable() => Ok(()),
            Err(error) => Err(Error::storage(error)),
        }
    }

    pub(super) async fn discard(&self) {
        let Some(person) = self.visit.person() else { return };
        let Ok(mut unit) = self.app.platform().storage.begin().await else { return };
        let discarded = vzaemo_cabinet::discard_draft(&mut unit, &person, &self.path).await;
        let result = match discarded {
            Ok(()) => unit.commit().await.map(|_| ()).map_err(Error::storage),
            Err(error) => Err(Error::storage(error)),
        };
        if let Err(error) = result {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a sent form's draft could not be removed"
            );
        }
    }
}
