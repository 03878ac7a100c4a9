//! Error codes as people type them.

use super::{ErrorCode, Rule};

/// A code that somebody asks for: in any case, with full-width digits, with or without its detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeQuery {
    code: String,
    detail: Option<String>,
}

impl CodeQuery {
    /// The code in `EW144-1500`, `ｅｗ１４４－１５００`, `EW144-1500 0x8010001D` or `EW144-1500 + 0x8010001D`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let half_width = half_width(text).to_uppercase();
        let mut words =
            half_width.split(|c: char| c.is_whitespace() || c == '+').filter(|word| !word.is_empty());
        Self { code: words.next().unwrap_or_default().to_owned(), detail: words.next().map(str::to_owned) }
    }

    /// Whether a rule documents this code: with the detail if one was asked for, else with any or none. A
    /// detail alone, `0x8010001d`, finds the codes that it is shown with.
    #[must_use]
    pub fn matches(&self, rule: &Rule) -> bool {
        let Some(ErrorCode { code: Some(code), detail, .. }) = &rule.code else { return false };
        let detail = detail.as_ref().map(|detail| detail.to_uppercase());
        match &self.detail {
            Some(wanted) => *code == self.code && detail.as_ref() == Some(wanted),
            None => *code == self.code || detail.as_ref() == Some(&self.code),
        }
    }
}

/// Full-width letters, digits and signs in their half-width forms: codes are copied from screens and papers.
pub(super) fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' => '-',
        other => other,
    };
    text.chars().map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("EW144-1500", "EW144-1500", None)]
    #[case(" ew144-1500 ", "EW144-1500", None)]
    #[case("ＥＷ１４４－１５００", "EW144-1500", None)]
    #[case("EW144ー1500", "EW144-1500", None)]
    #[case("０１１", "011", None)]
    #[case("EW144-1500 0x8010001d", "EW144-1500", Some("0X8010001D"))]
    #[case("EW144-1500 + 0x8010001d", "EW144-1500", Some("0X8010001D"))]
    fn a_code_is_read_as_people_type_it(
        #[case] text: &str,
        #[case] code: &str,
        #[case] detail: Option<&str>,
    ) {
        let query = CodeQuery::new(text);
        assert_eq!((&*query.code, query.detail.as_deref()), (code, detail));
    }
}
