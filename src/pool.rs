//! Runs jobs on worker threads that each keep an engine of their own, and replaces a worker that is lost to a limit.
//!
//! The engine's values never leave their thread; what comes back is plain data. Jobs are handed out in order and may come
//! back in any, so whoever shows results sorts them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::evaluate;
use crate::limits::{self, Control, Health, Limits, Trip};

/// Address space, not memory: pages are taken as they are used. The engine and its parser recurse on data. The second is
/// for a system that does not give out address space so freely.
const WORKER_STACKS: [usize; 2] = [1 << 30, 64 << 20];

/// How often late evaluations are looked for.
const WATCH: Duration = Duration::from_millis(20);

/// What parked workers may hold, in shares of one cluster, before the run stops evaluating. One that asked for too much at
/// once holds next to nothing; one that grew step by step holds its whole share.
const MOST_HELD: u64 = 4;

/// A job that has ended. `Err` carries a panic of our own code on to the thread that waits.
struct Done<R> {
    job: usize,
    result: thread::Result<R>,
}

/// What became of a job.
#[derive(Debug)]
pub enum Outcome<R> {
    /// It ran to its end.
    Done(R),
    /// Its worker had to be given up.
    Lost(Trip),
    /// It was not begun: too many workers had been given up before.
    NotRun,
}

/// One worker that keeps its engine from job to job, for a program that stays. A job that is lost to a limit takes the engine
/// with it; the next one gets a new one.
pub struct Keeper<W> {
    bounds: Limits,
    make: Arc<dyn Fn() -> W + Send + Sync>,
    worker: Option<KeptWorker<W>>,
}

type KeptJob<W> = Box<dyn FnOnce(&mut W) + Send>;

struct KeptWorker<W> {
    jobs: mpsc::Sender<KeptJob<W>>,
    control: Arc<Control>,
}

impl<W: 'static> Keeper<W> {
    /// `make` is called in the worker's thread.
    pub fn new(bounds: Limits, make: impl Fn() -> W + Send + Sync + 'static) -> Self {
        Self { bounds, make: Arc::new(make), worker: None }
    }

    /// Runs one job to its end, or until it is lost.
    pub fn run<R: Send + 'static>(&mut self, work: impl FnOnce(&mut W) -> R + Send + 'static) -> Outcome<R> {
        let Some(worker) = self.worker.take().or_else(|| self.spawn()) else { return Outcome::NotRun };
        let (sender, receiver) = mpsc::channel();
        let job = move |state: &mut W| {
            let result = catch_unwind(AssertUnwindSafe(|| work(state)));
            // Whoever waited may have given the job up.
            let _ = sender.send(result);
        };
        if worker.jobs.send(Box::new(job)).is_err() {
            return Outcome::NotRun;
        }
        loop {
            match receiver.recv_timeout(WATCH) {
                Ok(result) => {
                    self.worker = Some(worker);
                    return Outcome::Done(result.unwrap_or_else(|panic| resume_unwind(panic)));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Outcome::NotRun,
            }
            if let Health::Lost(trip, _) = worker.control.watch(&self.bounds) {
                worker.control.write_off();
                return Outcome::Lost(trip);
            }
        }
    }

    fn spawn(&self) -> Option<KeptWorker<W>> {
        let (jobs, queue) = mpsc::channel::<KeptJob<W>>();
        let queue = Arc::new(Mutex::new(queue));
        let control = Arc::new(Control::default());
        let start = |stack: usize| {
            let (queue, control, make) = (Arc::clone(&queue), Arc::clone(&control), Arc::clone(&self.make));
            thread::Builder::new().name("kept-worker".to_owned()).stack_size(stack).spawn(move || {
                limits::watch_this_thread_with(Arc::clone(&control));
                let mut state = make();
                let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                while let Ok(job) = queue.recv() {
                    job(&mut state);
                    if control.is_written_off() {
                        break;
                    }
                }
                std::mem::forget(state);
                evaluate::forget_heap();
            })
        };
        WORKER_STACKS.iter().any(|stack| start(*stack).is_ok()).then_some(KeptWorker { jobs, control })
    }
}

