//! An HTTP client that costs as little as a client can: requests are bytes made beforehand, answers are read into one
//! buffer. It shares the cores with the server, so what it costs is taken from both sides of every comparison.

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A connection that is kept alive.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer; its body stands in the connection's buffer until the next request.
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("connect to the platform")?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(64 << 10) })
    }

    /// Sends a request and reads the whole answer, which must tell its length.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await.context("send a request")?;
        self.buffer.clear();
        let (status, start, length) = loop {
            let read = self.stream.read_buf(&mut self.buffer).await.context("read an answer")?;
            ensure!(read > 0, "read an answer: the connection was closed");
            if let Some(head) = head(&self.buffer)? {
                break head;
            }
        };
        while self.buffer.len() < start + length {
            let read = self.stream.read_buf(&mut self.buffer).await.context("read an answer")?;
            ensure!(read > 0, "read an answer: the connection was closed in the middle of the body");
        }
        Ok(Answer { status, body: &self.buffer[start..start + length] })
    }
}

/// Status, start of the body and its length, once the head is there.
fn head(buffer: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = response.parse(buffer).context("read the head of an answer")?
    else {
        return Ok(None);
    };
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let Some(length) = length else { bail!("read an answer: it does not tell its length") };
    let length = std::str::from_utf8(length.value)?.trim().parse()?;
    Ok(Some((response.code.unwrap_or_default(), start, length)))
}

/// A GET as bytes; `cookies` may be empty.
pub fn get(address: SocketAddr, path: &str, cookies: &str) -> Bytes {
    let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {cookies}\r\n") };
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{cookies}\r\n").into()
}

/// A GET of a page that is made anew whatever is remembered of it, which a platform in development mode does when asked.
pub fn get_anew(address: SocketAddr, path: &str) -> Bytes {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nx-remembered: no\r\n\r\n").into()
}

/// A form sent by one of the platform's own pages, as bytes.
pub fn post(address: SocketAddr, path: &str, cookies: &str, body: &str) -> Bytes {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncookie: {cookies}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into()
}

/// One request on a connection of its own; the status and the body.
pub async fn once(address: SocketAddr, request: &[u8]) -> Result<(u16, Vec<u8>)> {
    let mut connection = Connection::open(address).await?;
    let answer = connection.send(request).await?;
    Ok((answer.status, answer.body.to_vec()))
}

/// What a load came to.
#[derive(Debug, Default, Clone)]
pub struct Measured {
    /// How long it took.
    pub took: Duration,
    /// The time that all threads of this process, client and server, had a processor meanwhile.
    pub processor: Duration,
    /// The time of each request that was answered as it should be, the shortest first.
    pub latencies: Vec<Duration>,
    /// How many were answered otherwise, or not at all.
    pub failed: u64,
}

impl Measured {
    /// Requests per second that were answered as they should be.
    #[allow(clippy::cast_precision_loss)] // far below 2⁵²
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// The processor time of a request, in microseconds; to be asked only if the server runs in this process. What else
    /// the machine does is not in it.
    #[allow(clippy::cast_precision_loss)] // far below 2⁵²
    pub fn processor_each(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / self.latencies.len() as f64
    }

    /// The time within which `percent` of the requests were answered, in milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let at = (self.latencies.len().saturating_sub(1) as f64 * percent / 100.0).round() as usize;
        self.latencies.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    }

    /// Two loads as one after the other.
    pub fn then(mut self, other: Measured) -> Measured {
        self.took += other.took;
        self.processor += other.processor;
        self.failed += other.failed;
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
        self
    }
}

/// The same requests again and again for a while, each connection sending its next one when it has its answer.
pub async fn repeat(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    requests: Arc<[Bytes]>,
    expected: u16,
) -> Result<Measured> {
    let end = Instant::now() + time;
    let next = Arc::new(AtomicU64::new(0));
    spread(connections, move || {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        async move {
            let mut connection = Connection::open(address).await?;
            let mut measured = Measured::default();
            while Instant::now() < end {
                let number = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or_default();
                let begun = Instant::now();
                match connection.send(&requests[number % requests.len()]).await {
                    Ok(answer) if answer.status == expected => measured.latencies.push(begun.elapsed()),
                    Ok(_) => measured.failed += 1,
                    Err(_) => {
                        measured.failed += 1;
                        connection = Connection::open(address).await?;
                    }
                }
            }
            Ok(measured)
        }
    })
    .await
}

