//! The file of a state, and who may use it.

use super::replace::{OWNER_ONLY, Place, beside, refused};
use super::{Fingerprint, Flaw, State, StateError, document};
use crate::card::Card;
use crate::profile::CardProfile;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// No state is longer, in bytes; one of the largest card has a hundredth of this.
const LONGEST: u64 = 1 << 20;

/// The file that holds the state of a card; at most one server has it.
///
/// The lock is on a file of its own (`FILE.lock`), which stays there: the state itself is another file after each
/// save. The system takes the lock away from a server that dies.
#[derive(Debug)]
pub struct StateFile {
    place: Place,
    _lock: File,
}

impl StateFile {
    /// Takes the file for this server and reads the state in it; there is none when there is no file.
    ///
    /// # Errors
    /// [`StateError`]; the file is then as it was.
    pub fn open(path: &Path) -> Result<(Self, Option<State>), StateError> {
        // Whoever comes by a link gets the same file and the same lock.
        let path = match path.canonicalize() {
            Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
            canonical => canonical.map_err(refused("open", path))?,
        };
        // Nothing is put beside a device.
        len(&path)?;
        let lock = lock(&path)?;
        let state = read(&path)?;
        Ok((Self { place: Place::of(&path), _lock: lock }, state))
    }

    /// Writes the state; it survives the loss of power when this returns.
    ///
    /// # Errors
    /// [`StateError::FileSystem`]; the file then holds this state or the one before it.
    pub fn save(&mut self, state: &State) -> Result<(), StateError> {
        self.place.replace(&document::text(state), |_| Ok(()))
    }

    /// Brings the card into the state that was read. `name` is the embedded card's name or the card file's path,
    /// `profile` what the card was made from.
    ///
    /// # Errors
    /// The state is another card's: [`StateError::OtherCard`], [`StateError::OtherPersonalisation`],
    /// [`StateError::OtherKeys`]. The card is then as it was.
    pub fn recall(
        &self,
        state: &State,
        name: &str,
        profile: &CardProfile,
        card: &mut Card,
    ) -> Result<(), StateError> {
        let path = self.path().to_owned();
        if state.card != name {
            return Err(StateError::OtherCard { path, kept: state.card.clone(), wanted: name.into() });
        }
        if state.fingerprint != Fingerprint::of(profile) {
            return Err(StateError::OtherPersonalisation { path, card: state.card.clone() });
        }
        card.recall(&state.memory).map_err(|error| StateError::OtherKeys { path, error })
    }

    /// Where the state is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.place.file
    }
}

