//! How a file takes the place of another, so that whoever is killed on the way leaves the old one or the new one.

use super::StateError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Nobody but the owner reads a state: values of keys may stand in it.
pub(super) const OWNER_ONLY: u32 = 0o600;

/// The steps of a replacement, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A temporary file is made beside the old one.
    Create,
    /// The new content is written into it.
    Write,
    /// It reaches the disk.
    Sync,
    /// It takes the name of the old one.
    Rename,
    /// The change of name reaches the disk.
    SyncDirectory,
}

/// Where a file is, and where its successor is prepared.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) file: PathBuf,
    pub(super) temporary: PathBuf,
    directory: PathBuf,
}

impl Place {
    /// The place of a file in its directory.
    pub(super) fn of(file: &Path) -> Self {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self {
            file: file.to_owned(),
            temporary: beside(file, ".new"),
            directory: parent.unwrap_or(Path::new(".")).to_owned(),
        }
    }

    /// Puts a file with this content in the place of the old one. It is there for good when this returns; after an
    /// error the old one or the new one is there, whole.
    ///
    /// `reached` is told of each step before it is carried out and can make it fail.
    pub(super) fn replace(
        &self,
        content: &[u8],
        mut reached: impl FnMut(Step) -> io::Result<()>,
    ) -> Result<(), StateError> {
        let created = reached(Step::Create).and_then(|()| self.create());
        let mut file = created.map_err(refused("create", &self.temporary))?;
        let written = reached(Step::Write).and_then(|()| file.write_all(content));
        written.map_err(refused("write", &self.temporary))?;
        let synced = reached(Step::Sync).and_then(|()| file.sync_all());
        synced.map_err(refused("write", &self.temporary))?;
        let renamed = reached(Step::Rename).and_then(|()| fs::rename(&self.temporary, &self.file));
        renamed.map_err(refused("replace", &self.file))?;
        let synced = reached(Step::SyncDirectory).and_then(|()| File::open(&self.directory)?.sync_all());
        synced.map_err(refused("write", &self.directory))
    }

    /// A new temporary file. One that somebody left who was killed is worth nothing.
    fn create(&self) -> io::Result<File> {
        match fs::remove_file(&self.temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(&self.temporary)
    }
}

/// The path with this at the end of the file's name.
pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// The error of a deed that the file system refused.
pub(super) fn refused(deed: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
    move |error| StateError::FileSystem { deed, path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::Step::{Create, Rename, Sync, SyncDirectory, Write};
    use super::*;
    use rstest::rstest;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    const OLD: &[u8] = b"the old content";
    const NEW: &[u8] = b"the new content, which is longer";

    fn place_with(old: Option<&[u8]>) -> (TempDir, Place) {
        let directory = tempfile::tempdir().expect("a directory");
        let place = Place::of(&directory.path().join("state"));
        if let Some(old) = old {
            fs::write(&place.file, old).expect("the old file");
        }
        (directory, place)
    }

    /// Dies before this step, as a process does that is killed: nothing is tidied up.
    fn dies_before(step: Step) -> impl FnMut(Step) -> io::Result<()> {
        move |reached| if reached == step { Err(ErrorKind::Interrupted.into()) } else { Ok(()) }
    }

    fn content(place: &Place) -> Option<Vec<u8>> {
        fs::read(&place.file).ok()
    }

    #[test]
    fn the_steps_come_in_their_order_and_leave_nothing_but_the_new_file() {
        let (directory, place) = place_with(Some(OLD));
        let mut steps = Vec::new();
        let done = place.replace(NEW, |step| {
            steps.push(step);
            Ok(())
        });
        done.expect("it is replaced");
        assert_eq!(steps, [Create, Write, Sync, Rename, SyncDirectory]);
        assert_eq!(content(&place).as_deref(), Some(NEW));
        assert_eq!(fs::read_dir(directory.path()).expect("the directory").count(), 1);
        let mode = fs::metadata(&place.file).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[rstest]
    #[case::before_the_beginning(Create, OLD)]
    #[case::with_an_empty_temporary_file(Write, OLD)]
    #[case::before_it_is_on_the_disk(Sync, OLD)]
    #[case::before_it_has_the_name(Rename, OLD)]
    #[case::before_the_name_is_on_the_disk(SyncDirectory, NEW)]
    fn whoever_dies_before_a_step_leaves_the_old_file_or_the_new_one(
        #[case] step: Step,
        #[case] left: &[u8],
        #[values(Some(OLD), None)] old: Option<&[u8]>,
    ) {
        let (_directory, place) = place_with(old);
        place.replace(NEW, dies_before(step)).expect_err("it dies");
        assert_eq!(content(&place).as_deref(), if left == OLD { old } else { Some(NEW) });
        place.replace(b"later", |_| Ok(())).expect("what is left behind harms nobody");
        assert_eq!(content(&place).as_deref(), Some(&b"later"[..]));
    }

    #[test]
    fn whoever_dies_while_writing_leaves_the_old_file() {
        for written in 0..NEW.len() {
            let (_directory, place) = place_with(Some(OLD));
            let died = place.replace(NEW, |step| {
                if step == Sync {
                    fs::write(&place.temporary, &NEW[..written])?;
                    return Err(ErrorKind::Interrupted.into());
                }
                Ok(())
            });
            died.expect_err("it dies");
            assert_eq!(content(&place).as_deref(), Some(OLD));
            place.replace(NEW, |_| Ok(())).expect("what is left behind harms nobody");
            assert_eq!(content(&place).as_deref(), Some(NEW));
        }
    }

    #[test]
    fn a_temporary_file_that_leads_elsewhere_is_not_followed() {
        let (directory, place) = place_with(None);
        let elsewhere = directory.path().join("elsewhere");
        fs::write(&elsewhere, "untouched").expect("a file");
        std::os::unix::fs::symlink(&elsewhere, &place.temporary).expect("a link");
        place.replace(NEW, |_| Ok(())).expect("it is replaced");
        assert_eq!(fs::read(&elsewhere).expect("a file"), b"untouched");
    }

    #[rstest]
    #[case::a_directory_in_the_way("state.new", "cannot create DIR/state.new: Is a directory (os error 21)")]
    #[case::a_directory_in_its_place("state", "cannot replace DIR/state: Is a directory (os error 21)")]
    fn what_the_file_system_refuses_is_told_with_the_path(#[case] in_the_way: &str, #[case] words: &str) {
        let (directory, place) = place_with(None);
        fs::create_dir(directory.path().join(in_the_way)).expect("a directory");
        let error = place.replace(NEW, |_| Ok(())).expect_err("it is refused");
        assert_eq!(error.to_string(), words.replace("DIR", &directory.path().display().to_string()));
    }

    #[test]
    fn a_directory_that_is_not_there_is_told() {
        let (directory, _) = place_with(None);
        let place = Place::of(&directory.path().join("nowhere/state"));
        let error = place.replace(NEW, |_| Ok(())).expect_err("it is refused");
        assert!(
            error.to_string().ends_with("nowhere/state.new: No such file or directory (os error 2)"),
            "{error}"
        );
    }
}
