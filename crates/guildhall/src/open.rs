//! Opening the database and putting the application together, for every command.

use crate::config::{Common, Server};
use crate::master_key::{self, Found, Place};
use crate::transfer;
use foundation::app::App;
use foundation::keys::Keys;
use foundation::time::system_now;
use server::TABLES;

/// The application on its database, migrated, and where its master key is.
pub(crate) struct Opened {
    pub(crate) app: App,
    pub(crate) place: Place,
}

/// Opens for `serve`.
pub(crate) async fn open(common: &Common, server: &Server, public_url: String) -> Result<Opened, String> {
    let db = transfer::open(common).await?;
    transfer::catch_up(&db).await?;
    let Found { keys, place } = master_key::find(common, &db).await?;
    let keys = Keys::open(&db, keys, system_now()).await.map_err(|error| error.to_string())?;
    let app = App::new(db, keys, server.config(&public_url), TABLES).map_err(|error| error.to_string())?;
    Ok(Opened { app, place })
}

/// Opens for a command that works on a database that is there, with the server running or not.
pub(crate) async fn open_for_command(common: Common) -> Result<App, String> {
    Ok(open_with_place(common).await?.app)
}

/// The same, for a command that is about the master key.
pub(crate) async fn open_with_place(common: Common) -> Result<Opened, String> {
    let common = common.complete()?;
    transfer::check_exists(&common)?;
    open(&common, &Server::default(), LOCAL_URL.into()).await
}

/// The same, for a command that may be the first: it makes a database where there is none.
pub(crate) async fn open_or_make(common: Common) -> Result<App, String> {
    Ok(open(&common.complete()?, &Server::default(), LOCAL_URL.into()).await?.app)
}

const LOCAL_URL: &str = "http://127.0.0.1:7400";
