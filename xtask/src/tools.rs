//! Tools that the verbs need beside the Rust toolchain: found, installed with an announcement, or asked for.

use crate::failure::{Failure, Result};
use xshell::{Shell, cmd};

/// A program of the system.
pub(crate) struct Tool {
    /// Its name on the path.
    pub(crate) name: &'static str,
    /// The Debian package that has it.
    package: &'static str,
    /// The way to get it, for people.
    get: &'static str,
}

/// Plays the example card.
pub(crate) const PYTHON: Tool = Tool {
    name: "python3",
    package: "python3",
    get: "install Python 3, for example: apt-get install python3",
};

/// The peer of the signing benchmark, and a judge of certificates.
pub(crate) const OPENSSL: Tool = Tool {
    name: "openssl",
    package: "openssl",
    get: "install OpenSSL, for example: apt-get install openssl",
};

/// Builds AWS-LC.
pub(crate) const C_COMPILER: Tool =
    Tool { name: "cc", package: "gcc", get: "install a C compiler, for example: apt-get install gcc" };

/// Builds libFuzzer.
pub(crate) const CXX_COMPILER: Tool =
    Tool { name: "g++", package: "g++", get: "install a C++ compiler, for example: apt-get install g++" };

impl Tool {
    /// Makes sure that the tool is there: on a Debian system where we may, it is installed.
    ///
    /// # Errors
    /// It is not there and could not be installed.
    pub(crate) fn ensure(&self, shell: &Shell) -> Result {
        if is_there(shell, self.name) {
            return Ok(());
        }
        let missing = || Failure::Missing { tool: self.name, get: self.get };
        if !is_there(shell, "apt-get") || cmd!(shell, "id -u").quiet().read()? != "0" {
            return Err(missing());
        }
        let package = self.package;
        println!("{} is missing: installing the Debian package {package}", self.name);
        cmd!(shell, "apt-get update --quiet").ignore_stdout().run().map_err(|_| missing())?;
        cmd!(shell, "apt-get install --quiet --yes --no-install-recommends {package}")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .ignore_stdout()
            .run()
            .map_err(|_| missing())
    }
}

/// Makes sure that cargo-fuzz is there.
///
/// # Errors
/// It is not there and could not be installed.
pub(crate) fn ensure_cargo_fuzz(shell: &Shell) -> Result {
    if cmd!(shell, "cargo fuzz --version").quiet().ignore_stdout().ignore_stderr().run().is_ok() {
        return Ok(());
    }
    println!("cargo-fuzz is missing: installing version 0.13.2");
    cmd!(shell, "cargo install cargo-fuzz --locked --version 0.13.2").run().map_err(|_| Failure::Missing {
        tool: "cargo-fuzz",
        get: "cargo install cargo-fuzz --locked --version 0.13.2",
    })
}

/// Whether a program is on the path.
pub(crate) fn is_there(shell: &Shell, program: &str) -> bool {
    cmd!(shell, "sh -c").arg(format!("command -v {program}")).quiet().ignore_stdout().run().is_ok()
}
