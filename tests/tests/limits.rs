//! How much anybody may ask for, and who is counted as whom.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use vzaemo_tests::{Language, Platform, Settings, host_message};

/// A platform with these rates, a minute and at once, and with this list of trusted proxies.
async fn limited(rates: [(&str, u32); 2], proxies: &str) -> Platform {
    let mut platform = Platform::start(Settings::default()).await;
    let mut text = platform.configuration();
    for (kind, burst) in rates {
        let raised = format!("{kind} = {{ per-minute = 10000000, burst = 1000000 }}");
        assert!(text.contains(&raised), "{text}");
        text = text.replace(&raised, &format!("{kind} = {{ per-minute = 1, burst = {burst} }}"));
    }
    platform.write(&format!("{text}\n[server]\ntrusted-proxies = [{proxies}]\n"));
    platform.stop().await;
    platform.restart().await;
    platform
}

/// The status of the first page, asked for with these headers, and the whole answer.
async fn first_page(platform: &Platform, headers: &str) -> (u16, String) {
    let address = ("127.0.0.1", platform.base().port().unwrap());
    let mut stream = TcpStream::connect(address).await.expect("the platform listens");
    let request = format!("GET / HTTP/1.1\r\nHost: platform\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}

/// Whether all of these are answered, one after the other.
async fn statuses(platform: &Platform, all: &[&str]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for headers in all {
        statuses.push(first_page(platform, headers).await.0);
    }
    statuses
}

/// Nobody gets another count by saying that they come from elsewhere, or by inventing sessions.
#[tokio::test(flavor = "multi_thread")]
async fn invented_addresses_and_sessions_are_counted_with_their_sender() {
    let platform = limited([("page", 4), ("act", 1000)], "").await;
    let tokens = ["A", "B"].map(|letter| format!("Cookie: session={}\r\n", letter.repeat(42) + "A"));
    let asked = [
        "X-Forwarded-For: 203.0.113.1\r\n",
        "X-Forwarded-For: 203.0.113.2\r\n",
        tokens[0].as_str(),
        tokens[1].as_str(),
        "X-Forwarded-For: 203.0.113.3\r\n",
    ];
    assert_eq!(statuses(&platform, &asked).await, [200, 200, 200, 200, 429]);
    let (_, refused) = first_page(&platform, "Cookie: language=en\r\n").await;
    assert!(refused.contains(&host_message(Language::En, "problem-many-title")), "{refused}");
    let wait =
        refused.lines().find_map(|line| line.strip_prefix("retry-after: ")).expect("when to come back");
    assert!((1..=60).contains(&wait.trim().parse::<u32>().unwrap()), "{wait}");
}

/// Behind a trusted proxy each visitor is counted by the hop that the proxy reports, one household with IPv6 as one.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_visitors_are_counted_apart() {
    let platform = limited([("page", 2), ("act", 1000)], r#""10.0.0.0/8", "127.0.0.1""#).await;
    for (asked, answered) in [
        (["203.0.113.1"; 3], [200, 200, 429]),
        (["203.0.113.2"; 3], [200, 200, 429]),
        // What stands further left is the visitor's own word.
        (
            ["198.51.100.1, 203.0.113.3", "198.51.100.2, 203.0.113.3", "203.0.113.3, 10.0.0.7"],
            [200, 200, 429],
        ),
        (["2001:db8::1", "2001:db8::2", "2001:db8::ffff:3"], [200, 200, 429]),
        (["2001:db8:0:1::1", "[2001:db8:0:2::1]:443", "2001:db8:0:3::1"], [200, 200, 200]),
    ] {
        let headers = asked.map(|hops| format!("X-Forwarded-For: {hops}\r\n"));
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        assert_eq!(statuses(&platform, &headers).await, answered, "{asked:?}");
    }
}

/// Who has signed in is counted by person, over all their sessions, whatever happens at their address.
#[tokio::test(flavor = "multi_thread")]
async fn persons_are_counted_by_themselves() {
    let platform = limited([("page", 12), ("act", 2)], "").await;
    let (one, again, other) = (platform.person(2).await, platform.person(2).await, platform.person(3).await);
    // The address has nothing left, mostly from signing in.
    while platform.visitor().get("/").await.status == 200 {}
    let mut asked = 0;
    while one.get("/").await.status == 200 && again.get("/").await.status == 200 {
        asked += 2;
        assert!(asked <= 12, "two sessions have the count of one person");
    }
    assert!(asked >= 8, "{asked}: the address does not count for a person");
    assert_eq!(other.get("/").await.status, 200, "nor does another person");

    // What was typed comes back with the refusal, to be sent again by one press.
    let form = other.form("/petitions/new", "/petitions/new").await.press("next");
    let sent = [other.submit(&form).await, other.submit(&form).await];
    assert_eq!(sent.map(|answer| answer.status), [422, 422], "an empty title");
    let refused = other.submit(&form.with("title", "Benches in the shade")).await;
    assert_eq!(refused.status, 429, "{}", refused.text());
    assert!(
        refused.text().contains(&host_message(Language::En, "problem-many-what-kept")),
        "{}",
        refused.text()
    );
    let kept = refused.html().form_to("/petitions/new").expect("the form is kept");
    assert_eq!((kept.value("title"), kept.value("_go")), (Some("Benches in the shade"), Some("next")));
}
