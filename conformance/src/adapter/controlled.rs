//! A virtual card behind a reader, with its control socket beside it: what a reader cannot do, the socket can. Such a
//! card can be made fresh, so the whole suite is played on it as on the embedded one.

use super::{BringsBack, Can, CardEvent, CardUnderTest, NotStarted};
use jiff::civil::Date;
use jpki_apdu::{CommandBuf, Reset, Response, TransportError, TransportFault};
use jpki_virtual_card::control::{Client, ClientError, Request};
use std::path::Path;

/// Commands sent to prove that the socket governs the card in the reader.
const PROBES: u64 = 5;

/// A card that is reached by one way and governed by another.
pub(super) struct Controlled {
    card: Box<dyn CardUnderTest>,
    control: Client,
    /// The card under test, as the socket calls it.
    own: String,
    /// Its chip was destroyed: there is nothing to reset.
    destroyed: bool,
}

impl Controlled {
    /// Takes control of a card. A real card must never be taken for a virtual one: the socket has to know how many
    /// commands the card was sent.
    pub(super) fn take(card: Box<dyn CardUnderTest>, socket: &Path, as_of: Date) -> Result<Self, NotStarted> {
        let control = Client::connect(socket).map_err(|error| {
            wrong(format!("no virtual card is controlled by {}: {error}", socket.display()))
        });
        let taken = control.and_then(|control| {
            let mut it = Self { card, control, own: String::new(), destroyed: false };
            it.own = it.status("card")?;
            it.lives_on(as_of)?;
            it.is_governed(socket)?;
            Ok(it)
        });
        taken.map_err(|error| NotStarted { error, last_words: Vec::new() })
    }

    /// Certificates that are to be expired, or near it, are so on the day of the card.
    fn lives_on(&mut self, as_of: Date) -> Result<(), TransportError> {
        let day = self.status("as-of")?;
        if day == as_of.to_string() {
            return Ok(());
        }
        Err(wrong(format!(
            "for the virtual card it is {day}, for this run {as_of}: start both with the same --as-of"
        )))
    }

    /// Exactly the commands that the card is sent are counted.
    fn is_governed(&mut self, socket: &Path) -> Result<(), TransportError> {
        let before = self.commands()?;
        for _ in 0..PROBES {
            // SELECT of nothing: every card refuses it, and nothing comes of it.
            let probe = CommandBuf::new(0x00, 0xA4, 0x00, 0x00).encode().unwrap_or_default();
            self.card.transmit(&probe)?;
        }
        let counted = self.commands()?.saturating_sub(before);
        if counted == PROBES {
            return Ok(());
        }
        Err(wrong(format!(
            "{} controls another card than the one under test: of {PROBES} commands it counted {counted}",
            socket.display()
        )))
    }

    /// How many commands the virtual card has been sent since its start.
    fn commands(&mut self) -> Result<u64, TransportError> {
        let count = self.status("commands")?;
        count.parse().map_err(|_| wrong(format!("the control socket counts \"{count}\" commands")))
    }

    /// A line of the status.
    fn status(&mut self, name: &str) -> Result<String, TransportError> {
        let lines = self.control.ask(&Request::Status).map_err(|error| failed(&error))?;
        let found = lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found
            .map(str::to_owned)
            .ok_or_else(|| wrong(format!("the control socket says nothing of \"{name}\"")))
    }

    fn ask(&mut self, request: &Request) -> Result<Can, TransportError> {
        match self.control.ask(request) {
            Ok(_) => Ok(Can::Done),
            Err(ClientError::Refused(reason)) => Ok(Can::Refused(reason)),
            Err(error) => Err(failed(&error)),
        }
    }
}

fn wrong(detail: String) -> TransportError {
    TransportError::new(TransportFault::Environment, detail)
}

fn failed(error: &ClientError) -> TransportError {
    wrong(error.to_string())
}

impl CardUnderTest for Controlled {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        let card = personalisation.unwrap_or(&self.own).to_owned();
        if let Can::Refused(reason) = self.ask(&Request::Fresh { card: Some(card) })? {
            return Ok(Can::Refused(reason));
        }
        self.destroyed = false;
        // The reader learns of another card, or of one that is back, when it powers it up.
        self.card.fresh(None)
    }

    fn brings_back(&self) -> BringsBack {
        BringsBack::Factory
    }

    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        self.card.transmit(command)
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        if self.destroyed {
            return Ok(Can::Done);
        }
        self.card.reset(reset)
    }

    fn act(&mut self, event: &CardEvent) -> Result<Can, TransportError> {
        match event {
            CardEvent::Unlock { key, value } => {
                self.ask(&Request::Unlock { key: key.clone(), value: value.clone().into() })
            }
            CardEvent::Tamper => {
                let done = self.ask(&Request::Destroy)?;
                self.destroyed = done == Can::Done;
                Ok(done)
            }
        }
    }
}
