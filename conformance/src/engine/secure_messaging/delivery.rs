//! SET SESSION KEY: the seed of a session on its way to the card, well formed or broken.

use super::super::stop::Stop;
use crate::scenario::SessionKey;
use rsa::rand_core::{self, CryptoRng, RngCore};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, Oaep, RsaPublicKey};
use sha2::{Digest as _, Sha256};

/// Bytes of a seed, whatever the cipher takes of it.
pub(super) const SEED: usize = 32;

/// The template around the keys of a session.
const TEMPLATE: u8 = 0xA0;
/// The key for encryption.
const ENCRYPTION: u8 = 0x80;
/// The key for a cryptographic checksum, which this card has no use for.
const CHECKSUM: u8 = 0x81;

/// The seed of the session with this number in a run. Anybody who knows the run's own seed can tell it: a
/// session of the harness hides nothing, it only speaks the card's language.
pub(super) fn seed(run: u64, session: u32) -> [u8; SEED] {
    let words = Sha256::new().chain_update("session").chain_update(run.to_be_bytes());
    words.chain_update(session.to_be_bytes()).finalize().into()
}

/// What SET SESSION KEY carries: a message under the card's key, as long as that key.
pub(super) fn cryptogram(form: SessionKey, key: &RsaPublicKey, seed: &[u8; SEED]) -> Result<Vec<u8>, Stop> {
    let beyond = |number: BigUint| Ok(number.to_bytes_be());
    match form {
        SessionKey::Modulus => return beyond(key.n().clone()),
        SessionKey::BelowModulus => return beyond(key.n() - 2u8),
        _ => {}
    }
    key.encrypt(&mut Stream::of(seed), Oaep::new::<Sha256>(), &message(form, seed))
        .map_err(|error| Stop::suite(format!("the seed of a session cannot be encrypted: {error}")))
}

/// The message in its clear form.
fn message(form: SessionKey, seed: &[u8; SEED]) -> Vec<u8> {
    let encryption = object(ENCRYPTION, seed);
    match form {
        SessionKey::WrongTag => object(TEMPLATE, &object(CHECKSUM, seed)),
        SessionKey::BothKeys => object(TEMPLATE, &[encryption, object(CHECKSUM, seed)].concat()),
        SessionKey::ShortSeed => object(TEMPLATE, &object(ENCRYPTION, &seed[1..])),
        SessionKey::LongSeed => object(TEMPLATE, &object(ENCRYPTION, &[&seed[..], &[0x5A]].concat())),
        SessionKey::TrailingByte => [object(TEMPLATE, &encryption), vec![0x5A]].concat(),
        SessionKey::NoTemplate => encryption,
        SessionKey::Right | SessionKey::Modulus | SessionKey::BelowModulus => object(TEMPLATE, &encryption),
    }
}

/// An object with a length of one byte: nothing here has more than 127.
fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    [&[tag, value.len() as u8], value].concat()
}

/// Bytes that follow from a seed, for the random part of OAEP: SHA-256 over the seed and a counter.
struct Stream {
    seed: [u8; SEED],
    blocks: u64,
}

impl Stream {
    fn of(seed: &[u8; SEED]) -> Self {
        Self { seed: *seed, blocks: 0 }
    }
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(SEED) {
            self.blocks += 1;
            let words = Sha256::new().chain_update("oaep").chain_update(self.seed);
            let block = words.chain_update(self.blocks.to_be_bytes()).finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

// Asked for by the encryption; a run that can be repeated is worth more here than a secret.
impl CryptoRng for Stream {}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::RsaPrivateKey;
    use rsa::pkcs8::DecodePrivateKey as _;
    use rstest::rstest;

    const SEED_OF_TESTS: [u8; SEED] = [0x5A; SEED];

    /// TEST ONLY: the key of text EF 0006 on the virtual cards.
    const PEM: &str = include_str!("../../../../vectors/keys/session.pem");

    fn key() -> RsaPrivateKey {
        let (_, der) = der::pem::decode_vec(PEM.as_bytes()).expect("PEM");
        RsaPrivateKey::from_pkcs8_der(&der).expect("an RSA key")
    }

    #[rstest]
    #[case::right(SessionKey::Right, "A0228020", 36)]
    #[case::wrong_tag(SessionKey::WrongTag, "A0228120", 36)]
    #[case::both_keys(SessionKey::BothKeys, "A0448020", 70)]
    #[case::short_seed(SessionKey::ShortSeed, "A021801F", 35)]
    #[case::long_seed(SessionKey::LongSeed, "A0238021", 37)]
    #[case::trailing_byte(SessionKey::TrailingByte, "A0228020", 37)]
    #[case::no_template(SessionKey::NoTemplate, "80205A5A", 34)]
    fn the_card_finds_the_message_in_the_cryptogram(
        #[case] form: SessionKey,
        #[case] header: &str,
        #[case] len: usize,
    ) {
        let key = key();
        let cryptogram = cryptogram(form, &key.to_public_key(), &SEED_OF_TESTS).expect("it fits");
        let message = key.decrypt(Oaep::new::<Sha256>(), &cryptogram).expect("OAEP with SHA-256");
        assert_eq!((hex::encode_upper(&message[..4]), message.len()), (header.to_owned(), len));
        assert_eq!(message, super::message(form, &SEED_OF_TESTS));
    }

    #[test]
    fn the_modulus_and_what_is_just_below_it_are_as_long_as_the_key() {
        let key = key().to_public_key();
        let number =
            |form| cryptogram(form, &key, &SEED_OF_TESTS).map(|bytes| BigUint::from_bytes_be(&bytes));
        assert_eq!(&number(SessionKey::Modulus).expect("a number"), key.n());
        assert_eq!(&(number(SessionKey::BelowModulus).expect("a number") + 2u8), key.n());
    }

    #[test]
    fn a_run_can_be_repeated_and_no_two_sessions_share_a_seed() {
        let key = key().to_public_key();
        let sent = |run, session| cryptogram(SessionKey::Right, &key, &seed(run, session)).expect("it fits");
        assert_eq!(sent(7, 0), sent(7, 0));
        assert_ne!(seed(7, 0), seed(7, 1));
        assert_ne!(seed(7, 0), seed(8, 0));
    }
}
