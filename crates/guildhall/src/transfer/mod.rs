//! Taking all data out of a database and putting it into another: backup, restore, copy.

mod archive;
mod base64;
mod rows;

pub(crate) use archive::{Header, Reader, Writer};
pub(crate) use rows::{Loader, check_empty, dump};

use crate::config::{Common, sqlite_file};
use database::transfer::{Applied, applied};
use database::{Database, Engine, IsConflict, Migration, Options, Tx, Value};
use server::MIGRATIONS;
use std::fmt;

/// Why a transfer failed.
#[derive(Debug)]
pub(crate) enum Fault {
    Database(database::Error),
    Words(String),
}

impl From<database::Error> for Fault {
    fn from(error: database::Error) -> Self {
        Self::Database(error)
    }
}

impl IsConflict for Fault {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_conflict())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::Words(words) => f.write_str(words),
        }
    }
}

/// How people call the engine.
pub(crate) fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

/// Opens the database as it is: nothing is migrated, no key is made.
pub(crate) async fn open(common: &Common) -> Result<Database, String> {
    let mut options = Options::new(common.database_url());
    options.connections = common.database_connections.unwrap_or(options.connections);
    options.named_statements = !common.database_unnamed_statements.unwrap_or(false);
    Database::open(&options).await.map_err(|error| format!("cannot open the database: {error}"))
}

/// The same, but an SQLite file that is not there stays so.
pub(crate) async fn open_existing(common: &Common) -> Result<Database, String> {
    check_exists(common)?;
    open(common).await
}

/// # Errors
/// When the database is an SQLite file that is not there.
pub(crate) fn check_exists(common: &Common) -> Result<(), String> {
    match sqlite_file(common.database_url()) {
        Some(path) if !path.exists() => Err(format!("there is no database at {}", path.display())),
        _ => Ok(()),
    }
}

/// The migrations of the database that data is taken from.
///
/// # Errors
/// When it has none, and so is another's or new: whoever takes that for their data should hear of it.
pub(crate) fn migrations(tx: &mut Tx<'_>, engine: Engine) -> Result<Vec<Applied>, Fault> {
    match applied(tx, engine)? {
        none if none.is_empty() => Err(Fault::Words("there is nothing of guildhall in this database".into())),
        applied => Ok(applied),
    }
}

/// The names of migrations of a newer program that the database has.
pub(crate) async fn unknown(db: &Database) -> Result<Vec<String>, String> {
    let engine = db.engine();
    let applied = db.read(move |tx| applied(tx, engine)).await.map_err(|error| error.to_string())?;
    Ok(applied.into_iter().filter(is_unknown).map(|applied| applied.name).collect())
}

fn is_unknown(applied: &Applied) -> bool {
    MIGRATIONS.iter().all(|known| known.name != applied.name)
}

/// Makes an empty database ready for rows from one with these migrations: it gets the same ones.
pub(crate) async fn prepare(db: &Database, source: &[Applied]) -> Result<(), String> {
    if let Some(unknown) = source.iter().find(|applied| is_unknown(applied)) {
        let name = &unknown.name;
        return Err(format!("the data comes from a newer guildhall (migration {name} is unknown here); use that one"));
    }
    let engine = db.engine();
    let here = db.read(move |tx| check_empty(tx, engine).and_then(|()| Ok(applied(tx, engine)?)));
    let here = here.await.map_err(|fault| fault.to_string())?;
    if let Some(newer) = here.iter().find(|here| source.iter().all(|source| source.name != here.name)) {
        let name = &newer.name;
        return Err(format!("the data is older than the target database (it lacks migration {name}); give a new one"));
    }
    let steps: Vec<Migration> =
        MIGRATIONS.iter().copied().filter(|known| source.iter().any(|applied| applied.name == known.name)).collect();
    db.migrate(&steps).await.map_err(|error| format!("cannot migrate the database: {error}"))?;
    let here = db.read(move |tx| applied(tx, engine)).await.map_err(|error| error.to_string())?;
    let same = |a: &Applied, b: &Applied| a.name == b.name && a.checksum == b.checksum;
    match source.iter().find(|source| !here.iter().any(|here| same(source, here))) {
        None => Ok(()),
        Some(other) => Err(format!("migration {} had another text where the data comes from", other.name)),
    }
}

/// Applies the migrations that the database does not have yet.
pub(crate) async fn catch_up(db: &Database) -> Result<(), String> {
    db.migrate(MIGRATIONS).await.map(drop).map_err(|error| format!("cannot migrate the database: {error}"))
}

/// Takes in a row of a backup.
pub(crate) fn load_record(loader: &mut Loader, tx: &mut Tx<'_>, record: &archive::Record) -> Result<(), Fault> {
    let value = |name: &str| -> Option<Value> { record.columns.get(name).and_then(archive::from_json) };
    loader.row(tx, &record.table, record.columns.len(), value)
}
