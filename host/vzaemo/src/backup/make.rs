//! Making a backup.

use super::folder::Writing;
use super::manifest::{self, Engine, FORMAT, Files, Manifest, Packed};
use super::verify::{Recorded, dumped};
use super::{CONFIGURATION, DATABASE, PACKAGES, POLICIES, RULES, content_name};
use crate::{secret, wiring};
use anyhow::{Context as _, bail};
use futures::TryStreamExt as _;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vzaemo_lifecycle::Configuration;
use vzaemo_lifecycle::configuration::RulesVersion;
use vzaemo_registry::Layout;
use vzaemo_storage::files::{FilesError, Store};

/// Makes a backup of everything at one moment, while the platform serves or not. What is wrong with the platform itself
/// (a content that it has lost, an audit entry that was changed) is said, a line each, and makes the exit status 1; the
/// backup is then made all the same.
pub async fn backup(config: &Path, data: Option<PathBuf>, place: &Path) -> anyhow::Result<ExitCode> {
    let configuration = wiring::configuration(config, data, None)?;
    let secret_path = secret::path(&configuration.folders.data);
    let secret = secret::read(&secret_path)?
        .with_context(|| format!("find the secret {}: no platform has begun here", secret_path.display()))?;
    let made = jiff::Timestamp::now();
    let mut writing = Writing::begin(place)?;
    let mut findings = Vec::new();

    let mut part = writing.part(DATABASE)?;
    let storage = wiring::storage_config(&configuration)?;
    let database = vzaemo_storage::dump(&storage, &mut part).await.context("back up the database")?;
    part.finish()?;
    // What was written is read back: a backup that cannot be read is none.
    let dumped = dumped(&writing.path(DATABASE)).context("read the backup of the database")?;
    if dumped.inventory != database {
        bail!("read the backup of the database: it differs from what was written");
    }
    findings.extend(dumped.findings);
    let store = Store::open(&wiring::files_config(&configuration)?).await.context("open the files")?;
    let files = contents(&mut writing, &store, &dumped.files, &mut findings).await?;
    let secrets = configuration_files(&mut writing, config, &configuration)?;
    let packages = packages(&mut writing, &configuration, &mut findings)?;

    let sums = writing.list()?;
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made,
        engine: if configuration.storage.url.is_some() { Engine::Postgresql } else { Engine::Sqlite },
        database,
        audit: dumped.audit,
        files,
        packages,
        secrets,
        sums,
    };
    writing.finish(manifest::NAME, &manifest.sealed(&secret)?)?;
    tell(place, &manifest, &findings);
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(place: &Path, manifest: &Manifest, findings: &[String]) {
    for finding in findings {
        println!("{finding}");
    }
    let Manifest { database, audit, files, packages, secrets, .. } = manifest;
    println!(
        "{} documents, {} audit entries, up to position {} of the commit log, digest {}",
        database.documents, audit.entries, database.position, database.digest
    );
    println!("audit log: tree hash {}; keep it elsewhere to find any later change", audit.root);
    println!("{} files of {} bytes, {} packages", files.contents, files.bytes, packages.len());
    println!("not in it, keep them apart: {}", secrets.join(", "));
    println!("{}: a whole backup, {} findings", place.display(), findings.len());
}

/// Copies the content of all files that the database speaks of.
async fn contents(
    writing: &mut Writing,
    store: &Store,
    recorded: &BTreeMap<String, Recorded>,
    findings: &mut Vec<String>,
) -> anyhow::Result<Files> {
    let mut files = Files { contents: 0, bytes: 0, without_content: Vec::new() };
    for (digest, recorded) in recorded {
        match copy_content(writing, store, digest).await? {
            Some((bytes, found)) if found == *digest => {
                files.contents += 1;
                files.bytes += bytes;
            }
            Some((_, found)) => {
                findings.push(format!("the content {digest} of a file is damaged: its digest is {found}"));
                files.without_content.push(digest.clone());
            }
            None => {
                // What no document names may have been removed since the snapshot, as it is due to be.
                if recorded.named {
                    findings
                        .push(format!("the content {digest} of a file ({} bytes) is missing", recorded.size));
                }
                if recorded.arrived {
                    files.without_content.push(digest.clone());
                }
            }
        }
    }
    Ok(files)
}

