//! Notices by e-mail.
//!
//! What is to be sent stands in an **outbox**, written in the same unit of work as the notice that it tells of
//! ([`outbox`]). A leased job ([`Mailer`]) takes what is due, composes a message in the person's language ([`message`])
//! and hands it to the holder's server over SMTP ([`post`]). A person's address is used once they have confirmed it by a
//! link; how often they are written to is theirs to say for each [`Kind`], except that legal notices go at once.

mod address;
mod direct;
mod kind;
mod mailer;
mod message;
mod outbox;
mod post;
mod texts;

pub use address::{
    ASKS_A_DAY, AddressError, CODE_HOURS, Failure, Mailbox, Pending, ask, code_hash, confirm, forget,
    mailbox, set_language, set_rhythm, stop_all, stop_all_by,
};
pub use direct::{Direct, NotTaken, Words};
pub use kind::{Kind, Rhythm};
pub use mailer::{Mailer, Round};
pub use outbox::{Delivery, State, deliveries};
pub use post::{MailConfig, MailError, Tls};

pub(crate) use address::{collection as addresses, hand_over};
pub(crate) use outbox::{OUTBOX, collection as outbox, enqueue};
