//! `readers`: the card readers of this machine, and what is in them.

use super::{Data, Failure};
#[cfg(not(feature = "pcsc"))]
use crate::adapter::UnknownTarget;
use crate::exit_code::ExitCode;
use clap::Args;
use std::io::Write;

/// How to list the readers.
#[derive(Debug, Default, Args)]
pub(super) struct ReadersArgs {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Lists the readers. A card that nobody uses is selected and asked for its counters, which costs nothing.
///
/// # Errors
/// This build knows no readers, or the output failed.
#[cfg(not(feature = "pcsc"))]
pub(super) fn readers(_: &ReadersArgs, _: &Data, _: &mut dyn Write) -> Result<ExitCode, Failure> {
    Err(Failure::usage(UnknownTarget::NoPcsc.to_string(), None))
}

#[cfg(feature = "pcsc")]
pub(super) use listing::readers;

#[cfg(feature = "pcsc")]
mod listing {
    use super::{Data, ExitCode, Failure, ReadersArgs, Write};
    use crate::adapter::pcsc::{self, Holds};
    use crate::adapter::{CardTarget, Opening, VirtualCards};
    use crate::engine::KnownCard;
    use crate::guard::Survey;
    use crate::runner::{load_cards, today};
    use crate::scenario::Names;
    use serde::Serialize;
    use std::collections::BTreeMap;
    use std::io;
    use std::sync::Arc;
    use std::time::Duration;

    /// A reader in words.
    #[derive(Debug, Serialize)]
    struct Listed {
        reader: String,
        /// What is in it.
        holds: String,
        /// Answer to reset, as hex.
        #[serde(skip_serializing_if = "String::is_empty")]
        atr: String,
        /// Serial number of the card, for `--card-serial`.
        #[serde(skip_serializing_if = "Option::is_none")]
        serial: Option<String>,
        /// Tries left, by key.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        tries: BTreeMap<String, u8>,
    }

    /// Lists the readers. A card that nobody uses is selected and asked for its counters, which costs nothing.
    ///
    /// # Errors
    /// Data and output errors.
    pub(in crate::cli) fn readers(
        args: &ReadersArgs,
        data: &Data,
        out: &mut dyn Write,
    ) -> Result<ExitCode, Failure> {
        let found = match pcsc::readers() {
            Ok(found) => found,
            Err(error) => {
                writeln!(io::stderr(), "error: {}", error.detail)?;
                return Ok(ExitCode::Implementation);
            }
        };
        let look = Look::new(data)?;
        let listed: Vec<Listed> = found.into_iter().map(|reader| look.at(reader)).collect();
        if args.json {
            crate::cli::json(&listed, out)?;
        } else {
            for reader in &listed {
                reader.print(out)?;
            }
        }
        if listed.is_empty() {
            writeln!(io::stderr(), "no reader: plug one in, or start vpcd for a virtual one")?;
            return Ok(ExitCode::NothingRan);
        }
        Ok(ExitCode::Conformant)
    }

    /// What it takes to look at a card.
    struct Look {
        names: Names,
        standard: Arc<KnownCard>,
        opening: Opening,
    }

    impl Look {
        fn new(data: &Data) -> Result<Self, Failure> {
            let vectors = data.vectors()?;
            let (names, cards) = (Names::load(&vectors)?, load_cards(&vectors)?);
            let standard = cards.get("standard").cloned();
            let standard = standard.ok_or_else(|| Failure::usage("no card is called \"standard\"", None))?;
            let opening = Opening {
                cards: Arc::new(VirtualCards::new(cards, names.clone(), today())),
                exchange_limit: Duration::from_secs(5),
                start_limit: Duration::from_secs(1),
                control: None,
            };
            Ok(Self { names, standard, opening })
        }

        fn at(&self, reader: pcsc::Reader) -> Listed {
            let mut listed = Listed {
                holds: match reader.holds {
                    Holds::Nothing => "no card",
                    Holds::Card => "a card",
                    Holds::CardInUse => "a card that another program uses",
                    Holds::Silent => "a card that gives no answer to reset",
                    Holds::Unknown => "the reader does not answer",
                }
                .to_owned(),
                atr: hex::encode_upper(&reader.atr),
                reader: reader.name,
                serial: None,
                tries: BTreeMap::new(),
            };
            if reader.holds == Holds::Card {
                self.ask(&mut listed);
            }
            listed
        }

        /// Asks a card that nobody uses what it is.
        fn ask(&self, listed: &mut Listed) {
            let target = CardTarget::Pcsc { reader: listed.reader.clone() };
            let survey = match target.open(&self.opening) {
                Ok(mut card) => {
                    Survey::of(card.as_mut(), &self.names, &self.standard).map_err(|e| e.to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            match survey {
                Err(reason) => listed.holds = format!("a card that cannot be asked: {reason}"),
                Ok(survey) => {
                    let ours = !survey.tries.is_empty();
                    listed.holds = if ours { "a My Number card" } else { "no My Number card" }.to_owned();
                    (listed.serial, listed.tries) = (survey.serial, survey.tries);
                }
            }
        }
    }

    impl Listed {
        fn print(&self, out: &mut dyn Write) -> Result<(), Failure> {
            writeln!(out, "{}", self.reader)?;
            writeln!(out, "  holds    {}", self.holds)?;
            if !self.atr.is_empty() {
                writeln!(out, "  ATR      {}", self.atr)?;
            }
            if let Some(serial) = &self.serial {
                writeln!(out, "  serial   {serial}   (for --card-serial)")?;
            }
            if !self.tries.is_empty() {
                let tries: Vec<String> =
                    self.tries.iter().map(|(key, tries)| format!("{key} {tries}")).collect();
                writeln!(out, "  tries    {}", tries.join(" · "))?;
            }
            Ok(())
        }
    }
}
