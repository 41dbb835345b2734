//! The engine: compiles components and holds what all modules share.

use crate::bindings;
use crate::border::Border;
use crate::cache::Cache;
use crate::config::TICK_MS;
use crate::slots::Slots;
use crate::slow::SlowLane;
use crate::ticker::Ticker;
use crate::{EngineConfig, EngineError, Grants, LoadError, Module};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::{Component, HasSelf, Linker};

/// Compiles components and holds what all modules share. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

/// What all modules of an engine share.
pub(crate) struct Shared {
    pub(crate) config: EngineConfig,
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) linker: Linker<Border>,
    pub(crate) slots: Slots,
    pub(crate) slow: SlowLane,
    pub(crate) ticker: Ticker,
    cache: Option<Cache>,
}

/// How busy an engine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Calls that run now.
    pub running: usize,
    /// How many may run at the same time.
    pub concurrency: u32,
}

impl Engine {
    /// Makes an engine. It reserves address space for all its slots, not memory.
    pub fn new(config: EngineConfig) -> Result<Engine, EngineError> {
        let wasmtime = wasmtime::Engine::new(&config.wasmtime()).map_err(EngineError::Setup)?;
        let mut linker = Linker::new(&wasmtime);
        bindings::Module::add_to_linker::<_, HasSelf<Border>>(&mut linker, |border| border)
            .map_err(EngineError::Setup)?;
        let tick = Duration::from_millis(u64::from(TICK_MS));
        let ticker = Ticker::start(&wasmtime, tick).map_err(EngineError::Ticker)?;
        let slots = Slots::new(config.concurrency, Duration::from_millis(u64::from(config.wait_ms)));
        let slow = SlowLane::start()?;
        let cache = match &config.cache {
            Some(dir) => Some(Cache::open(dir, &wasmtime).map_err(EngineError::Cache)?),
            None => None,
        };
        Ok(Engine { shared: Arc::new(Shared { config, wasmtime, linker, slots, slow, ticker, cache }) })
    }

    /// Takes a component into service: checks that its bytes are those that the digest names
    /// (`sha256:` and 64 hexadecimal digits), that it imports nothing but what `grants` allow and exports what
    /// the contract demands. Compiling happens on a thread of its own and is skipped when the cache has it.
    pub async fn load(&self, bytes: Vec<u8>, digest: &str, grants: &Grants) -> Result<Module, LoadError> {
        let (engine, expected) = (self.clone(), digest.to_owned());
        let component = tokio::task::spawn_blocking(move || engine.component(&bytes, &expected))
            .await
            .map_err(|_| LoadError::Stopped)??;
        Module::new(self, &component, grants)
    }

    /// Compiles a component into the cache without taking it into service, so that a later [`Engine::load`] is
    /// quick.
    pub async fn prepare(&self, bytes: Vec<u8>, digest: &str) -> Result<(), LoadError> {
        let (engine, expected) = (self.clone(), digest.to_owned());
        let compiled = tokio::task::spawn_blocking(move || engine.component(&bytes, &expected)).await;
        compiled.map_err(|_| LoadError::Stopped)?.map(drop)
    }

    /// How busy the engine is.
    pub fn usage(&self) -> Usage {
        Usage { running: self.shared.ticker.count(), concurrency: self.shared.config.concurrency }
    }

    fn component(&self, bytes: &[u8], expected: &str) -> Result<Component, LoadError> {
        let hash = hex::encode(Sha256::digest(bytes));
        if expected.strip_prefix("sha256:") != Some(hash.as_str()) {
            let found = format!("sha256:{hash}");
            return Err(LoadError::Digest { expected: expected.to_owned(), found });
        }
        let engine = &self.shared.wasmtime;
        let invalid = |error: wasmtime::Error| LoadError::Invalid(format!("{error:#}"));
        let Some(cache) = &self.shared.cache else {
            return Component::from_binary(engine, bytes).map_err(invalid);
        };
        if let Some(component) = cache.get(engine, &hash) {
            return Ok(component);
        }
        let code = engine.precompile_component(bytes).map_err(invalid)?;
        match cache.put(engine, &hash, &code) {
            Ok(component) => Ok(component),
            Err(error) => {
                tracing::warn!(%error, digest = expected, "compiled component could not be kept");
                Component::from_binary(engine, bytes).map_err(invalid)
            }
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("config", &self.shared.config).finish_non_exhaustive()
    }
}
