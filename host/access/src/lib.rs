//! vzaemo-access
