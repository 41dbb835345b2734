//! What acts and views answer.

use crate::texts::Texts;
use crate::world::Place;
use serde_json::Value;
use vzaemo_contract::call::{Message, Outcome, Refusal};
use vzaemo_sdk::Key;

/// Why access was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// Nobody is signed in.
    SignInNeeded,
    /// The identity is not sure enough.
    AssuranceTooLow,
    /// It can be done in another state than the one the document is in.
    WrongState(String),
    /// No rule of the manifest permits it to this person.
    NotPermitted,
}

/// How a call ended without a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The module told the person why not.
    Refused(Refusal),
    /// There is no such thing.
    NotFound,
    /// Access was denied before the module ran.
    Denied(Denial),
    /// The input does not fit the form: JSON pointers and reasons. The module did not run.
    Invalid(Vec<(String, String)>),
    /// A counter's bound would not hold, so nothing was committed.
    Bound(String),
    /// A mistake of the module.
    Broken(String),
}

/// What an act or view is given: `()`, a key, a JSON object as input, or both: `(&key, json!({…}))`. Several path
/// parameters stand in an array: `[&a, &b]`.
#[derive(Debug, Clone, Default)]
pub struct Given {
    pub(crate) params: Vec<String>,
    pub(crate) input: Option<Value>,
    pub(crate) query: Vec<(String, String)>,
}

impl Given {
    /// With a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl From<()> for Given {
    fn from((): ()) -> Self {
        Given::default()
    }
}

macro_rules! keys {
    ($($key:ty),*) => { $(
        impl From<$key> for Given {
            fn from(key: $key) -> Self {
                Given { params: vec![key.to_string()], ..Given::default() }
            }
        }
        impl From<($key, Value)> for Given {
            fn from((key, input): ($key, Value)) -> Self {
                Given { params: vec![key.to_string()], input: Some(input), ..Given::default() }
            }
        }
    )* };
}
keys!(&Key, Key, &str, &String);

impl From<Value> for Given {
    fn from(input: Value) -> Self {
        Given { input: Some(input), ..Given::default() }
    }
}

impl<T: ToString, const N: usize> From<[T; N]> for Given {
    fn from(params: [T; N]) -> Self {
        Given { params: params.iter().map(ToString::to_string).collect(), ..Given::default() }
    }
}

impl<T: ToString, const N: usize> From<([T; N], Value)> for Given {
    fn from((params, input): ([T; N], Value)) -> Self {
        Given { input: Some(input), ..Given::from(params) }
    }
}

/// What an act ended with. A failure about which the test says nothing fails the test.
#[derive(Debug)]
pub struct Response {
    pub(crate) act: String,
    pub(crate) result: Result<(Outcome, [String; 2]), Ended>,
    pub(crate) inserted: Vec<Place>,
    pub(crate) examined: bool,
}

impl Response {
    pub(crate) fn new(act: &str, result: Result<(Outcome, Vec<Place>), Ended>, texts: &Texts) -> Self {
        let (result, inserted) = match result {
            Ok((outcome, inserted)) => {
                let said = outcome.message.as_ref().map(|message| texts.message(message)).unwrap_or_default();
                (Ok((outcome, said)), inserted)
            }
            Err(ended) => (Err(ended), Vec::new()),
        };
        Response { act: act.to_owned(), result, inserted, examined: false }
    }

    #[track_caller]
    fn outcome(&mut self) -> &(Outcome, [String; 2]) {
        self.examined = true;
        match &self.result {
            Ok(outcome) => outcome,
            Err(ended) => panic!("the act `{}` should have been done, but: {ended:?}", self.act),
        }
    }

    #[track_caller]
    fn ended(&mut self, wanted: &str) -> &Ended {
        self.examined = true;
        match &self.result {
            Err(ended) => ended,
            Ok((outcome, _)) => {
                panic!("the act `{}` should have been {wanted}, but was done: {outcome:?}", self.act)
            }
        }
    }

