//! `guildhall copy`

use super::print;
use crate::config::{COMMON, Common};
use crate::database_file;
use crate::database_lock::DatabaseLock;
use crate::exit::Failure;
use crate::master_key::opening as keys;
use crate::master_key::{Place, place as place_of};
use crate::progress::{Progress, Unit};
use crate::transfer::{self, Fault, Loader, once};
use clap::Args;
use database::transfer::Table;
use database::{Database, Value};
use foundation::secret::Secret;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// How many rows may wait between the two databases.
const WAITING: usize = 1024;

/// Copies all data into a database that is empty, from one engine to the other if wanted. Stop the servers first: what
/// they write meanwhile is not copied.
#[derive(Args)]
pub(crate) struct Copy {
    /// `sqlite:PATH` or `postgres://…`
    #[arg(long, value_name = "URL")]
    from: String,
    /// The same; no server may run on it
    #[arg(long, value_name = "URL")]
    to: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The file with the master key of both; on SQLite, `master.key` beside the source is used when there
    #[arg(help_heading = COMMON, long, env = "GUILDHALL_MASTER_KEY_FILE", value_name = "PATH")]
    master_key_file: Option<PathBuf>,
    /// Never use named prepared statements; for PgBouncer before 1.21 in transaction mode
    #[arg(help_heading = COMMON, long, env = "GUILDHALL_DATABASE_UNNAMED_STATEMENTS", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    database_unnamed_statements: Option<bool>,
}

enum Message {
    Row(Arc<Table>, Vec<Value>),
    /// All rows came before; without it the source failed.
    End,
}

impl Copy {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let common = |url: &str| Common {
            database_url: Some(Secret::new(url)),
            master_key_file: self.master_key_file.clone(),
            database_connections: None,
            database_unnamed_statements: self.database_unnamed_statements,
            config: None,
            is_temporary: false,
        };
        let (from, to) = (common(&self.from), common(&self.to));
        let of_source = |error: Failure| error.after("--from");
        let of_target = |error: Failure| error.after("--to");
        database_file::check_exists(&from).map_err(of_source)?;
        let _source_lock = DatabaseLock::take(from.database_url()).map_err(of_source)?;
        let source = transfer::open(&from).await.map_err(of_source)?;
        let place = place_of(&from, &source).await?;
        keys::open(&from, &source).await.map_err(|error| of_source(error.into()))?;
        database_file::make_folder(&to).map_err(of_target)?;
        let _target_lock = DatabaseLock::take(to.database_url()).map_err(of_target)?;
        let target = transfer::open(&to).await.map_err(of_target)?;
        let engine = source.engine();
        let migrations = source.read(move |tx| transfer::migrations(tx, engine)).await;
        let migrations = migrations.map_err(|fault: Fault| of_source(fault.into()))?;
        transfer::prepare(&target, &migrations).await?;
        let count = copy(&source, &target).await.map_err(|fault| Failure::from(fault).after("nothing was copied"))?;
        transfer::catch_up(&target).await?;
        print(&if self.json { json!({ "rows": count }).to_string() } else { format!("copied {count} rows") });
        let there = place_of(&to, &target).await?;
        let opened = keys::open(&to, &target).await;
        source.close().await;
        target.close().await;
        if opened.is_err() {
            return Err(format!(
                "the data was copied, but the key in {there} does not open it; the right one is in {place}"
            )
            .into());
        }
        if place != Place::Nowhere && !self.json {
            print("The master key was not copied. Start the server of the new database with the same one");
            print(&format!("(--master-key-file or GUILDHALL_MASTER_KEY); it is in {place}."));
        }
        Ok(())
    }
}

/// Both transactions at once, each on a thread of its own, for both block.
async fn copy(source: &Database, target: &Database) -> Result<u64, Fault> {
    let (sender, receiver) = sync_channel(WAITING);
    let (source, runtime) = (source.clone(), tokio::runtime::Handle::current());
    let reading = tokio::task::spawn_blocking(move || runtime.block_on(send(&source, sender)));
    let received = receive(target, receiver).await;
    let sent = reading.await.map_err(|error| Fault::Words(error.to_string()))?;
    match (sent, received) {
        // Where both failed, one did because of the other; the one that did not lose its partner knows why.
        (Err(Fault::Words(words)), Err(fault)) if words == PARTNER => Err(fault),
        (Err(fault), _) | (Ok(()), Err(fault)) => Err(fault),
        (Ok(()), Ok(count)) => Ok(count),
    }
}

const PARTNER: &str = "the other database ended the copy";

async fn send(source: &Database, sender: SyncSender<Message>) -> Result<(), Fault> {
    let engine = source.engine();
    let mut sender = Some(sender);
    let progress = Progress::new("copy", Unit::Rows);
    source
        .read(move |tx| {
            let sender = once(sender.take())?;
            let send = |message| sender.send(message).map_err(|_| Fault::Words(PARTNER.into()));
            transfer::dump(tx, engine, &progress, |table, row| send(Message::Row(table.clone(), row)))?;
            send(Message::End)
        })
        .await
}

async fn receive(target: &Database, receiver: Receiver<Message>) -> Result<u64, Fault> {
    let engine = target.engine();
    let mut receiver = Some(receiver);
    target
        .write(move |tx| {
            let receiver = once(receiver.take())?;
            let mut loader = Loader::start(tx, engine)?;
            loop {
                match receiver.recv() {
                    Ok(Message::Row(table, row)) => {
                        let value = |name: &str| row.get(table.columns().position(|known| known == name)?).cloned();
                        loader.row(tx, &table.name, row.len(), value)?;
                    }
                    Ok(Message::End) => return loader.finish(tx),
                    Err(_) => return Err(Fault::Words(PARTNER.into())),
                }
            }
        })
        .await
}
