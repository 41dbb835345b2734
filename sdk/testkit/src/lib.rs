//! vzaemo-testkit
