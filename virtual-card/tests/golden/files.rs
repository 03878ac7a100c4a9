use crate::shape::shape;
use crate::{bytes, dump, standard};
use jpki_apdu::tlv::ber::{Object, Tag};
use jpki_virtual_card::image::ApplicationKind::{self, Surface, Text};
use rstest::rstest;

#[rstest]
#[case::individual_number(Text, 0x0001, "text-0001-physical.bin")]
#[case::attributes(Text, 0x0002, "text-0002.bin")]
#[case::integrity_record(Text, 0x0003, "text-0003.bin")]
#[case::text_cv_certificate(Text, 0x0004, "text-0004.bin")]
#[case::text_basic_information(Text, 0x0005, "text-0005.bin")]
#[case::session_public_key(Text, 0x0006, "text-0006.bin")]
#[case::signed_public_key(Text, 0x0007, "text-0007.bin")]
#[case::age_record(Surface, 0x0001, "surface-0001.bin")]
#[case::card_face(Surface, 0x0002, "surface-0002.bin")]
#[case::surface_basic_information(Surface, 0x0003, "surface-0003.bin")]
#[case::surface_cv_certificate(Surface, 0x0004, "surface-0004.bin")]
#[case::rendered_number(Surface, 0x0005, "surface-0005.bin")]
fn a_file_has_the_shape_of_the_dump(#[case] kind: ApplicationKind, #[case] id: u16, #[case] golden: &str) {
    let Some(golden) = dump(golden) else { return };
    assert_eq!(shape(&bytes(&standard(), kind, id)), shape(&golden));
}

#[rstest]
#[case::upper(0x00F8, "mf-do-F8.bin")]
#[case::lower(0x7F21, "mf-do-7F21.bin")]
fn a_chained_certificate_has_the_shape_of_the_dump(#[case] tag: u16, #[case] golden: &str) {
    let Some(golden) = dump(golden) else { return };
    let image = standard();
    let (_, ours) = image.objects.iter().find(|(other, _)| *other == tag).expect("a data object");
    assert_eq!(shape(ours), shape(&golden));
    assert_eq!(ours[..12], golden[..12], "the header list is the same on every card");
}

#[rstest]
#[case::text_identification(Text, 0x0005, "text-0005.bin", &[0xFF40, 0xDF41])]
#[case::surface_identification(Surface, 0x0003, "surface-0003.bin", &[0xFF30, 0xDF31])]
#[case::surface_version(Surface, 0x0003, "surface-0003.bin", &[0xFF30, 0xDF33])]
fn what_no_person_changes_is_as_in_the_dump(
    #[case] kind: ApplicationKind,
    #[case] id: u16,
    #[case] golden: &str,
    #[case] path: &[u16],
) {
    let Some(golden) = dump(golden) else { return };
    assert_eq!(value(&bytes(&standard(), kind, id), path), value(&golden, path));
}

#[rstest]
#[case::text_certificate(Text, 0x0004, "text-0004.bin", &[0x7F21, 0x5F4E])]
#[case::surface_certificate(Surface, 0x0004, "surface-0004.bin", &[0x7F21, 0x5F4E])]
#[case::text_basic_information(Text, 0x0005, "text-0005.bin", &[0xFF40, 0xDF42])]
#[case::surface_basic_information(Surface, 0x0003, "surface-0003.bin", &[0xFF30, 0xDF32])]
fn a_key_id_has_the_form_of_the_dump_and_is_in_no_real_hierarchy(
    #[case] kind: ApplicationKind,
    #[case] id: u16,
    #[case] golden: &str,
    #[case] path: &[u16],
) {
    let Some(golden) = dump(golden) else { return };
    let (ours, theirs) = (value(&bytes(&standard(), kind, id), path), value(&golden, path));
    let digits = |id: &[u8]| id[..12].iter().map(u8::is_ascii_digit).collect::<Vec<_>>();
    assert_eq!(digits(&ours), digits(&theirs));
    assert_eq!(ours[7..9], theirs[7..9]);
    assert_eq!(ours[1..7], theirs[1..7], "the number of the role");
    // 5 is production, 6 the test hierarchy of the real authority.
    assert_eq!((ours[0], theirs[0]), (b'9', b'6'));
}

#[rstest]
#[case::attributes(Text, 0x0002, "text-0002.bin")]
#[case::card_face(Surface, 0x0002, "surface-0002.bin")]
fn every_offset_points_to_the_next_object(
    #[case] kind: ApplicationKind,
    #[case] id: u16,
    #[case] golden: &str,
) {
    let ours = bytes(&standard(), kind, id);
    // The dump is held against the same rule, which proves the rule.
    for file in [Some(ours), dump(golden)].into_iter().flatten() {
        let (outer, _) = Object::read(&file).expect("an object");
        let objects: Vec<_> = outer.children().collect::<Result<_, _>>().expect("objects");
        let offsets =
            objects[0].value().chunks(2).map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])));
        let starts =
            objects[1..].iter().map(|object| object.as_bytes().as_ptr() as usize - file.as_ptr() as usize);
        assert_eq!(offsets.collect::<Vec<_>>(), starts.collect::<Vec<_>>());
    }
}

#[test]
fn the_unknown_value_of_the_text_application_is_32_bytes_and_filler_as_in_the_dump() {
    let Some(golden) = dump("text-0005.bin") else { return };
    for file in [bytes(&standard(), Text, 0x0005), golden] {
        let value = value(&file, &[0xFF40, 0xDF43]);
        assert!(value[..32].iter().any(|byte| *byte != 0xFF));
        assert_eq!(value[32..], [0xFF; 96]);
    }
}

/// The value of the object at a path of tags.
fn value(file: &[u8], path: &[u16]) -> Vec<u8> {
    let (mut object, _) = Object::read(file).expect("an object");
    assert_eq!(object.tag(), Tag(path[0]));
    for tag in &path[1..] {
        object = object.child(Tag(*tag)).expect("objects").unwrap_or_else(|| panic!("no {tag:04X}"));
    }
    object.value().to_vec()
}
