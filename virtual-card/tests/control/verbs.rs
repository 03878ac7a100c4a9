//! What every verb does to the card, seen by commands to the card.

use crate::server::*;
use der::Decode;
use jpki_virtual_card::authority::{Purpose, Standing};
use jpki_virtual_card::profile::RevocationReason;
use jpki_virtual_card::slot::{Outcome, Presence, REMOVAL_SEEN};
use rstest::rstest;
use std::time::Instant;
use x509_cert::Certificate;

const VERIFY_NEW_AUTH_PIN: &str = "0020009804 39393939";
const VERIFY_SIGN_PIN: &str = "0020009B06 414243313233";
/// READ BINARY of the user-authentication and the signature certificate, by short identifier and whole.
const READ_AUTH_CERTIFICATE: &str = "00B08A00 000000";
const READ_SIGN_CERTIFICATE: &str = "00B08100 000000";

impl TestServer {
    /// Last day of validity of the certificate that the card now has.
    fn last_day(&self, read: &str) -> String {
        self.expect(&[(SELECT_JPKI, "9000"), (VERIFY_SIGN_PIN, "9000")]);
        let answer = hex::decode(self.send(read)).expect("hex");
        let (der, status) = answer.split_at(answer.len() - 2);
        assert_eq!(status, [0x90, 0x00]);
        let certificate = Certificate::from_der(der).expect("a certificate");
        certificate.tbs_certificate.validity.not_after.to_date_time().to_string()
    }

    fn standing(&self, purpose: Purpose) -> Standing {
        self.slot.register().entry(purpose).expect("a certificate").standing
    }
}

#[test]
fn status_tells_everything_a_line_a_fact() {
    let server = TestServer::new("one-try-left");
    server.ask("delay 1");
    server.ask("tear after 7");
    server.send(SELECT_JPKI);
    server.ask("suspend auth");
    let Standing::Suspended { since } = server.standing(Purpose::UserAuthentication) else {
        panic!("it is suspended");
    };
    let status = server.ask("status").join("\n").replace(&since.to_string(), "[moment]");
    insta::assert_snapshot!(status, @r"
    card one-try-left
    presence in
    as-of 2026-11-22
    commands 1
    key auth-pin 1 of 3
    key sign-pin 1 of 5
    key text-pin 1 of 3
    key text-blocked-key 0 of 0
    key text-number-a 1 of 10
    key text-number-b 1 of 10
    key birth-date-key 1 of 10
    key surface-number-b 1 of 10
    key surface-number-a 1 of 10
    key common-pin 1 of 3
    key juki-pin 1 of 3
    certificate auth until 2030-04-01 suspended since [moment]
    certificate sign until 2030-04-01 good
    delay 1
    tear after 6
    ");
}

#[test]
fn a_locked_key_refuses_its_right_value() {
    let server = TestServer::new("standard");
    server.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000")]);
    server.ask("lock auth-pin");
    server.expect(&[
        ("802A0097 01 AA 00", "6982"),
        (VERIFY_AUTH_PIN, "6984"),
        (QUERY_AUTH_PIN, "63C0"),
        (QUERY_SIGN_PIN, "63C5"),
    ]);
}

#[test]
fn so_many_tries_are_left_as_were_set() {
    let server = TestServer::new("standard");
    server.ask("tries sign-pin 1");
    server.expect(&[
        (SELECT_JPKI, "9000"),
        (QUERY_SIGN_PIN, "63C1"),
        ("0020009B06 303030303030", "63C0"),
        (VERIFY_SIGN_PIN, "6984"),
    ]);
}

#[test]
fn an_unlocked_key_has_a_new_value_and_all_its_tries() {
    let server = TestServer::new("auth-locked");
    server.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "6984")]);
    server.ask("unlock auth-pin 39393939");
    server.expect(&[
        (QUERY_AUTH_PIN, "63C3"),
        (VERIFY_AUTH_PIN, "63C2"),
        (VERIFY_NEW_AUTH_PIN, "9000"),
        (QUERY_AUTH_PIN, "63C3"),
    ]);
}

#[test]
fn a_removal_breaks_the_connection_and_leaves_nothing_that_answers() {
    let server = TestServer::new("standard");
    let (_, connection) = server.connect();
    server.expect(&[(SELECT_JPKI, "9000")]);
    server.ask("remove");
    assert_eq!(connection.breaks(), 1);
    assert_eq!(server.exchange(SELECT_JPKI), (Outcome::Gone, String::new()));
    assert_eq!((server.slot.atr(), server.slot.presence()), (None, Presence::Empty));
    assert_eq!(server.status("presence"), "out");
}

