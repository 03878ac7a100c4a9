//! `run`: plays the suite against an implementation and judges it.

use super::guarded::{self, NotMet};
use super::report_file::ReportFile;
use super::what::{Ready, What};
use super::{Data, Failure};
use crate::adapter::{CardTarget, Opening, VirtualCards};
use crate::engine::Stage;
use crate::exit_code::ExitCode;
use crate::guard::Closing;
use crate::report::{Detail, Paint, Report, text};
use crate::runner::{Run, RunOptions, run as play_all, run_on};
use crate::scenario::Case;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

/// How long one scenario may take, unless told otherwise.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);

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
            timeout: TIME_LIMIT.as_secs_f64(),
            verbose: 0,
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.01..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("a time limit is from 0.01 to 86400 seconds".to_owned()),
    }
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
    let (result, closing) = match play(args, &ready, &cases) {
        Ok(played) => played,
        Err(NotMet::NotStarted(not_started)) => {
            let words: String = not_started.last_words.iter().map(|line| format!("  | {line}\n")).collect();
            write!(io::stderr(), "error: {} did not start: {not_started}\n{words}", args.what.card)?;
            return Ok(ExitCode::Implementation);
        }
        Err(not_met) => {
            writeln!(io::stderr(), "error: {}: {not_met}", args.what.card)?;
            return Ok(not_met.exit_code());
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
        closing,
        again: args.what.again(),
    };
    for file in &args.reports {
        file.write(&report)?;
    }
    let detail = match args.verbose {
        0 => Detail::Short,
        1 => Detail::Transcripts,
        _ => Detail::Everything,
    };
    out.write_all(text(&report, detail, Paint::for_terminal(&io::stdout())).as_bytes())?;
    out.flush()?;
    Ok(exit_code(&report))
}

/// With what a card is opened.
pub(super) fn opening(what: &What, ready: &Ready, time_limit: Duration) -> Opening {
    let cards = VirtualCards::new(ready.cards.clone(), ready.suite.names.clone(), ready.as_of);
    // No card thinks for ten seconds; a person who plays one by hand asks for more time and gets a third of it.
    let exchange_limit = time_limit.min(Duration::from_secs(10)).max(time_limit / 3);
    let control = what.card_control.clone();
    Opening { cards: Arc::new(cards), exchange_limit, start_limit: time_limit, control }
}

fn play<'s>(
    args: &RunArgs,
    ready: &'s Ready,
    cases: &[&'s Case],
) -> Result<(Run<'s>, Option<Closing>), NotMet> {
    let time_limit = Duration::from_secs_f64(args.timeout);
    let stop = stop_on_ctrl_c();
    let bar = progress_bar(cases.len());
    let progress = |done: usize| bar.set_position(done as u64);
    let mut options = RunOptions {
        target: &args.what.card,
        known: Arc::clone(&ready.known),
        opening: opening(&args.what, ready, time_limit),
        stage: Stage {
            names: &ready.suite.names,
            cards: &ready.cards,
            as_of: ready.as_of,
            seed: args.what.seed,
            time_limit,
        },
        withheld: BTreeMap::new(),
        jobs: jobs(args),
        stop: &stop,
        progress: &progress,
    };
    let played = if args.what.is_guarded() {
        let plan = guarded::plan(&args.what, ready, cases);
        let guard = guarded::meet(&args.what, ready, &options.opening)?;
        let card = guarded::admit(&args.what, &plan, guard)?;
        options.known = Arc::new(card.guard().known());
        options.withheld = plan.withheld();
        options.jobs = 1;
        let run = run_on(Box::new(card.clone()), &ready.suite, cases, &options);
        let closing = card.guard().finish();
        (run, Some(closing))
    } else {
        (play_all(&ready.suite, cases, &options)?, None)
    };
    bar.finish_and_clear();
    Ok(played)
}

fn jobs(args: &RunArgs) -> usize {
    match (args.jobs, &args.what.card) {
        (Some(jobs), _) => usize::from(jobs),
        (None, CardTarget::Virtual { .. }) => thread::available_parallelism().map_or(1, usize::from),
        (None, _) => 1,
    }
}

/// The first Ctrl-C stops after the case in play and prints what there is; the second ends the program. SIGTERM does
/// the same.
fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    /// What a shell answers for a program that Ctrl-C ended.
    const INTERRUPTED: i32 = 130;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // Where the system refuses, the signal ends the program at once, as it would without us. In this order:
        // whether it is the second is asked before the first is noted.
        let _ = flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)));
    }
    stop
}

fn progress_bar(cases: usize) -> ProgressBar {
    // On a terminal only, and not for what is over in the blink of an eye.
    let bar = ProgressBar::with_draw_target(Some(cases as u64), ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// The verdict as CI reads it.
fn exit_code(report: &Report<'_>) -> ExitCode {
    let tally = report.run.tally();
    match () {
        () if report.closing.as_ref().is_some_and(Closing::needs_care) => ExitCode::RefusedForSafety,
        () if tally.failed > 0 => ExitCode::NotConformant,
        () if tally.error > 0 => ExitCode::Implementation,
        () if tally.passed == 0 => ExitCode::NothingRan,
        () => ExitCode::Conformant,
    }
}
