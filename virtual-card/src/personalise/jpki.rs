//! 公的個人認証AP: two key pairs, their certificates and PINs, the roots, the token information.

use super::token_information::token_information;
use super::{Desk, PersonaliseError, application, file, hex, transparent, unknown};
use crate::authority::{Authority, Purpose, Request};
use crate::image::{Access, Application, ApplicationKind, Change, Content};
use crate::profile::CertificateProfile;
use crate::signer::Signer;

const AID: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const AUTH_PIN: u16 = 0x0018;
const SIGN_PIN: u16 = 0x001B;
/// In EF 0008: the certificate is there.
const PRESENT: u8 = 0x8F;

/// 公的個人認証AP.
pub(super) fn jpki(desk: &Desk<'_>) -> Result<Application, PersonaliseError> {
    let profile = desk.profile;
    let auth_root = Authority::new(Purpose::UserAuthentication, desk.keys.find("auth-ca")?)?;
    let sign_root = Authority::new(Purpose::DigitalSignature, desk.keys.find("sign-ca")?)?;
    let auth_key = key(desk, profile.auth_certificate.as_ref(), "auth")?;
    let sign_key = key(desk, profile.sign_certificate.as_ref(), "sign")?;
    let auth_certificate = desk.certificate(profile.auth_certificate.as_ref(), &auth_root, &auth_key)?;
    let sign_certificate = desk.certificate(profile.sign_certificate.as_ref(), &sign_root, &sign_key)?;
    let present = |certificate: Option<&CertificateProfile>| certificate.map_or(0, |_| PRESENT);
    let availability =
        [present(profile.sign_certificate.as_ref()), present(profile.auth_certificate.as_ref()), 0];
    let after = |pin: u16| Access::AnyOf(vec![pin]);
    let private = |signer, pin| Content::PrivateKey { signer, usage: after(pin), authenticates: false };
    let mut files = vec![
        transparent(0x0001, sign_certificate, after(SIGN_PIN)),
        transparent(0x0002, desk.filled(sign_root.certificate())?, Access::Free),
        transparent(0x0006, token_information(&desk.holder()?.card_serial), Access::Free),
        transparent(0x0008, availability, Access::Free),
        transparent(0x000A, auth_certificate, Access::Free),
        transparent(0x000B, desk.filled(auth_root.certificate())?, Access::Free),
        file(0x0017, private(auth_key, AUTH_PIN)),
        desk.pin(AUTH_PIN, "auth-pin", Change::ReferenceDataDigits)?,
        file(0x001A, private(sign_key, SIGN_PIN)),
        desk.pin(SIGN_PIN, "sign-pin", Change::ReferenceDataPassword)?,
    ];
    files.extend(unknown(&[0x0005, 0x0009], false));
    // 0016 is the key that checks terminal certificates.
    files.extend(unknown(&[0x0010, 0x0016, 0x0019, 0x001C, 0x001E], true));
    files.sort_by_key(|file| file.id);
    Ok(application(ApplicationKind::Jpki, AID, files))
}

/// The private key of a certificate; a card without the certificate has the usual key, which its locked PIN guards.
fn key(
    desk: &Desk<'_>,
    certificate: Option<&CertificateProfile>,
    usual: &str,
) -> Result<Signer, PersonaliseError> {
    desk.keys.find(certificate.and_then(|certificate| certificate.key.as_deref()).unwrap_or(usual))
}

impl Desk<'_> {
    /// The file of a holder's certificate; an empty one when the card has none.
    fn certificate(
        &self,
        certificate: Option<&CertificateProfile>,
        root: &Authority,
        key: &Signer,
    ) -> Result<Vec<u8>, PersonaliseError> {
        let Some(certificate) = certificate else { return Ok(Vec::new()) };
        let holder = self.holder()?;
        let (issued, expires) =
            certificate.validity(Some(holder), self.as_of).ok_or(PersonaliseError::NoHolder)?;
        let serial = hex(&certificate.serial)?;
        let request = Request { serial: &serial, issued, expires, modulus: key.modulus(), holder };
        self.filled(&root.issue(&request)?)
    }

    /// A certificate and the filler that the card's knobs ask for.
    fn filled(&self, certificate: &[u8]) -> Result<Vec<u8>, PersonaliseError> {
        let knobs = &self.profile.knobs;
        let filler = hex(&knobs.filler_byte)?.first().copied().unwrap_or(0xFF);
        let mut file = certificate.to_vec();
        file.resize(certificate.len() + usize::from(knobs.certificate_filler), filler);
        Ok(file)
    }
}
