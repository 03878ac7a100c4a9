//! `run`: plays the suite against an implementation and judges it.

use super::{Data, Failure};
use crate::adapter::{CardTarget, Opening, VirtualCards};
use crate::engine::{KnownCard, Stage};
use crate::exit_code::ExitCode;
use crate::report::{Detail, JsonReport, Paint, Report, junit, text};
use crate::runner::{
    Cards, Run, RunOptions, Selection, Shard, glob, load_cards, load_profile, run as play_all, today,
};
use crate::scenario::{Case, Suite};
use crate::vectors::SourceFile;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::civil::Date;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, thread};

/// What to run against what.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    what: What,
    /// Write a report: json=FILE or junit=FILE; may be given several times
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<ReportFile>,
    /// Print the selected scenarios and play none
    #[arg(long)]
    list: bool,
    /// Cards at a time [default: one per core for virtual, 1 for programs]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Seconds that one scenario may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    timeout: f64,
    /// Show transcripts of what did not pass; twice: of everything
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

impl Default for RunArgs {
    fn default() -> Self {
        Self {
            what: What::default(),
            reports: Vec::new(),
            list: false,
            jobs: None,
            timeout: 30.0,
            verbose: 0,
        }
    }
}

/// The card, and the scenarios that concern it.
#[derive(Debug, Default, Args)]
pub(super) struct What {
    /// The card under test: virtual, virtual:NAME, exec:COMMAND or vpcd:HOST:PORT
    #[arg(long, value_name = "CARD", default_value = "virtual")]
    pub(super) card: CardTarget,
    /// Describes the card under test, like a file of vectors/cards; PINs may come from the environment
    #[arg(long, value_name = "FILE")]
    pub(super) card_profile: Option<PathBuf>,
    /// Only scenarios whose id has this in it, or fits this pattern with * and ?
    #[arg(long = "filter", value_name = "WORDS")]
    pub(super) filters: Vec<String>,
    /// Only scenarios of this rule, or of rules that fit this pattern
    #[arg(long = "rule", value_name = "ID")]
    pub(super) rules: Vec<String>,
    /// The day of the run, which selects the rules in force [default: today in Japan]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) as_of: Option<Date>,
    /// Only one part of the suite, for example 1/3
    #[arg(long, value_name = "PART/PARTS")]
    pub(super) shard: Option<Shard>,
    /// Seed of wrong PINs
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(super) seed: u64,
}

/// A report to write.
#[derive(Clone, Debug)]
struct ReportFile {
    format: Format,
    path: PathBuf,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Json,
    Junit,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, Self::Err> {
        let (format, path) = words.split_once('=').unwrap_or((words, ""));
        let format = match format {
            "json" => Format::Json,
            "junit" => Format::Junit,
            other => return Err(format!("\"{other}\" is no format of reports: say json=FILE or junit=FILE")),
        };
        if path.is_empty() {
            return Err("a report needs a file, for example json=report.json".to_owned());
        }
        Ok(Self { format, path: path.into() })
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.01..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("a time limit is from 0.01 to 86400 seconds".to_owned()),
    }
}

/// Everything that a run or a plan starts from.
pub(super) struct Ready {
    pub(super) suite: Suite,
    pub(super) cards: Cards,
    /// What the card under test is known to be.
    pub(super) known: Arc<KnownCard>,
    pub(super) as_of: Date,
}

impl What {
    /// Reads everything that is needed, and refuses what makes no sense.
    pub(super) fn ready(&self, data: &Data) -> Result<Ready, Failure> {
        let vectors = data.vectors()?;
        let suite = data.suite()?;
        let cards = load_cards(&vectors)?;
        for wanted in &self.rules {
            if !suite.catalogue.rules().any(|rule| glob(wanted, &rule.id)) {
                let hint = "`jpki-conformance list rules` prints all of them".to_owned();
                return Err(Failure::usage(format!("no rule is called \"{wanted}\""), Some(hint)));
            }
        }
        let known = match &self.card_profile {
            Some(path) => Arc::new(load_profile(&read(path)?, &vectors)?),
            None => known_by_name(self.card.profile_name(), &cards)?,
        };
        let as_of = self.as_of.unwrap_or_else(today);
        Ok(Ready { suite, cards, known, as_of })
    }

    pub(super) fn selection(&self) -> Selection {
        Selection { filters: self.filters.clone(), rules: self.rules.clone(), shard: self.shard }
    }

    /// The command that runs against the same card, without the selection.
    fn again(&self) -> String {
        let mut command = "jpki-conformance run".to_owned();
        if self.card != CardTarget::default() {
            command = format!("{command} --card \"{}\"", self.card);
        }
        if let Some(path) = &self.card_profile {
            command = format!("{command} --card-profile {}", path.display());
        }
        if let Some(day) = self.as_of {
            command = format!("{command} --as-of {day}");
        }
        if self.seed != 0 {
            command = format!("{command} --seed {}", self.seed);
        }
        command
    }
}

