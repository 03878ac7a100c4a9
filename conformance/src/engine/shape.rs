//! The shape of BER-TLV data: `FF20{DF21[8] DF22 DF23}`, read from a scenario and held against bytes.

use super::tlv::{self, Object};
use std::fmt::Write as _;

/// What an object must look like.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    tag: u16,
    /// The length field as written, from `(0C)`.
    length_field: Option<Vec<u8>>,
    /// Exact length of the value, from `[12]`.
    length: Option<usize>,
    /// The objects within, in order and no others, from `{…}`.
    children: Option<Vec<Node>>,
}

/// A whole shape: objects in order, then filler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    nodes: Vec<Node>,
    filler: Vec<u8>,
}

impl Shape {
    /// Reads a shape.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { text, at: 0 };
        let nodes = parser.nodes(0)?;
        let filler = if parser.eat('+') { parser.hex("filler bytes")? } else { Vec::new() };
        parser.spaces();
        if parser.at == text.len() { Ok(Self { nodes, filler }) } else { Err(parser.wrong("nothing more")) }
    }

    /// Holds the shape against data; the first difference as `Err`, without showing the data.
    pub(crate) fn check(&self, data: &[u8]) -> Result<(), String> {
        let rest = check_nodes(&self.nodes, data, "")?;
        if rest == self.filler {
            return Ok(());
        }
        Err(if self.filler.is_empty() {
            format!("{} bytes are left behind the last object", rest.len())
        } else {
            format!(
                "{} bytes of filler are expected at the end, {} are there or differ",
                self.filler.len(),
                rest.len()
            )
        })
    }
}

fn check_nodes<'a>(nodes: &[Node], data: &'a [u8], path: &str) -> Result<&'a [u8], String> {
    let mut rest = data;
    for node in nodes {
        let path =
            if path.is_empty() { format!("{:02X}", node.tag) } else { format!("{path}/{:02X}", node.tag) };
        let object = tlv::read(rest).ok_or_else(|| format!("{path} is missing: no object is left"))?;
        node.check(&object, &path)?;
        rest = &rest[object.whole.len()..];
    }
    Ok(rest)
}

