//! Seeds of the fuzzers: what the scenarios say to the card and what it answers, written as the targets' bytes.
//!
//! A scenario is played against the embedded card by the harness itself; a recorder stands between the two.

use crate::session::{Session, Step};
use jpki_apdu::{Reset, Response, TransportError};
use jpki_conformance::adapter::{
    Can, CardEvent, CardTarget, CardUnderTest, NotStarted, Opening, VirtualCards,
};
use jpki_conformance::diagnostic::Diagnostics;
use jpki_conformance::engine::{Stage, play};
use jpki_conformance::runner::load_cards;
use jpki_conformance::scenario::load;
use jpki_conformance::vectors::Vectors;
use jpki_virtual_card::control::VERBS;
use jpki_virtual_card::names::Names;
use jpki_virtual_card::wire::frame;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// A seed of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Name of the target.
    pub target: &'static str,
    /// Name of the file; unique among the seeds of the target.
    pub name: String,
    /// What the target is given.
    pub bytes: Vec<u8>,
}

/// Why there are no seeds.
#[derive(Debug, thiserror::Error)]
pub enum NoSeeds {
    /// The scenarios cannot be read.
    #[error(transparent)]
    Data(#[from] Diagnostics),
    /// The embedded card does not start.
    #[error(transparent)]
    Card(#[from] NotStarted),
}

/// The seeds of every target: a session for each case of each scenario, every command, every answer.
///
/// # Errors
/// [`NoSeeds`] when the vectors or the embedded card are broken.
pub fn seeds() -> Result<Vec<Seed>, NoSeeds> {
    let vectors = Vectors::embedded();
    let suite = load(&vectors)?;
    let cards = load_cards(&vectors)?;
    let as_of = jiff::civil::date(2026, 4, 1);
    let embedded = VirtualCards::new(cards.clone(), suite.names.clone(), as_of);
    let time_limit = Duration::from_secs(30);
    let opening = Opening {
        cards: Arc::new(embedded),
        exchange_limit: time_limit,
        start_limit: time_limit,
        control: None,
    };
    let stage = Stage { names: &suite.names, cards: &cards, as_of, seed: 7, time_limit };
    let mut card = Recorder {
        card: CardTarget::default().open(&opening)?,
        session: Vec::new(),
        answers: BTreeSet::new(),
    };

    let (mut seeds, mut wires, mut commands) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for case in &suite.cases {
        card.session.clear();
        play(case, &mut card, &cards["standard"], &stage);
        for step in &card.session {
            if let Step::Raw(command) = step {
                commands.insert(command.clone());
            }
        }
        let name = case.id.replace(['/', '#'], "-");
        wires.entry(frames(&card.session)).or_insert_with(|| format!("{name}.frames"));
        wires.entry(lines(&card.session)).or_insert_with(|| format!("{name}.lines"));
        let session = Session(std::mem::take(&mut card.session)).to_bytes();
        seeds.entry(session).or_insert(name);
    }
    let sessions = seeds.into_iter().map(|(bytes, name)| Seed { target: "card_session", name, bytes });
    let wires = wires.into_iter().map(|(bytes, name)| Seed { target: "wire_session", name, bytes });
    let commands = numbered("apdu_command", commands);
    let answers = numbered("ber_tlv", card.answers);
    let requests = numbered("control_request", requests());
    Ok(sessions.chain(wires).chain(commands).chain(answers).chain(requests).collect())
}

/// A session as vpcd sends it, in pieces of up to 64 bytes.
fn frames(session: &[Step]) -> Vec<u8> {
    let payloads = session.iter().flat_map(|step| match step {
        Step::Reset(Reset::Cold) => vec![vec![0x00], vec![0x01], vec![0x04]],
        Step::Reset(Reset::Warm) => vec![vec![0x02], vec![0x04]],
        Step::Raw(command) => vec![command.clone()],
        _ => Vec::new(),
    });
    let (mut stream, mut frame) = (vec![63], Vec::new());
    for payload in payloads {
        // What no frame carries never came over this wire.
        if frame::encode(&payload, &mut frame).is_ok() {
            stream.extend_from_slice(&frame);
        }
    }
    stream
}

/// A session in lines of hex.
fn lines(session: &[Step]) -> Vec<u8> {
    let line = |step: &Step| match step {
        Step::Reset(Reset::Cold) => "!reset\n".to_owned(),
        Step::Reset(Reset::Warm) => "!reset warm\n".to_owned(),
        Step::Raw(command) => {
            command.iter().map(|byte| format!("{byte:02X}")).chain(["\n".to_owned()]).collect()
        }
        _ => String::new(),
    };
    session.iter().map(line).collect::<String>().into_bytes()
}

/// Every verb of the control socket as its usage writes it, and those about keys with every key.
fn requests() -> BTreeSet<Vec<u8>> {
    let keys: Vec<_> = Names::embedded().keys().map(|(_, key)| &*key.name).collect();
    let lines = VERBS.iter().flat_map(|verb| {
        let usage =
            format!("{} {}", verb.word, verb.arguments).replace("HEXVALUE", "31323334").replace(" N", " 2");
        match usage.contains("KEY") {
            true => keys.iter().map(|key| usage.replace("KEY", key)).collect(),
            false => vec![usage],
        }
    });
    lines.map(String::into_bytes).collect()
}

fn numbered(target: &'static str, all: BTreeSet<Vec<u8>>) -> impl Iterator<Item = Seed> {
    all.into_iter().enumerate().map(move |(n, bytes)| Seed { target, name: format!("{n:04}"), bytes })
}

/// Stands between the harness and the card and writes down what passes.
struct Recorder {
    card: Box<dyn CardUnderTest>,
    session: Vec<Step>,
    answers: BTreeSet<Vec<u8>>,
}

impl CardUnderTest for Recorder {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        self.card.fresh(personalisation)
    }

    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        self.session.push(Step::Raw(command.to_vec()));
        let response = self.card.transmit(command)?;
        if !response.data().is_empty() {
            self.answers.insert(response.data().to_vec());
        }
        Ok(response)
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        self.session.push(Step::Reset(reset));
        self.card.reset(reset)
    }

    fn act(&mut self, event: &CardEvent) -> Result<Can, TransportError> {
        self.card.act(event)
    }
}
