//! A command in words, and which of its fields may be shown: only those that are vouched for here. Whatever a
//! command is, wherever it came from and however it is malformed, the rest is hidden.

use super::instruction::{Class, Instruction};
use super::mask::Shown;
use super::onlooker::{Effect, Onlooker};
use super::place::Place;
use crate::image::CardImage;
use jpki_apdu::Command;
use jpki_apdu::shown::spaced;

/// What a command is.
#[derive(Clone, Debug)]
pub(super) struct Decoded {
    /// In words. They hold nothing of the data field but the names of applications and files.
    pub(super) words: String,
    /// How much of the command may be shown.
    pub(super) shown: Shown,
    /// The data of the answer may be shown: anybody can have it from this card.
    pub(super) open: bool,
    /// What it does to the selection.
    pub(super) effect: Effect,
}

impl Decoded {
    /// Of the command `shown`, of the answer nothing.
    fn new(words: String, shown: Shown) -> Self {
        Self { words, shown, open: false, effect: Effect::Strange }
    }

    fn effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    /// The answer may be shown if this holds.
    fn open_if(self, open: bool) -> Self {
        Self { open, ..self }
    }
}

/// Puts a command into words, as it stands in the selection that the onlooker has seen.
pub(super) fn decode(bytes: &[u8], seen: &Onlooker, image: &CardImage) -> Decoded {
    let &[cla, ins, _, _, ..] = bytes else {
        return Decoded::new(format!("no command, {}", count(bytes.len())), Shown::Nothing);
    };
    let found = Instruction::of(cla, ins);
    let Ok(command) = Command::parse(bytes) else {
        let name = found.map_or_else(|| unknown(cla, ins), |(instruction, _)| instruction.name().into());
        return Decoded::new(format!("{name}, malformed"), Shown::Header);
    };
    let Some((instruction, class)) = found else {
        return Decoded::new(format!("{}{}", unknown(cla, ins), and_data(&command)), Shown::Lengths);
    };
    let shown = if instruction.carries_a_value() { Shown::Lc } else { Shown::Lengths };
    match class {
        Class::Plain => plain(instruction, command, shown, Place::now(seen, image)),
        Class::Secured => {
            let words = format!("secured {}{}", instruction.name(), and_data(&command));
            let selects = matches!(instruction, Instruction::Select | Instruction::ReadBinary);
            Decoded::new(words, shown).effect(if selects { Effect::Forget } else { Effect::Strange })
        }
        Class::Other(class) => {
            let words = format!("{} in class {cla:02X}, {class}{}", instruction.name(), and_data(&command));
            Decoded::new(words, shown)
        }
    }
}

/// A command in the class that the card speaks.
fn plain(instruction: Instruction, command: Command<'_>, shown: Shown, place: Place<'_>) -> Decoded {
    let name = instruction.name();
    match instruction {
        Instruction::Select => select(&command, &place),
        Instruction::ReadBinary => read_binary(&command, &place),
        Instruction::ReadRecord => read_record(&command, &place),
        Instruction::Verify | Instruction::ChangeReferenceData | Instruction::ChangeKey => {
            let what = match command {
                Command { data: [], le: None, .. } if instruction == Instruction::Verify => ", query".into(),
                Command { data: [], le: Some(_), .. } if instruction == Instruction::Verify => {
                    ", query with Le".into()
                }
                _ => and_data(&command),
            };
            let p1 = and_p1(command.p1, if instruction == Instruction::ChangeReferenceData { 1 } else { 0 });
            let words = format!("{name} {}{p1}{what}", place.key(command.p2));
            Decoded::new(words, shown).effect(Effect::None)
        }
        Instruction::ComputeDigitalSignature => {
            let (scheme, is_message) = scheme(command.p1);
            let words = format!("{name} {}{}, {scheme}", place.signing_key(command.p2), and_data(&command));
            let shown = if is_message { Shown::Lengths } else { Shown::All };
            Decoded::new(words, shown).effect(Effect::None).open_if(true)
        }
        Instruction::InternalAuthenticate => {
            let words = format!("{name} {}{}", place.key(command.p2), and_data(&command));
            Decoded::new(words, Shown::All).effect(Effect::None).open_if(true)
        }
        Instruction::GetChallenge => {
            let words =
                format!("{name}{}", command.le.map_or_else(String::new, |le| format!(", {}", count(le))));
            Decoded::new(words, shown).effect(Effect::None).open_if(true)
        }
        Instruction::GetData => {
            let tag = u16::from_be_bytes([command.p1, command.p2]);
            let words = format!("{name} {}", object(tag).unwrap_or(&spaced(&tag.to_be_bytes())));
            Decoded::new(words, shown).effect(Effect::None).open_if(true)
        }
        Instruction::SetSessionKey | Instruction::TerminalCertificate => {
            let words = format!("{name}{}", and_data(&command));
            Decoded::new(words, shown).effect(Effect::None)
        }
    }
}

