//! From a step to the command that it sends, with the words that a report has for it.

use super::pin;
use super::secure_messaging;
use super::session::{Order, Session};
use super::stop::Stop;
use super::value;
use super::verb::Verb;
use crate::scenario::{Addressing, FileName, Le, Scheme, Step};
use jpki_apdu::CommandBuf;

/// The greatest short Le.
pub(crate) const FULL: u32 = 256;

/// A command before the modifiers of its step.
struct Draft {
    words: String,
    header: [u8; 4],
    data: Vec<u8>,
    /// Le where the step gives none.
    le: Option<u32>,
}

/// The command of a verb that sends exactly one.
pub(crate) fn order(step: &Step, verb: Verb<'_>, session: &Session<'_>) -> Result<Order, Stop> {
    if let Verb::Send(text) = verb {
        let bytes = value::hex(text)?;
        return Ok(Order::plain(format!("{} bytes as given", bytes.len()), bytes));
    }
    let mut draft = draft(step, verb, session)?;
    for (at, byte) in [(0, &step.cla), (2, &step.p1), (3, &step.p2)] {
        if let Some(text) = byte {
            draft.header[at] = one_byte(text)?;
        }
    }
    let [cla, ins, p1, p2] = draft.header;
    let le = match step.le {
        Some(Le::Absent) => None,
        Some(Le::Bytes(n)) => Some(n),
        // SELECT with P2 = 00 asks for the control information.
        None if matches!(verb, Verb::Select(_)) && p2 == 0x00 => Some(FULL),
        None => draft.le,
    };
    let mut command = CommandBuf::new(cla, ins, p1, p2).data(draft.data);
    if let Some(le) = le {
        command = command.le(le);
    }
    if step.extended {
        command = command.extended();
    }
    let bytes = command.encode().map_err(|error| Stop::suite(error.to_string()))?;
    Ok(Order::plain(draft.words, bytes))
}

