//! The cover of one command and of its answer: which data objects stand in it.

use super::super::session::{Order, Session};
use super::super::stop::Stop;
use super::super::tlv;
use super::channel::Channel;
use super::{Covered, no_session};
use crate::scenario::Secured;
use jpki_apdu::{Command, CommandBuf};

/// Class of a command under encryption without a checksum.
const SECURED: u8 = 0x08;

/// A padding indicator and a cryptogram.
const CRYPTOGRAM: u8 = 0x86;
/// How many bytes a secured READ BINARY asks for: `00` and two bytes.
const EXPECTED_LENGTH: u8 = 0x96;
/// A cryptographic checksum, which no session of this card has.
const CHECKSUM: u8 = 0x8E;

/// The only padding indicator: ISO/IEC 7816-4 padding.
const PADDED: u8 = 0x01;

/// Le of a secured command that is answered with data: as much as there is, for a cover makes it longer.
const ALL: u32 = 65_536;

/// The command under its cover, well formed or broken. It has its number whatever becomes of it.
pub(crate) fn cover(order: Order, how: Secured, session: &mut Session<'_>) -> Result<Order, Stop> {
    let channel = session.terminal.channel.as_mut().ok_or_else(no_session)?;
    let number = channel.step();
    let command =
        Command::parse(&order.bytes).map_err(|_| Stop::suite("what is to be secured is no command"))?;
    let bytes = covered(&command, how, channel, number)?;
    let words = format!("{}, {}", order.words, words(how));
    Ok(Order { words, bytes, covered: Some(Covered { plain: order.bytes, number }) })
}

/// The bytes of a command under its cover.
pub(super) fn covered(
    command: &Command<'_>,
    how: Secured,
    channel: &Channel,
    number: u128,
) -> Result<Vec<u8>, Stop> {
    let class = if command.cla == 0x00 { SECURED } else { command.cla };
    let mut secured = CommandBuf::new(class, command.ins, command.p1, command.p2)
        .data(objects(command, how, channel, number));
    if command.le.is_some() {
        secured = secured.le(ALL);
    }
    if command.extended {
        secured = secured.extended();
    }
    secured.encode().map_err(|error| Stop::suite(error.to_string()))
}

/// The data field: one object, or what the step wants instead of it.
fn objects(command: &Command<'_>, how: Secured, channel: &Channel, number: u128) -> Vec<u8> {
    let length = [0x00, (command.le.unwrap_or(ALL) >> 8) as u8, command.le.unwrap_or(ALL) as u8];
    let (tag, value) = if command.data.is_empty() {
        (EXPECTED_LENGTH, length.to_vec())
    } else {
        let cryptogram = match how {
            Secured::BadPadding => channel.encrypt_without_padding(number, command.data),
            Secured::WrongCounter => channel.encrypt_out_of_step(number, command.data),
            _ => channel.encrypt(number, command.data),
        };
        (CRYPTOGRAM, [&[PADDED], &cryptogram[..]].concat())
    };
    let well = object(tag, &value);
    match how {
        Secured::Well | Secured::BadPadding | Secured::WrongCounter => well,
        Secured::LongForm => [&[tag, 0x81, value.len() as u8], &value[..]].concat(),
        Secured::PartOfABlock => object(tag, &value[..value.len() - 1]),
        Secured::WrongIndicator => object(tag, &[&[PADDED + 1], &value[1..]].concat()),
        Secured::OtherObject if tag == CRYPTOGRAM => object(EXPECTED_LENGTH, &length),
        Secured::OtherObject => {
            object(CRYPTOGRAM, &[&[PADDED], &channel.encrypt(number, &length[1..])[..]].concat())
        }
        Secured::NoObject => Vec::new(),
        Secured::TwoObjects => well.repeat(2),
        Secured::Checksum => [well, object(CHECKSUM, &[0; 4])].concat(),
    }
}

/// What an answer says when its cover is taken off; an answer without data has none.
///
/// # Errors
/// What it is instead of one object with a cryptogram. Its bytes are not in the words: it may be personal.
pub(super) fn uncover(channel: &Channel, number: u128, data: &[u8]) -> Result<Vec<u8>, String> {
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let object = tlv::read(data).ok_or_else(|| format!("{} bytes that are no object", data.len()))?;
    if object.whole.len() != data.len() {
        return Err(format!("{} bytes behind the first object", data.len() - object.whole.len()));
    }
    if object.tag != u16::from(CRYPTOGRAM) {
        return Err(format!("an object {:02X}", object.tag));
    }
    match object.value {
        [PADDED, cryptogram @ ..] => channel
            .decrypt(number, cryptogram)
            .ok_or_else(|| "a cryptogram that is no padded data under this command's number".to_owned()),
        [other, ..] => Err(format!("padding indicator {other:02X}")),
        [] => Err("an empty object".to_owned()),
    }
}

