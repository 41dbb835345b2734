//! Remembered pages.
//!
//! Two things are remembered for all: the *body* of an open view, the same for all visitors of one language, with its slots
//! open; and for visitors without a session the whole page, the *sheet*, as bytes with its compressed form and
//! validator. A visitor with a session gets the body with their own frame and slots around and within it; of what is
//! theirs only the answers for the slots are remembered (may they, have they), by session.
//!
//! A remembered thing is served while it is what would be made now ([`Fresh`]): nothing that it was read from has been
//! touched by a commit, the legal clock has not passed the first moment at which the time reads otherwise, and the
//! version of the module (for a sheet: the whole configuration) is the one that serves. What fails this test is made
//! anew by one of those who ask ([`Flights`]). Nothing is remembered of a view that is not open, of a failure, or of
//! what was overtaken by a commit while it was made.
//!
//! Lists that counters order would be the exception (the host ranks them every few seconds), but the contract has no
//! such lists yet: a counter that a page shows is part of what the page was read from.

mod answers;
mod body;
mod flight;
mod fresh;
mod sheet;

use flight::Flights;
use moka::sync::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use vzaemo_clock::Instant;
use vzaemo_service::{ModuleVersion, Snapshot};

pub(super) use answers::{Answers, AnswersKey};
pub(super) use body::{BodyKey, PageBody};
pub(super) use flight::Origin;
pub(super) use fresh::Fresh;
pub(super) use sheet::Sheet;

use crate::chrome::preferences::Preferences;
use crate::texts::Language;

/// What a sheet is known by: an address with declared query parameters only, a language, and looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SheetKey(String);

impl SheetKey {
    /// The sheet of an address for readers of a language who want pages to look so.
    pub fn new(address: &str, language: Language, looks: Preferences) -> Self {
        if looks == Preferences::default() {
            return SheetKey([language.code(), address].concat());
        }
        SheetKey([language.code(), &looks.to_cookie(), address].concat())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Body(BodyKey),
    Sheet(SheetKey),
    Answers(AnswersKey),
}

#[derive(Clone)]
enum Thing {
    Body(Arc<PageBody>),
    Sheet(Arc<Sheet>),
    Answers(Arc<Answers>),
}

impl Key {
    fn bytes(&self) -> usize {
        match self {
            Key::Body(key) => key.bytes(),
            Key::Sheet(key) => key.0.len(),
            Key::Answers(key) => key.bytes(),
        }
    }
}

impl Thing {
    fn bytes(&self) -> usize {
        match self {
            Thing::Body(body) => body.bytes(),
            Thing::Sheet(sheet) => sheet.bytes(),
            Thing::Answers(answers) => answers.bytes(),
        }
    }
}

/// How remembering goes, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RememberedCounts {
    /// Bodies and sheets that were served from memory.
    pub hits: u64,
    /// Those that were made.
    pub made: u64,
    /// Bytes held at present, about.
    pub bytes: u64,
}

/// Bodies and sheets within a budget of bytes; what is asked for least makes room.
pub(super) struct Remembered {
    cache: Cache<Key, Thing>,
    bodies: Flights<BodyKey, PageBody>,
    sheets: Flights<SheetKey, Sheet>,
    hits: AtomicU64,
    made: AtomicU64,
}

impl Remembered {
    /// Remembers so many bytes; none for nothing at all.
    pub fn new(bytes: u64) -> Self {
        let weigh = |key: &Key, thing: &Thing| u32::try_from(key.bytes() + thing.bytes()).unwrap_or(u32::MAX);
        Remembered {
            cache: Cache::builder().max_capacity(bytes).weigher(weigh).build(),
            bodies: Flights::default(),
            sheets: Flights::default(),
            hits: AtomicU64::new(0),
            made: AtomicU64::new(0),
        }
    }

    /// The sheet of this key if it is what would be made now.
    pub fn sheet(&self, key: &SheetKey, snapshot: &Arc<Snapshot>, now: Instant) -> Option<Arc<Sheet>> {
        let found = self.find_sheet(key, snapshot, now)?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(found)
    }

    fn find_sheet(&self, key: &SheetKey, snapshot: &Arc<Snapshot>, now: Instant) -> Option<Arc<Sheet>> {
        match self.cache.get(&Key::Sheet(key.clone()))? {
            Thing::Sheet(sheet) if sheet.is_current(snapshot, now) => Some(sheet),
            _ => None,
        }
    }

    fn find_body(&self, key: &BodyKey, version: &Arc<ModuleVersion>, now: Instant) -> Option<Arc<PageBody>> {
        match self.cache.get(&Key::Body(key.clone()))? {
            Thing::Body(body) if body.is_current(version, now) => Some(body),
            _ => None,
        }
    }

    /// The sheet of this key: the remembered one if it is what would be made now, else the one that `make` makes.
    /// `now` is asked each time that this is decided.
    pub async fn sheet_or<E, F, R>(
        &self,
        key: &SheetKey,
        snapshot: &Arc<Snapshot>,
        now: impl Fn() -> Instant,
        make: F,
    ) -> Result<(Arc<Sheet>, Origin), E>
    where
        F: FnOnce() -> R,
        R: Future<Output = Result<Sheet, E>>,
    {
        let found = self.sheets.get(
            key,
            || self.find_sheet(key, snapshot, now()),
            |sheet| sheet.is_current(snapshot, now()),
            || async {
                let sheet = Arc::new(make().await?);
                if sheet.fresh.is_some() {
                    self.cache.insert(Key::Sheet(key.clone()), Thing::Sheet(Arc::clone(&sheet)));
                }
                Ok(sheet)
            },
        );
        let (sheet, origin) = found.await?;
        self.count(origin);
        Ok((sheet, origin))
    }