impl Node {
    fn check(&self, object: &Object<'_>, path: &str) -> Result<(), String> {
        if object.tag != self.tag {
            return Err(format!("{path} is expected, {:02X} stands there", object.tag));
        }
        if let Some(field) = &self.length_field
            && field != object.length_field
        {
            let seen = hex::encode_upper(object.length_field);
            return Err(format!("{path}: the length field is {seen}, not {}", hex::encode_upper(field)));
        }
        if let Some(length) = self.length
            && length != object.value.len()
        {
            return Err(format!("{path} holds {} bytes, not {length}", object.value.len()));
        }
        let Some(children) = &self.children else { return Ok(()) };
        match check_nodes(children, object.value, path)? {
            [] => Ok(()),
            [..] => {
                let extra = tlv::read_all(object.value).0.into_iter().skip(children.len()).fold(
                    String::new(),
                    |mut list, o| {
                        let _ = write!(list, " {:02X}", o.tag);
                        list
                    },
                );
                Err(format!("{path} holds more than it should:{extra}"))
            }
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn nodes(&mut self, depth: usize) -> Result<Vec<Node>, String> {
        if depth > 8 {
            return Err(self.wrong("at most eight levels"));
        }
        let mut nodes = Vec::new();
        loop {
            self.spaces();
            if !self.rest().starts_with(|c: char| c.is_ascii_hexdigit()) {
                return Ok(nodes);
            }
            nodes.push(self.node(depth)?);
        }
    }

    fn node(&mut self, depth: usize) -> Result<Node, String> {
        let bytes = self.hex("a tag")?;
        let tag = match *bytes {
            [one] => u16::from(one),
            [first, second] => u16::from_be_bytes([first, second]),
            _ => return Err(self.wrong("a tag of one or two bytes")),
        };
        let mut node = Node { tag, length_field: None, length: None, children: None };
        loop {
            if self.eat('(') {
                node.length_field = Some(self.hex("a length field")?);
                self.expect(')')?;
            } else if self.eat('[') {
                node.length = Some(self.number()?);
                self.expect(']')?;
            } else if self.eat('{') {
                node.children = Some(self.nodes(depth + 1)?);
                self.expect('}')?;
            } else {
                return Ok(node);
            }
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, c: char) -> bool {
        self.spaces();
        let eaten = self.rest().starts_with(c);
        if eaten {
            self.at += c.len_utf8();
        }
        eaten
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.eat(c) { Ok(()) } else { Err(self.wrong(&format!("\"{c}\""))) }
    }

    fn run_of(&mut self, accepts: fn(&char) -> bool) -> &'t str {
        let start = self.at;
        self.at += self.rest().chars().take_while(accepts).count();
        &self.text[start..self.at]
    }

    fn hex(&mut self, what: &str) -> Result<Vec<u8>, String> {
        self.spaces();
        let digits = self.run_of(char::is_ascii_hexdigit);
        let bytes = hex::decode(digits).unwrap_or_default();
        if bytes.is_empty() { Err(self.wrong(what)) } else { Ok(bytes) }
    }

    fn number(&mut self) -> Result<usize, String> {
        self.spaces();
        self.run_of(char::is_ascii_digit).parse().map_err(|_| self.wrong("a number of bytes"))
    }

    fn wrong(&self, expected: &str) -> String {
        format!("shape \"{}\": {expected} expected at character {}", self.text, self.at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn bytes(hex: &str) -> Vec<u8> {
        hex::decode(hex).expect("hex")
    }

    #[rstest]
    #[case::length_field_and_filler("FF10(0C)[12]+FFFF", "FF100C313233343536373839303132FFFF")]
    #[case::children("FF20{DF22[4] DF23[1]}", "FF200BDF220431323334DF230131")]
    #[case::two_objects_in_a_row("DF22 DF23[1]", "DF220431323334DF230131")]
    #[case::long_form_length("FF40(820002)", "FF40820002AABB")]
    fn a_shape_fits_the_data_that_it_describes(#[case] shape: &str, #[case] data: &str) {
        assert_eq!(Shape::parse(shape).expect("a shape").check(&bytes(data)), Ok(()));
    }

    #[rstest]
    #[case::other_tag("FF20{DF22}", "FF2003DF2300", "FF20/DF22 is expected, DF23 stands there")]
    #[case::other_length("FF20[4]", "FF2003DF2300", "FF20 holds 3 bytes, not 4")]
    #[case::other_length_field("FF20(8103)", "FF2003DF2300", "FF20: the length field is 03, not 8103")]
    #[case::missing("FF20{DF22 DF23}", "FF2003DF2200", "FF20/DF23 is missing: no object is left")]
    #[case::more("FF20{DF22}", "FF2006DF2200DF2300", "FF20 holds more than it should: DF23")]
    #[case::trailing("FF20", "FF2000FFFF", "2 bytes are left behind the last object")]
    #[case::filler("FF20+FF", "FF2000", "1 bytes of filler are expected at the end, 0 are there or differ")]
    fn the_first_difference_is_named(#[case] shape: &str, #[case] data: &str, #[case] said: &str) {
        assert_eq!(Shape::parse(shape).expect("a shape").check(&bytes(data)), Err(said.to_owned()));
    }

    #[rstest]
    #[case("FF20{DF22", "shape \"FF20{DF22\": \"}\" expected at character 10")]
    #[case("FF2", "shape \"FF2\": a tag expected at character 4")]
    #[case("FF20[x]", "shape \"FF20[x]\": a number of bytes expected at character 6")]
    #[case("FF20 ?", "shape \"FF20 ?\": nothing more expected at character 6")]
    fn a_shape_that_cannot_be_read_says_where(#[case] text: &str, #[case] said: &str) {
        assert_eq!(Shape::parse(text), Err(said.to_owned()));
    }
}
