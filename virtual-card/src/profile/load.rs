//! Reading a card file: what it extends, what it leaves out, and the exact place of every mistake.
//!
//! A place is kept as an offset into all files read so far, one after the other. So the tables of several files
//! merge into one, which deserializes as if it had been written so, and each error still finds its file.

use super::check;
use super::{CardProfile, LoadError, Problem};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

/// The text of a card file.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file, as messages name it.
    pub file: &'a str,
    /// What is in it.
    pub text: &'a str,
}

impl CardProfile {
    /// Reads a card file. `find` knows the cards that it may extend, by name.
    ///
    /// # Errors
    ///
    /// The first mistake in this file or one that it extends, and its place.
    pub fn load<'a>(
        source: Source<'a>,
        find: impl Fn(&str) -> Option<Source<'a>>,
    ) -> Result<Self, LoadError> {
        let mut files = Files::default();
        let table = files.read(source, &find, &mut Vec::new())?;
        let document = Spanned::new(table.span(), table.get_ref().clone());
        let profile =
            Self::deserialize(Deserializer::from(document)).map_err(|error| files.locate(&error))?;
        check::check(profile, source, table.get_ref()).map_err(|(span, problem)| files.error(span, problem))
    }
}

/// The files read so far, and the offset of the first byte of each.
#[derive(Default)]
struct Files<'a> {
    read: Vec<(usize, Source<'a>)>,
    end: usize,
}

impl<'a> Files<'a> {
    /// The table of a file, with what it extends and without what it leaves out. `open` are the names of the cards
    /// that are being read.
    fn read(
        &mut self,
        source: Source<'a>,
        find: &impl Fn(&str) -> Option<Source<'a>>,
        open: &mut Vec<String>,
    ) -> Result<Spanned<DeTable<'a>>, LoadError> {
        let start = self.end;
        self.read.push((start, source));
        self.end += source.text.len() + 1;
        let parsed = DeTable::parse(source.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            self.error(span.start + start..span.end + start, Problem::Shape(error.message().into()))
        })?;
        let span = start..start + source.text.len();
        let table = shift_table(parsed.into_inner(), start);
        for word in ["format", "name", "title"] {
            if !table.contains_key(word) {
                return Err(self.error(start..start, Problem::HeadMissing(word)));
            }
        }
        let Some(extends) = table.get("extends") else {
            return self.leave_out(DeTable::new(), &table).map(|_| Spanned::new(span, table));
        };
        let place = extends.span();
        let Some(name) = extends.get_ref().as_str().map(str::to_owned) else {
            return Err(self.error(place, Problem::Expected("the name of a card")));
        };
        if open.contains(&name) {
            return Err(self.error(place, Problem::ExtendsItself(name)));
        }
        let base = find(&name).ok_or_else(|| self.error(place, Problem::UnknownBase(name.clone())))?;
        open.push(name);
        let base = self.read(base, find, open)?.into_inner();
        let mut merged = self.leave_out(base, &table)?;
        merge(&mut merged, table);
        Ok(Spanned::new(span, merged))
    }

    /// Removes from the base what the table does `without`.
    fn leave_out(&self, mut base: DeTable<'a>, table: &DeTable<'a>) -> Result<DeTable<'a>, LoadError> {
        // What the base itself did without is done.
        base.remove("without");
        base.remove("extends");
        let paths = table.get("without").and_then(|value| value.get_ref().as_array());
        for path in paths.into_iter().flat_map(|array| array.iter()) {
            let words = path.get_ref().as_str().unwrap_or_default();
            if !remove(&mut base, words) {
                return Err(self.error(path.span(), Problem::NothingToLeaveOut(words.into())));
            }
        }
        Ok(base)
    }

    /// The error of the TOML reader, at its place.
    fn locate(&self, error: &toml::de::Error) -> LoadError {
        self.error(error.span().unwrap_or(0..0), Problem::Shape(error.message().into()))
    }

    /// A problem at a place in all files.
    fn error(&self, span: Range<usize>, problem: Problem) -> LoadError {
        let last = self.read.partition_point(|(start, _)| *start <= span.start);
        let (start, source) = self.read[last.saturating_sub(1)];
        let end = |offset: usize| source.text.floor_char_boundary(offset.saturating_sub(start));
        let span = end(span.start)..end(span.end.max(span.start));
        let before = &source.text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        LoadError {
            file: source.file.into(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span,
            problem,
        }
    }
}

/// Puts the entries of a table over those of a base; tables inside are merged, everything else is replaced.
fn merge<'a>(base: &mut DeTable<'a>, over: DeTable<'a>) {
    // Who says where the value of a key stands does not want the base's value, nor the other way round.
    for (said, unsaid) in [("value_from", "value"), ("value", "value_from")] {
        if over.contains_key(said) {
            base.remove(unsaid);
        }
    }
    for (key, value) in over {
        let span = value.span();
        // The old key goes too, so that a mistake is found in the file that wrote it last.
        let old = base.remove(&**key.get_ref()).map(Spanned::into_inner);
        let value = match (old, value.into_inner()) {
            (Some(DeValue::Table(mut old)), DeValue::Table(new)) => {
                merge(&mut old, new);
                DeValue::Table(old)
            }
            (_, new) => new,
        };
        base.insert(key, Spanned::new(span, value));
    }
}

/// Removes the entry at a dotted path; whether there was one.
fn remove(table: &mut DeTable<'_>, path: &str) -> bool {
    let Some((head, rest)) = path.split_once('.') else { return table.remove(path).is_some() };
    match table.get_mut(head).map(Spanned::get_mut) {
        Some(DeValue::Table(inner)) => remove(inner, rest),
        _ => false,
    }
}

/// The table with all its places moved.
fn shift_table(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    let moved = |span: Range<usize>| span.start + by..span.end + by;
    table
        .into_iter()
        .map(|(key, value)| {
            let key = Spanned::new(moved(key.span()), key.into_inner());
            (key, shift_value(value, by))
        })
        .collect()
}

fn shift_value(value: Spanned<DeValue<'_>>, by: usize) -> Spanned<DeValue<'_>> {
    let span = value.span().start + by..value.span().end + by;
    let inner = match value.into_inner() {
        DeValue::Table(table) => DeValue::Table(shift_table(table, by)),
        DeValue::Array(array) => {
            DeValue::Array(array.into_iter().map(|element| shift_value(element, by)).collect())
        }
        plain => plain,
    };
    Spanned::new(span, inner)
}
