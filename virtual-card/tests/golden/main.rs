//! The standard card held against the public dumps of a JPKI test card: same structure, other content.
//!
//! The dumps lie outside the repository; without them these tests say so and pass.

mod certificate_shape;
mod certificates;
mod files;
mod pictures;
mod shape;

use jiff::civil::{Date, date};
use jpki_virtual_card::image::{ApplicationKind, CardImage, Content};
use jpki_virtual_card::personalise::embedded;
use std::path::Path;

const AS_OF: Date = date(2026, 11, 22);

/// A dump, by its file name; `None`, with a word on standard error, where there are no dumps.
fn dump(name: &str) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden/myna-card");
    if !folder.is_dir() {
        eprintln!("skipped: the dumps of the test card, {}, are missing", folder.display());
        return None;
    }
    let path = folder.join(name);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn standard() -> CardImage {
    embedded("standard", AS_OF).expect("the standard card")
}

/// The whole of an elementary file.
fn bytes(image: &CardImage, kind: ApplicationKind, id: u16) -> Vec<u8> {
    let application = image.applications.iter().find(|application| application.kind == kind);
    let file = application.and_then(|application| application.files.iter().find(|file| file.id == id));
    match file.map(|file| &file.content) {
        Some(Content::Transparent { bytes, .. }) => bytes.to_vec(),
        other => panic!("{kind:?} {id:04X} is {other:?}"),
    }
}
