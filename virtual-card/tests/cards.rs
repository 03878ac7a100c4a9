//! Every card file that comes with the program makes the card that its title promises.

use jiff::civil::{Date, date};
use jpki_virtual_card::image::{ApplicationKind, CardImage, Content, Pin};
use jpki_virtual_card::personalise::{Keys, embedded, embedded_cards, embedded_profile, personalise};
use jpki_virtual_card::profile::{CertificateProfile, CertificateStatus, birthday_after};
use rstest::rstest;
use std::collections::BTreeMap;

const AS_OF: Date = date(2026, 11, 22);

#[test]
fn every_card_can_be_made_and_is_the_same_each_time() {
    let names: Vec<_> = embedded_cards().collect();
    assert_eq!(names.len(), 16, "{names:?}");
    for name in names {
        let [first, second] =
            [0, 1].map(|_| embedded(name, AS_OF).unwrap_or_else(|error| panic!("{name}: {error}")));
        assert_eq!(contents(&first), contents(&second), "{name}");
    }
}

#[test]
fn a_card_of_stand_in_keys_has_the_files_of_the_real_one() {
    let profile = embedded_profile("standard").expect("the standard card");
    let sizes = |keys| {
        let image = personalise(&profile, keys, AS_OF).expect("a card");
        contents(&image).iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&Keys::Stubs), sizes(Keys::embedded()));
}

#[rstest]
#[case::standard("standard", 1226, CertificateStatus::Good)]
#[case::near_expiry("near-expiry", 5, CertificateStatus::Good)]
#[case::expired("expired", -10, CertificateStatus::Good)]
#[case::renewed("renewed", 1591, CertificateStatus::Good)]
#[case::reissued("reissued", 1226, CertificateStatus::Good)]
#[case::revoked("revoked", 1226, CertificateStatus::Revoked)]
#[case::suspended("suspended", 1226, CertificateStatus::Suspended)]
fn both_certificates_have_so_many_days_left(
    #[case] name: &str,
    #[case] days_left: i32,
    #[case] status: CertificateStatus,
) {
    let profile = embedded_profile(name).expect("a card");
    for certificate in [&profile.auth_certificate, &profile.sign_certificate] {
        let certificate = certificate.as_ref().expect("a certificate");
        let (_, expires) = certificate.validity(profile.holder.as_ref(), AS_OF).expect("a known holder");
        assert_eq!(AS_OF.until(expires).expect("a span").get_days(), days_left);
        assert_eq!(certificate.status, status);
    }
}

#[rstest]
#[case::standard("standard", 10, 5)]
#[case::minor("minor", 5, 5)]
fn the_dates_are_the_birthdays_that_the_rules_name(
    #[case] name: &str,
    #[case] card_birthday: i16,
    #[case] certificate_birthday: i16,
) {
    let profile = embedded_profile(name).expect("a card");
    let holder = profile.holder.as_ref().expect("a holder");
    assert_eq!(holder.card_expires, birthday_after(holder.birth_date, holder.card_issued, card_birthday));
    let certificate = profile.auth_certificate.as_ref().expect("a certificate");
    let (issued, expires) = certificate.validity(Some(holder), AS_OF).expect("a known holder");
    assert_eq!(expires, birthday_after(holder.birth_date, issued, certificate_birthday));
}

#[rstest]
#[case::one_try_left("one-try-left", "auth-pin", 1)]
#[case::one_try_left_for_signing("one-try-left", "sign-pin", 1)]
#[case::auth_locked("auth-locked", "auth-pin", 0)]
#[case::sign_still_open("auth-locked", "sign-pin", 5)]
#[case::sign_locked("sign-locked", "sign-pin", 0)]
#[case::auth_still_open("sign-locked", "auth-pin", 3)]
#[case::no_auth_certificate("no-auth-certificate", "auth-pin", 0)]
#[case::no_sign_certificate("no-sign-certificate", "sign-pin", 0)]
#[case::minor("minor", "sign-pin", 0)]
#[case::reissued("reissued", "auth-pin", 3)]
fn a_key_has_so_many_tries_left(#[case] name: &str, #[case] key: &str, #[case] left: u8) {
    let id = if key == "auth-pin" { 0x18 } else { 0x1B };
    let image = embedded(name, AS_OF).expect("a card");
    let pin = pins(&image, ApplicationKind::Jpki).remove(&id).expect("a PIN");
    assert_eq!(pin.tries_left, left);
    assert_eq!(pin.tries, if key == "auth-pin" { 3 } else { 5 });
}

