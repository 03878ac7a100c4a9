use crate::certificate_shape::shape;
use crate::{bytes, dump, standard};
use jpki_virtual_card::image::ApplicationKind::Jpki;
use rstest::rstest;

/// What marks our roots: the last attribute of their name, wherever it stands.
const MARK: &str = ", 2.5.4.11=TEST ONLY (UTF8String)";

#[rstest]
#[case::user_authentication(0x000A, "jpki-auth-cert.der")]
#[case::user_authentication_root(0x000B, "jpki-auth-ca-cert.der")]
#[case::signature(0x0001, "jpki-sign-cert.der")]
#[case::signature_root(0x0002, "jpki-sign-ca-cert.der")]
fn a_certificate_has_the_profile_of_the_dump_but_for_the_mark_of_our_roots(
    #[case] id: u16,
    #[case] golden: &str,
) {
    let Some(golden) = dump(golden) else { return };
    let ours = shape(&bytes(&standard(), Jpki, id));
    assert!(ours.iter().any(|line| line.starts_with("issuer ") && line.ends_with(MARK)), "{ours:#?}");
    let unmarked: Vec<_> = ours.iter().map(|line| line.replace(MARK, "")).collect();
    assert_eq!(unmarked, shape(&golden));
}
