//! A page, as a reader of either language finds it.

use crate::texts::value;
use crate::world::World;
use fluent_bundle::{FluentArgs, FluentValue};
use vzaemo_marks::{Event, Kind, Page, Reader};

/// A page that has passed the host's check of the grammar.
#[derive(Debug, Clone)]
pub struct PageView {
    name: String,
    page: Page,
    texts: [String; 2],
    messages: Vec<String>,
    acts: Vec<String>,
    views: Vec<String>,
    states: Vec<String>,
    next: Option<String>,
}

/// Reads a page and notes what it finds.
struct Walk<'a> {
    reader: Reader<'a>,
    world: &'a World,
    messages: Vec<String>,
    acts: Vec<String>,
    views: Vec<String>,
    states: Vec<String>,
    next: Option<String>,
}

impl Walk<'_> {
    /// Appends what stands up to the close of the present group.
    fn group(&mut self, out: &mut [String; 2]) {
        while let Some(Ok(event)) = self.reader.next() {
            match event {
                Event::Close => return,
                Event::Leaf(kind, text) => self.leaf(kind, text, out),
                Event::Open(Kind::Message, key) => self.message(key, out),
                Event::Open(Kind::File, id) => {
                    let name = match self.world.files.get(id) {
                        Some(file) => file.info.name.as_str(),
                        // Sample content names files by their path in the package.
                        None if id.starts_with("content/") => id,
                        None => panic!("the page shows a file `{id}` that nobody has sent"),
                    };
                    both(out, name);
                    self.group(out);
                    both(out, "\n");
                }
                Event::Open(kind, text) => {
                    match kind {
                        Kind::Action | Kind::Form | Kind::ActForm => self.acts.push(text.to_owned()),
                        Kind::View => self.views.push(text.to_owned()),
                        _ => {}
                    }
                    self.group(out);
                    if !is_inline(kind) {
                        both(out, "\n");
                    }
                }
            }
        }
    }

    fn message(&mut self, key: &str, out: &mut [String; 2]) {
        self.messages.push(key.to_owned());
        let mut given: Vec<(String, [String; 2])> = Vec::new();
        while let Some(Ok(event)) = self.reader.next() {
            match event {
                Event::Close => break,
                Event::Open(_, name) => {
                    let mut text = Default::default();
                    self.group(&mut text);
                    given.push((name.to_owned(), text));
                }
                Event::Leaf(..) => {}
            }
        }
        // An argument may read otherwise in the two languages: a name of a body, or a state.
        for (language, out) in out.iter_mut().enumerate() {
            let mut args: FluentArgs<'_> = FluentArgs::new();
            for (name, texts) in &given {
                let text = texts.get(language).map(String::as_str).unwrap_or_default();
                let value: FluentValue<'_> = value(text);
                args.set(name.clone(), value);
            }
            let said = self.world.project.texts.both(key, &args);
            out.push_str(said.get(language).map(String::as_str).unwrap_or_default());
        }
    }

    fn leaf(&mut self, kind: Kind, text: &str, out: &mut [String; 2]) {
        match kind {
            Kind::Text | Kind::Number | Kind::Date => both(out, text),
            Kind::Prose | Kind::Before | Kind::After => {
                both(out, text);
                both(out, "\n");
            }
            Kind::Instant => {
                let local =
                    text.parse().map(|at| self.world.zone.local(at).strftime("%Y-%m-%d %H:%M").to_string());
                both(out, &local.unwrap_or_else(|_| panic!("`{text}` is no moment")));
            }
            Kind::Person => {
                let reference = text.split_once('@').map_or(text, |(person, _)| person);
                let name = self.world.names.get(reference);
                both(
                    out,
                    name.unwrap_or_else(|| panic!("the page names a person `{text}` that nobody knows")),
                );
            }
            Kind::Body => {
                let body = self.world.bodies.get(text);
                let body = body
                    .unwrap_or_else(|| panic!("the page names a body `{text}` that is not in the register"));
                let [uk, en] = out;
                uk.push_str(&body.name.uk);
                en.push_str(&body.name.en);
            }
            Kind::State => {
                self.states.push(text.to_owned());
                let [uk, en] = self.world.project.texts.both(&format!("state-{text}"), &FluentArgs::new());
                let [out_uk, out_en] = out;
                out_uk.push_str(&uk);
                out_en.push_str(&en);
            }
            Kind::DaysLeft => {
                let left = self.world.days_left(text, self.world.now);
                both(out, &left.unwrap_or_else(|_| panic!("`{text}` is no day or moment")).to_string());
            }
            Kind::NextPage => self.next = Some(text.to_owned()),
            _ => {}
        }
    }
}

