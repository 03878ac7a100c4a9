//! Lines over TCP: the test is the program.

use crate::served::Served;
use crate::{ATR, NO_SUCH_KEY, PATIENCE, QUERY_AUTH_PIN, SELECT_JPKI, WRONG_AUTH_PIN};
use jpki_virtual_card::wire::line::LONGEST_LINE;
use jpki_virtual_card::wire::tcp::Server;
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};

struct Program(BufReader<TcpStream>);

impl Program {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
        Self(BufReader::new(stream))
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).expect("it listens");
    }

    /// The next line; empty when there will be none any more.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("it answers");
        line.trim_end().to_owned()
    }

    fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\n").as_bytes());
        self.line()
    }
}

fn served() -> (SocketAddr, Served) {
    let server = Server::bind("127.0.0.1:0").expect("a port");
    (server.address(), Served::by(move |slot, stop| server.serve(slot, stop)))
}

fn with_a_try_spent() -> (SocketAddr, Served) {
    let (address, served) = served();
    let mut program = Program::connect(address);
    assert_eq!(program.ask(SELECT_JPKI), "9000");
    assert_eq!(program.ask(WRONG_AUTH_PIN), "63C2");
    (address, served)
}

fn has_forgotten_nothing(program: &mut Program) {
    assert_eq!(program.ask("!reset"), ATR);
    assert_eq!(program.ask(SELECT_JPKI), "9000");
    assert_eq!(program.ask(QUERY_AUTH_PIN), "63C2");
}

#[test]
fn a_program_that_comes_finds_no_session_of_another_but_its_counters() {
    let (address, _served) = with_a_try_spent();
    let mut program = Program::connect(address);
    assert_eq!(program.ask(QUERY_AUTH_PIN), NO_SUCH_KEY);
    has_forgotten_nothing(&mut program);
}

#[test]
fn a_second_program_is_told_so_and_the_first_goes_on() {
    let (address, _served) = served();
    let mut first = Program::connect(address);
    assert_eq!(first.ask(SELECT_JPKI), "9000");
    let mut second = Program::connect(address);
    second.send(b"!reset\n");
    assert_eq!(second.line(), "!busy another program has the card");
    assert_eq!(second.line(), "", "and then it is closed");
    assert_eq!(first.ask(QUERY_AUTH_PIN), "63C3");
    drop(first);
    assert_eq!(Program::connect(address).ask("!reset"), ATR);
}

#[test]
fn a_line_that_is_too_long_is_refused_and_the_next_one_answered() {
    let (address, _served) = with_a_try_spent();
    let mut program = Program::connect(address);
    let too_long = "0".repeat(LONGEST_LINE + 1);
    assert_eq!(program.ask(&too_long), format!("!unknown a line has {LONGEST_LINE} characters at most"));
    // The longest that fits is a command, of an unusual kind.
    assert_eq!(program.ask(&too_long[1..]).len(), 4);
    has_forgotten_nothing(&mut program);
}

#[test]
fn ten_thousand_programs_come_and_go_and_leave_nothing_behind() {
    let (address, served) = with_a_try_spent();
    for count in 0..10_000_u32 {
        let mut program = Program::connect(address);
        match count % 4 {
            0 => assert_eq!(program.ask("!reset"), ATR),
            1 => program.send(b"00A4"),
            _ => {}
        }
    }
    has_forgotten_nothing(&mut Program::connect(address));
    served.ends_when_asked();
}

#[test]
fn a_card_that_was_pulled_is_mute_and_the_server_waits_for_the_next() {
    let (address, served) = with_a_try_spent();
    let mut program = Program::connect(address);
    served.slot.remove().expect("a card is in");
    assert_eq!(program.ask(SELECT_JPKI), "!mute");
    assert_eq!(program.ask("!reset"), "!mute");
    served.slot.insert(None).expect("none is in");
    served.slot.wait_for_card(PATIENCE).expect("it is seen");
    has_forgotten_nothing(&mut program);
}

#[test]
fn a_silent_program_does_not_keep_the_server_from_ending() {
    let (address, served) = served();
    let mut program = Program::connect(address);
    assert_eq!(program.ask("!reset"), ATR);
    served.ends_when_asked();
    assert_eq!(program.line(), "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_bytes_end_the_server_or_change_the_card(programs in vec(vec(any::<u8>(), 0..3_000), 1..20)) {
        let (address, _served) = with_a_try_spent();
        for bytes in programs {
            Program::connect(address).send(&bytes);
        }
        has_forgotten_nothing(&mut Program::connect(address));
    }
}