#[rstest]
#[case::both("standard", [0x8F, 0x8F, 0x00])]
#[case::no_signature("no-sign-certificate", [0x00, 0x8F, 0x00])]
#[case::minor("minor", [0x00, 0x8F, 0x00])]
#[case::no_authentication("no-auth-certificate", [0x8F, 0x00, 0x00])]
fn ef_0008_says_which_certificates_are_there(#[case] name: &str, #[case] availability: [u8; 3]) {
    let image = embedded(name, AS_OF).expect("a card");
    assert_eq!(file(&image, ApplicationKind::Jpki, 0x0008), availability);
    assert_eq!(file(&image, ApplicationKind::Jpki, 0x0001).is_empty(), availability[0] == 0);
    assert_eq!(file(&image, ApplicationKind::Jpki, 0x000A).is_empty(), availability[1] == 0);
}

#[rstest]
#[case::standard("standard")]
#[case::reissued("reissued")]
#[case::minor("minor")]
fn the_numbers_printed_on_the_card_open_it(#[case] name: &str) {
    let profile = embedded_profile(name).expect("a card");
    let holder = profile.holder.expect("a holder");
    let image = embedded(name, AS_OF).expect("a card");
    let [text, surface] = [ApplicationKind::Text, ApplicationKind::Surface].map(|kind| pins(&image, kind));
    assert_eq!(text[&0x14].value, holder.number.as_bytes());
    assert_eq!(surface[&0x13].value, holder.number.as_bytes());
    // 照合番号B as another implementation, written against real cards, makes it.
    let born = format!(
        "{:04}{:02}{:02}",
        holder.birth_date.year(),
        holder.birth_date.month(),
        holder.birth_date.day()
    );
    let b = myna_card::data::verification_code_b(
        myna_card::data::Date::parse(born.as_bytes()).expect("a date"),
        holder.card_expires.year() as u16,
        holder.security_code.as_bytes(),
    )
    .expect("照合番号B");
    assert_eq!(text[&0x15].value, b.as_bytes());
    assert_eq!(surface[&0x12].value, b.as_bytes());
    assert_eq!(surface[&0x11].value, b.as_bytes()[..6]);
}

#[rstest]
#[case::standard("standard")]
#[case::minor("minor")]
fn the_individual_number_has_its_check_digit(#[case] name: &str) {
    let number = embedded_profile(name).expect("a card").holder.expect("a holder").number;
    let digits: Vec<u32> = number.bytes().map(|digit| u32::from(digit - b'0')).collect();
    // The eleven digits from the right, weighted 2 to 7 and 2 to 6.
    let weighted = digits[..11].iter().rev().zip([2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6]);
    let rest = weighted.map(|(digit, weight)| digit * weight).sum::<u32>() % 11;
    assert_eq!(digits[11], if rest <= 1 { 0 } else { 11 - rest });
}

#[test]
fn renewal_keeps_the_card_and_reissue_changes_it() {
    let [standard, renewed, reissued] =
        ["standard", "renewed", "reissued"].map(|name| embedded(name, AS_OF).expect("a card"));
    let common = |image| contents_of(image, ApplicationKind::Common);
    let key = |image: &CardImage, id| match content(image, ApplicationKind::Jpki, id) {
        Content::PrivateKey { signer, .. } => signer.modulus(),
        other => panic!("{other:?}"),
    };
    assert_eq!(common(&standard), common(&renewed));
    assert_ne!(common(&standard), common(&reissued));
    for id in [0x17, 0x1A] {
        assert_ne!(key(&standard, id), key(&renewed, id));
        assert_ne!(key(&standard, id), key(&reissued, id));
    }
}

