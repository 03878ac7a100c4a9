//! A program that a test keeps running beside it: its output in a file, and never outlived by it.

use super::isolation::mortal;
use super::{Scene, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// A running program.
#[derive(Debug)]
pub(crate) struct Program {
    name: String,
    child: Child,
}

impl Program {
    /// A program with its arguments still to come.
    pub(crate) fn command(program: impl AsRef<Path>) -> Command {
        mortal(program.as_ref())
    }

    /// Starts it; what it says is added to `NAME.log` in the folder of the test.
    pub(crate) fn start(name: &str, mut command: Command, scene: &Scene) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(scene.file(&format!("{name}.log")));
        let log = log.expect("the folder of the test can be written to");
        let errors = log.try_clone().expect("a file has a second handle");
        let child = command.stdout(log).stderr(errors).spawn();
        let child = child.unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { name: name.to_owned(), child }
    }

    /// Starts it with nothing to read.
    pub(crate) fn start_deaf(name: &str, mut command: Command, scene: &Scene) -> Self {
        command.stdin(Stdio::null());
        Self::start(name, command, scene)
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the system knows its children")
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        kill_process(self.pid(), Signal::TERM).expect("it was not waited for yet");
        let what = format!("{} ends when it is asked to", self.name);
        wait_for(&what, || self.ended())
    }

    /// Ends it without asking.
    pub(crate) fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        self.child.wait().expect("what is killed ends");
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
