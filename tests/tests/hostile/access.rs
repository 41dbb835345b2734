//! Access is decided before a module runs: one that fails whenever it is called is not called.

use crate::platform;
use vzaemo_tests::{Language, host_message};

#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_module_is_never_called() {
    let platform = platform().await;
    let (visitor, person) = (platform.visitor(), platform.person(2).await);
    for path in ["/hostile/official", "/hostile/desk"] {
        let answer = visitor.get(path).await;
        assert!(answer.led_to().starts_with("/sign-in"), "{path}: {:?}", answer.to);
        for language in Language::BOTH {
            person.read(language).await;
            let answer = person.get(path).await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.text());
            let says = host_message(language, "problem-refused-title");
            assert!(answer.text().contains(&says), "{path}: {}", answer.text());
        }
    }
    let forbidden = person.post("/hostile/official/act", &[]).await;
    assert_eq!(forbidden.status, 403, "{}", forbidden.text());
    let signed_out = visitor.post("/hostile/official/act", &[]).await;
    assert_eq!(signed_out.status, 401, "{}", signed_out.text());
    let log = platform.log();
    assert!(!log.contains("the module panicked"), "nothing of it was called: {log}");
    assert!(!log.contains("an official's"), "nothing of it was called: {log}");

    // The same without the refusal: what anybody may see is called, and fails.
    assert_eq!(visitor.get("/hostile/panic").await.status, 500);
    assert!(platform.log().contains("the module panicked"));
}
