//! The program `openssl`.

use crate::root;
use jiff::Timestamp;
use jpki_virtual_card::authority::Purpose;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What it said, on both outputs, and whether it ended well.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) well: bool,
    pub(crate) words: String,
}

impl Said {
    /// Whether one of its lines is this, apart from white space around it.
    pub(crate) fn has(&self, line: &str) -> bool {
        self.words.lines().any(|one| one.trim() == line)
    }
}

/// A folder of files that `openssl` reads.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).expect("a writable folder");
        path
    }

    /// The root of a purpose, PEM.
    pub(crate) fn root(&self, purpose: Purpose) -> String {
        self.pem(&format!("{purpose}-ca.pem"), "CERTIFICATE", root(purpose))
    }

    pub(crate) fn pem(&self, name: &str, label: &str, der: &[u8]) -> String {
        let pem = der::pem::encode_string(label, der::pem::LineEnding::LF, der).expect("PEM");
        self.put(name, pem.as_bytes());
        name.to_owned()
    }

    /// Runs it here.
    pub(crate) fn openssl(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null()).env("LC_ALL", "C");
        let output = command.output().unwrap_or_else(|error| {
            panic!("cannot run openssl ({error}); `cargo xtask test` installs it where it can")
        });
        let words = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Said { well: output.status.success(), words: words.concat() }
    }

    /// Whether it reads the bytes as DER to the end.
    pub(crate) fn is_der(&self, bytes: &[u8]) -> bool {
        self.put("structure.der", bytes);
        self.openssl(&["asn1parse", "-inform", "DER", "-in", "structure.der", "-noout"]).well
    }
}

/// A moment as `-attime` takes it.
pub(crate) fn seconds(at: Timestamp) -> String {
    at.as_second().to_string()
}
