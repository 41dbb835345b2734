//! Acting and looking as somebody.

use crate::people::Who;
use crate::response::{Ended, Given, Response};
use crate::{PageView, TestHost};

/// A signed-in person at the test host.
pub struct Session<'a> {
    pub(crate) host: &'a mut TestHost,
    pub(crate) who: Who,
}

impl Session<'_> {
    /// Does an act. See [`Given`] for what it can be given.
    #[track_caller]
    pub fn act(&mut self, name: &str, given: impl Into<Given>) -> Response {
        let response = self.host.call_act(Some(&self.who), name, given.into());
        self.host.run_due();
        response
    }

    /// Looks at a view; a failure fails the test.
    #[track_caller]
    pub fn view(&mut self, name: &str, given: impl Into<Given>) -> PageView {
        match self.try_view(name, given) {
            Ok(page) => page,
            Err(ended) => panic!("the view `{name}` should have answered, but: {ended:?}"),
        }
    }

    /// Looks at a view that may answer with a failure.
    pub fn try_view(&mut self, name: &str, given: impl Into<Given>) -> Result<PageView, Ended> {
        self.host.call_view(Some(&self.who), name, given.into())
    }
}
