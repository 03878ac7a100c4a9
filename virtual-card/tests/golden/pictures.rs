use crate::{bytes, dump, standard};
use jpki_apdu::tlv::ber::{Object, Tag};
use jpki_virtual_card::image::ApplicationKind::Surface;
use rstest::rstest;

#[rstest]
#[case::name(0x0002, 0xDF25, "surface-0002.bin")]
#[case::address(0x0002, 0xDF26, "surface-0002.bin")]
#[case::security_code(0x0002, 0xDF2A, "surface-0002.bin")]
#[case::individual_number(0x0005, 0xDF41, "surface-0005.bin")]
fn a_picture_is_a_png_of_the_same_size_and_depth(#[case] id: u16, #[case] tag: u16, #[case] golden: &str) {
    let Some(golden) = dump(golden) else { return };
    let [ours, theirs] = [bytes(&standard(), Surface, id), golden].map(|file| chunks(&object(&file, tag)));
    assert_eq!(ours[0], theirs[0], "IHDR: width, height, depth, colour, methods");
    let names = |chunks: &[(String, Vec<u8>)]| chunks.iter().map(|chunk| chunk.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
}

#[test]
fn the_photo_is_jpeg_2000_with_the_boxes_and_the_picture_size_of_the_dump() {
    let Some(golden) = dump("surface-0002.bin") else { return };
    let [ours, theirs] = [bytes(&standard(), Surface, 0x0002), golden].map(|file| object(&file, 0xDF27));
    let [our_boxes, their_boxes] = [boxes(&ours), boxes(&theirs)];
    // Signature, file type, and the header with its image header and colour specification.
    assert_eq!(our_boxes[..3], their_boxes[..3]);
    let names = |boxes: &[(String, Vec<u8>)]| boxes.iter().map(|entry| entry.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&our_boxes), ["jP  ", "ftyp", "jp2h", "jp2c"]);
    assert_eq!(names(&their_boxes), names(&our_boxes));
    // Start of codestream, SIZ (size, tiles, components) and COD (levels, blocks, transform).
    assert_eq!(our_boxes[3].1[..2 + 43 + 14], their_boxes[3].1[..2 + 43 + 14]);
    assert!(ours.ends_with(&[0xFF, 0xD9]));
}

/// The value of an object directly inside the file's outer one.
fn object(file: &[u8], tag: u16) -> Vec<u8> {
    let (outer, _) = Object::read(file).expect("an object");
    outer.child(Tag(tag)).expect("objects").expect("the object").value().to_vec()
}

/// Chunks of a PNG: name and data. Their checks are the PNG reader's business.
fn chunks(png: &[u8]) -> Vec<(String, Vec<u8>)> {
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    parts(&png[8..], |length| (8 + length, 4))
}

/// Boxes of a JP2 file: name and data.
fn boxes(jp2: &[u8]) -> Vec<(String, Vec<u8>)> {
    // The length of a box counts its header; zero is up to the end.
    parts(jp2, |length| (if length == 0 { usize::MAX } else { length }, 0))
}

/// Cuts bytes into parts of a length, a name and data; `extent` tells from the length how long the part is without
/// its check, and how long the check.
fn parts(mut bytes: &[u8], extent: impl Fn(usize) -> (usize, usize)) -> Vec<(String, Vec<u8>)> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        let (end, check) = extent(length);
        let end = end.min(bytes.len());
        parts.push((String::from_utf8_lossy(&bytes[4..8]).into_owned(), bytes[8..end].to_vec()));
        bytes = &bytes[end + check..];
    }
    parts
}
