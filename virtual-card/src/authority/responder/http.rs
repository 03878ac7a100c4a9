//! As much of HTTP as a responder needs: one request a connection, everything bounded, in size and in time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// Longest request line and header fields together. A request in a path is a few hundred bytes long.
const LONGEST_HEAD: u64 = 16 * 1024;
/// Longest body: several hundred certificates in one request.
pub(super) const LONGEST_BODY: usize = 64 * 1024;
/// How long a client may take for its request, and for reading the reply.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of a refused request is read and forgotten, so that its client gets as far as reading the refusal.
const LEFTOVERS: u64 = 1024 * 1024;

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) method: String,
    /// Path and query, as sent.
    pub(super) target: String,
    /// Without parameters, in lower case.
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
}

/// A reply: words, or what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: Status,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

/// The statuses that a responder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok = 200,
    BadRequest = 400,
    NotFound = 404,
    MethodNotAllowed = 405,
    LengthRequired = 411,
    ContentTooLarge = 413,
    UnsupportedMediaType = 415,
    HeadTooLarge = 431,
    InternalError = 500,
    Busy = 503,
}

impl Status {
    fn words(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::BadRequest => "Bad Request",
            Self::NotFound => "Not Found",
            Self::MethodNotAllowed => "Method Not Allowed",
            Self::LengthRequired => "Length Required",
            Self::ContentTooLarge => "Content Too Large",
            Self::UnsupportedMediaType => "Unsupported Media Type",
            Self::HeadTooLarge => "Request Header Fields Too Large",
            Self::InternalError => "Internal Server Error",
            Self::Busy => "Service Unavailable",
        }
    }
}

impl Reply {
    pub(super) fn found(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: Status::Ok, content_type, body: body.into() }
    }

    /// A refusal, and what to do instead.
    pub(super) fn refusal(status: Status, words: impl Into<String>) -> Self {
        let words = words.into() + "\n";
        Self { status, content_type: "text/plain; charset=utf-8", body: words.into_bytes() }
    }

    /// Writes the reply; of a HEAD request without the body.
    fn write(&self, to: &mut impl Write, head_only: bool) -> io::Result<()> {
        let Self { status, content_type, body } = self;
        let allow = if *status == Status::MethodNotAllowed { "Allow: GET, HEAD, POST\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n{allow}\
             Connection: close\r\n\r\n",
            *status as u16,
            status.words(),
            body.len()
        );
        let body = if head_only { &[][..] } else { body };
        to.write_all(&[head.as_bytes(), body].concat())?;
        to.flush()
    }
}

/// Reads one request, answers it, and ends the connection.
pub(super) fn converse(stream: TcpStream, answer: impl FnOnce(&Message) -> Reply) -> io::Result<Status> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(Timed { stream, until: Instant::now() + PATIENCE });
    let message = read(&mut reader);
    let head_only = message.as_ref().is_ok_and(|message| message.method == "HEAD");
    let reply = match message {
        Ok(message) => answer(&message),
        Err(Unread::Refused(reply)) => reply,
        Err(Unread::Broken(error)) => return Err(error),
    };
    let Timed { stream, .. } = reader.get_mut();
    reply.write(stream, head_only)?;
    // Closing at once, with bytes unread, could take the reply away from a client that is still sending.
    stream.shutdown(Shutdown::Write)?;
    let _ = io::copy(&mut reader.take(LEFTOVERS), &mut io::sink());
    Ok(reply.status)
}

/// Replies without waiting for what is asked, or for a client that does not listen.
pub(super) fn turn_away(mut stream: TcpStream, reply: &Reply) {
    // Who does not hear it finds the connection closed.
    let _ = stream.set_nonblocking(true).and_then(|()| reply.write(&mut stream, false));
    let _ = stream.shutdown(Shutdown::Write).and_then(|()| stream.read(&mut [0; 4096]));
}

/// Why there is no request to answer.
enum Unread {
    /// It is refused, in words.
    Refused(Reply),
    /// The client has gone or takes too long.
    Broken(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

fn refused(status: Status, words: &str) -> Unread {
    Unread::Refused(Reply::refusal(status, words))
}

/// Reads one request.
fn read(from: &mut BufReader<Timed>) -> Result<Message, Unread> {
    let (mut message, fields) = head(from)?;
    if fields.chunked || (message.method == "POST" && fields.length.is_none()) {
        return Err(refused(Status::LengthRequired, "say with Content-Length how long the request is"));
    }
    let length = fields.length.unwrap_or(0);
    if length > LONGEST_BODY as u64 {
        let words = format!("a request has at most {LONGEST_BODY} bytes");
        return Err(refused(Status::ContentTooLarge, &words));
    }
    if fields.waits && length > 0 {
        from.get_mut().stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    message.body = vec![0; length as usize];
    from.read_exact(&mut message.body)?;
    Ok(message)
}

/// What the header fields say about the body.
#[derive(Default)]
struct Fields {
    length: Option<u64>,
    chunked: bool,
    /// The client waits for a word before it sends the body.
    waits: bool,
}

fn head(from: &mut BufReader<Timed>) -> Result<(Message, Fields), Unread> {
    let mut from = from.take(LONGEST_HEAD);
    let mut line = || -> Result<String, Unread> {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            let words = format!("the head of a request has at most {LONGEST_HEAD} bytes");
            let gone = Unread::Broken(io::ErrorKind::UnexpectedEof.into());
            return Err(if from.limit() == 0 { refused(Status::HeadTooLarge, &words) } else { gone });
        }
        let line = String::from_utf8(line).ok();
        let line = line.ok_or_else(|| refused(Status::BadRequest, "the head of a request is text"))?;
        Ok(line.trim_end_matches('\r').to_owned())
    };
    let start = line()?;
    let words: Vec<_> = start.split(' ').collect();
    let [method, target, "HTTP/1.0" | "HTTP/1.1"] = words[..] else {
        return Err(refused(Status::BadRequest, "this is no request of HTTP/1.0 or HTTP/1.1"));
    };
    let mut message = Message { method: method.into(), target: target.into(), ..Message::default() };
    let mut fields = Fields::default();
    loop {
        let line = line()?;
        if line.is_empty() {
            return Ok((message, fields));
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(refused(Status::BadRequest, "a header field is a name, a colon and a value"));
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                let length =
                    value.parse().ok().filter(|length| fields.length.is_none_or(|one| one == *length));
                let length =
                    length.ok_or_else(|| refused(Status::BadRequest, "Content-Length is one number"))?;
                fields.length = Some(length);
            }
            "content-type" => {
                let bare = value.split(';').next().unwrap_or_default().trim();
                message.content_type = Some(bare.to_ascii_lowercase());
            }
            "expect" => fields.waits = value.eq_ignore_ascii_case("100-continue"),
            "transfer-encoding" => fields.chunked = true,
            _ => {}
        }
    }
}

/// A connection that gives up at a moment, however slowly its bytes trickle in.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}
