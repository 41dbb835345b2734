//! vzaemo-cabinet
