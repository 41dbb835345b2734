//! vzaemo-runtime
