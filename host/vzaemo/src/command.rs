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
    /// Verify the audit log: every leaf hash, every entry, every counter. Changes nothing.
    Audit {
        /// The configuration.
        #[arg(long, default_value = "platform.toml")]
        config: PathBuf,
        /// The data folder, instead of the one that the configuration names.
        #[arg(long)]
        data: Option<PathBuf>,
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