#[test]
fn a_card_put_back_remembers_but_is_another_insertion() {
    let server = TestServer::new("standard");
    let (first, connection) = server.connect();
    server.expect(&[(SELECT_JPKI, "9000"), (WRONG_AUTH_PIN, "63C2"), (VERIFY_SIGN_PIN, "9000")]);
    let removed = Instant::now();
    server.ask("remove");
    server.ask("insert");
    // The reply says that readers may see it: by then they have had the time to see it gone.
    assert!(removed.elapsed() >= REMOVAL_SEEN);
    let Presence::In(second) = server.slot.presence() else { panic!("it is in") };
    assert_ne!(first, second);
    assert!(server.slot.occupy(first, || ()).is_none(), "that stay is over");
    server.expect(&[
        ("00B00000 00", "6986"),
        (SELECT_JPKI, "9000"),
        (READ_SIGN_CERTIFICATE, "6982"),
        (QUERY_AUTH_PIN, "63C2"),
    ]);
    server.ask("remove");
    assert_eq!(connection.breaks(), 1, "it was broken with its own card");
}

#[test]
fn another_card_can_be_put_in() {
    let server = TestServer::new("standard");
    server.ask("remove");
    server.ask("insert contactless");
    assert_eq!(server.status("card"), "contactless");
    let atr = server.slot.atr().map(hex::encode_upper);
    assert_eq!(atr.as_deref(), Some("3B888001000005E0B381A1007F"));
}

#[test]
fn a_replaced_card_is_seen_as_removed_first() {
    let server = TestServer::new("standard");
    let (first, connection) = server.connect();
    server.expect(&[(SELECT_JPKI, "9000"), (WRONG_AUTH_PIN, "63C2")]);
    let removed = Instant::now();
    server.ask("replace auth-locked");
    assert!(removed.elapsed() >= REMOVAL_SEEN);
    assert_eq!(connection.breaks(), 1);
    assert_ne!(server.slot.presence(), Presence::In(first));
    server.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "6984")]);
    server.ask("replace standard");
    server.expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C3")]);
}

#[test]
fn a_card_file_is_named_by_its_path_which_may_have_spaces() {
    let server = TestServer::new("standard");
    let file = server.file(
        "my card.toml",
        "format = 1\nname = \"my card\"\ntitle = \"Mine\"\nextends = \"standard\"\n[keys]\nauth-pin.tries_left = 2\n",
    );
    server.ask(&format!("fresh {file}"));
    assert_eq!(server.status("card"), file);
    server.expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C2")]);
}

