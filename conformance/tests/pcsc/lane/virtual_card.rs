//! The virtual card as its users start it: the program, in a process of its own.

use super::{Program, Scene, Tool, tool};
use std::path::PathBuf;
use std::process::ExitStatus;

/// The day of all personalisations, so that transcripts are the same on every day.
pub(crate) const AS_OF: &str = "2026-11-22";

/// A running `virtual-card serve`.
#[derive(Debug)]
pub(crate) struct VirtualCard<'a> {
    scene: &'a Scene,
    program: Program,
}

impl<'a> VirtualCard<'a> {
    /// Puts the card `standard` into the reader.
    pub(crate) fn standard(scene: &'a Scene) -> Self {
        Self::start(scene, &["--as-of", AS_OF])
    }

    /// Starts the card with further options. Its transcript is `transcript.txt`, its log `virtual-card.log`.
    pub(crate) fn start(scene: &'a Scene, options: &[&str]) -> Self {
        let mut command = Program::command(program());
        command
            .args(["serve", "--vpcd", &format!("127.0.0.1:{}", scene.port)])
            .arg("--control")
            .arg(scene.sockets.join("card"))
            .arg("--transcript")
            .arg(scene.file("transcript.txt"))
            .args(options);
        Self { scene, program: Program::start_deaf("virtual-card", command, scene) }
    }

    /// Asks something of the card by `virtual-card ctl`; what it answers.
    pub(crate) fn ctl(&self, words: &str) -> String {
        self.ctl_tool(words).succeeds()
    }

    /// `virtual-card ctl` with these words, whatever comes of it.
    pub(crate) fn ctl_tool(&self, words: &str) -> Tool {
        let socket = self.scene.sockets.join("card");
        let socket = socket.to_str().expect("the lane names its folders in ASCII");
        let mut arguments = vec!["ctl", "--control", socket];
        arguments.extend(words.split_whitespace());
        tool(self.scene, program().to_str().expect("a path"), &arguments)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.program.terminate()
    }

    /// Ends it without asking.
    pub(crate) fn kill(&mut self) {
        self.program.kill();
    }
}

/// The program `virtual-card`, built into the folder where this test was built.
pub(crate) fn program() -> PathBuf {
    let path = Scene::target_folders().1.join("virtual-card");
    assert!(
        path.exists(),
        "{} is missing: `cargo xtask end-to-end` builds it, or `cargo build -p jpki-virtual-card`",
        path.display()
    );
    path
}
