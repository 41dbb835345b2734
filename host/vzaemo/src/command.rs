//! The command line.

use std::path::PathBuf;

/// The platform «Взаємодія».
#[derive(Debug, clap::Parser)]
#[command(version, about)]
pub struct Line {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Serve the platform until a signal ends it. SIGHUP takes up a changed configuration.
    Serve(Serve),
    /// Say what is wrong with a configuration, where, and how to mend it. Changes nothing.
    Check {
        /// The configuration.
        #[arg(long, default_value = "platform.toml")]
        config: PathBuf,
    },
    /// Verify the database, every counter against a recount, every entry of the audit log. Says what is wrong and ends
    /// with status 1 then. Changes nothing.
    Audit {
        /// The configuration.
        #[arg(long, default_value = "platform.toml")]
        config: PathBuf,
        /// The data folder, instead of the one that the configuration names.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// The storage as a whole.
    #[command(subcommand)]
    Storage(StorageCommand),
}

/// What to do with the storage.
#[derive(Debug, clap::Subcommand)]
pub enum StorageCommand {
    /// Copy everything from the database of one configuration into the empty database of another one, and prove by a
    /// digest over both that they are equal. The platform should not serve meanwhile: what it commits after the copy
    /// has begun is not in it.
    Copy {
        /// The configuration that names the database to copy from.
        #[arg(long, default_value = "platform.toml")]
        config: PathBuf,
        /// The configuration that names the database to copy to.
        #[arg(long)]
        to: PathBuf,
    },
}

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The configuration.
    #[arg(long, default_value = "platform.toml")]
    pub config: PathBuf,
    /// The data folder, instead of the one that the configuration names.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// The port on this machine, instead of that of the platform's address. In development mode the address follows it.
    #[arg(long)]
    pub port: Option<u16>,
    /// The address to listen at.
    #[arg(long, default_value = "127.0.0.1")]
    pub listen: std::net::IpAddr,
}
