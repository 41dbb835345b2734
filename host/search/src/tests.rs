//! The index over a real storage.

use proptest::prelude::*;
use tempfile::TempDir;
use vzaemo_storage::{Config, Storage};

use crate::index::{DOCUMENTS, POSTINGS};
use crate::*;

const ITEMS: Scope<'static> = Scope { namespace: "notes", collection: "items" };
const OTHERS: Scope<'static> = Scope { namespace: "notes", collection: "others" };

struct Index {
    storage: Storage,
    _directory: TempDir,
}

impl Index {
    async fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let storage = Storage::open(Config::new(directory.path())).await.unwrap();
        storage.declare(NAMESPACE, &collections()).await.unwrap();
        Self { storage, _directory: directory }
    }

    async fn with(documents: &[(&str, &str)]) -> Self {
        let index = Self::new().await;
        for (key, text) in documents {
            index.put(ITEMS, key, text).await;
        }
        index
    }

    async fn put(&self, scope: Scope<'_>, key: &str, text: &str) {
        let mut unit = self.storage.begin().await.unwrap();
        put(&mut unit, scope, key, &[SearchText { text, weight: 1 }]).await.unwrap();
        unit.commit().await.unwrap();
    }

    async fn find(&self, query: &str) -> Vec<String> {
        let mut unit = self.storage.begin().await.unwrap();
        let mut keys: Vec<_> =
            find(&mut unit, ITEMS, query, 100).await.unwrap().into_iter().map(|hit| hit.key).collect();
        keys.sort();
        keys
    }

    async fn similar(&self, text: &str) -> Vec<Hit> {
        let mut unit = self.storage.begin().await.unwrap();
        similar(&mut unit, ITEMS, text, 10).await.unwrap()
    }

    async fn rows(&self, collection: &str) -> usize {
        let mut unit = self.storage.begin().await.unwrap();
        let query = vzaemo_storage::Query::of(collection).limit(1000);
        unit.select(NAMESPACE, &query).await.unwrap().keys.len()
    }
}

async fn city() -> Index {
    Index::with(&[
        ("roads", "Відремонтувати дороги біля школи № 5"),
        ("lights", "Освітлення пішохідних переходів біля шкіл і лікарень"),
        ("park", "Створити парк на місці звалища"),
        ("bikes", "Велосипедні доріжки у великих містах"),
        ("english", "Repair the roads near our schools"),
    ])
    .await
}

#[tokio::test]
async fn words_are_found_in_their_forms() {
    let index = city().await;
    assert_eq!(index.find("дорогу ").await, ["roads"]);
    assert_eq!(index.find("школу ").await, ["roads"]);
    assert_eq!(index.find("ОСВІТЛЕННЮ ").await, ["lights"]);
    assert_eq!(index.find("road ").await, ["english"]);
    assert_eq!(index.find("літак ").await, [""; 0]);
}

#[tokio::test]
async fn all_words_must_occur_and_stop_words_do_not_matter() {
    let index = city().await;
    assert_eq!(index.find("парк та звалище").await, ["park"]);
    assert_eq!(index.find("парк дороги ").await, [""; 0]);
    for nothing in ["", " … ", "і та або ", "the "] {
        assert!(index.find(nothing).await.is_empty(), "{nothing}");
    }
}

#[tokio::test]
async fn the_last_word_may_be_unfinished() {
    let index = city().await;
    for beginning in ["осв", "освітл", "освітленн", "пішох"] {
        assert_eq!(index.find(beginning).await, ["lights"], "{beginning}");
    }
    assert_eq!(index.find("велосипедні дор").await, ["bikes"]);
    assert_eq!(index.find("осв ").await, [""; 0]);
}

#[tokio::test]
async fn what_is_close_comes_first() {
    let index = city().await;
    let hits = index.similar("Ремонт дороги поруч зі школою № 5").await;
    assert_eq!(hits[0].key, "roads");
    assert!(hits.iter().all(|hit| hit.key != "park" && hit.score > 0.0 && hit.score <= 1.01));
    let itself = index.similar("Створити парк на місці звалища").await;
    assert_eq!(itself[0].key, "park");
    assert!((itself[0].score - 1.0).abs() < 0.25, "{itself:?}");
    assert!(index.similar("Космічна ракета").await.is_empty());
    assert!(index.similar("").await.is_empty());
}

