//! The data files: embedded in the program, or read from a folder of the user's.

use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../vectors");

/// One data file with its text, shared: a diagnostic holds on to the file that it points into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the folder of vectors, with `/` between its parts: `rules/card.toml`.
    pub path: Arc<str>,
    /// Path as a person would open it.
    pub shown: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// A file that stands nowhere in the vectors: a profile of the user's, or a fixture.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), shown: path.into(), text: text.into() }
    }

    /// Line and column of a byte of the text, both counted from 1, the column in characters.
    #[must_use]
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// Name of the file without its folder and ending: `card` of `rules/card.toml`.
    #[must_use]
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// Every text file of the vectors, by path.
#[derive(Clone, Debug, Default)]
pub struct Vectors {
    files: BTreeMap<Arc<str>, SourceFile>,
}

/// The folder of vectors cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", path.display())]
pub struct Unreadable {
    /// What was being read.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}

impl Vectors {
    /// The vectors that the program was built with.
    #[must_use]
    pub fn embedded() -> Self {
        let mut vectors = Self::default();
        vectors.embed(&EMBEDDED);
        vectors
    }

    fn embed(&mut self, dir: &Dir<'_>) {
        for file in dir.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            if let (true, Some(text)) = (is_data(&path), file.contents_utf8()) {
                self.insert(&path, &format!("vectors/{path}"), text);
            }
        }
        for dir in dir.dirs() {
            self.embed(dir);
        }
    }

    /// The vectors in this folder, laid out as ours.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read.
    pub fn from_dir(root: &Path) -> Result<Self, Unreadable> {
        let mut vectors = Self::default();
        vectors.read(root, "")?;
        Ok(vectors)
    }

    fn read(&mut self, dir: &Path, prefix: &str) -> Result<(), Unreadable> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| Unreadable { path, source }
        };
        for entry in fs::read_dir(dir).map_err(unreadable(dir))? {
            let path = entry.map_err(unreadable(dir))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let inner = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            if path.is_dir() {
                self.read(&path, &inner)?;
            } else if is_data(&inner) {
                let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
                self.insert(&inner, &path.to_string_lossy(), &text);
            }
        }
        Ok(())
    }

    /// Adds a file, or puts it in the place of the one that has this path.
    pub fn insert(&mut self, path: &str, shown: &str, text: &str) {
        let file = SourceFile { path: path.into(), shown: shown.into(), text: text.into() };
        self.files.insert(file.path.clone(), file);
    }

    /// The file with this path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&SourceFile> {
        self.files.get(path)
    }

    /// The TOML files below this folder (`rules`, `scenarios/card`), in order of their paths.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a SourceFile> {
        self.files.values().filter(move |file| {
            file.path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/') && rest.ends_with(".toml"))
        })
    }

    /// All files, in order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.values()
    }
}

/// Pictures and dumps are no text; the suite reads TOML and JSON alone.
fn is_data(path: &str) -> bool {
    path.ends_with(".toml") || path.ends_with(".json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        let file = SourceFile::new("x.toml", "a = 1\nb = \"券面\" # c\n");
        assert_eq!(file.position(0), (1, 1));
        assert_eq!(file.position(6), (2, 1));
        assert_eq!(file.position(file.text.find('#').expect("there is one")), (2, 10));
        assert_eq!(file.position(10_000), (3, 1));
    }

    #[test]
    fn the_embedded_vectors_are_those_of_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors");
        let read = Vectors::from_dir(&folder).expect("the folder is there");
        let embedded = Vectors::embedded();
        let texts = |vectors: &Vectors| -> Vec<_> {
            vectors.iter().map(|file| (file.path.clone(), file.text.clone())).collect()
        };
        assert!(embedded.get("applications.toml").is_some());
        assert_eq!(texts(&embedded), texts(&read));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = Vectors::from_dir(Path::new("no/such/folder")).expect_err("it is not there");
        assert_eq!(error.to_string(), "cannot read no/such/folder");
    }
}
