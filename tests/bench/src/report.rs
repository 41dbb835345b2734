//! What was measured, as a table for people and as JSON for machines.

use anyhow::{Context as _, Result};
use serde::Serialize;
use std::path::Path;

/// A figure against its goal.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What was measured.
    pub row: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// The same for what it is compared with, where there is such a thing.
    pub baseline: Option<f64>,
    /// The figure against the baseline: how many times as fast for rates, how many times as long for times.
    pub ratio: Option<f64>,
    /// The goal in words; none for a figure that only explains others.
    pub goal: Option<String>,
    /// Whether it is met.
    pub met: Option<bool>,
}

/// A condition on a figure or a ratio.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// The figure is at least this.
    AtLeast(f64),
    /// The figure is at most this.
    AtMost(f64),
    /// The ratio to the baseline is at least this.
    Times(f64),
    /// The ratio to the baseline is at most this.
    AtMostTimes(f64),
}

impl Row {
    /// A figure.
    pub fn new(row: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Row { row: row.into(), value, unit, baseline: None, ratio: None, goal: None, met: None }
    }

    /// Against what was measured in the same run; the ratio is that of the two figures.
    #[must_use]
    pub fn against(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self.ratio = Some(self.value / baseline);
        self
    }

    /// With a goal; several must all be met.
    #[must_use]
    pub fn goal(mut self, goal: Goal) -> Self {
        let ratio = self.ratio.unwrap_or(f64::NAN);
        let (text, met) = match goal {
            Goal::AtLeast(least) => (format!("≥ {} {}", short(least), self.unit), self.value >= least),
            Goal::AtMost(most) => (format!("≤ {} {}", short(most), self.unit), self.value <= most),
            Goal::Times(least) => (format!("≥ {} times", short(least)), ratio >= least),
            Goal::AtMostTimes(most) => (format!("≤ {} times", short(most)), ratio <= most),
        };
        let text = text.trim_end().to_owned();
        self.goal = Some(self.goal.map_or_else(|| text.clone(), |goal| format!("{goal}, {text}")));
        self.met = Some(self.met.unwrap_or(true) && met);
        self
    }
}

/// The middle of several figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// As people read a figure: three digits, thousands in full.
pub fn short(figure: f64) -> String {
    let size = figure.abs();
    if size == 0.0 || size >= 100.0 || (size - size.round()).abs() < 1e-9 {
        format!("{figure:.0}")
    } else if size >= 10.0 {
        format!("{figure:.1}")
    } else if size >= 0.1 {
        format!("{figure:.2}")
    } else {
        format!("{figure:.4}")
    }
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> String {
    let heads = ["row", "value", "baseline", "ratio", "goal", "met"].map(str::to_owned);
    let mut lines = vec![heads];
    for row in rows {
        let (value, unit) = (short(row.value), row.unit);
        lines.push([
            row.row.clone(),
            format!("{value} {unit}"),
            row.baseline.map(short).unwrap_or_default(),
            row.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            row.goal.clone().unwrap_or_default(),
            row.met.map(|met| if met { "yes" } else { "NO" }.to_owned()).unwrap_or_default(),
        ]);
    }
    let width =
        |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        for (column, cell) in line.iter().enumerate() {
            let fill = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            // Words to the left, figures to the right.
            let padded = if matches!(column, 1..=3) { fill + cell } else { cell.clone() + &fill };
            text.push_str(&padded);
            text.push_str("  ");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// Writes the rows where machines look for them.
pub fn write(rows: &[Row], path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    let json = serde_json::to_string_pretty(rows)?;
    std::fs::write(path, json + "\n").with_context(|| format!("write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_met_or_not() {
        let rate = |value: f64| Row::new("rate", value, "/s").against(1000.0);
        assert_eq!(rate(3000.0).goal(Goal::Times(3.0)).met, Some(true));
        assert_eq!(rate(3000.0).goal(Goal::Times(3.0)).goal(Goal::AtLeast(5000.0)).met, Some(false));
        assert_eq!(rate(900.0).goal(Goal::AtMostTimes(1.2)).met, Some(true));
        assert_eq!(rate(1300.0).goal(Goal::AtMostTimes(1.2)).met, Some(false));
        assert_eq!(Row::new("time", f64::NAN, "ms").goal(Goal::AtMost(1.0)).met, Some(false));
        // No baseline, no ratio, no success.
        assert_eq!(Row::new("rate", 10.0, "/s").goal(Goal::Times(1.0)).met, Some(false));
        let both = rate(6000.0).goal(Goal::Times(3.0)).goal(Goal::AtLeast(5000.0));
        assert_eq!(both.goal.as_deref(), Some("≥ 3 times, ≥ 5000 /s"));
    }

    #[test]
    fn the_table_is_even_and_figures_are_short() {
        let rows =
            [Row::new("дещо", 12345.6, "/s").against(2.0).goal(Goal::Times(1.0)), Row::new("b", 0.5, "ms")];
        let table = table(&rows);
        assert!(table.contains("12346 /s"), "{table}");
        assert!(table.contains("0.50 ms"), "{table}");
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
