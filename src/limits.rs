//! What one cluster may cost: stack depth, memory, time.
//!
//! A definition may come from a pull request that nobody has read, and jsonnet can ask for a billion elements in one
//! line. The engine limits the depth of its stack and nothing else, so memory and time are watched from the allocator,
//! which every evaluation calls all the time: when a cluster has used up its share, the meter trips the engine (its next
//! frame fails, the evaluation unwinds as an ordinary error and gives its memory back). An evaluation that cannot be tripped,
//! because one native function allocates without end, is parked inside the allocator, before the memory is given out; its thread
//! is written off and replaced. Other clusters go on in both cases.
//!
//! The memory limit needs [`MeteredAllocator`] as the program's global allocator; `cniforge` has it. A program that uses
//! the crate without it still has the limits on depth and time.

#![allow(unsafe_code, reason = "a global allocator is unsafe by its trait; the code here only counts")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What one cluster may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Nested calls and fields. Endless recursion ends here.
    pub stack_depth: usize,
    /// Bytes that the evaluation of one cluster may hold.
    pub memory: u64,
    /// Wall time of one cluster's evaluation.
    pub timeout: Duration,
}

impl Default for Limits {
    /// Room for some fifty times what a large cluster needs (measured: 10 MB, 20 ms).
    fn default() -> Self {
        Self { stack_depth: 2_000, memory: 512 << 20, timeout: Duration::from_secs(30) }
    }
}

/// Which limit a cluster has hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// [`Limits::memory`].
    Memory,
    /// [`Limits::timeout`].
    Time,
}

const GO: u64 = 0;
const CANCEL: u64 = 1;
const PARK: u64 = 2;

/// What [`Control::job`] says of an idle worker.
const NO_JOB: usize = usize::MAX;

const IDLE: u64 = u64::MAX;

/// What a worker's thread and the thread that watches it share.
#[derive(Debug)]
pub struct Control {
    born: Instant,
    /// Milliseconds after `born` at which the present evaluation began, or [`IDLE`].
    started: AtomicU64,
    /// Which evaluation of this thread is under way.
    generation: AtomicU64,
    /// What is asked of the evaluation of which generation: `generation << 2 | order`, so that an order that comes late
    /// does not meet the next evaluation.
    order: AtomicU64,
    /// The job in work, or [`NO_JOB`].
    job: AtomicUsize,
    written_off: AtomicBool,
    parked: AtomicU8,
    /// Bytes that a parked evaluation holds for ever.
    held: AtomicU64,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            born: Instant::now(),
            started: AtomicU64::new(IDLE),
            generation: AtomicU64::new(0),
            order: AtomicU64::new(GO),
            job: AtomicUsize::new(NO_JOB),
            written_off: AtomicBool::new(false),
            parked: AtomicU8::new(0),
            held: AtomicU64::new(0),
        }
    }
}

/// What the watching thread sees of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// At work within its limits, or idle.
    Fine,
    /// Gone for good: the limit that it hit, and the bytes that it keeps.
    Lost(Trip, u64),
}

impl Control {
    /// To be called every few milliseconds by the watching thread: cancels what is late, parks what does not heed that.
    pub fn watch(&self, limits: &Limits) -> Health {
        /// How long an evaluation may take to unwind before it is written off.
        const GRACE: Duration = Duration::from_millis(500);
        let held = self.held.load(Ordering::Acquire);
        match self.parked.load(Ordering::Acquire) {
            0 => {}
            1 => return Health::Lost(Trip::Memory, held),
            _ => return Health::Lost(Trip::Time, held),
        }
        // Before the time, so that an order never meets an evaluation that began after the look at the clock.
        let generation = self.generation.load(Ordering::Acquire);
        let started = self.started.load(Ordering::Acquire);
        if started == IDLE {
            return Health::Fine;
        }
        let running = self.born.elapsed().saturating_sub(Duration::from_millis(started));
        let timeout = limits.timeout;
        if running > timeout + GRACE * 2 {
            return Health::Lost(Trip::Time, limits.memory);
        }
        if running > timeout + GRACE {
            self.order.store(generation << 2 | PARK, Ordering::Release);
        } else if running > timeout {
            self.order.store(generation << 2 | CANCEL, Ordering::Release);
        }
        Health::Fine
    }

    /// The worker is given up: it takes no further job, should it ever come back.
    pub fn write_off(&self) {
        self.written_off.store(true, Ordering::Release);
    }

    /// Whether the worker has been given up.
    #[must_use]
    pub fn is_written_off(&self) -> bool {
        self.written_off.load(Ordering::Acquire)
    }

    /// Notes which job the worker has in work.
    pub fn set_job(&self, job: Option<usize>) {
        self.job.store(job.unwrap_or(NO_JOB), Ordering::Release);
    }

    /// The job in work.
    #[must_use]
    pub fn job(&self) -> Option<usize> {
        Some(self.job.load(Ordering::Acquire)).filter(|job| *job != NO_JOB)
    }

    /// The generation of the evaluation that begins.
    fn begin(&self) -> u64 {
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(IDLE - 1);
        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
        self.started.store(now, Ordering::Release);
        generation
    }

    fn end(&self) {
        self.started.store(IDLE, Ordering::Release);
    }
}

struct Meter {
    armed: Cell<bool>,
    live: Cell<i64>,
    limit: Cell<i64>,
    tripped: Cell<Option<Trip>>,
    /// Makes the engine fail at its next step; must not allocate.
    trip_engine: Cell<fn()>,
    control: Cell<*const Control>,
    generation: Cell<u64>,
    allocations: Cell<u64>,
    allocated: Cell<u64>,
}