/// Each of the requests once, each connection taking the next one when it has its answer.
pub async fn each(
    address: SocketAddr,
    connections: usize,
    requests: Arc<[Bytes]>,
    expected: u16,
) -> Result<Measured> {
    let next = Arc::new(AtomicU64::new(0));
    spread(connections, move || {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        async move {
            let mut connection = Connection::open(address).await?;
            let mut measured = Measured::default();
            loop {
                let number = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(usize::MAX);
                let Some(request) = requests.get(number) else { return Ok(measured) };
                let begun = Instant::now();
                let answer = connection.send(request).await?;
                if answer.status == expected {
                    measured.latencies.push(begun.elapsed());
                } else {
                    measured.failed += 1;
                }
            }
        }
    })
    .await
}

/// Each of the requests once, at regular intervals whether or not earlier ones have been answered, so many a second. The
/// time of one counts from when it was due.
pub async fn each_paced(
    address: SocketAddr,
    connections: usize,
    per_second: f64,
    requests: Arc<[Bytes]>,
    expected: u16,
) -> Result<Measured> {
    let begun = Instant::now();
    let next = Arc::new(AtomicU64::new(0));
    spread(connections, move || {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        async move {
            let mut connection = Connection::open(address).await?;
            let mut measured = Measured::default();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(usize::try_from(number)?) else { return Ok(measured) };
                #[allow(clippy::cast_precision_loss)] // a count of requests
                let due = Duration::from_secs_f64(number as f64 / per_second);
                tokio::time::sleep_until((begun + due).into()).await;
                if connection.send(request).await?.status == expected {
                    measured.latencies.push(begun.elapsed().saturating_sub(due));
                } else {
                    measured.failed += 1;
                }
            }
        }
    })
    .await
}

/// A request at regular intervals whether or not earlier ones have been answered, so many a second. The time of one
/// counts from when it was due, not from when a connection was free to send it.
pub async fn paced(
    address: SocketAddr,
    connections: usize,
    per_second: f64,
    time: Duration,
    request: Bytes,
) -> Result<Measured> {
    let begun = Instant::now();
    let next = Arc::new(AtomicU64::new(0));
    spread(connections, move || {
        let (request, next) = (request.clone(), Arc::clone(&next));
        async move {
            let mut connection = Connection::open(address).await?;
            let mut measured = Measured::default();
            loop {
                #[allow(clippy::cast_precision_loss)] // a count of seconds' requests
                let number = next.fetch_add(1, Ordering::Relaxed) as f64;
                let due = Duration::from_secs_f64(number / per_second);
                if due >= time {
                    return Ok(measured);
                }
                tokio::time::sleep_until((begun + due).into()).await;
                match connection.send(&request).await {
                    Ok(answer) if answer.status == 200 => {
                        measured.latencies.push(begun.elapsed().saturating_sub(due));
                    }
                    Ok(_) => measured.failed += 1,
                    Err(_) => {
                        measured.failed += 1;
                        connection = Connection::open(address).await?;
                    }
                }
            }
        }
    })
    .await
}

/// Runs the same on many connections and puts together what they measured.
/// The processor time of this process so far, of all its threads, by Linux (proc(5): utime and stime of `stat`).
fn processor_time() -> Result<Duration> {
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").context("read the processor time")?;
    // The name before may hold anything.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
    Ok(TICK * ticks.sum::<Result<u32, _>>().context("read the processor time")?)
}

async fn spread<F>(connections: usize, work: impl Fn() -> F) -> Result<Measured>
where
    F: Future<Output = Result<Measured>> + Send + 'static,
{
    let (begun, processor) = (Instant::now(), processor_time()?);
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(work());
    }
    let mut whole = Measured::default();
    while let Some(part) = tasks.join_next().await {
        let part = part.context("run a connection")??;
        whole.latencies.extend(part.latencies);
        whole.failed += part.failed;
    }
    whole.took = begun.elapsed();
    whole.processor = processor_time()?.saturating_sub(processor);
    whole.latencies.sort_unstable();
    Ok(whole)
}
