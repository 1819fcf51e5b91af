//! When the engine's garbage is collected, and what of its heap is never looked at again.
//!
//! A collection looks at everything that the thread's engine holds, and most of that is the library, which is there to stay.
//! So what a collection has spared is retired. The engine's collector knows no generations, but lets go of all that it
//! tracks when asked to (`ObjectSpace::leak`). What was let go of lives on as long as it is referred to, and keeps alive what it
//! refers to; only its own cycles are never freed.

use std::cell::Cell;

use jrsonnet_gcmodule::{Cc, ObjectSpace, Trace, collect_thread_cycles, with_thread_object_space};

/// Bytes left behind by evaluations after which there is a collection: few, so that they are still in the processor's cache
/// and the next evaluation gets the same memory again.
const COLLECT_BEYOND: u64 = 1 << 20;

/// Evaluations after which there is one in any case: not every program counts bytes.
const COLLECT_EVERY: usize = 16;

/// Libraries of which something was retired and that were thrown away. Each is some 30 MB that nothing gives back, so where
/// definition after definition fails, the next ones are collected whole.
const MOST_LOST: usize = 1;

/// What one thread's evaluations have left behind.
#[derive(Debug, Default)]
pub struct Garbage {
    evaluations: usize,
    bytes: u64,
    lost: usize,
}

impl Garbage {
    /// To be made before the thread's engine makes anything.
    pub fn new() -> Self {
        thread_local!(static FIRST: Cell<bool> = const { Cell::new(true) });
        if FIRST.replace(false) {
            fence();
        }
        Self::default()
    }

    /// After an evaluation that has left that many bytes; `failed`: and took the library with it.
    pub fn add(&mut self, bytes: u64, failed: bool) {
        self.evaluations += 1;
        self.bytes += bytes;
        self.lost += usize::from(failed);
        if !failed && self.evaluations < COLLECT_EVERY && self.bytes < COLLECT_BEYOND {
            return;
        }
        (self.evaluations, self.bytes) = (0, 0);
        collect_thread_cycles();
        if !failed && self.lost <= MOST_LOST {
            retire();
        }
    }
}

/// To be called when a thread has evaluated its last definition: the end of a thread is one more collection.
pub fn forget_heap() {
    retire();
}

fn retire() {
    fence();
    with_thread_object_space(ObjectSpace::leak);
    fence();
}

/// The tracked objects are a ring, and the collector frees the link that closes it when it lets go of the rest. So an object
/// that is never freed stands on either side, and no other is ever unhooked from what is gone.
fn fence() {
    struct Post;
    impl Trace for Post {}
    std::mem::forget(Cc::new(Post));
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use jrsonnet_gcmodule::{Tracer, count_thread_tracked};

    use super::*;

    /// Refers to others, and says when it is freed.
    struct Node {
        others: RefCell<Vec<Cc<Node>>>,
        freed: Rc<Cell<usize>>,
    }

    impl Trace for Node {
        fn trace(&self, tracer: &mut Tracer<'_>) {
            for other in &*self.others.borrow() {
                other.trace(tracer);
            }
        }
    }

    impl Drop for Node {
        fn drop(&mut self) {
            self.freed.set(self.freed.get() + 1);
        }
    }

    fn node(freed: &Rc<Cell<usize>>) -> Cc<Node> {
        Cc::new(Node { others: RefCell::default(), freed: Rc::clone(freed) })
    }

    fn drop_a_cycle(freed: &Rc<Cell<usize>>) {
        let (a, b) = (node(freed), node(freed));
        a.others.borrow_mut().push(b.clone());
        b.others.borrow_mut().push(a);
    }

    /// Were it not, its neighbours would be the ends of the ring.
    #[test]
    fn a_post_is_tracked() {
        let before = count_thread_tracked();
        fence();
        assert_eq!(count_thread_tracked(), before + 1);
    }

    #[test]
    fn a_collection_looks_at_what_is_new_alone() {
        let mut garbage = Garbage::new();
        let freed = Rc::new(Cell::new(0));
        let library: Vec<Cc<Node>> = (0..1000).map(|_| node(&freed)).collect();
        drop_a_cycle(&freed);
        garbage.add(COLLECT_BEYOND, false);
        assert_eq!(freed.get(), 2);
        assert!(count_thread_tracked() < 10, "{}", count_thread_tracked());

        // What the library makes later stays, whatever refers to it, and goes with the library.
        library[0].others.borrow_mut().push(node(&freed));
        drop_a_cycle(&freed);
        garbage.add(COLLECT_BEYOND, false);
        assert_eq!(freed.get(), 4);
        drop(library);
        assert_eq!(freed.get(), 1005);
        garbage.add(COLLECT_BEYOND, false);
    }

    #[test]
    fn little_is_left_for_later() {
        let mut garbage = Garbage::new();
        let freed = Rc::new(Cell::new(0));
        drop_a_cycle(&freed);
        garbage.add(COLLECT_BEYOND - 1, false);
        assert_eq!(freed.get(), 0);
        garbage.add(1, false);
        assert_eq!(freed.get(), 2);
    }

    #[test]
    fn libraries_are_not_lost_again_and_again() {
        let mut garbage = Garbage::new();
        let freed = Rc::new(Cell::new(0));
        for _ in 0..5 {
            let (a, b) = (node(&freed), node(&freed));
            a.others.borrow_mut().push(b.clone());
            b.others.borrow_mut().push(a.clone());
            garbage.add(COLLECT_BEYOND, false);
            drop((a, b));
            garbage.add(0, true);
        }
        assert_eq!(freed.get(), (5 - 1 - MOST_LOST) * 2);
    }
}
