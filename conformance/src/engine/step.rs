//! Plays one step: what it does, then what it demands.

use super::play::{put_in, wake_up};
use super::session::{Order, Session};
use super::stop::{Difference, Stop};
use super::transcript::Privacy;
use super::verb::{self, Verb};
use super::{certificate, command, data, enumerate, expect, pin, read, secure_messaging, status};
use crate::adapter::{Can, CardEvent};
use crate::scenario::{Act, Power, Step};
use jpki_apdu::{Reset, TransportFault};
use std::sync::Arc;

/// Plays a step. `wake`: the first command after power-up is thrown away where the card's profile asks for it.
pub(super) fn play_step(step: &Step, wake: bool, session: &mut Session<'_>) -> Result<(), Stop> {
    match verb::of(step)? {
        Verb::Read(name) => {
            let content = read::read(name, step, session)?;
            content.map_or(Ok(()), |(bytes, privacy)| look_at(step, &bytes, privacy, session))
        }
        Verb::Inspect(name) => {
            let saved = session.saved_as(name)?;
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
    let answer = match session.try_send(order) {
        Ok(answer) => answer,
        // Silence of the card; of the guard before it, it proves nothing.
        Err(error) if error.fault == TransportFault::Withheld => return Err(Stop::Skipped(error.detail)),
        Err(_) => return Ok(()),
    };
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
