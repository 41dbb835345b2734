//! Leases: which of several nodes does what one of them has to do.

use std::time::Duration;

use sqlx::postgres::PgPool;
use uuid::Uuid;

use crate::StorageError;

/// Takes or extends a lease for a node; `false` while another node has it. Time is the database's.
pub(crate) async fn take(
    pool: &PgPool,
    name: &str,
    node: Uuid,
    term: Duration,
) -> Result<bool, StorageError> {
    let taken = sqlx::query(
        "INSERT INTO leases AS held (name, node, until) \
         VALUES ($1, $2, clock_timestamp() + $3 * interval '1 second') \
         ON CONFLICT (name) DO UPDATE SET node = excluded.node, until = excluded.until \
         WHERE held.node = excluded.node OR held.until < clock_timestamp()",
    )
    .bind(name)
    .bind(node.to_string())
    .bind(term.as_secs_f64())
    .execute(pool)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// Gives a lease back before its time, if the node has it.
pub(crate) async fn give_back(pool: &PgPool, name: &str, node: Uuid) -> Result<(), StorageError> {
    let query = sqlx::query("DELETE FROM leases WHERE name = $1 AND node = $2");
    query.bind(name).bind(node.to_string()).execute(pool).await?;
    Ok(())
}
