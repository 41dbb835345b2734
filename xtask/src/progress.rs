//! What the person sees while waiting.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Numbers the steps of a task and times each.
pub struct Steps {
    total: usize,
    done: usize,
}

impl Steps {
    pub fn of(total: usize) -> Self {
        Self { total, done: 0 }
    }

    /// Announces a step, for one that does not come back.
    pub fn announce(&mut self, name: &str) {
        self.done += 1;
        println!("[{}/{}] {name}", self.done, self.total);
    }

    /// Runs a step and says what came of it and how long it took.
    pub fn run<T: Display>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.announce(name);
        let start = Instant::now();
        let outcome = work()?;
        println!("      {outcome} ({})", seconds(start.elapsed()));
        Ok(outcome)
    }
}

/// A line below the current step.
pub fn say(text: impl Display) {
    println!("      {text}");
}

/// A duration as people read it: `0.4 s`, `2 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(440)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
