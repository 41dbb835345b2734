//! A module that fails again and again rests, says so, and comes back; the next rest is longer.

use crate::neighbours::Neighbours;
use crate::{harmless, page, platform_with};
use vzaemo_tests::{Language, Platform, host_message, until};

/// Few failures and short rests, so that both can be seen; how rests grow is tested with a clock beside the code.
const IMPATIENT: &str =
    "\n[quarantine]\nfailures = 8\nwithin-seconds = 60\nrest-seconds = 2\nlongest-rest-seconds = 4\n";
const SET_ASIDE: &str = "the module fails again and again and has been set aside";
const TRIED_AGAIN: &str = "the module has rested and is tried again";

/// Requests that trap, until the module is set aside for the `times`th time.
async fn storm(platform: &Platform, times: usize) {
    let visitor = platform.visitor();
    until("the module is set aside", async || {
        for _ in 0..8 {
            let status = visitor.get("/hostile/panic").await.status;
            assert!(matches!(status, 500 | 503), "{status}");
        }
        (platform.log().matches(SET_ASIDE).count() >= times).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_storm_of_traps_sets_the_module_aside_and_it_comes_back() {
    let platform = platform_with(IMPATIENT).await;
    let neighbours = Neighbours::begin(&platform).await;
    let person = platform.person(2).await;
    for times in 1..=2 {
        storm(&platform, times).await;
        // Every address of it says so, in plain words and both languages; the page is not the module's.
        for (path, language) in ["/hostile", "/hostile/say", "/hostile/block/table"]
            .into_iter()
            .flat_map(|path| Language::BOTH.map(|language| (path, language)))
        {
            person.read(language).await;
            let answer = person.get(path).await;
            if platform.log().matches(TRIED_AGAIN).count() >= times {
                // The machine was too busy to look within the rest; the next storm will show it.
                break;
            }
            assert_eq!(answer.status, 503, "{path}: {}", answer.text());
            for says in ["problem-aside-title", "problem-aside-next"] {
                assert!(answer.text().contains(&host_message(language, says)), "{path}: {}", answer.text());
            }
            assert_eq!(answer.html().language(), Some(language.code()));
            harmless(&answer.html(), &answer.body);
        }
        neighbours.noticed_nothing().await;
        until("it is tried again", async || {
            (platform.log().matches(TRIED_AGAIN).count() >= times).then_some(())
        })
        .await;
        until("it serves again", async || (person.get("/hostile").await.status == 200).then_some(())).await;
    }
    page(&person, "/").await;
    neighbours.end().await;
}
