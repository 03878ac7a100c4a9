//! The verb of a step: exactly one of its first fields.

use super::stop::Stop;
use crate::scenario::{Act, Power, SessionKey, Step};

/// What a step does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb<'s> {
    Select(&'s str),
    SelectEf(&'s str),
    Read(&'s str),
    ReadBinary(u32),
    ReadRecord(u8),
    Verify(&'s str),
    Query(&'s str),
    Lock(&'s str),
    Change(&'s str),
    Sign(&'s str),
    InternalAuthenticate(&'s str),
    Session(SessionKey),
    Challenge(u32),
    GetData(&'s str),
    Send(&'s str),
    Power(Power),
    Insert(&'s str),
    Act(Act),
    Verified(&'s str),
    NotVerified(&'s str),
    Enumerate(&'s str),
    Inspect(&'s str),
    Certificate(&'s str),
}

/// The verb of this step.
///
/// # Errors
/// The step has none, or several: the suite is wrong.
pub(crate) fn of(step: &Step) -> Result<Verb<'_>, Stop> {
    let verbs = [
        step.select.as_deref().map(Verb::Select),
        step.select_ef.as_deref().map(Verb::SelectEf),
        step.read.as_deref().map(Verb::Read),
        step.read_binary.map(Verb::ReadBinary),
        step.read_record.map(Verb::ReadRecord),
        step.verify.as_deref().map(Verb::Verify),
        step.query.as_deref().map(Verb::Query),
        step.lock.as_deref().map(Verb::Lock),
        step.change.as_deref().map(Verb::Change),
        step.sign.as_deref().map(Verb::Sign),
        step.internal_authenticate.as_deref().map(Verb::InternalAuthenticate),
        step.session.map(Verb::Session),
        step.challenge.map(Verb::Challenge),
        step.get_data.as_deref().map(Verb::GetData),
        step.send.as_deref().map(Verb::Send),
        step.power.map(Verb::Power),
        step.insert.as_deref().map(Verb::Insert),
        step.act.map(Verb::Act),
        step.verified.as_deref().map(Verb::Verified),
        step.not_verified.as_deref().map(Verb::NotVerified),
        step.enumerate.as_deref().map(Verb::Enumerate),
        step.inspect.as_deref().map(Verb::Inspect),
        step.certificate.as_deref().map(Verb::Certificate),
    ];
    let mut verbs = verbs.into_iter().flatten();
    match (verbs.next(), verbs.next()) {
        (Some(verb), None) => Ok(verb),
        (None, _) => Err(Stop::suite("a step has no verb")),
        (Some(_), Some(_)) => Err(Stop::suite("a step has several verbs")),
    }
}
