//! SELECT (`00 A4`), notes on the card's interface, 2.1.

use super::chip::short_identifier;
use super::response::Reply;
use super::{Card, Outcome};
use jpki_apdu::{Command, StatusWord};

/// Name of the GlobalPlatform issuer security domain.
const ISSUER: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// Least bytes of a name that select by its beginning.
const SHORTEST_NAME: usize = 5;

/// P2: the card answers its file control information.
const WITH_FCI: u8 = 0x00;

/// P2: the card answers a status word only.
const WITHOUT_FCI: u8 = 0x0C;

impl Card {
    pub(super) fn select(&mut self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        match (command.p1, command.p2) {
            (0x00, WITH_FCI | WITHOUT_FCI) => self.select_master_file(command.data),
            (0x02, WITHOUT_FCI) => self.select_file(command.data),
            (0x04, WITH_FCI | WITHOUT_FCI) => self.select_application(command, reply),
            _ => Err(StatusWord::INCORRECT_P1P2),
        }
    }

    /// There is no master file: by id it is not found; without one, `6A86` while the issuer security domain
    /// is current, and `9000` without any effect inside an application.
    fn select_master_file(&self, id: &[u8]) -> Outcome {
        match (id, self.session.application) {
            ([], None) => Err(StatusWord::INCORRECT_P1P2),
            ([], Some(_)) => Ok(StatusWord::SUCCESS),
            ([_, _], _) => Err(StatusWord::NOT_FOUND),
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }

    /// Any file that is there can be selected: access is checked when it is used.
    fn select_file(&mut self, id: &[u8]) -> Outcome {
        let &[hi, lo] = id else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let sfi = short_identifier(u16::from_be_bytes([hi, lo])).ok_or(StatusWord::NOT_FOUND)?;
        self.session.file_at(&self.chip, sfi).ok_or(StatusWord::NOT_FOUND)?;
        self.session.enter_file(sfi);
        Ok(StatusWord::SUCCESS)
    }

    fn select_application(&mut self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        let chosen = self.find_application(command.data)?;
        let same = chosen.is_some() && chosen == self.session.application;
        if !(same && self.chip.answers.same_application_select_keeps) {
            self.session.clear_status();
        }
        self.session.application = chosen;
        self.session.leave_file();
        if command.p2 == WITH_FCI
            && self.chip.answers.fci
            && let Some(le) = command.le
        {
            let name = self.session.application(&self.chip).map_or(ISSUER, |application| &application.name);
            write_fci(reply, name);
            reply.truncate(le as usize);
        }
        Ok(StatusWord::SUCCESS)
    }

    /// The first application whose name starts so, the issuer security domain (`None`) before all others;
    /// no name at all also stands for the issuer security domain.
    fn find_application(&self, name: &[u8]) -> Result<Option<u8>, StatusWord> {
        if name.is_empty() {
            return Ok(None);
        }
        if name.len() < SHORTEST_NAME {
            return Err(StatusWord::NOT_FOUND);
        }
        if ISSUER.starts_with(name) {
            return Ok(None);
        }
        let found = self.chip.applications.iter().position(|application| application.name.starts_with(name));
        found.map(|index| Some(index as u8)).ok_or(StatusWord::NOT_FOUND)
    }
}

/// `6F { 84 name, A5 }`: the least that ISO/IEC 7816-4 allows.
fn write_fci(reply: &mut Reply<'_>, name: &[u8]) {
    let len = name.len() as u8;
    reply.push(&[0x6F, len + 4, 0x84, len]);
    reply.push(name);
    reply.push(&[0xA5, 0x00]);
}

#[cfg(test)]
mod tests {
    use crate::card::testing::*;
    use rstest::rstest;

