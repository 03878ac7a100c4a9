//! What can be wrong with an image.

/// Why an image is none that a card can hold: the fault of whoever personalised it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// An application's name is too short or too long.
    #[error("the name of an application has {0} bytes; 5 to 16 are possible")]
    NameLength(usize),
    /// Two applications have the same name.
    #[error("two applications have the name {0}")]
    NameTwice(String),
    /// More applications than a card can hold.
    #[error("a card holds at most 255 applications")]
    TooManyApplications,
    /// A file identifier outside 0001 to 001E: it would have no short identifier.
    #[error("file {file:04X} of application {application} is not among 0001 to 001E")]
    FileIdentifier {
        /// Name of the application, as hex.
        application: String,
        /// The identifier.
        file: u16,
    },
    /// Two files of one application have the same identifier.
    #[error("application {application} has two files {file:04X}")]
    FileTwice {
        /// Name of the application, as hex.
        application: String,
        /// The identifier.
        file: u16,
    },
    /// A file, record or data object is longer than any response.
    #[error("{0} bytes are more than one file, record or data object can have")]
    TooLong(usize),
    /// More keys than there are bits in the security status.
    #[error("a card holds at most 31 keys that VERIFY names")]
    TooManyKeys,
    /// The value of a key is longer than 16 bytes.
    #[error("the value of key {file:04X} of application {application} is longer than 16 bytes")]
    ValueTooLong {
        /// Name of the application, as hex.
        application: String,
        /// Identifier of the key file.
        file: u16,
    },
    /// A file asks for a key that its application does not have.
    #[error("application {application} has no key {key:04X} that could open a file")]
    NoSuchKey {
        /// Name of the application, as hex.
        application: String,
        /// Identifier of the key file.
        key: u16,
    },
    /// A knob has a value that no card plays.
    #[error("knob {knob} cannot be \"{value}\"; it is one of {allowed}")]
    Knob {
        /// Name of the knob.
        knob: &'static str,
        /// What the profile says.
        value: String,
        /// What it can be.
        allowed: &'static str,
    },
}