    /// The same for a body.
    pub async fn body_or<E, F, R>(
        &self,
        key: &BodyKey,
        version: &Arc<ModuleVersion>,
        now: impl Fn() -> Instant,
        make: F,
    ) -> Result<(Arc<PageBody>, Origin), E>
    where
        F: FnOnce() -> R,
        R: Future<Output = Result<PageBody, E>>,
    {
        let found = self.bodies.get(
            key,
            || self.find_body(key, version, now()),
            |body| body.is_current(version, now()),
            || async {
                let body = Arc::new(make().await?);
                if body.fresh.is_some() {
                    self.cache.insert(Key::Body(key.clone()), Thing::Body(Arc::clone(&body)));
                }
                Ok(body)
            },
        );
        let (body, origin) = found.await?;
        self.count(origin);
        Ok((body, origin))
    }

    /// The answers of this key if they would be the same now.
    pub fn answers(
        &self,
        key: &AnswersKey,
        version: &Arc<ModuleVersion>,
        now: Instant,
    ) -> Option<Arc<Answers>> {
        match self.cache.get(&Key::Answers(key.clone()))? {
            Thing::Answers(answers) if answers.is_current(version, now) => Some(answers),
            _ => None,
        }
    }

    /// Remembers answers.
    pub fn keep_answers(&self, key: AnswersKey, answers: Arc<Answers>) {
        self.cache.insert(Key::Answers(key), Thing::Answers(answers));
    }

    fn count(&self, origin: Origin) {
        let counter = if origin == Origin::Made { &self.made } else { &self.hits };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How remembering goes.
    pub fn counts(&self) -> RememberedCounts {
        RememberedCounts {
            hits: self.hits.load(Ordering::Relaxed),
            made: self.made.load(Ordering::Relaxed),
            bytes: self.cache.weighted_size(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chrome::preferences::{Contrast, Preferences};

    const MIB: u64 = 1 << 20;

    struct Shelf {
        remembered: Remembered,
        snapshot: Arc<Snapshot>,
    }

    impl Shelf {
        fn new(bytes: u64) -> Self {
            Shelf { remembered: Remembered::new(bytes), snapshot: Arc::default() }
        }

        async fn sheet(&self, key: &SheetKey, html: &str, fresh: Option<Fresh>, now: Instant) -> Origin {
            let make = || async { Ok::<_, ()>(Sheet::new(html.to_owned(), &self.snapshot, fresh)) };
            self.remembered.sheet_or(key, &self.snapshot, || now, make).await.unwrap().1
        }
    }

    fn key(address: &str) -> SheetKey {
        SheetKey::new(address, Language::Uk, Preferences::default())
    }

    fn always() -> Fresh {
        Fresh::since(Instant::EPOCH)
    }

    #[tokio::test]
    async fn memory_stays_within_the_budget() {
        let shelf = Shelf::new(MIB);
        let html = "x".repeat(20_000);
        for page in 0..500 {
            shelf.sheet(&key(&format!("/notes/{page}")), &html, Some(always()), Instant::EPOCH).await;
        }
        shelf.remembered.cache.run_pending_tasks();
        let held = shelf.remembered.counts().bytes;
        assert!(held <= MIB && held > MIB / 2, "{held} bytes are held");
        let huge = "x".repeat(2_000_000);
        shelf.sheet(&key("/huge"), &huge, Some(always()), Instant::EPOCH).await;
        shelf.remembered.cache.run_pending_tasks();
        assert!(shelf.remembered.counts().bytes <= MIB);
    }

    #[tokio::test]
    async fn without_a_budget_each_page_is_made_anew() {
        let shelf = Shelf::new(0);
        for _ in 0..3 {
            assert_eq!(shelf.sheet(&key("/"), "a", Some(always()), Instant::EPOCH).await, Origin::Made);
            shelf.remembered.cache.run_pending_tasks();
        }
    }

    #[tokio::test]
    async fn each_address_language_and_look_is_a_page_of_its_own() {
        let shelf = Shelf::new(MIB);
        let high = Preferences { contrast: Contrast::High, ..Preferences::default() };
        let keys = [
            key("/notes"),
            key("/notes?after=1"),
            SheetKey::new("/notes", Language::En, Preferences::default()),
            SheetKey::new("/notes", Language::Uk, high),
        ];
        for expected in [Origin::Made, Origin::Remembered] {
            for key in &keys {
                assert_eq!(shelf.sheet(key, "a", Some(always()), Instant::EPOCH).await, expected, "{key:?}");
            }
        }
        assert_eq!(shelf.remembered.counts().made, 4);
        assert_eq!(shelf.remembered.counts().hits, 4);
    }

    #[tokio::test]
    async fn what_time_or_another_configuration_changes_is_made_anew_and_what_is_uncertain_each_time() {
        let mut shelf = Shelf::new(MIB);
        let at = |millis| Instant::from_millis(millis).unwrap();
        let until = || Some(Fresh::since(Instant::EPOCH).before(Some(at(10))));
        assert_eq!(shelf.sheet(&key("/"), "a", until(), at(0)).await, Origin::Made);
        assert_eq!(shelf.sheet(&key("/"), "a", until(), at(9)).await, Origin::Remembered);
        assert_eq!(shelf.sheet(&key("/"), "a", Some(always()), at(10)).await, Origin::Made);
        assert_eq!(shelf.sheet(&key("/"), "a", Some(always()), at(11)).await, Origin::Remembered);
        shelf.snapshot = Arc::default();
        assert_eq!(shelf.sheet(&key("/"), "b", None, at(12)).await, Origin::Made);
        assert_eq!(shelf.sheet(&key("/"), "b", None, at(12)).await, Origin::Made);
    }
}
