//! Timed work. `#[job] fn close(number: Key)` gives `Jobs::close(&number)`.

use crate::host::*;
use crate::{Error, Moment, Result};
use serde::Serialize;

/// A job with its arguments. What it is scheduled under is its name and these arguments, so the same call set
/// again moves the time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a job is scheduled by `at`, or by a counter that reaches a value"]
pub struct JobCall {
    job: &'static str,
    args: Result<String, String>,
}

impl JobCall {
    #[doc(hidden)]
    pub fn new(job: &'static str, args: &impl Serialize) -> Self {
        JobCall { job, args: serde_json::to_string(args).map_err(|error| error.to_string()) }
    }

    pub(crate) fn parts(&self) -> Result<(&'static str, &str)> {
        match &self.args {
            Ok(args) => Ok((self.job, args)),
            Err(why) => {
                Err(Error::broken(&["the arguments of the job ", self.job, " cannot be written: ", why]))
            }
        }
    }

    /// Runs it at a moment.
    pub fn at(self, when: impl Into<Moment>) -> Result<()> {
        let (job, args) = self.parts()?;
        Ok(host(|host| host.schedule(job, args, args, when.into().as_str()))?)
    }

    /// No longer runs it.
    pub fn cancel(self) -> Result<()> {
        let (job, args) = self.parts()?;
        Ok(host(|host| host.cancel(job, args))?)
    }
}
