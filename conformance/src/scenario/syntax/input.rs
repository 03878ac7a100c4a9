//! What is signed or authenticated.

use super::{Malformed, SavedPart, hex, saved};

/// What a step signs, authenticates or compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// The message whose digests every standard prints.
    Message,
    /// Its digest.
    Hash(Digest),
    /// The DigestInfo of PKCS #1 around its digest, with or without the NULL of the algorithm's parameters.
    DigestInfo { digest: Digest, null: bool },
    /// So many bytes `00`.
    Zeros(u16),
    /// So many bytes that count up from `01`.
    Bytes(u16),
    /// Bytes as given.
    Given(Vec<u8>),
    /// A saved value or a part of one.
    Saved(SavedPart),
}

/// A digest that a step can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Md5,
}

const DIGESTS: [(&str, Digest); 5] = [
    ("sha1", Digest::Sha1),
    ("sha256", Digest::Sha256),
    ("sha384", Digest::Sha384),
    ("sha512", Digest::Sha512),
    ("md5", Digest::Md5),
];

const KINDS: [&str; 9] =
    ["message", "digest-info", "digest-info-without-null", "hash", "zeros", "bytes", "text", "hex", "saved"];

/// `message`, or a kind and what it is made of: `hash:sha256`, `zeros:246`, `saved:record#tlv:DF22`.
pub(crate) fn input(text: &str) -> Result<Input, Malformed> {
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    Ok(match kind {
        "message" if text == kind => Input::Message,
        "hash" => Input::Hash(digest(rest)?),
        "digest-info" => Input::DigestInfo { digest: digest(rest)?, null: true },
        "digest-info-without-null" => Input::DigestInfo { digest: digest(rest)?, null: false },
        "zeros" => Input::Zeros(length(rest)?),
        "bytes" => Input::Bytes(length(rest)?),
        "text" => Input::Given(rest.as_bytes().to_vec()),
        "hex" => Input::Given(hex(rest)?),
        "saved" => Input::Saved(saved(rest)?),
        _ => return Err(Malformed::unknown("input", kind, KINDS)),
    })
}

fn digest(name: &str) -> Result<Digest, Malformed> {
    let found = DIGESTS.iter().find(|(known, _)| *known == name).map(|(_, digest)| *digest);
    found.ok_or_else(|| Malformed::unknown("digest", name, DIGESTS.map(|(known, _)| known)))
}

/// What one command carries.
fn length(text: &str) -> Result<u16, Malformed> {
    text.parse().map_err(|_| Malformed::new(format!("\"{text}\" is no number of bytes up to 65535")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("message", Ok(Input::Message))]
    #[case("digest-info:sha256", Ok(Input::DigestInfo { digest: Digest::Sha256, null: true }))]
    #[case("hash:sha3", Err("unknown digest \"sha3\""))]
    #[case("zeros:246", Ok(Input::Zeros(246)))]
    #[case("zeros:65536", Err("\"65536\" is no number of bytes up to 65535"))]
    #[case("text:abc", Ok(Input::Given(b"abc".to_vec())))]
    #[case("saved:record#tlv:FF2", Err("\"tlv:FF2\" is no part of data"))]
    #[case("message:abc", Err("unknown input \"message\""))]
    #[case("digest:sha256", Err("unknown input \"digest\""))]
    fn an_input_is_one_of_a_few_kinds(#[case] text: &str, #[case] read: Result<Input, &str>) {
        assert_eq!(input(text).map_err(|wrong| wrong.message), read.map_err(str::to_owned));
    }
}
