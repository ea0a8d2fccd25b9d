//! `guildhall backup` and `guildhall restore`

use super::print;
use crate::config::Common;
use crate::database_lock::DatabaseLock;
use crate::master_key::opening as keys;
use crate::master_key::{Place, place};
use crate::transfer::{self, Fault, Header, Loader, Reader, Writer};
use crate::whole_file;
use clap::Args;
use database::Database;
use std::path::{Path, PathBuf};

/// Writes all data to one file, while the server runs or not. It can be restored on either engine.
#[derive(Args)]
pub(crate) struct Backup {
    /// Where to; a backup that is there already is replaced once the new one is whole
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// Puts a backup into a database that is empty. No server may run on it.
#[derive(Args)]
pub(crate) struct Restore {
    /// What `guildhall backup` wrote
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Backup {
    pub(crate) async fn run(self) -> Result<(), String> {
        let common = self.common.complete()?;
        check_replaceable(&self.file)?;
        let db = transfer::open_existing(&common).await?;
        let draft = draft_of(&self.file)?;
        let written = write(&db, draft.clone()).await.map_err(|fault| fault.to_string());
        let named = written.and_then(|count| {
            let renamed = whole_file::rename(&draft, &self.file);
            renamed.map(|()| count).map_err(|error| format!("cannot write {}: {error}", self.file.display()))
        });
        if named.is_err() {
            // Half a backup is of no use; where it cannot be removed, the error says more than this one would.
            let _ = std::fs::remove_file(&draft);
        }
        print(&format!("wrote {} rows to {}", named?, self.file.display()));
        print(
            "The master key is not in it, and no server runs on a restored copy without it. Keep the key, elsewhere:",
        );
        print(&format!("it is in {}.", place(&common, &db).await?));
        if let Some(id) = keys::needed(&db).await? {
            print(&format!("Its id is {id}, also where it is replaced later: `guildhall restore` will ask for it."));
        }
        db.close().await;
        Ok(())
    }
}

/// Only a backup gives way to a backup, or a file with nothing in it: not the database, and not its key.
fn check_replaceable(file: &Path) -> Result<(), String> {
    match std::fs::metadata(file) {
        Ok(there) if !(there.is_file() && there.len() == 0) && Reader::open(file).is_err() => {
            Err(format!("{} is there and is no backup; give another name", file.display()))
        }
        _ => Ok(()),
    }
}

/// The name until it is whole, in the same folder.
fn draft_of(file: &Path) -> Result<PathBuf, String> {
    let name = file.file_name().ok_or_else(|| format!("{} is no name of a file", file.display()))?;
    Ok(file.with_file_name(format!("{}.{}.part", name.to_string_lossy(), std::process::id())))
}

async fn write(db: &Database, path: PathBuf) -> Result<u64, Fault> {
    let engine = db.engine();
    db.read(move |tx| {
        // Made anew each time: the transaction may run again.
        let _ = std::fs::remove_file(&path);
        let file = whole_file::create(&path)
            .map_err(|error| Fault::Words(format!("cannot write {}: {error}", path.display())))?;
        let migrations = transfer::migrations(tx, engine)?;
        let mut archive = Writer::new(file, Header::new(transfer::engine_name(engine).into(), migrations))?;
        transfer::dump(tx, engine, |table, row| archive.row(table, row))?;
        match archive.finish()? {
            0 => Err(Fault::Words("the database is empty, so nothing was written".into())),
            count => Ok(count),
        }
    })
    .await
}

impl Restore {
    pub(crate) async fn run(self) -> Result<(), String> {
        let common = self.common.complete()?;
        // All of it is read once before anything is touched, and once more while it is loaded.
        let header = verify(&self.file).map_err(|fault| fault.to_string())?;
        let _lock = DatabaseLock::take(common.database_url())?;
        let db = transfer::open(&common).await?;
        transfer::prepare(&db, &header.migrations).await?;
        let count = load(&db, self.file, header).await.map_err(|fault| format!("nothing was restored: {fault}"))?;
        transfer::catch_up(&db).await?;
        print(&format!("restored {count} rows"));
        let place = place(&common, &db).await?;
        let opened = keys::open(&common, &db).await;
        let needed = keys::needed_in_words(&db).await?;
        db.close().await;
        let words = format!(
            "Start the server with the master key of the database that the backup was made of, as it was \
             then{needed} (--master-key-file or GUILDHALL_MASTER_KEY)."
        );
        match (place, opened) {
            (Place::Nowhere, _) => print(&words),
            (place, Ok(_)) => print(&format!("the master key in {place} opens it")),
            (place, Err(_)) => {
                return Err(format!("the data is here, but the key in {place} does not open it. {words}"));
            }
        }
        Ok(())
    }
}

fn verify(path: &Path) -> Result<Header, Fault> {
    let mut archive = Reader::open(path)?;
    while archive.next()?.is_some() {}
    Ok(archive.header)
}

async fn load(db: &Database, path: PathBuf, header: Header) -> Result<u64, Fault> {
    let engine = db.engine();
    db.write(move |tx| {
        let mut archive = Reader::open(&path)?;
        if archive.header != header {
            return Err(Fault::Words("the file was replaced meanwhile".into()));
        }
        let mut loader = Loader::start(tx, engine)?;
        while let Some(record) = archive.next()? {
            transfer::load_record(&mut loader, tx, &record)?;
        }
        loader.finish(tx)
    })
    .await
}
