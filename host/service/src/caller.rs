//! On whose behalf something is asked.

use vzaemo_identity::Principal;
use vzaemo_protection::Origin;

/// Who asks. Built by the web from the session, by jobs and the command line as nobody.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The signed-in principal; nobody for anonymous visitors.
    pub principal: Option<Principal>,
    /// Where the request comes from, as it is kept with participation; nothing for requests that change nothing.
    pub origin: Option<Origin>,
}

impl Caller {
    /// An anonymous visitor.
    pub const ANONYMOUS: Caller = Caller { principal: None, origin: None };
}

/// The assurance of a sign-in in the words of the manifest.
pub(crate) const fn assurance(of: vzaemo_identity::Assurance) -> vzaemo_access::Assurance {
    match of {
        vzaemo_identity::Assurance::Low => vzaemo_access::Assurance::Low,
        vzaemo_identity::Assurance::Substantial => vzaemo_access::Assurance::Substantial,
        vzaemo_identity::Assurance::High => vzaemo_access::Assurance::High,
    }
}
