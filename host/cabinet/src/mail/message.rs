//! A letter in words: plain text, and the same as simple HTML that a screen reader reads in its order.

use super::direct::Words;
use super::kind::Kind;
use super::outbox::Kept;
use super::post::MailError;
use super::texts::say;
use crate::records::Text;
use html_escape::{encode_double_quoted_attribute as attribute, encode_text};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use std::fmt::Write as _;
use url::Url;
use vzaemo_language::texts::Language;

/// The longest subject, in characters; what a notice says beyond that stands in the letter.
const SUBJECT: usize = 120;

/// What all letters of a platform share.
#[derive(Debug, Clone)]
pub(super) struct Letterhead {
    pub sender: Mailbox,
    pub platform: Text,
    pub base: Url,
}

/// To whom a letter goes, and how.
pub(super) struct Recipient<'a> {
    pub email: &'a str,
    pub language: Language,
    /// What stands in the link that stops letters.
    pub stop: &'a str,
}

fn in_language(text: &Text, language: Language) -> &str {
    match language {
        Language::Uk => &text.uk,
        Language::En => &text.en,
    }
}

/// A line of a letter: words, or a link with its words.
enum Line {
    Words(String),
    Link { words: String, to: String },
}

impl Letterhead {
    /// The address of a local path; what is no path of the platform leads to its first page.
    fn link(&self, path: &str) -> String {
        let local = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
        let joined = if local { self.base.join(path).ok() } else { None };
        let own = joined.filter(|url| url.origin() == self.base.origin());
        own.unwrap_or_else(|| self.base.clone()).into()
    }

    /// The letter with the link by which an address is confirmed.
    pub fn confirmation(&self, to: &Recipient<'_>, code: &str, key: &str) -> Result<Message, MailError> {
        let say = |name: &str, args: &[(&str, &str)]| say(to.language, name, args);
        let platform = in_language(&self.platform, to.language);
        let hours = super::address::CODE_HOURS.to_string();
        let lines = [
            Line::Words(say("mail-confirm-lead", &[("platform", platform)])),
            Line::Words(say("mail-confirm-do", &[("hours", &hours)])),
            Line::Link {
                words: say("mail-confirm-link", &[]),
                to: self.link(&format!("/cabinet/mail/confirm?code={code}")),
            },
            Line::Words(say("mail-confirm-else", &[])),
        ];
        self.written(to, &say("mail-confirm-subject", &[]), &lines, &[], key, false)
    }

    /// A letter about notices: one by itself, or several in a digest.
    pub fn notices(&self, to: &Recipient<'_>, notices: &[Kept]) -> Result<Message, MailError> {
        let say = |name: &str, args: &[(&str, &str)]| say(to.language, name, args);
        let platform = in_language(&self.platform, to.language);
        let told = |kept: &Kept| {
            kept.letter.text.as_ref().map_or("", |text| in_language(text, to.language)).to_owned()
        };
        let legal = notices.iter().any(|kept| kept.letter.kind == Kind::Legal);
        let mut lines = Vec::with_capacity(2 * notices.len() + 1);
        let subject = match notices {
            [one] => say("mail-notice-subject", &[("text", &told(one))]),
            many => {
                lines.push(Line::Words(say("mail-digest-lead", &[])));
                say("mail-digest-subject", &[("count", &many.len().to_string())])
            }
        };
        for kept in notices {
            lines.push(Line::Words(told(kept)));
            let to = self.link(kept.letter.address.as_deref().unwrap_or("/cabinet"));
            lines.push(Line::Link { words: say("mail-open", &[]), to });
        }
        let mut foot = vec![Line::Words(say("mail-why", &[("platform", platform)]))];
        if legal {
            foot.push(Line::Words(say("mail-why-legal", &[])));
        }
        foot.push(Line::Link { words: say("mail-settings", &[]), to: self.link("/cabinet/mail") });
        if !legal {
            foot.push(Line::Link { words: say("mail-stop", &[]), to: self.stop_link(to) });
        }
        let key = notices.first().map_or("", |kept| kept.key.as_str());
        self.written(to, &subject, &lines, &foot, key, !legal)
    }

    /// A letter to an address of the holder's own.
    pub fn direct(&self, to: &Recipient<'_>, words: &Words<'_>, key: &str) -> Result<Message, MailError> {
        let mut lines: Vec<Line> = words.paragraphs.iter().cloned().map(Line::Words).collect();
        let (link, path) = words.link;
        lines.push(Line::Link { words: link.to_owned(), to: self.link(path) });
        self.written(to, words.subject, &lines, &[], key, false)
    }

    fn stop_link(&self, to: &Recipient<'_>) -> String {
        self.link(&format!("/cabinet/mail/stop?by={}", to.stop))
    }

    /// `key` names the letter, so that one which is sent once more is seen to be the same; `stoppable` offers to stop
    /// such letters by one press of the reader's program (RFC 8058).
    fn written(
        &self,
        to: &Recipient<'_>,
        subject: &str,
        lines: &[Line],
        foot: &[Line],
        key: &str,
        stoppable: bool,
    ) -> Result<Message, MailError> {
        let address: Address = to.email.parse().map_err(|_| MailError::Address)?;
        let platform = in_language(&self.platform, to.language);
        let subject: String = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let subject: String = subject.chars().take(SUBJECT).collect();
        let host = self.base.host_str().unwrap_or("localhost");
        let mut builder = Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, address))
            .subject(subject.clone())
            .message_id(Some(format!("<{key}@{host}>")))
            // No program should answer to this (RFC 3834).
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Content-Language", to.language.code()));
        if stoppable {
            builder = builder
                .raw_header(header("List-Unsubscribe", &format!("<{}>", self.stop_link(to))))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        let body = MultiPart::alternative_plain_html(
            plain(platform, lines, foot),
            html(platform, &subject, to.language, lines, foot),
        );
        builder.multipart(body).map_err(MailError::Compose)
    }
}

/// A header of ASCII that needs no encoding and is not folded.
fn header(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}

fn plain(platform: &str, lines: &[Line], foot: &[Line]) -> String {
    let mut out = String::new();
    let mut put = |line: &Line| {
        // Writing into a text cannot fail.
        let _infallible = match line {
            Line::Words(words) => write!(out, "{words}\n\n"),
            Line::Link { words, to } => write!(out, "{words}: {to}\n\n"),
        };
    };
    lines.iter().for_each(&mut put);
    put(&Line::Words(format!("-- \n{platform}")));
    foot.iter().for_each(&mut put);
    out
}

/// Without styles, pictures or anything that would be fetched: it reads as it is written.
fn html(platform: &str, subject: &str, language: Language, lines: &[Line], foot: &[Line]) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>\n<h1>{}</h1>\n",
        language.code(),
        encode_text(subject),
        encode_text(subject)
    );
    let put = |out: &mut String, line: &Line| {
        let _infallible = match line {
            Line::Words(words) => writeln!(out, "<p>{}</p>", encode_text(words)),
            Line::Link { words, to } => {
                writeln!(out, "<p><a href=\"{}\">{}</a></p>", attribute(to), encode_text(words))
            }
        };
    };
    for line in lines {
        put(&mut out, line);
    }
    out.push_str("<hr>\n");
    put(&mut out, &Line::Words(platform.to_owned()));
    for line in foot {
        put(&mut out, line);
    }
    out.push_str("</body></html>\n");
    out
}
