//! `guildhall keys …`

use super::print;
use crate::config::Common;
use crate::exit::Failure;
use crate::key_file;
use crate::master_key::Place;
use crate::open::{Opened, open_for_command, open_with_place};
use crate::table::Table;
use crate::terminal::warn;
use clap::{ArgGroup, Args, Subcommand};
use foundation::app::App;
use foundation::keys::{Listed, MasterKey, MasterKeyChange, MasterKeys, list, rotate_data_key, rotate_master_key};
use foundation::time::{seconds_until, to_text};
use server::everything_sealed;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Show the data keys: what they are for, how old they are, how much each protects. No key is shown.
    List(List),
    /// Replace a key by a new one, while servers run.
    Rotate(Rotate),
}

#[derive(Args)]
pub(crate) struct List {
    /// Print one JSON object a key
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
#[command(group(ArgGroup::new("key").required(true).args(["project", "data", "master"])))]
pub(crate) struct Rotate {
    /// The key that signs this project's session JWTs. The new one is published at once, and signs 15 minutes later, when
    /// clients have learnt of it; the old one stays published for 30 days more
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// The data key that seals signing keys and messages. Everything is sealed anew, and the old one removed
    #[arg(long)]
    data: bool,
    /// The master key. One that the server made itself is replaced; one of yours by --new-master-key-file, or by the
    /// first of several that you give
    #[arg(long)]
    master: bool,
    /// The file with the new master key
    #[arg(long, value_name = "PATH", requires = "master", conflicts_with_all = ["project", "data"])]
    new_master_key_file: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

impl Keys {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Keys::List(list) => list.run().await,
            Keys::Rotate(rotate) => rotate.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let keys = list(app.db(), app.keys(), &everything_sealed(&app).await?).await?;
        if self.json {
            for key in &keys {
                print(&serde_json::to_string(key).map_err(|error| error.to_string())?);
            }
        } else {
            let row = |key: &Listed| {
                let values = key.sealed_values.map(|count| count.to_string()).unwrap_or_default();
                vec![key.id.to_string(), key.purpose.clone(), key.created_at.clone(), key.master_key_id.clone(), values]
            };
            let rows: Vec<_> = keys.iter().map(row).collect();
            Table::new(&["KEY", "PURPOSE", "MADE", "MASTER KEY", "SEALED VALUES"]).print(&rows);
        }
        app.db().close().await;
        Ok(())
    }
}

impl Rotate {
    async fn run(self) -> Result<(), Failure> {
        let opened = open_with_place(self.common).await?;
        let app = opened.app.clone();
        match self.project {
            Some(project) => signing(&app, &project).await?,
            None if self.data => data(&app).await?,
            None => master(opened, self.new_master_key_file.as_deref()).await?,
        }
        app.db().close().await;
        Ok(())
    }
}

/// The id is the answer, for scripts; when what happens is for whoever reads along.
async fn signing(app: &App, project: &str) -> Result<(), Failure> {
    let key = server::projects::rotate_signing_key(app, project).await?;
    print(&key.id.to_string());
    let (from, until) = (to_text(key.signs_from), to_text(key.others_until));
    let minutes = seconds_until(key.signs_from, app.now()).div_euclid(60) + 1;
    warn(&format!(
        "the new key is published now, and signs from {from} on, {minutes} minutes from now, when clients have learnt of it"
    ));
    warn(&format!("the key before it signs until then, and stays published until {until}"));
    Ok(())
}

async fn data(app: &App) -> Result<(), Failure> {
    let sealed = everything_sealed(app).await?;
    let done = rotate_data_key(app.db(), app.keys(), &sealed, app.now()).await?;
    print(&format!("data key {} seals from now on", done.id));
    for (column, count) in done.resealed {
        print(&format!("sealed anew with it: {count} in {column}"));
    }
    for id in done.removed {
        print(&format!("data key {id} is gone"));
    }
    Ok(())
}

async fn master(opened: Opened, new: Option<&Path>) -> Result<(), Failure> {
    let Opened { app, place, .. } = opened;
    match (new, place) {
        (Some(path), place) => {
            let key = only(path)?;
            let change = rotate_master_key(app.db(), app.keys(), &key, false, app.now()).await?;
            say(&change);
            print(&format!("Start every server with the new one from now on; it is in {}.", path.display()));
            print(&format!("Backups made before need the old one; it is in {}.", old(&place)));
        }
        (None, Place::Beside(path)) => {
            let (change, kept) = key_file::replace(&app, &path).await?;
            say(&change);
            print(&format!("The new one is in {}, where servers look for it.", path.display()));
            for file in kept {
                print(&format!("Backups made before need the old one; it is in {}.", file.display()));
            }
        }
        (None, Place::Inside) => {
            let key = MasterKey::generate()?;
            say(&rotate_master_key(app.db(), app.keys(), &key, true, app.now()).await?);
            print("It is in the database, where servers look for it; the old one is nowhere any more.");
        }
        (None, place) => {
            let given = app.keys().masters();
            let [key, _, ..] = given.all() else {
                return Err(format!(
                    "which is the new master key? Give its file (--new-master-key-file), or write it before the old \
                     one into {place}; `openssl rand -base64 32` makes one"
                )
                .into());
            };
            say(&rotate_master_key(app.db(), app.keys(), key, false, app.now()).await?);
            print("Give every server the new one only, once it has both. Backups made before need the old one.");
        }
    }
    Ok(())
}

fn say(change: &MasterKeyChange) {
    print(&format!("master key {} opens the data keys, in the place of {}", change.after, change.before));
}

/// The key of a file that must hold one only, so that it is clear which is meant.
fn only(path: &Path) -> Result<MasterKey, String> {
    // A pipe, as `<(openssl …)` is, forgets it, and nobody would have the key.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(format!("{} is no file; write the new key into one first, and keep it", path.display()));
    }
    let read = MasterKeys::read(path)?;
    match read.all() {
        [key] => Ok(key.clone()),
        several => Err(format!("{} holds {} keys; write the new one alone into a file", path.display(), several.len())),
    }
}

fn old(place: &Place) -> String {
    match place {
        Place::Inside => "no place any more: the database kept it itself".into(),
        place => place.to_string(),
    }
}
