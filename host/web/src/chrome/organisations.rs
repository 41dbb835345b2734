//! The cabinet: organisations that a person acts for, their claims, and whom heads have named.

use maud::{Markup, html};
use vzaemo_clock::Date;

use super::cabinet::{Cabinet, Tab};
use super::document::{Crumb, headed};
use super::paths;
use crate::texts::Speaker;

/// An organisation that the person may act for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationLine {
    /// Its name, or its code in words.
    pub name: String,
    /// Its code.
    pub code: String,
    /// The message key of what the right rests on.
    pub ground: &'static str,
    /// The last day of the right, if it has one.
    pub until: Option<Date>,
    /// Whether the person heads it.
    pub head: bool,
    /// The delegation that the person may give up.
    pub delegation: Option<String>,
}

/// A claim that gives no right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimLine {
    /// The organisation's name, or its code in words.
    pub name: String,
    /// Its code.
    pub code: String,
    /// The message key of its state, and the colour of that.
    pub state: (&'static str, &'static str),
    /// The message key of what that means and what comes next.
    pub next: &'static str,
    /// The register's words about the organisation and when it said them.
    pub answer: Option<(String, jiff::Timestamp)>,
}

/// What is wrong with a code that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongCode {
    /// It has not eight digits.
    Malformed,
    /// Its last digit does not fit: a slip, or an old code, which may be sent once more.
    CheckDigit,
}

/// The page of organisations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationsPage {
    /// Those that the person may act for.
    pub organisations: Vec<OrganisationLine>,
    /// Claims that give no right.
    pub claims: Vec<ClaimLine>,
    /// Whether a register is asked, so that claims are taken.
    pub claims_taken: bool,
    /// Whether seals of organisations are taken.
    pub seals_taken: bool,
    /// What was typed, and what is wrong with it.
    pub wrong: Option<(String, WrongCode)>,
}

fn hidden_name(name: &str) -> Markup {
    html! { span.govuk-visually-hidden { ": " (name) } }
}

fn day(say: &Speaker<'_>, key: &str, day: Date) -> Markup {
    let mut words = String::new();
    crate::texts::push_day(day, say, &mut words);
    html! { (say.say(key)) " " time datetime=(day) { (words) } }
}

/// Organisations that I act for.
pub fn organisations(cabinet: &Cabinet<'_>, page: &OrganisationsPage) -> Markup {
    let say = &cabinet.say;
    let body = html! {
        h2 { (say.say("organisations-title")) }
        @if page.organisations.is_empty() {
            div.v-empty { p.v-empty__title { (say.say("organisations-none")) } p { (say.say("organisations-none-next")) } }
        } @else {
            p { (say.say("organisations-lead")) }
            ul.v-cards.v-cards--rows {
                @for line in &page.organisations { (organisation(say, line)) }
            }
            p { a href=(paths::returning(paths::ACTING_FOR, paths::ORGANISATIONS)) { (say.say("organisations-choose")) } }
        }
        @if !page.claims.is_empty() {
            section.v-section {
                h2 { (say.say("claims-title")) }
                ul.v-cards.v-cards--rows {
                    @for line in &page.claims { (claim(cabinet, line)) }
                }
            }
        }
        section.v-section.v-card {
            h2 { (say.say("claim-title")) }
            @if page.claims_taken { (claim_form(say, page.wrong.as_ref())) } @else { p { (say.say("claim-no-register")) } }
        }
        @if page.seals_taken {
            section.v-section.v-card {
                h2 { (say.say("seal-offer-title")) }
                p { (say.say("seal-offer")) }
                div.v-actions { a.v-button.v-button--quiet href=(paths::SEAL) { (say.say("seal-offer-link")) } }
            }
        }
    };
    cabinet.frame(Tab::Organisations, &body)
}

fn organisation(say: &Speaker<'_>, line: &OrganisationLine) -> Markup {
    html! {
        li.v-card {
            h3.v-card__title { (line.name) }
            p { (say.say_with("acting-for-code", &[("code", line.code.as_str().into())])) }
            p { (say.say(line.ground)) @if let Some(until) = line.until { " " (day(say, "organisation-until", until)) } }
            @if line.head {
                p { a href=(staff_of(&line.code)) { (say.say("organisation-staff")) (hidden_name(&line.name)) } }
            }
            @if let Some(delegation) = &line.delegation {
                form method="post" action=(paths::ORGANISATION_LEAVE) {
                    input type="hidden" name="delegation" value=(delegation);
                    button.v-link { (say.say("organisation-leave")) (hidden_name(&line.name)) }
                    " " span.v-small.v-muted { (say.say("organisation-leave-hint")) }
                }
            }
        }
    }
}

