//! Which card is under test: the words of `--card`, and how each is opened.

use super::controlled::Controlled;
use super::exec::ExecCard;
use super::vpcd::VpcdCard;
use super::{CardUnderTest, VirtualCards};
use jpki_apdu::TransportError;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// The card under test, as `--card` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardTarget {
    /// The embedded virtual card with this personalisation.
    Virtual {
        /// Name of its file in `vectors/cards/`.
        name: String,
    },
    /// A program that answers hex lines.
    Exec {
        /// The command, for the shell.
        command: String,
    },
    /// Whatever card is in a reader of this machine.
    #[cfg(feature = "pcsc")]
    Pcsc {
        /// Name of the reader, or a part of it that only one reader has.
        reader: String,
    },
    /// Whatever connects to this address and speaks the vpcd protocol.
    Vpcd {
        /// Where the harness listens as the reader.
        address: SocketAddr,
    },
}

/// Words of `--card` that name no card.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownTarget {
    /// No kind of card is called so.
    #[error("\"{0}\" names no card: say virtual, virtual:NAME, exec:COMMAND, vpcd:HOST:PORT or pcsc:READER")]
    Kind(String),
    /// The command of `exec:` is missing.
    #[error("exec: needs a command, for example exec:./my-card")]
    NoCommand,
    /// The reader of `pcsc:` is missing.
    #[error("pcsc: needs the name of a reader, or a part of it; `jpki-conformance readers` lists them")]
    NoReader,
    /// This program was built without PC/SC.
    #[cfg(not(feature = "pcsc"))]
    #[error(
        "this build cannot use card readers: install libpcsclite-dev and build it with `cargo build --release --features pcsc`"
    )]
    NoPcsc,
    /// The address of `vpcd:` cannot be used.
    #[error("\"{0}\" is no address to listen on, for example vpcd:127.0.0.1:35963")]
    Address(String),
}

/// A card that did not start: whose fault it is, and what its program said last.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct NotStarted {
    /// What happened.
    pub error: TransportError,
    /// The last lines of its standard error.
    pub last_words: Vec<String>,
}

/// With what a card is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The embedded cards.
    pub cards: Arc<VirtualCards>,
    /// How long one exchange may take.
    pub exchange_limit: Duration,
    /// How long a card may take to come.
    pub start_limit: Duration,
    /// The control socket of the virtual card that is under test behind a reader.
    pub control: Option<PathBuf>,
}

impl CardTarget {
    /// Opens the card. For `exec:` a program is started, for `vpcd:` one is waited for.
    ///
    /// # Errors
    /// [`NotStarted`] with what the program had to say.
    pub fn open(&self, opening: &Opening) -> Result<Box<dyn CardUnderTest>, NotStarted> {
        let card = self.connect(opening)?;
        match &opening.control {
            None => Ok(card),
            Some(socket) => Ok(Box::new(Controlled::take(card, socket, opening.cards.as_of())?)),
        }
    }

    fn connect(&self, opening: &Opening) -> Result<Box<dyn CardUnderTest>, NotStarted> {
        Ok(match self {
            Self::Virtual { name } => Box::new(opening.cards.open(name)?),
            Self::Exec { command } => Box::new(ExecCard::start(command, opening)?),
            Self::Vpcd { address } => Box::new(VpcdCard::listen(*address, opening)?),
            #[cfg(feature = "pcsc")]
            Self::Pcsc { reader } => Box::new(super::pcsc::PcscCard::connect(reader, opening)?),
        })
    }

    /// Name of the personalisation that describes this card when no `--card-profile` does.
    #[must_use]
    pub fn profile_name(&self) -> &str {
        match self {
            Self::Virtual { name } => name,
            _ => "standard",
        }
    }

