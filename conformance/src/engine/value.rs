//! Values that a step names by words: what is signed, and parts of what was read.

use super::session::Session;
use super::stop::Stop;
use super::tlv;
use crate::scenario::syntax;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The message of `"message"`, `"hash:…"` and `"digest-info:…"`: the one whose digests every standard prints.
pub(crate) const MESSAGE: &[u8] = b"abc";

/// SHA-1 of [`MESSAGE`], as FIPS 180 prints it.
const SHA1_OF_MESSAGE: &str = "A9993E364706816ABA3E25717850C26C9CD0D89D";
/// MD5 of [`MESSAGE`], as RFC 1321 prints it.
const MD5_OF_MESSAGE: &str = "900150983CD24FB0D6963F7D28E17F72";

/// Longest input that a step may ask for: what one command carries.
const LONGEST: usize = 65_535;

/// What a step signs, authenticates or compares with: the words of [`crate::scenario::Step::input`].
pub(crate) fn input(words: &str, session: &Session<'_>) -> Result<Vec<u8>, Stop> {
    if words == "message" {
        return Ok(MESSAGE.to_vec());
    }
    let (kind, rest) = words.split_once(':').ok_or_else(|| unknown(words))?;
    match kind {
        "digest-info" => digest_info(rest, true),
        "digest-info-without-null" => digest_info(rest, false),
        "hash" => Ok(digest(rest)?.1),
        "zeros" => Ok(vec![0; length(rest)?]),
        "bytes" => Ok((0..length(rest)?).map(|i| (i + 1) as u8).collect()),
        "text" => Ok(rest.as_bytes().to_vec()),
        "hex" => hex(rest),
        "saved" => session.saved(rest).map(|saved| saved.bytes),
        _ => Err(unknown(words)),
    }
}

fn unknown(words: &str) -> Stop {
    Stop::suite(format!("\"{words}\" is no input that a step can name"))
}

/// Bytes from hex with spaces; `5A*307` stands for 307 bytes `5A`.
pub(crate) fn hex(text: &str) -> Result<Vec<u8>, Stop> {
    syntax::hex(text).map_err(|malformed| Stop::suite(malformed.message))
}

fn length(text: &str) -> Result<usize, Stop> {
    match text.parse() {
        Ok(n) if n <= LONGEST => Ok(n),
        _ => Err(Stop::suite(format!("\"{text}\" is no number of bytes up to {LONGEST}"))),
    }
}

/// Object identifier content and digest of [`MESSAGE`] by the name of the algorithm.
fn digest(algorithm: &str) -> Result<(&'static [u8], Vec<u8>), Stop> {
    // Object identifiers of RFC 8017, B.1, without tag and length.
    const SHA1: &[u8] = &[0x2B, 0x0E, 0x03, 0x02, 0x1A];
    const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
    const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
    const MD5: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05];
    Ok(match algorithm {
        "sha1" => (SHA1, hex(SHA1_OF_MESSAGE)?),
        "sha256" => (SHA256, Sha256::digest(MESSAGE).to_vec()),
        "sha384" => (SHA384, Sha384::digest(MESSAGE).to_vec()),
        "sha512" => (SHA512, Sha512::digest(MESSAGE).to_vec()),
        "md5" => (MD5, hex(MD5_OF_MESSAGE)?),
        _ => return Err(Stop::suite(format!("\"{algorithm}\" is no digest that a step can name"))),
    })
}

fn digest_info(algorithm: &str, null: bool) -> Result<Vec<u8>, Stop> {
    let (oid, digest) = digest(algorithm)?;
    Ok(encode_digest_info(oid, &digest, null))
}

/// The DigestInfo of PKCS#1 for SHA-256 around any octet string: the card face puts three digests into one.
pub(crate) fn sha256_digest_info(octets: &[u8]) -> Vec<u8> {
    encode_digest_info(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], octets, true)
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

/// A part of data: `tlv:FF20/DF22` (value), `object:FF20/DF22` (tag, length and value),
/// `object:FF20/DF22..DF24` (from one object to another), `range:0..20`; several joined by `+`.
///
/// `Ok(None)`: the data has no such part.
pub(crate) fn part<'d>(words: &str, data: &'d [u8]) -> Result<Option<std::borrow::Cow<'d, [u8]>>, Stop> {
    let mut pieces = words.split('+').map(|piece| one_part(piece.trim(), data));
    let Some(first) = pieces.next().transpose()?.flatten() else { return Ok(None) };
    let mut whole = std::borrow::Cow::Borrowed(first);
    for piece in pieces {
        match piece? {
            Some(bytes) => whole.to_mut().extend_from_slice(bytes),
            None => return Ok(None),
        }
    }
    Ok(Some(whole))
}

fn one_part<'d>(words: &str, data: &'d [u8]) -> Result<Option<&'d [u8]>, Stop> {
    let wrong = || Stop::suite(format!("\"{words}\" is no part of data"));
    let (kind, rest) = words.split_once(':').ok_or_else(wrong)?;
    match kind {
        "range" => {
            let (from, to) = rest.split_once("..").ok_or_else(wrong)?;
            let from: usize = from.trim().parse().map_err(|_| wrong())?;
            let to =
                if to.trim().is_empty() { data.len() } else { to.trim().parse().map_err(|_| wrong())? };
            Ok(data.get(from..to))
        }
        "tlv" => Ok(tlv::find(data, &path(rest).ok_or_else(wrong)?).map(|o| o.value)),
        "object" => {
            let (first, last) = rest.split_once("..").unwrap_or((rest, ""));
            let first = path(first).ok_or_else(wrong)?;
            let Some(object) = tlv::find(data, &first) else { return Ok(None) };
            if last.is_empty() {
                return Ok(Some(object.whole));
            }
            let last_tag = tag(last).ok_or_else(wrong)?;
            let parent = match first.split_last() {
                Some((_, [])) | None => Some(data),
                Some((_, above)) => tlv::find(data, above).map(|o| o.value),
            };
            Ok(parent.and_then(|parent| run_of_objects(parent, object.tag, last_tag)))
        }
        _ => Err(wrong()),
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

pub(crate) fn path(words: &str) -> Option<Vec<u16>> {
    words.split('/').map(tag).collect()
}

fn tag(word: &str) -> Option<u16> {
    u16::from_str_radix(word.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_digest_info_of_sha256_is_the_one_that_clients_send() {
        let info = digest_info("sha256", true).expect("it is known");
        assert_eq!(hex::encode(&info[..19]), "3031300d060960864801650304020105000420");
        assert_eq!(info.len(), 51);
        assert_eq!(digest_info("sha256", false).expect("it is known").len(), 49);
        assert_eq!(digest_info("sha1", true).expect("it is known").len(), 35);
        assert_eq!(digest_info("md5", true).expect("it is known").len(), 34);
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
        let part = part(words, &file).expect("a part");
        assert_eq!(part.map(hex::encode_upper).as_deref(), expected);
    }

    #[test]
    fn a_part_that_cannot_be_read_is_the_suites_fault() {
        assert!(matches!(part("tlv", &[]), Err(Stop::Error { .. })));
        assert!(matches!(part("range:x..2", &[]), Err(Stop::Error { .. })));
    }
}
