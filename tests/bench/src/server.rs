//! The platform in this process, put together as the program does it, so that native handlers can stand beside it and
//! documents can be brought in by the million.

use anyhow::{Context as _, Result};
use axum::Router;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use url::Url;
use vzaemo::wiring::{self, Wired};
use vzaemo_contract::manifest::Manifest;
use vzaemo_registry::Package;
use vzaemo_service::ModuleVersion;
use vzaemo_tests::{Module, Packages, Settings, guests};
use vzaemo_web::server::{App, router_with};

/// A platform on threads of its own.
pub struct Server {
    /// Its rooms.
    pub wired: Arc<Wired>,
    /// Where it answers.
    pub address: SocketAddr,
    threads: Threads,
    _folder: TempDir,
}

/// The platform's threads. They end by themselves: nobody waits for them where the client runs.
struct Threads(Option<Runtime>);

impl Threads {
    fn start() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(Threads(Some(runtime)))
    }

    /// Runs something on them.
    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.0.as_ref().expect("they end with the platform").spawn(future)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Server {
    /// Starts a platform with these settings.
    pub async fn start(settings: Settings) -> Result<Self> {
        let threads = Threads::start()?;
        let folder = tempfile::tempdir()?;
        Packages::copy_to(&folder.path().join("packages")).add_all(&guests());
        let path = folder.path().join("platform.toml");
        let (listener, wired) = threads.spawn(put_together(path, settings)).await??;
        let address = listener.local_addr()?;
        let wired = Arc::new(wired);
        let server = Server { wired, address, threads, _folder: folder };
        server.serve(listener, Router::new());
        Ok(server)
    }

    /// Serves the same platform at another address too, with more handlers.
    pub async fn beside(&self, more: Router<Arc<App>>) -> Result<SocketAddr> {
        let listener = self.threads.spawn(TcpListener::bind(("127.0.0.1", 0))).await??;
        let address = listener.local_addr()?;
        self.serve(listener, more);
        Ok(address)
    }

    /// Serves these handlers alone on the platform's threads, without anything of the platform before them.
    pub async fn bare(&self, handlers: Router) -> Result<SocketAddr> {
        let listener = self.threads.spawn(TcpListener::bind(("127.0.0.1", 0))).await??;
        let address = listener.local_addr()?;
        self.threads.spawn(async move { axum::serve(listener, handlers).await });
        Ok(address)
    }

    fn serve(&self, listener: TcpListener, more: Router<Arc<App>>) {
        let router = router_with(Arc::clone(&self.wired.app), more);
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        self.threads.spawn(async move { axum::serve(listener, router).await });
    }

    /// The address as a base for browsers.
    pub fn base(&self) -> Url {
        Url::parse(&format!("http://{}/", self.address)).expect("an address")
    }

    /// The version of a module that serves.
    pub fn version(&self, module: &str) -> Result<Arc<ModuleVersion>> {
        let snapshot = self.wired.service.snapshot();
        let version = snapshot.module(module).and_then(|state| state.serving().cloned());
        version.with_context(|| format!("find the module {module}: it does not serve"))
    }
}

async fn put_together(path: PathBuf, settings: Settings) -> Result<(TcpListener, Wired)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    std::fs::write(&path, settings.text(listener.local_addr()?.port()))?;
    let configuration = wiring::configuration(&path, None, None)?;
    let wired = wiring::wire(path, configuration).await?;
    wired.lifecycle.start().await.context("put the configuration into service")?;
    Ok((listener, wired))
}

/// The package of a module that only tests and benchmarks use, with its manifest.
pub fn guest(id: &str) -> Result<(Package, Manifest)> {
    let layout = guests();
    let listed = layout.list()?.into_iter().find(|listed| listed.id == id);
    let package = layout.get(&listed.with_context(|| format!("find the package of {id}"))?.digest)?;
    let manifest =
        Manifest::from_toml(&package.manifest_toml).with_context(|| format!("read the manifest of {id}"))?;
    Ok((package, manifest))
}

/// Settings with the modules that only tests and benchmarks use besides.
pub fn with_guests(ids: &[&str]) -> Settings {
    let mut settings = Settings::default();
    for id in ids {
        settings.modules.insert((*id).to_owned(), Module::default());
    }
    settings
}
