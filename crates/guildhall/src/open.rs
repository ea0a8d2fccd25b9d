//! Opening the database and putting the application together, for every command.

use crate::config::{Common, Server};
use crate::database_file::{self, shown};
use crate::master_key::{self, Found, Place};
use crate::terminal::warn;
use crate::transfer::{self, NOTHING_HERE};
use database::Database;
use foundation::app::App;
use foundation::keys::Keys;
use foundation::time::system_now;
use server::TABLES;

/// The application on its database, migrated, and where its master key is.
pub(crate) struct Opened {
    pub(crate) app: App,
    pub(crate) place: Place,
    /// There was nothing of ours in the database before.
    pub(crate) is_new: bool,
}

/// Opens for `serve`.
pub(crate) async fn open(common: &Common, server: &Server, public_url: String) -> Result<Opened, String> {
    database_file::check_folder(common)?;
    let db = transfer::open(common).await?;
    finish(db, common, server, public_url).await
}

async fn finish(db: Database, common: &Common, server: &Server, public_url: String) -> Result<Opened, String> {
    transfer::check_encoding(&db).await?;
    let is_new = transfer::is_new(&db).await?;
    transfer::catch_up(&db).await?;
    let Found { keys, place } = master_key::find(common, &db).await?;
    let keys = Keys::open(&db, keys, system_now()).await.map_err(|error| error.to_string())?;
    let app = App::new(db, keys, server.config(&public_url), TABLES).map_err(|error| error.to_string())?;
    Ok(Opened { app, place, is_new })
}

/// Opens for a command that works on a database that is there, with the server running or not.
pub(crate) async fn open_for_command(common: Common) -> Result<App, String> {
    Ok(open_with_place(common).await?.app)
}

/// The same, for a command that is about the master key.
pub(crate) async fn open_with_place(common: Common) -> Result<Opened, String> {
    let common = common.complete()?;
    let db = transfer::open_existing(&common).await?;
    // Somebody else's, more likely than one that waits for its tables.
    if transfer::is_new(&db).await? {
        return Err(format!("{NOTHING_HERE}; check --database-url (`guildhall migrate` prepares a new one)"));
    }
    finish(db, &common, &Server::default(), LOCAL_URL.into()).await
}

/// The same, for a command that may be the first, before any start of the server. A database is made only where the
/// operator has said where, and never quietly.
pub(crate) async fn open_or_make(common: Common) -> Result<App, String> {
    let common = common.complete()?;
    if !common.names_database() {
        database_file::check_exists(&common)?;
    }
    let opened = open(&common, &Server::default(), LOCAL_URL.into()).await?;
    if opened.is_new {
        warn(&format!("made a new database, for there was none: {}", shown(&common)));
    }
    Ok(opened.app)
}

const LOCAL_URL: &str = "http://127.0.0.1:7400";