fn draft(step: &Step, verb: Verb<'_>, session: &Session<'_>) -> Result<Draft, Stop> {
    let draft = |words: String, header, data: Vec<u8>, le| Ok(Draft { words, header, data, le });
    match verb {
        Verb::Select(name) => {
            let mut aid = match name.strip_prefix("aid:") {
                Some(hex) => value::hex(hex)?,
                None => application(name, session)?.aid.clone(),
            };
            let mut words = format!("SELECT {name}");
            if let Some(take) = step.take {
                aid.truncate(usize::from(take));
                words = format!("{words}, the first {} bytes of its name", aid.len());
            }
            draft(words, [0x00, 0xA4, 0x04, 0x0C], aid, None)
        }
        Verb::SelectEf(name) => {
            let number = file_number(name, session)?;
            draft(format!("SELECT EF {name}"), [0x00, 0xA4, 0x02, 0x0C], number.to_be_bytes().to_vec(), None)
        }
        Verb::ReadBinary(offset) => read_binary(step, offset, session),
        Verb::ReadRecord(record) => {
            let (sfi, of) = match &step.sfi {
                Some(name) => (short_identifier(name, session)?, format!(" of {name}")),
                None => (0, String::new()),
            };
            let header = [0x00, 0xB2, record, sfi << 3 | 0x04];
            draft(format!("READ RECORD {record}{of}"), header, Vec::new(), Some(FULL))
        }
        Verb::Verify(words) => {
            let key = key(step, session);
            let data = pin::value(words, key, session)?;
            let p2 = key_reference(step, key, session)?;
            let name = key.unwrap_or("the current file");
            draft(format!("VERIFY {name}, {}", pin::words(words)), [0x00, 0x20, 0x00, p2], data, None)
        }
        Verb::Query(key) => {
            let p2 = key_reference(step, Some(key), session)?;
            draft(format!("VERIFY without data: tries of {key}"), [0x00, 0x20, 0x00, p2], Vec::new(), None)
        }
        Verb::Change(words) => {
            let key = key(step, session);
            // "right" is the value that the card left the factory with.
            let data = match (words, key) {
                ("right", Some(key)) => session.known().value(key).map_err(Stop::Skipped)?.to_vec(),
                _ => pin::value(words, key, session)?,
            };
            let p2 = key_reference(step, key, session)?;
            let by_change_key = key
                .and_then(|key| session.names().key(key))
                .is_some_and(|(_, file)| file.is_changed_by_change_key());
            let (command, header) = if by_change_key {
                ("CHANGE KEY", [0x80, 0x32, 0x00, p2])
            } else {
                ("CHANGE REFERENCE DATA", [0x00, 0x24, 0x01, p2])
            };
            let name = key.unwrap_or("the current file");
            let to = if words == "right" { "factory value" } else { "new value" };
            draft(format!("{command} {name}, {to}"), header, data, None)
        }
        Verb::Sign(key) => {
            let scheme = step.scheme.unwrap_or(Scheme::Verbatim);
            let words = step.input.as_deref().unwrap_or(match scheme {
                Scheme::Verbatim => "digest-info:sha256",
                Scheme::HashGiven | Scheme::PssHashGiven => "hash:sha256",
                Scheme::HashBare | Scheme::HashOnCard | Scheme::PssHashOnCard => "message",
            });
            let p2 = key_reference(step, Some(key), session)?;
            let header = [0x80, 0x2A, parameter(scheme), p2];
            let said = format!("COMPUTE DIGITAL SIGNATURE with {key}, {}", shown(words));
            draft(said, header, value::input(words, session)?, Some(FULL))
        }
        Verb::InternalAuthenticate(key) => {
            let words = step.input.as_deref().unwrap_or("message");
            let p2 = key_reference(step, Some(key), session)?;
            let said = format!("INTERNAL AUTHENTICATE with {key}, {}", shown(words));
            draft(said, [0x00, 0x88, 0x00, p2], value::input(words, session)?, Some(FULL))
        }
        Verb::Session(form) => {
            let data = secure_messaging::delivery(step, form, session)?;
            draft(
                format!("SET SESSION KEY, {}", secure_messaging::words(form)),
                [0x80, 0xAE, 0, 0],
                data,
                None,
            )
        }
        Verb::Challenge(bytes) => {
            draft(format!("GET CHALLENGE, {bytes} bytes"), [0x00, 0x84, 0, 0], Vec::new(), Some(bytes))
        }
        Verb::GetData(tag) => {
            let &[hi, lo] = &value::hex(tag)?[..] else {
                return Err(Stop::suite(format!("\"{tag}\" is no tag of four hex digits")));
            };
            draft(format!("GET DATA {tag}"), [0x00, 0xCA, hi, lo], Vec::new(), Some(FULL))
        }
        _ => Err(Stop::suite("this verb sends no single command")),
    }
}

fn read_binary(step: &Step, offset: u32, session: &Session<'_>) -> Result<Draft, Stop> {
    let (words, [p1, p2]) = match &step.sfi {
        Some(name) => {
            let offset = u8::try_from(offset)
                .map_err(|_| Stop::suite("READ BINARY by short identifier reaches offset 255 at most"))?;
            let p1 = 0x80 | short_identifier(name, session)?;
            (format!("READ BINARY of {name}, offset {offset}"), [p1, offset])
        }
        None if offset <= 0x7FFF => {
            (format!("READ BINARY, offset {offset}"), [(offset >> 8) as u8, offset as u8])
        }
        None => return Err(Stop::suite("READ BINARY reaches offset 32767 at most")),
    };
    Ok(Draft { words, header: [0x00, 0xB0, p1, p2], data: Vec::new(), le: Some(FULL) })
}

/// SELECT EF of a file, outside any step of its own.
pub(crate) fn select_file(number: u16, name: &str) -> Order {
    let [hi, lo] = number.to_be_bytes();
    Order::plain(format!("SELECT EF {name}"), vec![0x00, 0xA4, 0x02, 0x0C, 0x02, hi, lo])
}

