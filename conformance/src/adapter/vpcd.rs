//! `vpcd:HOST:PORT`: the harness is the reader. Any card software that speaks the vpcd protocol connects to it.
//!
//! A frame is a length of two bytes, big-endian, and so many bytes: one of `00` (power off), `01` (power on),
//! `02` (reset), `04` (ask for the answer to reset, the only one of them that is answered), or a command.

use super::{BringsBack, Can, CardEvent, CardUnderTest, NotStarted, Opening};
use jpki_apdu::{Reset, Response, TransportError, TransportFault};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

const POWER_OFF: u8 = 0x00;
const POWER_ON: u8 = 0x01;
const RESET: u8 = 0x02;
const ASK_FOR_ATR: u8 = 0x04;

/// A card that connects to us.
pub(super) struct VpcdCard {
    listener: TcpListener,
    card: Option<TcpStream>,
    atr: Vec<u8>,
    exchange_limit: Duration,
    start_limit: Duration,
}

impl VpcdCard {
    /// Listens, and waits for a card to connect.
    pub(super) fn listen(address: SocketAddr, opening: &Opening) -> Result<Self, NotStarted> {
        let not_started = |error| NotStarted { error, last_words: Vec::new() };
        let listening = TcpListener::bind(address).and_then(|listener| {
            // Waiting for a card has an end.
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (address, listener) = listening.map_err(|error| {
            let detail = format!("cannot listen on {address}: {error}");
            not_started(TransportError::new(TransportFault::Environment, detail))
        })?;
        eprintln!("waiting for a card on {address} (vpcd protocol)");
        let mut card = Self {
            listener,
            card: None,
            atr: Vec::new(),
            exchange_limit: opening.exchange_limit,
            start_limit: opening.start_limit,
        };
        card.power_up().map_err(not_started)?;
        Ok(card)
    }

    /// Waits for a card to connect, when none is there.
    fn connect(&mut self) -> Result<(), TransportError> {
        if self.card.is_some() {
            return Ok(());
        }
        let deadline = Instant::now() + self.start_limit;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream
                        .set_nonblocking(false)
                        .and_then(|()| stream.set_nodelay(true))
                        .map_err(|error| broken(&error))?;
                    self.card = Some(stream);
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(2));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let waited = self.start_limit.as_secs_f32();
                    let detail = format!("no card connected within {waited} s");
                    return Err(TransportError::new(TransportFault::Gone, detail));
                }
                Err(error) => return Err(broken(&error)),
            }
        }
    }

    /// Power off, on, and the answer to reset.
    fn power_up(&mut self) -> Result<(), TransportError> {
        self.connect()?;
        self.send(&[POWER_OFF])?;
        self.send(&[POWER_ON])?;
        self.ask_for_atr()
    }

    fn ask_for_atr(&mut self) -> Result<(), TransportError> {
        self.send(&[ASK_FOR_ATR])?;
        let atr = self.receive()?;
        if !matches!(atr.first(), Some(0x3B | 0x3F)) {
            let detail = format!("{} bytes that are no answer to reset", atr.len());
            return Err(self.drop_card(TransportError::new(TransportFault::Protocol, detail)));
        }
        self.atr = atr;
        Ok(())
    }

    fn send(&mut self, payload: &[u8]) -> Result<(), TransportError> {
        let Some(card) = &mut self.card else {
            return Err(TransportError::new(TransportFault::Gone, "no card is connected"));
        };
        let Ok(length) = u16::try_from(payload.len()) else {
            let detail = "the vpcd protocol carries 65535 bytes at most";
            return Err(TransportError::new(TransportFault::Environment, detail));
        };
        let frame = [&length.to_be_bytes()[..], payload].concat();
        let sent = card.set_write_timeout(Some(self.exchange_limit)).and_then(|()| card.write_all(&frame));
        sent.map_err(|error| self.drop_card(broken(&error)))
    }

    fn receive(&mut self) -> Result<Vec<u8>, TransportError> {
        let deadline = Instant::now() + self.exchange_limit;
        let mut length = [0; 2];
        self.fill(&mut length, deadline)?;
        let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
        self.fill(&mut payload, deadline)?;
        Ok(payload)
    }

    /// Reads until the buffer is full, or the time is up however slowly the bytes trickle in.
    fn fill(&mut self, buffer: &mut [u8], deadline: Instant) -> Result<(), TransportError> {
        let mut filled = 0;
        while filled < buffer.len() {
            let Some(card) = &mut self.card else {
                return Err(TransportError::new(TransportFault::Gone, "no card is connected"));
            };
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            let read = card.set_read_timeout(Some(left)).and_then(|()| card.read(&mut buffer[filled..]));
            match read {
                Ok(0) => {
                    let error = TransportError::new(TransportFault::Gone, "the card disconnected");
                    return Err(self.drop_card(error));
                }
                Ok(n) => filled += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.drop_card(broken(&error))),
            }
            if filled < buffer.len() && Instant::now() >= deadline {
                return Err(self.drop_card(broken(&ErrorKind::TimedOut.into())));
            }
        }
        Ok(())
    }

    /// A card that failed is out of step with us: it has to connect again.
    fn drop_card(&mut self, error: TransportError) -> TransportError {
        self.card = None;
        error
    }
}

fn broken(error: &io::Error) -> TransportError {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            TransportError::new(TransportFault::TimedOut, "nothing came back")
        }
        _ => TransportError::new(TransportFault::Gone, error.to_string()),
    }
}

impl CardUnderTest for VpcdCard {
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError> {
        if personalisation.is_some() {
            let reason = "the card that connects is the one that there is";
            return Ok(Can::Refused(reason.to_owned()));
        }
        self.power_up().map(|()| Can::Done)
    }

    fn brings_back(&self) -> BringsBack {
        BringsBack::Power
    }

    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError> {
        if command.len() == 1 {
            let detail = "the vpcd protocol cannot carry a command of one byte";
            return Err(TransportError::new(TransportFault::Environment, detail));
        }
        self.send(command)?;
        let answer = self.receive()?;
        let length = answer.len();
        Response::from_bytes(answer).ok_or_else(|| {
            let detail = format!("{length} bytes, which are no response");
            self.drop_card(TransportError::new(TransportFault::Protocol, detail))
        })
    }

    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError> {
        match reset {
            Reset::Cold => self.power_up()?,
            Reset::Warm => {
                self.send(&[RESET])?;
                self.ask_for_atr()?;
            }
        }
        Ok(Can::Done)
    }

    fn act(&mut self, _: &CardEvent) -> Result<Can, TransportError> {
        Ok(Can::Refused("the vpcd protocol has no word for it".to_owned()))
    }
}
