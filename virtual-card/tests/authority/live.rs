//! A card that is in use while somebody asks about it.

use crate::AS_OF;
use crate::ocsp::{answers, ask, assert_sound};
use crate::openssl::{Folder, Said};
use jiff::tz;
use jpki_virtual_card::authority::{Authorities, Purpose, Reach, Responder, Standing};
use jpki_virtual_card::profile::RevocationReason;
use jpki_virtual_card::slot::{PersonalisedCard, Slot};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const AUTH: [Purpose; 1] = [Purpose::UserAuthentication];

fn slot(card: &str) -> Arc<Slot> {
    Arc::new(Slot::new(PersonalisedCard::load(card, AS_OF).expect("a card")))
}

fn responder(slot: &Arc<Slot>) -> Responder {
    let slot = Arc::clone(slot);
    let now = move || (slot.register(), slot.now());
    Responder::start("127.0.0.1:0", Reach::Loopback, Authorities::embedded(), now).expect("a free port")
}

fn status(folder: &Folder, address: SocketAddr, serial: &str) -> Said {
    let said = ask(folder, address, Purpose::UserAuthentication, &["-serial", serial]);
    assert_sound(&said);
    said
}

#[test]
fn the_next_answer_knows_what_has_just_been_decided() {
    let (slot, folder) = (slot("standard"), Folder::new());
    let responder = responder(&slot);
    let status = |serial| status(&folder, responder.address(), serial);
    assert_eq!(answers(&status("0x2A7E01")), ["0x2A7E01: good"]);

    slot.suspend(&AUTH).expect("suspended");
    let said = status("0x2A7E01");
    assert!(said.has("0x2A7E01: revoked") && said.has("Reason: certificateHold"), "{said:?}");

    slot.reinstate(&AUTH).expect("reinstated");
    assert_eq!(answers(&status("0x2A7E01")), ["0x2A7E01: good"]);

    slot.revoke(&AUTH, RevocationReason::CessationOfOperation).expect("revoked");
    let said = status("0x2A7E01");
    assert!(said.has("0x2A7E01: revoked") && said.has("Reason: cessationOfOperation"), "{said:?}");
    slot.reinstate(&AUTH).expect_err("a revocation is for good");
    assert_eq!(answers(&status("0x2A7E01")), ["0x2A7E01: revoked"]);
}

#[test]
fn an_expired_card_is_good_by_the_authority_and_another_card_has_another_register() {
    let (slot, folder) = (slot("standard"), Folder::new());
    let responder = responder(&slot);
    let status = |serial| status(&folder, responder.address(), serial);
    slot.expire(&AUTH).expect("expired");
    assert_eq!(answers(&status("0x2A7E01")), ["0x2A7E01: good"]);
    slot.fresh(Some("revoked")).expect("another card");
    assert_eq!(answers(&status("0x2A7E01")), ["0x2A7E01: unknown"]);
    assert_eq!(answers(&status("0x2A7E06")), ["0x2A7E06: revoked"]);
}

#[test]
fn what_is_decided_on_a_card_of_another_day_happens_on_that_day() {
    let slot = slot("standard");
    slot.suspend(&AUTH).expect("suspended");
    let standing = slot.register().entry(Purpose::UserAuthentication).map(|entry| entry.standing);
    let Some(Standing::Suspended { since }) = standing else { panic!("{standing:?}") };
    let day = tz::offset(9).to_datetime(since).date();
    // Midnight may come between the two.
    assert!(day == AS_OF || day == AS_OF.tomorrow().expect("a day"), "{day}");
    assert!(since <= slot.now());
}

/// The program, serving on its standard input and output; ended when dropped.
struct Serving {
    program: Child,
    address: SocketAddr,
}

impl Serving {
    /// Starts it in this folder and reads in its log where the authority answers.
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
        program.args(["serve", "--stdio", "--as-of", "2026-11-22", "--authority", "127.0.0.1:0"]);
        program.args(arguments).current_dir(folder.path());
        program.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut program = program.spawn().expect("the program starts");
        let mut log = BufReader::new(program.stderr.take().expect("a log")).lines();
        let address = log.find_map(|line| {
            let line = line.expect("a log is text");
            let (_, address) = line.split_once("the authority answers at http://")?;
            Some(address.trim().parse().expect("an address"))
        });
        // The rest of the log is read, so that writing it never waits.
        std::thread::spawn(move || log.for_each(drop));
        Self { program, address: address.expect("the log names an address") }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn the_program_answers_for_the_card_that_it_serves_and_ends_when_its_input_does() {
    let folder = Folder::new();
    let mut serving = Serving::start(&folder, &["--card", "suspended"]);
    let said = status(&folder, serving.address, "0x2A7E07");
    assert!(said.has("0x2A7E07: revoked") && said.has("Reason: certificateHold"), "{said:?}");
    assert!(said.has("Revocation Time: Nov 20 14:40:00 2026 GMT"), "{said:?}");
    drop(serving.program.stdin.take());
    assert!(serving.program.wait().expect("it ends").success());
}

#[test]
fn a_revocation_from_another_shell_shows_in_the_next_answer_and_survives_the_program() {
    let folder = Folder::new();
    let arguments = ["--control", "card.sock", "--state", "card.state"];
    let serving = Serving::start(&folder, &arguments);
    assert_eq!(answers(&status(&folder, serving.address, "0x2A7E01")), ["0x2A7E01: good"]);
    let mut ctl = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    ctl.args(["ctl", "--control", "card.sock", "revoke", "auth", "superseded"]).current_dir(folder.path());
    assert!(ctl.status().expect("the program starts").success());
    let revoked = status(&folder, serving.address, "0x2A7E01");
    assert!(revoked.has("0x2A7E01: revoked") && revoked.has("Reason: superseded"), "{revoked:?}");
    // Killed, without a word of farewell.
    drop(serving);
    let serving = Serving::start(&folder, &arguments);
    let said = status(&folder, serving.address, "0x2A7E01");
    assert_eq!(since(&said), since(&revoked), "{said:?}");
    assert!(said.has("0x2A7E01: revoked") && said.has("Reason: superseded"), "{said:?}");
}

fn since(said: &Said) -> &str {
    said.words.lines().find(|line| line.contains("Revocation Time: ")).expect("a revocation").trim()
}

#[test]
fn the_program_refuses_an_address_that_others_can_reach() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    program
        .args(["serve", "--stdio", "--authority", "0.0.0.0:0"])
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    let mut program = program.spawn().expect("the program starts");
    let mut words = String::new();
    program.stderr.take().expect("a log").read_to_string(&mut words).expect("words");
    assert_eq!(program.wait().expect("it ends").code(), Some(2), "{words}");
    assert!(words.contains("other machines could ask the authority at 0.0.0.0:0"), "{words}");
}
