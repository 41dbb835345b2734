//! `vzaemo`, the program: threads, the log, and the command that was asked for.

use clap::Parser as _;
use std::process::ExitCode;
use vzaemo::backup::Restore;
use vzaemo::command::{AccessCommand, Command, Line, StorageCommand};
use vzaemo::{appoint, audit, backup, check, copy, explain, plan, serve};

/// Requests make and free many small things on all threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = Line::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("vzaemo could not start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match line.command {
            Command::Serve(serve) => Box::pin(serve::serve(serve)).await.map(|()| ExitCode::SUCCESS),
            Command::Check { config } => check::check(&config).await,
            Command::Plan { config, data } => plan::plan(config, data).await,
            Command::Audit(asked) => audit::audit(asked).await,
            Command::Backup { folder, config, data } => backup::backup(&config, data, &folder).await,
            Command::Restore { folder, config, data, secret, without_secret, erasures } => {
                backup::restore(Restore { backup: folder, config, data, secret, without_secret, erasures })
                    .await
            }
            Command::Access(AccessCommand::Explain(asked)) => explain::explain(asked).await,
            Command::Access(AccessCommand::Appoint(asked)) => appoint::appoint(asked).await,
            Command::Storage(StorageCommand::Copy { config, to }) => copy::copy(&config, &to).await,
        }
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            // The whole chain, for the operator.
            eprintln!("vzaemo failed to {error:#}");
            ExitCode::FAILURE
        }
    }
}