/// Runs every job and returns the outcomes in the order of the jobs.
///
/// `make` is called once in each worker's thread, `work` for each job, `seen` in this thread as jobs end. Jobs whose
/// evaluation exceeds `bounds` are cancelled through [`limits`].
pub fn run<J, W, R>(
    jobs: Vec<J>,
    workers: usize,
    bounds: Limits,
    make: impl Fn() -> W + Send + Sync + 'static,
    work: impl Fn(&mut W, &J) -> R + Send + Sync + 'static,
    mut seen: impl FnMut(),
) -> Vec<Outcome<R>>
where
    J: Send + Sync + 'static,
    R: Send + 'static,
{
    let total = jobs.len();
    if total == 0 {
        return Vec::new();
    }
    let jobs = Arc::new(jobs);
    let queue: Arc<Mutex<VecDeque<usize>>> = Arc::new(Mutex::new((0..total).collect()));
    let (sender, receiver) = mpsc::channel::<Done<R>>();
    let task = Arc::new((make, work));
    let mut controls: Vec<Arc<Control>> = Vec::new();
    let mut outcomes: Vec<Option<Outcome<R>>> = (0..total).map(|_| None).collect();
    let spawn = |controls: &mut Vec<Arc<Control>>| {
        let worker = controls.len();
        let control = Arc::new(Control::default());
        controls.push(Arc::clone(&control));
        let start = |stack: usize| {
            let (jobs, queue, sender, task) =
                (Arc::clone(&jobs), Arc::clone(&queue), sender.clone(), Arc::clone(&task));
            let control = Arc::clone(&control);
            thread::Builder::new().name(format!("worker-{worker}")).stack_size(stack).spawn(move || {
                limits::watch_this_thread_with(Arc::clone(&control));
                let mut state = (task.0)();
                while !control.is_written_off() {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(job) = next else { break };
                    control.set_job(Some(job));
                    let result = catch_unwind(AssertUnwindSafe(|| (task.1)(&mut state, &jobs[job])));
                    control.set_job(None);
                    if sender.send(Done { job, result }).is_err() {
                        break;
                    }
                }
                // The process is about to end or its caller to go on: freeing the engine's heap would only cost time.
                std::mem::forget(state);
                evaluate::forget_heap();
            })
        };
        WORKER_STACKS.iter().any(|stack| start(*stack).is_ok())
    };
    let mut alive = 0;
    for _ in 0..workers.clamp(1, total) {
        alive += usize::from(spawn(&mut controls));
    }
    let mut lost = vec![false; controls.len()];
    let mut total_held = 0_u64;
    let mut ended = 0;
    while ended < total && alive > 0 {
        match receiver.recv_timeout(WATCH) {
            // A worker that was written off may still come to an end; its job has been answered.
            Ok(Done { job, result }) if outcomes[job].is_none() => {
                outcomes[job] = Some(Outcome::Done(result.unwrap_or_else(|panic| resume_unwind(panic))));
                ended += 1;
                seen();
            }
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        for worker in 0..controls.len() {
            if lost[worker] {
                continue;
            }
            let Health::Lost(trip, held) = controls[worker].watch(&bounds) else { continue };
            lost[worker] = true;
            total_held = total_held.saturating_add(held);
            alive -= 1;
            controls[worker].write_off();
            if let Some(job) = controls[worker].job().filter(|job| outcomes[*job].is_none()) {
                outcomes[job] = Some(Outcome::Lost(trip));
                ended += 1;
                seen();
            }
            if total_held < bounds.memory.saturating_mul(MOST_HELD) {
                alive += usize::from(spawn(&mut controls));
                lost.resize(controls.len(), false);
            } else {
                for job in queue.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                    outcomes[job] = Some(Outcome::NotRun);
                    ended += 1;
                }
            }
        }
    }
    outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::NotRun)).collect()
}
