//! A program of the system that a test runs to its end.

use super::{PATIENCE, Program, Scene};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a tool said, and how it ended.
#[derive(Debug)]
pub(crate) struct Tool {
    /// The call, for messages.
    pub(crate) call: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a tool to its end. What it said is added to `tools.log` in the folder of the test.
pub(crate) fn tool(scene: &Scene, program: &str, arguments: &[&str]) -> Tool {
    tool_with(scene, program, arguments, &[])
}

/// The same with variables in its environment: PINs go this way, so that they stand on no command line and in no
/// log (`--pin env:NAME`).
pub(crate) fn tool_with(
    scene: &Scene,
    program: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Tool {
    let name = Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or(program);
    let call = format!("{name} {}", arguments.join(" "));
    let output = scene.sockets.join(format!("{name}.{:?}", thread::current().id()));
    let file = |end: &str| File::create(output.with_extension(end)).expect("a file");
    let read = |end: &str| {
        let said = std::fs::read(output.with_extension(end)).expect("the file that was written");
        String::from_utf8_lossy(&said).into_owned()
    };
    let mut child = Program::command(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(file("out"))
        .stderr(file("err"))
        .spawn()
        .unwrap_or_else(|error| panic!("{call} does not start: {error}"));
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the system knows its children") {
            break status;
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{call} hangs; it said:\n{}{}", read("out"), read("err"));
        }
        thread::sleep(Duration::from_millis(2));
    };
    let tool = Tool { call, status, stdout: read("out"), stderr: read("err") };
    tool.log(scene);
    tool
}

impl Tool {
    /// What it said, after making sure that it calls this a success.
    pub(crate) fn succeeds(self) -> String {
        assert!(
            self.status.success(),
            "{} failed: {}\n{}{}",
            self.call,
            self.status,
            self.stdout,
            self.stderr
        );
        self.stdout
    }

    /// Everything it said, after making sure that it calls this a failure.
    pub(crate) fn fails(self) -> String {
        assert!(!self.status.success(), "{} succeeded:\n{}{}", self.call, self.stdout, self.stderr);
        self.stdout + &self.stderr
    }

    /// Everything it said, after making sure that it ends with this number.
    pub(crate) fn ends_with(self, code: i32) -> String {
        assert_eq!(self.status.code(), Some(code), "{}:\n{}{}", self.call, self.stdout, self.stderr);
        self.stdout + &self.stderr
    }

    fn log(&self, scene: &Scene) {
        let file = OpenOptions::new().create(true).append(true).open(scene.file("tools.log"));
        let Self { call, status, stdout, stderr } = self;
        let text = format!("$ {call}\n{stdout}{stderr}({status})\n\n");
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .expect("the folder of the test can be written to");
    }
}
