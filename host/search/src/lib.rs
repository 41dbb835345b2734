//! vzaemo-search
