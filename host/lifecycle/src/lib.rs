//! vzaemo-lifecycle
