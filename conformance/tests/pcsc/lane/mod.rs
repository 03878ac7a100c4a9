//! What a test finds when it begins: a place of its own, a reader, a card, the tools of the system.

mod isolation;
mod program;
mod reader;
mod run;
mod scene;
mod session;
mod survivors;
mod test;
mod tool;
mod virtual_card;

pub(crate) use isolation::free_port;
pub(crate) use program::Program;
pub(crate) use reader::{Reader, Slot};
pub(crate) use run::Lane;
pub(crate) use scene::Scene;
pub(crate) use session::{Pin, Session};
pub(crate) use test::{Test, tests};
pub(crate) use tool::{Tool, tool, tool_with};
pub(crate) use virtual_card::{AS_OF, VirtualCard};

use std::thread;
use std::time::{Duration, Instant};

/// How long anything in a test is waited for before it counts as hung. Nothing that works takes a tenth of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// Waits until something is there.
///
/// # Panics
/// When it is not there in time: the test has failed then, with these words.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {} s in vain: {what}", PATIENCE.as_secs());
        thread::sleep(Duration::from_millis(5));
    }
}
