//! A card that is served in this process, until the test ends.

use crate::{AS_OF, PATIENCE};
use jpki_virtual_card::slot::{PersonalisedCard, Slot};
use jpki_virtual_card::stop::Stop;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

/// The slot, and the thread that serves it.
pub(crate) struct Served {
    pub(crate) slot: Arc<Slot>,
    stop: Stop,
    server: Option<JoinHandle<()>>,
    ended: mpsc::Receiver<()>,
}

impl Served {
    /// Has the standard card served by `serve`.
    pub(crate) fn by(serve: impl FnOnce(&Slot, &Stop) + Send + 'static) -> Self {
        let as_of = AS_OF.parse().expect("a date");
        let card = PersonalisedCard::load("standard", as_of).expect("an embedded card");
        let (slot, stop) = (Arc::new(Slot::new(card)), Stop::new());
        let (ends, ended) = mpsc::channel();
        let server = thread::spawn({
            let (slot, stop) = (Arc::clone(&slot), stop.clone());
            move || {
                serve(&slot, &stop);
                // Nobody listens when the test has failed.
                let _ = ends.send(());
            }
        });
        Self { slot, stop, server: Some(server), ended }
    }

    /// Asks the server to end, and waits until it has.
    pub(crate) fn ends_when_asked(mut self) {
        self.stop.pull();
        self.ended.recv_timeout(PATIENCE).expect("it ends soon");
        self.server.take().expect("it ran").join().expect("it did not panic");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.pull();
    }
}
