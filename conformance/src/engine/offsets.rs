//! A table of offsets at the head of an object: where each of the objects after it begins.

use super::stop::Difference;
use super::tlv;

/// The value of the object under this path is a table of two-byte offsets from the start of `data`, one for
/// each object that follows it in the same parent.
pub(crate) fn check(path: &[u16], data: &[u8]) -> Result<(), Difference> {
    let wrong = |seen: &str| Difference::new("a table of offsets to the objects behind it", seen);
    let (&tag, above) = path.split_last().ok_or_else(|| wrong("no path"))?;
    let (parent, start) = match tlv::find(data, above) {
        Some(object) => (object.value, place(data, object.value)),
        None if above.is_empty() => (data, 0),
        None => return Err(wrong("no such object")),
    };
    let mut objects = tlv::read_all(parent).0.into_iter().skip_while(|object| object.tag != tag);
    let table = objects.next().ok_or_else(|| wrong("no such object"))?;
    let expected: Vec<usize> = objects.map(|object| start + place(parent, object.whole)).collect();
    let (pairs, rest) = table.value.as_chunks();
    let seen: Vec<usize> = pairs.iter().map(|pair| usize::from(u16::from_be_bytes(*pair))).collect();
    if rest.is_empty() && seen == expected {
        return Ok(());
    }
    Err(Difference::new(format!("the offsets {}", list(&expected)), list(&seen)))
}

/// Where a part stands in the bytes that it was taken from.
fn place(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr().saturating_sub(whole.as_ptr().addr())
}

fn list(offsets: &[usize]) -> String {
    offsets.iter().map(|offset| format!("{offset:04X}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::right("FF200FDF2104000A000EDF220131DF230132", None)]
    #[case::swapped("FF200FDF2104000E000ADF220131DF230132", Some("000E 000A"))]
    #[case::one_missing("FF200DDF21020008DF220131DF230132", Some("0008"))]
    #[case::half_a_number("FF200EDF2103000900DF220131DF230132", Some("0009"))]
    fn a_table_names_the_place_of_every_object_behind_it(#[case] data: &str, #[case] seen: Option<&str>) {
        let data = hex::decode(data).expect("hex");
        let difference = check(&[0xFF20, 0xDF21], &data).err().map(|difference| difference.seen);
        assert_eq!(difference.as_deref(), seen);
    }
}