    /// The card may be a real one, which the guard stands before. Every kind is listed, so that a new one cannot
    /// be forgotten here.
    #[must_use]
    pub const fn may_be_real(&self) -> bool {
        match self {
            Self::Virtual { .. } | Self::Exec { .. } | Self::Vpcd { .. } => false,
            #[cfg(feature = "pcsc")]
            Self::Pcsc { .. } => true,
        }
    }

    /// A reader is between us and the card: a virtual one may be governed by its control socket.
    #[must_use]
    pub const fn has_a_reader(&self) -> bool {
        !matches!(self, Self::Virtual { .. } | Self::Exec { .. })
    }

    /// Several of these can be played at the same time without getting in each other's way.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        match self {
            Self::Virtual { .. } | Self::Exec { .. } => usize::MAX,
            _ => 1,
        }
    }
}

impl Default for CardTarget {
    fn default() -> Self {
        Self::Virtual { name: "standard".to_owned() }
    }
}

impl FromStr for CardTarget {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "virtual" if rest.is_empty() => Ok(Self::default()),
            "virtual" => Ok(Self::Virtual { name: rest.to_owned() }),
            "exec" if rest.trim().is_empty() => Err(UnknownTarget::NoCommand),
            "exec" => Ok(Self::Exec { command: rest.to_owned() }),
            "vpcd" => {
                let unusable = || UnknownTarget::Address(rest.to_owned());
                // A port alone listens for this machine only.
                let spelled = if rest.contains(':') { rest.to_owned() } else { format!("127.0.0.1:{rest}") };
                let mut addresses = spelled.to_socket_addrs().map_err(|_| unusable())?;
                addresses.next().map(|address| Self::Vpcd { address }).ok_or_else(unusable)
            }
            "pcsc" if rest.trim().is_empty() => Err(UnknownTarget::NoReader),
            #[cfg(feature = "pcsc")]
            "pcsc" => Ok(Self::Pcsc { reader: rest.trim().to_owned() }),
            #[cfg(not(feature = "pcsc"))]
            "pcsc" => Err(UnknownTarget::NoPcsc),
            _ => Err(UnknownTarget::Kind(text.to_owned())),
        }
    }
}

impl fmt::Display for CardTarget {
    /// As `--card` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Virtual { name } if name == "standard" => f.write_str("virtual"),
            Self::Virtual { name } => write!(f, "virtual:{name}"),
            Self::Exec { command } => write!(f, "exec:{command}"),
            Self::Vpcd { address } => write!(f, "vpcd:{address}"),
            #[cfg(feature = "pcsc")]
            Self::Pcsc { reader } => write!(f, "pcsc:{reader}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("virtual")]
    #[case("virtual:expired")]
    #[case("exec:./my-card --atr 3B00")]
    #[case("vpcd:127.0.0.1:35963")]
    #[cfg_attr(feature = "pcsc", case("pcsc:Virtual PCD 00 00"))]
    fn a_card_is_shown_as_it_was_named(#[case] words: &str) {
        assert_eq!(words.parse::<CardTarget>().map(|card| card.to_string()), Ok(words.to_owned()));
    }

    #[rstest]
    #[case("virtuel", UnknownTarget::Kind("virtuel".into()))]
    #[case("exec: ", UnknownTarget::NoCommand)]
    #[case("pcsc:", UnknownTarget::NoReader)]
    #[cfg_attr(not(feature = "pcsc"), case("pcsc:ACME", UnknownTarget::NoPcsc))]
    #[case("vpcd:", UnknownTarget::Address(String::new()))]
    #[case("vpcd:127.0.0.1:port", UnknownTarget::Address("127.0.0.1:port".into()))]
    fn words_that_name_no_card_say_what_does(#[case] words: &str, #[case] error: UnknownTarget) {
        assert_eq!(words.parse::<CardTarget>(), Err(error));
    }

    #[test]
    fn a_port_alone_listens_for_this_machine_only() {
        let card: CardTarget = "vpcd:35963".parse().expect("it names a card");
        assert_eq!(card.to_string(), "vpcd:127.0.0.1:35963");
    }
}
