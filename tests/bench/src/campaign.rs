//! The whole of it: persons sign in through the identity provider and sign one petition while its module is upgraded
//! again and again; once more with the process killed in the middle. That every acknowledged signature is there once,
//! none twice, no request failed, the threshold was reached once and the audit log verifies, is asserted on the way.

use crate::Scale;
use crate::report::{Row, median};
use anyhow::Result;
use vzaemo_tests::load::{Load, run};

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let load = Load { persons: scale.pick(25_000, 2_000), ..Load::default() };
    let mut rows = Vec::new();
    for kill in [false, true] {
        let report = run(Load { kill, ..load }).await;
        let how = format!(
            "{} persons, {} upgrades{}",
            load.persons,
            load.upgrades,
            if kill { ", killed once in the middle" } else { "" }
        );
        let swaps = report.swaps().iter().map(std::time::Duration::as_secs_f64).collect();
        rows.push(Row::new(format!("{how}: signatures acknowledged"), report.signatures_per_second(), "/s"));
        let p99 = report.percentile(0.99).as_secs_f64() * 1000.0;
        rows.push(Row::new(format!("{how}: a signature, 99 % within"), p99, "ms"));
        rows.push(Row::new(format!("{how}: sign-ins"), report.sign_ins_per_second(), "/s"));
        rows.push(Row::new(
            format!("{how}: signal → new version serves, compiled; median"),
            median(swaps),
            "s",
        ));
        if let Some(down) = report.down() {
            rows.push(Row::new(format!("{how}: from the kill until it answers"), down.as_secs_f64(), "s"));
        }
    }
    Ok(rows)
}