    #[rstest]
    #[case::an_application_by_its_name(&[(SELECT_JPKI, "9000"), ("00A4020C02 000A", "9000")])]
    #[case::le_changes_nothing_when_no_template_is_asked_for(&[("00A4040C0A D392F000260100000001 00", "9000")])]
    #[case::a_template_names_the_application(
        &[("00A404000A D392F000260100000001 00", "6F0E 840A D392F000260100000001 A500 9000")])]
    #[case::a_template_is_cut_off_at_le(&[("00A404000A D392F000260100000001 04", "6F0E840A 9000")])]
    #[case::without_le_there_is_no_template(&[("00A404000A D392F000260100000001", "9000")])]
    #[case::five_bytes_of_a_name_reach_the_first_that_begins_so(
        &[("00A4040005 D392100031 00", "6F0E 840A D3921000310001010408 A500 9000")])]
    #[case::four_bytes_are_too_few(&[("00A4040C04 D3921000", "6A82")])]
    #[case::an_unknown_name_is_not_found(&[("00A4040C07 62760100FF0000", "6A82")])]
    #[case::a_name_longer_than_the_applications_is_not_found(&[("00A4040C0B D392F00026010000000100", "6A82")])]
    #[case::no_name_is_the_issuer_security_domain(
        &[(SELECT_JPKI, "9000"), ("00A40400 00", "6F0B 8407 A0000001510000 A500 9000"), ("00CA0042 00", "(16)9000")])]
    #[case::a_beginning_of_the_issuers_name(&[(SELECT_JPKI, "9000"), ("00A4040C05 A000000151", "9000"),
        ("00CA0042 00", "(16)9000")])]
    #[case::another_p2_by_name(&[("00A404010A D392F000260100000001", "6A86")])]
    #[case::another_p1(&[(SELECT_JPKI, "9000"), ("00A4090C02 000A", "6A86")])]
    #[case::a_file_is_not_selected_with_a_template(&[(SELECT_JPKI, "9000"), ("00A4020002 000A", "6A86")])]
    #[case::a_protected_file_can_be_selected(&[(SELECT_JPKI, "9000"), ("00A4020C02 0001", "9000")])]
    #[case::there_is_no_file_under_the_issuer(&[("00A4020C02 2F10", "6A82"), ("00A4020C02 0001", "6A82")])]
    #[case::an_identifier_with_the_low_bits_of_a_file(&[(SELECT_JPKI, "9000"), ("00A4020C02 002A", "6A82")])]
    #[case::an_identifier_of_one_byte(&[(SELECT_JPKI, "9000"), ("00A4020C01 0A", "6700")])]
    #[case::no_master_file_after_a_reset(&[("00A40000", "6A86"), ("00A40000 02 3F00", "6A82")])]
    #[case::the_master_file_has_no_effect_in_an_application(&[(SELECT_JPKI, "9000"), ("00A4020C02 0008", "9000"),
        ("00A40000", "9000"), ("00B00000 00", "000102 9000"), ("00A40000 02 3F00", "6A82")])]
    fn select_answers(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(script);
    }

    #[rstest]
    #[case::an_unknown_application("00A4040C06 A00000000101", "6A82")]
    #[case::an_unknown_file("00A4020C02 001D", "6A82")]
    #[case::wrong_parameters("00A4010C02 000A", "6A86")]
    fn a_refused_select_changes_nothing(#[case] command: &str, #[case] refusal: &str) {
        Conversation::new().expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            ("00A4020C02 0008", "9000"),
            (command, refusal),
            ("00B00000 00", "000102 9000"),
            ("802A0097 01 AA 00", "(256)9000"),
        ]);
    }

    #[rstest]
    #[case::the_same_application_again(SELECT_JPKI, "(256)9000", false)]
    #[case::the_same_application_on_a_strict_card(SELECT_JPKI, "6982", true)]
    #[case::another_application_in_between(SELECT_TEXT, "6982", false)]
    #[case::the_issuer_security_domain_in_between(SELECT_ISSUER, "6982", false)]
    fn selecting_clears_the_status_of_the_application_that_is_left(
        #[case] between: &str,
        #[case] signature: &str,
        #[case] strict: bool,
    ) {
        let keeps =
            if strict { crate::profile::KeepsOrClears::Clears } else { crate::profile::KeepsOrClears::Keeps };
        Conversation::with(|knobs| knobs.same_application_select = keeps).expect(&[
            (SELECT_JPKI, "9000"),
            (VERIFY_AUTH_PIN, "9000"),
            (between, "9000"),
            (SELECT_JPKI, "9000"),
            ("802A0097 01 AA 00", signature),
        ]);
    }

    #[test]
    fn selecting_an_application_leaves_no_file_current() {
        Conversation::new().expect(&[
            (SELECT_JPKI, "9000"),
            ("00A4020C02 0008", "9000"),
            (SELECT_JPKI, "9000"),
            ("00B00000 00", "6986"),
        ]);
    }

    #[test]
    fn a_card_without_templates_answers_the_status_word_only() {
        Conversation::with(|knobs| knobs.fci = false)
            .expect(&[("00A404000A D392F000260100000001 00", "9000")]);
    }
}
