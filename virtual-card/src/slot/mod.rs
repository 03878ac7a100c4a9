//! The reader's slot: which card is in, who is connected to it, and what goes wrong on the way.
//!
//! The wires (vpcd, TCP, standard input) ask the slot for answers and learn from it when to break their
//! connection; the control socket puts cards in, takes them out and changes them. All share one [`Slot`].
//!
//! | noun | file |
//! | --- | --- |
//! | a card as it was made, and from what | `personalised` |
//! | whether a reader can see the card | `presence` |
//! | who is connected to the card | `occupancy` |
//! | a command on its way to the card and back | `exchange` |
//! | the delay, the tear | `disturbance` |
//! | taking the card out and putting one in | `handling` |
//! | what happens to the card outside its commands | `change` |
//! | what outlives the server | `keeping` |
//! | why something cannot be done | `refusal` |
//! | all of it at a glance | `status` |

mod change;
mod disturbance;
mod exchange;
mod handling;
mod keeping;
mod occupancy;
mod personalised;
mod presence;
mod refusal;
mod status;

pub use disturbance::{LONGEST_DELAY, Tear, TearPoint};
pub use exchange::{Outcome, Power};
pub use occupancy::Occupancy;
pub use personalised::{CardError, PersonalisedCard, RecallError};
pub use presence::{Insertion, Presence, REMOVAL_SEEN};
pub use refusal::Refusal;
pub use status::{CertificateInSlot, KeyInSlot, Status};

use crate::ResponseBuffer;
use crate::authority::{Clock, Register};
use crate::state::Keeper;
use crate::transcript::Transcript;
use disturbance::Disturbances;
use jiff::Timestamp;
use occupancy::Occupants;
use presence::Door;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The clock counts no further than so many years; a wait of one is as good as any longer one.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A reader's slot with its card, shared by the wires and the control socket through an
/// [`Arc`](std::sync::Arc).
pub struct Slot {
    inside: Mutex<Inside>,
    /// The card that it was made with, by name or path.
    own: String,
    /// Told whenever a card comes or goes, and at the end.
    moved: Condvar,
    clock: Clock,
}

/// What the lock guards.
struct Inside {
    /// The card that is in; after a removal the one that was, so that it can be put back.
    card: PersonalisedCard,
    door: Door,
    occupants: Occupants,
    disturbances: Disturbances,
    keeper: Option<Keeper>,
    transcript: Option<Transcript>,
    /// Commands carried out since the start.
    commands: u64,
    /// Nobody is to wait for the card any more.
    ended: bool,
    buffer: ResponseBuffer,
}

impl Slot {
    /// A slot with this card in it; one that was destroyed counts as none.
    #[must_use]
    pub fn new(card: PersonalisedCard) -> Self {
        let (own, clock) = (card.source().to_owned(), Clock::on(card.as_of()));
        let inside = Inside {
            door: Door::new(!card.card().is_destroyed()),
            card,
            occupants: Occupants::default(),
            disturbances: Disturbances::default(),
            keeper: None,
            transcript: None,
            commands: 0,
            ended: false,
            buffer: ResponseBuffer::new(),
        };
        Self { inside: Mutex::new(inside), own, moved: Condvar::new(), clock }
    }

    /// The card that the slot was made with: name of an embedded card, or absolute path of a card file.
    #[must_use]
    pub fn own_card(&self) -> &str {
        &self.own
    }

    /// Waits until a reader can see a card, at most this long. After a removal that is [`REMOVAL_SEEN`] later at
    /// the earliest. `None` when the time is over, or the slot has [ended](Self::end).
    pub fn wait_for_card(&self, timeout: Duration) -> Option<Insertion> {
        let deadline = Instant::now() + timeout.min(LONGEST_WAIT);
        let mut inside = self.lock();
        loop {
            let now = Instant::now();
            let wake = match inside.door.presence(now) {
                Presence::In(insertion) => return Some(insertion),
                Presence::Soon(at) => at.min(deadline),
                Presence::Empty => deadline,
            };
            if now >= deadline || inside.ended {
                return None;
            }
            inside = self.wait(inside, wake - now);
        }
    }

    /// Lets nobody wait any more, for a card to come or for one that takes its time: the server ends.
    pub fn end(&self) {
        self.lock().ended = true;
        self.moved.notify_all();
    }

    /// Whether a reader can see a card now.
    #[must_use]
    pub fn presence(&self) -> Presence {
        self.lock().door.presence(Instant::now())
    }

    /// Answer to reset of the card; `None` when there is none to be seen.
    #[must_use]
    pub fn atr(&self) -> Option<Vec<u8>> {
        let inside = self.lock();
        inside.door.is_seen(Instant::now()).then(|| inside.card.card().atr().to_vec())
    }

    /// What the clock of the authority shows: a moment of the as-of date of the first card, and of the days after it
    /// when they come.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the authority says about the certificates of the card.
    #[must_use]
    pub fn register(&self) -> Register {
        self.lock().card.register().clone()
    }

    /// A thread that panicked leaves a whole card behind: no change of it is made in steps.
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the lock away until a card comes or goes, at most this long.
    fn wait<'a>(&self, inside: MutexGuard<'a, Inside>, at_most: Duration) -> MutexGuard<'a, Inside> {
        self.moved.wait_timeout(inside, at_most).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = self.lock();
        f.debug_struct("Slot")
            .field("card", &inside.card)
            .field("presence", &inside.door.presence(Instant::now()))
            .field("commands", &inside.commands)
            .finish_non_exhaustive()
    }
}
