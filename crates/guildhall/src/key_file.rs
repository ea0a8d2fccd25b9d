//! Replacing the master key that the server keeps in a file beside an SQLite database.
//!
//! The file holds both keys from before the database is changed until after, so whenever it ends, by a crash or not,
//! the database opens. Whoever starts it again ends with one new key.

use crate::database_lock;
use crate::exit::Failure;
use crate::whole_file;
use foundation::app::App;
use foundation::keys::{MasterKey, MasterKeyChange, MasterKeys, rotate_master_key};
use std::path::{Path, PathBuf};

/// Makes a new master key, has it wrap the data keys, and leaves it in the file. The keys that were there before go
/// into files of their own, because backups need them; those files are answered, too.
pub(crate) async fn replace(app: &App, path: &Path) -> Result<(MasterKeyChange, Vec<PathBuf>), Failure> {
    // Two at once would each leave its own key in the file, and one of them would be the wrong one.
    let _lock = database_lock::lock(path, || format!("another command is replacing {}", path.display()))?;
    let fault = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let before = MasterKeys::read(path)?;
    let new = MasterKey::generate()?;
    let mut kept = Vec::new();
    for old in before.all() {
        let file = path.with_file_name(format!("master.key.old-{}", old.id()));
        whole_file::replace(&file, path, &lines([old])).map_err(fault)?;
        kept.push(file);
    }
    whole_file::replace(path, path, &lines(std::iter::once(&new).chain(before.all()))).map_err(fault)?;
    let change = rotate_master_key(app.db(), app.keys(), &new, false, app.now()).await.map_err(|error| {
        format!("{error}; {} holds both keys now, so the database opens: start this again", path.display())
    })?;
    whole_file::replace(path, path, &lines([&new])).map_err(fault)?;
    Ok((change, kept))
}

fn lines<'a>(keys: impl IntoIterator<Item = &'a MasterKey>) -> String {
    keys.into_iter().map(|key| key.to_text() + "\n").collect()
}
