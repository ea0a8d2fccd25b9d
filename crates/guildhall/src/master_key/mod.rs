//! Where the master key comes from.

pub(crate) mod opening;

use crate::config::{Common, sqlite_file};
use crate::whole_file;
use database::Database;
use foundation::keys::{MasterKey, MasterKeys};
use opening::{has_rows, needed_in_words};
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The table of the development key, which never leaves its database.
pub(crate) const DEVELOPMENT_KEY: &str = "embedded_master_key";

/// Where a database's master key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// `GUILDHALL_MASTER_KEY`
    Variable,
    /// `--master-key-file`
    Given(PathBuf),
    /// Made by the server, beside an SQLite database.
    Beside(PathBuf),
    /// Made by the server, inside the database: good enough for development only.
    Inside,
    Nowhere,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable => f.write_str("the variable GUILDHALL_MASTER_KEY"),
            Self::Given(path) | Self::Beside(path) => write!(f, "the file {}", path.display()),
            Self::Inside => write!(
                f,
                "the database itself, for development only; save it with psql DATABASE_URL -Atc 'SELECT key_text FROM \
                 {DEVELOPMENT_KEY}' > master.key"
            ),
            Self::Nowhere => f.write_str("nowhere yet"),
        }
    }
}

/// Master keys, and where they were found.
pub(crate) struct Found {
    pub(crate) keys: MasterKeys,
    pub(crate) place: Place,
}

/// Where an SQLite server keeps the master key it made itself.
pub(crate) fn beside(url: &str) -> Option<PathBuf> {
    sqlite_file(url).map(|path| path.parent().map_or_else(|| PathBuf::from("master.key"), |d| d.join("master.key")))
}

/// Where the operator says that it is.
fn named(common: &Common) -> Option<Place> {
    // Here an empty variable is not an unset one: a secret that did not arrive must not be replaced by one made up (T-67).
    match std::env::var_os("GUILDHALL_MASTER_KEY") {
        Some(_) => Some(Place::Variable),
        None => common.master_key_file.clone().map(Place::Given),
    }
}

/// Where the master key is; none is made.
pub(crate) async fn place(common: &Common, db: &Database) -> Result<Place, String> {
    Ok(match (named(common), beside(common.database_url())) {
        (Some(place), _) => place,
        (None, Some(path)) if path.exists() => Place::Beside(path),
        (None, None) if has_rows(db, DEVELOPMENT_KEY).await? => Place::Inside,
        (None, _) => Place::Nowhere,
    })
}

/// The keys from `GUILDHALL_MASTER_KEY`, from the file, or from the one beside an SQLite database. `None` where there are
/// none yet, and [`make`] is to make one.
pub(crate) fn given(common: &Common) -> Result<Option<Found>, String> {
    let beside = || beside(common.database_url()).filter(|path| path.exists()).map(Place::Beside);
    let Some(place) = named(common).or_else(beside) else { return Ok(None) };
    let keys = match &place {
        Place::Given(path) => MasterKeys::read(path).map_err(|why| format!("--master-key-file: {why}"))?,
        Place::Beside(path) => MasterKeys::read(path)?,
        _ => MasterKeys::parse(&std::env::var("GUILDHALL_MASTER_KEY").unwrap_or_default())
            .map_err(|why| format!("GUILDHALL_MASTER_KEY: {why}"))?,
    };
    Ok(Some(Found { keys, place }))
}

/// Whether the key of a server with these options is in the database that it protects.
pub(crate) fn is_inside(common: &Common) -> bool {
    named(common).is_none() && beside(common.database_url()).is_none()
}

/// A key that is made up: on SQLite in a file beside the database, on PostgreSQL in the database. There it may have been made
/// before.
pub(crate) async fn make(common: &Common, db: &Database) -> Result<Found, String> {
    let Some(path) = beside(common.database_url()) else {
        if !has_rows(db, DEVELOPMENT_KEY).await? {
            require_new(db, "no master key was given").await?;
        }
        let keys = MasterKeys::embedded(db, foundation::time::system_now()).await.map_err(|error| error.to_string())?;
        return Ok(Found { keys, place: Place::Inside });
    };
    // Another process may have made it a moment ago.
    if !path.exists() {
        require_new(db, &format!("there is no master key at {}", path.display())).await?;
        make_file(&path)?;
    }
    Ok(Found { keys: MasterKeys::read(&path)?, place: Place::Beside(path) })
}

/// A key that is made up opens nothing that is there already.
async fn require_new(db: &Database, why: &str) -> Result<(), String> {
    if !has_rows(db, "data_keys").await? {
        return Ok(());
    }
    let id = needed_in_words(db).await?;
    Err(format!("{why}, and the database needs the one it had{id}: give --master-key-file or GUILDHALL_MASTER_KEY"))
}

/// Makes the file. Of two processes that do so at once, one does.
fn make_file(path: &Path) -> Result<(), String> {
    let key = MasterKey::generate().map_err(|error| error.to_string())?;
    let fault = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = whole_file::create(&draft).map_err(fault)?;
    file.write_all(format!("{}\n", key.to_text()).as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).map_err(fault)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(fault(error)),
        _ => Ok(()),
    }
}
