//! vzaemo-audit
