//! vzaemo-identity
