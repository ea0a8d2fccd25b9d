//! `guildhall migrate`

use super::print;
use crate::config::Common;
use crate::database_file;
use crate::transfer;
use clap::Args;
use database::Database;
use database::transfer::pending;
use server::MIGRATIONS;

/// Brings the database up to date. The server does so too, at every start.
#[derive(Args)]
pub(crate) struct Migrate {
    /// Only say what is to be done; fails if there is something
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    common: Common,
}

impl Migrate {
    pub(crate) async fn run(self) -> Result<(), String> {
        let common = self.common.complete()?;
        if self.check {
            return check(&common).await;
        }
        database_file::make_folder(&common)?;
        let db = transfer::open(&common).await?;
        transfer::check_encoding(&db).await?;
        let applied = db.migrate(MIGRATIONS).await.map_err(|error| format!("cannot migrate the database: {error}"))?;
        for name in &applied {
            print(&format!("applied {name}"));
        }
        if applied.is_empty() {
            print("the database is up to date");
        }
        say_newer(&db).await?;
        db.close().await;
        Ok(())
    }
}

async fn say_newer(db: &Database) -> Result<(), String> {
    for name in transfer::unknown(db).await? {
        print(&format!("{name} is of a newer program"));
    }
    Ok(())
}

async fn check(common: &Common) -> Result<(), String> {
    let missing = crate::config::sqlite_file(common.database_url()).is_some_and(|path| !path.exists());
    let names: Vec<&str> = if missing {
        MIGRATIONS.iter().map(|migration| migration.name).collect()
    } else {
        let db = transfer::open(common).await?;
        let engine = db.engine();
        let names = db.read(move |tx| pending(tx, engine, MIGRATIONS)).await.map_err(|error| error.to_string())?;
        say_newer(&db).await?;
        db.close().await;
        names
    };
    for name in &names {
        print(&format!("pending {name}"));
    }
    match names.len() {
        0 => {
            print("the database is up to date");
            Ok(())
        }
        n => Err(format!("{n} to be applied; `guildhall migrate` or a start of the server does it")),
    }
}
