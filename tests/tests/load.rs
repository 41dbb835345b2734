//! The load of `cargo xtask bench --row campaign`, with as many persons as a test has time for.

use vzaemo_tests::load::{Load, run};

#[tokio::test(flavor = "multi_thread")]
async fn many_sign_while_the_module_is_upgraded() {
    println!("{}", run(Load { persons: 500, at_once: 32, upgrades: 3, kill: false }).await);
}
