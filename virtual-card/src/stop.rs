//! The end of a server, from outside: pulled once, seen by all its loops.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A cord that ends every loop that holds it. Clones are the same cord.
///
/// A loop that waits for bytes cannot look at it: such a wait is [broken](Self::breaks) when it is pulled.
#[derive(Clone, Default)]
pub struct Stop {
    cord: Arc<Cord>,
}

#[derive(Default)]
struct Cord {
    state: Mutex<State>,
    pulled: Condvar,
}

#[derive(Default)]
struct State {
    pulled: bool,
    waits: BTreeMap<u64, Box<dyn FnOnce() + Send>>,
    named: u64,
}

impl Stop {
    /// A cord that nobody has pulled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends everything that holds it. Pulled again it does nothing.
    pub fn pull(&self) {
        let waits = {
            let mut state = self.state();
            state.pulled = true;
            std::mem::take(&mut state.waits)
        };
        self.cord.pulled.notify_all();
        waits.into_values().for_each(|break_it| break_it());
    }

    /// Whether it has been pulled.
    #[must_use]
    pub fn is_pulled(&self) -> bool {
        self.state().pulled
    }

    /// Waits until it is pulled, but not longer than this; whether it was.
    pub fn wait(&self, limit: Duration) -> bool {
        // A limit beyond the clock's range is no limit.
        let Some(end) = Instant::now().checked_add(limit) else {
            self.wait_for_ever();
            return true;
        };
        let mut state = self.state();
        while !state.pulled {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.cord.pulled.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Waits until it is pulled.
    pub fn wait_for_ever(&self) {
        let mut state = self.state();
        while !state.pulled {
            state = self.cord.pulled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Has a wait broken by `break_it` when the cord is pulled: now, if it already was; never, once the result is
    /// dropped.
    pub fn breaks(&self, break_it: impl FnOnce() + Send + 'static) -> Wait {
        let mut state = self.state();
        if state.pulled {
            drop(state);
            break_it();
            return Wait { cord: Arc::clone(&self.cord), name: None };
        }
        let name = state.named;
        state.named += 1;
        state.waits.insert(name, Box::new(break_it));
        Wait { cord: Arc::clone(&self.cord), name: Some(name) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.cord.state()
    }
}

impl Cord {
    /// No code of others runs under the lock, so what a poisoned one guards is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stop(pulled: {})", self.is_pulled())
    }
}

/// A wait that a [`Stop`] breaks, until this is dropped.
#[must_use = "dropped, it breaks nothing any more"]
pub struct Wait {
    cord: Arc<Cord>,
    name: Option<u64>,
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(name) = self.name {
            let forgotten = self.cord.state().waits.remove(&name);
            // What it holds is dropped without the lock.
            drop(forgotten);
        }
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wait")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    fn counter() -> (Arc<AtomicU32>, impl Fn() + Clone + Send + 'static) {
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        (count, move || _ = counted.fetch_add(1, Ordering::SeqCst))
    }

    #[test]
    fn whoever_waits_is_woken_and_every_wait_is_broken_once() {
        let (stop, (broken, break_it)) = (Stop::new(), counter());
        let _wait = stop.breaks(break_it.clone());
        let _other = stop.breaks(break_it);
        assert!(!stop.is_pulled() && !stop.wait(Duration::ZERO));
        let waiting = thread::spawn({
            let stop = stop.clone();
            move || stop.wait(Duration::MAX)
        });
        stop.pull();
        stop.pull();
        assert!(waiting.join().expect("it does not panic"));
        assert!(stop.is_pulled());
        assert_eq!(broken.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_wait_that_is_over_is_left_alone() {
        let (stop, (broken, break_it)) = (Stop::new(), counter());
        drop(stop.breaks(break_it));
        stop.pull();
        assert_eq!(broken.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_wait_that_begins_too_late_is_broken_at_once() {
        let (stop, (broken, break_it)) = (Stop::new(), counter());
        stop.pull();
        let _wait = stop.breaks(break_it);
        assert_eq!(broken.load(Ordering::SeqCst), 1);
    }
}
