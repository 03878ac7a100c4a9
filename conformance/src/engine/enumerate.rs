//! `enumerate`: which files of an application can be read right now.

use super::command::{self, FULL};
use super::session::Session;
use super::stop::{Difference, Stop};
use super::verb::Verb;
use crate::scenario::Step;
use jpki_apdu::StatusWord;

/// The file identifiers of this card; each has a short identifier of its own.
const IDENTIFIERS: std::ops::RangeInclusive<u16> = 0x0001..=0x001E;

/// Tries to read every file of an application; exactly those that the step names are readable.
pub(crate) fn enumerate(application: &str, step: &Step, session: &mut Session<'_>) -> Result<(), Stop> {
    if session.application() != Some(application) {
        let select = command::order(&Step::default(), Verb::Select(application), session)?;
        let answer = session.send(select)?;
        if answer.status() != StatusWord::SUCCESS {
            let seen = super::expect::explained(answer.status());
            return Err(session.fail(Difference::new("9000, and then its files", seen)));
        }
    }
    let names = command::application(application, session)?;
    let mut readable = Vec::new();
    for number in IDENTIFIERS {
        session.check_time()?;
        let name = names
            .files
            .iter()
            .find(|file| file.id == number)
            .map_or_else(|| format!("{number:04X}"), |file| file.name.clone());
        if can_be_read(number, &name, session)? {
            readable.push(name);
        }
    }
    let Some(expected) = &step.readable else { return Ok(()) };
    let (mut expected, mut seen) = (expected.clone(), readable);
    expected.sort();
    seen.sort();
    if expected == seen {
        return Ok(());
    }
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Err(session.fail(Difference::new(format!("readable: {}", list(&expected)), list(&seen))))
}

fn can_be_read(number: u16, name: &str, session: &mut Session<'_>) -> Result<bool, Stop> {
    if session.send(command::select_file(number, name))?.status() != StatusWord::SUCCESS {
        return Ok(false);
    }
    let answer = session.send(command::read_block(0, FULL, name))?;
    if answer.status() != StatusWord::CONFLICTS_WITH_FILE {
        return Ok(!answer.data().is_empty());
    }
    // A file of records, or of a key.
    let record = command::order(&Step::default(), Verb::ReadRecord(1), session)?;
    Ok(!session.send(record)?.data().is_empty())
}
