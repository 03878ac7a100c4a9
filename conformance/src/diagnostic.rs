//! Errors in data files, as people want them: what is wrong, where, why, and what was probably meant.

use crate::closest::closest;
use crate::vectors::SourceFile;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use std::fmt;
use std::ops::Range;

/// One error in a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub message: String,
    /// The file.
    pub file: SourceFile,
    /// The bytes that are wrong; absent when the file as a whole is.
    pub span: Option<Range<usize>>,
    /// What is to be said right at the place.
    pub label: Option<String>,
    /// Another place that explains this one: for example where the same id was first given.
    pub related: Option<(Range<usize>, String)>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error that concerns this part of a file.
    #[must_use]
    pub fn at(file: &SourceFile, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::of(file, message) }
    }

    /// An error that concerns a file as a whole.
    #[must_use]
    pub fn of(file: &SourceFile, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            file: file.clone(),
            span: None,
            label: None,
            related: None,
            hint: None,
        }
    }

    /// With a remark right at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With another place of the same file that explains this one.
    #[must_use]
    pub fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }

    /// With advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With `did you mean …` when one of the words that are known is close to what was written.
    #[must_use]
    pub fn did_you_mean<'a>(self, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(written, known) {
            Some(word) => self.hint(format!("did you mean \"{word}\"?")),
            None => self,
        }
    }

    /// Line and column, counted from 1.
    #[must_use]
    pub fn position(&self) -> Option<(usize, usize)> {
        self.span.as_ref().map(|span| self.file.position(span.start))
    }

    fn render(&self, renderer: &Renderer) -> String {
        let snippet = Snippet::source(&*self.file.text).path(&*self.file.shown);
        let title = Level::ERROR.primary_title(&*self.message);
        let mut group = match &self.span {
            Some(span) => {
                let mut primary = AnnotationKind::Primary.span(one_line(&self.file.text, span));
                if let Some(label) = &self.label {
                    primary = primary.label(&**label);
                }
                let related = self.related.as_ref().map(|(span, label)| {
                    AnnotationKind::Context.span(one_line(&self.file.text, span)).label(&**label)
                });
                title.element(snippet.annotation(primary).annotations(related))
            }
            None => title.element(Origin::path(&*self.file.shown)),
        };
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(&**hint));
        }
        renderer.render(&[group])
    }
}

/// A table or an array is long: its first line is enough to find it.
fn one_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let end = text[span.start..span.end].find('\n').map_or(span.end, |newline| span.start + newline);
    span.start..end
}

/// All the errors that were found: nothing is half-loaded, and nobody mends one error at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more, unless it says the same of the same place: a table repeats its steps in every row.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// The value of a result; its error is kept.
    pub fn keep<T>(&mut self, result: Result<T, Box<Diagnostic>>) -> Option<T> {
        result.map_err(|diagnostic| self.push(*diagnostic)).ok()
    }

    /// None at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// The value, if nothing was found.
    ///
    /// # Errors
    /// What was found.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The text for a person: coloured for a terminal, plain elsewhere.
    #[must_use]
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for diagnostic in &self.0 {
            text.push_str(&diagnostic.render(&renderer));
            text.push_str("\n\n");
        }
        let count = self.0.len();
        text.push_str(&format!("{count} {} in the data\n", if count == 1 { "error" } else { "errors" }));
        text
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_underlines_the_place_and_says_what_to_do() {
        let file = SourceFile::new(
            "rules/card.toml",
            "format = 1\n\n[[rule]]\nid = \"CARD-PIN-002\"\nlevl = \"must\"\n",
        );
        let start = file.text.find("levl").expect("there is one");
        let mut found = Diagnostics::new();
        let diagnostic = Diagnostic::at(&file, start..start + 4, "unknown key \"levl\"")
            .label("no rule has this key")
            .did_you_mean("levl", ["level", "role"]);
        assert_eq!(diagnostic.position(), Some((5, 1)));
        found.push(diagnostic.clone());
        found.push(diagnostic);
        found.push(Diagnostic::of(&file, "the file holds no rule at all"));
        insta::assert_snapshot!(found);
    }
}
