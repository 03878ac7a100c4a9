//! The program is killed a thousand times while values are shown and changed, at moments that a seed decides. What it
//! has answered must be on the disk, and what it had in hand must be done or not done: never half, and a try once spent
//! is never given back.

mod pins;
mod program;
mod seed;

use jpki_virtual_card::state::StateFile;
use pins::{Deed, Pins, WhichPin};
use program::Program;
use seed::Seed;
use std::fs;
use std::io::{self, Write as _};
use std::ops::AddAssign;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

const KILLS: u32 = 1_000;

/// So many cards are worn at once, each in a program of its own: more than a small machine has cores, as most of the time
/// goes by while a disk writes.
const WORKERS: u32 = 4;

/// Deeds in one burst at most; they are sent at once, so that the program is never idle when it dies.
const LONGEST_BURST: u32 = 6;

#[test]
fn a_thousand_kills_give_no_try_back_and_leave_no_state_unreadable() {
    let mut tally = Tally::default();
    let started = Instant::now();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                scope.spawn(move || {
                    let mut worn = WornCard::new(u64::from(worker));
                    (0..KILLS / WORKERS).for_each(|_| worn.round());
                    worn.tally
                })
            })
            .collect();
        for worker in workers {
            tally += worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    // Not by println!, which nobody sees of a test that passes.
    writeln!(io::stderr(), "{tally}; {:.0} s", started.elapsed().as_secs_f64()).expect("standard error");
    assert_eq!(tally.kills(), KILLS);
    // A thousand kills between commands would prove little.
    assert!(tally.amid_a_burst >= KILLS / 10, "{tally}");
}

/// When the kills came.
#[derive(Default)]
struct Tally {
    amid_the_start: u32,
    amid_a_burst: u32,
    after_the_last_answer: u32,
    /// Of all: a change was on the disk and its answer was not out.
    before_its_answer: u32,
    locked_cards: u32,
}

impl Tally {
    fn kills(&self) -> u32 {
        self.amid_the_start + self.amid_a_burst + self.after_the_last_answer
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.amid_the_start += other.amid_the_start;
        self.amid_a_burst += other.amid_a_burst;
        self.after_the_last_answer += other.after_the_last_answer;
        self.before_its_answer += other.before_its_answer;
        self.locked_cards += other.locked_cards;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} kills: {} while it started, {} amid a burst of commands, {} after the last answer; {} times the state was \
             saved and its answer not yet out; {} cards locked",
            self.kills(),
            self.amid_the_start,
            self.amid_a_burst,
            self.after_the_last_answer,
            self.before_its_answer,
            self.locked_cards
        )
    }
}

/// A card that is used until it is locked, through a program that never ends in peace.
struct WornCard {
    _directory: tempfile::TempDir,
    file: PathBuf,
    seed: Seed,
    /// What must be on the disk now.
    pins: Pins,
    /// Whether there must be a file.
    saved: bool,
    /// How long the program needs to start, and for one deed: as it turned out so far.
    start: Duration,
    deed: Duration,
    tally: Tally,
}

impl WornCard {
    fn new(seed: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("state");
        Self {
            _directory: directory,
            file,
            seed: Seed(seed),
            pins: Pins::of_the_standard_card(),
            saved: false,
            start: Duration::from_millis(100),
            deed: Duration::from_millis(5),
            tally: Tally::default(),
        }
    }

    /// One start and one kill.
    fn round(&mut self) {
        let started = Instant::now();
        let program = Program::start(&self.file);
        if self.seed.below(8) == 0 {
            thread::sleep(self.seed.part_of(self.start));
            program.kill();
            self.tally.amid_the_start += 1;
            let left = self.on_disk();
            assert_eq!(left, self.pins, "nothing was asked for, and nothing changes");
        } else {
            self.find_what_was_left(&program);
            self.start = started.elapsed();
            self.burst(program);
        }
        if self.pins.is_any_locked() {
            self.begin_with_a_new_card();
        }
    }

    /// The program answers what the disk said.
    fn find_what_was_left(&self, program: &Program) {
        assert!(program.ask("!reset").starts_with("3B"), "the answer to reset");
        self.select(program);
        for pin in WhichPin::ALL {
            assert_eq!(program.ask(&pins::query(pin)), self.pins.answer_to_query(pin));
        }
    }

    fn select(&self, program: &Program) {
        assert_eq!(program.ask("00A4040C0AD392F000260100000001"), "9000");
    }

    /// Sends some deeds, kills the program on the way and looks which of them were done.
    fn burst(&mut self, program: Program) {
        // What is true after each deed, and what each is answered.
        let mut states = vec![self.pins.clone()];
        let (mut lines, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..=self.seed.below(LONGEST_BURST) {
            let last = &states[states.len() - 1];
            let deed = self.some_deed(last);
            let (next, answer) = last.after(&deed);
            lines.push(deed.command());
            expected.push(answer);
            states.push(next);
        }
        program.tell(&lines);
        thread::sleep(self.seed.part_of(self.deed * lines.len() as u32));
        let answers = program.kill();

        assert_eq!(answers, expected[..answers.len()], "answers to {lines:?}");
        self.keep_pace(answers.len(), lines.len());
        let left = self.on_disk();
        let known = states[answers.len()].without_power();
        let in_hand = states.get(answers.len() + 1).map(Pins::without_power);
        if left != known {
            assert_eq!(
                Some(&left),
                in_hand.as_ref(),
                "neither before nor after the command in hand: {lines:?}"
            );
            self.tally.before_its_answer += 1;
        }
        if answers.len() < lines.len() {
            self.tally.amid_a_burst += 1;
        } else {
            self.tally.after_the_last_answer += 1;
        }
        self.pins = left;
    }

    /// Right, wrong and new values, so that locks are rare: a locked card has no more to lose.
    fn some_deed(&mut self, pins: &Pins) -> Deed {
        let pin = WhichPin::ALL[self.seed.below(2) as usize];
        let careful = pins.tries_left(pin) == 1 && self.seed.below(4) != 0;
        match self.seed.below(10) {
            0..5 if !careful => Deed::Wrong(pin),
            0..8 => Deed::Right(pin, pins.value(pin).to_owned()),
            _ => Deed::Change(pin, pin.some_value(&mut self.seed)),
        }
    }

    /// Sleeps get shorter when the program is faster than they are, and longer when it has done nothing.
    fn keep_pace(&mut self, answered: usize, sent: usize) {
        match answered {
            0 => self.deed = self.deed * 21 / 20,
            all if all == sent => self.deed = self.deed * 19 / 20,
            _ => {}
        }
    }

    /// What the file says, read as the next server does.
    fn on_disk(&mut self) -> Pins {
        let (_, state) = StateFile::open(&self.file).expect("the file is whole and its server is dead");
        assert!(state.is_some() || !self.saved, "the state is gone");
        self.saved = state.is_some();
        state.map_or_else(Pins::of_the_standard_card, |state| Pins::of(&state.memory))
    }

    /// A lock survived the kill: seen on the disk and by the next server. The next card is a fresh one.
    fn begin_with_a_new_card(&mut self) {
        let program = Program::start(&self.file);
        self.find_what_was_left(&program);
        program.kill();
        fs::remove_file(&self.file).expect("the state of the old card");
        self.pins = Pins::of_the_standard_card();
        self.saved = false;
        self.tally.locked_cards += 1;
    }
}
