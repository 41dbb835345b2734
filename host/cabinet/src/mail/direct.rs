//! Letters to addresses of the holder's own that wait in no outbox: who sends them keeps them until they are taken.

use super::message::Recipient;
use super::post::{Answer, MailConfig, MailError, Post};
use lettre::Address;
use vzaemo_language::texts::Language;

/// The way to some addresses of the holder's own.
pub struct Direct {
    post: Post,
    to: Vec<String>,
}

/// A letter of a few words.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// Names it: the same when it is sent once more, so that mail programs know that they have it.
    pub id: &'a str,
    /// The language of the words.
    pub language: Language,
    /// What stands above it.
    pub subject: &'a str,
    /// Its paragraphs.
    pub paragraphs: &'a [String],
    /// What a link says, and the path of the platform that it leads to.
    pub link: (&'a str, &'a str),
}

/// Why a letter was not taken. Neither the address nor the server's words are told: they may hold it.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It could not be put together.
    #[error("put the letter together")]
    Compose(#[source] MailError),
    /// The mail server did not take it, with its reply code if it gave one.
    #[error("hand it to the mail server, which answered {}", .0.map_or_else(|| "nothing".to_owned(), |code| code.to_string()))]
    Server(Option<u16>),
}

impl Direct {
    /// The way to these addresses.
    ///
    /// # Errors
    /// One of them is none, or the server's certificate or the sender cannot be read.
    pub fn new(config: &MailConfig, to: &[String]) -> Result<Self, MailError> {
        if to.iter().any(|address| address.parse::<Address>().is_err()) {
            return Err(MailError::Address);
        }
        Ok(Direct { post: Post::new(config)?, to: to.to_vec() })
    }

    /// Hands a letter over for each address. When one was not taken, the others may have been.
    pub async fn send(&self, words: &Words<'_>) -> Result<(), NotTaken> {
        for (number, email) in self.to.iter().enumerate() {
            let to = Recipient { email, language: words.language, stop: "" };
            let key = format!("{}.{number}", words.id);
            let letter = self.post.head.direct(&to, words, &key).map_err(NotTaken::Compose)?;
            match self.post.send(letter).await {
                Answer::Taken => {}
                Answer::Later(code) => return Err(NotTaken::Server(code)),
                Answer::Never(code) => return Err(NotTaken::Server(Some(code))),
            }
        }
        Ok(())
    }
}
