//! The functions of the C library that stand in its place. Each asks the system by number, as the C library does, and
//! tells what has happened to a watched file.
//!
//! They are not cancellation points, which Rust and SQLite do not use. While the lock of `disk` is held only files
//! outside the watched folder are written, which is found out without that lock; so none waits for itself.
#![allow(unsafe_code)]
// What the system answers fits what the C library hands on: it does the same.
#![allow(clippy::cast_possible_truncation)]

use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use libc::{c_char, c_int, c_long, c_void, iovec, off_t, size_t, ssize_t};

use crate::disk;

/// Has the functions below linked into the program: who names them gets them, and then everybody does.
pub(crate) fn take_place() {
    std::hint::black_box([
        write as *const (),
        writev as *const (),
        pwrite as *const (),
        pwrite64 as *const (),
        ftruncate as *const (),
        ftruncate64 as *const (),
        fsync as *const (),
        fdatasync as *const (),
        unlink as *const (),
        rename as *const (),
    ]);
}

/// What the system answered, and if something was written to a watched file, that it was.
fn tell(descriptor: c_int, begin: Option<u64>, answer: c_long) -> ssize_t {
    if let Ok(length) = u64::try_from(answer)
        && length > 0
        && let (Some(name), Some(begin)) = (disk::watched(descriptor), begin)
    {
        disk::wrote(name, begin, length);
    }
    answer as ssize_t
}

/// Where the next bytes go that are written to a watched file without saying where; nothing for all others.
fn position(descriptor: c_int) -> Option<u64> {
    disk::watched(descriptor)?;
    // SAFETY: it only asks; a number that is no open file is answered with -1.
    let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
    let whence = if flags & libc::O_APPEND == 0 { libc::SEEK_CUR } else { libc::SEEK_END };
    // SAFETY: it reads or moves a position; with O_APPEND the write that follows moves it there in any case.
    u64::try_from(unsafe { libc::lseek(descriptor, 0, whence) }).ok()
}

/// # Safety
/// As the C library's `write`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(descriptor: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    let begin = position(descriptor);
    // SAFETY: the system call of this name takes the same arguments; the caller vouches for them.
    tell(descriptor, begin, unsafe { libc::syscall(libc::SYS_write, descriptor, bytes, count) })
}

/// # Safety
/// As the C library's `writev`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(descriptor: c_int, pieces: *const iovec, count: c_int) -> ssize_t {
    let begin = position(descriptor);
    // SAFETY: as above.
    tell(descriptor, begin, unsafe { libc::syscall(libc::SYS_writev, descriptor, pieces, count) })
}

/// # Safety
/// As the C library's `pwrite`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(
    descriptor: c_int,
    bytes: *const c_void,
    count: size_t,
    at: off_t,
) -> ssize_t {
    // SAFETY: as above.
    let answer = unsafe { libc::syscall(libc::SYS_pwrite64, descriptor, bytes, count, at) };
    tell(descriptor, u64::try_from(at).ok(), answer)
}

/// # Safety
/// As the C library's `pwrite64`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(
    descriptor: c_int,
    bytes: *const c_void,
    count: size_t,
    at: off_t,
) -> ssize_t {
    // SAFETY: the caller's promise for the one is that for the other.
    unsafe { pwrite(descriptor, bytes, count, at) }
}

/// # Safety
/// As the C library's `ftruncate`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate(descriptor: c_int, length: off_t) -> c_int {
    // SAFETY: it takes no pointer.
    let answer = unsafe { libc::syscall(libc::SYS_ftruncate, descriptor, length) };
    if answer == 0
        && let (Some(name), Ok(length)) = (disk::watched(descriptor), u64::try_from(length))
    {
        disk::truncated(name, length);
    }
    answer as c_int
}

/// # Safety
/// As the C library's `ftruncate64`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(descriptor: c_int, length: off_t) -> c_int {
    // SAFETY: the caller's promise for the one is that for the other.
    unsafe { ftruncate(descriptor, length) }
}

fn synced(name: &Path) -> c_int {
    match disk::sync(name) {
        Ok(()) => 0,
        Err(error) => {
            // SAFETY: it gives the place of this thread's own error number.
            unsafe { *libc::__errno_location() = error.raw_os_error().unwrap_or(libc::EIO) };
            -1
        }
    }
}

/// # Safety
/// As the C library's `fsync`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(descriptor: c_int) -> c_int {
    match disk::watched(descriptor) {
        Some(name) => synced(&name),
        // SAFETY: it takes no pointer.
        None => unsafe { libc::syscall(libc::SYS_fsync, descriptor) as c_int },
    }
}

/// # Safety
/// As the C library's `fdatasync`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(descriptor: c_int) -> c_int {
    match disk::watched(descriptor) {
        Some(name) => synced(&name),
        // SAFETY: it takes no pointer.
        None => unsafe { libc::syscall(libc::SYS_fdatasync, descriptor) as c_int },
    }
}

/// # Safety
/// The path must be one of the C library's: bytes that end with a zero.
unsafe fn watched_path(path: *const c_char) -> Option<PathBuf> {
    // SAFETY: the caller vouches for it.
    let path = unsafe { CStr::from_ptr(path) };
    disk::watched_path(Path::new(std::ffi::OsStr::from_bytes(path.to_bytes())))
}

/// # Safety
/// As the C library's `unlink`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    // SAFETY: the caller promises a path to `unlink` too.
    let name = unsafe { watched_path(path) };
    // SAFETY: as above.
    let answer = unsafe { libc::syscall(libc::SYS_unlinkat, libc::AT_FDCWD, path, 0) };
    if let (0, Some(name)) = (answer, name) {
        disk::removed(&name);
    }
    answer as c_int
}

/// # Safety
/// As the C library's `rename`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: the caller promises two paths to `rename` too.
    let names = unsafe { (watched_path(from), watched_path(to)) };
    // SAFETY: as above.
    let answer = unsafe { libc::syscall(libc::SYS_renameat2, libc::AT_FDCWD, from, libc::AT_FDCWD, to, 0) };
    if let (0, (Some(from), Some(to))) = (answer, names) {
        disk::renamed(&from, &to);
    }
    answer as c_int
}
