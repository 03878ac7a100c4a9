//! The guard of a card in a reader. Three wrong PINs lock a real card until its holder visits the municipal
//! office, so nothing leaves for such a card that could bring it near that.
//!
//! Before anything is presented, the [`Plan`] works out the worst that a selection could cost each key, the
//! [`Survey`] reads the counters of the card, and both are held against the [`Leave`] that was given.
//! While cases are played, the [`Guard`] stands at the transport and judges every command by its bytes
//! alone ([`classify`]), looks at the counters after everything that could move one, and ends the run at the
//! first [`Difference`].

mod command;
mod counter;
mod difference;
mod effect;
mod forecast;
mod fresh;
mod guarded;
mod look;
mod own;
mod place;
mod plan;
mod present;
mod restore;
mod survey;
mod talk;
mod watch;

pub use command::{Class, Reference, Selects, classify};
pub use counter::{LEAST_LEFT, RESENT};
pub use difference::{After, Difference};
pub use effect::{Allowed, Effect, Leave, NoLeave};
pub use forecast::Forecast;
pub use guarded::Guarded;
pub use own::own_values;
pub use plan::{Against, Disposition, KeyCost, Plan, Refusal};
pub use restore::{Closing, Ending};
pub use survey::{NoSurvey, Survey};
pub use watch::{Guard, NotAdmitted};
