//! Correction of data as a person asks for it: to whom the request goes, by when it is answered, and who may answer.

#[cfg(test)]
mod tests;

use crate::{Error, Service};
use std::collections::BTreeSet;
use vzaemo_audit::{Actor, Entry, Kind};
use vzaemo_cabinet::corrections::{self, Answer, Correction, State};
use vzaemo_cabinet::mail;
use vzaemo_cabinet::{Notice, Text};
use vzaemo_clock::{Instant, Term, Unit as TermUnit};
use vzaemo_identity::{PersonId, Roles};
use vzaemo_storage::Unit;

/// What a person asks to have corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The module whose case it is.
    pub module: String,
    /// The case's key within the module.
    pub case: String,
    /// What is wrong.
    pub wrong: String,
    /// How it should be.
    pub right: String,
}

/// What somebody is told, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The words.
    pub text: Text,
    /// The local path.
    pub address: String,
}

/// What became of a request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It waits for the body.
    Done,
    /// As many of the person wait as may.
    TooMany,
}

/// Whether somebody with these roles answers requests of this body in a module; where no body is named, whoever
/// administers the module.
pub fn answers(roles: &Roles, module: &str, body: Option<&str>) -> bool {
    let bodies = roles.bodies_for(module);
    body.map_or(!bodies.is_empty(), |body| bodies.contains(&body))
}

fn unit_name(unit: TermUnit) -> &'static str {
    match unit {
        TermUnit::WorkingDays => "working-days",
        TermUnit::CalendarDays => "calendar-days",
        TermUnit::Hours => "hours",
        TermUnit::Months => "months",
    }
}

impl Service {
    /// Makes a request about a case in which the person takes part, and tells those who answer it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a case that is not theirs; the storage's.
    pub async fn ask_correction(
        &self,
        person: PersonId,
        wanted: Wanted,
        term: &Term,
        told: &Told,
    ) -> Result<Asked, Error> {
        let platform = self.platform();
        let now = platform.legal.now();
        let due = term.due(now, &platform.calendar, &platform.zone).map_err(Error::storage)?;
        let answering: Vec<(PersonId, Roles)> = {
            let all = platform.grants.all().await.map_err(Error::storage)?;
            let roles =
                |grants: Vec<vzaemo_identity::Grant>| grants.into_iter().map(|grant| grant.role).collect();
            all.into_iter().map(|(person, grants)| (person, roles(grants))).collect()
        };
        let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
        let id = format!("{}/{}", wanted.module, wanted.case);
        let case =
            vzaemo_cabinet::my_case(&mut unit, &person.to_string(), &id).await.map_err(Error::storage)?;
        let Some(case) = case else { return Err(Error::NotFound) };
        let body = self.body_of(&mut unit, &wanted.module, &wanted.case).await?;
        let rule = format!("{now};{};{};{}", term.value, unit_name(term.unit), term.law);
        let correction = Correction {
            person: person.to_string(),
            title: case.summary.title,
            module: wanted.module,
            case: wanted.case,
            body,
            wrong: wanted.wrong,
            right: wanted.right,
            asked: now.to_string(),
            due: due.at.to_string(),
            rule,
            state: State::Asked,
            answered: None,
            by: None,
            ground: None,
            address: None,
        };
        let entered = corrections::ask(&mut unit, &correction).await.map_err(Error::storage)?;
        if entered.is_none() {
            return Ok(Asked::TooMany);
        }
        for (official, roles) in &answering {
            if *official != person && answers(roles, &correction.module, correction.body.as_deref()) {
                self.tell(&mut unit, &official.to_string(), &correction.module, told, now).await?;
            }
        }
        self.enter(&mut unit, "ask-correction", person, None, &correction).await?;
        unit.commit().await.map(|_| Asked::Done).map_err(Error::storage)
    }

    /// The requests that somebody with these roles answers, those that wait first.
    ///
    /// # Errors
    /// The storage's.
    pub async fn corrections_for(&self, roles: &Roles) -> Result<Vec<(String, Correction)>, Error> {
        let mut unit = self.platform().storage.begin().await.map_err(Error::storage)?;
        let modules: BTreeSet<String> = self.snapshot().modules.keys().cloned().collect();
        let mut all = Vec::new();
        for state in [State::Asked, State::Granted, State::Refused] {
            for module in modules.iter().filter(|module| !roles.bodies_for(module).is_empty()) {
                let found = corrections::of_module(&mut unit, module, state).await.map_err(Error::storage)?;
                let theirs = |one: &(String, Correction)| answers(roles, module, one.1.body.as_deref());
                all.extend(found.into_iter().filter(theirs));
            }
        }
        Ok(all)
    }

    /// Answers a request, and tells the person. Nobody answers their own.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a request that is not theirs to answer, or does not wait any longer; the storage's.
    pub async fn answer_correction(
        &self,
        by: PersonId,
        roles: &Roles,
        key: &str,
        answer: Answer,
        told: &Told,
    ) -> Result<(), Error> {
        let now = self.platform().legal.now();
        let mut unit = self.platform().storage.begin().await.map_err(Error::storage)?;
        let found = corrections::get(&mut unit, key).await.map_err(Error::storage)?;
        let theirs = found
            .filter(|one| one.person != by.to_string() && answers(roles, &one.module, one.body.as_deref()));
        if theirs.is_none() {
            return Err(Error::NotFound);
        }
        let answered = corrections::answer(&mut unit, key, answer, now).await.map_err(Error::storage)?;
        let Some(correction) = answered else { return Err(Error::NotFound) };
        self.tell(&mut unit, &correction.person, &correction.module, told, now).await?;
        let act = if correction.state == State::Granted { "grant-correction" } else { "refuse-correction" };
        self.enter(&mut unit, act, by, Some(&correction.person), &correction).await?;
        match unit.commit().await {
            Ok(_) => Ok(()),
            // Somebody else has answered it at the same moment.
            Err(error) if error.is_retryable() => Err(Error::Busy),
            Err(error) => Err(Error::storage(error)),
        }
    }

    /// The body to which a case belongs: that of the document that it is named by.
    async fn body_of(&self, unit: &mut Unit, module: &str, case: &str) -> Result<Option<String>, Error> {
        let Ok(version) = self.serving(module) else { return Ok(None) };
        for collection in version.manifest.collections.keys() {
            let found = unit.get(module, collection, case).await.map_err(Error::storage)?;
            let Some(found) = found else { continue };
            let document =
                version.policies.document(collection, case, &found.body).map_err(Error::storage)?;
            if document.body.is_some() {
                return Ok(document.body);
            }
        }
        Ok(None)
    }

    async fn tell(
        &self,
        unit: &mut Unit,
        person: &str,
        module: &str,
        told: &Told,
        now: Instant,
    ) -> Result<(), Error> {
        let notice = Notice {
            module: module.to_owned(),
            kind: mail::Kind::Legal,
            text: told.text.clone(),
            address: told.address.clone(),
        };
        vzaemo_cabinet::notify(unit, person, notice, now).await.map_err(Error::storage)
    }

    async fn enter(
        &self,
        unit: &mut Unit,
        act: &str,
        by: PersonId,
        about: Option<&str>,
        correction: &Correction,
    ) -> Result<(), Error> {
        let platform = self.platform();
        let mut entry = Entry::new(Kind::Correction, platform.legal.now(), platform.security.now());
        entry.actor = Actor::Person(by.to_string());
        entry.about = about.map(str::to_owned);
        entry.act = Some(act.to_owned());
        entry.details =
            vec![format!("a case of {}", correction.module), format!("due by {}", correction.due)];
        vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
    }
}