#[test]
fn a_fresh_card_is_as_from_the_factory_and_nobody_is_disconnected() {
    let server = TestServer::new("standard");
    let (insertion, connection) = server.connect();
    server.expect(&[(SELECT_JPKI, "9000"), (WRONG_AUTH_PIN, "63C2"), (VERIFY_SIGN_PIN, "9000")]);
    for request in ["revoke both", "expire both", "delay 1", "tear after 0"] {
        server.ask(request);
    }
    server.ask("fresh");
    assert_eq!((server.slot.presence(), connection.breaks()), (Presence::In(insertion), 0));
    server.expect(&[("00B00000 00", "6986"), (SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C3")]);
    assert_eq!(server.last_day(READ_AUTH_CERTIFICATE), "2030-04-01T14:59:59Z");
    assert_eq!(server.standing(Purpose::DigitalSignature), Standing::Good);
    assert_eq!([server.status("delay"), server.status("tear")], ["0", "off"]);
}

#[rstest]
#[case::twice(&["lock sign-pin", "revoke auth", "fresh", "lock sign-pin", "revoke auth", "fresh"])]
#[case::after_another_one(&["fresh revoked", "lock sign-pin", "fresh standard"])]
#[case::after_its_certificates_ran_out(&["expire both", "fresh"])]
#[case::after_its_end(&["lock sign-pin", "destroy", "fresh"])]
fn a_fresh_card_is_the_same_however_often_it_is_made(#[case] requests: &[&str]) {
    let server = TestServer::new("standard");
    let before = server.ask("status");
    requests.iter().for_each(|request| _ = server.ask(request));
    assert_eq!(server.ask("status"), before);
    let certificate = server.last_day(READ_AUTH_CERTIFICATE);
    assert_eq!(certificate, "2030-04-01T14:59:59Z");
}

#[test]
fn a_fresh_card_can_be_another_one_and_needs_none_in_the_slot() {
    let server = TestServer::new("standard");
    server.ask("fresh sign-locked");
    server.expect(&[(SELECT_JPKI, "9000"), (VERIFY_SIGN_PIN, "6984")]);
    server.ask("destroy");
    server.ask("fresh");
    assert_eq!(server.status("card"), "sign-locked");
    server.expect(&[(SELECT_JPKI, "9000"), (VERIFY_SIGN_PIN, "6984"), (VERIFY_AUTH_PIN, "9000")]);
}

#[rstest]
#[case::one("expire auth", "2026-11-21T14:59:59Z", "2030-04-01T14:59:59Z")]
#[case::the_other("expire sign", "2030-04-01T14:59:59Z", "2026-11-21T14:59:59Z")]
#[case::both("expire both", "2026-11-21T14:59:59Z", "2026-11-21T14:59:59Z")]
fn an_expired_certificate_ended_the_day_before_and_keys_keep_what_they_have(
    #[case] request: &str,
    #[case] auth: &str,
    #[case] sign: &str,
) {
    let server = TestServer::new("standard");
    server.expect(&[
        (SELECT_JPKI, "9000"),
        (VERIFY_AUTH_PIN, "9000"),
        ("0024019804 39393939", "9000"),
        (WRONG_AUTH_PIN, "63C2"),
    ]);
    server.ask(request);
    assert_eq!(server.last_day(READ_AUTH_CERTIFICATE), auth);
    assert_eq!(server.last_day(READ_SIGN_CERTIFICATE), sign);
    server.expect(&[(QUERY_AUTH_PIN, "63C2"), (VERIFY_NEW_AUTH_PIN, "9000")]);
}

#[test]
fn the_authority_suspends_reinstates_and_revokes_and_the_card_shows_nothing_of_it() {
    let server = TestServer::new("standard");
    let before = server.last_day(READ_AUTH_CERTIFICATE);
    let [auth, sign] = [Purpose::UserAuthentication, Purpose::DigitalSignature];
    server.ask("suspend both");
    assert!(matches!(server.standing(auth), Standing::Suspended { .. }));
    server.ask("reinstate sign");
    assert_eq!(server.standing(sign), Standing::Good);
    server.ask("revoke auth key-compromise");
    let reason = RevocationReason::KeyCompromise;
    assert!(matches!(server.standing(auth), Standing::Revoked { reason: given, .. } if given == reason));
    assert_eq!(server.standing(sign), Standing::Good);
    assert_eq!(server.last_day(READ_AUTH_CERTIFICATE), before);
}

#[test]
fn a_destroyed_card_never_answers_again_and_can_only_be_replaced() {
    let server = TestServer::new("standard");
    let (_, connection) = server.connect();
    server.ask("destroy");
    assert_eq!(connection.breaks(), 1);
    assert_eq!(server.exchange(SELECT_JPKI), (Outcome::Gone, String::new()));
    assert_eq!((server.slot.atr(), server.slot.presence()), (None, Presence::Empty));
    assert_eq!(server.status("presence"), "destroyed");
    server.ask("replace standard");
    server.expect(&[(SELECT_JPKI, "9000")]);
}

#[test]
fn a_torn_command_was_carried_out_and_its_answer_does_not_leave() {
    let server = TestServer::new("standard");
    server.ask("tear after 2");
    server.expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C3")]);
    assert_eq!(server.exchange(WRONG_AUTH_PIN), (Outcome::Torn { whole: 2 }, String::new()));
    assert_eq!(server.exchange(QUERY_AUTH_PIN), (Outcome::Gone, String::new()));
    assert_eq!([server.status("presence"), server.status("tear")], ["out", "off"]);
    server.ask("insert");
    server.expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C2")]);
}

#[test]
fn a_part_of_an_answer_leaves_when_the_card_is_pulled_within_it() {
    let server = TestServer::new("standard");
    let whole = {
        server.send(SELECT_JPKI);
        server.send(READ_AUTH_CERTIFICATE)
    };
    server.ask("tear in-response");
    let (outcome, part) = server.exchange(READ_AUTH_CERTIFICATE);
    assert_eq!(outcome, Outcome::Torn { whole: whole.len() / 2 });
    assert!(!part.is_empty() && part.len() < whole.len() && whole.starts_with(&part), "{part}");
    assert_eq!(server.slot.presence(), Presence::Empty);
}

#[test]
fn a_tear_can_be_called_off() {
    let server = TestServer::new("standard");
    server.ask("tear after 0");
    server.ask("tear off");
    server.expect(&[(SELECT_JPKI, "9000")]);
}

#[test]
fn a_delayed_card_answers_as_ever_but_later() {
    let server = TestServer::new("standard");
    server.ask("delay 50");
    let sent = Instant::now();
    server.expect(&[(SELECT_JPKI, "9000")]);
    assert!(sent.elapsed().as_millis() >= 50);
    server.ask("delay 0");
    assert_eq!(server.status("delay"), "0");
}

#[test]
fn status_counts_the_commands_that_were_carried_out() {
    let server = TestServer::new("standard");
    assert_eq!(server.status("commands"), "0");
    server.expect(&[(SELECT_JPKI, "9000"), ("FF", "6700")]);
    server.ask("tear after 0");
    server.exchange(QUERY_AUTH_PIN);
    server.exchange(QUERY_AUTH_PIN);
    assert_eq!(server.status("commands"), "3");
}
