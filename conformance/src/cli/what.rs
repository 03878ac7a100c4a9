//! What `run` and `plan` have in common: which card, and which scenarios.

use super::{Data, Failure};
use crate::adapter::CardTarget;
use crate::engine::KnownCard;
use crate::guard::{Allowed, Leave, own_values};
use crate::runner::{Cards, Selection, Shard, glob, load_cards, load_profile, today};
use crate::scenario::Suite;
use crate::vectors::{SourceFile, Vectors};
use clap::Args;
use jiff::civil::Date;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The card, and the scenarios that concern it.
#[derive(Debug, Default, Args)]
pub(super) struct What {
    /// The card under test: virtual, virtual:NAME, exec:COMMAND, vpcd:HOST:PORT or pcsc:READER
    #[arg(long, value_name = "CARD", default_value = "virtual")]
    pub(super) card: CardTarget,
    /// Describes the card under test, like a file of vectors/cards; PINs may come from the environment
    #[arg(long, value_name = "FILE")]
    pub(super) card_profile: Option<PathBuf>,
    /// Guard this card like one in a reader: without leave it is only read
    #[arg(long)]
    pub(super) guarded: bool,
    /// Leave for more than reading a guarded card: presents[:KEY], spends[:KEY], changes[:KEY], signs or probes
    #[arg(long = "allow", value_name = "EFFECT")]
    pub(super) allowed: Vec<Allowed>,
    /// Serial of the card that leave is given for; `plan` prints it
    #[arg(long, value_name = "SERIAL")]
    pub(super) card_serial: Option<String>,
    /// The card behind vpcd: or pcsc: is a virtual one with this control socket, by which it is made fresh
    #[arg(long, value_name = "SOCKET")]
    pub(super) card_control: Option<PathBuf>,
    /// Only scenarios whose id has this in it, or fits this pattern with * and ?
    #[arg(long = "filter", value_name = "WORDS")]
    pub(super) filters: Vec<String>,
    /// Only scenarios of this rule, or of rules that fit this pattern
    #[arg(long = "rule", value_name = "ID")]
    pub(super) rules: Vec<String>,
    /// The day of the run, which selects the rules in force [default: today in Japan]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) as_of: Option<Date>,
    /// Only one part of the suite, for example 1/3
    #[arg(long, value_name = "PART/PARTS")]
    pub(super) shard: Option<Shard>,
    /// Seed of wrong PINs
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(super) seed: u64,
}

/// Everything that a run or a plan starts from.
pub(super) struct Ready {
    pub(super) suite: Suite,
    pub(super) cards: Cards,
    /// What the card under test is known to be.
    pub(super) known: Arc<KnownCard>,
    pub(super) as_of: Date,
}

impl What {
    /// Reads everything that is needed, and refuses what makes no sense.
    pub(super) fn ready(&self, data: &Data) -> Result<Ready, Failure> {
        let vectors = data.vectors()?;
        let suite = data.suite()?;
        let cards = load_cards(&vectors)?;
        for wanted in &self.rules {
            if !suite.catalogue.rules().any(|rule| glob(wanted, &rule.id)) {
                let hint = "`jpki-conformance list rules` prints all of them".to_owned();
                return Err(Failure::usage(format!("no rule is called \"{wanted}\""), Some(hint)));
            }
        }
        if self.card_control.is_some() && !self.card.has_a_reader() {
            let hint = "exec: and virtual cards are made fresh without one".to_owned();
            return Err(Failure::usage("--card-control goes with vpcd: and pcsc: cards only", Some(hint)));
        }
        if let Some((key, meant)) = self.leave().unknown_key(&suite.names) {
            let hint = meant.map(|meant| format!("did you mean \"{meant}\"?"));
            return Err(Failure::usage(format!("--allow: no key is called \"{key}\""), hint));
        }
        let known = self.known(&vectors, &cards)?;
        let as_of = self.as_of.unwrap_or_else(today);
        Ok(Ready { suite, cards, known, as_of })
    }

    /// What the card under test is known to be. Of a guarded card only what its own profile tells: nobody else
    /// knows its PINs.
    fn known(&self, vectors: &Vectors, cards: &Cards) -> Result<Arc<KnownCard>, Failure> {
        let Some(path) = &self.card_profile else {
            let known = known_by_name(self.card.profile_name(), cards)?;
            return Ok(if self.is_guarded() { Arc::new(known.of_a_stranger()) } else { known });
        };
        let file = read(path)?;
        let known = load_profile(&file, vectors)?;
        Ok(Arc::new(if self.is_guarded() { own_values(&known, &file.text) } else { known }))
    }

    /// Nothing but what reads is sent to this card without leave. A card that its control socket governs is no real one.
    pub(super) fn is_guarded(&self) -> bool {
        self.guarded || (self.card.may_be_real() && self.card_control.is_none())
    }

    /// The leave that was given.
    pub(super) fn leave(&self) -> Leave {
        self.allowed.iter().cloned().collect()
    }

    pub(super) fn selection(&self) -> Selection {
        Selection { filters: self.filters.clone(), rules: self.rules.clone(), shard: self.shard }
    }

    /// The command that runs against the same card, without the selection.
    pub(super) fn again(&self) -> String {
        let mut command = "jpki-conformance run".to_owned();
        if self.card != CardTarget::default() {
            command = format!("{command} --card \"{}\"", self.card);
        }
        if let Some(path) = &self.card_profile {
            command = format!("{command} --card-profile {}", path.display());
        }
        if self.guarded {
            command.push_str(" --guarded");
        }
        for effect in &self.allowed {
            command = format!("{command} --allow {effect}");
        }
        if self.card_serial.is_some() {
            // Reports are shown around; a serial is its holder's.
            command.push_str(" --card-serial \"$CARD_SERIAL\"");
        }
        if let Some(socket) = &self.card_control {
            command = format!("{command} --card-control {}", socket.display());
        }
        if let Some(day) = self.as_of {
            command = format!("{command} --as-of {day}");
        }
        if self.seed != 0 {
            command = format!("{command} --seed {}", self.seed);
        }
        command
    }
}

fn known_by_name(name: &str, cards: &Cards) -> Result<Arc<KnownCard>, Failure> {
    cards.get(name).cloned().ok_or_else(|| {
        let known: Vec<&str> = cards.keys().map(String::as_str).collect();
        Failure::usage(
            format!("no card is called \"{name}\""),
            Some(format!("there are {}", known.join(", "))),
        )
    })
}

fn read(path: &Path) -> Result<SourceFile, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display()), None))?;
    Ok(SourceFile::new(&path.display().to_string(), &text))
}
