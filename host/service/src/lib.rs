//! vzaemo-service
