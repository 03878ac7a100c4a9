//! The reader: this system's pcscd with the driver of vpcd, for one test alone.

use super::{PATIENCE, Program, Scene, wait_for};
use pcsc::{Card, Context, Protocols, ReaderState, Scope, ShareMode, State};
use std::ffi::{CStr, CString};
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::{Duration, Instant};

/// How the first slot is called.
const NAME: &CStr = c"Virtual PCD 00 00";
/// Both slots of the driver: it always has two.
const SLOTS: [&CStr; 2] = [NAME, c"Virtual PCD 00 01"];
/// Where the package of the driver says where the driver is.
const DRIVER_PACKAGE: &str = "/etc/reader.conf.d/vpcd";

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A card that gave its answer to reset.
    Present,
    /// Nothing.
    Empty,
}

/// pcscd with two slots, the second of which stays empty.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    scene: &'a Scene,
    pcscd: Program,
}

impl<'a> Reader<'a> {
    /// Starts pcscd, and waits until its slots can be seen.
    pub(crate) fn start(scene: &'a Scene) -> Self {
        let reader = Self { scene, pcscd: start_pcscd(scene) };
        wait_for("pcscd lists the reader", || reader.names().filter(|names| !names.is_empty()));
        assert_eq!(reader.names().expect("pcscd answers"), SLOTS, "no test may reach another reader");
        reader
    }

    /// The name of the slot that cards are put into.
    pub(crate) fn name(&self) -> &'static str {
        NAME.to_str().expect("ASCII")
    }

    /// The names of all readers, once pcscd answers.
    fn names(&self) -> Option<Vec<CString>> {
        Context::establish(Scope::User).ok()?.list_readers_owned().ok()
    }

    /// Waits until the slot is empty, or has a card; the answer to reset then.
    ///
    /// # Panics
    /// When that does not happen in time.
    pub(crate) fn wait_until(&self, wanted: Slot) -> Vec<u8> {
        let is = |state: State, _: &[u8]| match wanted {
            Slot::Present => state.contains(State::PRESENT) && !state.contains(State::MUTE),
            Slot::Empty => state.contains(State::EMPTY),
        };
        self.wait(&format!("{wanted:?}"), is)
    }

    /// Waits until a card with this answer to reset, in hex, is in the slot.
    ///
    /// # Panics
    /// When that does not happen in time.
    pub(crate) fn wait_until_atr(&self, wanted: &str) {
        self.wait(wanted, |_, atr| hex::encode_upper(atr) == wanted);
    }

    fn wait(&self, wanted: &str, is: impl Fn(State, &[u8]) -> bool) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE;
        let context = self.context();
        let mut states = [ReaderState::new(NAME, State::UNAWARE)];
        loop {
            let limit = deadline.saturating_duration_since(Instant::now()).min(Duration::from_secs(1));
            match context.get_status_change(limit, &mut states) {
                Ok(()) | Err(pcsc::Error::Timeout) => {}
                Err(error) => panic!("waiting until the slot is {wanted}: {error}"),
            }
            let state = states[0].event_state();
            if is(state, states[0].atr()) {
                return states[0].atr().to_vec();
            }
            assert!(Instant::now() < deadline, "the slot does not become {wanted}: it is {state:?}");
            states[0].sync_current_state();
        }
    }

    /// A way to PC/SC.
    pub(crate) fn context(&self) -> Context {
        Context::establish(Scope::User).expect("pcscd answers")
    }

    /// A connection that others may share.
    pub(crate) fn connect(&self) -> Card {
        self.try_connect().expect("the card can be connected to")
    }

    /// A connection that others may share, or why there is none.
    pub(crate) fn try_connect(&self) -> Result<Card, pcsc::Error> {
        self.context().connect(NAME, ShareMode::Shared, Protocols::ANY)
    }

    /// Kills pcscd in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        self.pcscd.kill();
        // As a system would when it starts the service again: a killed pcscd leaves them behind.
        for left in [self.scene.pcscd_socket(), "/run/pcscd/pcscd.pid".into()] {
            // The second is missing where another pcscd of this lane has removed it.
            let _ = fs::remove_file(left);
        }
    }

    /// Starts pcscd again after it was killed.
    pub(crate) fn start_again(&mut self) {
        self.pcscd = start_pcscd(self.scene);
        wait_for("pcscd lists the reader again", || self.names().filter(|names| !names.is_empty()));
    }
}

/// Starts pcscd with the driver of vpcd as the only one. Its log of APDUs stays off: it would show PINs.
fn start_pcscd(scene: &Scene) -> Program {
    let config = scene.file("reader.conf.d");
    fs::create_dir_all(&config).expect("the folder of the test can be written to");
    let port = scene.port;
    let text = format!(
        "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{port:#06X}\nLIBPATH {}\nCHANNELID {port:#06X}\n",
        driver()
    );
    fs::write(config.join("vpcd"), text).expect("the folder of the test can be written to");
    // pcscd takes a socket that somebody listens on already, as systemd hands it over: as its file 3.
    let listener = UnixListener::bind(scene.pcscd_socket()).expect("nobody else has this socket");
    let mut shell: Command = Program::command("sh");
    shell
        .arg("-c")
        .arg(r#"exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec pcscd --foreground --info --config "$0""#)
        .arg(&config)
        .stdin(OwnedFd::from(listener));
    Program::start("pcscd", shell, scene)
}

/// The path of vpcd's driver, as its package says.
fn driver() -> String {
    let text = fs::read_to_string(DRIVER_PACKAGE).unwrap_or_else(|error| {
        panic!("{DRIVER_PACKAGE}: {error}; install the driver, for example: apt-get install vsmartcard-vpcd")
    });
    let path = text.lines().find_map(|line| line.trim().strip_prefix("LIBPATH"));
    path.unwrap_or_else(|| panic!("{DRIVER_PACKAGE} has no LIBPATH")).trim().to_owned()
}
