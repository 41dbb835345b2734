//! vzaemo-protection