/// Copies one content, its size and the digest that it really has; nothing if it is not there. A damaged one does not
/// stay in the backup.
async fn copy_content(
    writing: &mut Writing,
    store: &Store,
    digest: &str,
) -> anyhow::Result<Option<(u64, String)>> {
    let mut content = match store.read(digest).await {
        Err(FilesError::Gone) => return Ok(None),
        read => read.with_context(|| format!("read the content {digest}"))?,
    };
    let name = content_name(digest);
    let mut part = writing.part(&name)?;
    let mut size = 0;
    while let Some(piece) =
        content.bytes.try_next().await.with_context(|| format!("read the content {digest}"))?
    {
        part.write_all(&piece).with_context(|| format!("write {name}"))?;
        size += piece.len() as u64;
    }
    let found = part.finish()?;
    if found != digest {
        writing.give_up(&name)?;
    }
    Ok(Some((size, found)))
}

/// Copies what the holder has written. Answers the secrets that stay where they are.
fn configuration_files(
    writing: &mut Writing,
    config: &Path,
    configuration: &Configuration,
) -> anyhow::Result<Vec<String>> {
    let folders = &configuration.folders;
    let mut copy = |from: &Path, name: &str| -> anyhow::Result<bool> {
        match fs::read(from) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            read => {
                let content = read.with_context(|| format!("read {}", from.display()))?;
                writing.put(&format!("{CONFIGURATION}/{name}"), &content).map(|()| true)
            }
        }
    };
    copy(config, "platform.toml")?;
    // It is in the data folder where the configuration cannot be written beside.
    let _is_there = copy(&config.with_extension("lock"), "platform.lock")?
        || copy(&folders.data.join("platform.lock"), "platform.lock")?;
    for (path, name) in [
        (&configuration.registers.bodies, "bodies.toml"),
        (&configuration.registers.holidays, "holidays.toml"),
    ] {
        if let Some(path) = path {
            copy(path, name)?;
        }
    }
    for entry in fs::read_dir(&folders.policies).into_iter().flatten() {
        let path = entry.with_context(|| format!("read {}", folders.policies.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "cedar") {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.with_context(|| format!("name {}", path.display()))?;
            copy(&path, &format!("{POLICIES}/{name}"))?;
        }
    }
    if let Some(rules) = &configuration.rules {
        for RulesVersion { version, .. } in &rules.versions {
            for text in ["uk.txt", "en.txt"] {
                copy(&rules.folder.join(version).join(text), &format!("{RULES}/{version}/{text}"))?;
            }
        }
    }
    let named = [
        &configuration.storage.password_file,
        &configuration.files.access_key_file,
        &configuration.files.secret_key_file,
    ];
    let of_providers = configuration.identity.providers.values().map(|provider| &provider.client_secret_file);
    let mut secrets = vec![secret::path(&folders.data).display().to_string()];
    secrets.extend(named.into_iter().flatten().chain(of_providers).map(|path| path.display().to_string()));
    Ok(secrets)
}

/// Copies all packages that can be read, each checked against its digest.
fn packages(
    writing: &mut Writing,
    configuration: &Configuration,
    findings: &mut Vec<String>,
) -> anyhow::Result<Vec<Packed>> {
    let folder = &configuration.folders.packages;
    let mut packed = Vec::new();
    if !folder.exists() {
        return Ok(packed);
    }
    let to = Layout::create(writing.path(PACKAGES)).context("make a folder for the packages")?;
    let mut from = vec![Layout::open(folder).context("open the packages")?];
    // Those that have served before: recorded acts are run again in them.
    from.extend(Layout::open(vzaemo_lifecycle::kept_packages(&configuration.folders.data)));
    for from in from {
        for listed in from.list().context("list the packages")? {
            let (id, version) = (listed.id, listed.version.to_string());
            if packed.iter().any(|known: &Packed| known.id == id && known.version == version) {
                continue;
            }
            match from.get(&listed.digest).and_then(|package| to.put(&package)) {
                Ok(digest) => packed.push(Packed { id, version, digest: digest.to_string() }),
                Err(error) => findings.push(format!("the package of {id} {version} is damaged: {error}")),
            }
        }
    }
    writing.sum_all(PACKAGES)?;
    Ok(packed)
}