fn claim(cabinet: &Cabinet<'_>, line: &ClaimLine) -> Markup {
    let say = &cabinet.say;
    let (state, tone) = line.state;
    html! {
        li.v-card {
            p.v-tags { span class={ "v-tag v-tag--" (tone) } { (say.say(state)) } }
            h3.v-card__title { (line.name) }
            p { (say.say_with("acting-for-code", &[("code", line.code.as_str().into())])) }
            p { (say.say(line.next)) }
            @if let Some((answer, at)) = &line.answer {
                p.v-small.v-muted { (say.say("claim-answer")) " " (answer) " · " (cabinet.moment(*at)) }
            }
            form method="post" action=(paths::ORGANISATION_CLAIM) {
                input type="hidden" name="code" value=(line.code);
                // It has been looked at before, so an odd last digit is no slip.
                input type="hidden" name="sure" value=(line.code);
                button.v-link { (say.say("claim-again")) (hidden_name(&line.name)) }
            }
            form method="post" action=(paths::ORGANISATION_FORGET) {
                input type="hidden" name="code" value=(line.code);
                button.v-link { (say.say("claim-forget")) (hidden_name(&line.name)) }
            }
        }
    }
}

fn claim_form(say: &Speaker<'_>, wrong: Option<&(String, WrongCode)>) -> Markup {
    let typed = wrong.map(|(typed, _)| typed.as_str());
    let error = wrong.map(|(_, wrong)| match wrong {
        WrongCode::Malformed => say.say("claim-code-malformed"),
        WrongCode::CheckDigit => say.say("claim-code-check"),
    });
    let sure = wrong.filter(|(_, wrong)| *wrong == WrongCode::CheckDigit).map(|(typed, _)| typed.as_str());
    html! {
        p { (say.say("claim-lead")) }
        form.v-form method="post" action=(paths::ORGANISATION_CLAIM) novalidate {
            div.govuk-form-group.govuk-form-group--error[error.is_some()] {
                label.govuk-label for="code" { (say.say("claim-code")) }
                div.govuk-hint id="code-hint" { (say.say("claim-code-hint")) }
                @if let Some(error) = &error {
                    p.govuk-error-message id="code-error" {
                        span.govuk-visually-hidden { (say.say("organisations-error")) " " } (error)
                    }
                }
                input.govuk-input.govuk-input--width-10.govuk-input--error[error.is_some()] id="code" name="code" type="text"
                    inputmode="numeric" autocomplete="off" spellcheck="false" maxlength="20" value=[typed]
                    aria-invalid=[error.is_some().then_some("true")]
                    aria-describedby=(if error.is_some() { "code-hint code-error" } else { "code-hint" });
                @if let Some(sure) = sure { input type="hidden" name="sure" value=(sure); }
            }
            div.v-actions { button.v-button { (say.say("claim-go")) } }
        }
    }
}

fn staff_of(code: &str) -> String {
    format!("{}/{code}", paths::ORGANISATIONS)
}

/// A delegation as a head sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegateLine {
    /// The key.
    pub key: String,
    /// The delegate's name.
    pub person: String,
    /// Whom the head meant, in their words.
    pub note: String,
    /// Who has named them.
    pub by: String,
    /// The last day.
    pub until: Date,
    /// The message key of how it has ended, and when.
    pub ended: Option<(&'static str, jiff::Timestamp)>,
}

/// An invitation that waits, as a head sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationLine {
    /// The key.
    pub key: String,
    /// Whom the head meant, in their words.
    pub note: String,
    /// Whether it is for the bearer of one taxpayer's number alone.
    pub bound: bool,
    /// The last day of the right.
    pub until: Date,
    /// Until when it may be taken up.
    pub expires: jiff::Timestamp,
}

/// What a head has typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedInvitation {
    /// Whom they mean.
    pub note: String,
    /// The last day: day, month, year.
    pub day: [String; 3],
    /// The taxpayer's number.
    pub number: String,
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongInvitation {
    /// The note is missing or too long.
    Note,
    /// The day is none, is over or too far away.
    Day,
    /// The taxpayer's number is none.
    Number,
}

/// The page of an organisation's staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffPage {
    /// The organisation's name, or its code in words.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Delegations, those that hold first.
    pub delegates: Vec<DelegateLine>,
    /// Invitations that wait.
    pub invitations: Vec<InvitationLine>,
    /// What was typed.
    pub typed: TypedInvitation,
    /// What is wrong with it.
    pub wrong: Option<WrongInvitation>,
}

fn crumbs(cabinet: &Cabinet<'_>) -> [(String, &'static str); 2] {
    [
        (cabinet.say.say("cabinet-title").into_owned(), paths::CABINET),
        (cabinet.say.say("organisations-title").into_owned(), paths::ORGANISATIONS),
    ]
}

