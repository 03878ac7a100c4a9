//! The virtual card as its users start it: the program, in a process of its own.

use super::{Program, Scene, Tool, tool};
use jpki_virtual_card::control::{Client, Request};
use std::fs;
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
    /// The card `standard`.
    pub(crate) fn standard(scene: &'a Scene) -> Self {
        Self::of(scene, "standard")
    }

    /// The card of a profile that comes with the program, on the day of the lane.
    pub(crate) fn of(scene: &'a Scene, profile: &str) -> Self {
        Self::start(scene, &["--card", profile, "--as-of", AS_OF])
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

    /// A card that is in no reader, with its control socket.
    pub(crate) fn elsewhere(scene: &'a Scene, socket: &str) -> Self {
        let mut command = Program::command(program());
        command.args(["serve", "--tcp", "127.0.0.1:0", "--control", socket, "--as-of", AS_OF]);
        Self { scene, program: Program::start_deaf("elsewhere", command, scene) }
    }

    /// The control socket of the card in the reader.
    pub(crate) fn socket(scene: &Scene) -> String {
        scene.sockets.join("card").display().to_string()
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

    /// Gives a key a new value. It goes over the socket alone: it belongs on no command line.
    pub(crate) fn unlock(&self, key: &str, value: &str) {
        let request: Request = format!("unlock {key} {}", hex::encode(value)).parse().expect("a request");
        let client = Client::connect(&self.scene.sockets.join("card"));
        client.expect("the card listens").ask(&request).expect("it does as it is asked");
    }

    /// What was said so far, without the times, and without the power: pcscd takes it away some time after the last
    /// program has gone, which may be before or after the next one comes.
    pub(crate) fn transcript(&self) -> String {
        let text = self.read("transcript.txt");
        let lines = text.lines().map(|line| line.split_once("  ").map_or(line, |(_, said)| said));
        lines.filter(|line| !line.starts_with("power ")).map(|line| format!("{line}\n")).collect()
    }

    /// What it told on its standard error so far.
    pub(crate) fn log(&self) -> String {
        self.read("virtual-card.log")
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.scene.file(file)).expect("the card writes it from its start")
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
