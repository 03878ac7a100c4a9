//! Lines on standard input and output: what `exec:` of the harness starts.

use super::line;
use crate::slot::Slot;
use crate::stop::Stop;
use std::io;
use std::sync::{Arc, mpsc};
use std::thread;

/// Answers the lines of the standard input on the standard output, until the input ends, nobody reads the output any
/// more or the stop is pulled.
///
/// # Errors
/// One of them fails in another way.
pub fn serve(slot: &Arc<Slot>, stop: &Stop) -> io::Result<()> {
    let (ends, ended) = mpsc::channel();
    let stopped = ends.clone();
    let _woken = stop.breaks(move || _ = stopped.send(Ok(())));
    let slot = Arc::clone(slot);
    tracing::info!("lines on standard input are answered on standard output");
    // A thread of its own, and never waited for: nothing breaks a read while somebody holds the input open.
    thread::spawn(move || _ = ends.send(line::converse(&slot, io::stdin().lock(), io::stdout().lock())));
    match ended.recv() {
        Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        // Also when the thread has ended without a word.
        _ => Ok(()),
    }
}
