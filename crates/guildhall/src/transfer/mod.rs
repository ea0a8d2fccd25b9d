//! Taking all data out of a database and putting it into another: backup, restore, copy.

mod archive;
mod base64;
mod rows;
mod streams;

pub(crate) use archive::{Header, Reader, Writer};
pub(crate) use rows::{Loader, check_empty, dump};
pub(crate) use streams::{Archive, is_standard, stdout};

use crate::config::Common;
use crate::database_file;
use crate::exit::Failure;
use database::transfer::{Applied, applied, encoding};
use database::{Database, Engine, IsConflict, Migration, Options, Tx, Value};
use server::MIGRATIONS;
use std::fmt;

/// Why a transfer failed.
#[derive(Debug)]
pub(crate) enum Fault {
    Database(database::Error),
    Words(String),
    /// What data was to be taken from has none.
    NotFound(String),
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
            Self::Words(words) | Self::NotFound(words) => f.write_str(words),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Database(error) => error.into(),
            Fault::NotFound(words) => Self::not_found(words),
            Fault::Words(words) => words.into(),
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
pub(crate) async fn open(common: &Common) -> Result<Database, Failure> {
    let mut options = Options::new(common.database_url());
    options.connections = common.database_connections.unwrap_or(options.connections);
    options.named_statements = !common.database_unnamed_statements.unwrap_or(false);
    options.durable = !common.is_temporary;
    let opened = Database::open(&options).await;
    let place = || format!("cannot open the database {}", database_file::shown(common));
    opened.map_err(|error| Failure::from(error).after(place()))
}

/// The same, but an SQLite file that is not there stays so.
pub(crate) async fn open_existing(common: &Common) -> Result<Database, Failure> {
    database_file::check_exists(common)?;
    open(common).await
}

/// # Errors
/// When the database cannot hold every text, so that some names could not be stored.
pub(crate) async fn check_encoding(db: &Database) -> Result<(), Failure> {
    let engine = db.engine();
    match db.read(move |tx| encoding(tx, engine)).await?.as_str() {
        "UTF8" | "UTF-8" => Ok(()),
        _ if engine == Engine::Sqlite => Ok(()),
        other => Err(Failure::from(format!(
            "the database has the encoding {other}, in which not every name can be written; make another with CREATE \
             DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0, and take what is in this one there with \
             guildhall copy"
        ))),
    }
}

/// Whether nothing of guildhall is in the database yet.
pub(crate) async fn is_new(db: &Database) -> Result<bool, Failure> {
    let engine = db.engine();
    Ok(db.read(move |tx| applied(tx, engine)).await?.is_empty())
}

/// What a database is that has nothing of ours.
pub(crate) const NOTHING_HERE: &str = "there is nothing of guildhall in this database";

/// The migrations of the database that data is taken from.
///
/// # Errors
/// When it has none, and so is another's or new: whoever takes that for their data should hear of it.
pub(crate) fn migrations(tx: &mut Tx<'_>, engine: Engine) -> Result<Vec<Applied>, Fault> {
    match applied(tx, engine)? {
        none if none.is_empty() => Err(Fault::NotFound(NOTHING_HERE.into())),
        applied => Ok(applied),
    }
}

/// The names of migrations of a newer program that the database has.
pub(crate) async fn unknown(db: &Database) -> Result<Vec<String>, Failure> {
    let engine = db.engine();
    let applied = db.read(move |tx| applied(tx, engine)).await?;
    Ok(applied.into_iter().filter(is_unknown).map(|applied| applied.name).collect())
}

fn is_unknown(applied: &Applied) -> bool {
    MIGRATIONS.iter().all(|known| known.name != applied.name)
}

/// Makes an empty database ready for rows from one with these migrations: it gets the same ones.
pub(crate) async fn prepare(db: &Database, source: &[Applied]) -> Result<(), Failure> {
    if let Some(unknown) = source.iter().find(|applied| is_unknown(applied)) {
        let name = &unknown.name;
        return Err(
            format!("the data comes from a newer guildhall (migration {name} is unknown here); use that one").into()
        );
    }
    let engine = db.engine();
    let here = db.read(move |tx| check_empty(tx, engine).and_then(|()| Ok(applied(tx, engine)?)));
    let here = here.await?;
    if let Some(newer) = here.iter().find(|here| source.iter().all(|source| source.name != here.name)) {
        let name = &newer.name;
        return Err(
            format!("the data is older than the target database (it lacks migration {name}); give a new one").into()
        );
    }
    let steps: Vec<Migration> =
        MIGRATIONS.iter().copied().filter(|known| source.iter().any(|applied| applied.name == known.name)).collect();
    check_encoding(db).await?;
    db.migrate(&steps).await.map_err(cannot_migrate)?;
    let here = db.read(move |tx| applied(tx, engine)).await?;
    let same = |a: &Applied, b: &Applied| a.name == b.name && a.checksum == b.checksum;
    match source.iter().find(|source| !here.iter().any(|here| same(source, here))) {
        None => Ok(()),
        Some(other) => Err(format!("migration {} had another text where the data comes from", other.name).into()),
    }
}

/// Applies the migrations that the database does not have yet.
pub(crate) async fn catch_up(db: &Database) -> Result<(), Failure> {
    db.migrate(MIGRATIONS).await.map(drop).map_err(cannot_migrate)
}

pub(crate) fn cannot_migrate(error: database::Error) -> Failure {
    Failure::from(error).after("cannot migrate the database")
}

/// A transaction that is cut off runs again, but the rows that went through cannot be called back.
pub(crate) fn once<T>(end: Option<T>) -> Result<T, Fault> {
    end.ok_or_else(|| Fault::Words("a transaction was cut off; start again".into()))
}

/// Takes in a row of a backup.
pub(crate) fn load_record(loader: &mut Loader, tx: &mut Tx<'_>, record: &archive::Record) -> Result<(), Fault> {
    let value = |name: &str| -> Option<Value> { record.columns.get(name).and_then(archive::from_json) };
    loader.row(tx, &record.table, record.columns.len(), value)
}
