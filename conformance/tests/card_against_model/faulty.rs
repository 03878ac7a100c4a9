//! Cards that are wrong in one way, to see that the oracle finds them out.

use jpki_apdu::{Reset, Response, TransportError};
use jpki_conformance::adapter::{Can, CardEvent, CardUnderTest};

/// What a card of this fault answers in the place of the right answer.
pub(crate) type Fault = fn(command: &[u8], right: Response) -> Response;

pub(crate) fn none(_: &[u8], right: Response) -> Response {
    right
}

pub(crate) fn locked_key_answers_6983(_: &[u8], right: Response) -> Response {
    instead_of(&[0x69, 0x84], [0x69, 0x83], right)
}

pub(crate) fn one_try_too_many(command: &[u8], right: Response) -> Response {
    // VERIFY with a value: a query tells the truth.
    if command[1] == 0x20 && command.len() > 4 {
        instead_of(&[0x63, 0xC1], [0x63, 0xC2], right)
    } else {
        right
    }
}

pub(crate) fn every_file_is_open(command: &[u8], right: Response) -> Response {
    if command[1] == 0xB0 { instead_of(&[0x69, 0x82], [0x90, 0x00], right) } else { right }
}

fn instead_of(word: &[u8; 2], wrong: [u8; 2], right: Response) -> Response {
    if right.as_bytes() != word {
        return right;
    }
    Response::from_bytes(wrong.to_vec()).expect("a status word is a response")
}

/// A card that gives some answers wrong, or takes no notice of a reset.
pub(crate) struct Faulty {
    pub(crate) card: Box<dyn CardUnderTest>,
    pub(crate) fault: Fault,
    pub(crate) ignores_resets: bool,
}

impl CardUnderTest for Faulty {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        self.card.fresh(personalisation)
    }

    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        self.card.transmit(command).map(|right| (self.fault)(command, right))
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        if self.ignores_resets { Ok(Can::Done) } else { self.card.reset(reset) }
    }

    fn act(&mut self, event: &CardEvent) -> Result<Can, TransportError> {
        self.card.act(event)
    }
}
