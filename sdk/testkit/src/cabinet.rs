//! What a person finds in the cabinet.

use crate::people::Who;
use crate::world::{Case, World};
use vzaemo_contract::call::Message;

/// A person's cases.
#[derive(Debug, Clone)]
pub struct CabinetView {
    cases: Vec<(String, CaseView)>,
}

/// A case, as a person finds it.
#[derive(Debug, Clone)]
pub struct CaseView {
    /// Its title.
    pub title: String,
    /// The key of its status message.
    pub status: String,
    /// The message key of the person's role.
    pub role: String,
    /// The end of its next term (RFC 3339) and the rule by which it was computed.
    pub term: Option<(String, String)>,
    /// The message keys of its events, the oldest first.
    pub events: Vec<String>,
    texts: Vec<String>,
}

/// A notice that a person got.
#[derive(Debug, Clone)]
pub struct NoticeView {
    /// The key of its message.
    pub message: String,
    /// The view that it leads to.
    pub view: String,
    texts: [String; 2],
}

impl CabinetView {
    pub(crate) fn new(world: &World, who: &Who) -> Self {
        let role = |case: &Case| {
            case.people.get(who.reference()).or_else(|| case.left.get(who.reference())).cloned()
        };
        let cases = world.cases.iter().filter_map(|(key, case)| {
            let role = role(case)?;
            Some((key.clone(), CaseView::new(world, case, &role)))
        });
        CabinetView { cases: cases.collect() }
    }

    /// The case of the document with this key; fails the test when the person has none.
    #[track_caller]
    pub fn case(&self, key: impl AsRef<str>) -> &CaseView {
        let key = key.as_ref();
        let found = self.cases.iter().find(|(other, _)| other == key).map(|(_, case)| case);
        let keys: Vec<&str> = self.cases.iter().map(|(key, _)| key.as_str()).collect();
        found.unwrap_or_else(|| panic!("the person has no case `{key}`, but {keys:?}"))
    }

    /// Whether the person has the case.
    pub fn has(&self, key: impl AsRef<str>) -> bool {
        self.cases.iter().any(|(other, _)| other == key.as_ref())
    }

    /// How many cases the person has.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether the person has none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }
}

impl CaseView {
    fn new(world: &World, case: &Case, role: &Message) -> Self {
        let messages = case.events.iter().map(|(_, text)| text);
        let mut texts = vec![case.title.clone()];
        for message in messages
            .clone()
            .chain(&case.status)
            .chain([role])
            .chain(case.term.as_ref().map(|term| &term.label))
        {
            texts.extend(world.project.texts.message(message));
        }
        CaseView {
            title: case.title.clone(),
            status: case.status.as_ref().map(|status| status.key.clone()).unwrap_or_default(),
            role: role.key.clone(),
            term: case.term.as_ref().map(|term| (term.due.clone(), term.rule.clone())),
            events: messages.map(|message| message.key.clone()).collect(),
            texts,
        }
    }

    /// Whether the case says this: a message key of its status or events (a state's name will do), or words in
    /// either language.
    pub fn says(&self, what: &str) -> bool {
        let found = self.status == what
            || self.status == format!("state-{what}")
            || self.events.iter().any(|key| key == what)
            || self.texts.iter().any(|text| text.contains(what));
        if !found {
            eprintln!("the case says: {self:#?}");
        }
        found
    }
}

impl NoticeView {
    pub(crate) fn all(world: &World, who: &Who) -> Vec<Self> {
        let mine = world.notices.iter().filter(|notice| notice.person == who.reference());
        mine.map(|notice| NoticeView {
            message: notice.text.key.clone(),
            view: notice.at.view.clone(),
            texts: world.project.texts.message(&notice.text),
        })
        .collect()
    }

    /// Whether the notice says this in either language.
    pub fn says(&self, text: &str) -> bool {
        self.texts.iter().any(|said| said.contains(text))
    }
}
