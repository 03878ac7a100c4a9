//! Tools that the verbs need beside the Rust toolchain: found, installed with an announcement, or asked for.

use crate::failure::{Failure, Result};
use xshell::{Shell, cmd};

/// Something of the system: a program, a library, a driver.
pub(crate) struct Tool {
    /// What it is called.
    name: &'static str,
    /// A condition of the shell that holds when it is there.
    there: &'static str,
    /// The Debian package that has it.
    package: &'static str,
}

/// Plays the example card.
pub(crate) const PYTHON: Tool = Tool::program("python3", "python3");

/// The peer of the signing benchmark, and a judge of certificates and signatures.
pub(crate) const OPENSSL: Tool = Tool::program("openssl", "openssl");

/// Builds AWS-LC.
pub(crate) const C_COMPILER: Tool = Tool::program("cc", "gcc");

/// Builds libFuzzer.
pub(crate) const CXX_COMPILER: Tool = Tool::program("g++", "g++");

/// What a build with the way to a card reader needs.
pub(crate) const READER_BUILD: [Tool; 3] = [
    C_COMPILER,
    Tool::program("pkg-config", "pkg-config"),
    Tool {
        name: "libpcsclite with its headers",
        there: "pkg-config --exists libpcsclite",
        package: "libpcsclite-dev",
    },
];

/// What plays the reader, and the programs that use the card in it.
pub(crate) const READER: [Tool; 8] = [
    Tool::program("pcscd", "pcscd"),
    Tool {
        name: "the vpcd driver of pcscd",
        there: "test -e /etc/reader.conf.d/vpcd",
        package: "vsmartcard-vpcd",
    },
    Tool::program("opensc-tool", "opensc"),
    Tool {
        name: "opensc-pkcs11.so",
        there: "ls /usr/lib*/opensc-pkcs11.so /usr/lib*/*/opensc-pkcs11.so 2>/dev/null | grep -q .",
        package: "opensc-pkcs11",
    },
    Tool::program("ip", "iproute2"),
    Tool::program("unshare", "util-linux"),
    OPENSSL,
    PYTHON,
];

impl Tool {
    /// A program on the path.
    const fn program(name: &'static str, package: &'static str) -> Self {
        Self { name, there: "", package }
    }

    fn is_there(&self, shell: &Shell) -> bool {
        if self.there.is_empty() {
            return is_there(shell, self.name);
        }
        cmd!(shell, "sh -c").arg(self.there).quiet().ignore_stdout().ignore_stderr().run().is_ok()
    }
}

/// Makes sure that all of these are there: on a Debian system where we may, what is missing is installed at once.
///
/// # Errors
/// Something is not there and could not be installed.
pub(crate) fn ensure(shell: &Shell, tools: &[&[Tool]]) -> Result {
    let missing = || tools.iter().copied().flatten().filter(|tool| !tool.is_there(shell)).collect::<Vec<_>>();
    let wanted = missing();
    if wanted.is_empty() {
        return Ok(());
    }
    if !is_there(shell, "apt-get") || cmd!(shell, "id -u").quiet().read()? != "0" {
        return Err(not_there(&wanted));
    }
    let packages: Vec<&str> = wanted.iter().map(|tool| tool.package).collect();
    let names = list(&wanted, |tool| tool.name, ", ");
    println!("missing: {names}; installing the Debian packages {}", packages.join(" "));
    let installed = cmd!(shell, "apt-get update --quiet").ignore_stdout().run().and_then(|()| {
        cmd!(shell, "apt-get install --quiet --yes --no-install-recommends {packages...}")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .ignore_stdout()
            .run()
    });
    let still = missing();
    match installed {
        Ok(()) if still.is_empty() => Ok(()),
        _ => Err(not_there(&if still.is_empty() { wanted } else { still })),
    }
}

/// What is missing, and the way to get all of it.
fn not_there(tools: &[&Tool]) -> Failure {
    Failure::Missing {
        tool: list(tools, |tool| tool.name, ", "),
        get: format!("install it, for example: apt-get install {}", list(tools, |tool| tool.package, " ")),
    }
}

fn list<'a>(tools: &[&'a Tool], word: impl Fn(&'a Tool) -> &'a str, between: &str) -> String {
    tools.iter().map(|tool| word(tool)).collect::<Vec<_>>().join(between)
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
        tool: "cargo-fuzz".into(),
        get: "cargo install cargo-fuzz --locked --version 0.13.2".into(),
    })
}

/// Whether a program is on the path, or where only root's path leads.
fn is_there(shell: &Shell, program: &str) -> bool {
    let look = format!("PATH=$PATH:/usr/sbin:/sbin command -v {program}");
    cmd!(shell, "sh -c").arg(look).quiet().ignore_stdout().run().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: Tool = Tool::program("no-such-program", "no-such-package");
    const NEVER: Tool = Tool { name: "a driver", there: "false", package: "no-such-driver" };

    #[test]
    fn a_tool_is_there_when_it_is_on_the_path_or_its_condition_holds() {
        let shell = Shell::new().expect("a folder to work in");
        assert!(Tool::program("sh", "dash").is_there(&shell));
        assert!(Tool { name: "a file", there: "test -e /", package: "base-files" }.is_there(&shell));
        assert!(!NOWHERE.is_there(&shell));
        assert!(!NEVER.is_there(&shell));
    }

    #[test]
    fn everything_that_is_missing_is_named_with_one_way_to_get_it() {
        let failure = not_there(&[&NOWHERE, &NEVER]);
        assert_eq!(failure.to_string(), "missing: no-such-program, a driver");
        let help = failure.help().expect("there is a way");
        assert_eq!(help, "install it, for example: apt-get install no-such-package no-such-driver");
    }
}
