//! A definition becomes a file: whole or not at all, and never over one that somebody else has written.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Why a definition was not written.
#[derive(Debug)]
pub enum Refused {
    /// There is one already, and nobody said to replace it.
    Exists,
    /// A link, a folder or a device is in its place.
    NotAFile,
    /// What the system says.
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Writes the text to `path`. With `replace`, over a file that is there; a link is not followed in either case.
///
/// The text is written beside the place and then moved there, so that a reader, or a run that is killed, never leaves half a
/// definition.
///
/// # Errors
/// The place is then what it was before.
pub fn write(path: &Path, text: &str, replace: bool) -> Result<(), Refused> {
    match path.symlink_metadata() {
        Ok(meta) if !meta.is_file() => return Err(Refused::NotAFile),
        Ok(_) if !replace => return Err(Refused::Exists),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Err(Refused::NotAFile) };
    // Hidden, and with an ending that makes it no definition.
    let staged = folder.join(format!(".{}.new", name.to_string_lossy()));
    let mut file = match File::create_new(&staged) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Of a run that was killed. Removing a link removes the link.
            fs::remove_file(&staged)?;
            File::create_new(&staged)?
        }
        result => result?,
    };
    let moved = file.write_all(text.as_bytes()).map_err(Refused::from).and_then(|()| {
        drop(file);
        if replace { fs::rename(&staged, path).map_err(Refused::from) } else { move_anew(&staged, path) }
    });
    if moved.is_err() {
        let _ = fs::remove_file(&staged);
    }
    moved
}

/// Unlike a rename, a hard link does not take the place of a file that came in the meantime.
fn move_anew(staged: &Path, path: &Path) -> Result<(), Refused> {
    match fs::hard_link(staged, path) {
        Ok(()) => fs::remove_file(staged).map_err(Refused::from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Refused::Exists),
        // A file system without hard links.
        Err(_) => fs::rename(staged, path).map_err(Refused::from),
    }
}
