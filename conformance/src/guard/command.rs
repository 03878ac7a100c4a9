//! What a command could do to a card in a reader, told from its bytes alone.
//!
//! Only a whitelist is harmless: instructions that real clients send to real cards every day and that change
//! nothing. Everything else needs leave, and what could write, erase, lock or unlock is never sent. What a
//! scenario says about its commands plays no part here.

use jpki_apdu::Command;

/// What a command could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class<'c> {
    /// SELECT in the clear: it moves to another application or file.
    Selects(Selects<'c>),
    /// READ BINARY, READ RECORD, GET DATA, GET CHALLENGE in the clear. By a short identifier it may move to
    /// that file.
    Reads {
        /// The short identifier that it names.
        short: Option<u8>,
    },
    /// VERIFY without data, exactly four bytes: the tries that are left.
    Queries(Reference),
    /// A value is held against a key: VERIFY in every form but the query.
    Presents {
        /// The key; `None` when nobody can say which one the card would take.
        reference: Option<Reference>,
        /// The value; `None` when it stands under cover, or the command is malformed.
        value: Option<&'c [u8]>,
    },
    /// The value of a key is replaced.
    Changes {
        /// The key; `None` when nobody can say which one the card would take.
        reference: Option<Reference>,
        /// The new value; `None` when it cannot be told.
        value: Option<&'c [u8]>,
    },
    /// A private key is used: the card signs bytes of ours in the name of its holder.
    Signs {
        /// The short identifier that it names.
        short: Option<u8>,
    },
    /// Nobody knows what a real card makes of it.
    Probes,
    /// It is never sent to a card in a reader, and why.
    Never(&'static str),
}

/// What SELECT names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selects<'c> {
    /// An application, by its name or the beginning of one.
    Application(&'c [u8]),
    /// An elementary file, by its identifier.
    File(u16),
    /// Something else.
    Other,
}

/// How P2 names a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// The current file.
    Current,
    /// A file of the current application by its short identifier, 1 to 30.
    Short(u8),
}

impl Reference {
    /// P2 that names it.
    #[must_use]
    pub const fn p2(self) -> u8 {
        match self {
            Self::Current => 0x80,
            Self::Short(sfi) => 0x80 | sfi,
        }
    }

    const fn of(p2: u8) -> Option<Self> {
        match p2 {
            0x80 => Some(Self::Current),
            0x81..=0x9E => Some(Self::Short(p2 & 0x1F)),
            _ => None,
        }
    }
}

const FOR_THE_READER: &str = "it is meant for the reader, not for the card";
const TOO_SHORT: &str = "what is shorter than a command can mean anything to a reader";
const UNBLOCKS: &str = "it unblocks keys, and what it fails at can be blocked for ever";
const ISSUER: &str = "it proves the issuer's keys, and failing at that can block the card for ever";
const WRITES: &str = "it writes or erases";
const LIFE: &str = "it ends or changes the life of a file, an application or the card";
const OLD_VALUE: &str = "it carries an old value, and nobody can restore what comes of a wrong one";

/// What these bytes could do to a card in a reader.
#[must_use]
pub fn classify(bytes: &[u8]) -> Class<'_> {
    let &[cla, ins, p1, p2, ..] = bytes else { return Class::Never(TOO_SHORT) };
    if cla == 0xFF {
        return Class::Never(FOR_THE_READER);
    }
    if let Some(why) = forbidden(ins, p1) {
        return Class::Never(why);
    }
    let parsed = Command::parse(bytes).ok();
    let reference = Reference::of(p2);
    match (ins, parsed) {
        (0x20 | 0x21, _) => verify(bytes, parsed, reference),
        // CHANGE REFERENCE DATA with the new value alone, CHANGE KEY.
        (0x24, Some(command)) if (cla, p1) == (0x00, 0x01) => replaces(command, reference),
        (0x32, Some(command)) if (cla, p1) == (0x80, 0x00) => replaces(command, reference),
        (0x24 | 0x25 | 0x32, _) => Class::Changes { reference: None, value: None },
        (0x2A, _) | (0x88, _) => match (cla, ins, p2 & 0x1F) {
            (0x80, 0x2A, sfi) | (0x00, 0x88, sfi) => Class::Signs { short: (sfi != 0).then_some(sfi) },
            _ => Class::Probes,
        },
        (_, Some(command)) if cla == 0x00 => plain(command),
        _ => Class::Probes,
    }
}

