//! A million exchanges with the running program: it needs no more memory after them than after the first tenth.
//!
//! The test plays vpcd's reader and sends frames without waiting for the answers, so that it measures the program and not
//! the way of a packet there and back.

use rstest::rstest;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io};

/// So much more memory may be resident after the last exchange than after the first tenth, in KiB: for pages that are
/// touched late. Whatever is allocated and lost takes 32 bytes at least. Lost in one of twelve exchanges, a round of the
/// session below, that would be 2.3 MiB over a million and 470 KiB over two hundred thousand.
const ALLOWANCE: u64 = 256;

/// Exchanges after which a value is wrong once, and the state saved twice: for the wrong one and the right one.
const BETWEEN_WRONG_VALUES: u32 = 20_000;

/// Far more than anything here takes: whoever needs it hangs.
const HANGS: Duration = Duration::from_secs(120);

/// What clients do all day: a command, and the status word and the length of its answer.
const SESSION: [(&str, &str, usize); 12] = [
    ("00A4040C0AD392F000260100000001", "9000", 2),
    ("00A4020C020006", "9000", 2),
    ("00B0000020", "9000", 34),
    ("00A4020C02000A", "9000", 2),
    ("00B0000004", "9000", 6),
    ("00B0000000", "9000", 258),
    ("00B0010000", "9000", 258),
    ("00A4020C020018", "9000", 2),
    ("00200080", "63C3", 2),
    ("002000800431323334", "9000", 2),
    ("00A4040C0AD3921000310001010408", "9000", 2),
    ("00200091", "63C3", 2),
];

/// A wrong value of the text PIN, and the right one.
const WRONG_ONCE: [(&str, &str, usize); 2] =
    [("002000910430303030", "63C2", 2), ("002000910431323334", "9000", 2)];

#[rstest]
#[case::a_million_of_a_card_that_is_kept(1_000_000, &["--state"])]
// Each line is a write of its own, so a fifth of them takes as long.
#[case::two_hundred_thousand_that_are_written_down(200_000, &["--state", "--transcript"])]
fn exchanges_need_no_more_memory_than_a_tenth_of_them(#[case] all: u32, #[case] kept: &[&str]) {
    let directory = tempfile::tempdir().expect("a directory");
    let reader = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = reader.local_addr().expect("its address").to_string();
    let mut program = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    program.args(["--log", "warn", "serve", "--as-of", "2026-11-24", "--vpcd", &address]);
    for option in kept {
        program.arg(option).arg(directory.path().join(&option[2..]));
    }
    let mut program = Running(program.spawn().expect("the program starts"));

    let mut card = Reader::accept(&reader, &mut program);
    let started = Instant::now();
    card.exchange(0..all / 10);
    let early = program.resident();
    card.exchange(all / 10..all);
    let late = program.resident();
    let took = started.elapsed().as_secs_f64();
    // Not by println!, which nobody sees of a test that passes.
    writeln!(
        io::stderr(),
        "{all} exchanges in {took:.0} s: {early} KiB resident after a tenth, {late} KiB in the end"
    )
    .expect("standard error");
    assert!(late <= early + ALLOWANCE, "{early} KiB grew to {late} KiB");
}

/// The program; it is killed with the test.
struct Running(Child);

impl Running {
    fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("its end can be asked for").is_some()
    }

    /// Resident memory in KiB.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its resident memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The reader that the card is in.
struct Reader {
    commands: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Reader {
    /// Waits for the card, as long as there is a program that could bring it.
    fn accept(listener: &TcpListener, program: &mut Running) -> Self {
        listener.set_nonblocking(true).expect("it need not wait");
        let stream = loop {
            match listener.accept() {
                Ok((stream, _)) => break stream,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => panic!("no connection: {error}"),
                Err(_) => assert!(!program.has_ended(), "the program has ended; standard error tells why"),
            }
            thread::sleep(Duration::from_millis(5));
        };
        stream.set_nonblocking(false).expect("it can wait");
        stream.set_read_timeout(Some(HANGS)).expect("a time limit");
        stream.set_write_timeout(Some(HANGS)).expect("a time limit");
        let commands = stream.try_clone().expect("a second handle");
        (&commands).write_all(&[0, 1, 1]).expect("power on");
        Self { commands, answers: BufReader::with_capacity(1 << 16, stream) }
    }

    /// Carries out these exchanges of the million.
    fn exchange(&mut self, numbers: std::ops::Range<u32>) {
        let commands = &self.commands;
        let answers = &mut self.answers;
        let sent = numbers.clone();
        thread::scope(|scope| {
            scope.spawn(move || send_all(commands, sent).expect("the card listens"));
            let mut answer = Vec::new();
            for number in numbers {
                let (command, word, len) = exchange(number);
                receive(answers, &mut answer).expect("an answer");
                let end = answer.len().saturating_sub(2);
                assert_eq!(
                    (hex::encode_upper(&answer[end..]).as_str(), answer.len()),
                    (word, len),
                    "{command}"
                );
            }
        });
    }
}

/// The exchange of this number.
fn exchange(number: u32) -> (&'static str, &'static str, usize) {
    match number % BETWEEN_WRONG_VALUES {
        // The session before it has ended in the text application.
        12 => WRONG_ONCE[0],
        13 => WRONG_ONCE[1],
        ..12 => SESSION[(number % BETWEEN_WRONG_VALUES) as usize],
        later => SESSION[((later - 14) % 12) as usize],
    }
}

fn send_all(mut commands: &TcpStream, numbers: std::ops::Range<u32>) -> io::Result<()> {
    let mut frames = Vec::new();
    for number in numbers {
        let command = hex::decode(exchange(number).0).expect("hex");
        frames.extend(u16::try_from(command.len()).expect("a short command").to_be_bytes());
        frames.extend(command);
        if frames.len() > 1 << 14 {
            commands.write_all(&frames)?;
            frames.clear();
        }
    }
    commands.write_all(&frames)
}

fn receive(answers: &mut impl Read, answer: &mut Vec<u8>) -> io::Result<()> {
    let mut len = [0; 2];
    answers.read_exact(&mut len)?;
    answer.resize(u16::from_be_bytes(len).into(), 0);
    answers.read_exact(answer)
}