#[test]
fn no_two_certificates_share_a_serial_number_unless_they_are_the_same() {
    let mut seen: BTreeMap<String, (String, String)> = BTreeMap::new();
    for name in embedded_cards() {
        let profile = embedded_profile(name).expect("a card");
        for (purpose, certificate) in [("auth", profile.auth_certificate), ("sign", profile.sign_certificate)]
        {
            let Some(certificate) = certificate else { continue };
            let CertificateProfile { serial, .. } = &certificate;
            let content = format!("{certificate:?}");
            let (other, known) =
                seen.entry(format!("{purpose} {serial}")).or_insert((name.into(), content.clone()));
            assert_eq!(*known, content, "{name} and {other} share the serial number {serial}");
        }
    }
}

#[test]
fn the_filler_and_the_long_length_of_the_strict_card_change_nothing_else() {
    let [standard, strict] = ["standard", "iso-strict"].map(|name| embedded(name, AS_OF).expect("a card"));
    for id in [0x0001, 0x0002, 0x000A, 0x000B] {
        let [plain, filled] = [&standard, &strict].map(|image| file(image, ApplicationKind::Jpki, id));
        assert_eq!(filled, [plain, vec![0x00; 64]].concat());
    }
    let [short, long] = [&standard, &strict].map(|image| file(image, ApplicationKind::Text, 0x0002));
    assert_eq!(short[..3], [0xFF, 0x20, (short.len() - 3) as u8]);
    assert_eq!(long[..5], [0xFF, 0x20, 0x82, 0x00, short[2]]);
    // The offsets move by the two bytes, everything after them is the same.
    assert_eq!(long[16..], short[14..]);
    let offsets =
        |table: &[u8]| table.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect::<Vec<_>>();
    assert_eq!(
        offsets(&long[8..16]),
        offsets(&short[6..14]).iter().map(|offset| offset + 2).collect::<Vec<_>>()
    );
}

#[test]
fn a_foreign_card_has_one_foreign_application_and_nothing_else() {
    let image = embedded("not-a-my-number-card", AS_OF).expect("a card");
    assert_eq!(image.applications.len(), 1);
    assert_eq!(image.applications[0].kind, ApplicationKind::Other);
    assert!(
        image.applications[0].files.is_empty() && image.objects.is_empty() && image.common_objects.is_empty()
    );
    assert_ne!(image.atr, embedded("standard", AS_OF).expect("a card").atr);
}

/// All bytes that can be read from a card.
fn contents(image: &CardImage) -> Vec<Vec<u8>> {
    let kinds = image.applications.iter().map(|application| application.kind);
    let files = kinds.flat_map(|kind| contents_of(image, kind));
    files.chain(image.objects.iter().map(|(_, value)| value.clone())).collect()
}

fn contents_of(image: &CardImage, kind: ApplicationKind) -> Vec<Vec<u8>> {
    let applications = image.applications.iter().filter(|application| application.kind == kind);
    let files = applications.flat_map(|application| &application.files);
    let readable = files.filter_map(|file| match &file.content {
        Content::Transparent { bytes, .. } => Some(bytes.to_vec()),
        Content::Records { records, .. } => Some(records.concat()),
        _ => None,
    });
    readable.collect()
}

fn content(image: &CardImage, kind: ApplicationKind, id: u16) -> &Content {
    let application = image.applications.iter().find(|application| application.kind == kind);
    let mut files = application.expect("the application").files.iter();
    &files.find(|file| file.id == id).expect("the file").content
}

fn file(image: &CardImage, kind: ApplicationKind, id: u16) -> Vec<u8> {
    match content(image, kind, id) {
        Content::Transparent { bytes, .. } => bytes.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn pins(image: &CardImage, kind: ApplicationKind) -> BTreeMap<u16, Pin> {
    let application = image.applications.iter().find(|application| application.kind == kind);
    let files = application.expect("the application").files.iter();
    files
        .filter_map(|file| match &file.content {
            Content::Pin(pin) => Some((file.id, pin.clone())),
            _ => None,
        })
        .collect()
}
