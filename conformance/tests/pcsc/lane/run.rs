//! The lane: each test in a process of its own, in isolation, with a time limit; what it leaves is looked after.

use super::isolation::Isolation;
use super::{Scene, Test, survivors};
use libtest_mimic::{Arguments, Failed, Trial};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a test may take. Nothing that works takes a tenth of it; what hangs is a failure and no hang of the lane.
const TIME_LIMIT: Duration = Duration::from_secs(180);

/// Tests at a time: they mostly wait for pcscd, which looks for cards every 400 ms.
const AT_ONCE: usize = 4;

/// Lines that are shown of each log when a test fails.
const SHOWN: usize = 60;

/// The tests of the lane.
pub(crate) struct Lane {
    /// In any order, several at a time.
    pub(crate) tests: &'static [&'static [Test]],
    /// When all others have ended.
    pub(crate) afterwards: &'static [Test],
}

impl Lane {
    /// Runs the tests that the command line asks for, or the one that this process was started for.
    pub(crate) fn run(&self) -> ExitCode {
        if let Some((name, scene)) = Scene::handed() {
            return self.play(&name, &scene);
        }
        let mut arguments = Arguments::from_args();
        arguments.test_threads.get_or_insert(AT_ONCE);
        let isolation = Isolation::choose();
        if !arguments.list {
            match &isolation {
                Ok(way) => eprintln!("\nend to end: {}", way.describe()),
                Err(why) => eprintln!("\nend to end: {why}"),
            }
            if arguments.filter.is_none() {
                // What tests of other names have left says nothing about these.
                let _ = fs::remove_dir_all(Scene::all_folders());
            }
        }
        let trial = |test: &'static Test| {
            let isolation = isolation.clone();
            Trial::test(test.name, move || in_isolation(test, isolation?))
        };
        let tests = self.tests.iter().copied().flatten().map(trial).collect();
        let afterwards = self.afterwards.iter().map(trial).collect();
        let first = libtest_mimic::run(&arguments, tests);
        let last = libtest_mimic::run(&arguments, afterwards);
        let survivors = survivors::survivors();
        for process in &survivors {
            eprintln!("error: a process of this lane is still running: {process}");
        }
        if first.has_failed() || last.has_failed() || !survivors.is_empty() {
            return ExitCode::from(101);
        }
        ExitCode::SUCCESS
    }

    /// In the process of one test: plays it. A failure is a panic, which ends the process.
    fn play(&self, name: &str, scene: &Scene) -> ExitCode {
        let all = self.tests.iter().copied().flatten().chain(self.afterwards);
        let Some(test) = all.into_iter().find(|test| test.name == name) else {
            eprintln!("there is no test {name}");
            return ExitCode::FAILURE;
        };
        (test.play)(scene);
        ExitCode::SUCCESS
    }
}

/// Plays a test in a process of its own, and tells what all its logs say when it fails.
fn in_isolation(test: &Test, isolation: Isolation) -> Result<(), Failed> {
    let sockets = tempfile::Builder::new().prefix("lane").tempdir()?;
    let folder = Scene::all_folders().join(test.name);
    let scene = Scene { folder, sockets: sockets.path().to_owned(), isolation, port: isolation.port() };
    let _ = fs::remove_dir_all(&scene.folder);
    fs::create_dir_all(&scene.folder)?;
    let log = File::create(scene.file("test.log"))?;
    let mut command = isolation.around(&std::env::current_exe()?);
    scene.hand_to(&mut command, test.name);
    survivors::mark(&mut command);
    let errors = log.try_clone()?;
    let child = command.stdin(Stdio::null()).stdout(log).stderr(errors).process_group(0).spawn()?;
    let why = match wait(child)? {
        Some(status) if status.success() => return Ok(()),
        Some(status) => format!("{status}"),
        None => format!("not over within {} s", TIME_LIMIT.as_secs()),
    };
    Err(format!("{why}; all logs are in {}\n{}", scene.folder.display(), logs(&scene.folder)).into())
}

/// Waits until the process ends or its time is up, and ends all that it started. `None` when its time was up.
fn wait(mut child: Child) -> Result<Option<ExitStatus>, Failed> {
    let deadline = Instant::now() + TIME_LIMIT;
    let group = Pid::from_child(&child);
    let status = loop {
        match child.try_wait()? {
            Some(status) => break Some(status),
            None if Instant::now() > deadline => break None,
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    // Without namespaces, what the test started may still be there.
    let _ = kill_process_group(group, Signal::KILL);
    child.wait()?;
    Ok(status)
}

/// The last lines of every log of a test.
fn logs(folder: &Path) -> String {
    let mut files: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).collect();
    files.sort();
    let mut text = String::new();
    for file in files {
        let Ok(bytes) = fs::read(&file) else { continue };
        let said = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = said.lines().collect();
        text += &format!("--- {}\n", file.file_name().unwrap_or_default().display());
        for line in &lines[lines.len().saturating_sub(SHOWN)..] {
            text += line;
            text.push('\n');
        }
    }
    text
}
