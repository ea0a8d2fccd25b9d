//! The file of an SQLite database: where it is, and who makes it. A mistyped path should be heard of.

use crate::config::{Common, DEFAULT_DATABASE_URL, sqlite_file};
use crate::exit::Failure;
use crate::whole_file::folder_of;
use std::path::{Path, PathBuf, absolute};

/// # Errors
/// When the database is an SQLite file that is not there.
pub(crate) fn check_exists(common: &Common) -> Result<(), Failure> {
    match sqlite_file(common.database_url()) {
        Some(path) if !path.exists() => Err(Failure::not_found(format!(
            "there is no database at {}; say where it is with --database-url (`guildhall serve` and `guildhall migrate` \
             make one)",
            full(path).display()
        ))),
        _ => Ok(()),
    }
}

/// For those who make a database where there is none: its folder has to be there, unless it is the default one.
///
/// # Errors
/// When the folder is not there.
pub(crate) fn check_folder(common: &Common) -> Result<(), Failure> {
    match missing_folder(common) {
        Some(folder) if common.database_url() != DEFAULT_DATABASE_URL => {
            let shown = full(folder);
            let shown = shown.display();
            let words =
                format!("there is no folder {shown}; make it first (mkdir -p {shown}), or correct --database-url");
            Err(Failure::not_found(words))
        }
        _ => Ok(()),
    }
}

/// The same, and makes the default one.
///
/// # Errors
/// When the folder is not there, or cannot be made.
pub(crate) fn make_folder(common: &Common) -> Result<(), Failure> {
    check_folder(common)?;
    let Some(folder) = missing_folder(common) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", full(folder).display()).into())
}

fn missing_folder(common: &Common) -> Option<&Path> {
    sqlite_file(common.database_url()).map(folder_of).filter(|folder| !folder.is_dir())
}

/// Which database it is, in words that hold no password.
pub(crate) fn shown(common: &Common) -> String {
    let url = common.database_url();
    match sqlite_file(url) {
        Some(path) => full(path).display().to_string(),
        None => {
            let place = url.split('?').next().unwrap_or_default();
            place.rsplit_once('@').or_else(|| place.split_once("://")).map_or("", |(_, place)| place).to_owned()
        }
    }
}

/// The path from the root on, which says in which folder we are.
pub(crate) fn full(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).or_else(|_| absolute(path)).unwrap_or_else(|_| path.to_owned())
}
