//! vzaemo-registers
