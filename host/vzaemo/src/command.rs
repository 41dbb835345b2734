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
    /// Say what the configuration would change of what was applied last: versions, permissions that grow, collections,
    /// addresses, rules of use. Nothing comes into service; the platform may serve meanwhile. Ends with status 1 if the
    /// configuration would be refused.
    Plan {
        /// The configuration.
        #[arg(long, default_value = "platform.toml")]
        config: PathBuf,
        /// The data folder, instead of the one that the configuration names.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// The audit log: verify it, or a receipt from it; make a checkpoint. Without a word more it is verified.
    Audit(Audit),
    /// Make a backup of everything at one moment while the platform serves: database, files, configuration, packages.
    /// Secrets are not in it; the command names them. Ends with status 1 if something is wrong with the platform itself.
    Backup {
        /// The folder to make: a backup is never written over another one.
        folder: PathBuf,
        /// The configuration.
        #[arg(long, default_value = "platform.toml")]
        config: PathBuf,
        /// The data folder, instead of the one that the configuration names.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Restore a backup where there is nothing yet, into the database that the configuration names, then verify what
    /// was restored. A backup that is damaged or was changed, and a database that is not empty, are left alone.
    Restore {
        /// The folder of the backup.
        folder: PathBuf,
        /// The configuration of the place; one that is not there is restored.
        #[arg(long, default_value = "platform.toml")]
        config: PathBuf,
        /// The data folder, instead of the one that the configuration names.
        #[arg(long)]
        data: Option<PathBuf>,
        /// The platform's secret, `platform.secret`, unless it lies in the data folder already.
        #[arg(long)]
        secret: Option<PathBuf>,
        /// Restore although the secret is lost. The seal of the backup is not checked, and nobody finds their earlier
        /// record again.
        #[arg(long, conflicts_with = "secret")]
        without_secret: bool,
        /// The list of what was erased since the backup, as `vzaemo audit erasures` writes it: it is erased again.
        #[arg(long)]
        erasures: Option<PathBuf>,
    },
    /// The storage as a whole.
    #[command(subcommand)]
    Storage(StorageCommand),
    /// Who may do what.
    #[command(subcommand)]
    Access(AccessCommand),
}

/// What to ask about access.
#[derive(Debug, clap::Subcommand)]
pub enum AccessCommand {
    /// Say whether a person may do something, which policy decided, and what it knew. Changes nothing; the platform may
    /// serve meanwhile. Ends with status 1 if it is denied.
    Explain(Explain),
    /// Give the first technical administrator or the first holder of a platform their role. Refused as soon as somebody has
    /// it: from then on two persons decide, on the page of roles.
    Appoint(Appoint),
}

/// Who becomes what.
#[derive(Debug, clap::Args)]
pub struct Appoint {
    /// The number of the record of a person who has signed in before: it stands in their cabinet, under “My data”.
    pub person: String,
    /// The role.
    #[arg(value_enum)]
    pub role: FirstRole,
    /// The configuration.
    #[arg(long, default_value = "platform.toml")]
    pub config: PathBuf,
    /// The data folder, instead of the one that the configuration names.
    #[arg(long)]
    pub data: Option<PathBuf>,
}

/// A role whose first bearer is named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FirstRole {
    /// Runs the platform and grants roles.
    TechnicalAdministrator,
    /// Decides which modules there are and how they are set.
    Holder,
}

/// What is to be explained.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The platform's id of a person, the reference by which the module knows them, or `visitor`.
    pub person: String,
    /// An act as `notes/sign`, a view as `notes/view:desk`, something on the platform's own pages as `platform/security`.
    pub action: String,
    /// The key of the document that the address names, where it names one.
    pub resource: Option<String>,
    /// How sure the person's identity would be: that depends on how somebody signs in.
    #[arg(long, value_enum, default_value_t = Level::Substantial)]
    pub assurance: Level,
    /// ЄДРПОУ of the organisation in whose name they would act.
    #[arg(long)]
    pub organisation: Option<String>,
    /// The configuration.
    #[arg(long, default_value = "platform.toml")]
    pub config: PathBuf,
    /// The data folder, instead of the one that the configuration names.
    #[arg(long)]
    pub data: Option<PathBuf>,
}

/// A level of assurance (Regulation (EU) 910/2014, article 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Level {
    /// Low.
    Low,
    /// Substantial.
    Substantial,
    /// High.
    High,
}

impl From<Level> for vzaemo_service::Assurance {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Substantial => Self::Substantial,
            Level::High => Self::High,
        }
    }
}

/// What to do with the audit log, and of which platform.
#[derive(Debug, clap::Args)]
pub struct Audit {
    /// What to do.
    #[command(subcommand)]
    pub what: Option<AuditCommand>,
    /// The configuration.
    #[arg(long, global = true, default_value = "platform.toml")]
    pub config: PathBuf,
    /// The data folder, instead of the one that the configuration names.
    #[arg(long, global = true)]
    pub data: Option<PathBuf>,
}

/// What to do with the audit log.
#[derive(Debug, clap::Subcommand)]
pub enum AuditCommand {
    /// Verify the database, every counter against a recount, every entry of the audit log and every checkpoint. Says
    /// what is wrong and ends with status 1 then. Changes nothing.
    Verify(Verify),
    /// Make a signed checkpoint of the log as it is now, and write it out.
    Checkpoint,
    /// Run the recorded acts of a case again, each in the version of its module that ran it, and say whether what is
    /// recorded follows. Ends with status 1 if not. Changes nothing.
    Replay {
        /// The case, as MODULE/KEY: what stands in its address in the cabinet.
        #[arg(long)]
        case: String,
    },
    /// Write the list of what was erased, to be kept beside the backups: a backup that is restored is erased by it again.
    Erasures,
}

/// What to verify, if not a platform as a whole.
#[derive(Debug, Default, clap::Args)]
pub struct Verify {
    /// A receipt, as the cabinet gives it: checked with the verifier key alone, no platform is asked.
    #[arg(long, requires = "key", conflicts_with_all = ["from", "proof"])]
    pub receipt: Option<PathBuf>,
    /// The verifier key of the platform that made the receipt or the checkpoint, as it stands at its /audit/key.
    #[arg(long)]
    pub key: Option<String>,
    /// A checkpoint that was kept elsewhere: the log must begin with what it was made of.
    #[arg(long)]
    pub from: Option<PathBuf>,
    /// A proof that a later log begins with that of the checkpoint, as /audit/consistency gives it: checked with the
    /// verifier key alone, no platform is asked.
    #[arg(long, requires_all = ["from", "key"])]
    pub proof: Option<PathBuf>,
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