    /// It was done.
    #[allow(clippy::return_self_not_must_use)] // often all that a test wants to say
    #[track_caller]
    pub fn done(mut self) -> Self {
        self.outcome();
        self
    }

    /// It was done, and this message told the person so.
    #[allow(clippy::return_self_not_must_use)]
    #[track_caller]
    pub fn done_with(mut self, message: &str) -> Self {
        let said = self.outcome().0.message.as_ref().map(|message| message.key.clone());
        assert_eq!(said.as_deref(), Some(message), "the act `{}` was done with another message", self.act);
        self
    }

    /// The key of the document it is about: the first parameter of the address it leads to, else the first
    /// document that it inserted.
    #[track_caller]
    pub fn key(mut self) -> Key {
        let led =
            self.outcome().0.to.as_ref().and_then(|to| to.params.first()).map(|(_, value)| value.clone());
        let key = led.or_else(|| self.inserted.first().map(|(_, key)| key.clone()));
        key.map_or_else(|| panic!("the act `{}` leads to no document and inserted none", self.act), Key::from)
    }

    /// The same, where it is a number.
    #[track_caller]
    pub fn number(self) -> Key {
        self.key()
    }

    /// The view that it leads to.
    #[track_caller]
    pub fn leads_to(mut self) -> Option<String> {
        self.outcome().0.to.as_ref().map(|to| to.view.clone())
    }

    /// Whether the message, in either language, says this.
    #[track_caller]
    pub fn says(mut self, text: &str) -> bool {
        self.outcome().1.iter().any(|said| said.contains(text))
    }

    /// It was refused with this message.
    #[track_caller]
    pub fn refused(mut self, message: &str) {
        let act = self.act.clone();
        match self.ended("refused") {
            Ended::Refused(refusal) => {
                assert_eq!(refusal.message.key, message, "`{act}` was refused with another message");
            }
            other => panic!("the act `{act}` should have been refused with `{message}`, but: {other:?}"),
        }
    }

    /// It was refused with this message about this field of the form.
    #[track_caller]
    pub fn refused_at(mut self, field: &str, message: &str) {
        let wanted = Refusal { message: Message::new(message), field: Some(field.to_owned()) };
        let act = self.act.clone();
        match self.ended("refused") {
            Ended::Refused(refusal) if refusal.field == wanted.field => {
                assert_eq!(refusal.message.key, message, "`{act}` was refused with another message");
            }
            other => panic!("the act `{act}` should have been refused at `{field}`, but: {other:?}"),
        }
    }

    /// Access was denied.
    #[track_caller]
    pub fn denied(mut self) -> Denial {
        let act = self.act.clone();
        match self.ended("denied") {
            Ended::Denied(denial) => denial.clone(),
            other => panic!("the act `{act}` should have been denied, but: {other:?}"),
        }
    }

    /// The input did not fit the form, at this field.
    #[track_caller]
    pub fn invalid(mut self, field: &str) {
        let act = self.act.clone();
        let pointer = format!("/{}", field.replace('.', "/"));
        match self.ended("invalid") {
            Ended::Invalid(problems)
                if problems
                    .iter()
                    .any(|(at, why)| *at == pointer || why.contains(&format!("\"{field}\""))) => {}
            other => panic!("the input of `{act}` should not have fitted at `{field}`, but: {other:?}"),
        }
    }

    /// There is no such thing.
    #[track_caller]
    pub fn not_found(mut self) {
        let act = self.act.clone();
        let ended = self.ended("not found");
        assert_eq!(*ended, Ended::NotFound, "the act `{act}`");
    }

    /// How it ended, for everything else.
    pub fn result(mut self) -> Result<Outcome, Ended> {
        self.examined = true;
        self.result.as_ref().map(|(outcome, _)| outcome.clone()).map_err(Clone::clone)
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        if let Err(ended) = &self.result
            && !self.examined
            && !std::thread::panicking()
        {
            panic!("the act `{}` failed and the test does not say that it should: {ended:?}", self.act);
        }
    }
}
