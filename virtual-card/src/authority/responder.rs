//! The authority over HTTP: OCSP (RFC 6960, appendix A), revocation lists and roots.
//!
//! A server of our own, not a crate's: the small ones reserve as many bytes as a client announces, and one header
//! would take the card down with them.

mod http;
mod route;

use super::{Authorities, Register};
use http::{Reply, Status};
use jiff::Timestamp;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Connections at a time; who comes then is asked to come again.
const MOST_CONNECTIONS: usize = 64;

/// Who may ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Programs on this machine.
    #[default]
    Loopback,
    /// Everybody whom the address lets in.
    Anybody,
}

/// Why nobody answers.
#[derive(Debug, thiserror::Error)]
pub enum ResponderError {
    /// The address cannot be listened on.
    #[error("the authority cannot listen on {address}: {error}")]
    Listen {
        /// The address as it was given.
        address: String,
        /// What the system says.
        error: io::Error,
    },
    /// The address is not of this machine alone, and nobody said that this is meant.
    #[error("{0} can be reached from other machines; the authority listens on loopback, 127.0.0.1 or [::1]")]
    NotLoopback(SocketAddr),
}

/// The authority, answering over HTTP until it is dropped.
#[derive(Debug)]
pub struct Responder {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Responder {
    /// Listens on `HOST:PORT`; port 0 takes a free one. For each request `now` says how the register stands and which
    /// moment it is, so that a change shows in the very next answer.
    ///
    /// # Errors
    ///
    /// See [`ResponderError`].
    pub fn start(
        address: &str,
        reach: Reach,
        authorities: &'static Authorities,
        now: impl Fn() -> (Register, Timestamp) + Send + Sync + 'static,
    ) -> Result<Self, ResponderError> {
        let listen = |error| ResponderError::Listen { address: address.into(), error };
        let addresses: Vec<_> = address.to_socket_addrs().map_err(listen)?.collect();
        let elsewhere = addresses.iter().find(|address| !address.ip().is_loopback());
        if let (Reach::Loopback, Some(elsewhere)) = (reach, elsewhere) {
            return Err(ResponderError::NotLoopback(*elsewhere));
        }
        let listener = TcpListener::bind(&addresses[..]).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let stop = Arc::new(AtomicBool::new(false));
        let desk = Arc::new(Desk { authorities, now: Box::new(now), busy: AtomicUsize::new(0) });
        let told = Arc::clone(&stop);
        let accepting = thread::Builder::new().name("authority".into());
        let accepting = accepting
            .spawn(move || accept(&listener, &desk, &told))
            .map_err(|error| ResponderError::Listen { address: address.to_string(), error })?;
        Ok(Self { address, stop, accepting: Some(accepting) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Responder {
    /// Closes the address. Who is being answered still gets the answer.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let mut own = self.address;
        if own.ip().is_unspecified() {
            own.set_ip(if own.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        // The thread waits for a connection: this is the last one.
        let woken = TcpStream::connect_timeout(&own, Duration::from_secs(1)).is_ok();
        if let Some(accepting) = self.accepting.take().filter(|_| woken) {
            // A panic there has been told already.
            let _ = accepting.join();
        }
    }
}

/// Where requests are answered.
struct Desk {
    authorities: &'static Authorities,
    now: Box<dyn Fn() -> (Register, Timestamp) + Send + Sync>,
    busy: AtomicUsize,
}

fn accept(listener: &TcpListener, desk: &Arc<Desk>, stop: &AtomicBool) {
    loop {
        let connection = listener.accept();
        if stop.load(Ordering::Acquire) {
            return;
        }
        match connection {
            Ok((stream, _)) => desk.receive(stream),
            Err(error) => {
                tracing::warn!("the authority cannot take a connection: {error}");
                // Too many open files, for one, passes.
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

impl Desk {
    /// Answers in a thread of its own, while there is a seat.
    fn receive(self: &Arc<Self>, stream: TcpStream) {
        let Some(seat) = Seat::take(self) else {
            return http::turn_away(
                stream,
                &Reply::refusal(Status::Busy, "too many ask at a time; ask again"),
            );
        };
        let spawned = thread::Builder::new().name("authority answers".into()).spawn(move || {
            let done = http::converse(stream, |message| {
                let (register, at) = (seat.0.now)();
                route::reply(message, seat.0.authorities, &register, at)
            });
            match done {
                Ok(status) => tracing::debug!("the authority answered: {status:?}"),
                Err(error) => tracing::debug!("the authority was asked nothing: {error}"),
            }
        });
        if let Err(error) = spawned {
            tracing::warn!("the authority cannot answer: {error}");
        }
    }
}

/// A place at the desk, given back when dropped.
struct Seat(Arc<Desk>);

impl Seat {
    fn take(desk: &Arc<Desk>) -> Option<Self> {
        let seat = Self(Arc::clone(desk));
        (desk.busy.fetch_add(1, Ordering::Relaxed) < MOST_CONNECTIONS).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}
