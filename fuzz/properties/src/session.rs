//! A session with the card as bytes: commands in the card's own words or raw ones, and resets.
//!
//! Everything is read from the front, so that a session can be written as well as read; the seeds are made so.

use arbitrary::{Arbitrary, Result, Unstructured};
use jpki_apdu::{CommandBuf, Reset};

/// Commands and resets in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session(pub Vec<Step>);

/// One thing that happens to the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A reset.
    Reset(Reset),
    /// Any bytes.
    Raw(Vec<u8>),
    /// SELECT of the application with this number, counted around.
    SelectApplication(u8),
    /// SELECT of an elementary file.
    SelectFile(u8),
    /// VERIFY with this P2 and the value with this number.
    Verify(u8, u8),
    /// VERIFY without data and with this P2.
    Query(u8),
    /// READ BINARY with these P1, P2 and Le.
    Read(u8, u8, u8),
    /// COMPUTE DIGITAL SIGNATURE with these P1 and P2 over so many bytes.
    Sign(u8, u8, u8),
    /// CHANGE REFERENCE DATA of the current file to the value with this number.
    Change(u8),
}

/// Longest session: enough to lock every key, short enough to run thousands in a second.
const MOST_STEPS: usize = 256;

impl<'a> Arbitrary<'a> for Session {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut steps = Vec::new();
        while !u.is_empty() && steps.len() < MOST_STEPS {
            steps.push(Step::arbitrary(u)?);
        }
        Ok(Self(steps))
    }
}

impl<'a> Arbitrary<'a> for Step {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut byte = || u8::arbitrary(u);
        Ok(match byte()? % 9 {
            0 => Self::Reset(if byte()? % 2 == 0 { Reset::Cold } else { Reset::Warm }),
            1 => {
                let wanted = usize::from(u16::arbitrary(u)?);
                Self::Raw(u.bytes(wanted.min(u.len()))?.to_vec())
            }
            2 => Self::SelectApplication(byte()?),
            3 => Self::SelectFile(byte()?),
            4 => Self::Verify(byte()?, byte()?),
            5 => Self::Query(byte()?),
            6 => Self::Read(byte()?, byte()?, byte()?),
            7 => Self::Sign(byte()?, byte()?, byte()?),
            _ => Self::Change(byte()?),
        })
    }
}

impl Session {
    /// The bytes that read as this session.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(Step::to_bytes).collect()
    }
}

impl Step {
    fn to_bytes(&self) -> Vec<u8> {
        match *self {
            Self::Reset(Reset::Cold) => vec![0, 0],
            Self::Reset(Reset::Warm) => vec![0, 1],
            Self::Raw(ref command) => {
                let kept = &command[..command.len().min(usize::from(u16::MAX))];
                let length = (kept.len() as u16).to_le_bytes();
                [&[1], &length[..], kept].concat()
            }
            Self::SelectApplication(number) => vec![2, number],
            Self::SelectFile(id) => vec![3, id],
            Self::Verify(p2, value) => vec![4, p2, value],
            Self::Query(p2) => vec![5, p2],
            Self::Read(p1, p2, le) => vec![6, p1, p2, le],
            Self::Sign(p1, p2, length) => vec![7, p1, p2, length],
            Self::Change(value) => vec![8, value],
        }
    }

    /// The command APDU of this step, with the names of applications and the values to choose from; none for
    /// a reset.
    pub(crate) fn command(&self, names: &[Vec<u8>], values: &[Vec<u8>]) -> Option<Vec<u8>> {
        let pick = |from: &[Vec<u8>], number: u8| from[usize::from(number) % from.len()].clone();
        let command = match *self {
            Self::Reset(_) => return None,
            Self::Raw(ref bytes) => return Some(bytes.clone()),
            Self::SelectApplication(number) => CommandBuf::new(0, 0xA4, 4, 0x0C).data(pick(names, number)),
            Self::SelectFile(id) => CommandBuf::new(0, 0xA4, 2, 0x0C).data([0, id]),
            Self::Verify(p2, value) => CommandBuf::new(0, 0x20, 0, p2).data(pick(values, value)),
            Self::Query(p2) => CommandBuf::new(0, 0x20, 0, p2),
            Self::Read(p1, p2, le) => {
                CommandBuf::new(0, 0xB0, p1, p2).le(if le == 0 { 256 } else { le.into() })
            }
            Self::Sign(p1, p2, length) => {
                CommandBuf::new(0x80, 0x2A, p1, p2).data(vec![0x5A; length.into()]).le(256)
            }
            Self::Change(value) => CommandBuf::new(0, 0x24, 1, 0x80).data(pick(values, value)),
        };
        Some(command.encode().expect("every step fits into a command"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_read_as_a_session_is_written_as_one(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(session) = Session::arbitrary(&mut Unstructured::new(&bytes)) {
                let again = session.to_bytes();
                prop_assert_eq!(Session::arbitrary(&mut Unstructured::new(&again)).expect("a session"), session);
            }
        }
    }

    #[test]
    fn a_command_of_a_scenario_survives_as_a_raw_step() {
        let session =
            Session(vec![Step::Raw(vec![0, 0x20, 0, 0x80]), Step::Reset(Reset::Warm), Step::Query(0x98)]);
        let bytes = session.to_bytes();
        assert_eq!(Session::arbitrary(&mut Unstructured::new(&bytes)).expect("a session"), session);
    }
}
