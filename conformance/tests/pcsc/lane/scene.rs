//! Where a test plays: its folder, its ports, the place of its sockets.

use super::isolation::Isolation;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the test to a process that is to play it.
const TEST: &str = "END_TO_END_TEST";
/// Where its logs go.
const FOLDER: &str = "END_TO_END_FOLDER";
/// Where its sockets are: their paths must be short.
const SOCKETS: &str = "END_TO_END_SOCKETS";
/// Which ways of keeping tests apart are used.
const ISOLATION: &str = "END_TO_END_ISOLATION";
/// Where the first slot of its reader listens.
const PORT: &str = "END_TO_END_PORT";

/// Where one test plays.
#[derive(Debug)]
pub(crate) struct Scene {
    /// Logs and transcripts, kept when the test is over.
    pub(crate) folder: PathBuf,
    /// Sockets, gone when the test is over.
    pub(crate) sockets: PathBuf,
    /// How it is kept apart from other tests and from the machine.
    pub(crate) isolation: Isolation,
    /// The TCP port of the reader's first slot; the second slot has the next one.
    pub(crate) port: u16,
}

impl Scene {
    /// Tells a process where it plays, and what.
    pub(super) fn hand_to(&self, command: &mut Command, test: &str) {
        command
            .env(TEST, test)
            .env(FOLDER, &self.folder)
            .env(SOCKETS, &self.sockets)
            .env(ISOLATION, self.isolation.name())
            .env(PORT, self.port.to_string())
            // For every client of PC/SC: the reader of this test, and no other.
            .env("PCSCLITE_CSOCK_NAME", self.pcscd_socket())
            // OpenSC keeps certificates in the home folder: those of another test would hide a command.
            .env("HOME", &self.sockets)
            .env("XDG_CACHE_HOME", &self.sockets);
    }

    /// The test that this process is to play and where, when it is one that plays.
    pub(super) fn handed() -> Option<(String, Self)> {
        let word = |name| std::env::var(name).ok();
        let scene = Self {
            folder: word(FOLDER)?.into(),
            sockets: word(SOCKETS)?.into(),
            isolation: Isolation::named(&word(ISOLATION)?)?,
            port: word(PORT)?.parse().ok()?,
        };
        Some((word(TEST)?, scene))
    }

    /// Where pcscd answers its clients.
    pub(crate) fn pcscd_socket(&self) -> PathBuf {
        match self.isolation {
            Isolation::UserNamespaces | Isolation::Namespaces => "/run/pcscd/pcscd.comm".into(),
            Isolation::OwnPorts => self.sockets.join("pcscd.comm"),
        }
    }

    /// A file in the folder that is kept.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder that cargo builds into, and under it the one with the programs.
    pub(crate) fn target_folders() -> (PathBuf, PathBuf) {
        let own = std::env::current_exe().expect("this program has a path");
        // target/debug/deps/pcsc-0123456789abcdef
        let programs = own.ancestors().nth(2).map(Path::to_owned).expect("cargo built this program");
        let target = programs.parent().map(Path::to_owned).expect("the folder of a profile is in another");
        (target, programs)
    }

    /// Where every test has its folder.
    pub(crate) fn all_folders() -> PathBuf {
        Self::target_folders().0.join("end-to-end")
    }
}
