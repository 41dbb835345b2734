//! The body of a request: whole, or not at all.

use axum::body::{Body, BodyDataStream};
use futures::StreamExt as _;
use std::time::Duration;

/// How much of a body that is too large is read on.
const MOST_WASTE: usize = 64 << 20;
/// For how long.
const PATIENCE: Duration = Duration::from_secs(10);

/// The whole body, unless it is larger than `most` or breaks off.
///
/// What is too much is read to its end and thrown away, within reason: a browser that is cut off while it sends shows
/// an error of its own instead of the answer.
pub(super) async fn whole(body: Body, most: usize) -> Option<Vec<u8>> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.ok()?;
        if bytes.len() + chunk.len() > most {
            drop(bytes);
            let _answered_all_the_same = tokio::time::timeout(PATIENCE, waste(stream)).await;
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(bytes)
}

async fn waste(mut stream: BodyDataStream) {
    let mut wasted = 0;
    while let Some(Ok(chunk)) = stream.next().await {
        wasted += chunk.len();
        if wasted > MOST_WASTE {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_whole_or_not_there() {
        assert_eq!(whole(Body::from("notes"), 5).await.as_deref(), Some(b"notes".as_slice()));
        assert_eq!(whole(Body::empty(), 0).await.as_deref(), Some(b"".as_slice()));
        assert_eq!(whole(Body::from("notes!"), 5).await, None);
    }
}
