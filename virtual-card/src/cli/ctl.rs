//! `ctl`: asks a serving program to do something to its card.

use super::Failure;
use crate::control::{Client, ClientError, Request, VERBS};
use crate::slot::PersonalisedCard;
use clap::Args;
use std::io::Write;
use std::path::{PathBuf, absolute};

/// What to ask, and whom.
#[derive(Debug, Args)]
#[command(after_help = verbs())]
pub(super) struct CtlArgs {
    /// The control socket of the serving program
    #[arg(long, value_name = "SOCKET")]
    control: PathBuf,
    /// What is asked
    #[arg(value_name = "VERB", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    request: Vec<String>,
}

/// Asks, and prints the reply.
///
/// # Errors
/// The request makes no sense, nobody answers, or the server refuses.
pub(super) fn ctl(args: &CtlArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let request = args.request.join(" ").parse::<Request>();
    let request = request.map_err(|error| usage(&error, "virtual-card ctl --help lists the verbs"))?;
    let asked = Client::connect(&args.control)
        .map_err(|error| ClientError::Unreachable { path: args.control.clone(), error })
        .and_then(|mut client| client.ask(&from_here(request)));
    let lines = asked.map_err(|error| match error {
        ClientError::Refused(reason) => Failure::Refused(reason),
        error => usage(&error, "start one with: virtual-card serve --control SOCKET"),
    })?;
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The path of a card file means the one that it means here, wherever the server runs.
fn from_here(request: Request) -> Request {
    let card = |card: String| match PersonalisedCard::is_path(&card).then(|| absolute(&card)) {
        Some(Ok(path)) => path.to_string_lossy().into_owned(),
        _ => card,
    };
    match request {
        Request::Insert { card: Some(name) } => Request::Insert { card: Some(card(name)) },
        Request::Replace { card: name } => Request::Replace { card: card(name) },
        Request::Fresh { card: Some(name) } => Request::Fresh { card: Some(card(name)) },
        other => other,
    }
}

fn usage(error: &dyn std::error::Error, help: &str) -> Failure {
    Failure::Usage { message: error.to_string(), help: help.to_owned() }
}

fn verbs() -> String {
    let width = VERBS.iter().map(|verb| verb.usage().len()).max().unwrap_or_default();
    let lines = VERBS.map(|verb| format!("  {:width$}  {}\n", verb.usage(), verb.does));
    format!(
        "Verbs:\n{}\nKEY is a name that `ctl status` lists, CARD a name that `cards` lists or the path of a card file.\n\
         insert, replace and fresh wait until readers can see the card: a second after it was gone.\n\
         Exit codes: 0 done, 1 refused, 2 the request makes no sense or nobody answers.",
        lines.concat()
    )
}
