//! Plays one case, step by step, against one card.

use super::known::KnownCard;
use super::needs::Needs;
use super::restore::NewValue;
use super::session::{Order, Session};
use super::stop::{Difference, Failure, Stop};
use super::transcript::{Privacy, Transcript};
use super::verb::{self, Verb};
use super::{Stage, certificate, command, data, enumerate, expect, pin, read, secure_messaging, status};
use crate::adapter::{Can, CardEvent, CardUnderTest};
use crate::scenario::{Act, Case, Power, Step};
use crate::verdict::{Outcome, Verdict};
use jpki_apdu::{CommandBuf, Reset};
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

fn put_in(wanted: Option<&str>, card: &mut dyn CardUnderTest) -> Result<(), Stop> {
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
fn wake_up(session: &mut Session<'_>) -> Result<(), Stop> {
    if session.known().profile().knobs.first_command_fails {
        let bytes = CommandBuf::new(0x00, 0xA4, 0x00, 0x00).encode().unwrap_or_default();
        session.send(Order::plain("a first command, thrown away".to_owned(), bytes))?;
    }
    Ok(())
}

fn play_step(step: &Step, wake: bool, session: &mut Session<'_>) -> Result<(), Stop> {
    match verb::of(step)? {
        Verb::Read(name) => {
            let content = read::read(name, step, session)?;
            content.map_or(Ok(()), |(bytes, privacy)| look_at(step, &bytes, privacy, session))
        }
        Verb::Inspect(name) => {
            let saved = session.saved(name)?;
            look_at(step, &saved.bytes, saved.privacy, session)
        }
        Verb::Certificate(name) => certificate::check(name, step, session),
        Verb::Lock(key) => status::lock(key, step, session),
        Verb::Verified(key) => status::proof(key, true, session),
        Verb::NotVerified(key) => status::proof(key, false, session),
        Verb::Enumerate(application) => enumerate::enumerate(application, step, session),
        Verb::Power(power) => {
            reset(power, session)?;
            let atr = session.card.atr();
            look_at(step, &atr, Privacy::Public, session)?;
            if wake { wake_up(session) } else { Ok(()) }
        }
        Verb::Insert(name) => insert(name, session),
        Verb::Act(event) => act(event, step, session),
        verb => exchange(step, verb, session),
    }
}

/// A verb that sends one command and looks at its answer.
fn exchange(step: &Step, verb: Verb<'_>, session: &mut Session<'_>) -> Result<(), Stop> {
    let tries_before = match verb {
        Verb::Query(key) => session.tries(key),
        _ => None,
    };
    let order = command::order(step, verb, session)?;
    let order = match step.secured {
        Some(how) => secure_messaging::cover(order, how, session)?,
        None => order,
    };
    if step.dead {
        return dead(order, session);
    }
    let answer = session.send(order)?;
    if let Verb::Session(_) = verb {
        secure_messaging::delivered(answer.status(), session);
    }
    match expect::status(step, verb, &answer, session, tries_before)? {
        expect::Fit::Demanded => {
            let data = secure_messaging::uncover(&answer, session)?;
            look_at(step, &data, answer.privacy, session)
        }
        expect::Fit::Plausible => Ok(()),
    }
}

/// The card does not answer at all, or only with an error.
fn dead(order: Order, session: &mut Session<'_>) -> Result<(), Stop> {
    let Ok(answer) = session.try_send(order) else { return Ok(()) };
    let alive = matches!(answer.status().0 >> 8, 0x90 | 0x61 | 0x62 | 0x63);
    if !alive && answer.data().is_empty() {
        return Ok(());
    }
    let seen = expect::explained(answer.status());
    Err(session.fail(Difference::new("no answer, or only an error", seen)))
}

fn look_at(step: &Step, bytes: &[u8], privacy: Privacy, session: &mut Session<'_>) -> Result<(), Stop> {
    data::check(step, bytes, privacy, session)?;
    if let Some(name) = &step.save {
        session.save(name, bytes, privacy);
    }
    Ok(())
}

fn reset(power: Power, session: &mut Session<'_>) -> Result<(), Stop> {
    let (reset, words) = match power {
        Power::Cold => (Reset::Cold, "cold reset"),
        Power::Warm => (Reset::Warm, "warm reset"),
    };
    let done = session.card.reset(reset);
    let seen = done.as_ref().map_or_else(ToString::to_string, |can| match can {
        Can::Done => "done".to_owned(),
        Can::Refused(reason) => reason.clone(),
    });
    session.transcript.event(session.step.0, words, session.secrets().scrub(&seen));
    match done {
        Ok(Can::Done) => session.powered_up(),
        Ok(Can::Refused(reason)) => {
            let reason = session.secrets().scrub(&reason);
            return Err(Stop::Skipped(format!("this card cannot be given a {words}: {reason}")));
        }
        Err(error) => {
            return Err(Stop::transport(&error, format!("{words}: {}", session.secrets().scrub(&seen))));
        }
    }
    Ok(())
}

fn insert(name: &str, session: &mut Session<'_>) -> Result<(), Stop> {
    let Some(known) = session.stage().cards.get(name) else {
        return Err(Stop::suite(format!("no card is called \"{name}\"")));
    };
    put_in(Some(name), session.card)?;
    session.transcript.event(session.step.0, format!("insert the card {name}"), "done");
    session.meet(Arc::clone(known));
    Ok(())
}

fn act(event: Act, step: &Step, session: &mut Session<'_>) -> Result<(), Stop> {
    let (event, words) = match event {
        Act::Tamper => (CardEvent::Tamper, "somebody forces the chip open".to_owned()),
        Act::Unlock => {
            let Some(key) = command::key(step, session).map(str::to_owned) else {
                return Err(Stop::suite("`unlock` needs a key"));
            };
            let value = match &step.to {
                Some(words) => pin::value(words, Some(&key), session)?,
                None => session.known().value(&key).map_err(Stop::Skipped)?.to_vec(),
            };
            let words = format!("the municipality initialises {key}");
            (CardEvent::Unlock { key, value }, words)
        }
    };
    match session.card.act(&event) {
        Ok(Can::Done) => session.transcript.event(session.step.0, words, "done"),
        Ok(Can::Refused(reason)) => {
            let reason = session.secrets().scrub(&reason);
            return Err(Stop::Skipped(format!("{words}: this card cannot be put through it: {reason}")));
        }
        Err(error) => {
            let reason = session.secrets().scrub(&error.to_string());
            return Err(Stop::transport(&error, format!("{words}: {reason}")));
        }
    }
    match event {
        CardEvent::Unlock { key, value } => {
            session.set_pin(&key, value);
            session.set_full(&key);
        }
        CardEvent::Tamper => session.destroyed = true,
    }
    Ok(())
}
