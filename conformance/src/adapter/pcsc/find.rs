//! Readers by name.

use super::trouble::Trouble;
use pcsc::{Context, Scope};
use std::ffi::CString;

/// A context of the service.
pub(super) fn context() -> Result<Context, pcsc::Error> {
    Context::establish(Scope::User)
}

/// The names of all readers. PC/SC calls it an error when there is none; here it is an empty list.
pub(super) fn names(context: &Context) -> Result<Vec<CString>, pcsc::Error> {
    match context.list_readers_owned() {
        Err(pcsc::Error::NoReadersAvailable) => Ok(Vec::new()),
        names => names,
    }
}

/// The one reader that is called so, or has this in its name.
pub(super) fn find(wanted: &str, context: &Context) -> Result<CString, Trouble> {
    let names = names(context)?;
    if names.is_empty() {
        return Err(pcsc::Error::NoReadersAvailable.into());
    }
    pick(wanted, names)
}

fn pick(wanted: &str, names: Vec<CString>) -> Result<CString, Trouble> {
    let listed = |names: &[CString]| {
        let quoted: Vec<_> = names.iter().map(|name| format!("\"{}\"", name.to_string_lossy())).collect();
        quoted.join(", ")
    };
    if let Some(exact) = names.iter().find(|name| name.to_bytes() == wanted.as_bytes()) {
        return Ok(exact.clone());
    }
    let folded = wanted.to_lowercase();
    let fits = |name: &&CString| name.to_string_lossy().to_lowercase().contains(&folded);
    let fitting: Vec<CString> = names.iter().filter(fits).cloned().collect();
    match fitting.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Trouble::NoSuchReader(format!(
            "no reader has \"{wanted}\" in its name; there are {}",
            listed(&names)
        ))),
        several => Err(Trouble::Ambiguous(format!(
            "\"{wanted}\" names several readers: {}; say which",
            listed(several)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::the_whole_name("Virtual PCD 00 00", Ok("Virtual PCD 00 00"))]
    #[case::a_part_of_one("00 01", Ok("Virtual PCD 00 01"))]
    #[case::in_another_case("contact", Ok("ACME Contact"))]
    #[case::a_name_that_others_begin_with("ACME", Ok("ACME"))]
    #[case::several(
        "virtual",
        Err("\"virtual\" names several readers: \"Virtual PCD 00 00\", \"Virtual PCD 00 01\"; say which")
    )]
    #[case::none(
        "usb",
        Err(
            "no reader has \"usb\" in its name; there are \"Virtual PCD 00 00\", \"Virtual PCD 00 01\", \"ACME\", \"ACME Contact\""
        )
    )]
    fn a_reader_is_found_by_a_part_of_its_name(#[case] wanted: &str, #[case] found: Result<&str, &str>) {
        let names = ["Virtual PCD 00 00", "Virtual PCD 00 01", "ACME", "ACME Contact"];
        let names = names.map(|name| CString::new(name).expect("no zero byte")).to_vec();
        let picked = pick(wanted, names);
        let picked =
            picked.map(|name| name.to_string_lossy().into_owned()).map_err(|trouble| trouble.told().detail);
        assert_eq!(picked, found.map(str::to_owned).map_err(str::to_owned));
    }
}
