//! `guildhall backup` and `guildhall restore`

use super::print;
use crate::config::Common;
use crate::database_file;
use crate::database_lock::DatabaseLock;
use crate::exit::Failure;
use crate::master_key::opening as keys;
use crate::master_key::{Place, place};
use crate::progress::{Progress, Unit};
use crate::terminal::warn;
use crate::transfer::{self, Archive, Fault, Header, Loader, Reader, Writer, is_standard, once};
use crate::whole_file;
use clap::Args;
use database::Database;
use serde_json::json;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Writes all data to one file, while the server runs or not. It can be restored on either engine.
#[derive(Args)]
pub(crate) struct Backup {
    /// Where to, or - for stdout; a backup that is there already is replaced once the new one is whole
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// Puts a backup into a database that is empty. No server may run on it.
#[derive(Args)]
pub(crate) struct Restore {
    /// What `guildhall backup` wrote, or - for stdin
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Backup {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let common = self.common.complete()?;
        // Stdout has the backup, so what is said goes elsewhere.
        let (say, name): (fn(&str), _) = match is_standard(&self.file) {
            true => (warn, "stdout".into()),
            false => (print, self.file.display().to_string()),
        };
        if self.json && is_standard(&self.file) {
            return Err(Failure::usage("--json: stdout has the backup already; give it a file"));
        }
        let db = transfer::open_existing(&common).await?;
        let count = if is_standard(&self.file) { to_stdout(&db).await } else { to_file(&db, &self.file).await };
        let count = count?;
        if self.json {
            let said = json!({ "file": name, "rows": count, "master_key_id": keys::needed(&db).await? });
            print(&said.to_string());
            db.close().await;
            return Ok(());
        }
        say(&format!("wrote {count} rows to {name}"));
        say("The master key is not in it, and no server runs on a restored copy without it. Keep the key, elsewhere:");
        say(&match (place(&common, &db).await?, keys::open(&common, &db).await) {
            (Place::Nowhere, _) => "this command was not given it.".to_owned(),
            (place, Ok(_)) => format!("it is in {place}."),
            (place, Err(why)) => format!("it is not the one in {place}: {why}."),
        });
        if let Some(id) = keys::needed(&db).await? {
            say(&format!("Its id is {id}, also where it is replaced later: `guildhall restore` will ask for it."));
        }
        db.close().await;
        Ok(())
    }
}

async fn to_stdout(db: &Database) -> Result<u64, Failure> {
    let mut out = Some(transfer::stdout().map_err(|error| format!("cannot write to stdout: {error}"))?);
    Ok(write(db, move || once(out.take())).await?)
}

async fn to_file(db: &Database, file: &Path) -> Result<u64, Failure> {
    check_replaceable(file)?;
    let draft = draft_of(file)?;
    let path = draft.clone();
    let written = write(db, move || {
        // Made anew each time: the transaction may run again.
        let _ = std::fs::remove_file(&path);
        whole_file::create(&path).map_err(|error| Fault::Words(format!("cannot write {}: {error}", path.display())))
    });
    let named = written.await.map_err(Failure::from).and_then(|count| {
        let renamed = whole_file::rename(&draft, file);
        renamed.map(|()| count).map_err(|error| format!("cannot write {}: {error}", file.display()).into())
    });
    if named.is_err() {
        // Half a backup is of no use; where it cannot be removed, the error says more than this one would.
        let _ = std::fs::remove_file(&draft);
    }
    named
}

/// Only a backup gives way to a backup, or a file with nothing in it: not the database, and not its key.
fn check_replaceable(file: &Path) -> Result<(), String> {
    // A pipe has no name that could be given to something else, and reading one waits for whoever writes to it.
    let is_device = ["/dev", "/proc"].iter().any(|folder| file.starts_with(folder));
    match std::fs::metadata(file) {
        Ok(there) if is_device || !(there.is_file() || there.is_dir()) => {
            Err(format!("{} is no file; write - for stdout", file.display()))
        }
        Ok(there) if !(there.is_file() && there.len() == 0 || is_backup(file)) => {
            Err(format!("{} is there and is no backup; give another name", file.display()))
        }
        _ => Ok(()),
    }
}

fn is_backup(file: &Path) -> bool {
    File::open(file).is_ok_and(|file| Reader::new(file, Progress::unseen()).is_ok())
}

/// The name until it is whole, in the same folder.
fn draft_of(file: &Path) -> Result<PathBuf, String> {
    let name = file.file_name().ok_or_else(|| format!("{} is no name of a file", file.display()))?;
    Ok(file.with_file_name(format!("{}.{}.part", name.to_string_lossy(), std::process::id())))
}

async fn write(db: &Database, mut begin: impl FnMut() -> Result<File, Fault> + Send + 'static) -> Result<u64, Fault> {
    let engine = db.engine();
    let progress = Progress::new("backup", Unit::Rows);
    db.read(move |tx| {
        let file = begin()?;
        let migrations = transfer::migrations(tx, engine)?;
        let mut archive = Writer::new(file, Header::new(transfer::engine_name(engine).into(), migrations))?;
        transfer::dump(tx, engine, &progress, |table, row| archive.row(table, row))?;
        match archive.finish()? {
            0 => Err(Fault::Words("the database is empty, so nothing was written".into())),
            count => Ok(count),
        }
    })
    .await
}

impl Restore {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let common = self.common.complete()?;
        // All of it is read once before anything is touched, and once more while it is loaded.
        let archive = Archive::open(&self.file)?;
        let header = verify(&archive)?;
        database_file::make_folder(&common)?;
        let _lock = DatabaseLock::take(common.database_url())?;
        let db = transfer::open(&common).await?;
        transfer::prepare(&db, &header.migrations).await?;
        let count =
            load(&db, archive, header).await.map_err(|fault| Failure::from(fault).after("nothing was restored"))?;
        transfer::catch_up(&db).await?;
        if !self.json {
            print(&format!("restored {count} rows"));
        }
        let place = place(&common, &db).await?;
        let opened = keys::open(&common, &db).await;
        let needed = keys::needed_in_words(&db).await?;
        db.close().await;
        let words = format!(
            "Start the server with the master key of the database that the backup was made of, as it was \
             then{needed} (--master-key-file or GUILDHALL_MASTER_KEY)."
        );
        match (place, opened) {
            (place, opened) if self.json && (place == Place::Nowhere || opened.is_ok()) => {
                print(&json!({ "rows": count, "master_key_opens": place != Place::Nowhere }).to_string());
            }
            (Place::Nowhere, _) => print(&words),
            (place, Ok(_)) => print(&format!("the master key in {place} opens it")),
            (place, Err(_)) => {
                return Err(format!("the data is here, but the key in {place} does not open it. {words}").into());
            }
        }
        Ok(())
    }
}

fn verify(archive: &Archive) -> Result<Header, Fault> {
    let mut archive = archive.read(Progress::new("check", Unit::Bytes))?;
    while archive.next()?.is_some() {}
    Ok(archive.header)
}

async fn load(db: &Database, archive: Archive, header: Header) -> Result<u64, Fault> {
    let engine = db.engine();
    let progress = Progress::new("restore", Unit::Bytes);
    db.write(move |tx| {
        let mut archive = archive.read(progress.clone())?;
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
