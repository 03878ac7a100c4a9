//! `run` on a card in a reader: look at it, hold the plan against it, play what is left, put it in order.

use super::what::{Ready, What};
use crate::adapter::{NotStarted, Opening};
use crate::exit_code::ExitCode;
use crate::guard::{Against, Guard, Guarded, NoSurvey, NotAdmitted, Plan};
use crate::report::{Paint, budget, closing};
use crate::scenario::Case;
use std::fmt::Write as _;
use std::sync::Arc;

/// Why nothing is played on a guarded card.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotMet {
    /// The card did not come.
    #[error(transparent)]
    NotStarted(#[from] NotStarted),
    /// The first look at it came to no end.
    #[error(transparent)]
    NoSurvey(#[from] NoSurvey),
    /// It is refused for safety.
    #[error("{}", told.trim_end())]
    Refused {
        /// The budget and what speaks against the run, for people.
        told: String,
    },
}

impl NotMet {
    /// How the program ends.
    pub(super) const fn exit_code(&self) -> ExitCode {
        match self {
            Self::NotStarted(_) | Self::NoSurvey(NoSurvey::Transport(_)) => ExitCode::Implementation,
            Self::NoSurvey(NoSurvey::LookingCosts(_)) | Self::Refused { .. } => ExitCode::RefusedForSafety,
        }
    }
}

/// The plan of these cases.
pub(super) fn plan<'s>(what: &What, ready: &Ready, cases: &[&'s Case]) -> Plan<'s> {
    Plan::new(cases, &ready.suite.names, &ready.known, &what.leave())
}

/// Opens the card and takes the first look at it, which presents nothing.
pub(super) fn meet(what: &What, ready: &Ready, opening: &Opening) -> Result<Guard, NotMet> {
    let card = what.card.open(opening)?;
    Ok(Guard::meet(card, &Arc::new(ready.suite.names.clone()), &ready.known)?)
}

/// Lets the plan in, or tells what speaks against it.
pub(super) fn admit(what: &What, plan: &Plan<'_>, mut guard: Guard) -> Result<Guarded, NotMet> {
    let admitted = guard.admit(plan, what.leave(), what.card_serial.as_deref());
    let refused = match admitted {
        Ok(()) => return Ok(Guarded::new(guard)),
        Err(NotAdmitted::Transport(error)) => {
            return Err(NoSurvey::Transport(error).into());
        }
        Err(refused) => refused,
    };
    let mut told = String::new();
    match refused {
        NotAdmitted::Refused(refusal) => {
            told.push_str("refused for safety; nothing was presented to the card\n");
            for reason in &refusal.reasons {
                let _ = writeln!(told, "  {reason}");
            }
            if refusal.reasons.contains(&Against::NothingHarmless) {
                let words: Vec<String> = plan.missing().iter().map(|it| format!("--allow {it}")).collect();
                let _ = match &words[..] {
                    [] => {
                        writeln!(told, "  no leave would play it: it is never played on a card in a reader")
                    }
                    words => writeln!(told, "  what would play all of it: {}", words.join(" ")),
                };
            }
        }
        _ => told.push_str(&closing(&guard.finish(), Paint::plain())),
    }
    told.push_str(&budget(plan, Some(guard.survey())));
    Err(NotMet::Refused { told })
}