fn known_by_name(name: &str, cards: &Cards) -> Result<Arc<KnownCard>, Failure> {
    cards.get(name).cloned().ok_or_else(|| {
        let known: Vec<&str> = cards.keys().map(String::as_str).collect();
        Failure::usage(
            format!("no card is called \"{name}\""),
            Some(format!("there are {}", known.join(", "))),
        )
    })
}

fn read(path: &Path) -> Result<SourceFile, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display()), None))?;
    Ok(SourceFile::new(&path.display().to_string(), &text))
}

/// Plays the suite and judges the card.
///
/// # Errors
/// Usage, data and output errors.
pub(super) fn run(args: &RunArgs, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let ready = args.what.ready(data)?;
    let cases = args.what.selection().of(&ready.suite, ready.as_of);
    if args.list {
        for case in &cases {
            writeln!(out, "{}", case.id)?;
        }
        return Ok(if cases.is_empty() { ExitCode::NothingRan } else { ExitCode::Conformant });
    }
    let result = match play(args, &ready, &cases) {
        Ok(result) => result,
        Err(not_started) => {
            let words: String = not_started.last_words.iter().map(|line| format!("  | {line}\n")).collect();
            write!(io::stderr(), "error: {} did not start: {not_started}\n{words}", args.what.card)?;
            return Ok(ExitCode::Implementation);
        }
    };
    let report = Report {
        suite: &ready.suite,
        run: &result,
        selected: cases.len(),
        card: args.what.card.to_string(),
        profile: ready.known.profile().name.clone(),
        as_of: ready.as_of,
        seed: args.what.seed,
        again: args.what.again(),
    };
    for file in &args.reports {
        write_report(file, &report)?;
    }
    let detail = match args.verbose {
        0 => Detail::Short,
        1 => Detail::Transcripts,
        _ => Detail::Everything,
    };
    out.write_all(text(&report, detail, Paint::for_terminal(&io::stdout())).as_bytes())?;
    out.flush()?;
    Ok(exit_code(&result))
}

fn play<'s>(
    args: &RunArgs,
    ready: &'s Ready,
    cases: &[&'s Case],
) -> Result<Run<'s>, crate::adapter::NotStarted> {
    let time_limit = Duration::from_secs_f64(args.timeout);
    let cards = VirtualCards::new(ready.cards.clone(), ready.suite.names.clone(), ready.as_of);
    // A single exchange that takes longer than this hangs, however patient the scenario may be.
    let exchange_limit = time_limit.min(Duration::from_secs(10));
    let opening = Opening { cards: Arc::new(cards), exchange_limit, start_limit: time_limit };
    let bar = progress_bar(cases.len());
    let progress = |done: usize| bar.set_position(done as u64);
    let result = play_all(
        &ready.suite,
        cases,
        &RunOptions {
            target: &args.what.card,
            known: Arc::clone(&ready.known),
            opening,
            stage: Stage {
                names: &ready.suite.names,
                cards: &ready.cards,
                as_of: ready.as_of,
                seed: args.what.seed,
                time_limit,
            },
            jobs: jobs(args),
            stop: stop_on_ctrl_c(),
            progress: &progress,
        },
    );
    bar.finish_and_clear();
    result
}

fn jobs(args: &RunArgs) -> usize {
    match (args.jobs, &args.what.card) {
        (Some(jobs), _) => usize::from(jobs),
        (None, CardTarget::Virtual { .. }) => thread::available_parallelism().map_or(1, usize::from),
        (None, _) => 1,
    }
}

/// The first Ctrl-C stops after the case in play and prints what there is; the second ends the program.
fn stop_on_ctrl_c() -> &'static AtomicBool {
    static STOP: AtomicBool = AtomicBool::new(false);
    let handler = || {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    // A handler is there already when this is not the first run of the process.
    let _ = ctrlc::try_set_handler(handler);
    &STOP
}

fn progress_bar(cases: usize) -> ProgressBar {
    // On a terminal only, and not for what is over in the blink of an eye.
    let bar = ProgressBar::with_draw_target(Some(cases as u64), ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

fn write_report(file: &ReportFile, report: &Report<'_>) -> Result<(), Failure> {
    let text = match file.format {
        Format::Json => {
            serde_json::to_string_pretty(&JsonReport::from(report)).map_err(io::Error::other)? + "\n"
        }
        Format::Junit => junit(report).map_err(io::Error::other)?,
    };
    fs::write(&file.path, text)
        .map_err(|error| Failure::usage(format!("cannot write {}: {error}", file.path.display()), None))
}

/// The verdict as CI reads it.
fn exit_code(run: &Run<'_>) -> ExitCode {
    let tally = run.tally();
    match () {
        () if tally.failed > 0 => ExitCode::NotConformant,
        () if tally.error > 0 => ExitCode::Implementation,
        () if tally.passed == 0 => ExitCode::NothingRan,
        () => ExitCode::Conformant,
    }
}