/// READ BINARY of the current file.
pub(crate) fn read_block(offset: u16, le: u32, name: &str) -> Order {
    let [hi, lo] = offset.to_be_bytes();
    let command = CommandBuf::new(0x00, 0xB0, hi, lo).le(le.clamp(1, 65_536));
    // The clamp leaves nothing to refuse.
    let bytes = command.encode().unwrap_or_default();
    Order::plain(format!("READ BINARY {name}, offset {offset}"), bytes)
}

/// The key that a step is about: the one that it names, or the key file selected last.
pub(crate) fn key<'s>(step: &'s Step, session: &'s Session<'_>) -> Option<&'s str> {
    step.key.as_deref().or_else(|| session.key())
}

/// P2 that names a key: the current file, its short identifier, or the default key.
pub(crate) fn key_reference(step: &Step, key: Option<&str>, session: &Session<'_>) -> Result<u8, Stop> {
    let file = key.map(|key| file(key, session)).transpose()?;
    Ok(match (step.by, file) {
        (Some(Addressing::Current), _) | (None, None) => 0x80,
        (Some(Addressing::Default), _) => 0x00,
        (Some(Addressing::Sfi), Some(file)) => 0x80 | file.sfi(),
        (Some(Addressing::Sfi), None) => {
            return Err(Stop::suite("a key is addressed by its short identifier, but none is named"));
        }
        (None, Some(file)) if session.file() == Some(file.id) => 0x80,
        (None, Some(file)) => 0x80 | file.sfi(),
    })
}

pub(crate) fn file<'a>(name: &str, session: &Session<'a>) -> Result<&'a FileName, Stop> {
    let found = session.names().file(name).map(|(_, file)| file);
    found.ok_or_else(|| Stop::suite(format!("no file is called \"{name}\"")))
}

pub(crate) fn application<'a>(
    name: &str,
    session: &Session<'a>,
) -> Result<&'a crate::scenario::ApplicationName, Stop> {
    session
        .names()
        .application(name)
        .ok_or_else(|| Stop::suite(format!("no application is called \"{name}\"")))
}

/// A file identifier by name or as four hex digits.
pub(crate) fn file_number(name: &str, session: &Session<'_>) -> Result<u16, Stop> {
    match session.names().file(name) {
        Some((_, file)) => Ok(file.id),
        None if name.len() == 4 => u16::from_str_radix(name, 16)
            .map_err(|_| Stop::suite(format!("no file is called \"{name}\", nor is it four hex digits"))),
        None => Err(Stop::suite(format!("no file is called \"{name}\""))),
    }
}

/// A short identifier by the file's name or as two hex digits.
fn short_identifier(name: &str, session: &Session<'_>) -> Result<u8, Stop> {
    match session.names().file(name) {
        Some((_, file)) => Ok(file.sfi()),
        None => Ok(one_byte(name)? & 0x1F),
    }
}

fn one_byte(text: &str) -> Result<u8, Stop> {
    match &value::hex(text)?[..] {
        &[byte] => Ok(byte),
        _ => Err(Stop::suite(format!("\"{text}\" is no byte of two hex digits"))),
    }
}

/// P1 of COMPUTE DIGITAL SIGNATURE.
fn parameter(scheme: Scheme) -> u8 {
    match scheme {
        Scheme::Verbatim => 0x00,
        Scheme::HashBare => 0x01,
        Scheme::HashGiven => 0x02,
        Scheme::HashOnCard => 0x03,
        Scheme::PssHashGiven => 0x04,
        Scheme::PssHashOnCard => 0x05,
    }
}

/// An input as a report names it: bytes that are spelled out in the step stay there.
fn shown(words: &str) -> &str {
    match words.split_once(':') {
        Some(("hex" | "text", _)) => "given bytes",
        _ => words,
    }
}
