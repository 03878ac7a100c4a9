//! A program under test: spoken to line by line, never waited for without end, never outlived by what it started.

use jpki_apdu::{TransportError, TransportFault};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest line that a program may answer: a response of 65,538 bytes in hex fits twice.
const LONGEST_LINE: u64 = 262_144;
/// Lines of its standard error that are kept, the last ones.
const KEPT_LINES: usize = 12;
/// How long a program may take to end by itself once nobody speaks to it.
const GRACE: Duration = Duration::from_millis(300);

/// A running program.
pub(super) struct Process {
    child: Child,
    /// Feeds the thread that writes: a program that does not read must not hold us up.
    input: Option<Sender<String>>,
    lines: Receiver<Line>,
    last_words: Arc<Mutex<VecDeque<String>>>,
    /// Closes when its standard error does.
    silence: Receiver<()>,
}

/// What stands on a program's standard output.
enum Line {
    Whole(String),
    /// Longer than any answer.
    Endless,
    /// The program closed it, or it cannot be read.
    Closed,
}

impl Process {
    /// Starts a command in the shell, in a process group of its own.
    pub(super) fn start(command: &str) -> io::Result<Self> {
        let mut child =
            shell(command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let missing = || io::Error::other("a pipe to the program is missing");
        let mut stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let stderr = child.stderr.take().ok_or_else(missing)?;
        let (input, orders) = mpsc::channel::<String>();
        thread::spawn(move || {
            for line in orders {
                if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
                    return;
                }
            }
        });
        let (answers, lines) = mpsc::channel();
        thread::spawn(move || read_lines(stdout, &answers));
        let last_words = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&last_words);
        let (talking, silence) = mpsc::channel();
        thread::spawn(move || {
            let _talking: Sender<()> = talking;
            keep_last_words(stderr, &kept);
        });
        Ok(Self { child, input: Some(input), lines, last_words, silence })
    }

    /// Sends a line and waits for the one that answers it.
    ///
    /// # Errors
    /// No answer within the limit, none any more, or one that was not asked for. The program is to be
    /// [ended](Self::end) then.
    pub(super) fn ask(&mut self, line: &str, limit: Duration) -> Result<String, TransportError> {
        match self.lines.try_recv() {
            Err(TryRecvError::Empty) => {}
            Ok(Line::Whole(said)) => {
                let detail = format!("it wrote a line before it was asked: \"{}\"", beginning(&said));
                return Err(TransportError::new(TransportFault::Protocol, detail));
            }
            Ok(Line::Endless) => return Err(endless()),
            Ok(Line::Closed) | Err(TryRecvError::Disconnected) => return Err(self.gone()),
        }
        let sent = self.input.as_ref().is_some_and(|input| input.send(format!("{line}\n")).is_ok());
        if !sent {
            return Err(self.gone());
        }
        match self.lines.recv_timeout(limit) {
            Ok(Line::Whole(answer)) => Ok(answer),
            Ok(Line::Endless) => Err(endless()),
            Ok(Line::Closed) | Err(RecvTimeoutError::Disconnected) => Err(self.gone()),
            Err(RecvTimeoutError::Timeout) => {
                let detail = format!("nothing within {} s", limit.as_secs_f32());
                Err(TransportError::new(TransportFault::TimedOut, detail))
            }
        }
    }

    fn gone(&mut self) -> TransportError {
        let deadline = Instant::now() + GRACE;
        let detail = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break format!("the program ended with {status}"),
                _ if Instant::now() > deadline => break "the program closed its output".to_owned(),
                _ => thread::sleep(Duration::from_millis(2)),
            }
        };
        TransportError::new(TransportFault::Gone, detail)
    }

    /// Ends the program and everything that it started, and gives its last words.
    pub(super) fn end(mut self) -> Vec<String> {
        self.stop();
        // Whatever still holds its standard error open is dead by now.
        let _ = self.silence.recv_timeout(GRACE);
        self.last_words.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Lets the program end by itself when it does so soon.
    pub(super) fn dismiss(mut self) {
        self.input = None;
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn stop(&mut self) {
        self.input = None;
        kill_group(&self.child);
        // The second kill is for systems without process groups.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).process_group(0);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.arg("/C").arg(command);
    shell
}

#[cfg(unix)]
fn kill_group(child: &Child) {
    let group = rustix::process::Pid::from_child(child);
    // It may have ended already.
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
}

#[cfg(not(unix))]
fn kill_group(_: &Child) {}

fn endless() -> TransportError {
    let detail = format!("it wrote a line of more than {LONGEST_LINE} characters");
    TransportError::new(TransportFault::Protocol, detail)
}

fn read_lines(output: impl Read, answers: &Sender<Line>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        let read = output.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        let said = match read {
            Ok(0) | Err(_) => Line::Closed,
            Ok(n) if n as u64 == LONGEST_LINE && line.last() != Some(&b'\n') => Line::Endless,
            Ok(_) => Line::Whole(String::from_utf8_lossy(&line).trim().to_owned()),
        };
        let over = !matches!(said, Line::Whole(_));
        if answers.send(said).is_err() || over {
            return;
        }
    }
}

fn keep_last_words(output: impl Read, kept: &Mutex<VecDeque<String>>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match output.by_ref().take(4096).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
                if kept.len() > KEPT_LINES {
                    kept.pop_front();
                }
            }
        }
    }
}

/// The beginning of a line that a program wrote.
pub(super) fn beginning(line: &str) -> String {
    const SHOWN: usize = 40;
    let mut shown: String = line.chars().take(SHOWN).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}