fn both(out: &mut [String; 2], text: &str) {
    for out in out {
        out.push_str(text);
    }
}

fn is_inline(kind: Kind) -> bool {
    kind.class() & vzaemo_marks::classes::INLINE != 0 || kind.class() == vzaemo_marks::classes::ADDRESS
}

impl PageView {
    #[track_caller]
    pub(crate) fn new(name: &str, page: Page, world: &World) -> Self {
        if let Err(problem) = vzaemo_marks::check(&page) {
            panic!("the page of `{name}` does not fit the grammar: {problem}\n{}", vzaemo_marks::dump(&page));
        }
        let mut walk = Walk {
            reader: Reader::new(&page),
            world,
            messages: Vec::new(),
            acts: Vec::new(),
            views: Vec::new(),
            states: Vec::new(),
            next: None,
        };
        let mut texts: [String; 2] = Default::default();
        walk.group(&mut texts);
        let Walk { messages, acts, views, states, next, .. } = walk;
        for act in &acts {
            assert!(
                world.project.manifest.act(act).is_some(),
                "the page of `{name}` offers an act `{act}` that is not declared"
            );
        }
        for view in &views {
            assert!(
                world.project.manifest.view(view).is_some(),
                "the page of `{name}` leads to a view `{view}` that is not declared"
            );
        }
        PageView { name: name.to_owned(), page, texts, messages, acts, views, states, next }
    }

    /// Shows the page where a test may want to know why: the harness prints it when the test fails.
    fn told(&self, found: bool) -> bool {
        if !found {
            eprintln!("the page of `{}`:\n{}\n{}", self.name, self.dump(), self.text_uk());
        }
        found
    }

    /// Whether the page says this, in either language.
    pub fn says(&self, text: &str) -> bool {
        self.told(self.texts.iter().any(|said| said.contains(text)))
    }

    /// Whether it does not say this in either language. Shows the page when it does.
    pub fn is_silent_about(&self, text: &str) -> bool {
        self.told(!self.texts.iter().any(|said| said.contains(text)))
    }

    /// Whether the message stands on the page.
    pub fn has_message(&self, key: &str) -> bool {
        self.told(self.messages.iter().any(|message| message == key))
    }

    /// Whether the page offers the act: by a button, a form, or a link to its form.
    pub fn action(&self, act: &str) -> bool {
        self.told(self.acts.iter().any(|offered| offered == act))
    }

    /// Whether the page leads to the view.
    pub fn leads_to(&self, view: &str) -> bool {
        self.told(self.views.iter().any(|led| led == view))
    }

    /// The first state that the page shows.
    #[track_caller]
    pub fn status(&self) -> &str {
        match self.states.first() {
            Some(state) => state,
            None => panic!("the page of `{}` shows no state:\n{}", self.name, self.dump()),
        }
    }

    /// How many marks of this kind the page has.
    pub fn count(&self, kind: Kind) -> usize {
        let of = |event: &Event<'_>| matches!(event, Event::Open(found, _) | Event::Leaf(found, _) if *found == kind);
        Reader::new(&self.page).filter_map(Result::ok).filter(of).count()
    }

    /// The cursor of the next page of rows: `Given::from(()).query("after", next)`.
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// The text in Ukrainian.
    pub fn text_uk(&self) -> &str {
        let [uk, _] = &self.texts;
        uk
    }

    /// The text in English.
    pub fn text_en(&self) -> &str {
        let [_, en] = &self.texts;
        en
    }

    /// The marks, indented.
    pub fn dump(&self) -> String {
        vzaemo_marks::dump(&self.page)
    }

    /// What crossed to the host.
    pub fn marks(&self) -> &Page {
        &self.page
    }
}
