//! What a program took: wall time, CPU time, peak memory.
//!
//! The figures come from `wait4`, which the system fills in for the very process that has ended: to the microsecond, with
//! all its threads, and without a sampler that could miss the peak. std has no `wait4`, but links the libc that does. A
//! child's peak counts this process's own size before `exec`, so this process stays small: what is measured inside a
//! process is measured in a child (see `stages`). Elsewhere than on 64-bit Linux there is wall time alone.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub wall: Duration,
    pub cpu: Option<Cpu>,
    /// Bytes.
    pub peak: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
pub struct Cpu {
    pub user: Duration,
    pub system: Duration,
}

impl Cpu {
    pub fn total(self) -> Duration {
        self.user + self.system
    }
}

impl Usage {
    /// Several runs one after the other: times add up, memory does not.
    pub fn sum(runs: &[Self]) -> Self {
        let cpu = runs.iter().try_fold(Cpu { user: Duration::ZERO, system: Duration::ZERO }, |sum, run| {
            let cpu = run.cpu?;
            Some(Cpu { user: sum.user + cpu.user, system: sum.system + cpu.system })
        });
        Self { wall: runs.iter().map(|run| run.wall).sum(), cpu, peak: runs.iter().filter_map(|run| run.peak).max() }
    }

    /// The run whose wall time is in the middle.
    pub fn median(runs: &[Self]) -> Self {
        let mut sorted = runs.to_vec();
        sorted.sort_by_key(|run| run.wall);
        sorted[sorted.len() / 2]
    }
}

/// Runs `command` to its end. An exit status other than 0 is an error that holds its last words.
pub fn run(command: &mut Command) -> io::Result<Usage> {
    let words = tempfile_for_stderr()?;
    command.stdin(Stdio::null()).stderr(words.1);
    let began = Instant::now();
    let child = command.spawn().map_err(|e| io::Error::other(format!("{}: {e}", command.get_program().display())))?;
    let (success, cpu, peak) = system::wait(child)?;
    let usage = Usage { wall: began.elapsed(), cpu, peak };
    let said = std::fs::read_to_string(&words.0).unwrap_or_default();
    std::fs::remove_file(&words.0)?;
    if success {
        return Ok(usage);
    }
    let end = said.trim_end().char_indices().rev().nth(1500).map_or(0, |(at, _)| at);
    Err(io::Error::other(format!("{} failed: {}", command.get_program().display(), &said.trim_end()[end..])))
}

/// A file, not a pipe: nobody has to read it while the program runs.
fn tempfile_for_stderr() -> io::Result<(std::path::PathBuf, std::fs::File)> {
    let path = std::env::temp_dir().join(format!("cniforge-bench-{}.stderr", std::process::id()));
    let file = std::fs::File::create(&path)?;
    Ok((path, file))
}

/// The CPU time of the calling thread; wall time where there is no such clock.
pub fn thread_time() -> Duration {
    system::thread_time()
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod system {
    #![allow(unsafe_code, reason = "std offers neither wait4 nor the clock of a thread")]

    use std::io;
    use std::process::Child;
    use std::time::Duration;

    use super::Cpu;

    const CLOCK_THREAD_CPUTIME_ID: i32 = 3;

    #[repr(C)]
    #[derive(Default)]
    struct Time {
        seconds: i64,
        /// Microseconds or nanoseconds, as the call has it.
        fraction: i64,
    }

    #[repr(C)]
    #[derive(Default)]
    struct ResourceUsage {
        user: Time,
        system: Time,
        max_rss_kib: i64,
        others: [i64; 13],
    }

    unsafe extern "C" {
        fn wait4(pid: i32, status: *mut i32, options: i32, usage: *mut ResourceUsage) -> i32;
        fn clock_gettime(clock: i32, time: *mut Time) -> i32;
    }

    pub fn wait(child: Child) -> io::Result<(bool, Option<Cpu>, Option<u64>)> {
        let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
        let (mut status, mut usage) = (0, ResourceUsage::default());
        // SAFETY: both pointers are to values of the layout that 64-bit Linux documents, alive during the call.
        while unsafe { wait4(pid, &raw mut status, 0, &raw mut usage) } < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        let micros = |time: &Time| {
            Duration::from_secs(time.seconds.unsigned_abs()) + Duration::from_micros(time.fraction.unsigned_abs())
        };
        let cpu = Cpu { user: micros(&usage.user), system: micros(&usage.system) };
        Ok((status == 0, Some(cpu), Some(usage.max_rss_kib.unsigned_abs() * 1024)))
    }

    pub fn thread_time() -> Duration {
        let mut time = Time::default();
        // SAFETY: as above; the clock exists on every Linux.
        unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        Duration::from_secs(time.seconds.unsigned_abs()) + Duration::from_nanos(time.fraction.unsigned_abs())
    }
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
mod system {
    use std::io;
    use std::process::Child;
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    use super::Cpu;

    pub fn wait(mut child: Child) -> io::Result<(bool, Option<Cpu>, Option<u64>)> {
        Ok((child.wait()?.success(), None, None))
    }

    pub fn thread_time() -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}
