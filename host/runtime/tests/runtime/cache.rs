//! Compiled components are kept, and only the host's own are run.

use crate::guest::Guest;
use crate::host::{digest, engine_with, try_load, view};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use vzaemo_runtime::{Engine, EngineConfig, EngineError, Grants};

fn engine_in(dir: &Path) -> Engine {
    engine_with(|config| config.cache = Some(dir.to_owned()))
}

/// The one file with this extension, in the folder of the one engine.
fn file(dir: &Path, extension: &str) -> PathBuf {
    let of_engine = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir()).unwrap();
    fs::read_dir(of_engine)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == extension))
        .unwrap()
}

async fn serves(engine: &Engine, component: &[u8]) {
    let module = try_load(engine, component.to_vec(), &Grants::default()).await.unwrap();
    view(&module).await.unwrap();
}

#[tokio::test]
async fn a_component_is_compiled_once() {
    let dir = tempfile::tempdir().unwrap();
    let (dir, component) = (dir.path().join("cache"), Guest::default().component());
    engine_in(&dir).prepare(component.clone(), &digest(&component)).await.unwrap();
    let code = file(&dir, "cwasm");
    let written = fs::metadata(&code).unwrap().modified().unwrap();
    assert_eq!(fs::metadata(&code).unwrap().permissions().mode() & 0o777, 0o600);

    serves(&engine_in(&dir), &component).await;
    assert_eq!(fs::metadata(&code).unwrap().modified().unwrap(), written);
}

#[tokio::test]
async fn attack_code_that_was_changed_is_not_run_but_compiled_again() {
    let dir = tempfile::tempdir().unwrap();
    let (dir, component) = (dir.path().join("cache"), Guest::default().component());
    serves(&engine_in(&dir), &component).await;
    let path = file(&dir, "cwasm");
    let good = fs::read(&path).unwrap();
    let mut changed = good.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&path, &changed).unwrap();

    serves(&engine_in(&dir), &component).await;
    assert_ne!(fs::read(&path).unwrap(), changed);

    // Nor is code with a mark of another key.
    fs::write(dir.join("key"), [7; 64]).unwrap();
    let mark = fs::read(file(&dir, "mark")).unwrap();
    serves(&engine_in(&dir), &component).await;
    assert_ne!(fs::read(file(&dir, "mark")).unwrap(), mark);
}

#[tokio::test]
async fn a_folder_that_others_may_enter_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let open = dir.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
    let config = EngineConfig { cache: Some(open), ..EngineConfig::default() };
    let Err(EngineError::Cache(error)) = Engine::new(config) else { panic!("it was taken") };
    assert!(error.to_string().contains("chmod go="), "{error}");
}
