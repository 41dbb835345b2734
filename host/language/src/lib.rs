//! vzaemo-language
