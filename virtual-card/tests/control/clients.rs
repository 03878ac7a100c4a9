//! Clients of all kinds: none is in another one's way, none harms the card.

use crate::server::*;
use jpki_virtual_card::control::{Client, ClientError, Limits, ListenError, Request, Server};
use jpki_virtual_card::slot::Outcome;
use rstest::rstest;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Sends these bytes and nothing more; everything that comes back.
pub(crate) fn talk(socket: &Path, bytes: &[u8], replies: &mut String) {
    let mut stream = UnixStream::connect(socket).expect("a server");
    stream.set_read_timeout(Some(LONG)).expect("a limit");
    stream.write_all(bytes).expect("sent");
    stream.shutdown(Shutdown::Write).expect("that was all");
    stream.read_to_string(replies).expect("text comes back");
}

#[test]
fn the_socket_is_for_its_owner_alone() {
    let server = TestServer::new("standard");
    let mode = server.socket.symlink_metadata().expect("a socket").permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
}

#[test]
fn the_socket_goes_with_its_server() {
    let server = TestServer::new("standard");
    let socket = server.socket.with_file_name("second");
    let second = Server::start(&socket, &server.slot, Limits::default()).expect("another socket");
    let mut waiting = UnixStream::connect(&socket).expect("a client");
    drop(second);
    assert!(!socket.exists());
    waiting.set_read_timeout(Some(LONG)).expect("a limit");
    assert_eq!(waiting.read(&mut [0]).expect("the end"), 0, "a client that waits is told the end");
    server.expect(&[(SELECT_JPKI, "9000")]);
}

#[test]
fn a_second_server_at_the_same_path_is_refused_and_the_first_one_answers_on() {
    let server = TestServer::new("standard");
    let error = Server::start(&server.socket, &server.slot, Limits::default()).expect_err("one is enough");
    assert!(matches!(error, ListenError::InUse(_)), "{error}");
    assert_eq!(server.status("card"), "standard");
}

#[test]
fn one_connection_may_ask_many_times() {
    let server = TestServer::new("standard");
    let mut replies = String::new();
    talk(&server.socket, b"lock auth-pin\r\nbogus\n\ntries auth-pin 2\ndelay 0\n", &mut replies);
    let kinds: Vec<_> = replies.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(kinds, ["ok", "error", "error", "ok", "ok"], "{replies}");
    assert_eq!(server.status("key auth-pin"), "2 of 3");
}

#[rstest]
#[case::no_text(b"\xFF\xFE\xFD\n", "error the line is no UTF-8 text\n")]
#[case::half_a_line(b"tries auth-pin 1", "error the line has no end\n")]
#[case::control_characters(b"lock\0auth-pin\n", "error a request is plain text without control characters\n")]
#[case::another_protocol(
    b"GET_/_HTTP\n",
    "error no verb is called \"GET_/_HTTP\"; the verbs are status, lock, tries, unlock, remove, insert, replace, \
     fresh, expire, suspend, revoke, reinstate, destroy, tear, delay\n"
)]
#[case::a_line_without_end(&[b'a'; 9_000], "error a line has at most 8192 bytes\n")]
fn a_client_that_sends_no_request_is_told_so(#[case] bytes: &[u8], #[case] words: &str) {
    let server = TestServer::new("standard");
    let mut replies = String::new();
    talk(&server.socket, bytes, &mut replies);
    assert_eq!(replies, words);
    server.expect(&[(SELECT_JPKI, "9000"), (QUERY_AUTH_PIN, "63C3")]);
}

#[test]
fn a_client_that_never_ends_its_line_keeps_nobody_waiting_and_is_left() {
    let limits = Limits { patience: Duration::from_millis(200), ..Limits::default() };
    let server = TestServer::with("standard", limits);
    let mut slow = UnixStream::connect(&server.socket).expect("a client");
    slow.set_read_timeout(Some(LONG)).expect("a limit");
    slow.write_all(b"lock auth-").expect("sent");
    assert_eq!(server.status("card"), "standard");
    let mut words = String::new();
    slow.read_to_string(&mut words).expect("it is told");
    assert_eq!(words, "error no whole line came within 200 ms\n");
    assert_eq!(server.status("key auth-pin"), "3 of 3");
}

