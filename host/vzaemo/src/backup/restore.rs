//! Restoring a backup.

use super::manifest::{Manifest, Read};
use super::verify::verify;
use super::{CONFIGURATION, DATABASE, PACKAGES, POLICIES, RULES};
use crate::{secret, wiring};
use anyhow::{Context as _, bail};
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vzaemo_lifecycle::Configuration;
use vzaemo_registry::{Digest, Layout};
use vzaemo_storage::files::Store;
use vzaemo_storage::{Config, Storage};

/// What to restore, and where.
#[derive(Debug)]
pub struct Restore {
    /// The folder of the backup.
    pub backup: PathBuf,
    /// The configuration of the place. One that is not there is restored.
    pub config: PathBuf,
    /// The data folder, instead of the one that the configuration names.
    pub data: Option<PathBuf>,
    /// The platform's secret, unless it lies in the data folder already.
    pub secret: Option<PathBuf>,
    /// Restore although the secret is lost.
    pub without_secret: bool,
    /// What was erased since, to be erased again.
    pub erasures: Option<PathBuf>,
}

/// Restores a backup into a place where there is nothing yet, on whichever engine its configuration names. Everything
/// is checked first: a backup that was changed or is damaged changes nothing. Then the database is read back, every
/// counter counted again, and the audit log compared with what it was.
pub async fn restore(how: Restore) -> anyhow::Result<ExitCode> {
    let read = Manifest::read(&how.backup)?;
    let manifest = &read.manifest;
    // The sooner the seal is known to be broken, the less is read that cannot be trusted.
    let named = named_secret(&how)?;
    check_seal(&read, named.as_ref())?;
    let names = verify(&how.backup, manifest)?;
    let mut placed = Placed::default();
    if !how.config.exists() {
        placed.copy(&how.backup.join(CONFIGURATION).join("platform.toml"), &how.config)?;
    }
    let configuration = wiring::configuration(&how.config, how.data.clone(), None)?;
    let secret = find_secret(&how, &configuration, named)?;
    check_seal(&read, secret.as_ref())?;
    let storage = wiring::storage_config(&configuration)?;
    if vzaemo_storage::holds_anything(&storage).await.context("look into the database")? {
        bail!("restore into a database that is not empty; name another one, or another data folder");
    }

    if let Some(secret) = &secret {
        placed.secret(&secret::path(&configuration.folders.data), secret)?;
    }
    place_configuration(&mut placed, &how, &configuration, &names)?;
    place_packages(&how.backup, &configuration, manifest)?;
    let contents = place_files(&how.backup, &configuration, &names).await?;
    let dump = File::open(how.backup.join(DATABASE)).with_context(|| format!("open {DATABASE}"))?;
    let database = vzaemo_storage::load(&storage, BufReader::with_capacity(256 << 10, dump))
        .await
        .context("restore the database")?;
    placed.keep();
    println!(
        "{} documents, {} audit entries, up to position {} of the commit log; {contents} files, {} packages",
        database.documents,
        database.entries,
        database.position,
        manifest.packages.len()
    );
    for digest in &manifest.files.without_content {
        println!("a file has no content, as in the platform that was backed up: {digest}");
    }
    let findings = findings(storage, manifest, how.erasures.as_deref()).await?;
    for finding in &findings {
        println!("{finding}");
    }
    println!(
        "the database has the digest {} as the backup, the audit log the tree hash {}; {} findings",
        database.digest,
        manifest.audit.root,
        findings.len()
    );
    if secret.is_none() {
        println!("the platform will make a new secret: nobody who signs in finds their earlier record");
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The secret that the command line names.
fn named_secret(how: &Restore) -> anyhow::Result<Option<[u8; 32]>> {
    let Some(path) = &how.secret else { return Ok(None) };
    secret::read(path)?.with_context(|| format!("find the secret {}", path.display())).map(Some)
}

fn check_seal(read: &Read, secret: Option<&[u8; 32]>) -> anyhow::Result<()> {
    if secret.is_some_and(|secret| !read.is_sealed_with(secret)) {
        bail!(
            "trust the backup: its seal is not by this secret; either the secret is another platform's, or backup.json \
             was changed"
        );
    }
    Ok(())
}

/// The secret that has sealed the backup, which the restored platform needs too.
fn find_secret(
    how: &Restore,
    configuration: &Configuration,
    named: Option<[u8; 32]>,
) -> anyhow::Result<Option<[u8; 32]>> {
    let place = secret::path(&configuration.folders.data);
    match (secret::read(&place)?, named) {
        (Some(there), Some(named)) if there != named => {
            bail!("restore the secret: another one lies in {} already", place.display())
        }
        (None, None) if !how.without_secret => bail!(
            "find the platform's secret, which is not in the backup: name it with --secret, or put it into {}. If it is \
             lost, --without-secret restores all the rest, but nobody who signs in will find their earlier record, and \
             the seal of the backup cannot be checked",
            place.display()
        ),
        (there, named) => Ok(there.or(named)),
    }
}

/// Puts what the holder has written where the configuration looks for it. What is there already stays.
fn place_configuration(
    placed: &mut Placed,
    how: &Restore,
    configuration: &Configuration,
    names: &[String],
) -> anyhow::Result<()> {
    for name in names {
        let Some(own) = name.strip_prefix(CONFIGURATION).and_then(|own| own.strip_prefix('/')) else {
            continue;
        };
        let place = match own {
            "platform.lock" => Some(how.config.with_extension("lock")),
            "bodies.toml" => configuration.registers.bodies.clone(),
            "holidays.toml" => configuration.registers.holidays.clone(),
            own => {
                let within = |folder: &str| own.strip_prefix(folder).and_then(|name| name.strip_prefix('/'));
                let policy = within(POLICIES).map(|policy| configuration.folders.policies.join(policy));
                let rules = configuration.rules.as_ref();
                policy.or_else(|| Some(rules?.folder.join(within(RULES)?)))
            }
        };
        if let Some(place) = place.filter(|place| !place.exists()) {
            placed.copy(&how.backup.join(name), &place)?;
        }
    }
    Ok(())
}

/// Puts the packages where the configuration looks for them; each is checked against its digest.
fn place_packages(backup: &Path, configuration: &Configuration, manifest: &Manifest) -> anyhow::Result<()> {
    if manifest.packages.is_empty() {
        return Ok(());
    }
    let from = Layout::open(backup.join(PACKAGES)).context("open the packages of the backup")?;
    let to = Layout::create(&configuration.folders.packages).context("make the folder of packages")?;
    for packed in &manifest.packages {
        let digest: Digest = packed.digest.parse().context("read the digest of a package")?;
        let copied = from.get(&digest).and_then(|package| to.put(&package));
        copied.with_context(|| format!("restore the package of {} {}", packed.id, packed.version))?;
    }
    Ok(())
}

/// Puts the contents of files into the store of the configuration and answers how many. Under its digest each can be
/// there already, after a restore that broke off.
async fn place_files(
    backup: &Path,
    configuration: &Configuration,
    names: &[String],
) -> anyhow::Result<usize> {
    let store = Store::open(&wiring::files_config(configuration)?).await.context("open the files")?;
    let mut contents = 0;
    for name in names.iter().filter(|name| name.starts_with("files/")) {
        let digest = name.rsplit('/').next().unwrap_or_default();
        store.put(&backup.join(name), digest).await.with_context(|| format!("restore {name}"))?;
        contents += 1;
    }
    Ok(contents)
}

/// What is wrong with the restored database: with itself, and against what the backup says of its audit log.
/// Then what was erased since is erased again.
async fn findings(
    config: Config,
    manifest: &Manifest,
    erasures: Option<&Path>,
) -> anyhow::Result<Vec<String>> {
    let storage = Storage::open(config).await.context("open the restored storage")?;
    let problems = storage.verify().await.context("verify the restored storage")?;
    let mut findings: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let report = vzaemo_audit::verify(&storage, &[]).await.context("verify the restored audit log")?;
    findings.extend(report.findings.iter().map(ToString::to_string));
    if (report.head.size, &report.head.root.to_string()) != (manifest.audit.entries, &manifest.audit.root) {
        findings.push("the audit log is not the one that was backed up".to_owned());
    }
    if let Some(list) = erasures {
        let done = crate::audit::replay::erase_again(&storage, list).await?;
        println!("{done} erasures done again");
    }
    storage.close().await;
    Ok(findings)
}

/// Files that were put in their places; they go again unless all comes to a good end.
#[derive(Default)]
struct Placed(Vec<PathBuf>);

impl Placed {
    fn copy(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        let content = fs::read(from).with_context(|| format!("read {}", from.display()))?;
        self.write(to, &content, 0o644)
    }

    fn secret(&mut self, path: &Path, secret: &[u8; 32]) -> anyhow::Result<()> {
        if path.exists() { Ok(()) } else { self.write(path, secret, 0o600) }
    }

    fn write(&mut self, path: &Path, content: &[u8], mode: u32) -> anyhow::Result<()> {
        let wrong = || format!("write {}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(wrong)?;
        }
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(mode).open(path).with_context(wrong)?;
        self.0.push(path.to_owned());
        file.write_all(content).and_then(|()| file.sync_all()).with_context(wrong)
    }

    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        for path in &self.0 {
            let _left_over = fs::remove_file(path);
        }
    }
}