fn head(cabinet: &Cabinet<'_>, title: &str, lead: Option<&str>) -> Markup {
    let crumbs = crumbs(cabinet);
    let crumbs = crumbs.each_ref().map(|(label, href)| Crumb { label, href });
    headed(&cabinet.say, &crumbs, title, lead)
}

/// Who of an organisation's staff acts for it; for its heads.
pub fn staff(cabinet: &Cabinet<'_>, page: &StaffPage) -> Markup {
    let say = &cabinet.say;
    let (serving, ended): (Vec<_>, Vec<_>) = page.delegates.iter().partition(|line| line.ended.is_none());
    let title = say.say_with("staff-title", &[("organisation", page.name.as_str().into())]);
    html! {
        (head(cabinet, &title, Some(&say.say("staff-lead"))))
        section.v-section {
            h2 { (say.say("staff-serving")) }
            @if serving.is_empty() { p { (say.say("staff-none")) } } @else {
                ul.v-cards.v-cards--rows {
                    @for line in serving {
                        li.v-card {
                            h3.v-card__title { (line.person) }
                            p { (line.note) }
                            p { (day(say, "organisation-until", line.until)) }
                            p.v-small.v-muted { (say.say("staff-by")) " " (line.by) }
                            form method="post" action={ (staff_of(&page.code)) "/revoke" } {
                                input type="hidden" name="delegation" value=(line.key);
                                button.v-link { (say.say("staff-revoke")) (hidden_name(&line.person)) }
                            }
                        }
                    }
                }
            }
        }
        @if !page.invitations.is_empty() {
            section.v-section {
                h2 { (say.say("staff-invitations")) }
                ul.v-cards.v-cards--rows {
                    @for line in &page.invitations {
                        li.v-card {
                            h3.v-card__title { (line.note) }
                            @if line.bound { p { (say.say("staff-bound")) } }
                            p { (day(say, "organisation-until", line.until)) }
                            p.v-small.v-muted { (say.say("invitation-expires")) " " (cabinet.moment(line.expires)) }
                            form method="post" action={ (staff_of(&page.code)) "/withdraw" } {
                                input type="hidden" name="invitation" value=(line.key);
                                button.v-link { (say.say("staff-withdraw")) (hidden_name(&line.note)) }
                            }
                        }
                    }
                }
            }
        }
        (invitation_form(say, page))
        @if !ended.is_empty() {
            section.v-section {
                h2 { (say.say("staff-ended")) }
                ul {
                    @for line in ended {
                        li {
                            (line.person) ": "
                            @if let Some((how, at)) = line.ended { (say.say(how)) " " (cabinet.moment(at)) }
                        }
                    }
                }
            }
        }
    }
}

