//! Files in a store that speaks S3: a small one of our own, which checks what a real one would refuse.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests too

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use vzaemo_storage::files::{About, File, Files, FilesConfig, FilesError, Kind, Secret, StoreConfig, Swept};
use vzaemo_storage::{Config, Storage};

/// A bucket: objects, and parts of uploads that are not complete.
#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, Bytes>,
    parts: BTreeMap<u32, Bytes>,
    /// How many requests are answered with a failure first.
    failing: u32,
    requests: Vec<String>,
}

type Shared = Arc<Mutex<Bucket>>;

async fn serve(
    State(bucket): State<Shared>,
    method: Method,
    Path(key): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut bucket = bucket.lock().unwrap();
    bucket.requests.push(format!("{method} {key}"));
    if bucket.failing > 0 {
        bucket.failing -= 1;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
    let signed = text("authorization");
    if !signed.starts_with("AWS4-HMAC-SHA256 Credential=the-key/")
        || !signed.contains("/eu-test-1/s3/aws4_request")
    {
        return StatusCode::FORBIDDEN.into_response();
    }
    let digest = text("x-amz-content-sha256");
    if digest != "UNSIGNED-PAYLOAD" && digest != hex::encode(Sha256::digest(&body)) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let xml = |text: String| ([("content-type", "application/xml")], text).into_response();
    match (method.as_str(), query.get("partNumber"), query.contains_key("uploadId")) {
        ("POST", _, false) if query.contains_key("uploads") => xml(format!(
            "<InitiateMultipartUploadResult><Bucket>files</Bucket><Key>{key}</Key><UploadId>1</UploadId></InitiateMultipartUploadResult>"
        )),
        ("PUT", Some(number), true) => {
            bucket.parts.insert(number.parse().unwrap(), body);
            ([("etag", format!("\"part-{number}\""))], "").into_response()
        }
        ("POST", _, true) => {
            let whole: Vec<u8> = std::mem::take(&mut bucket.parts).into_values().flatten().collect();
            bucket.objects.insert(key.clone(), whole.into());
            xml(format!(
                "<CompleteMultipartUploadResult><Bucket>files</Bucket><Key>{key}</Key><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>"
            ))
        }
        ("PUT", ..) => {
            bucket.objects.insert(key, body);
            ([("etag", "\"one\"")], "").into_response()
        }
        ("GET", ..) => match bucket.objects.get(&key) {
            Some(bytes) => {
                let headers = [("etag", "\"one\""), ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")];
                (headers, bytes.clone()).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        },
        ("DELETE", ..) => {
            bucket.objects.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

struct Place {
    files: Files,
    bucket: Shared,
    folder: TempDir,
}

async fn open() -> Place {
    let bucket = Shared::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Nothing stands in the way of parts: a real store takes them of up to 5 GiB.
    let limit = axum::extract::DefaultBodyLimit::disable();
    let app = Router::new().route("/files/{*key}", axum::routing::any(serve)).layer(limit);
    let app = app.with_state(Arc::clone(&bucket));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(folder.path())).await.unwrap();
    let mut config = FilesConfig::new(folder.path().join("files"));
    config.store = StoreConfig::S3 {
        bucket: "files".to_owned(),
        endpoint: Some(format!("http://{address}")),
        region: "eu-test-1".to_owned(),
        access_key: Secret("the-key".to_owned()),
        secret_key: Secret("the-secret".to_owned()),
    };
    assert!(!format!("{config:?}").contains("the-"), "keys are in no log");
    Place { files: Files::open(config, storage).await.unwrap(), bucket, folder }
}

impl Place {
    async fn keep(&self, bytes: &[u8]) -> Result<File, FilesError> {
        let mut upload = self.files.upload(u64::MAX).await.unwrap();
        upload.write(bytes).await.unwrap();
        let kind = Kind::named("txt").unwrap();
        let about = About { name: "note.txt".to_owned(), kind, owner: None, declared: true };
        self.files.keep(upload.finish().await.unwrap(), &about, 0).await
    }

    async fn bytes(&self, file: &File) -> Result<Vec<u8>, FilesError> {
        let parts: Vec<Bytes> = self.files.content(&file.digest).await?.bytes.try_collect().await?;
        Ok(parts.concat())
    }

    /// Temporary files of this node.
    fn incoming(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("files/incoming")).unwrap().count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_to_the_bucket_and_come_back() {
    let place = open().await;
    let small = place.keep("Нотатка".as_bytes()).await.unwrap();
    let large = vec![b'x'; 9 << 20];
    let whole = place.keep(&large).await.unwrap();
    let keys: Vec<String> = place.bucket.lock().unwrap().objects.keys().cloned().collect();
    let mut wanted =
        [&small, &whole].map(|file| format!("sha256/{}/{}", file.digest.get(..2).unwrap(), file.digest));
    wanted.sort();
    assert_eq!(keys, wanted);
    assert_eq!(place.bytes(&small).await.unwrap(), "Нотатка".as_bytes());
    assert_eq!(place.bytes(&whole).await.unwrap(), large);
    assert_eq!(place.incoming(), 0, "nothing stays on the node");
    let parts =
        place.bucket.lock().unwrap().requests.iter().filter(|request| request.starts_with("PUT")).count();
    assert_eq!(parts, 3, "one whole, one in two parts");

    let day = 24 * 60 * 60 * 1000;
    let swept = place.files.sweep(day).await.unwrap();
    assert_eq!(swept, Swept { temporary: 0, records: 2, contents: 2 });
    assert!(place.bucket.lock().unwrap().objects.is_empty());
    assert!(matches!(place.bytes(&small).await, Err(FilesError::Gone)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_falters_is_asked_again() {
    let place = open().await;
    place.bucket.lock().unwrap().failing = 1;
    let file = place.keep(b"note").await.unwrap();
    place.bucket.lock().unwrap().failing = 1;
    assert_eq!(place.bytes(&file).await.unwrap(), b"note");
}
