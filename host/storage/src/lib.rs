//! vzaemo-storage