/// Instructions that never leave, whatever their class: an unknown class can be a known one on another card.
const fn forbidden(ins: u8, p1: u8) -> Option<&'static str> {
    Some(match ins {
        // RESET RETRY COUNTER and its double.
        0x2C | 0x2D => UNBLOCKS,
        // INITIALIZE UPDATE, EXTERNAL and MUTUAL AUTHENTICATE, MANAGE ATTRIBUTES of the issuer.
        0x50 | 0x82 | 0x83 | 0x8A => ISSUER,
        // ERASE, WRITE, UPDATE, PUT DATA, PUT KEY, APPEND RECORD, STORE DATA.
        0x0C..=0x0F | 0xD0..=0xDF | 0xE2 | 0xE3 => WRITES,
        // DEACTIVATE, ACTIVATE, GENERATE KEY PAIR; CREATE, DELETE, TERMINATE, INSTALL, LOAD; SET STATUS.
        0x04 | 0x06 | 0x44 | 0x46 | 0x47 | 0xE0 | 0xE1 | 0xE4..=0xE9 | 0xF0 | 0xFE => LIFE,
        // CHANGE REFERENCE DATA with the old value before the new one.
        0x24 | 0x25 if p1 == 0x00 => OLD_VALUE,
        _ => return None,
    })
}

fn verify<'c>(bytes: &[u8], parsed: Option<Command<'c>>, reference: Option<Reference>) -> Class<'c> {
    match (bytes, reference) {
        ([0x00, 0x20, 0x00, _], Some(reference)) => return Class::Queries(reference),
        // Without data nothing can be held against a key; what it does instead, nobody knows.
        ([_, _, _, _], _) => return Class::Probes,
        _ => {}
    }
    match parsed {
        Some(Command { cla: 0x00, ins: 0x20, p1: 0x00, data, le: None, .. }) => {
            Class::Presents { reference, value: Some(data) }
        }
        // With Le, under cover, chained, malformed: which value the card compares with what is anybody's guess.
        Some(Command { cla: 0x00, ins: 0x20, p1: 0x00, .. }) => Class::Presents { reference, value: None },
        _ => Class::Presents { reference: None, value: None },
    }
}

