//! What PC/SC complains about, in words: what it means, and what to do.

use jpki_apdu::{TransportError, TransportFault};
use pcsc::Error;

/// What one code means to somebody who wants to judge a card.
struct Meaning {
    error: Error,
    fault: TransportFault,
    what: &'static str,
    remedy: &'static str,
}

/// Nobody but the machine and whoever sits at it.
const ENVIRONMENT: TransportFault = TransportFault::Environment;

/// The codes that readers, cards and other programs cause. Everything else is told by its number.
#[rustfmt::skip]
const MEANINGS: &[Meaning] = &[
    Meaning { error: Error::NoService, fault: ENVIRONMENT, what: "the PC/SC service is not running",
        remedy: "start it: systemctl start pcscd.socket, or pcscd --foreground where there is no init system" },
    Meaning { error: Error::ServiceStopped, fault: ENVIRONMENT, what: "the PC/SC service was stopped",
        remedy: "start it again, and look into its log for the reason" },
    Meaning { error: Error::NoReadersAvailable, fault: ENVIRONMENT, what: "there is no reader",
        remedy: "plug one in, or start vpcd for a virtual one; `jpki-conformance readers` lists what PC/SC sees" },
    Meaning { error: Error::UnknownReader, fault: ENVIRONMENT, what: "there is no such reader",
        remedy: "`jpki-conformance readers` lists the names of all readers" },
    Meaning { error: Error::ReaderUnavailable, fault: ENVIRONMENT, what: "the reader was unplugged",
        remedy: "plug it in again" },
    Meaning { error: Error::NoSmartcard, fault: ENVIRONMENT, what: "no card is in the reader",
        remedy: "put the card in" },
    Meaning { error: Error::RemovedCard, fault: ENVIRONMENT, what: "the card was taken out of the reader",
        remedy: "put it back and leave it there until the run is over" },
    Meaning { error: Error::ResetCard, fault: ENVIRONMENT, what: "another program has reset the card",
        remedy: "end the other program (a browser, gpg-agent, a login service) while the card is judged" },
    Meaning { error: Error::SharingViolation, fault: ENVIRONMENT, what: "another program has the card for itself",
        remedy: "end the other program (a browser, gpg-agent, a login service) while the card is judged" },
    Meaning { error: Error::UnresponsiveCard, fault: TransportFault::Gone, what: "the card gives no answer to reset",
        remedy: "clean the contacts and put the card in again; another reader tells whether the card is broken" },
    Meaning { error: Error::UnpoweredCard, fault: ENVIRONMENT, what: "the reader gives the card no power",
        remedy: "put the card in again, or plug the reader into another port" },
    Meaning { error: Error::UnsupportedCard, fault: TransportFault::Protocol, what: "the reader cannot read the card's answer to reset",
        remedy: "try another reader; the answer to reset may be malformed" },
    Meaning { error: Error::ProtoMismatch, fault: TransportFault::Protocol, what: "the card speaks neither T=0 nor T=1",
        remedy: "try another reader; the answer to reset may be malformed" },
    Meaning { error: Error::NotTransacted, fault: ENVIRONMENT, what: "the command did not reach the card, or its answer did not come back",
        remedy: "see whether the card is still in; the reader's driver may refuse such a command" },
    Meaning { error: Error::InsufficientBuffer, fault: TransportFault::Protocol, what: "the answer is longer than PC/SC can carry",
        remedy: "look at the card: an extended answer has 65,538 bytes at most" },
    Meaning { error: Error::CommError, fault: ENVIRONMENT, what: "the service and this program do not understand each other",
        remedy: "restart the service; both must be of the same installation" },
    Meaning { error: Error::Timeout, fault: ENVIRONMENT, what: "PC/SC has waited long enough",
        remedy: "see whether another program holds the card" },
    Meaning { error: Error::Cancelled, fault: ENVIRONMENT, what: "the request was cancelled",
        remedy: "run again" },
    Meaning { error: Error::InvalidHandle, fault: ENVIRONMENT, what: "the service has forgotten about this program",
        remedy: "it was probably restarted; run again" },
    Meaning { error: Error::NoAccess, fault: ENVIRONMENT, what: "this user may not use the reader",
        remedy: "see the polkit rules for org.debian.pcsc-lite.access_pcsc, or run as a user who may" },
    Meaning { error: Error::NoMemory, fault: ENVIRONMENT, what: "the service is out of memory",
        remedy: "restart the service" },
    Meaning { error: Error::ServerTooBusy, fault: ENVIRONMENT, what: "the service has too many clients",
        remedy: "end other programs that use readers" },
];

