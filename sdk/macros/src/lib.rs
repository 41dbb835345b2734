//! vzaemo-sdk-macros
