//! Personalisation: from the file of a card to the image of one.
//!
//! Every elementary file has the structure of the one on the test card whose dumps are public: the same tags in the
//! same order, the same forms of lengths, the same filler. Only the content and the keys are our own.

mod common;
mod cv_certificate;
mod embedded;
mod error;
mod issuer;
mod jpki;
mod keys;
mod licence;
pub mod names;
mod opaque;
mod picture;
mod pin;
mod surface;
mod text;
mod tlv;
mod token_information;

pub use embedded::{embedded, embedded_cards, embedded_profile, embedded_source};
pub use error::PersonaliseError;
pub use keys::Keys;

use crate::image::{Access, Application, ApplicationKind, CardImage, Content, File};
use crate::profile::{CardProfile, Holder};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// Makes the image of a card. The same profile, keys and as-of date give the same bytes.
///
/// # Errors
///
/// What the profile or the keys lack; see [`PersonaliseError`].
pub fn personalise(profile: &CardProfile, keys: &Keys, as_of: Date) -> Result<CardImage, PersonaliseError> {
    let desk = Desk { profile, keys, as_of };
    let mut applications = Vec::new();
    for name in &profile.applications {
        applications.push(match name.as_str() {
            "jpki" => jpki::jpki(&desk)?,
            "text" => text::text(&desk)?,
            "surface" => surface::surface(&desk)?,
            "common" => common::common(&desk)?,
            "juki" => common::juki(&desk)?,
            "licence" => licence::licence(&desk)?,
            _ => return Err(PersonaliseError::UnknownApplication(name.clone())),
        });
    }
    for aid in &profile.foreign_applications {
        let aid = hex(aid)?;
        applications.push(application(ApplicationKind::Other, aid, Vec::new()));
    }
    // A card without a holder is no My Number card: its issuer put nothing on it that we know.
    let (objects, common_objects) = match profile.holder {
        Some(_) => issuer::data_objects(&desk)?,
        None => (Vec::new(), Vec::new()),
    };
    let name = Sha256::digest(profile.name.as_bytes());
    let seed = u64::from_be_bytes(std::array::from_fn(|index| name[index]));
    let (atr, knobs) = (hex(&profile.atr)?, profile.knobs.clone());
    Ok(CardImage { atr, knobs, objects, common_objects, applications, seed })
}

/// What lies on the desk while a card is personalised.
struct Desk<'a> {
    profile: &'a CardProfile,
    keys: &'a Keys,
    as_of: Date,
}

impl<'a> Desk<'a> {
    fn holder(&self) -> Result<&'a Holder, PersonaliseError> {
        self.profile.holder.as_ref().ok_or(PersonaliseError::NoHolder)
    }
}

fn hex(text: &str) -> Result<Vec<u8>, PersonaliseError> {
    hex::decode(text).map_err(|_| PersonaliseError::NoHex(text.into()))
}

fn application(kind: ApplicationKind, aid: impl Into<Vec<u8>>, files: Vec<File>) -> Application {
    Application { kind, aid: aid.into(), files, default_key: None, session_key: None }
}

fn file(id: u16, content: Content) -> File {
    File { id, content }
}

fn transparent(id: u16, bytes: impl Into<Vec<u8>>, read: Access) -> File {
    file(id, Content::Transparent { bytes: bytes.into().into(), read })
}

/// Files that exist on observed cards and whose content nobody has seen: they are selected, never read.
fn unknown(ids: &[u16], internal: bool) -> impl Iterator<Item = File> {
    ids.iter().map(move |id| file(*id, Content::Opaque { internal }))
}
