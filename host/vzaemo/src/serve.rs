//! `vzaemo serve`.

use crate::command::Serve;
use crate::wiring::{self, Wired};
use anyhow::Context as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use vzaemo_audit::{AuditError, Checkpoints};
use vzaemo_clock::SecurityClock;

use vzaemo_lifecycle::Lifecycle;
use vzaemo_storage::Storage;
use vzaemo_storage::files::{Files, Swept};

/// How often what has expired is tidied away.
const TIDYING: Duration = Duration::from_mins(1);

/// Serves until SIGINT or SIGTERM; requests that have begun are finished.
pub async fn serve(how: Serve) -> anyhow::Result<()> {
    let began = Instant::now();
    let configuration = wiring::configuration(&how.config, how.data, how.port)?;
    let mut wired = wiring::wire(how.config, configuration).await?;
    let base = wired.base.clone();
    let port = how
        .port
        .or_else(|| base.port_or_known_default())
        .context("find the port in the platform's address")?;

    let address = SocketAddr::new(how.listen, port);
    let listener = TcpListener::bind(address).await.with_context(|| format!("listen at {address}"))?;
    match wired.lifecycle.start().await {
        Ok(applied) => tracing::info!(generation = applied.generation, "the configuration is in service"),
        // The last good configuration serves, or none: the pages say so, and the holder is told why.
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the configuration was refused");
        }
    }
    let _watching = vzaemo_lifecycle::watch(&wired.lifecycle).context("watch the configuration")?;
    let mailer = wired.mailer.take();
    let mut background = background(&wired);
    if let Some(mailer) = mailer {
        background.push(tokio::spawn(async move { mailer.run().await }));
    }

    let mode = if wired.development { "development" } else { "production" };
    tracing::info!(%address, mode, took_ms = began.elapsed().as_millis(), "serving at {base}");
    let router = vzaemo_web::server::router(Arc::clone(&wired.app));
    // Each request knows the other end of its connection: rates are counted by it.
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(stopped()).await.context("serve")?;
    for task in background {
        task.abort();
    }
    tracing::info!("stopped");
    Ok(())
}

/// What runs beside the requests.
fn background(wired: &Wired) -> Vec<tokio::task::JoinHandle<()>> {
    let (jobs, app) = (Arc::clone(&wired.jobs), Arc::clone(&wired.app));
    let lifecycle = wired.lifecycle.clone();
    let reloading = wired.lifecycle.clone();
    let following = wired.lifecycle.clone();
    let following_approvals = wired.lifecycle.clone();
    let identity = wired.identity.clone();
    let representation = Arc::clone(&wired.representation);
    let service = Arc::clone(&wired.service);
    let (limits, protection) = (Arc::clone(&wired.limits), Arc::clone(&wired.protection));
    let (delivering, following_blocks) = (Arc::clone(&protection), Arc::clone(&protection));
    let expiries = [vzaemo_web::server::EXPIRIES.to_vec(), wired.security_expiries.clone()].concat();
    let journal_days = wired.journal_days;
    let (files, scanner) = (wired.files.clone(), wired.scanner.clone());
    let (checkpoints, every) = (wired.checkpoints.clone(), wired.checkpoint_every);
    vec![
        tokio::spawn({
            let storage = wired.storage.clone();
            async move { make_checkpoints(&storage, &checkpoints, every).await }
        }),
        tokio::spawn(async move { sweep_files(&files).await }),
        tokio::spawn(async move {
            if let Some(scanner) = scanner {
                scanner.run().await;
            }
        }),
        tokio::spawn(async move { jobs.run().await }),
        tokio::spawn(async move { representation.run().await }),
        tokio::spawn(async move { vzaemo_web::server::follow_clock(&app).await }),
        tokio::spawn(async move { lifecycle.attend_always().await }),
        tokio::spawn(async move { delivering.deliver_always().await }),
        tokio::spawn(async move { following_blocks.follow().await }),
        tokio::spawn(async move { following.follow().await }),
        tokio::spawn(async move { following_approvals.follow_approvals().await }),
        tokio::spawn(async move { reload_on_hangup(&reloading).await }),
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TIDYING).await;
                limits.tidy();
                match service.tidy(&expiries).await {
                    Ok(0) => {}
                    Ok(records) => tracing::info!(records, "removed what has had its time"),
                    Err(error) => {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "could not remove what has had its time"
                        );
                    }
                }
                if let Some(days) = journal_days
                    && let Err(error) = service.tidy_journal(days).await
                {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "could not erase what is old in the journal"
                    );
                }
                if let Err(error) = identity.sessions.sweep().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "could not remove ended sessions"
                    );
                }
                if let Err(error) = protection.keep().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "could not keep the counts of security events"
                    );
                }
            }
        }),
    ]
}

/// Sums the audit log up in checkpoints, on one node at a time. What was not made in time is made by the next node.
async fn make_checkpoints(storage: &Storage, checkpoints: &Checkpoints, every: Duration) {
    tracing::info!(key = checkpoints.key().verifier_key(), "the verifier key of the audit log");
    loop {
        tokio::time::sleep(every).await;
        match storage.lease("audit checkpoint", every).await {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not see who makes checkpoints"
                );
                continue;
            }
        }
        match checkpoints.make(SecurityClock::real().now()).await {
            Ok(made) => tracing::debug!(entries = made.head.size, "the audit log has a checkpoint"),
            Err(error @ (AuditError::Missing(_) | AuditError::Changed(_) | AuditError::Rewritten { .. })) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "THE AUDIT LOG IS NOT WHAT IT WAS; no checkpoint is made of it: run `vzaemo audit verify`"
                );
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "could not make a checkpoint");
            }
        }
    }
}

/// Removes files that nobody names any more, from the start on: what died with the last process is found by this one.
async fn sweep_files(files: &Files) {
    loop {
        match files.sweep(SecurityClock::real().now().as_millis()).await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(swept) => tracing::info!(
                records = swept.records,
                contents = swept.contents,
                temporary = swept.temporary,
                "files that no document names were removed"
            ),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "could not sweep the files");
            }
        }
        tokio::time::sleep(TIDYING).await;
    }
}

async fn reload_on_hangup(lifecycle: &Lifecycle) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        tracing::error!("SIGHUP cannot be heard; a changed configuration is taken up by the file watch only");
        return;
    };
    while hangup.recv().await.is_some() {
        if let Err(error) = lifecycle.reload().await {
            tracing::error!(error = &error as &dyn std::error::Error, "the configuration was refused");
        }
    }
}

async fn stopped() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    tracing::info!("stopping; requests that have begun are finished");
}
