//! Which card is under test: the words of `--card`, and how each is opened.

use super::exec::ExecCard;
use super::vpcd::VpcdCard;
use super::{CardUnderTest, VirtualCards};
use jpki_apdu::TransportError;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs as _};
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
    #[error("\"{0}\" names no card: say virtual, virtual:NAME, exec:COMMAND or vpcd:HOST:PORT")]
    Kind(String),
    /// The command of `exec:` is missing.
    #[error("exec: needs a command, for example exec:./my-card")]
    NoCommand,
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
}

impl CardTarget {
    /// Opens the card. For `exec:` a program is started, for `vpcd:` one is waited for.
    ///
    /// # Errors
    /// [`NotStarted`] with what the program had to say.
    pub fn open(&self, opening: &Opening) -> Result<Box<dyn CardUnderTest>, NotStarted> {
        Ok(match self {
            Self::Virtual { name } => Box::new(opening.cards.open(name)?),
            Self::Exec { command } => Box::new(ExecCard::start(command, opening)?),
            Self::Vpcd { address } => Box::new(VpcdCard::listen(*address, opening)?),
        })
    }

    /// Name of the personalisation that describes this card when no `--card-profile` does.
    #[must_use]
    pub fn profile_name(&self) -> &str {
        match self {
            Self::Virtual { name } => name,
            Self::Exec { .. } | Self::Vpcd { .. } => "standard",
        }
    }

    /// The card may be a real one, which the guard stands before. Every kind is listed, so that a new one cannot
    /// be forgotten here.
    #[must_use]
    pub const fn may_be_real(&self) -> bool {
        match self {
            Self::Virtual { .. } | Self::Exec { .. } | Self::Vpcd { .. } => false,
        }
    }

    /// Several of these can be played at the same time without getting in each other's way.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        match self {
            Self::Virtual { .. } | Self::Exec { .. } => usize::MAX,
            Self::Vpcd { .. } => 1,
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
    fn a_card_is_shown_as_it_was_named(#[case] words: &str) {
        assert_eq!(words.parse::<CardTarget>().map(|card| card.to_string()), Ok(words.to_owned()));
    }

    #[rstest]
    #[case("virtuel", UnknownTarget::Kind("virtuel".into()))]
    #[case("exec: ", UnknownTarget::NoCommand)]
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