fn invitation_form(say: &Speaker<'_>, page: &StaffPage) -> Markup {
    let wrong = |what| (page.wrong == Some(what)).then_some(());
    let (note, day, number) =
        (wrong(WrongInvitation::Note), wrong(WrongInvitation::Day), wrong(WrongInvitation::Number));
    let described = |id: &str, wrong: bool| {
        if wrong { format!("{id}-hint {id}-error") } else { format!("{id}-hint") }
    };
    let message = |id: &str, key: &str| {
        html! {
            p.govuk-error-message id={ (id) "-error" } {
                span.govuk-visually-hidden { (say.say("organisations-error")) " " } (say.say(key))
            }
        }
    };
    let summary = page.wrong.map(|wrong| match wrong {
        WrongInvitation::Note => ("#note", "staff-note-wrong"),
        WrongInvitation::Day => ("#until-day", "staff-day-wrong"),
        WrongInvitation::Number => ("#number", "staff-number-wrong"),
    });
    let [typed_day, typed_month, typed_year] = &page.typed.day;
    let parts = [
        ("day", say.say("date-day"), typed_day, "govuk-input--width-2"),
        ("month", say.say("date-month"), typed_month, "govuk-input--width-2"),
        ("year", say.say("date-year"), typed_year, "govuk-input--width-4"),
    ];
    html! {
        section.v-section.v-card {
            h2 { (say.say("staff-invite")) }
            p { (say.say("staff-invite-lead")) }
            @if let Some((field, key)) = summary {
                div.govuk-error-summary role="alert" {
                    h3.govuk-error-summary__title { (say.say("form-errors-title")) }
                    div.govuk-error-summary__body {
                        ul.govuk-list.govuk-error-summary__list { li { a href=(field) { (say.say(key)) } } }
                    }
                }
            }
            form.v-form method="post" action={ (staff_of(&page.code)) "/invite" } novalidate {
                div.govuk-form-group.govuk-form-group--error[note.is_some()] {
                    label.govuk-label for="note" { (say.say("staff-note")) }
                    div.govuk-hint id="note-hint" { (say.say("staff-note-hint")) }
                    @if note.is_some() { (message("note", "staff-note-wrong")) }
                    input.govuk-input.govuk-input--error[note.is_some()] id="note" name="note" type="text" maxlength="100"
                        autocomplete="off" value=(page.typed.note) aria-describedby=(described("note", note.is_some()));
                }
                div.govuk-form-group.govuk-form-group--error[day.is_some()] {
                    fieldset.govuk-fieldset role="group" aria-describedby=(described("until", day.is_some())) {
                        legend.govuk-fieldset__legend { (say.say("staff-day")) }
                        div.govuk-hint id="until-hint" { (say.say("staff-day-hint")) }
                        @if day.is_some() { (message("until", "staff-day-wrong")) }
                        div.govuk-date-input {
                            @for (part, label, value, width) in parts {
                                div.govuk-date-input__item {
                                    div.govuk-form-group {
                                        label.govuk-label.govuk-date-input__label for={ "until-" (part) } { (label) }
                                        input class={ "govuk-input govuk-date-input__input " (width) @if day.is_some() { " govuk-input--error" } }
                                            id={ "until-" (part) } name={ "until-" (part) } type="text" inputmode="numeric"
                                            maxlength="4" autocomplete="off" value=(value);
                                    }
                                }
                            }
                        }
                    }
                }
                div.govuk-form-group.govuk-form-group--error[number.is_some()] {
                    label.govuk-label for="number" { (say.say("staff-number")) }
                    div.govuk-hint id="number-hint" { (say.say("staff-number-hint")) }
                    @if number.is_some() { (message("number", "staff-number-wrong")) }
                    input.govuk-input.govuk-input--width-10.govuk-input--error[number.is_some()] id="number" name="number"
                        type="text" inputmode="numeric" maxlength="10" autocomplete="off" spellcheck="false"
                        value=(page.typed.number) aria-describedby=(described("number", number.is_some()));
                }
                div.v-actions { button.v-button { (say.say("staff-invite-go")) } }
            }
        }
    }
}

/// An invitation that was made: its link, told this once.
pub fn invited(cabinet: &Cabinet<'_>, page: &StaffPage, line: &InvitationLine, link: &str) -> Markup {
    let say = &cabinet.say;
    html! {
        (head(cabinet, &say.say("invited-title"), Some(&say.say("invited-lead"))))
        div.govuk-form-group {
            label.govuk-label for="link" { (say.say("invited-link")) }
            div.govuk-hint id="link-hint" { (say.say("invited-link-hint")) }
            input.govuk-input id="link" type="text" readonly value=(link) aria-describedby="link-hint";
        }
        dl.v-summary {
            div.v-summary__row { dt { (say.say("staff-note")) } dd { (line.note) } }
            div.v-summary__row { dt { (say.say("staff-day")) } dd { (day(say, "organisation-until", line.until)) } }
            div.v-summary__row { dt { (say.say("invited-valid")) } dd { (say.say("invitation-expires")) " " (cabinet.moment(line.expires)) } }
        }
        @if line.bound { p { (say.say("staff-bound")) } }
        p { a href=(staff_of(&page.code)) { (say.say("organisation-staff")) } }
    }
}

/// An invitation as the invited person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferPage {
    /// The organisation's name, or its code in words.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Who invites.
    pub by: String,
    /// The last day.
    pub until: Date,
    /// The secret of the link.
    pub secret: String,
}

/// The page behind the link of an invitation.
pub fn offer(cabinet: &Cabinet<'_>, page: &OfferPage) -> Markup {
    let say = &cabinet.say;
    html! {
        (head(cabinet, &say.say("offer-title"), Some(&say.say("offer-lead"))))
        dl.v-summary {
            div.v-summary__row {
                dt { (say.say("offer-organisation")) }
                dd { (page.name) br; (say.say_with("acting-for-code", &[("code", page.code.as_str().into())])) }
            }
            div.v-summary__row { dt { (say.say("offer-by")) } dd { (page.by) } }
            div.v-summary__row { dt { (say.say("staff-day")) } dd { (day(say, "organisation-until", page.until)) } }
        }
        p { (say.say("offer-means")) }
        form.v-form method="post" action=(paths::INVITATION) {
            input type="hidden" name="code" value=(page.secret);
            div.v-actions {
                button.v-button { (say.say("offer-take-up")) }
                a.v-button.v-button--quiet href=(paths::CABINET) { (say.say("offer-not-now")) }
            }
        }
    }
}
