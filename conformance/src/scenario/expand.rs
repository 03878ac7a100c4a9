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
use toml::de::{DeArray, DeTable, DeValue};

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
        let tree = row.fill(file, tree, found);
        return vec![Expanded { tree, row: None, place: place.clone() }];
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
        let tree = row.fill(file, tree.clone(), found);
        expanded.push(Expanded { tree, row: Some((index + 1, count)), place });
    }
    expanded
}

struct Row<'t> {
    columns: BTreeMap<String, (Range<usize>, Value<'t>)>,
    place: Range<usize>,
    table: bool,
}

impl<'t> Row<'t> {
    fn fill(&self, file: &SourceFile, tree: DeTable<'t>, found: &mut Diagnostics) -> DeTable<'t> {
        let mut filling = Filling { file, row: self, used: Vec::new(), found };
        let filled = filling.table(tree);
        let used = filling.used;
        for (name, (place, _)) in &self.columns {
            if !used.contains(name) {
                let message = format!("no step uses the column \"{name}\"");
                let hint = format!("write \"${name}\" where its value belongs, or take the column out");
                found.push(Diagnostic::at(file, place.clone(), message).hint(hint));
            }
        }
        filled
    }
}

struct Filling<'a, 't> {
    file: &'a SourceFile,
    row: &'a Row<'t>,
    used: Vec<String>,
    found: &'a mut Diagnostics,
}

impl<'t> Filling<'_, 't> {
    fn table(&mut self, table: DeTable<'t>) -> DeTable<'t> {
        table.into_iter().map(|(key, value)| (key, self.value(value))).collect()
    }

    fn value(&mut self, value: Value<'t>) -> Value<'t> {
        let span = value.span();
        let filled = match value.into_inner() {
            DeValue::String(text) => match column(&text) {
                Some(name) => return self.column(name, span, DeValue::String(text.clone())),
                None => DeValue::String(text),
            },
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

    fn column(&mut self, name: &str, span: Range<usize>, written: DeValue<'t>) -> Value<'t> {
        if let Some((_, value)) = self.row.columns.get(name) {
            self.used.push(name.to_owned());
            return value.clone();
        }
        let diagnostic = if self.row.table {
            let message = format!("the row misses the column \"{name}\"");
            Diagnostic::at(self.file, self.row.place.clone(), message)
                .related(span.clone(), "it is used here")
                .did_you_mean(name, self.row.columns.keys().map(String::as_str))
        } else {
            let message = format!("\"${name}\" stands for a column, but the scenario has no rows");
            Diagnostic::at(self.file, span.clone(), message)
        };
        self.found.push(diagnostic);
        Spanned::new(span, written)
    }
}

/// The column's name, when the text is `$` and a name in lower case.
fn column(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    (!name.is_empty() && name.chars().all(letter)).then_some(name)
}
