//! Values that a step names by words: what is signed, and parts of what was read.

use super::session::Session;
use super::stop::Stop;
use super::tlv;
use crate::scenario::syntax::{self, Digest, Input, Malformed, Part, Piece};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use std::borrow::Cow;

/// The message of `"message"`, `"hash:…"` and `"digest-info:…"`: the one whose digests every standard prints.
pub(crate) const MESSAGE: &[u8] = b"abc";

/// SHA-1 of [`MESSAGE`], as FIPS 180 prints it.
const SHA1_OF_MESSAGE: [u8; 20] = [
    0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81, 0x6A, 0xBA, 0x3E, 0x25, 0x71, 0x78, 0x50, 0xC2, 0x6C, 0x9C,
    0xD0, 0xD8, 0x9D,
];
/// MD5 of [`MESSAGE`], as RFC 1321 prints it.
const MD5_OF_MESSAGE: [u8; 16] =
    [0x90, 0x01, 0x50, 0x98, 0x3C, 0xD2, 0x4F, 0xB0, 0xD6, 0x96, 0x3F, 0x7D, 0x28, 0xE1, 0x7F, 0x72];

/// Object identifier of SHA-256, RFC 8017, B.1, without tag and length.
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// What a step signs, authenticates or compares with: the words of [`crate::scenario::Step::input`].
pub(crate) fn input(words: &str, session: &Session<'_>) -> Result<Vec<u8>, Stop> {
    Ok(match syntax::input(words).map_err(malformed)? {
        Input::Message => MESSAGE.to_vec(),
        Input::Hash(algorithm) => digest(algorithm).1,
        Input::DigestInfo { digest, null } => digest_info(digest, null),
        Input::Zeros(length) => vec![0; length.into()],
        Input::Bytes(length) => (0..length).map(|i| (i + 1) as u8).collect(),
        Input::Given(bytes) => bytes,
        Input::Saved(saved) => session.saved(&saved)?.bytes,
    })
}

/// Words that the loader should have refused.
pub(crate) fn malformed(malformed: Malformed) -> Stop {
    Stop::suite(malformed.message)
}

/// Bytes from hex with spaces; `5A*307` stands for 307 bytes `5A`.
pub(crate) fn hex(text: &str) -> Result<Vec<u8>, Stop> {
    syntax::hex(text).map_err(malformed)
}

/// Object identifier content and digest of [`MESSAGE`].
fn digest(algorithm: Digest) -> (&'static [u8], Vec<u8>) {
    // Object identifiers of RFC 8017, B.1, without tag and length.
    const SHA1: &[u8] = &[0x2B, 0x0E, 0x03, 0x02, 0x1A];
    const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
    const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
    const MD5: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05];
    match algorithm {
        Digest::Sha1 => (SHA1, SHA1_OF_MESSAGE.to_vec()),
        Digest::Sha256 => (SHA256, Sha256::digest(MESSAGE).to_vec()),
        Digest::Sha384 => (SHA384, Sha384::digest(MESSAGE).to_vec()),
        Digest::Sha512 => (SHA512, Sha512::digest(MESSAGE).to_vec()),
        Digest::Md5 => (MD5, MD5_OF_MESSAGE.to_vec()),
    }
}

fn digest_info(algorithm: Digest, null: bool) -> Vec<u8> {
    let (oid, digest) = digest(algorithm);
    encode_digest_info(oid, &digest, null)
}

/// The DigestInfo of PKCS#1 for SHA-256 around any octet string: the card face puts three digests into one.
pub(crate) fn sha256_digest_info(octets: &[u8]) -> Vec<u8> {
    encode_digest_info(SHA256, octets, true)
}

fn encode_digest_info(oid: &[u8], octets: &[u8], null: bool) -> Vec<u8> {
    let mut algorithm = vec![0x06, oid.len() as u8];
    algorithm.extend_from_slice(oid);
    if null {
        algorithm.extend_from_slice(&[0x05, 0x00]);
    }
    let mut body = vec![0x30, algorithm.len() as u8];
    body.extend_from_slice(&algorithm);
    body.extend_from_slice(&[0x04, octets.len() as u8]);
    body.extend_from_slice(octets);
    // Every length here stays below 128: at most 96 octets and 15 of algorithm.
    let mut out = vec![0x30, body.len() as u8];
    out.extend_from_slice(&body);
    out
}

/// The part of some data; `None` when the data has no such part.
pub(crate) fn part<'d>(part: &Part, data: &'d [u8]) -> Option<Cow<'d, [u8]>> {
    if let [only] = &part.pieces[..] {
        return piece(only, data).map(Cow::Borrowed);
    }
    let pieces = part.pieces.iter().map(|wanted| piece(wanted, data)).collect::<Option<Vec<_>>>()?;
    Some(Cow::Owned(pieces.concat()))
}

fn piece<'d>(piece: &Piece, data: &'d [u8]) -> Option<&'d [u8]> {
    match piece {
        Piece::Value(path) => tlv::find(data, path).map(|object| object.value),
        Piece::Object(path) => tlv::find(data, path).map(|object| object.whole),
        Piece::Objects(path, last) => {
            let (first, above) = path.split_last()?;
            let parent = if above.is_empty() { data } else { tlv::find(data, above)?.value };
            run_of_objects(parent, *first, *last)
        }
        Piece::Range(from, to) => data.get(*from..to.unwrap_or(data.len())),
    }
}

fn run_of_objects(parent: &[u8], first: u16, last: u16) -> Option<&[u8]> {
    let mut start = None;
    let mut at = 0;
    for object in tlv::read_all(parent).0 {
        if object.tag == first {
            start.get_or_insert(at);
        }
        at += object.whole.len();
        if let (true, Some(start)) = (object.tag == last, start) {
            return Some(&parent[start..at]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_digest_info_of_sha256_is_the_one_that_clients_send() {
        let info = digest_info(Digest::Sha256, true);
        assert_eq!(hex::encode(&info[..19]), "3031300d060960864801650304020105000420");
        assert_eq!(info.len(), 51);
        assert_eq!(digest_info(Digest::Sha256, false).len(), 49);
        assert_eq!(digest_info(Digest::Sha1, true).len(), 35);
        assert_eq!(digest_info(Digest::Md5, true).len(), 34);
    }

    #[rstest]
    #[case("tlv:FF20/DF22", Some("31323334"))]
    #[case("object:FF20/DF23", Some("DF230131"))]
    #[case("object:FF20/DF22..DF23", Some("DF220431323334DF230131"))]
    #[case("object:FF20/DF23+tlv:FF20/DF22", Some("DF23013131323334"))]
    #[case("range:0..3", Some("FF200E"))]
    #[case("range:14..", Some("DF2400"))]
    #[case("range:14..99", None)]
    #[case("tlv:FF20/DF99", None)]
    fn parts_of_a_file_are_found_by_tag_and_by_range(#[case] words: &str, #[case] expected: Option<&str>) {
        let file = hex::decode("FF200EDF220431323334DF230131DF2400").expect("hex");
        let wanted = syntax::part(words).expect("it is well formed");
        assert_eq!(part(&wanted, &file).map(hex::encode_upper).as_deref(), expected);
    }
}
