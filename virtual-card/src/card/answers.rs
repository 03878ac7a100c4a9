//! How the card answers where the sources disagree: the knobs of its profile, read once.

use super::image_error::ImageError;
use crate::profile::{KeepsOrClears, Knobs, WrongLength};
use jpki_apdu::StatusWord;

/// The knobs, as the commands ask for them.
pub(super) struct Answers {
    pub(super) same_application_select_keeps: bool,
    pub(super) warm_reset_keeps: bool,
    pub(super) failed_verify_keeps: bool,
    pub(super) blocked_verify: StatusWord,
    /// Of a READ BINARY at or past the end; `9000` and `6282` come without data.
    pub(super) read_past_end: StatusWord,
    pub(super) short_read: StatusWord,
    pub(super) fci: bool,
    pub(super) interindustry_sign: bool,
    pub(super) wrong_length_counts: bool,
    /// The five-byte VERIFY without data is a query, instead of `6700`.
    pub(super) query_may_carry_le: bool,
    pub(super) first_command_fails: bool,
    pub(super) terminal_certificate: bool,
    pub(super) secure_messaging: bool,
}

impl Answers {
    /// Reads the knobs of a profile; a value that no card plays is an error.
    pub(super) fn read(knobs: &Knobs) -> Result<Self, ImageError> {
        let word = |knob, value: &String, allowed: &'static str| match u16::from_str_radix(value, 16) {
            Ok(word) if allowed.split(' ').any(|one| one == value) => Ok(StatusWord(word)),
            _ => Err(ImageError::Knob { knob, value: value.clone(), allowed }),
        };
        let query_may_carry_le = match knobs.empty_verify_with_le.as_str() {
            "6700" => false,
            "63CX" | "63Cx" => true,
            value => {
                let value = value.to_owned();
                return Err(ImageError::Knob { knob: "empty_verify_with_le", value, allowed: "6700 63CX" });
            }
        };
        Ok(Self {
            same_application_select_keeps: knobs.same_application_select == KeepsOrClears::Keeps,
            warm_reset_keeps: knobs.warm_reset == KeepsOrClears::Keeps,
            failed_verify_keeps: knobs.failed_verify == KeepsOrClears::Keeps,
            blocked_verify: word("blocked_verify", &knobs.blocked_verify, "6984 6983")?,
            read_past_end: word("read_past_end", &knobs.read_past_end, "6B00 6282 9000")?,
            short_read: word("short_read", &knobs.short_read, "9000 6282")?,
            fci: knobs.fci,
            interindustry_sign: knobs.interindustry_sign,
            wrong_length_counts: knobs.wrong_length_verify == WrongLength::Counts,
            query_may_carry_le,
            first_command_fails: knobs.first_command_fails,
            terminal_certificate: knobs.terminal_certificate,
            secure_messaging: knobs.secure_messaging,
        })
    }
}