fn replaces(command: Command<'_>, reference: Option<Reference>) -> Class<'_> {
    let value = (command.le.is_none() && !command.data.is_empty()).then_some(command.data);
    Class::Changes { reference, value }
}

/// The whitelist. Class 00: no secure messaging, no chaining, the basic channel.
fn plain(command: Command<'_>) -> Class<'_> {
    match (command.ins, command.p1) {
        (0xA4, 0x04) if !command.data.is_empty() => Class::Selects(Selects::Application(command.data)),
        (0xA4, 0x02) => match *command.data {
            [hi, lo] => Class::Selects(Selects::File(u16::from_be_bytes([hi, lo]))),
            _ => Class::Selects(Selects::Other),
        },
        (0xA4, _) => Class::Selects(Selects::Other),
        (0xB0, p1) if command.data.is_empty() => {
            Class::Reads { short: (p1 & 0x80 != 0).then_some(p1 & 0x1F) }
        }
        (0xB2, _) if command.data.is_empty() => {
            let short = command.p2 >> 3;
            Class::Reads { short: (short != 0).then_some(short) }
        }
        (0xCA | 0x84, _) if command.data.is_empty() => Class::Reads { short: None },
        _ => Class::Probes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const PIN: &[u8] = b"0000";

    fn bytes(hex_text: &str) -> Vec<u8> {
        hex::decode(hex_text.replace(' ', "")).expect("hex")
    }

    #[rstest]
    #[case::an_application("00A4040C0AD392F000260100000001")]
    #[case::a_file("00A4020C020018")]
    #[case::the_master_file("00A40000")]
    #[case::read_binary("00B0000000")]
    #[case::read_binary_by_name("00B0960004")]
    #[case::read_record("00B2010C00")]
    #[case::get_data("00CA004200")]
    #[case::get_challenge("0084000008")]
    #[case::query("00200080")]
    #[case::query_by_name("0020009B")]
    fn what_clients_send_every_day_is_harmless(#[case] command: &str) {
        let bytes = bytes(command);
        let class = classify(&bytes);
        let harmless = matches!(class, Class::Selects(_) | Class::Reads { .. } | Class::Queries(_));
        assert!(harmless, "{class:?}");
    }

    #[rstest]
    #[case::plain("0020008004 30303030", Some(Reference::Current), Some(PIN))]
    #[case::by_name("0020009804 30303030", Some(Reference::Short(0x18)), Some(PIN))]
    #[case::extended("00200098000004 30303030", Some(Reference::Short(0x18)), Some(PIN))]
    #[case::an_empty_one_with_le("0020008000", Some(Reference::Current), None)]
    #[case::with_le("0020008004 3030303000", Some(Reference::Current), None)]
    #[case::longer_than_it_says("0020008002 30303030", None, None)]
    #[case::global("0020000104 30303030", None, Some(PIN))]
    #[case::another_p1("0020018004 30303030", None, None)]
    #[case::under_cover("0820008004 30303030", None, None)]
    #[case::chained("1020008004 30303030", None, None)]
    #[case::another_channel("0120008004 30303030", None, None)]
    #[case::unknown_class("A020008004 30303030", None, None)]
    #[case::data_objects("0021008004 30303030", None, None)]
    fn every_other_verify_presents_a_value(
        #[case] command: &str,
        #[case] reference: Option<Reference>,
        #[case] value: Option<&[u8]>,
    ) {
        assert_eq!(classify(&bytes(command)), Class::Presents { reference, value });
    }

    #[rstest]
    #[case::change("0024018004 30303030", Some(Reference::Current), Some(PIN))]
    #[case::change_key("8032009C04 30303030", Some(Reference::Short(0x1C)), Some(PIN))]
    #[case::no_new_value("00240180", Some(Reference::Current), None)]
    #[case::another_class("8024018004 30303030", None, None)]
    #[case::another_class_for_the_key("0032008004 30303030", None, None)]
    fn every_change_is_known_for_one(
        #[case] command: &str,
        #[case] reference: Option<Reference>,
        #[case] value: Option<&[u8]>,
    ) {
        assert_eq!(classify(&bytes(command)), Class::Changes { reference, value });
    }

    #[rstest]
    #[case::signature("802A009A02AABB00", Some(0x1A))]
    #[case::with_the_current_key("802A008002AABB00", None)]
    #[case::internal_authenticate("0088009902AABB00", Some(0x19))]
    fn the_use_of_a_private_key_is_known(#[case] command: &str, #[case] short: Option<u8>) {
        assert_eq!(classify(&bytes(command)), Class::Signs { short });
    }

    #[rstest]
    #[case::unknown_instruction("007E0000")]
    #[case::phones("80FC0000")]
    #[case::terminal_certificate("80A206C1")]
    #[case::session_key("80AE0000")]
    #[case::a_query_of_no_key("00200000")]
    #[case::a_query_of_an_unknown_class("80200080")]
    #[case::select_of_another_class("80A4040C0AD392F000260100000001")]
    #[case::read_under_cover("08B0000003960001")]
    #[case::security_environment("002241B6")]
    #[case::a_read_with_data("00B0000002AABB")]
    #[case::malformed("00A4040C05AA")]
    #[case::signature_of_another_class("002A008002AABB00")]
    fn what_nobody_knows_is_a_probe(#[case] command: &str) {
        assert_eq!(classify(&bytes(command)), Class::Probes);
    }

    #[rstest]
    #[case::terminate_card("00FE0000")]
    #[case::external_authenticate("00820000")]
    #[case::manage_attributes("808A0000")]
    #[case::reset_retry_counter("002C008004 30303030")]
    #[case::update("00D6000001AA")]
    #[case::put_key("80D8000000")]
    #[case::delete("80E4000000")]
    #[case::install("84E6000000")]
    #[case::change_with_the_old_value("0024008008 3030303031313131")]
    #[case::the_reader("FFCA000000")]
    #[case::one_byte("04")]
    #[case::nothing("")]
    fn what_could_do_harm_is_never_sent(#[case] command: &str) {
        assert!(matches!(classify(&bytes(command)), Class::Never(_)));
    }

    /// The list of what needs no leave is short enough to be read: a new entry has to be put here, too.
    #[test]
    fn of_all_headers_only_the_whitelist_needs_no_leave() {
        let mut free = std::collections::BTreeSet::new();
        for cla in 0..=255 {
            for ins in 0..=255 {
                for p2 in [0x00, 0x0C, 0x80, 0x98] {
                    for p1 in [0x00, 0x01, 0x02, 0x04, 0x80] {
                        let header = [cla, ins, p1, p2];
                        let harmless = [&[][..], &[0], &[2, 0, 1]].into_iter().any(|body| {
                            let bytes = [&header[..], body].concat();
                            let class = classify(&bytes);
                            matches!(class, Class::Selects(_) | Class::Reads { .. } | Class::Queries(_))
                        });
                        if harmless {
                            free.insert((cla, ins));
                        }
                    }
                }
            }
        }
        let whitelist = [0x20, 0x84, 0xA4, 0xB0, 0xB2, 0xCA].map(|ins| (0x00, ins));
        assert_eq!(free, whitelist.into());
    }
}
