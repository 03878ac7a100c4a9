//! The program `virtual-card`, told lines and killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// Far more than any answer takes: whoever needs it hangs.
const HANGS: Duration = Duration::from_secs(60);

pub(crate) struct Program {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
}

impl Program {
    pub(crate) fn start(state: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
        command.args(["--log", "warn", "serve", "--stdio", "--as-of", "2026-11-24", "--state"]).arg(state);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in output.split(b'\n').map_while(Result::ok) {
                let _ = sender.send(String::from_utf8(line).expect("answers are ASCII"));
            }
        });
        Self { child, input, answers }
    }

    /// Says a line and waits for its answer.
    pub(crate) fn ask(&self, line: &str) -> String {
        self.tell(&[line.to_owned()]);
        self.answers.recv_timeout(HANGS).expect("an answer; standard error tells why there is none")
    }

    /// Says lines, all in one write.
    pub(crate) fn tell(&self, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        (&self.input).write_all(text.as_bytes()).expect("the program listens");
    }

    /// SIGKILL. The answers that were out by then and nobody has taken yet.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it is dead");
        // The pipe has an end now, and all that was written into it comes first.
        self.answers.iter().collect()
    }
}
