//! `guildhall migrate`

use super::print;
use crate::config::Common;
use crate::database_file;
use crate::exit::Failure;
use crate::progress::{Progress, Unit};
use crate::transfer::{self, cannot_migrate};
use clap::Args;
use database::Database;
use database::transfer::pending;
use serde_json::json;
use server::MIGRATIONS;

/// Brings the database up to date. The server does so too, at every start.
#[derive(Args)]
pub(crate) struct Migrate {
    /// Only say what is to be done; fails if there is something
    #[arg(long)]
    check: bool,
    /// Print one JSON object a step
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Migrate {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let common = self.common.complete()?;
        if self.check {
            return check(&common, self.json).await;
        }
        database_file::make_folder(&common)?;
        let db = transfer::open(&common).await?;
        transfer::check_encoding(&db).await?;
        let applied = apply(&db).await?;
        say("applied", &applied, self.json);
        say_newer(&db, self.json).await?;
        db.close().await;
        Ok(())
    }
}

/// Applies one step after the other; which ones were missing.
async fn apply(db: &Database) -> Result<Vec<&'static str>, Failure> {
    let (engine, progress) = (db.engine(), Progress::new("migrate", Unit::Steps));
    let names = db.read(move |tx| pending(tx, engine, MIGRATIONS)).await.map_err(cannot_migrate)?;
    progress.begin(names.len() as u64);
    let mut applied = Vec::new();
    for name in names {
        progress.at(name);
        let until = MIGRATIONS.iter().take_while(|known| known.name != name).count();
        applied.extend(db.migrate(MIGRATIONS.get(..=until).unwrap_or(MIGRATIONS)).await.map_err(cannot_migrate)?);
        progress.add(1);
    }
    progress.end();
    // Another may have begun meanwhile, and then there is nothing to do here but to wait for it.
    applied.extend(db.migrate(MIGRATIONS).await.map_err(cannot_migrate)?);
    Ok(applied)
}

fn say(status: &str, names: &[&str], as_json: bool) {
    for name in names {
        print(&match as_json {
            true => json!({ "migration": name, "status": status }).to_string(),
            false => format!("{status} {name}"),
        });
    }
    if names.is_empty() && !as_json {
        print("the database is up to date");
    }
}

async fn say_newer(db: &Database, as_json: bool) -> Result<(), Failure> {
    for name in transfer::unknown(db).await? {
        print(&match as_json {
            true => json!({ "migration": name, "status": "newer" }).to_string(),
            false => format!("{name} is of a newer program"),
        });
    }
    Ok(())
}

async fn check(common: &Common, as_json: bool) -> Result<(), Failure> {
    let missing = crate::config::sqlite_file(common.database_url()).is_some_and(|path| !path.exists());
    let names: Vec<&str> = if missing {
        MIGRATIONS.iter().map(|migration| migration.name).collect()
    } else {
        let db = transfer::open(common).await?;
        let engine = db.engine();
        let names = db.read(move |tx| pending(tx, engine, MIGRATIONS)).await?;
        say_newer(&db, as_json).await?;
        db.close().await;
        names
    };
    say("pending", &names, as_json);
    match names.len() {
        0 => Ok(()),
        n => Err(format!("{n} to be applied; `guildhall migrate` or a start of the server does it").into()),
    }
}
