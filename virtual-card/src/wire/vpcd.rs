//! The card behind pcscd: vpcd is a driver that plays a reader and listens, the card connects to it.
//!
//! The connection is the card in the reader. It stands as long as the card is in, and comes back whenever the reader
//! does. Nobody on the other side has a time limit: what cannot be answered closes the connection.

use super::frame::{self, Decoder, Message};
use crate::slot::{Insertion, Outcome, Power, Slot};
use crate::stop::Stop;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Where vpcd listens for the card of its first slot, as Debian installs it.
pub const DEFAULT_READER: &str = "127.0.0.1:35963";

/// How long a look for a card, or for the stop, may take.
const LOOK: Duration = Duration::from_millis(100);
/// How long a reader may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
/// No precise diagnosis: the answer in place of one that no frame carries.
const NO_DIAGNOSIS: &[u8] = &[0x6F, 0x00];

/// How often to try, and how long to stay away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Pause after the first try that failed; it doubles with each.
    pub first: Duration,
    /// The longest pause between two tries.
    pub longest: Duration,
    /// Pause after a connection. pcscd looks every 400 ms: a card that is back sooner was never away for it, and its
    /// reader can stay empty for ever.
    pub absence: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(50),
            longest: Duration::from_secs(1),
            absence: Duration::from_secs(1),
        }
    }
}

/// Keeps the slot's card in the reader at `HOST:PORT` until the stop is pulled. No reader, and nothing that one
/// sends, ends it sooner.
pub fn serve(slot: &Slot, reader: &str, pace: Pace, stop: &Stop) {
    let mut pause = pace.first;
    let mut told = false;
    while !stop.is_pulled() {
        let Some(insertion) = slot.wait_for_card(LOOK) else { continue };
        let end = connect(reader).map(|stream| {
            tracing::debug!(reader, "connected");
            Connection::new(stream).serve(slot, insertion, stop)
        });
        let failure = match end {
            Ok(end) if end.spoke => {
                tracing::info!(reader, "{}", end.reason);
                (pause, told) = (pace.first, false);
                stop.wait(pace.absence);
                continue;
            }
            Ok(end) => end.reason,
            Err(error) => error.to_string(),
        };
        if told {
            tracing::debug!(reader, "still no reader: {failure}");
        } else {
            tracing::warn!(
                reader,
                "no reader: {failure}; trying until there is one (is pcscd running, with vpcd?)"
            );
            told = true;
        }
        stop.wait(pause);
        pause = (pause * 2).min(pace.longest);
    }
}

fn connect(reader: &str) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(ErrorKind::NotFound, "its name has no address");
    for address in reader.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_LIMIT) {
            Ok(stream) => {
                // An answer is one write: to wait for more of it would only cost time.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// A card in a reader.
struct Connection {
    stream: TcpStream,
    /// Our side ended it.
    closed: AtomicBool,
}

/// Who ended a connection.
enum Gone {
    Card,
    Reader,
}

/// How a connection ended.
struct End {
    /// The other side said something that a reader says.
    spoke: bool,
    reason: String,
}

impl Connection {
    fn new(stream: TcpStream) -> Arc<Self> {
        Arc::new(Self { stream, closed: AtomicBool::new(false) })
    }

    /// Closes at once, whoever is reading or writing, and for the other side, too.
    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        // Fails when the other side has gone already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Plays the card until somebody goes.
    fn serve(self: &Arc<Self>, slot: &Slot, insertion: Insertion, stop: &Stop) -> End {
        let closes = |connection: &Arc<Self>| {
            let connection = Arc::downgrade(connection);
            move || {
                if let Some(connection) = connection.upgrade() {
                    connection.close();
                }
            }
        };
        let _broken = stop.breaks(closes(self));
        let Some(_seat) = slot.occupy(insertion, closes(self)) else {
            return End { spoke: false, reason: "the card was taken out again".to_owned() };
        };
        let mut spoke = false;
        let ended = self.converse(slot, &mut spoke);
        let reason = match ended {
            // A read that was broken from outside looks like one that the reader ended.
            _ if self.closed.load(Ordering::Relaxed) => "the card left the reader".to_owned(),
            Ok(Gone::Card) => "the card left the reader".to_owned(),
            Ok(Gone::Reader) => "the reader went away".to_owned(),
            Err(error) => format!("the reader went away: {error}"),
        };
        self.close();
        // A reader takes the power with it.
        slot.power(Power::Off);
        End { spoke, reason }
    }

    /// Answers until the reader ends it, or the card does.
    fn converse(&self, slot: &Slot, spoke: &mut bool) -> io::Result<Gone> {
        let (mut decoder, mut answer, mut frame) = (Decoder::new(), Vec::new(), Vec::new());
        loop {
            while let Some(message) = decoder.message() {
                if !std::mem::replace(spoke, true) {
                    tracing::info!("a reader has the card");
                }
                match message {
                    Message::PowerOff => slot.power(Power::Off),
                    Message::PowerOn => slot.power(Power::On),
                    Message::Reset => slot.power(Power::Reset),
                    Message::AskForAtr => match slot.atr() {
                        Some(atr) => self.send(&atr, &mut frame)?,
                        None => return Ok(Gone::Card),
                    },
                    Message::Command(command) => match slot.exchange(command, &mut answer) {
                        Outcome::Answered => self.send(&answer, &mut frame)?,
                        Outcome::Torn { whole } => {
                            if frame::encode_torn(&answer, whole, &mut frame).is_ok() {
                                (&self.stream).write_all(&frame)?;
                            }
                            return Ok(Gone::Card);
                        }
                        Outcome::Gone => return Ok(Gone::Card),
                    },
                }
            }
            let count = self.read(decoder.room())?;
            if count == 0 && decoder.is_amid_a_frame() {
                return Err(io::Error::new(ErrorKind::UnexpectedEof, "in the middle of a frame"));
            }
            if count == 0 {
                return Ok(Gone::Reader);
            }
            decoder.filled(count);
        }
    }

    fn send(&self, payload: &[u8], frame: &mut Vec<u8>) -> io::Result<()> {
        if let Err(error) = frame::encode(payload, frame) {
            tracing::error!("the answer cannot be carried: {error}; answered 6F00 in its place");
            frame.clear();
            _ = frame::encode(NO_DIAGNOSIS, frame);
        }
        (&self.stream).write_all(frame)
    }

    fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            self.acknowledge_at_once();
            match (&self.stream).read(room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    /// vpcd sends a length, waits for its acknowledgement, and only then sends the rest. The system would hold the
    /// acknowledgement back for 40 ms, and does so again after each read unless it is told not to.
    #[cfg(target_os = "linux")]
    fn acknowledge_at_once(&self) {
        // It is slower without, not wrong.
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.stream, true);
    }

    #[cfg(not(target_os = "linux"))]
    fn acknowledge_at_once(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn an_answer_that_no_frame_carries_is_answered_all_the_same() {
        let reader = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = reader.local_addr().expect("an address").to_string();
        let connection = Connection::new(connect(&address).expect("it listens"));
        let (mut reader, _) = reader.accept().expect("it connects");
        connection.send(&[0x00; 65_536], &mut Vec::new()).expect("the reader is there");
        drop(connection);
        let mut received = Vec::new();
        reader.read_to_end(&mut received).expect("the card closes");
        assert_eq!(received, [0x00, 0x02, 0x6F, 0x00]);
    }
}
