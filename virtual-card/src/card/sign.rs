//! COMPUTE DIGITAL SIGNATURE (`80 2A`), notes on the card's interface, 2.6.

use super::chip::{Chip, File};
use super::random::Random;
use super::reference::Reference;
use super::response::Reply;
use super::session::Session;
use super::{Card, Outcome};
use crate::signer::SIGNATURE_LEN;
use crate::{pkcs1, pss};
use jpki_apdu::{Command, StatusWord};
use sha2::{Digest, Sha256};

/// P2: the application's own key that needs no PIN.
const DEFAULT_KEY: u8 = 0x00;

/// What is done with the data before the private key is applied: P1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    /// The data itself is padded, whatever it is.
    Verbatim,
    /// The card hashes the data and pads the bare hash.
    BareHash,
    /// A hash comes in, or the data is hashed; it is padded in a DigestInfo.
    DigestInfo { hashed: bool },
    /// A hash comes in, or the data is hashed; RSASSA-PSS.
    Pss { hashed: bool },
}

impl Scheme {
    fn read(p1: u8) -> Result<Self, StatusWord> {
        match p1 {
            0x00 => Ok(Self::Verbatim),
            0x01 => Ok(Self::BareHash),
            0x02 => Ok(Self::DigestInfo { hashed: true }),
            0x03 => Ok(Self::DigestInfo { hashed: false }),
            0x04 => Ok(Self::Pss { hashed: true }),
            0x05 => Ok(Self::Pss { hashed: false }),
            _ => Err(StatusWord::INCORRECT_P1P2),
        }
    }

    /// The block that is signed; `6985` for data that does not suit the scheme.
    fn block(self, data: &[u8], random: &mut Random) -> Result<[u8; SIGNATURE_LEN], StatusWord> {
        let block = match self {
            Self::Verbatim => pkcs1::pad_type1(data),
            Self::BareHash => pkcs1::pad_type1(&Sha256::digest(data)),
            Self::DigestInfo { hashed } => {
                pkcs1::pad_type1(&pkcs1::digest_info_sha256(&sha256_of(data, hashed)?))
            }
            Self::Pss { hashed } => {
                let hash = sha256_of(data, hashed)?;
                let mut salt = [0; pss::SALT_LEN];
                random.fill(&mut salt);
                Some(pss::encode(&hash, &salt))
            }
        };
        block.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)
    }
}

/// The hash itself when it comes in hashed, which must then be 32 bytes long.
fn sha256_of(data: &[u8], hashed: bool) -> Result<[u8; 32], StatusWord> {
    if hashed {
        data.try_into().map_err(|_| StatusWord::CONDITIONS_NOT_SATISFIED)
    } else {
        Ok(Sha256::digest(data).into())
    }
}

impl Card {
    pub(super) fn sign(&mut self, command: &Command<'_>, reply: &mut Reply<'_>) -> Outcome {
        takes_signature_length(command)?;
        let scheme = Scheme::read(command.p1)?;
        let file = match command.p2 {
            DEFAULT_KEY => default_key(&self.chip, &self.session)?,
            p2 => Reference::read(p2)?.find(&self.chip, &self.session)?,
        };
        let File::PrivateKey { signer, usage, authenticates } = file else {
            return Err(StatusWord::CONFLICTS_WITH_FILE);
        };
        if !usage.is_met_by(self.session.verified) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        if *authenticates {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        let block = scheme.block(command.data, &mut self.random)?;
        reply.push(&signer.private(&block).ok_or(StatusWord::NO_DIAGNOSIS)?);
        Ok(StatusWord::SUCCESS)
    }
}

/// The key that needs no PIN: `6986` outside the applications, `6A88` in one that has none.
fn default_key<'c>(chip: &'c Chip, session: &Session) -> Result<&'c File, StatusWord> {
    let application = session.application(chip).ok_or(StatusWord::NO_CURRENT_FILE)?;
    application.default_key.and_then(|sfi| application.file(sfi)).ok_or(StatusWord::DATA_NOT_FOUND)
}

