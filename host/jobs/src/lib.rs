//! vzaemo-jobs
