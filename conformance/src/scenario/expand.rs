//! A table of rows made into one tree per row: every `"$column"` replaced by the row's value.
//!
//! It works on the spanned tree, before anything is typed: a value that came out of a row keeps the
//! place of the row, so that an error points at the row that is wrong and not at the step it went into.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::strict::Value;
use crate::vectors::SourceFile;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

/// One scenario with the values of one row in it; without a table there is one, with no row.
pub(super) struct Expanded<'t> {
    /// The scenario without its rows.
    pub(super) tree: DeTable<'t>,
    /// The row's number, counted from 1, and how many there are.
    pub(super) row: Option<(usize, usize)>,
    /// The row, or the scenario where there is none.
    pub(super) place: Range<usize>,
}

/// Takes the rows out of a scenario and puts them into it, each by itself.
pub(super) fn expand<'t>(
    file: &SourceFile,
    mut tree: DeTable<'t>,
    place: &Range<usize>,
    found: &mut Diagnostics,
) -> Vec<Expanded<'t>> {
    let rows = match tree.remove("rows").map(Spanned::into_inner) {
        None => None,
        Some(DeValue::Array(rows)) if !rows.is_empty() => Some(rows),
        Some(_) => {
            let message = "\"rows\" is a list of at least one row";
            found.push(
                Diagnostic::at(file, place.clone(), message)
                    .hint("leave \"rows\" out where there is no table"),
            );
            return Vec::new();
        }
    };
    let Some(rows) = rows else {
        let row = Row { columns: BTreeMap::new(), place: place.clone(), table: false };
        let filled = row.fill(file, tree, found);
        return filled.map(|tree| Expanded { tree, row: None, place: place.clone() }).into_iter().collect();
    };
    let count = rows.len();
    let mut expanded = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let place = row.span();
        let DeValue::Table(columns) = row.into_inner() else {
            found.push(Diagnostic::at(file, place, "a row is a table: { column = value }"));
            continue;
        };
        let columns =
            columns.into_iter().map(|(name, value)| (name.get_ref().to_string(), (name.span(), value)));
        let row = Row { columns: columns.collect(), place: place.clone(), table: true };
        let filled = row.fill(file, tree.clone(), found);
        expanded.extend(filled.map(|tree| Expanded { tree, row: Some((index + 1, count)), place }));
    }
    expanded
}

struct Row<'t> {
    columns: BTreeMap<String, (Range<usize>, Value<'t>)>,
    place: Range<usize>,
    table: bool,
}

impl<'t> Row<'t> {
    /// The scenario with this row's values; nothing when the row misses one.
    fn fill(&self, file: &SourceFile, tree: DeTable<'t>, found: &mut Diagnostics) -> Option<DeTable<'t>> {
        let mut filling = Filling { file, row: self, used: Vec::new(), complete: true, found };
        let filled = filling.table(tree);
        let Filling { used, complete, found, .. } = filling;
        for (name, (place, _)) in &self.columns {
            if !used.contains(name) {
                let message = format!("no step uses the column \"{name}\"");
                let hint = format!("write \"${name}\" where its value belongs, or take the column out");
                found.push(Diagnostic::at(file, place.clone(), message).hint(hint));
            }
        }
        complete.then_some(filled)
    }
}

struct Filling<'a, 't> {
    file: &'a SourceFile,
    row: &'a Row<'t>,
    used: Vec<String>,
    complete: bool,
    found: &'a mut Diagnostics,
}

impl<'t> Filling<'_, 't> {
    fn table(&mut self, table: DeTable<'t>) -> DeTable<'t> {
        table.into_iter().map(|(key, value)| (key, self.value(value))).collect()
    }

    fn value(&mut self, value: Value<'t>) -> Value<'t> {
        let span = value.span();
        let filled = match value.into_inner() {
            DeValue::String(text) => return self.text(text, span),
            DeValue::Table(table) => DeValue::Table(self.table(table)),
            DeValue::Array(array) => {
                let mut filled = DeArray::new();
                array.into_iter().for_each(|value| filled.push(self.value(value)));
                DeValue::Array(filled)
            }
            scalar => scalar,
        };
        Spanned::new(span, filled)
    }

    /// A string that is a column as a whole takes the column's value, whatever its type; columns within a
    /// longer string, as in `"spends:$key"`, put their text into it.
    fn text(&mut self, text: DeString<'t>, span: Range<usize>) -> Value<'t> {
        if let Some(("", name, "")) = column(&text)
            && let Some(value) = self.column(name, &span)
        {
            return value;
        }
        let mut filled = String::new();
        let mut rest = &*text;
        while let Some((before, name, after)) = column(rest) {
            filled.push_str(before);
            filled.push_str(&self.word(name, &span));
            rest = after;
        }
        filled.push_str(rest);
        Spanned::new(span, DeValue::String(DeString::Owned(filled)))
    }

    /// The value of a column as part of a longer text.
    fn word(&mut self, name: &str, span: &Range<usize>) -> String {
        let Some(value) = self.column(name, span) else { return String::new() };
        match value.get_ref() {
            DeValue::String(word) => word.to_string(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            other => {
                let message =
                    format!("\"{name}\" goes into a longer text and cannot be {}", other.type_str());
                self.found.push(Diagnostic::at(self.file, value.span(), message));
                String::new()
            }
        }
    }

    fn column(&mut self, name: &str, span: &Range<usize>) -> Option<Value<'t>> {
        if let Some((_, value)) = self.row.columns.get(name) {
            self.used.push(name.to_owned());
            return Some(value.clone());
        }
        self.complete = false;
        self.found.push(if self.row.table {
            let message = format!("the row misses the column \"{name}\"");
            Diagnostic::at(self.file, self.row.place.clone(), message)
                .related(span.clone(), "it is used here")
                .did_you_mean(name, self.row.columns.keys().map(String::as_str))
        } else {
            let message = format!("\"${name}\" stands for a column, but the scenario has no rows");
            Diagnostic::at(self.file, span.clone(), message)
        });
        None
    }
}

/// The first column in a text, with what stands before and after it: `$` and a name in lower case.
fn column(text: &str) -> Option<(&str, &str, &str)> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let start = text.match_indices('$').map(|(at, _)| at).find(|at| text[at + 1..].starts_with(is_name))?;
    let rest = &text[start + 1..];
    let (name, after) = rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len()));
    Some((&text[..start], name, after))
}
