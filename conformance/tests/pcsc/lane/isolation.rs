//! How tests are kept apart from each other, and from readers and daemons of this machine.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a test does before it begins in namespaces of its own: an empty `/run`, so that pcscd finds no other;
/// no USB devices, so that it takes no real reader; a loopback interface, which acknowledges at once, because vpcd
/// sends a frame in two parts and a card that acknowledges late loses 40 ms with each.
const SET_UP: &str = r#"mount -t tmpfs tmpfs /run && mkdir /run/pcscd &&
{ test ! -d /dev/bus/usb || mount -t tmpfs tmpfs /dev/bus/usb; } &&
ip link set lo up &&
ip route replace local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 table local quickack 1 &&
exec "$@""#;

/// Set to anything, it turns namespaces off: for seeing the other way work.
const NO_NAMESPACES: &str = "END_TO_END_NO_NAMESPACES";

/// The port of vpcd's first slot.
const VPCD_PORT: u16 = 35963;

/// A way of keeping tests apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// User, mount, network and process namespaces: any user may have them on most systems.
    UserNamespaces,
    /// The same without user namespaces, for root where those are off.
    Namespaces,
    /// Ports and a socket of its own for each pcscd, for root where namespaces are off.
    OwnPorts,
}

impl Isolation {
    /// The best way that this machine allows.
    ///
    /// # Errors
    /// None works; why, in words.
    pub(super) fn choose() -> Result<Self, String> {
        if std::env::var_os(NO_NAMESPACES).is_some() {
            return Self::own_ports(&format!("{NO_NAMESPACES} is set"));
        }
        let tried = [Self::UserNamespaces, Self::Namespaces].map(|way| (way, way.works()));
        if let Some((way, _)) = tried.iter().find(|(_, works)| works.is_ok()) {
            return Ok(*way);
        }
        let reasons: Vec<String> = tried.into_iter().filter_map(|(_, works)| works.err()).collect();
        Self::own_ports(&reasons.join("; "))
    }

    fn works(self) -> Result<(), String> {
        let output = self
            .around(Path::new("true"))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("setpriv and unshare of util-linux are needed: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', ", ");
        Err(if said.is_empty() { output.status.to_string() } else { said })
    }

    /// pcscd wants to write its process id into `/run/pcscd`, whatever its socket.
    fn own_ports(why: &str) -> Result<Self, String> {
        std::fs::create_dir_all("/run/pcscd").map(|()| Self::OwnPorts).map_err(|error| {
            format!(
                "no namespaces ({why}) and no folder /run/pcscd ({error}): allow unprivileged user namespaces \
                 (sysctl kernel.unprivileged_userns_clone=1), or run the lane as root"
            )
        })
    }

    /// How the lane announces it.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::UserNamespaces => "each test in user, mount, network and process namespaces of its own",
            Self::Namespaces => "each test in mount, network and process namespaces of its own, as root",
            Self::OwnPorts => "no namespaces here: each test with ports and a pcscd socket of its own",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UserNamespaces => "user-namespaces",
            Self::Namespaces => "namespaces",
            Self::OwnPorts => "own-ports",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::UserNamespaces, Self::Namespaces, Self::OwnPorts].into_iter().find(|way| way.name() == name)
    }

    /// A command that runs this program in isolation. It dies with the thread that starts it, and everything in its
    /// namespaces with it.
    pub(super) fn around(self, program: &Path) -> Command {
        let unshare = match self {
            Self::UserNamespaces => "--map-root-user",
            Self::Namespaces => "--mount",
            Self::OwnPorts => return mortal(program),
        };
        let mut command = mortal("unshare");
        command
            .args([unshare, "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .args(["sh", "-c", SET_UP, "sh"])
            .arg(program);
        command
    }

    /// The port of a reader's first slot.
    pub(super) fn port(self) -> u16 {
        match self {
            Self::UserNamespaces | Self::Namespaces => VPCD_PORT,
            Self::OwnPorts => free_pair(),
        }
    }
}

/// A command that dies with the thread that starts it.
pub(super) fn mortal(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    let path = std::env::var("PATH").unwrap_or_default();
    // pcscd and ip are in folders that a user may not have on the path.
    command.env("PATH", format!("{path}:/usr/sbin:/sbin"));
    command
}

/// A port that is free now, for a server of a test.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has one").port()
}

/// Two ports in a row that are free now. Nobody holds them until pcscd takes them, but the system gives the same
/// ports again only after many others.
fn free_pair() -> u16 {
    for _ in 0..100 {
        let Ok(first) = TcpListener::bind("0.0.0.0:0") else { continue };
        let Some(port) = first.local_addr().ok().and_then(|address| address.port().checked_add(1)) else {
            continue;
        };
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return port - 1;
        }
    }
    panic!("there are no two free ports in a row on this machine");
}
