//! What outlives the server: after a start with the same file the card is what it was.

use crate::server::*;
use jpki_virtual_card::control::Limits;
use jpki_virtual_card::slot::{Outcome, PersonalisedCard, Presence, Slot};
use jpki_virtual_card::state::StateFile;
use jpki_virtual_card::transcript::Transcript;
use rstest::rstest;
use std::fs;
use std::path::Path;

/// A server whose card is kept in this file.
fn start(file: &Path) -> TestServer {
    let (file, state) = StateFile::open(file).expect("the file");
    let card = match &state {
        Some(state) => {
            let card = PersonalisedCard::load(&state.card, AS_OF).expect("the card of the state");
            card.recall(&file, state).expect("the kept card")
        }
        None => load("standard"),
    };
    let slot = Slot::new(card).kept_in(file).expect("it can be kept");
    TestServer::of(slot, Limits::default())
}

#[rstest]
#[case::a_spent_try(&["tries auth-pin 1"], &[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C1")])]
#[case::a_new_value(
    &["unlock auth-pin 39393939"],
    &[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "63C2"), ("0020009804 39393939", "9000")]
)]
#[case::another_card(&["replace auth-locked"], &[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "6984")])]
#[case::another_card_fresh(&["fresh sign-locked", "lock auth-pin"], &[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "6984"), (QUERY_SIGN_PIN, "63C0")])]
#[case::another_card_put_in(&["remove", "insert one-try-left"], &[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C1")])]
fn what_was_done_to_the_card_is_there_after_a_start(
    #[case] requests: &[&str],
    #[case] script: &[(&str, &str)],
) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("state");
    let server = start(&file);
    for request in requests {
        server.ask(request);
    }
    drop(server);
    start(&file).expect(script);
}

#[rstest]
#[case::certificates(&["expire sign", "suspend auth", "revoke sign superseded"])]
#[case::both_expired(&["expire auth", "expire sign"])]
#[case::removed(&["lock sign-pin", "remove", "insert"])]
fn the_status_is_the_same_after_a_start(#[case] requests: &[&str]) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("state");
    let server = start(&file);
    for request in requests {
        server.ask(request);
    }
    let before = server.ask("status");
    drop(server);
    assert_eq!(start(&file).ask("status"), before);
}

#[test]
fn what_a_command_spent_is_spent_after_a_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("state");
    let server = start(&file);
    server.expect(&[(SELECT_JPKI, "9000"), (WRONG_AUTH_PIN, "63C2")]);
    server.ask("tear after 0");
    assert_eq!(server.exchange(WRONG_AUTH_PIN).0, Outcome::Torn { whole: 2 });
    drop(server);
    start(&file).expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C1")]);
}

#[test]
fn a_destroyed_card_is_no_card_after_a_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("state");
    start(&file).ask("destroy");
    let server = start(&file);
    assert_eq!((server.slot.presence(), server.status("presence")), (Presence::Empty, "destroyed".into()));
    assert_eq!(server.exchange(SELECT_JPKI), (Outcome::Gone, String::new()));
    server.ask("fresh");
    server.expect(&[(SELECT_JPKI, "9000")]);
}

/// A directory that swallows the file: saving replaces it, which nobody can do to a directory.
fn hinder(file: &Path) {
    fs::remove_file(file).expect("it was kept");
    fs::create_dir(file).expect("a directory in its place");
    fs::write(file.join("stone"), "").expect("one that is not empty");
}

#[test]
fn an_answer_that_cannot_be_kept_does_not_leave_and_the_card_counts_as_gone() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("state");
    let server = start(&file);
    let (_, connection) = server.connect();
    server.expect(&[(SELECT_JPKI, "9000")]);
    hinder(&file);
    server.expect(&[(QUERY_AUTH_PIN, "63C3")]);
    assert_eq!(server.exchange(WRONG_AUTH_PIN), (Outcome::Gone, String::new()));
    assert_eq!((connection.breaks(), server.slot.presence()), (1, Presence::Empty));
    assert!(server.refused("insert").starts_with("cannot "), "as long as it cannot be kept");
    fs::remove_dir_all(&file).expect("the directory goes");
    server.ask("insert");
    server.expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C2")]);
    drop(connection);
    drop(server);
    start(&file).expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C2")]);
}

#[rstest]
#[case::a_counter("lock auth-pin")]
#[case::a_certificate("expire auth")]
#[case::the_authority("revoke both")]
#[case::another_card("replace expired")]
#[case::a_fresh_one("fresh expired")]
#[case::the_chip("destroy")]
fn what_cannot_be_kept_is_not_done(#[case] request: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("state");
    let server = start(&file);
    server.expect(&[(SELECT_JPKI, "9000"), (VERIFY_AUTH_PIN, "9000")]);
    hinder(&file);
    let before = server.ask("status");
    assert!(server.refused(request).starts_with("cannot "), "{request}");
    assert_eq!(server.ask("status"), before);
}

#[test]
fn a_transcript_tells_what_passed_and_what_was_asked_but_no_value() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("transcript");
    let transcript = Transcript::append_to(&file).expect("a file");
    let server = TestServer::of(Slot::new(load("standard")).recorded_in(transcript), Limits::default());
    let (_, connection) = server.connect();
    server.expect(&[(SELECT_JPKI, "9000"), (WRONG_AUTH_PIN, "63C2")]);
    server.ask("unlock auth-pin 39373531");
    server.expect(&[("0020009804 39373531", "9000")]);
    server.ask("expire auth");
    server.ask("tear after 1");
    server.expect(&[(SELECT_JPKI, "9000")]);
    server.exchange(VERIFY_AUTH_PIN);
    drop(connection);
    server.ask("insert");
    server.ask("fresh expired");
    server.ask("destroy");
    server.refused("remove");
    server.ask("replace standard");
    server.ask("status");
    let text = fs::read_to_string(&file).expect("a transcript");
    let lines: Vec<_> =
        text.lines().filter_map(|line| line.split_once("Z  ")).map(|(_, line)| line).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