fn select(command: &Command<'_>, place: &Place<'_>) -> Decoded {
    let (words, effect) = match (command.p1, command.data) {
        (0x00, []) => ("SELECT master file".into(), Effect::Strange),
        (0x00, [_, _]) => (format!("SELECT master file {}", spaced(command.data)), Effect::Strange),
        (0x02, &[hi, lo]) => {
            let id = u16::from_be_bytes([hi, lo]);
            (format!("SELECT {}", place.file(id)), Effect::File(id))
        }
        (0x04, name) => {
            let fci = if command.p2 == 0 { ", with FCI" } else { "" };
            (format!("SELECT {}{fci}", place.application(name)), Effect::Application(name.to_vec()))
        }
        (p1, _) => {
            let words = format!("SELECT with P1 {p1:02X}{}", and_data(command));
            return Decoded::new(words, Shown::Lengths).effect(Effect::Strange);
        }
    };
    // SELECT without data at P1 = 00 does nothing on this card, whatever it answers.
    let nothing = command.p1 == 0 && command.data.is_empty();
    Decoded::new(words, Shown::All).effect(if nothing { Effect::None } else { effect }).open_if(true)
}

fn read_binary(command: &Command<'_>, place: &Place<'_>) -> Decoded {
    let by_short_identifier = command.p1 & 0x80 != 0;
    let (file, offset) = if by_short_identifier {
        (place.by_short_identifier(command.p1), u16::from(command.p2))
    } else {
        (place.current(), u16::from_be_bytes([command.p1, command.p2]))
    };
    let effect = if by_short_identifier { Effect::Touch(file) } else { Effect::None };
    let length = command.le.map_or_else(|| "no Le".into(), count);
    let words = format!("READ BINARY {}, {length} from {offset}{}", place.named(file), and_data(command));
    Decoded::new(words, Shown::Lengths).effect(effect).open_if(place.is_free(file))
}

fn read_record(command: &Command<'_>, place: &Place<'_>) -> Decoded {
    let short_identifier = command.p2 >> 3;
    let (file, effect) = match short_identifier {
        0 => (place.current(), Effect::None),
        sfi => (place.by_short_identifier(sfi), Effect::Touch(place.by_short_identifier(sfi))),
    };
    let words = format!("READ RECORD {}, record {}{}", place.named(file), command.p1, and_data(command));
    Decoded::new(words, Shown::Lengths).effect(effect).open_if(place.is_free(file))
}

/// What the card does with the data that it signs, by P1; and whether the data is the message itself.
fn scheme(p1: u8) -> (String, bool) {
    let (words, is_message) = match p1 {
        0x00 => ("padded as it is", false),
        0x01 => ("hashed by the card, bare", true),
        0x02 => ("SHA-256", false),
        0x03 => ("hashed by the card", true),
        0x04 => ("SHA-256, PSS", false),
        0x05 => ("hashed by the card, PSS", true),
        _ => return (format!("P1 {p1:02X}"), true),
    };
    (words.into(), is_message)
}

/// The data objects of the card.
fn object(tag: u16) -> Option<&'static str> {
    Some(match tag {
        0x0042 => "issuer identification",
        0x0045 => "card identification number",
        0x0066 => "card recognition data",
        0x00F0 => "municipality code",
        0x00F2 => "expiry of the card",
        0x00F7 => "key of the intermediate authority",
        0x00F8 => "card-verifiable certificate",
        0x5F51 => "answer to reset",
        0x7F21 => "next card-verifiable certificate",
        _ => return None,
    })
}

fn unknown(cla: u8, ins: u8) -> String {
    format!("unknown command {}", spaced(&[cla, ins]))
}

/// `, with P1 05`, when it is another than the command asks for.
fn and_p1(p1: u8, usual: u8) -> String {
    if p1 == usual { String::new() } else { format!(", with P1 {p1:02X}") }
}

/// `, 4 bytes`, when there is a data field.
fn and_data(command: &Command<'_>) -> String {
    if command.data.is_empty() { String::new() } else { format!(", {}", count(command.data.len())) }
}

/// `1 byte`, `2 bytes`.
pub(super) fn count(number: impl TryInto<u64>) -> String {
    match number.try_into().unwrap_or(u64::MAX) {
        1 => "1 byte".into(),
        number => format!("{number} bytes"),
    }
}
