//! How many notices a person has not seen, remembered until a commit changes it: every page of theirs says it.

use moka::sync::Cache;
use std::sync::Arc;
use vzaemo_storage::{Storage, Watch};

/// So many persons' counts are remembered; the others are read when asked for.
const REMEMBERED: u64 = 50_000;

/// The counts, by person.
pub(super) struct Unread(Cache<String, Arc<Counted>>);

/// A count with the watch over what it was read from.
struct Counted {
    unread: u32,
    watch: Watch,
}

impl Unread {
    pub fn new() -> Self {
        Unread(Cache::new(REMEMBERED))
    }

    /// How many notices the person has not seen, counted again if `anew`; none when the storage does not answer, which is logged: a page is
    /// worth more than the number in its header.
    pub async fn of(&self, storage: &Storage, person: &str, anew: bool) -> u32 {
        let known = self.0.get(person).filter(|known| !anew && known.watch.holds());
        if let Some(known) = known {
            return known.unread;
        }
        match self.read(storage, person).await {
            Ok(unread) => unread,
            // That is said elsewhere.
            Err(_) if storage.is_paused() => 0,
            Err(error) => {
                tracing::warn!(error = &*error, "could not count unread notices");
                0
            }
        }
    }

    async fn read(
        &self,
        storage: &Storage,
        person: &str,
    ) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
        let mut unit = storage.begin().await?;
        let unread = vzaemo_cabinet::unread(&mut unit, person).await?;
        let unread = u32::try_from(unread).unwrap_or(u32::MAX);
        // Nothing to remember if a commit has changed it meanwhile.
        if let Some(watch) = storage.watch(unit.dependencies().await?) {
            self.0.insert(person.to_owned(), Arc::new(Counted { unread, watch }));
        }
        Ok(unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vzaemo_cabinet::mail::Kind;
    use vzaemo_cabinet::{Notice, Text};
    use vzaemo_clock::LegalClock;
    use vzaemo_storage::Config;

    async fn tell(storage: &Storage, person: &str) {
        let mut unit = storage.begin().await.unwrap();
        let text = Text { uk: "Новина".to_owned(), en: "News".to_owned() };
        let (module, address) = ("notes".to_owned(), "/notes".to_owned());
        let notice = Notice { kind: Kind::default(), module, text, address };
        vzaemo_cabinet::notify(&mut unit, person, notice, LegalClock::real().now()).await.unwrap();
        unit.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_count_is_remembered_until_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(Config::new(folder.path())).await.unwrap();
        storage.declare(vzaemo_cabinet::NAMESPACE, &vzaemo_cabinet::collections()).await.unwrap();
        let unread = Unread::new();
        assert_eq!(unread.of(&storage, "one", false).await, 0);
        tell(&storage, "one").await;
        tell(&storage, "one").await;
        assert_eq!(unread.of(&storage, "one", false).await, 2, "a commit of hers ends what was remembered");
        assert_eq!(unread.of(&storage, "two", false).await, 0);

        let known = unread.0.get("one").unwrap();
        tell(&storage, "two").await;
        assert!(known.watch.holds(), "a notice of somebody else leaves it");
        assert_eq!(unread.of(&storage, "one", false).await, 2);
        assert!(Arc::ptr_eq(&known, &unread.0.get("one").unwrap()), "it was not read again");
        assert_eq!(unread.of(&storage, "two", false).await, 1);

        let mut unit = storage.begin().await.unwrap();
        let (lines, _) = vzaemo_cabinet::my_notices(&mut unit, "one", 10, None).await.unwrap();
        let keys: Vec<String> = lines.into_iter().map(|line| line.key).collect();
        vzaemo_cabinet::mark_read(&mut unit, "one", &keys).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(unread.of(&storage, "one", false).await, 0);
    }
}