fn lock(path: &Path) -> Result<File, StateError> {
    let lock_path: PathBuf = beside(path, ".lock");
    let mut options = OpenOptions::new();
    let opened = options.write(true).create(true).truncate(false).mode(OWNER_ONLY).open(&lock_path);
    let file = opened.map_err(refused("create", &lock_path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StateError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(refused("lock", &lock_path)(error)),
    }
}

fn read(path: &Path) -> Result<Option<State>, StateError> {
    let Some(len) = len(path)? else { return Ok(None) };
    let flawed = |flaw| StateError::Flawed { path: path.to_owned(), flaw };
    if len > LONGEST {
        return Err(flawed(Flaw::TooLong(len)));
    }
    let text = fs::read(path).map_err(refused("read", path))?;
    document::parse(&text).map(Some).map_err(flawed)
}

/// How long the file is, in bytes; `None` when there is none.
fn len(path: &Path) -> Result<Option<u64>, StateError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused("read", path)(error)),
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Ok(_) => Err(StateError::Flawed { path: path.to_owned(), flaw: Flaw::NoFile }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResponseBuffer;
    use crate::authority::Register;
    use crate::personalise::{Keys, embedded_profile, personalise};
    use crate::profile::{Day, LastDay};
    use crate::state::replace::Step::{self, Create, Rename, Sync, SyncDirectory, Write};
    use jiff::civil::{Date, date};
    use rstest::rstest;
    use std::sync::Arc;
    use tempfile::TempDir;

    const AS_OF: Date = date(2026, 11, 22);

    fn make(profile: &CardProfile) -> Card {
        let image = personalise(profile, &Keys::Stubs, AS_OF).expect("an image");
        Card::new(Arc::new(image)).expect("a card")
    }

    fn standard() -> (CardProfile, Card) {
        let profile = embedded_profile("standard").expect("an embedded card");
        let card = make(&profile);
        (profile, card)
    }

    fn state(profile: &CardProfile, card: &Card) -> State {
        State {
            card: profile.name.clone(),
            fingerprint: Fingerprint::of(profile),
            memory: card.memory(),
            expired: Vec::new(),
            register: Register::of(profile, AS_OF).expect("its register"),
        }
    }

    fn directory() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("state");
        (directory, file)
    }

    /// Three wrong values: the authentication PIN is locked.
    fn lock_auth_pin(card: &mut Card) {
        let mut buffer = ResponseBuffer::new();
        for command in [
            "00A4040C0AD392F000260100000001",
            "002000980430303030",
            "002000980430303030",
            "002000980430303030",
        ] {
            let command = hex::decode(command).expect("hex");
            card.exchange(&command, &mut buffer).expect("the card answers");
        }
    }

    #[test]
    fn a_state_that_was_saved_is_there_for_the_next_server() {
        let (_directory, path) = directory();
        let (profile, mut card) = standard();
        let (mut file, none) = StateFile::open(&path).expect("a new file");
        assert_eq!(none, None);
        lock_auth_pin(&mut card);
        file.save(&state(&profile, &card)).expect("it is saved");
        drop(file);

        let (file, state) = StateFile::open(&path).expect("the file");
        let mut later = make(&profile);
        file.recall(&state.expect("a state"), "standard", &profile, &mut later).expect("the same card");
        assert_eq!(later.mark(), card.mark());
        assert_eq!(later.counters().next().map(|auth_pin| auth_pin.tries_left), Some(0));
    }

    #[test]
    fn a_card_whose_certificates_ran_out_recalls_what_it_was_before_and_the_other_way_round() {
        let (_directory, path) = directory();
        let (profile, mut valid) = standard();
        let mut run_out = profile.clone();
        for certificate in [&mut run_out.auth_certificate, &mut run_out.sign_certificate] {
            certificate.as_mut().expect("a certificate").expires = LastDay::Day(Day::FromAsOf(-1));
        }
        lock_auth_pin(&mut valid);
        let (mut file, _) = StateFile::open(&path).expect("a new file");
        // Killed before the save or after it: either image meets either state.
        for (kept_of, card) in [(&profile, valid.clone()), (&run_out, valid)] {
            file.save(&state(kept_of, &card)).expect("it is saved");
            let kept = read(&path).expect("the file").expect("a state");
            for recalled_by in [&profile, &run_out] {
                let mut later = make(recalled_by);
                file.recall(&kept, "standard", recalled_by, &mut later).expect("the keys are the same");
                assert_eq!(later.mark(), card.mark());
            }
        }
    }

    #[rstest]
    fn a_save_that_is_cut_off_at_any_step_leaves_the_old_state_or_the_new_one(
        #[values(Create, Write, Sync, Rename, SyncDirectory)] last: Step,
        #[values(true, false)] kept_before: bool,
    ) {
        let (_directory, path) = directory();
        let (profile, mut card) = standard();
        let (mut file, _) = StateFile::open(&path).expect("a new file");
        let old = state(&profile, &card);
        if kept_before {
            file.save(&old).expect("it is saved");
        }
        lock_auth_pin(&mut card);
        let new = state(&profile, &card);
        let cut_off = |step| if step == last { Err(ErrorKind::Interrupted.into()) } else { Ok(()) };
        file.place.replace(&document::text(&new), cut_off).expect_err("it is cut off");
        drop(file);
        let (mut file, found) = StateFile::open(&path).expect("the file is whole");
        assert_eq!(found, if last == SyncDirectory { Some(new.clone()) } else { kept_before.then_some(old) });
        file.save(&new).expect("the next save is not hindered");
        drop(file);
        assert_eq!(StateFile::open(&path).expect("the file").1, Some(new));
    }

    #[test]
    fn a_file_has_one_server_at_a_time_also_by_a_link_and_after_a_save() {
        let (directory, path) = directory();
        let (profile, card) = standard();
        let (mut file, _) = StateFile::open(&path).expect("a new file");
        file.save(&state(&profile, &card)).expect("it is saved");
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        for other in [&path, &link] {
            let error = StateFile::open(other).expect_err("it is in use");
            let real = path.canonicalize().expect("the file");
            assert_eq!(error.to_string(), format!("another server keeps its state in {}", real.display()));
        }
        drop(file);
        StateFile::open(&link).expect("the lock went with its server");
    }

    #[test]
    fn what_a_killed_server_left_beside_the_file_harms_nobody() {
        let (_directory, path) = directory();
        let (profile, card) = standard();
        StateFile::open(&path).expect("a new file").0.save(&state(&profile, &card)).expect("it is saved");
        fs::write(beside(&path, ".new"), "virtual-card sta").expect("half a temporary file");
        let (mut file, kept) = StateFile::open(&path).expect("the file");
        assert_eq!(kept, Some(state(&profile, &card)));
        file.save(&state(&profile, &card)).expect("it is saved again");
    }

    #[rstest]
    #[case::empty(b"", Flaw::Empty)]
    #[case::of_something_else(b"[package]", Flaw::Foreign)]
    #[case::of_a_later_version(b"virtual-card state, format 7\n", Flaw::NewerFormat(7))]
    #[case::half(b"virtual-card state, format 1\n{", Flaw::CutOff)]
    fn a_file_that_is_no_state_is_refused_and_stays(#[case] content: &[u8], #[case] flaw: Flaw) {
        let (_directory, path) = directory();
        fs::write(&path, content).expect("a file");
        let error = StateFile::open(&path).expect_err("it is refused");
        assert_eq!(error.to_string(), format!("{} {flaw}", path.display()));
        assert!(error.help().contains("move it away") || error.help().contains("move the file away"));
        assert_eq!(fs::read(&path).expect("the file"), content);
    }

    #[test]
    fn a_directory_a_pipe_and_a_giant_are_refused_without_being_read() {
        let (directory, path) = directory();
        let error = StateFile::open(directory.path()).expect_err("a directory");
        assert!(matches!(error, StateError::Flawed { flaw: Flaw::NoFile, .. }), "{error}");
        let error = StateFile::open(Path::new("/dev/null")).expect_err("a device");
        assert!(matches!(error, StateError::Flawed { flaw: Flaw::NoFile, .. }), "{error}");
        File::create(&path).and_then(|file| file.set_len(LONGEST + 1)).expect("a giant");
        let error = StateFile::open(&path).expect_err("a giant");
        assert!(matches!(error, StateError::Flawed { flaw: Flaw::TooLong(_), .. }), "{error}");
    }

    #[test]
    fn the_state_of_another_card_is_refused_in_words_and_the_card_stays_as_it_was() {
        let (_directory, path) = directory();
        let (profile, mut card) = standard();
        lock_auth_pin(&mut card);
        let (file, _) = StateFile::open(&path).expect("a new file");
        let kept = state(&profile, &card);
        let refusal = |name: &str, kept: &State, profile: &CardProfile| {
            let mut other = make(profile);
            let fresh = other.mark();
            let error = file.recall(kept, name, profile, &mut other).expect_err("another card");
            assert_eq!(other.mark(), fresh);
            error.to_string().replace(&path.display().to_string(), "FILE")
        };
        let minor = embedded_profile("minor").expect("an embedded card");
        assert_eq!(
            refusal("minor", &kept, &minor),
            "FILE is the state of the card \"standard\", not of \"minor\""
        );
        let mut changed = profile.clone();
        changed.keys.get_mut("auth-pin").expect("a key").tries = 5;
        assert_eq!(
            refusal("standard", &kept, &changed),
            "FILE is the state of a card \"standard\" that had other keys or certificates than the card of that name has now"
        );
        let mut forged = kept;
        forged.memory.keys[0].tries_left = 9;
        assert_eq!(
            refusal("standard", &forged, &profile),
            "FILE is the state of another card: key 0018 of application D392F000260100000001 cannot have 9 tries left; \
             it has at most 3"
        );
    }
}