#[tokio::test]
async fn a_changed_document_is_found_by_what_it_says_now() {
    let index = city().await;
    let (postings, records) = (index.rows(POSTINGS).await, index.rows(DOCUMENTS).await);
    index.put(ITEMS, "park", "Створити сквер на місці звалища").await;
    assert_eq!(index.find("парк ").await, [""; 0]);
    assert_eq!(index.find("сквер звалища ").await, ["park"]);
    assert_eq!((index.rows(POSTINGS).await, index.rows(DOCUMENTS).await), (postings, records));
}

#[tokio::test]
async fn what_is_not_committed_is_not_found() {
    let index = city().await;
    let mut unit = index.storage.begin().await.unwrap();
    put(&mut unit, ITEMS, "plane", &[SearchText { text: "Новий літак", weight: 1 }]).await.unwrap();
    drop(unit);
    assert_eq!(index.find("літак ").await, [""; 0]);
}

#[tokio::test]
async fn removing_leaves_nothing() {
    let index = city().await;
    for key in ["roads", "lights", "park", "bikes", "english", "never-there"] {
        let mut unit = index.storage.begin().await.unwrap();
        remove(&mut unit, ITEMS, key).await.unwrap();
        unit.commit().await.unwrap();
    }
    assert_eq!((index.rows(POSTINGS).await, index.rows(DOCUMENTS).await), (0, 0));
    assert!(index.storage.verify().await.unwrap().is_empty());
}

#[tokio::test]
async fn one_unit_may_index_a_document_twice() {
    let index = Index::new().await;
    let mut unit = index.storage.begin().await.unwrap();
    for text in ["перша думка", "друга думка"] {
        put(&mut unit, ITEMS, "one", &[SearchText { text, weight: 1 }]).await.unwrap();
    }
    unit.commit().await.unwrap();
    assert_eq!(index.find("друга думка ").await, ["one"]);
    assert_eq!(index.find("перша ").await, [""; 0]);
    assert_eq!(index.rows(POSTINGS).await, 2);
}

#[tokio::test]
async fn an_unchanged_document_writes_nothing() {
    let index = city().await;
    let position = index.storage.position();
    index.put(ITEMS, "park", "Створити парк на місці звалища!").await;
    assert_eq!(index.storage.position(), position);
}

#[tokio::test]
async fn scopes_do_not_see_each_other() {
    let index = city().await;
    index.put(OTHERS, "far", "Парк в іншому місці").await;
    assert_eq!(index.find("парк ").await, ["park"]);
    let mut unit = index.storage.begin().await.unwrap();
    assert_eq!(find(&mut unit, OTHERS, "парк", 10).await.unwrap()[0].key, "far");
}

#[tokio::test]
async fn the_answer_is_limited_and_ordered() {
    let texts: Vec<_> = (0..150).map(|n| (format!("k{n:03}"), format!("дорога слово{n}"))).collect();
    let index = Index::new().await;
    let mut unit = index.storage.begin().await.unwrap();
    for (key, text) in &texts {
        put(&mut unit, ITEMS, key, &[SearchText { text, weight: 1 }]).await.unwrap();
    }
    put(&mut unit, ITEMS, "best", &[SearchText { text: "дорога", weight: 1 }]).await.unwrap();
    unit.commit().await.unwrap();
    let mut unit = index.storage.begin().await.unwrap();
    let hits = find(&mut unit, ITEMS, "дорога", 3).await.unwrap();
    let keys: Vec<_> = hits.iter().map(|hit| hit.key.as_str()).collect();
    assert_eq!(keys, ["best", "k000", "k001"]);
    assert_eq!(find(&mut unit, ITEMS, "дорога", 5000).await.unwrap().len(), MOST_HITS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However documents come, change and go, the index is the one that the last texts alone would make.
    #[test]
    fn the_index_follows_the_documents(changes in prop::collection::vec((0usize..4, "(дорога |парк |школа |світло |море |road ){0,6}"), 1..16)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let index = Index::new().await;
            let mut last = [const { String::new() }; 4];
            for (document, text) in changes {
                index.put(ITEMS, &document.to_string(), &text).await;
                last[document] = text;
            }
            let fresh = Index::new().await;
            for (document, text) in last.iter().enumerate() {
                fresh.put(ITEMS, &document.to_string(), text).await;
            }
            assert_eq!(index.rows(POSTINGS).await, fresh.rows(POSTINGS).await);
            assert_eq!(index.rows(DOCUMENTS).await, fresh.rows(DOCUMENTS).await);
            for word in ["дорога ", "парк ", "школа ", "море ", "road "] {
                assert_eq!(index.find(word).await, fresh.find(word).await);
            }
            assert_eq!(index.similar("дорога до школи").await, fresh.similar("дорога до школи").await);
        });
    }
}
