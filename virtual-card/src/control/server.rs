//! Whoever answers on the control socket: a thread a client, so that a slow one keeps nobody waiting.

use super::lines::{LineError, Lines};
use super::listener::Listener;
use super::{ListenError, Request, carry_out};
use crate::slot::Slot;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Scope};
use std::time::Duration;

/// What clients may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a client may take for a line, or for reading a reply. Then it is told so and left.
    pub patience: Duration,
    /// How many may be connected at the same time. Each has a thread.
    pub clients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(60), clients: 32 }
    }
}

/// A control socket that is answered. Dropped, it is closed, its file removed, and every request that was begun is
/// done.
pub struct Server {
    listener: Arc<Listener>,
    clients: Arc<Clients>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers at this path from now on, in threads of its own.
    ///
    /// # Errors
    /// [`ListenError`].
    pub fn start(path: &Path, slot: &Arc<Slot>, limits: Limits) -> Result<Self, ListenError> {
        let listener = Arc::new(Listener::bind(path)?);
        let clients = Arc::new(Clients::new(limits));
        let accepting = {
            let (listener, clients, slot) = (Arc::clone(&listener), Arc::clone(&clients), Arc::clone(slot));
            thread::Builder::new().name("control".into()).spawn(move || accept(&listener, &clients, &slot))
        };
        let accepting = accepting.map_err(|error| ListenError::FileSystem { path: path.into(), error })?;
        tracing::info!("control socket {}", path.display());
        Ok(Self { listener, clients, accepting: Some(accepting) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.clients.close();
        // A listening socket that is shut down wakes whoever accepts on it.
        let _ = rustix::net::shutdown(&self.listener.socket, rustix::net::Shutdown::Both);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("listener", &self.listener).finish_non_exhaustive()
    }
}

/// The clients that are connected.
struct Clients {
    limits: Limits,
    closed: AtomicBool,
    connected: Mutex<BTreeMap<u64, UnixStream>>,
}

impl Clients {
    fn new(limits: Limits) -> Self {
        Self { limits, closed: AtomicBool::new(false), connected: Mutex::default() }
    }

    fn connected(&self) -> MutexGuard<'_, BTreeMap<u64, UnixStream>> {
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a client in, unless there are too many or the server ends.
    fn admit(&self, number: u64, stream: &UnixStream) -> io::Result<bool> {
        let mut connected = self.connected();
        if self.closed.load(Ordering::SeqCst) || connected.len() >= self.limits.clients {
            return Ok(false);
        }
        connected.insert(number, stream.try_clone()?);
        Ok(true)
    }

    fn close(&self) {
        let mut connected = self.connected();
        self.closed.store(true, Ordering::SeqCst);
        for stream in std::mem::take(&mut *connected).into_values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Lets clients in until the server ends, and waits for the last one to go.
fn accept(listener: &Listener, clients: &Clients, slot: &Slot) {
    thread::scope(|scope| {
        for number in 0.. {
            let accepted = listener.socket.accept();
            if clients.closed.load(Ordering::SeqCst) {
                return;
            }
            let begun = accepted.and_then(|(stream, _)| begin(number, stream, clients, slot, scope));
            if let Err(error) = begun {
                tracing::warn!("a client of the control socket could not be let in: {error}");
                // Out of files or threads: it takes a while until somebody gives some back.
                thread::sleep(Duration::from_millis(100));
            }
        }
    });
}

/// Answers a client in a thread of its own.
fn begin<'scope>(
    number: u64,
    stream: UnixStream,
    clients: &'scope Clients,
    slot: &'scope Slot,
    scope: &'scope Scope<'scope, '_>,
) -> io::Result<()> {
    stream.set_write_timeout(Some(clients.limits.patience))?;
    if !clients.admit(number, &stream)? {
        let most = clients.limits.clients;
        return (&stream).write_all(format!("error {most} clients are connected already\n").as_bytes());
    }
    let thread = thread::Builder::new().name(format!("control client {number}"));
    let begun = thread.spawn_scoped(scope, move || {
        if let Err(error) = answer(stream, slot, clients.limits.patience) {
            tracing::debug!("control client {number}: {error}");
        }
        clients.connected().remove(&number);
    });
    begun.map(drop).inspect_err(|_| drop(clients.connected().remove(&number)))
}

/// Answers a client until it goes or sends what is no line.
fn answer(mut stream: UnixStream, slot: &Slot, patience: Duration) -> io::Result<()> {
    let mut lines = Lines::new(stream.try_clone()?, patience);
    loop {
        match lines.next() {
            Ok(Some(line)) => stream.write_all(reply(&line, slot).as_bytes())?,
            Ok(None) => return Ok(()),
            Err(LineError::Broken(error)) => return Err(error),
            Err(error) => {
                tracing::warn!("a client of the control socket is left: {error}");
                return stream.write_all(format!("error {error}\n").as_bytes());
            }
        }
    }
}

/// The reply to a line, with the ends of its lines.
fn reply(line: &str, slot: &Slot) -> String {
    let request = match line.parse::<Request>() {
        Ok(request) => request,
        Err(error) => return format!("error {error}\n"),
    };
    if request != Request::Status {
        slot.note(&request.to_string());
    }
    match carry_out(&request, slot) {
        Ok(lines) => {
            match request {
                Request::Status => tracing::debug!("control: {request}"),
                _ => tracing::info!("control: {request}"),
            }
            lines.into_iter().chain(["ok".to_owned()]).map(|line| line + "\n").collect()
        }
        Err(refusal) => {
            let refusal = refusal.to_string().replace('\n', " ");
            tracing::info!("control: {request} is refused: {refusal}");
            slot.note(&format!("refused: {refusal}"));
            format!("error {refusal}\n")
        }
    }
}
