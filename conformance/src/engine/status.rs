//! Steps about the security status and the counters of keys: `verified`, `not_verified`, `lock`.

use super::command;
use super::expect;
use super::session::{Answer, Order, Session};
use super::stop::{Difference, Stop};
use super::verb::Verb;
use crate::scenario::{Proof, Step};
use jpki_apdu::StatusWord;

/// Does what the key opens: it succeeds when the security status is there, and is refused with `6982` when
/// it is not. A query never tells. The file that was selected before is selected again afterwards.
pub(crate) fn proof(key: &str, there: bool, session: &mut Session<'_>) -> Result<(), Stop> {
    let file = command::file(key, session)?;
    let Some(proof) = &file.proof else {
        return Err(Stop::suite(format!("nothing that {key} opens can be seen from outside")));
    };
    let before = session.file();
    let (Proof::Read(opened) | Proof::Sign(opened)) = proof;
    let number = command::file_number(opened, session)?;
    let selected = session.send(command::select_file(number, opened))?;
    demand(StatusWord::SUCCESS, &selected, "", session)?;
    let order = match proof {
        // One byte tells, and stays clear of how the card answers a READ that ends early.
        Proof::Read(_) => command::read_block(0, 1, opened),
        Proof::Sign(_) => command::order(&Step::default(), Verb::Sign(opened), session)?,
    };
    let answer = session.send(order)?;
    if there {
        demand(StatusWord::SUCCESS, &answer, &format!(": {key} is verified"), session)?;
    } else {
        let why = format!(": {key} is not verified");
        demand(StatusWord::SECURITY_NOT_SATISFIED, &answer, &why, session)?;
    }
    if let Some(number) = before.filter(|before| session.file() != Some(*before)) {
        let again = session.send(command::select_file(number, "that was current before"))?;
        demand(StatusWord::SUCCESS, &again, "", session)?;
    }
    Ok(())
}

/// Presents wrong values until no try is left, and checks every answer on the way.
pub(crate) fn lock(key: &str, step: &Step, session: &mut Session<'_>) -> Result<(), Stop> {
    let asked = Step { key: Some(key.to_owned()), by: step.by, ..Step::default() };
    let known = session.tries(key);
    let query = command::order(&asked, Verb::Query(key), session)?;
    let tries = tries_left(query, known, session)?;
    for left in (0..tries).rev() {
        let value = if left % 2 == 0 { "wrong" } else { "wrong-again" };
        let verify = command::order(&asked, Verb::Verify(value), session)?;
        let answer = session.send(verify)?;
        demand(StatusWord::tries_left(left), &answer, "", session)?;
    }
    let query = command::order(&asked, Verb::Query(key), session)?;
    tries_left(query, Some(0), session).map(|_| ())
}

fn tries_left(query: Order, expected: Option<u8>, session: &mut Session<'_>) -> Result<u8, Stop> {
    let status = session.send(query)?.status();
    match (status.tries(), expected) {
        (Some(tries), None) => Ok(tries),
        (Some(tries), Some(expected)) if tries == expected => Ok(tries),
        (_, Some(expected)) => {
            let expected = expect::explained(StatusWord::tries_left(expected));
            Err(session.fail(Difference::new(expected, expect::explained(status))))
        }
        (None, None) => Err(session.fail(Difference::new("63Cx (tries left)", expect::explained(status)))),
    }
}

fn demand(expected: StatusWord, answer: &Answer, why: &str, session: &Session<'_>) -> Result<(), Stop> {
    if answer.status() == expected {
        return Ok(());
    }
    let expected = format!("{}{why}", expect::explained(expected));
    Err(session.fail(Difference::new(expected, expect::explained(answer.status()))))
}
