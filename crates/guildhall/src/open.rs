//! Opening the database and putting the application together, for every command.

use crate::config::{Common, Server};
use crate::database_file::{self, shown};
use crate::exit::Failure;
use crate::master_key::{self, Found, Place};
use crate::terminal::warn;
use crate::transfer::{self, NOTHING_HERE};
use database::Database;
use foundation::app::{App, Equipment};
use foundation::keys::Keys;
use foundation::time::system_now;
use foundation::twin::Twin;
use server::TABLES;
use std::sync::Arc;

/// The application on its database, migrated, and where its master key is.
pub(crate) struct Opened {
    pub(crate) app: App,
    pub(crate) place: Place,
    /// There was nothing of ours in the database before.
    pub(crate) is_new: bool,
}

/// What the operator gives, read and checked before anything is made.
pub(crate) struct Checked {
    equipment: Equipment,
    key: Option<Found>,
}

/// Checks what `public_url` and the options say of the application, and the master key that is given.
pub(crate) fn check(common: &Common, server: &Server, public_url: &str) -> Result<Checked, Failure> {
    let equipment = Equipment::new(server.config(public_url)).map_err(Failure::usage)?;
    Ok(Checked { equipment, key: master_key::given(common).map_err(Failure::usage)? })
}

impl Checked {
    /// The same, for a twin.
    pub(crate) fn of_twin(self, twin: Arc<Twin>) -> Self {
        Self { equipment: self.equipment.of_twin(twin), ..self }
    }
}

/// Opens for `serve`.
pub(crate) async fn open(common: &Common, checked: Checked) -> Result<Opened, Failure> {
    database_file::make_folder(common)?;
    let db = transfer::open(common).await?;
    finish(db, common, checked).await
}

async fn finish(db: Database, common: &Common, Checked { equipment, key }: Checked) -> Result<Opened, Failure> {
    transfer::check_encoding(&db).await?;
    let is_new = transfer::is_new(&db).await?;
    transfer::catch_up(&db).await?;
    let Found { keys, place } = match key {
        Some(found) => found,
        None => master_key::make(common, &db).await?,
    };
    let keys = Keys::open(&db, keys, system_now()).await.map_err(|error| error.to_string())?;
    Ok(Opened { app: App::new(db, keys, equipment, TABLES), place, is_new })
}

/// Opens for a command that works on a database that is there, with the server running or not.
pub(crate) async fn open_for_command(common: Common) -> Result<App, Failure> {
    open_with(common, Server::default()).await
}

/// The same, with options of the server that the command has too.
pub(crate) async fn open_with(common: Common, server: Server) -> Result<App, Failure> {
    let common = common.complete()?;
    let checked = check(&common, &server, LOCAL_URL)?;
    Ok(open_there(&common, checked).await?.app)
}

/// The same, for a command that is about the master key.
pub(crate) async fn open_with_place(common: Common) -> Result<Opened, Failure> {
    let common = common.complete()?;
    let checked = check(&common, &Server::default(), LOCAL_URL)?;
    open_there(&common, checked).await
}

async fn open_there(common: &Common, checked: Checked) -> Result<Opened, Failure> {
    let db = transfer::open_existing(common).await?;
    // Somebody else's, more likely than one that waits for its tables.
    if transfer::is_new(&db).await? {
        let words = format!("{NOTHING_HERE}; check --database-url (`guildhall migrate` prepares a new one)");
        return Err(Failure::not_found(words));
    }
    finish(db, common, checked).await
}

/// The same, for a command that may be the first, before any start of the server. A database is made only where the
/// operator has said where, and never quietly.
pub(crate) async fn open_or_make(common: Common) -> Result<App, Failure> {
    let common = common.complete()?;
    if !common.names_database() {
        database_file::check_exists(&common)?;
    }
    let opened = open(&common, check(&common, &Server::default(), LOCAL_URL)?).await?;
    if opened.is_new {
        warn(&format!("made a new database, for there was none: {}", shown(&common)));
    }
    Ok(opened.app)
}

const LOCAL_URL: &str = "http://127.0.0.1:7400";