thread_local! {
    static METER: Meter = const {
        Meter {
            armed: Cell::new(false),
            live: Cell::new(0),
            limit: Cell::new(i64::MAX),
            tripped: Cell::new(None),
            trip_engine: Cell::new(|| {}),
            control: Cell::new(std::ptr::null()),
            generation: Cell::new(0),
            allocations: Cell::new(0),
            allocated: Cell::new(0),
        }
    };
    static CONTROL: RefCell<Option<Arc<Control>>> = const { RefCell::new(None) };
}

/// Makes `control` the one through which this thread is watched.
pub fn watch_this_thread_with(control: Arc<Control>) {
    METER.with(|meter| meter.control.set(Arc::as_ptr(&control)));
    // Kept for the life of the thread, since the meter holds a bare pointer to it.
    CONTROL.with_borrow_mut(|slot| *slot = Some(control));
}

/// Runs `evaluate` within `limits`; says as well whether a limit was hit, in which case the result is of no use.
///
/// `trip_engine` must make the engine fail at its next step, without allocating.
pub fn within<T>(limits: &Limits, trip_engine: fn(), evaluate: impl FnOnce() -> T) -> (T, Option<Trip>) {
    struct Disarm;
    impl Drop for Disarm {
        fn drop(&mut self) {
            METER.with(|meter| meter.armed.set(false));
            CONTROL.with_borrow(|control| {
                if let Some(control) = control {
                    control.end();
                }
            });
        }
    }
    METER.with(|meter| {
        meter.live.set(0);
        meter.limit.set(i64::try_from(limits.memory).unwrap_or(i64::MAX));
        meter.tripped.set(None);
        meter.trip_engine.set(trip_engine);
    });
    let generation = CONTROL.with_borrow(|control| control.as_ref().map_or(0, |control| control.begin()));
    METER.with(|meter| meter.generation.set(generation));
    let disarm = Disarm;
    METER.with(|meter| meter.armed.set(true));
    let result = evaluate();
    drop(disarm);
    (result, METER.with(|meter| meter.tripped.get()))
}

/// Runs `work` unwatched: it holds a lock that other threads need, and must not be parked with it.
pub fn exempt<T>(work: impl FnOnce() -> T) -> T {
    struct Rearm(bool);
    impl Drop for Rearm {
        fn drop(&mut self) {
            METER.with(|meter| meter.armed.set(self.0));
        }
    }
    let _rearm = Rearm(METER.with(|meter| meter.armed.replace(false)));
    work()
}

/// Bytes that the last evaluation inside [`within`] has left behind on this thread; 0 without a [`MeteredAllocator`].
#[must_use]
pub fn left_behind() -> u64 {
    METER.with(|meter| u64::try_from(meter.live.get()).unwrap_or(0))
}

/// How often and how many bytes this thread has allocated inside [`within`] so far: `(allocations, bytes)`.
#[must_use]
pub fn allocated_by_this_thread() -> (u64, u64) {
    METER.with(|meter| (meter.allocations.get(), meter.allocated.get()))
}

/// An allocator that counts what a limited evaluation holds, over the one that gives out the memory.
#[derive(Debug, Default)]
pub struct MeteredAllocator<A>(pub A);

impl<A> MeteredAllocator<A> {
    #[inline]
    fn count(size: usize) {
        METER.with(|meter| {
            if meter.armed.get() {
                meter.take(size);
            }
        });
    }

    #[inline]
    fn give_back(size: usize) {
        METER.with(|meter| {
            if meter.armed.get() {
                meter.live.set(meter.live.get().saturating_sub_unsigned(size as u64));
            }
        });
    }
}

impl Meter {
    #[inline]
    fn take(&self, size: usize) {
        let live = self.live.get().saturating_add_unsigned(size as u64);
        self.live.set(live);
        self.allocations.set(self.allocations.get() + 1);
        self.allocated.set(self.allocated.get() + size as u64);
        // SAFETY: null, or into the Arc that CONTROL holds for the life of this thread.
        let order = unsafe { self.control.get().as_ref() }.map_or(GO, |control| control.order.load(Ordering::Relaxed));
        let order = if order >> 2 == self.generation.get() { order & 3 } else { GO };
        if live > self.limit.get() || order != GO {
            self.over(live, i64::try_from(size).unwrap_or(i64::MAX), order);
        }
    }

    #[cold]
    fn over(&self, live: i64, size: i64, order: u64) {
        let trip = if order == GO { Trip::Memory } else { Trip::Time };
        if self.tripped.get().is_none() {
            self.tripped.set(Some(trip));
        }
        // Each time, since a frame that ends makes room for another.
        (self.trip_engine.get())();
        let limit = self.limit.get();
        if order == PARK || live > limit.saturating_add(limit / 4) {
            self.park(live - size);
        }
    }

    fn park(&self, held: i64) {
        // SAFETY: as in `take`.
        let Some(control) = (unsafe { self.control.get().as_ref() }) else { return };
        self.armed.set(false);
        let reason = if self.tripped.get() == Some(Trip::Memory) { 1 } else { 2 };
        control.held.store(u64::try_from(held).unwrap_or(0), Ordering::Release);
        control.parked.store(reason, Ordering::Release);
        loop {
            std::thread::sleep(Duration::from_hours(1));
        }
    }
}

// SAFETY: every call goes on to the inner allocator unchanged; the counting allocates nothing and never unwinds.
unsafe impl<A: GlobalAlloc> GlobalAlloc for MeteredAllocator<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size());
        unsafe { self.0.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        Self::give_back(layout.size());
        unsafe { self.0.dealloc(ptr, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size());
        unsafe { self.0.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if new_size >= layout.size() {
            Self::count(new_size - layout.size());
        } else {
            Self::give_back(layout.size() - new_size);
        }
        unsafe { self.0.realloc(ptr, layout, new_size) }
    }
}
