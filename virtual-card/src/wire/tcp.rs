//! Lines over TCP: one program at a time, as one reader holds one card.

use super::line;
use crate::slot::Slot;
use crate::stop::Stop;
use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// How long a program may still be there when the next one comes: it has gone, and we have not seen it yet.
const HANDOVER: Duration = Duration::from_millis(500);
/// How long it may take to tell a program that it has to go.
const FAREWELL: Duration = Duration::from_millis(250);
/// Pause after a connection that could not be accepted: what is used up comes back.
const BREATH: Duration = Duration::from_millis(50);
/// What a second program reads.
const BUSY: &[u8] = b"!busy another program has the card\n";

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// Held by a conversation, so that its end is seen.
enum Talking {}

impl Server {
    /// Listens.
    ///
    /// # Errors
    /// The address has no meaning, is not ours or is taken.
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        Ok(Self { address: listener.local_addr()?, listener })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets one program after the other speak to the card, until the stop is pulled. Nothing that one sends ends it.
    pub fn serve(&self, slot: &Slot, stop: &Stop) {
        let address = self.address;
        // Only a connection ends the wait for one.
        let _woken = stop.breaks(move || _ = TcpStream::connect_timeout(&reachable(address), FAREWELL));
        let mut talking = ended();
        thread::scope(|scope| {
            while !stop.is_pulled() {
                match self.listener.accept() {
                    _ if stop.is_pulled() => break,
                    Ok((stream, from)) => {
                        if matches!(talking.recv_timeout(HANDOVER), Err(RecvTimeoutError::Timeout)) {
                            tracing::warn!(%from, "another program has the card: refused");
                            refuse(stream);
                            continue;
                        }
                        let (held, next) = mpsc::channel();
                        talking = next;
                        scope.spawn(move || talk(stream, from, slot, stop, held));
                    }
                    Err(error) => {
                        tracing::warn!("a connection could not be accepted: {error}");
                        stop.wait(BREATH);
                    }
                }
            }
        });
    }
}

/// The end of a conversation that is over.
fn ended() -> Receiver<Talking> {
    mpsc::channel().1
}

fn talk(stream: TcpStream, from: SocketAddr, slot: &Slot, stop: &Stop, _talking: Sender<Talking>) {
    let stream = Arc::new(stream);
    let weak = Arc::downgrade(&stream);
    let _broken = stop.breaks(move || {
        if let Some(stream) = weak.upgrade() {
            // Fails when the program has gone already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    });
    tracing::info!(%from, "a program has the card");
    let talked =
        stream.set_nodelay(true).and_then(|()| line::converse(slot, BufReader::new(&*stream), &*stream));
    match talked {
        Ok(()) => tracing::info!(%from, "the program went away"),
        Err(error) => tracing::info!(%from, "the program went away: {error}"),
    }
}

/// Tells a program that it has to go, and does not wait for one that does not listen.
fn refuse(mut stream: TcpStream) {
    let told = stream
        .set_write_timeout(Some(FAREWELL))
        .and_then(|()| stream.write_all(BUSY))
        .and_then(|()| stream.shutdown(Shutdown::Write))
        // Closed with something unread, the connection would break before our line has arrived.
        .and_then(|()| stream.set_read_timeout(Some(FAREWELL)))
        .and_then(|()| stream.read(&mut [0; 4096]));
    if let Err(error) = told {
        tracing::debug!("and it did not hear so: {error}");
    }
}

/// An address that reaches a listener, also one that listens on all of them.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
