//! `serve`: puts a card where programs find it.

use super::slot_args::SlotArgs;
use super::{Failure, authority};
use crate::control::{self, Limits};
use crate::stop::Stop;
use crate::wire::vpcd::{self, Pace};
use crate::wire::{stdio, tcp};
use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

/// Which card, and where.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    wire: Wire,
    #[command(flatten)]
    slot: SlotArgs,
    /// Let `ctl` move, change and disturb the card over this Unix socket
    #[arg(long, value_name = "SOCKET")]
    control: Option<PathBuf>,
    /// Answer for the card's certificates here: OCSP, revocation lists and roots over HTTP
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    authority: Option<String>,
}

/// How programs reach the card: one way, as a card sits in one reader.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Wire {
    /// Behind pcscd, for every PC/SC program: vpcd's reader listens here
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, default_missing_value = vpcd::DEFAULT_READER,
        value_parser = host_and_port)]
    vpcd: Option<String>,
    /// Listen here for programs that speak lines of hex, one at a time
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    tcp: Option<String>,
    /// Speak lines of hex on standard input and output
    #[arg(long)]
    stdio: bool,
}

/// Serves the card until the end is asked for by a signal, or by the end of the standard input.
///
/// # Errors
/// There is no such card, its state is refused, or the address or a file cannot be had.
pub(super) fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let slot = Arc::new(args.slot.slot()?);
    let stop = stop_on_signals()?;
    let ending = Arc::clone(&slot);
    let _ends = stop.breaks(move || ending.end());
    let control = args.control.as_deref();
    let _control = control.map(|path| control::Server::start(path, &slot, Limits::default())).transpose()?;
    let address = args.authority.as_deref();
    let _responder = address.map(|address| authority::answer(&slot, address)).transpose()?;
    if let Some(reader) = &args.wire.vpcd {
        vpcd::serve(&slot, reader, Pace::default(), &stop);
        return Ok(());
    }
    if let Some(address) = &args.wire.tcp {
        let server = tcp::Server::bind(address).map_err(|error| Failure::Environment {
            what: format!("cannot listen on {address}"),
            error,
            help: "choose another address; port 0 takes a free port and tells which".to_owned(),
        })?;
        if !server.address().ip().is_loopback() {
            tracing::warn!("other machines can reach this address, and may do with the card what they want");
        }
        tracing::info!("listening on {}", server.address());
        server.serve(&slot, &stop);
        return Ok(());
    }
    stdio::serve(&slot, &stop).map_err(|error| Failure::Environment {
        what: "the line to whoever started this program broke".to_owned(),
        error,
        help: "--log debug tells more".to_owned(),
    })
}

/// The first SIGTERM or SIGINT ends everything in order. SIGHUP is left alone: `nohup` has its say.
fn stop_on_signals() -> Result<Stop, Failure> {
    let stop = Stop::new();
    let pulled = stop.clone();
    // Whoever starts a program in the background of a shell has it ignore Ctrl-C: that is overruled.
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(|error| Failure::Environment {
        what: "cannot listen to signals".to_owned(),
        error,
        help: "run it in a process of its own".to_owned(),
    })?;
    thread::spawn(move || signals.forever().for_each(|_| pulled.pull()));
    Ok(stop)
}

/// An address, whose host is looked up when it is needed; a port alone is one of this machine.
fn host_and_port(text: &str) -> Result<String, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("127.0.0.1", text));
    if host.is_empty() || port.parse::<u16>().is_err() {
        return Err("an address is HOST:PORT, for example 127.0.0.1:35963, or PORT alone".to_owned());
    }
    Ok(format!("{host}:{port}"))
}
