//! Opening PostgreSQL, and hearing from it what other nodes have committed.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use crate::StorageError;
use crate::migrate::{is_readable, migrate};
use crate::storage::Postgres;
use crate::transaction::Transaction;

/// The oldest version that will do, as the server counts them.
const OLDEST: u32 = 15_00_00;
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long to leave a server alone that did not take a connection.
const REST: Duration = Duration::from_millis(250);
/// How a transaction begins that sees one snapshot.
pub(crate) const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Distinguishes our advisory locks from those of others in the same database.
const LOCK: i32 = 0x767a_6165;
/// Every query is one that an index serves, in the index's order: the planner shall not think of anything else,
/// whatever its statistics say, and not think twice about the same statement.
const SESSION: [(&str, &str); 14] = [
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_sort", "off"),
    ("enable_incremental_sort", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("timezone", "UTC"),
    ("client_min_messages", "warning"),
    // A node that was cut off must not hold locks and old snapshots for long.
    ("tcp_keepalives_idle", "15"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("idle_in_transaction_session_timeout", "60s"),
];

/// A server with our tables.
#[derive(Debug)]
pub(crate) struct Server {
    /// What commits are told on: one channel for each schema.
    pub channel: String,
    options: PgConnectOptions,
}

fn options(wanted: &Postgres) -> Result<PgConnectOptions, StorageError> {
    let mut options = PgConnectOptions::from_str(&wanted.url)?
        .application_name("vzaemo")
        .statement_cache_capacity(512)
        .options(SESSION);
    if let Some(password) = &wanted.password {
        options = options.password(password);
    }
    Ok(options)
}

fn pool(options: &PgConnectOptions, readers: u32) -> PgPool {
    PoolOptions::new()
        .max_connections(readers)
        .acquire_timeout(CONNECT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone())
}

/// Connects to a schema whose tables are there.
pub(crate) async fn open_to_read(wanted: &Postgres) -> Result<Option<PgPool>, StorageError> {
    let pool = pool(&options(wanted)?, 1);
    let mut transaction = Transaction::Postgres(pool.begin().await?);
    let readable = is_readable(&mut transaction).await?;
    transaction.rollback().await?;
    Ok(readable.then_some(pool))
}

/// Connects, and makes the tables if they are not there.
pub(crate) async fn open(wanted: &Postgres, readers: u32) -> Result<(Server, PgPool, Writer), StorageError> {
    let options = options(wanted)?;
    // Whoever holds the head locked and falls silent makes all nodes wait.
    let mut writer = Writer::new(options.clone().options([("idle_in_transaction_session_timeout", "5s")]));
    let schema = prepare(writer.connection().await?).await?;
    let pool = pool(&options, readers);
    Ok((Server { channel: format!("vzaemo_{schema}"), options }, pool, writer))
}

/// Makes the tables, one node at a time, and returns the number of their schema.
async fn prepare(connection: &mut PgConnection) -> Result<i64, StorageError> {
    let unsuited = |reason: String| StorageError::from(sqlx::Error::Configuration(reason.into()));
    let version = connection.server_version_num().unwrap_or(0);
    if version < OLDEST {
        return Err(unsuited(format!("PostgreSQL 15 or newer is needed, the server is {version}")));
    }
    let mut transaction = connection.begin().await?;
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut *transaction).await?;
    if encoding != "UTF8" {
        return Err(unsuited(format!("the database must be in UTF8, it is in {encoding}")));
    }
    let schema: Option<i64> =
        sqlx::query_scalar("SELECT quote_ident(current_schema())::regnamespace::oid::bigint")
            .fetch_one(&mut *transaction)
            .await?;
    let schema = schema.ok_or_else(|| unsuited("the search path names no schema that exists".into()))?;
    sqlx::query("SELECT pg_advisory_xact_lock($1, $2::bigint::oid::int)")
        .bind(LOCK)
        .bind(schema)
        .execute(&mut *transaction)
        .await?;
    let durable: String = sqlx::query_scalar("SHOW fsync").fetch_one(&mut *transaction).await?;
    if durable != "on" {
        tracing::warn!("the database server runs with fsync off: what it acknowledges may be lost");
    }
    let mut transaction = Transaction::Postgres(transaction);
    migrate(&mut transaction).await?;
    transaction.commit().await?;
    Ok(schema)
}

/// The connection that writes; one that is lost is made anew.
#[derive(Debug)]
pub(crate) struct Writer {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    not_before: Option<Instant>,
}

impl Writer {
    fn new(options: PgConnectOptions) -> Self {
        Self { options, connection: None, not_before: None }
    }

    /// The connection, made if there is none. Shortly after a failure the next one comes at once, so that those who
    /// wait are told soon and a server that starts again is not besieged.
    pub(crate) async fn connection(&mut self) -> Result<&mut PgConnection, StorageError> {
        if self.connection.is_none() {
            if self.not_before.is_some_and(|instant| Instant::now() < instant) {
                return Err(sqlx::Error::Io(std::io::ErrorKind::NotConnected.into()).into());
            }
            let made = timeout(CONNECT, connect(&self.options)).await;
            let made = made.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())));
            match made {
                Ok(connection) => self.connection = Some(connection),
                Err(error) => {
                    self.not_before = Some(Instant::now() + REST);
                    return Err(error.into());
                }
            }
        }
        let missing = || sqlx::Error::Io(std::io::ErrorKind::NotConnected.into()).into();
        self.connection.as_mut().ok_or_else(missing)
    }

    /// Gives up a connection that has failed.
    pub(crate) fn lose(&mut self) {
        self.connection = None;
    }

    pub(crate) async fn close(self) -> Result<(), StorageError> {
        match self.connection {
            Some(connection) => Ok(connection.close().await?),
            None => Ok(()),
        }
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    // Durable is what the server's setting says, remote standbys included, but never less than its own disk.
    sqlx::raw_sql(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    )
    .execute(&mut connection)
    .await?;
    Ok(connection)
}

impl Server {
    /// Rings `news` whenever another node has committed something, and whenever something may have been missed. Ends
    /// with the task.
    pub(crate) fn listen(
        &self,
        news: Arc<Notify>,
        known: watch::Receiver<u64>,
    ) -> tokio::task::JoinHandle<()> {
        let pool = PoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(self.options.clone());
        let channel = self.channel.clone();
        tokio::spawn(async move {
            loop {
                if let Err(error) = hear(&pool, &channel, &news, &known).await {
                    tracing::warn!(%error, "failed to listen to the database");
                }
                // Perhaps the database has gone: whoever looks now knows it at once.
                news.notify_one();
                tokio::time::sleep(REST).await;
            }
        })
    }
}

/// Listens until it fails.
async fn hear(
    pool: &PgPool,
    channel: &str,
    news: &Notify,
    known: &watch::Receiver<u64>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    loop {
        // After a start and after a lost connection too: nobody has told what came before.
        news.notify_one();
        while let Some(told) = listener.try_recv().await? {
            // Own commits are known when they are told, or about to be; declarations have no position.
            if told.payload().parse().map_or(true, |position: u64| position > *known.borrow()) {
                news.notify_one();
            }
        }
    }
}
