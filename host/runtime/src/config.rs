//! What an engine is made with.

use std::path::PathBuf;
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig, WasmFeatures};

/// What an engine is made with. Everything that the pool needs follows from `concurrency`.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Calls that run at the same time, at least 1. Each keeps up to 1 MiB resident after its end.
    pub concurrency: u32,
    /// The most memory of one instance, in MiB, tables included. A manifest may ask for less.
    pub memory_mib: u32,
    /// The most time of one call in milliseconds, waiting for the host included. A manifest may ask for less.
    pub call_ms: u32,
    /// The most computing of one call, in milliseconds of its own time slices.
    pub cpu_ms: u32,
    /// How long a call waits for a free slot before it is refused, in milliseconds.
    pub wait_ms: u32,
    /// What one call may carry and do.
    pub limits: CallLimits,
    /// Where compiled components are kept; nothing is kept without it. The folder must belong to the host
    /// alone: it is made with mode 0700, and one that others can write to is refused.
    pub cache: Option<PathBuf>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        EngineConfig {
            concurrency: 64,
            memory_mib: 64,
            call_ms: 2_000,
            cpu_ms: 500,
            wait_ms: 250,
            limits: CallLimits::default(),
            cache: None,
        }
    }
}

/// What one call may carry and do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    /// Calls of the module to the host.
    pub host_calls: u64,
    /// Bytes that the host hands to the module.
    pub bytes_read: u64,
    /// Bytes that the module hands to the host as arguments.
    pub bytes_written: u64,
    /// Bytes that cross to the host in one call of an import, and in the result.
    pub bytes_at_once: usize,
    /// Bytes of a page's text.
    pub page_text: usize,
    /// Marks of a page.
    pub page_marks: usize,
}

impl Default for CallLimits {
    fn default() -> Self {
        CallLimits {
            host_calls: 10_000,
            bytes_read: 32 << 20,
            bytes_written: 16 << 20,
            bytes_at_once: 4 << 20,
            page_text: 2 << 20,
            page_marks: 200_000,
        }
    }
}

/// The longest time slice of a guest before it yields to other calls, in milliseconds.
pub(crate) const TICK_MS: u32 = 1;
/// What stays resident of a slot's linear memory between calls: a few pages are cheaper to wipe than to map.
const KEEP_RESIDENT: usize = 1 << 20;
/// What stays resident of a slot's tables.
const TABLE_KEEP_RESIDENT: usize = 64 << 10;
/// Native stack of guest code. Deeper recursion is a trap.
const GUEST_STACK: usize = 512 << 10;
/// Native stack of a call; what is above the guest's is for host functions.
const CALL_STACK: usize = 2 << 20;

/// What the contract does not need is off: less to trust, and no source of nondeterminism.
const REFUSED_FEATURES: WasmFeatures = WasmFeatures::THREADS
    .union(WasmFeatures::SHARED_EVERYTHING_THREADS)
    .union(WasmFeatures::FUNCTION_REFERENCES)
    .union(WasmFeatures::GC)
    .union(WasmFeatures::EXCEPTIONS)
    .union(WasmFeatures::LEGACY_EXCEPTIONS)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::STACK_SWITCHING)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES);

impl EngineConfig {
    /// The slots of the pool: one for each call, and one for the migration that a call's read may need.
    pub(crate) fn slots(&self) -> u32 {
        self.concurrency.max(1).saturating_mul(2)
    }

    /// The most memory of an instance in bytes.
    pub(crate) fn memory(&self) -> usize {
        (self.memory_mib.max(1) as usize) << 20
    }

    pub(crate) fn wasmtime(&self) -> Config {
        let slots = self.slots();
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(slots)
            .total_core_instances(slots.saturating_mul(16))
            .max_core_instances_per_component(16)
            .total_memories(slots)
            .max_memories_per_component(1)
            .total_tables(slots.saturating_mul(4))
            .max_tables_per_component(4)
            .total_stacks(slots)
            .max_memory_size(self.memory())
            .max_unused_warm_slots(slots)
            .linear_memory_keep_resident(KEEP_RESIDENT)
            .table_keep_resident(TABLE_KEEP_RESIDENT)
            .pagemap_scan(Enabled::Auto);

        let mut config = Config::new();
        config
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
            .memory_init_cow(true)
            .concurrency_support(false)
            .epoch_interruption(true)
            .cranelift_nan_canonicalization(true)
            .relaxed_simd_deterministic(true)
            .wasm_features(REFUSED_FEATURES, false)
            .max_wasm_stack(GUEST_STACK)
            .async_stack_size(CALL_STACK)
            .native_unwind_info(false)
            .parallel_compilation(true);
        config
    }
}
