//! Keeps the file at what is true of the card, and writes only when that has changed.

use super::{Fingerprint, State, StateError, StateFile};
use crate::authority::{Purpose, Register};
use crate::card::{Card, Mark};
use crate::profile::CardProfile;

/// What is true of the card now.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// Name of the embedded card, or path of the card file.
    pub name: &'a str,
    /// What the card was made from.
    pub profile: &'a CardProfile,
    /// The card itself.
    pub card: &'a Card,
    /// The certificates whose last day was moved into the past.
    pub expired: &'a [Purpose],
    /// What the authority says about its certificates.
    pub register: &'a Register,
}

/// Keeps a state file at what is true of the card.
#[derive(Debug)]
pub struct Keeper {
    file: StateFile,
    /// What the file says; `None` when nobody knows, before the first save and after one that failed.
    kept: Option<Kept>,
}

/// What was true of the card when it was saved: cheap to compare, unlike a state, which names every key.
#[derive(Debug)]
struct Kept {
    name: String,
    mark: Mark,
    expired: Vec<Purpose>,
    register: Register,
}

impl Keeper {
    /// Keeps this file.
    #[must_use]
    pub fn new(file: StateFile) -> Self {
        Self { file, kept: None }
    }

    /// Saves what is true of the card, unless the file says so already; then nothing is written or allocated. To be
    /// called after whatever may have changed the card, before anybody is told of it: what a client has seen is then on
    /// the disk, and survives the loss of power.
    ///
    /// # Errors
    /// [`StateError::FileSystem`]: the file may lag behind the card, so nothing about the card may be told. The next
    /// call tries again.
    pub fn keep(&mut self, present: Present<'_>) -> Result<(), StateError> {
        if self.kept.as_ref().is_some_and(|kept| kept.is(present)) {
            return Ok(());
        }
        self.kept = None;
        self.file.save(&State::of(present))?;
        self.kept = Some(Kept::of(present));
        Ok(())
    }
}

impl Kept {
    fn of(present: Present<'_>) -> Self {
        Self {
            name: present.name.into(),
            mark: present.card.mark(),
            expired: present.expired.into(),
            register: present.register.clone(),
        }
    }

    fn is(&self, present: Present<'_>) -> bool {
        self.mark == present.card.mark()
            && self.name == present.name
            && self.expired == present.expired
            && self.register == *present.register
    }
}

impl State {
    /// What there is to keep of what is true now.
    #[must_use]
    pub fn of(present: Present<'_>) -> Self {
        Self {
            card: present.name.into(),
            fingerprint: Fingerprint::of(present.profile),
            memory: present.card.memory(),
            expired: present.expired.into(),
            register: present.register.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResponseBuffer;
    use crate::personalise::{Keys, embedded_profile, personalise};
    use jiff::Timestamp;
    use jiff::civil::date;
    use rstest::rstest;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::PathBuf;
    use std::sync::Arc;
    use tempfile::TempDir;

    /// A card whose keeper keeps a file.
    struct Desk {
        directory: TempDir,
        profile: CardProfile,
        card: Card,
        expired: Vec<Purpose>,
        register: Register,
        keeper: Keeper,
    }

    impl Desk {
        fn new() -> Self {
            let directory = tempfile::tempdir().expect("a directory");
            let profile = embedded_profile("standard").expect("an embedded card");
            let as_of = date(2026, 11, 22);
            let image = personalise(&profile, &Keys::Stubs, as_of).expect("an image");
            let (file, _) = StateFile::open(&directory.path().join("state")).expect("a new file");
            let mut desk = Self {
                card: Card::new(Arc::new(image)).expect("a card"),
                register: Register::of(&profile, as_of).expect("its register"),
                expired: Vec::new(),
                keeper: Keeper::new(file),
                directory,
                profile,
            };
            desk.send("00A4040C0AD392F000260100000001");
            desk.keep().expect("it is saved");
            desk
        }

        fn send(&mut self, command: &str) {
            let command = hex::decode(command).expect("hex");
            self.card.exchange(&command, &mut ResponseBuffer::new()).expect("the card answers");
        }

        fn keep(&mut self) -> Result<(), StateError> {
            let Self { profile, card, expired, register, .. } = self;
            self.keeper.keep(Present { name: "standard", profile, card, expired, register })
        }

        fn state(&self) -> State {
            let Self { profile, card, expired, register, .. } = self;
            State::of(Present { name: "standard", profile, card, expired, register })
        }

        fn path(&self) -> PathBuf {
            self.directory.path().join("state")
        }

        /// Another number after the next save, which makes another file.
        fn file_number(&self) -> u64 {
            fs::metadata(self.path()).expect("the file").ino()
        }

        /// What the next server reads.
        fn on_disk(self) -> Option<State> {
            let Self { directory, keeper, .. } = self;
            drop(keeper);
            StateFile::open(&directory.path().join("state")).expect("the file").1
        }
    }

    #[rstest]
    #[case::a_wrong_value(|desk: &mut Desk| desk.send("002000980430303030"))]
    #[case::a_destruction(|desk: &mut Desk| desk.card.tamper())]
    #[case::a_certificate_that_ran_out(|desk: &mut Desk| desk.expired.push(Purpose::DigitalSignature))]
    #[case::a_suspension(|desk: &mut Desk| {
        desk.register.suspend(Purpose::UserAuthentication, Timestamp::UNIX_EPOCH).expect("it is good");
    })]
    fn what_changes_is_on_the_disk_afterwards(#[case] change: fn(&mut Desk)) {
        let mut desk = Desk::new();
        let (before, file) = (desk.state(), desk.file_number());
        change(&mut desk);
        desk.keep().expect("it is saved");
        let now = desk.state();
        assert_ne!(now, before);
        assert_ne!(desk.file_number(), file);
        assert_eq!(desk.on_disk(), Some(now));
    }

    #[rstest]
    #[case::a_selection("00A4020C020018")]
    #[case::a_query("00200098")]
    #[case::a_right_value("002000980431323334")]
    #[case::bytes_that_are_no_command("FF")]
    fn what_changes_nothing_writes_nothing_and_allocates_nothing(#[case] command: &str) {
        let mut desk = Desk::new();
        let file = desk.file_number();
        desk.send(command);
        let allocations = allocation_counter::measure(|| assert!(desk.keep().is_ok()));
        assert_eq!(allocations.count_total, 0);
        assert_eq!(desk.file_number(), file);
    }

    #[test]
    fn what_could_not_be_saved_is_tried_again_though_nothing_changed_since() {
        let mut desk = Desk::new();
        desk.send("002000980430303030");
        let in_the_way = desk.directory.path().join("state.new");
        fs::create_dir(&in_the_way).expect("a directory");
        for _ in 0..2 {
            let error = desk.keep().expect_err("a directory is in the way");
            assert!(matches!(error, StateError::FileSystem { .. }), "{error}");
        }
        fs::remove_dir(&in_the_way).expect("the directory");
        desk.keep().expect("it is saved");
        let now = desk.state();
        assert_eq!(desk.on_disk(), Some(now));
    }
}