/// An object with its length in the shortest form. No command carries more than two bytes can tell.
fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    let [.., hi, lo] = value.len().to_be_bytes();
    let header = match value.len() {
        0..=0x7F => vec![tag, lo],
        0x80..=0xFF => vec![tag, 0x81, lo],
        _ => vec![tag, 0x82, hi, lo],
    };
    [&header[..], value].concat()
}

/// How a report speaks of the cover.
fn words(how: Secured) -> &'static str {
    match how {
        Secured::Well => "secured",
        Secured::LongForm => "secured, length in two bytes",
        Secured::BadPadding => "secured without padding",
        Secured::PartOfABlock => "secured, a byte missing in the last block",
        Secured::WrongIndicator => "secured with another padding indicator",
        Secured::OtherObject => "secured with the object of another command",
        Secured::NoObject => "secured without any object",
        Secured::TwoObjects => "secured, its object twice",
        Secured::Checksum => "secured with a checksum beside",
        Secured::WrongCounter => "secured under a later number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn channel() -> Channel {
        Channel::open(&[0x5A; 32])
    }

    fn cover(plain: &str, how: Secured) -> String {
        let plain = hex::decode(plain).expect("hex");
        let command = Command::parse(&plain).expect("a command");
        hex::encode_upper(covered(&command, how, &channel(), 1).expect("it can be covered"))
    }

    #[test]
    fn a_selection_becomes_one_object_with_a_cryptogram() {
        let cryptogram = hex::encode_upper(channel().encrypt(1, &[0x00, 0x01]));
        assert_eq!(cover("00A4020C020001", Secured::Well), format!("08A4020C13861101{cryptogram}"));
        assert_eq!(cover("00A4020C020001", Secured::LongForm), format!("08A4020C1486811101{cryptogram}"));
    }

    #[rstest]
    #[case::three_bytes("00B0000003", "08B000000000059603000003 0000")]
    #[case::a_full_short_le("00B0010000", "08B001000000059603000100 0000")]
    #[case::everything("00B0000000 0000", "08B000000000059603000000 0000")]
    #[case::the_class_of_the_step("0CB0000003", "0CB000000000059603000003 0000")]
    fn a_read_becomes_one_object_with_its_length(#[case] plain: &str, #[case] covered: &str) {
        assert_eq!(cover(&plain.replace(' ', ""), Secured::Well), covered.replace(' ', ""));
    }

    #[rstest]
    #[case::no_object(Secured::NoObject, "08A4020C")]
    #[case::other_object(Secured::OtherObject, "08A4020C059603000000")]
    #[case::wrong_indicator(Secured::WrongIndicator, "08A4020C13861102")]
    #[case::part_of_a_block(Secured::PartOfABlock, "08A4020C12861001")]
    #[case::two_objects(Secured::TwoObjects, "08A4020C26861101")]
    #[case::checksum(Secured::Checksum, "08A4020C19861101")]
    fn a_broken_cover_is_broken_as_its_word_says(#[case] how: Secured, #[case] begins: &str) {
        let broken = cover("00A4020C020001", how);
        assert!(broken.starts_with(begins), "{broken}");
        assert_ne!(broken, cover("00A4020C020001", Secured::Well));
    }

    #[rstest]
    #[case::one_block(15, "8611")]
    #[case::a_length_of_two_bytes(112, "868181")]
    #[case::a_length_of_three_bytes(240, "86820101")]
    fn an_answer_is_taken_out_of_its_object(#[case] len: usize, #[case] begins: &str) {
        let data = vec![0x31; len];
        let value = [&[PADDED][..], &channel().encrypt(1, &data)].concat();
        let answer = object(CRYPTOGRAM, &value);
        assert!(hex::encode_upper(&answer).starts_with(begins));
        assert_eq!(uncover(&channel(), 1, &answer), Ok(data));
    }

    #[rstest]
    #[case::data_in_clear("FF100C", "3 bytes that are no object")]
    #[case::another_tag("990290 00", "an object 99")]
    #[case::a_checksum_behind("860101 8E0400000000", "6 bytes behind the first object")]
    #[case::another_indicator("860102", "padding indicator 02")]
    #[case::nothing("8600", "an empty object")]
    #[case::no_cryptogram("860101", "a cryptogram that is no padded data under this command's number")]
    fn an_answer_that_is_no_cryptogram_is_told_apart(#[case] answer: &str, #[case] seen: &str) {
        let answer = hex::decode(answer.replace(' ', "")).expect("hex");
        assert_eq!(uncover(&channel(), 1, &answer), Err(seen.to_owned()));
    }

    #[test]
    fn an_answer_under_the_number_of_another_command_is_refused() {
        let value = [&[PADDED][..], &channel().encrypt(2, &[0x31; 3])].concat();
        let answer = object(CRYPTOGRAM, &value);
        assert!(uncover(&channel(), 1, &answer).is_err());
        assert!(uncover(&channel(), 2, &answer).is_ok());
    }
}
