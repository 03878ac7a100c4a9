//! Lines that end in time: whoever sends one slowly, without end or without sense holds up nobody but himself.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// The longest line, its end not counted, in bytes: a verb and the longest path of a file.
pub(super) const LONGEST: usize = 8_192;

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// No end in sight.
    #[error("a line has at most {LONGEST} bytes")]
    TooLong,
    /// Nothing, or not all of it, within this time.
    #[error("no whole line came within {} ms", .0.as_millis())]
    TooSlow(Duration),
    /// The client went in the middle of a line. Half a request might mean another one.
    #[error("the line has no end")]
    CutOff,
    /// Bytes that are no text.
    #[error("the line is no UTF-8 text")]
    NoText,
    /// The connection broke.
    #[error(transparent)]
    Broken(#[from] io::Error),
}

/// The lines that a client sends.
pub(super) struct Lines {
    stream: UnixStream,
    /// How long one line may take.
    patience: Duration,
    /// What has come and was not yet taken.
    pending: Vec<u8>,
}

impl Lines {
    pub(super) fn new(stream: UnixStream, patience: Duration) -> Self {
        Self { stream, patience, pending: Vec::new() }
    }

    /// The next line without its end; `None` when the client is done.
    pub(super) fn next(&mut self) -> Result<Option<String>, LineError> {
        let deadline = Instant::now() + self.patience;
        let mut searched = 0;
        loop {
            if let Some(end) = self.pending[searched..].iter().position(|byte| *byte == b'\n') {
                return self.take(searched + end).map(Some);
            }
            searched = self.pending.len();
            if searched > LONGEST {
                return Err(LineError::TooLong);
            }
            if self.read(deadline)? == 0 {
                return if searched == 0 { Ok(None) } else { Err(LineError::CutOff) };
            }
        }
    }

    fn take(&mut self, end: usize) -> Result<String, LineError> {
        if end > LONGEST {
            return Err(LineError::TooLong);
        }
        let mut line: Vec<u8> = self.pending.drain(..=end).collect();
        line.pop();
        String::from_utf8(line).map_err(|_| LineError::NoText)
    }

    fn read(&mut self, deadline: Instant) -> Result<usize, LineError> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(LineError::TooSlow(self.patience));
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut chunk = [0; 1_024];
        match self.stream.read(&mut chunk) {
            Ok(read) => {
                self.pending.extend_from_slice(&chunk[..read]);
                Ok(read)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                Err(LineError::TooSlow(self.patience))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.read(deadline),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::io::Write;

    fn lines(sent: &[u8]) -> Lines {
        let (mut client, server) = UnixStream::pair().expect("a pair");
        // The socket buffer holds far more than the longest line.
        client.write_all(sent).expect("sent");
        Lines::new(server, Duration::from_secs(60))
    }

    #[rstest]
    #[case::nothing(b"", &[])]
    #[case::two_lines(b"status\nlock auth-pin\n", &["status", "lock auth-pin"])]
    #[case::an_empty_line(b"\n", &[""])]
    fn lines_come_one_by_one(#[case] sent: &[u8], #[case] expected: &[&str]) {
        let mut lines = lines(sent);
        for line in expected {
            assert_eq!(lines.next().expect("a line").as_deref(), Some(*line));
        }
        assert_eq!(lines.next().expect("the end"), None);
    }

    #[rstest]
    #[case::half_a_line(b"tries auth-pin 1", "the line has no end")]
    #[case::no_text(b"\xFF\xFE\n", "the line is no UTF-8 text")]
    #[case::no_end(&[b'a'; LONGEST + 1], "a line has at most 8192 bytes")]
    #[case::a_late_end(&[&[b'a'; LONGEST + 1][..], b"\n"].concat(), "a line has at most 8192 bytes")]
    fn what_is_no_line_is_refused(#[case] sent: &[u8], #[case] words: &str) {
        assert_eq!(lines(sent).next().expect_err("no line").to_string(), words);
    }

    #[test]
    fn the_longest_line_is_taken() {
        let line = "a".repeat(LONGEST);
        assert_eq!(lines(format!("{line}\n").as_bytes()).next().expect("a line"), Some(line));
    }

    #[rstest]
    #[case::silence(b"")]
    #[case::a_line_that_never_ends(b"stat")]
    fn patience_has_an_end(#[case] sent: &[u8]) {
        let (mut client, server) = UnixStream::pair().expect("a pair");
        client.write_all(sent).expect("sent");
        let error = Lines::new(server, Duration::from_millis(5)).next().expect_err("no line");
        assert!(matches!(error, LineError::TooSlow(_)), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_the_lines_between_their_newlines(
            sent in prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
        ) {
            let mut lines = lines(&sent);
            let mut expected = sent.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
            let unended = expected.pop().unwrap_or_default();
            for line in expected {
                match lines.next() {
                    Ok(Some(text)) => prop_assert_eq!(text.into_bytes(), line),
                    Err(LineError::NoText) => prop_assert!(String::from_utf8(line).is_err()),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            match lines.next() {
                Ok(None) => prop_assert!(unended.is_empty()),
                other => prop_assert!(matches!(other, Err(LineError::CutOff)) && !unended.is_empty()),
            }
        }
    }
}
