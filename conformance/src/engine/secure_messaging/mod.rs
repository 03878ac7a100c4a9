//! The terminal's side of secure messaging with the text application: encryption without any checksum.
//! Written from the notes on the card's interface, 2.12, and from nothing that the virtual card does.
//!
//! A step with `session` hands over the seed of a session; a step with `secured` sends its command under
//! that session, and its answer is taken out of its cover before anything is demanded of it.

mod channel;
mod cover;
mod delivery;

pub(crate) use cover::cover;

use super::session::{Answer, Session};
use super::signature;
use super::stop::{Difference, Stop};
use crate::scenario::{SessionKey, Step};
use channel::Channel;
use jpki_apdu::StatusWord;
use std::borrow::Cow;

/// What the terminal keeps of its sessions.
#[derive(Debug, Default)]
pub(crate) struct Terminal {
    /// Seeds that were sent so far.
    seeds: u32,
    /// The session opened last. It stays when the card has ended it: that the card refuses it then is a rule.
    channel: Option<Channel>,
}

/// A plain command under its cover.
pub(crate) struct Covered {
    /// The command as it would stand in clear.
    pub(crate) plain: Vec<u8>,
    /// Its number in the session.
    number: u128,
}

/// What SET SESSION KEY carries in this step: the next seed, in this form, under the key that the step names.
pub(crate) fn delivery(step: &Step, form: SessionKey, session: &Session<'_>) -> Result<Vec<u8>, Stop> {
    let Some(name) = &step.under else {
        return Err(Stop::suite("a session needs the public key that its seed is sent under"));
    };
    let key = signature::key_in(&session.saved_as(name)?.bytes)
        .map_err(|what| session.fail(Difference::new(format!("an RSA public key in {name}"), what)))?;
    delivery::cryptogram(form, &key, &delivery::seed(session.seed(), session.terminal.seeds))
}

/// How a report speaks of what SET SESSION KEY carries.
pub(crate) fn words(form: SessionKey) -> &'static str {
    match form {
        SessionKey::Right => "a seed",
        SessionKey::WrongTag => "a key for checksums",
        SessionKey::BothKeys => "a key for encryption and one for checksums",
        SessionKey::ShortSeed => "a seed one byte short",
        SessionKey::LongSeed => "a seed one byte long",
        SessionKey::TrailingByte => "a seed with a byte behind its template",
        SessionKey::NoTemplate => "a seed without its template",
        SessionKey::Modulus => "the modulus itself",
        SessionKey::BelowModulus => "the modulus less two",
    }
}

/// SET SESSION KEY was answered: a session is open when the card took the seed.
pub(crate) fn delivered(status: StatusWord, session: &mut Session<'_>) {
    let seed = delivery::seed(session.seed(), session.terminal.seeds);
    session.terminal.seeds += 1;
    if status == StatusWord::SUCCESS {
        session.terminal.channel = Some(Channel::open(&seed));
    }
}

/// The data of an answer. To a command that was sent under cover that is none, or one object with a cryptogram.
pub(crate) fn uncover<'d>(answer: &'d Answer, session: &Session<'_>) -> Result<Cow<'d, [u8]>, Stop> {
    let Some(covered) = &answer.covered else { return Ok(Cow::Borrowed(answer.data())) };
    let Some(channel) = &session.terminal.channel else { return Err(no_session()) };
    cover::uncover(channel, covered.number, answer.data()).map(Cow::Owned).map_err(|seen| {
        session.fail(Difference::new("one object 86 with padding indicator 01 and a cryptogram", seen))
    })
}

fn no_session() -> Stop {
    Stop::suite("a command is to be secured, but no step before opened a session")
}
