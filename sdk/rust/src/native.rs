//! Running a module natively: in tests and benches.

use std::cell::RefCell;
use vzaemo_contract::call::Host;

thread_local! {
    static HOST: RefCell<Option<Box<dyn Host>>> = const { RefCell::new(None) };
}

/// Puts the former host back, also when the call panics.
struct Restore(Option<Box<dyn Host>>);

impl Drop for Restore {
    fn drop(&mut self) {
        HOST.with(|slot| slot.replace(self.0.take()));
    }
}

/// Runs `call` with this host answering everything that the module asks on this thread.
pub fn with_host<R>(host: Box<dyn Host>, call: impl FnOnce() -> R) -> R {
    let former = HOST.with(|slot| slot.replace(Some(host)));
    let _restore = Restore(former);
    call()
}

pub(crate) fn ask<R>(ask: impl FnOnce(&mut dyn Host) -> R) -> R {
    HOST.with(|slot| match slot.borrow_mut().as_mut() {
        Some(host) => ask(host.as_mut()),
        #[allow(clippy::panic)] // a test that forgot its host; there is nobody to answer an error to
        None => panic!("no host on this thread: call the module through the test kit, or inside `with_host`"),
    })
}
