//! The socket: from its first moment for the user alone who made it, and never in the place of somebody else's.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// Why there is no control socket.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another server has it.
    #[error("another server listens on {}", .0.display())]
    InUse(PathBuf),
    /// A file of another kind stands there; it may be dear to somebody.
    #[error("{} exists and is no socket", .0.display())]
    NoSocket(PathBuf),
    /// The file system refuses.
    #[error("cannot make the control socket {}: {error}", path.display())]
    FileSystem {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl ListenError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::InUse(_) => "end the other server, or give this one a socket of its own",
            Self::NoSocket(_) => "give --control another path, or move the file away",
            Self::FileSystem { .. } => {
                "give --control a path of less than 100 bytes in a directory that exists and can be written"
            }
        }
    }
}

/// A socket that listens, and its file.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) socket: UnixListener,
    path: PathBuf,
    /// Device and inode, to know the file again.
    file: (u64, u64),
}

impl Listener {
    /// Listens at this path. A socket that nobody answers on any more gives way.
    pub(super) fn bind(path: &Path) -> Result<Self, ListenError> {
        match vacant(path) {
            Ok(true) => {}
            Ok(false) => return Err(ListenError::InUse(path.into())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(ListenError::NoSocket(path.into()));
            }
            Err(error) => return Err(ListenError::FileSystem { path: path.into(), error }),
        }
        let bound = bind_in_private(path);
        let (socket, file) = bound.map_err(|error| ListenError::FileSystem { path: path.into(), error })?;
        Ok(Self { socket, path: path.into(), file })
    }
}

impl Drop for Listener {
    /// Removes the file, unless another one has taken its place.
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|found| identity(&found) == self.file) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether a socket may be made there; `AlreadyExists` when something else than a socket stands there.
fn vacant(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
        Ok(found) if !found.file_type().is_socket() => return Err(ErrorKind::AlreadyExists.into()),
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(true),
        Err(error) => Err(error),
    }
}

/// Makes the socket where only its owner can go, closes it to all others, and moves it to its place: at no moment
/// can anybody else connect.
fn bind_in_private(path: &Path) -> io::Result<(UnixListener, (u64, u64))> {
    let room = path.with_file_name(format!(".{}", std::process::id()));
    DirBuilder::new().mode(0o700).create(&room)?;
    let made = (|| {
        let inner = room.join("s");
        let socket = UnixListener::bind(&inner)?;
        fs::set_permissions(&inner, Permissions::from_mode(0o600))?;
        let file = identity(&fs::symlink_metadata(&inner)?);
        fs::rename(&inner, path)?;
        Ok((socket, file))
    })();
    // All of it when something went wrong.
    let _ = fs::remove_dir_all(&room);
    made
}

fn identity(file: &fs::Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn room() -> (TempDir, PathBuf) {
        let room = tempfile::tempdir().expect("a directory");
        let path = room.path().join("control");
        (room, path)
    }

    #[test]
    fn the_socket_is_for_its_owner_alone_and_nothing_else_is_left_beside_it() {
        let (room, path) = room();
        let listener = Listener::bind(&path).expect("it listens");
        let mode = fs::symlink_metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        assert_eq!(fs::read_dir(room.path()).expect("a directory").count(), 1);
        UnixStream::connect(&path).expect("its owner connects");
        drop(listener);
        assert_eq!(fs::read_dir(room.path()).expect("a directory").count(), 0);
    }

    #[test]
    fn a_socket_that_a_killed_server_left_gives_way() {
        let (_room, path) = room();
        drop(UnixListener::bind(&path).expect("it listens"));
        assert!(path.exists());
        let _listener = Listener::bind(&path).expect("it listens");
        UnixStream::connect(&path).expect("to the new one");
    }

    #[test]
    fn a_server_that_lives_is_not_pushed_aside() {
        let (_room, path) = room();
        let _first = Listener::bind(&path).expect("it listens");
        let error = Listener::bind(&path).expect_err("one is enough");
        assert!(matches!(&error, ListenError::InUse(taken) if *taken == path), "{error}");
        UnixStream::connect(&path).expect("to the first one");
    }

    #[test]
    fn a_file_of_another_kind_stays() {
        let (_room, path) = room();
        fs::write(&path, "a letter").expect("written");
        let error = Listener::bind(&path).expect_err("not in its place");
        assert!(matches!(&error, ListenError::NoSocket(taken) if *taken == path), "{error}");
        assert_eq!(fs::read(&path).expect("read"), b"a letter");
    }

    #[test]
    fn a_file_that_took_the_place_of_the_socket_stays() {
        let (_room, path) = room();
        let listener = Listener::bind(&path).expect("it listens");
        fs::remove_file(&path).expect("removed");
        fs::write(&path, "a letter").expect("written");
        drop(listener);
        assert!(path.exists());
    }

    #[test]
    fn a_directory_that_is_not_there_is_told() {
        let (room, _) = room();
        let path = room.path().join("nowhere/control");
        let error = Listener::bind(&path).expect_err("nowhere");
        assert!(
            matches!(&error, ListenError::FileSystem { error, .. } if error.kind() == ErrorKind::NotFound)
        );
    }
}
