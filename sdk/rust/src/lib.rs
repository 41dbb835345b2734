//! vzaemo-sdk