#[test]
fn too_many_clients_are_told_so_and_a_place_that_is_left_is_free() {
    let server = TestServer::with("standard", Limits { clients: 1, ..Limits::default() });
    let mut first = UnixStream::connect(&server.socket).expect("a client");
    first.write_all(b"delay 0\n").expect("sent");
    first.read_exact(&mut [0; 3]).expect("it is in");
    let mut words = String::new();
    UnixStream::connect(&server.socket).expect("connected").read_to_string(&mut words).expect("it is told");
    assert_eq!(words, "error 1 clients are connected already\n");
    drop(first);
    // The server learns of it in a moment.
    while let Err(error) = server.client().ask(&Request::Status) {
        assert!(matches!(error, ClientError::Refused(_) | ClientError::Unreachable { .. }), "{error}");
    }
}

#[test]
fn two_clients_and_a_program_at_the_card_do_not_disturb_each_other() {
    const ROUNDS: usize = 200;
    let server = TestServer::new("standard");
    thread::scope(|scope| {
        for (key, most) in [("sign-pin", 5), ("text-pin", 3)] {
            let mut client = server.client();
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let request = format!("tries {key} {}", round % (most + 1)).parse().expect("a request");
                    client.ask(&request).expect("it is done");
                }
                client.ask(&format!("tries {key} {most}").parse().expect("a request")).expect("it is done");
            });
        }
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                server.expect(&[(SELECT_JPKI, "9000"), (WRONG_AUTH_PIN, "63C2"), (VERIFY_AUTH_PIN, "9000")]);
            }
        });
    });
    assert_eq!(server.status("commands"), (3 * ROUNDS).to_string());
    assert_eq!(
        ["auth", "sign", "text"].map(|key| server.status(&format!("key {key}-pin"))),
        ["3 of 3", "5 of 5", "3 of 3"]
    );
}

#[test]
fn a_card_can_be_pulled_while_it_takes_its_time() {
    let server = TestServer::new("standard");
    server.ask("delay 60000");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| server.exchange(SELECT_JPKI));
        // However this falls, the command must come back long before its delay is over.
        server.ask("remove");
        assert_eq!(waiting.join().expect("it comes back"), (Outcome::Gone, String::new()));
    });
    assert_eq!(server.status("commands"), "0");
}

#[test]
fn a_client_tells_when_nobody_answers() {
    let directory = tempfile::tempdir().expect("a directory");
    let nowhere = directory.path().join("nowhere");
    assert!(Client::connect(&nowhere).is_err());

    let socket = {
        let server = TestServer::new("standard");
        let mut client = server.client();
        drop(server);
        let error = client.ask(&Request::Status).expect_err("the server is gone");
        assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
        nowhere
    };
    let stranger = UnixListener::bind(&socket).expect("a stranger");
    let answering = thread::spawn(move || {
        // One for the client that looks whether somebody is there, one for its question.
        for _ in 0..2 {
            let (mut stream, _) = stranger.accept().expect("a client");
            stream.read_to_end(&mut Vec::new()).expect("a question");
            let _ = stream.write_all(b"220 mail ready\n");
        }
    });
    let error = Client::connect(&socket).expect("somebody").ask(&Request::Status).expect_err("a stranger");
    assert!(matches!(error, ClientError::Protocol(_)), "{error}");
    answering.join().expect("it does not panic");
}

#[test]
fn the_slot_outlives_a_server_that_is_started_again() {
    let server = TestServer::new("standard");
    let socket = server.socket.with_file_name("again");
    for tries in [1, 2] {
        let again = Server::start(&socket, &server.slot, Limits::default()).expect("a socket");
        let request = format!("tries auth-pin {tries}").parse().expect("a request");
        Client::connect(&socket).expect("a server").ask(&request).expect("it is done");
        drop(again);
        assert_eq!(server.status("key auth-pin"), format!("{tries} of 3"));
    }
    // The fixture and its own server.
    assert_eq!(Arc::strong_count(&server.slot), 2, "no thread of a server that ended holds the slot");
}
