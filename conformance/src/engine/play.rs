//! Plays one case, step by step, against one card.

use super::Stage;
use super::known::KnownCard;
use super::needs::Needs;
use super::restore::NewValue;
use super::session::{Order, Session};
use super::step::play_step;
use super::stop::{Failure, Stop};
use super::transcript::Transcript;
use crate::adapter::{Can, CardUnderTest};
use crate::scenario::Case;
use crate::verdict::{Outcome, Verdict};
use jpki_apdu::CommandBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What became of a case, with everything that a report has to say about it.
#[derive(Clone, Debug)]
pub struct Played {
    /// The verdict.
    pub verdict: Verdict,
    /// What was expected and seen, when it failed.
    pub failure: Option<Failure>,
    /// What was said to the card, masked.
    pub transcript: Transcript,
    /// How long it took.
    pub took: Duration,
    /// What it left behind on a card that cannot be made fresh.
    pub left: Left,
}

/// State of the keys after a case, as far as the harness knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Keys with fewer tries than they have when full, by name; 0 for a locked one.
    pub tries: Vec<(String, u8)>,
    /// Keys whose value is no longer the factory's.
    pub changed: Vec<(String, NewValue)>,
    /// The chip was forced open.
    pub destroyed: bool,
}

/// Plays a case against the card. It starts from a fresh card and leaves it as it is at the end.
pub fn play(case: &Case, card: &mut dyn CardUnderTest, own: &Arc<KnownCard>, stage: &Stage<'_>) -> Played {
    let began = Instant::now();
    let wanted = named_card(case);
    let known = match wanted.filter(|name| own.profile().name != *name) {
        None => Ok(own),
        Some(name) => {
            stage.cards.get(name).ok_or_else(|| Stop::suite(format!("no card is called \"{name}\"")))
        }
    };
    let known = match known {
        Ok(known) => Arc::clone(known),
        Err(stop) => return Played::ended(stop, began.elapsed()),
    };
    // A card under test that is the wanted one by its profile has nothing to be put into.
    let other = wanted.filter(|name| own.profile().name != *name);
    if let Err(stop) = applies(case, &known, stage).and_then(|()| put_in(other, card)) {
        return Played::ended(stop, began.elapsed());
    }
    let mut session = Session::new(card, known, stage, case.steps.len());
    let result = steps(case, &mut session);
    let left = session.left();
    let (outcome, failure) = outcome(result);
    let verdict = Verdict { outcome, notes: std::mem::take(&mut session.notes) };
    Played { verdict, failure, transcript: session.transcript, took: began.elapsed(), left }
}

impl Played {
    /// A case of which no step was played.
    #[must_use]
    pub fn without_a_step(outcome: Outcome) -> Self {
        let (transcript, left) = (Transcript::default(), Left::default());
        Self { verdict: outcome.into(), failure: None, transcript, took: Duration::ZERO, left }
    }

    fn ended(stop: Stop, took: Duration) -> Self {
        let (outcome, failure) = outcome(Err(stop));
        Self { failure, took, ..Self::without_a_step(outcome) }
    }
}

fn outcome(result: Result<(), Stop>) -> (Outcome, Option<Failure>) {
    match result {
        Ok(()) => (Outcome::Passed, None),
        Err(Stop::Failed(failure)) => (Outcome::Failed, Some(*failure)),
        Err(Stop::Skipped(reason)) => (Outcome::Skipped { reason }, None),
        Err(Stop::NotApplicable(reason)) => (Outcome::NotApplicable { reason }, None),
        Err(Stop::Error { fault, reason }) => (Outcome::Error { fault, reason }, None),
    }
}

/// The case concerns a card of this profile.
fn applies(case: &Case, known: &KnownCard, stage: &Stage<'_>) -> Result<(), Stop> {
    if let Some(application) = &case.given.application
        && !known.profile().applications.contains(application)
    {
        return Err(Stop::NotApplicable(format!("the card has no application \"{application}\"")));
    }
    for (name, wanted) in &case.given.knobs {
        let Some(seen) = known.knob(name) else {
            return Err(Stop::suite(format!("a card's profile has no knob \"{name}\"")));
        };
        if seen != *wanted {
            let reason = format!("it needs a card with {name} = \"{wanted}\"; this one has \"{seen}\"");
            return Err(Stop::NotApplicable(reason));
        }
    }
    // Who names a card knows what it is like; every other case is written for one with all it needs.
    if named_card(case).is_none() {
        Needs::of(case, stage.names).met_by(known).map_err(Stop::NotApplicable)?;
    }
    Ok(())
}

/// The personalisation that a case asks for.
fn named_card(case: &Case) -> Option<&str> {
    case.given.card.as_deref().filter(|name| *name != "any")
}

pub(super) fn put_in(wanted: Option<&str>, card: &mut dyn CardUnderTest) -> Result<(), Stop> {
    match card.fresh(wanted) {
        Ok(Can::Done) => Ok(()),
        Ok(Can::Refused(reason)) => Err(Stop::Skipped(match wanted {
            Some(name) => format!("this card cannot be put into the state \"{name}\": {reason}"),
            None => reason,
        })),
        Err(error) => Err(Stop::transport(&error, error.to_string())),
    }
}

fn steps(case: &Case, session: &mut Session<'_>) -> Result<(), Stop> {
    // A scenario that names the card or the knob wants to see the first answer; every other one gets past it.
    let wake = !case.given.knobs.contains_key("first_command_fails") && named_card(case).is_none();
    if wake {
        wake_up(session)?;
    }
    for (index, step) in case.steps.iter().enumerate() {
        session.step.0 = index + 1;
        for _ in 0..step.times.unwrap_or(1) {
            session.check_time()?;
            play_step(step, wake, session)?;
        }
    }
    Ok(())
}

/// Some cards answer their first command after power-up with `6F00`, whatever it is: SELECT without effect.
pub(super) fn wake_up(session: &mut Session<'_>) -> Result<(), Stop> {
    if session.known().profile().knobs.first_command_fails {
        let bytes = CommandBuf::new(0x00, 0xA4, 0x00, 0x00).encode().unwrap_or_default();
        session.send(Order::plain("a first command, thrown away".to_owned(), bytes))?;
    }
    Ok(())
}
