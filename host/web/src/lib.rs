//! vzaemo-web
