//! vzaemo-tests
