//! `authority`: what the test authority knows of a card, as files for other programs.

use super::Failure;
use crate::authority::{Authorities, Clock, Purpose, Reach, Responder, ResponderError, Standing};
use crate::image::{ApplicationKind, CardImage, Content};
use crate::profile::{Day, Moment};
use crate::slot::{PersonalisedCard, Slot};
use clap::Args;
use der::pem::{LineEnding, encode_string};
use der::{Reader, SliceReader};
use jiff::civil::{Date, time};
use jiff::{Timestamp, tz};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which card, and where to.
#[derive(Debug, Args)]
pub(super) struct AuthorityArgs {
    /// The card: a name that `cards` lists, or the path of a card file
    #[arg(long, value_name = "PROFILE", default_value = "standard")]
    card: String,
    /// The day that the card's dates are counted from, lists are of noon in Japan [default: today, lists are of now]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// The folder that is written to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes roots, certificates and revocation lists, and says what to try with them.
///
/// # Errors
/// There is no such card, no list can name the as-of date, or the folder cannot be written.
pub(super) fn authority(args: &AuthorityArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let as_of = args.as_of.unwrap_or_else(Clock::today);
    let at = match args.as_of {
        Some(day) => Moment { day: Day::On(day), time: time(12, 0, 0, 0) }.resolve(day),
        None => Timestamp::now(),
    };
    let card = PersonalisedCard::load(&args.card, as_of)?;
    let folder = Folder { path: &args.out };
    folder.create()?;
    let profile = card.profile();
    writeln!(out, "{}: {}", profile.name, profile.title)?;
    writeln!(out, "as of {} in Japan; TEST ONLY, nobody may trust these roots", civil(at))?;
    writeln!(out, "\n  cd {}", quoted(&args.out))?;
    for purpose in Purpose::ALL {
        let root = Authorities::embedded().root(purpose);
        let list = root.list(card.register(), at).map_err(|error| Failure::Usage {
            message: error.to_string(),
            help: "choose another day with --as-of".into(),
        })?;
        folder.write(&format!("{purpose}-ca"), "CERTIFICATE", root.certificate())?;
        folder.write(&format!("{purpose}-crl"), "X509 CRL", &list)?;
        let Some(certificate) = certificate(card.card().image(), purpose) else {
            writeln!(out, "\nThe card has no {purpose} certificate.")?;
            continue;
        };
        folder.write(purpose.name(), "CERTIFICATE", certificate)?;
        let standing = card.register().entry(purpose).map(|entry| entry.standing);
        writeln!(out, "\nThe {purpose} certificate is {}.", words(standing))?;
        writeln!(
            out,
            "  openssl verify -crl_check -CAfile {purpose}-ca.pem -CRLfile {purpose}-crl.pem -attime {} {purpose}.pem",
            at.as_second()
        )?;
        writeln!(
            out,
            "  openssl ocsp -issuer {purpose}-ca.pem -cert {purpose}.pem -CAfile {purpose}-ca.pem -url http://HOST:PORT"
        )?;
    }
    writeln!(out, "\nOCSP is answered at the HOST:PORT of `virtual-card serve --authority HOST:PORT`.")?;
    Ok(())
}

/// Answers for the card in the slot over HTTP, until the responder is dropped.
///
/// # Errors
/// The address is taken, or others can reach it.
pub(super) fn answer(slot: &Arc<Slot>, address: &str) -> Result<Responder, Failure> {
    let slot = Arc::clone(slot);
    // In this order: no answer is older than what it tells.
    let now = move || (slot.register(), slot.now());
    let responder = Responder::start(address, Reach::Loopback, Authorities::embedded(), now);
    let responder = responder.map_err(|error| match error {
        ResponderError::Listen { address, error } => Failure::Environment {
            what: format!("the authority cannot listen on {address}"),
            error,
            help: "choose another address; port 0 takes a free port and tells which".into(),
        },
        ResponderError::NotLoopback(address) => Failure::Usage {
            message: format!("other machines could ask the authority at {address}"),
            help: "choose an address of this machine alone, for example 127.0.0.1:8080".into(),
        },
    })?;
    tracing::info!("the authority answers at http://{}", responder.address());
    Ok(responder)
}

/// What is said about a certificate.
fn words(standing: Option<Standing>) -> String {
    match standing {
        None => "unknown".into(),
        Some(Standing::Good) => "neither suspended nor revoked".into(),
        Some(Standing::Suspended { since }) => format!("suspended since {}", civil(since)),
        Some(Standing::Revoked { since, reason }) => format!("revoked since {} ({reason})", civil(since)),
    }
}

/// Date and time of day in Japan.
fn civil(at: Timestamp) -> impl std::fmt::Display {
    tz::offset(9).to_datetime(at).strftime("%Y-%m-%d %H:%M:%S")
}

/// The certificate in the card's file, without the filler behind it.
fn certificate(image: &CardImage, purpose: Purpose) -> Option<&[u8]> {
    let id = match purpose {
        Purpose::UserAuthentication => 0x000A,
        Purpose::DigitalSignature => 0x0001,
    };
    let jpki = image.applications.iter().find(|application| application.kind == ApplicationKind::Jpki)?;
    match &jpki.files.iter().find(|file| file.id == id)?.content {
        Content::Transparent { bytes, .. } => SliceReader::new(bytes).ok()?.tlv_bytes().ok(),
        _ => None,
    }
}

/// The folder that is written to.
struct Folder<'a> {
    path: &'a Path,
}

impl Folder<'_> {
    fn create(&self) -> Result<(), Failure> {
        std::fs::create_dir_all(self.path).map_err(|error| Self::failure(self.path, error))
    }

    /// Writes a structure twice: as it is, and as PEM.
    fn write(&self, name: &str, label: &str, der: &[u8]) -> Result<(), Failure> {
        let pem = encode_string(label, LineEnding::LF, der).expect("a certificate fits into memory twice");
        for (ending, bytes) in [("der", der), ("pem", pem.as_bytes())] {
            let path = self.path.join(format!("{name}.{ending}"));
            std::fs::write(&path, bytes).map_err(|error| Self::failure(&path, error))?;
        }
        Ok(())
    }

    fn failure(path: &Path, error: std::io::Error) -> Failure {
        let help = "choose a folder of your own with --out".into();
        Failure::Environment { what: format!("cannot write {}", path.display()), error, help }
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