/// There is data, and room for a whole signature; else `6700`.
pub(super) fn takes_signature_length(command: &Command<'_>) -> Result<(), StatusWord> {
    let room = command.le.is_some_and(|le| le as usize >= SIGNATURE_LEN);
    if command.data.is_empty() || !room { Err(StatusWord::WRONG_LENGTH) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::testing::*;
    use rstest::rstest;

    /// The data field that the command needs, as Lc and hex.
    fn data(len: usize) -> String {
        let lc = if len > 255 { format!("00{len:04X}") } else { format!("{len:02X}") };
        lc + &"5A".repeat(len)
    }

    #[rstest]
    #[case::the_current_file(&[(VERIFY_AUTH_PIN, "9000"), ("00A4020C02 0017", "9000"), ("802A0080 01 AA 00", "(256)9000")])]
    #[case::by_short_identifier(&[(VERIFY_SIGN_PIN, "9000"), ("802A009A 01 AA 00", "(256)9000")])]
    #[case::several_after_one_verify(&[(VERIFY_AUTH_PIN, "9000"), ("802A0097 01 AA 00", "(256)9000"),
        ("802A0097 01 AB 00", "(256)9000")])]
    #[case::with_an_extended_le(&[(VERIFY_AUTH_PIN, "9000"), ("802A0097 000001 AA 0000", "(256)9000")])]
    #[case::without_the_pin(&[("802A0097 01 AA 00", "6982")])]
    #[case::with_the_other_pin(&[(VERIFY_AUTH_PIN, "9000"), ("802A009A 01 AA 00", "6982")])]
    #[case::the_pin_is_asked_for_before_the_data_is_looked_at(&[("802A0297 01 AA 00", "6982")])]
    #[case::no_data(&[("802A0097", "6700"), ("802A0097 00", "6700")])]
    #[case::no_le(&[("802A0097 01 AA", "6700")])]
    #[case::a_le_that_is_too_short(&[("802A0097 01 AA FF", "6700")])]
    #[case::another_scheme(&[("802A0697 01 AA 00", "6A86")])]
    #[case::another_p2(&[("802A0017 01 AA 00", "6A86")])]
    #[case::no_current_file(&[("802A0080 01 AA 00", "6986")])]
    #[case::a_key_that_is_not_there(&[("802A009D 01 AA 00", "6A82")])]
    #[case::a_file_that_is_no_private_key(&[("802A0098 01 AA 00", "6981"), ("802A0096 01 AA 00", "6981")])]
    #[case::no_default_key(&[("802A0000 01 AA 00", "6A88")])]
    #[case::the_default_key_needs_no_pin(&[(SELECT_TEXT, "9000"), ("802A0000 01 AA 00", "(256)9000")])]
    #[case::no_default_key_outside_the_applications(&[(SELECT_ISSUER, "9000"), ("802A0000 01 AA 00", "6986")])]
    #[case::a_key_that_only_authenticates(&[(SELECT_COMMON, "9000"), ("802A0099 01 AA 00", "6985")])]
    fn sign_answers_in_the_jpki_application(#[case] script: &[(&str, &str)]) {
        Conversation::new().expect(&[(SELECT_JPKI, "9000")]).expect(script);
    }

    #[rstest]
    #[case::one_byte_verbatim("00", 1, "(256)9000")]
    #[case::the_longest_verbatim("00", 245, "(256)9000")]
    #[case::one_byte_too_many("00", 246, "6985")]
    #[case::far_too_many("00", 300, "6985")]
    #[case::a_message_of_any_length_is_hashed("01", 300, "(256)9000")]
    #[case::a_hash_of_32_bytes("02", 32, "(256)9000")]
    #[case::a_hash_of_31_bytes("02", 31, "6985")]
    #[case::a_hash_of_33_bytes("02", 33, "6985")]
    #[case::a_message_for_a_digest_info("03", 1, "(256)9000")]
    #[case::a_hash_for_pss("04", 32, "(256)9000")]
    #[case::a_hash_of_20_bytes_for_pss("04", 20, "6985")]
    #[case::a_message_for_pss("05", 1000, "(256)9000")]
    fn each_scheme_takes_its_lengths(#[case] p1: &str, #[case] len: usize, #[case] answer: &str) {
        let le = if len > 255 { "0000" } else { "00" };
        let command = format!("802A{p1}00 {}{le}", data(len));
        Conversation::new().expect(&[(SELECT_TEXT, "9000"), (&command, answer)]);
    }

    #[test]
    fn each_scheme_puts_its_own_block_under_the_key() {
        let hash: [u8; 32] = Sha256::digest([0x5A; 32]).into();
        let given = [0x5A; 32];
        let padded = |input: &[u8]| hex::encode_upper(pkcs1::pad_type1(input).expect("it fits"));
        for (p1, block) in [
            ("00", padded(&given)),
            ("01", padded(&hash)),
            ("02", padded(&pkcs1::digest_info_sha256(&given))),
            ("03", padded(&pkcs1::digest_info_sha256(&hash))),
        ] {
            let mut conversation = Conversation::new();
            conversation.expect(&[(SELECT_TEXT, "9000")]);
            // The stand-in for a private key hands the block back.
            assert_eq!(conversation.send(&format!("802A{p1}00 {}00", data(32))), block + "9000", "P1 = {p1}");
        }
    }

    #[test]
    fn pss_salts_differ_from_signature_to_signature_and_repeat_from_card_to_card() {
        let sign = |conversation: &mut Conversation| conversation.send(&format!("802A0400 {}00", data(32)));
        let (mut one, mut other) = (Conversation::new(), Conversation::new());
        one.expect(&[(SELECT_TEXT, "9000")]);
        other.expect(&[(SELECT_TEXT, "9000")]);
        let first = sign(&mut one);
        assert_eq!(sign(&mut other), first);
        assert_ne!(sign(&mut one), first);
    }
}
