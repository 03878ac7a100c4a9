//! Whoever asks on the control socket.

use super::Request;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longer than any request takes, even on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// Far more than any reply.
const LONGEST_REPLY: u64 = 1 << 20;

/// A client of a control socket. It connects for each request, so a server that was started anew is found again.
#[derive(Clone, Debug)]
pub struct Client {
    path: PathBuf,
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No server, or one that does not answer.
    #[error("no server answers on {}: {error}", path.display())]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The server says why.
    #[error("{0}")]
    Refused(String),
    /// Something else than a reply: no virtual card listens there.
    #[error("what answers on {} is no control socket of a virtual card", .0.display())]
    Protocol(PathBuf),
}

impl Client {
    /// A client of the server at this path, which must be there.
    ///
    /// # Errors
    /// Nobody listens there, or not for this user.
    pub fn connect(path: &Path) -> io::Result<Self> {
        UnixStream::connect(path)?;
        Ok(Self { path: path.into() })
    }

    /// Asks, and waits until it is done; the lines of the reply.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn ask(&mut self, request: &Request) -> Result<Vec<String>, ClientError> {
        let reply = self.exchange(&request.line());
        let reply = reply.map_err(|error| ClientError::Unreachable { path: self.path.clone(), error })?;
        let mut lines: Vec<_> = reply.lines().map(str::to_owned).collect();
        let last = lines.pop().unwrap_or_default();
        match last.strip_prefix("error ") {
            Some(reason) => Err(ClientError::Refused(reason.to_owned())),
            None if last == "ok" => Ok(lines),
            None => Err(ClientError::Protocol(self.path.clone())),
        }
    }

    fn exchange(&self, line: &str) -> io::Result<String> {
        let mut stream = UnixStream::connect(&self.path)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(format!("{line}\n").as_bytes())?;
        stream.shutdown(Shutdown::Write)?;
        let mut reply = Vec::new();
        stream.take(LONGEST_REPLY).read_to_end(&mut reply)?;
        Ok(String::from_utf8_lossy(&reply).into_owned())
    }
}
