//! Power cuts for tests: everything that a process has written after its last `fsync` is thrown away.
//!
//! `kill -9` takes nothing away from what a process has written: the system's cache survives it. To see whether what was
//! acknowledged was durable, this crate puts itself between a program and the system. A program that links it has its
//! `write`, `fsync`, `fdatasync`, `ftruncate`, `rename` and `unlink` instead of the C library's: symbols of the program
//! itself come first, also for SQLite within it. Nothing is loaded into a process from outside, and no privileges are
//! needed.
//!
//! In a process that was not [armed](arm) all of them just ask the system. In an armed one, of each file below one folder
//! there is a *platter* besides: what a disk would hold after a power cut. Writes go to the file alone; `fsync` and
//! `fdatasync` bring to the platter what has been written to the file since the last time (and do not trouble the real
//! disk). After the process was killed, [`cut`] makes the files what their platters are.
//!
//! The model is a journaling file system such as ext4, at its strictest where it matters here:
//! - of what was not synced nothing is left;
//! - names (`rename`, `unlink`) are durable at once, a file that was never synced is gone;
//! - what is written through `mmap` was never written. SQLite maps only its `-shm` file, which it makes anew after a crash.

mod disk;
mod system;

pub use disk::{arm, begin, cut};
