//! Whatever a lane started carries its mark, so that what outlives it is found.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// The variable that marks the processes of a run.
const RUN: &str = "END_TO_END_RUN";

/// How long the dying may take.
const GRACE: Duration = Duration::from_secs(10);

/// Marks a process, and all that it starts, as of this run.
pub(super) fn mark(command: &mut Command) {
    command.env(RUN, std::process::id().to_string());
}

/// Processes of this run that are still there after some grace: their number and command line.
pub(super) fn survivors() -> Vec<String> {
    let deadline = Instant::now() + GRACE;
    loop {
        let found = marked();
        if found.is_empty() || Instant::now() > deadline {
            return found;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn marked() -> Vec<String> {
    let mark = format!("{RUN}={}", std::process::id());
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let mut found = Vec::new();
    for process in processes.flatten() {
        // What is no process, is not ours, or has just ended cannot be read.
        let Ok(environment) = fs::read(process.path().join("environ")) else { continue };
        if environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes()) {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            found.push(format!("{} {line}", process.file_name().display()));
        }
    }
    found
}
