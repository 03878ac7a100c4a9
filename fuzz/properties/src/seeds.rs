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

    let (mut seeds, mut commands) = (BTreeMap::new(), BTreeSet::new());
    for case in &suite.cases {
        card.session.clear();
        play(case, &mut card, &cards["standard"], &stage);
        for step in &card.session {
            if let Step::Raw(command) = step {
                commands.insert(command.clone());
            }
        }
        let session = Session(std::mem::take(&mut card.session)).to_bytes();
        seeds.entry(session).or_insert_with(|| case.id.replace(['/', '#'], "-"));
    }
    let sessions = seeds.into_iter().map(|(bytes, name)| Seed { target: "card_session", name, bytes });
    let commands = numbered("apdu_command", commands);
    let answers = numbered("ber_tlv", card.answers);
    Ok(sessions.chain(commands).chain(answers).collect())
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
