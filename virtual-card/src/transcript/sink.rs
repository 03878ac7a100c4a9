//! Where a transcript is written: each line at once, and never at the card's cost.

use super::mask::Line;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Only its owner reads and writes a transcript.
const MODE: u32 = 0o600;

/// A file that is only ever written at its end; made when it is missing.
pub(super) fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(MODE).open(path)
}

/// A writer of lines that outlives its own failures.
pub(super) struct Sink {
    to: Box<dyn Write + Send>,
    /// Lines that could not be written since the last one that could.
    missing: u64,
    told: bool,
}

impl Sink {
    pub(super) fn new(to: impl Write + Send + 'static) -> Self {
        Self { to: Box::new(to), missing: 0, told: false }
    }

    /// Writes a line; a failure is told once in the log. After a failure the next line that can be written says
    /// first how many are missing.
    pub(super) fn write(&mut self, line: &Line) {
        let text = match self.missing {
            0 => format!("{line}\n"),
            // What failed may have been half a line.
            missing => format!("\n({missing} lines could not be written)\n{line}\n"),
        };
        match self.to.write_all(text.as_bytes()).and_then(|()| self.to.flush()) {
            Ok(()) => self.missing = 0,
            Err(error) => {
                self.missing += 1;
                if !std::mem::replace(&mut self.told, true) {
                    tracing::error!(%error, "the transcript cannot be written; the card goes on without it");
                }
            }
        }
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("missing", &self.missing).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::mask::Draft;
    use crate::transcript::secrets::Secrets;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::{Arc, Mutex};

    fn line(words: &str) -> Line {
        Draft::Happening(words.into()).masked(jiff::Timestamp::UNIX_EPOCH, &Secrets::default())
    }

    #[test]
    fn a_transcript_goes_to_the_end_of_a_file_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("transcript");
        for words in ["power on", "power off"] {
            Sink::new(append_to(&path).expect("it opens")).write(&line(words));
        }
        let written = std::fs::read_to_string(&path).expect("it is there");
        assert_eq!(written, "1970-01-01T00:00:00.000Z  power on\n1970-01-01T00:00:00.000Z  power off\n");
        let mode = path.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    /// A disk that is full for a while: it takes half a line, then nothing, then everything again.
    struct FullForAWhile {
        paper: Arc<Mutex<Vec<u8>>>,
        writes: u8,
    }

    impl Write for FullForAWhile {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.writes += 1;
            let taken = match self.writes {
                1 => &bytes[..8],
                2 | 3 => return Err(io::ErrorKind::StorageFull.into()),
                _ => bytes,
            };
            self.paper.lock().expect("one thread").extend_from_slice(taken);
            Ok(taken.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_transcript_that_could_not_be_written_says_how_many_lines_are_missing() {
        let paper = Arc::default();
        let mut sink = Sink::new(FullForAWhile { paper: Arc::clone(&paper), writes: 0 });
        ["half", "nothing", "again", "and on"].iter().for_each(|words| sink.write(&line(words)));
        let written = String::from_utf8(paper.lock().expect("one thread").clone()).expect("text");
        let lines: Vec<_> = written.lines().collect();
        assert_eq!(
            lines,
            [
                "1970-01-",
                "(2 lines could not be written)",
                "1970-01-01T00:00:00.000Z  again",
                "1970-01-01T00:00:00.000Z  and on"
            ]
        );
        assert!(sink.told);
    }
}
