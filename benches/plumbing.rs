//! A round trip through pcscd and vpcd to the virtual card, beside one to a card that answers a constant: what our
//! side of the plumbing costs beyond what it must.
//!
//! One pcscd in namespaces of its own has both cards in the two slots of its driver, each in a process of its own.
#![expect(clippy::print_stdout, reason = "a program for people: standard output is its interface")]

use jpki_benches::{Side, command, is_measured, one_by_one};
use pcsc::{Card, Context, Protocols, Scope, ShareMode};
use rustix::net::sockopt::set_tcp_quickack;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::ffi::CStr;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Tells this program, when it starts itself, what it is to play.
const ROLE: &str = "PLUMBING_ROLE";

/// Everything measured happens in there: no other pcscd, no reader, no card of this machine is touched. The loopback
/// interface is as on every machine: who acknowledges late, loses 40 ms with each frame.
const NAMESPACES: [&str; 11] = [
    "--map-root-user",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "sh",
    "-c",
    r#"export PATH="$PATH:/usr/sbin:/sbin"; mount -t tmpfs tmpfs /run && mkdir /run/pcscd &&
       { test ! -d /dev/bus/usb || mount -t tmpfs tmpfs /dev/bus/usb; } && ip link set lo up && exec "$@""#,
    "sh",
];

/// A slot of vpcd's driver, and where it listens.
struct Slot {
    name: &'static CStr,
    address: &'static str,
}

const VIRTUAL_CARD: Slot = Slot { name: c"Virtual PCD 00 00", address: "127.0.0.1:35963" };
const CONSTANT: Slot = Slot { name: c"Virtual PCD 00 01", address: "127.0.0.1:35964" };

/// Round trips with each card: some seconds.
const ROUND_TRIPS: usize = 30_000;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(40);

fn main() -> ExitCode {
    match std::env::var(ROLE).as_deref() {
        Ok("constant") => play_constant_card(),
        Ok("card") => play_virtual_card(),
        Ok("reader") => compare(),
        _ => isolate(),
    }
}

/// Starts this program again as the reader, in namespaces of its own.
fn isolate() -> ExitCode {
    let works = Command::new("unshare").args(NAMESPACES).arg("true").stderr(Stdio::null()).status();
    if !works.is_ok_and(|status| status.success()) {
        println!("plumbing: not measured, it needs namespaces (unshare of util-linux, ip of iproute2)");
        // A look whether the benchmarks run need not fail for it.
        return if is_measured() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let own = std::env::current_exe().expect("this program has a path");
    let error = Command::new("unshare")
        .args(NAMESPACES)
        .arg(own)
        .args(std::env::args().skip(1))
        .env(ROLE, "reader")
        .exec();
    panic!("unshare ran a moment ago: {error}");
}

/// Compares the two cards, in namespaces of our own: what is started here ends with us.
fn compare() -> ExitCode {
    stay_on_one_processor();
    let _pcscd = start(Command::new("pcscd").args(["--foreground", "--error"]).stdout(Stdio::null()));
    let _cards = ["card", "constant"].map(|role| {
        let own = std::env::current_exe().expect("this program has a path");
        start(Command::new(own).env(ROLE, role))
    });
    let [ours, constant] = [&VIRTUAL_CARD, &CONSTANT].map(Program::connect);
    // A card that knows the command and one that knows nothing answer the same.
    for program in [&ours, &constant] {
        assert_eq!(program.round_trip(), [0x90, 0x00]);
    }
    if is_measured() {
        let (ours, constant) = one_by_one(ROUND_TRIPS, || ours.round_trip(), || constant.round_trip());
        summary(ours, constant);
    }
    ExitCode::SUCCESS
}

/// Keeps this process, and all that it starts, on one processor. Nothing here works at the same time as anything
/// else, and where the scheduler happens to put each process would decide the comparison.
fn stay_on_one_processor() {
    let mut all = sched_getaffinity(None).expect("a process may know where it runs");
    let first = (0..CpuSet::MAX_CPU).find(|processor| all.is_set(*processor)).expect("it runs somewhere");
    all.clear();
    all.set(first);
    sched_setaffinity(None, &all).expect("a process may stay where it is");
}

fn summary(ours: Side, constant: Side) {
    println!("\nround trips through pcscd and vpcd, SELECT of an application");
    for (name, side) in [("the virtual card", ours), ("a card that answers 9000", constant)] {
        let microseconds = side.nanoseconds / 1e3;
        println!("  {name:<26} {microseconds:>8.1} µs {:>8.0} a second", side.per_second());
    }
    println!(
        "  {:<26} {:>8.2}    (target: at least 0.90)",
        "ratio",
        ours.per_second() / constant.per_second()
    );
}

/// A program that ends when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(command: &mut Command) -> Running {
    let child = command.stdin(Stdio::null()).spawn();
    Running(child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}")))
}

/// A program that uses the card in a slot.
struct Program {
    card: Card,
}

impl Program {
    /// Waits until the slot has a card, and connects to it.
    fn connect(slot: &Slot) -> Self {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let card = Context::establish(Scope::User)
                .and_then(|context| context.connect(slot.name, ShareMode::Shared, Protocols::ANY));
            match card {
                Ok(card) => return Self { card },
                Err(error) => assert!(Instant::now() < deadline, "{:?}: {error}", slot.name),
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// One command, and its response.
    fn round_trip(&self) -> [u8; 2] {
        let mut buffer = [0; 258];
        let answer = self.card.transmit(command::SELECT_JPKI, &mut buffer).expect("the card answers");
        answer.try_into().expect("a status word alone")
    }
}

/// The virtual card as its users start it.
fn play_virtual_card() -> ExitCode {
    let words = ["virtual-card", "--log", "error", "serve", "--vpcd", VIRTUAL_CARD.address];
    <jpki_virtual_card::cli::Cli as clap::Parser>::parse_from(words).main().into()
}

/// The least that a card behind vpcd has to do: frames of a length and so many bytes come in, each gets the same
/// answer, acknowledged at once.
fn play_constant_card() -> ExitCode {
    const ANSWER_TO_RESET: &[u8] = &[0, 2, 0x3B, 0x00];
    const SUCCESS: &[u8] = &[0, 2, 0x90, 0x00];
    let deadline = Instant::now() + PATIENCE;
    let mut stream = loop {
        match TcpStream::connect(CONSTANT.address) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < deadline, "{}: {error}", CONSTANT.address),
        }
        thread::sleep(Duration::from_millis(20));
    };
    stream.set_nodelay(true).expect("an option that TCP has");
    let (mut length, mut frame) = ([0; 2], vec![0; usize::from(u16::MAX)]);
    loop {
        // The system forgets it with every answer.
        set_tcp_quickack(&stream, true).expect("an option that TCP has");
        if stream.read_exact(&mut length).is_err() {
            return ExitCode::SUCCESS;
        }
        let frame = &mut frame[..usize::from(u16::from_be_bytes(length))];
        set_tcp_quickack(&stream, true).expect("an option that TCP has");
        if stream.read_exact(frame).is_err() {
            return ExitCode::SUCCESS;
        }
        let answer = match frame {
            // Power off, power on, reset.
            [0x00..=0x02] => continue,
            [0x04] => ANSWER_TO_RESET,
            _ => SUCCESS,
        };
        if stream.write_all(answer).is_err() {
            return ExitCode::SUCCESS;
        }
    }
}
