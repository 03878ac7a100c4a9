//! A card in a slot with a control socket, in a directory of its own.

use jiff::civil::{Date, date};
use jpki_virtual_card::control::{Client, ClientError, Limits, Server};
use jpki_virtual_card::slot::{Insertion, Outcome, PersonalisedCard, Power, Slot};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const AS_OF: Date = date(2026, 11, 22);
/// Far longer than anything takes: it turns a hang into a failure.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) const SELECT_JPKI: &str = "00A4040C0A D392F000260100000001";
pub(crate) const VERIFY_AUTH_PIN: &str = "0020009804 31323334";
pub(crate) const WRONG_AUTH_PIN: &str = "0020009804 30303030";
pub(crate) const QUERY_AUTH_PIN: &str = "00200098";
pub(crate) const QUERY_SIGN_PIN: &str = "0020009B";

pub(crate) struct TestServer {
    pub(crate) slot: Arc<Slot>,
    pub(crate) socket: PathBuf,
    _server: Server,
    directory: TempDir,
}

impl TestServer {
    pub(crate) fn new(card: &str) -> Self {
        Self::with(card, Limits::default())
    }

    pub(crate) fn with(card: &str, limits: Limits) -> Self {
        Self::of(Slot::new(load(card)), limits)
    }

    pub(crate) fn of(slot: Slot, limits: Limits) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (slot, socket) = (Arc::new(slot), directory.path().join("control"));
        let server = Server::start(&socket, &slot, limits).expect("a control socket");
        Self { slot, socket, _server: server, directory }
    }

    /// A file in the server's directory.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.into_os_string().into_string().expect("UTF-8")
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.socket).expect("a client")
    }

    /// Asks; the lines of the reply.
    #[track_caller]
    pub(crate) fn ask(&self, line: &str) -> Vec<String> {
        let request = line.parse().expect("a request");
        self.client().ask(&request).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// Asks what is refused; the reason.
    #[track_caller]
    pub(crate) fn refused(&self, line: &str) -> String {
        let request = line.parse().expect("a request");
        match self.client().ask(&request) {
            Err(ClientError::Refused(reason)) => reason,
            other => panic!("{line}: {other:?}"),
        }
    }

    /// The line of the status that begins so, without its beginning.
    #[track_caller]
    pub(crate) fn status(&self, fact: &str) -> String {
        let lines = self.ask("status");
        let line = lines.iter().find_map(|line| line.strip_prefix(fact)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{fact} in {lines:?}")).to_owned()
    }

    /// Sends a command in hex, spaces do not count; the outcome and, in hex, what left the card.
    pub(crate) fn exchange(&self, command: &str) -> (Outcome, String) {
        let command = hex::decode(command.replace(' ', "")).expect("hex");
        let mut answer = Vec::new();
        let outcome = self.slot.exchange(&command, &mut answer);
        (outcome, hex::encode_upper(answer))
    }

    /// Sends a command that is answered; the answer.
    #[track_caller]
    pub(crate) fn send(&self, command: &str) -> String {
        let (outcome, answer) = self.exchange(command);
        assert_eq!(outcome, Outcome::Answered, "{command}");
        answer
    }

    /// Sends commands and holds each answer against what is expected.
    #[track_caller]
    pub(crate) fn expect(&self, script: &[(&str, &str)]) {
        for (command, expected) in script {
            assert_eq!(self.send(command), *expected, "{command}");
        }
    }

    /// A reader takes a seat at the card, and gives it power.
    #[track_caller]
    pub(crate) fn connect(&self) -> (Insertion, Connection<'_>) {
        let insertion = self.slot.wait_for_card(LONG).expect("a card");
        let breaks = Arc::new(AtomicU32::new(0));
        let broken = Arc::clone(&breaks);
        let seat = self.slot.occupy(insertion, move || _ = broken.fetch_add(1, Ordering::SeqCst));
        let seat = seat.expect("it is still there");
        self.slot.power(Power::On);
        (insertion, Connection { breaks, _seat: seat })
    }
}

/// A connection to the card, which the slot may break.
pub(crate) struct Connection<'a> {
    breaks: Arc<AtomicU32>,
    _seat: jpki_virtual_card::slot::Occupancy<'a>,
}

impl Connection<'_> {
    /// How often it was broken.
    pub(crate) fn breaks(&self) -> u32 {
        self.breaks.load(Ordering::SeqCst)
    }
}

pub(crate) fn load(card: &str) -> PersonalisedCard {
    PersonalisedCard::load(card, AS_OF).expect("a card")
}