/// Why there is no connection to a card.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// PC/SC says so.
    Pcsc(Error),
    /// No reader is called so.
    NoSuchReader(String),
    /// Several readers are called so.
    Ambiguous(String),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Pcsc(error)
    }
}

impl Trouble {
    /// In words, with whose fault it is.
    pub(super) fn told(self) -> TransportError {
        match self {
            Self::Pcsc(error) => told(error),
            Self::NoSuchReader(words) | Self::Ambiguous(words) => TransportError::new(ENVIRONMENT, words),
        }
    }

    /// It may be over in a moment: somebody puts the card back, plugs the reader in, starts the service.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            // The last two come of a reset that something else met: nothing was sent yet.
            Self::Pcsc(error) => {
                may_come_back(*error) || matches!(error, Error::ResetCard | Error::ProtoMismatch)
            }
            Self::NoSuchReader(_) => true,
            Self::Ambiguous(_) => false,
        }
    }

    /// What PC/SC says.
    pub(super) fn code(&self) -> Option<Error> {
        match self {
            Self::Pcsc(error) => Some(*error),
            Self::NoSuchReader(_) | Self::Ambiguous(_) => None,
        }
    }
}

/// What a code means, whose fault it is, and what to do.
pub(super) fn told(error: Error) -> TransportError {
    let number = error as u32;
    match MEANINGS.iter().find(|meaning| meaning.error == error) {
        Some(Meaning { fault, what, remedy, .. }) => {
            TransportError::new(*fault, format!("{what} (PC/SC 0x{number:08X}); {remedy}"))
        }
        None => TransportError::new(ENVIRONMENT, format!("{error} (PC/SC 0x{number:08X})")),
    }
}

/// The card may come back when it is connected to anew: it, its reader or the service has been away.
pub(super) fn may_come_back(error: Error) -> bool {
    matches!(
        error,
        Error::NoSmartcard
            | Error::RemovedCard
            | Error::ReaderUnavailable
            | Error::UnknownReader
            | Error::NoReadersAvailable
            | Error::UnresponsiveCard
            | Error::UnpoweredCard
            | Error::SharingViolation
            | Error::NotTransacted
    ) || of_the_service(error)
}

/// The service itself has been away: what it gave out is void.
pub(super) fn of_the_service(error: Error) -> bool {
    matches!(
        error,
        Error::NoService | Error::ServiceStopped | Error::InvalidHandle | Error::CommError | Error::Shutdown
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0x8010_001D, Error::NoService, "the PC/SC service is not running")]
    #[case(0x8010_001E, Error::ServiceStopped, "the PC/SC service was stopped")]
    #[case(0x8010_002E, Error::NoReadersAvailable, "there is no reader")]
    #[case(0x8010_0009, Error::UnknownReader, "there is no such reader")]
    #[case(0x8010_0017, Error::ReaderUnavailable, "the reader was unplugged")]
    #[case(0x8010_000C, Error::NoSmartcard, "no card is in the reader")]
    #[case(0x8010_0069, Error::RemovedCard, "the card was taken out of the reader")]
    #[case(0x8010_0068, Error::ResetCard, "another program has reset the card")]
    #[case(0x8010_000B, Error::SharingViolation, "another program has the card for itself")]
    #[case(0x8010_0066, Error::UnresponsiveCard, "the card gives no answer to reset")]
    #[case(0x8010_0067, Error::UnpoweredCard, "the reader gives the card no power")]
    #[case(0x8010_0016, Error::NotTransacted, "the command did not reach the card")]
    #[case(0x8010_000A, Error::Timeout, "PC/SC has waited long enough")]
    #[case(0x8010_0002, Error::Cancelled, "the request was cancelled")]
    fn a_code_is_told_with_its_number_its_meaning_and_what_to_do(
        #[case] number: u32,
        #[case] error: Error,
        #[case] words: &str,
    ) {
        let told = told(error).detail;
        assert!(told.starts_with(words), "{told}");
        let (_, remedy) = told.split_once(&format!("(PC/SC 0x{number:08X}); ")).expect("number and remedy");
        assert!(!remedy.is_empty());
    }

    #[test]
    fn a_code_that_nobody_expects_is_told_in_the_words_of_pcsc() {
        let told = told(Error::CantDispose);
        assert_eq!(told.fault, TransportFault::Environment);
        assert!(told.detail.ends_with("(PC/SC 0x8010000E)"), "{}", told.detail);
    }

    #[test]
    fn no_code_has_two_meanings() {
        for (index, meaning) in MEANINGS.iter().enumerate() {
            assert!(
                MEANINGS[..index].iter().all(|other| other.error != meaning.error),
                "{:?}",
                meaning.error
            );
        }
    }
}
