//! Replacing keys while servers run.
//!
//! **The sealing key.** First the new key is inserted; whoever seals from then on seals with the newest. Then the old
//! one is retired, which waits for every transaction that has sealed with it and not ended yet (see
//! [`Keys::seal`](super::Keys::seal)). So once that is through, all that the old key sealed is visible, nothing more
//! will be sealed with it, and no clock is involved. Then every stored value is sealed anew, a few at a time, and the
//! old key goes when nothing names it. Servers meet the new key's number in the database and take the key in. Who stops
//! halfway leaves an old key, which still opens; the next rotation removes it.
//!
//! **The master key.** One transaction wraps all data keys anew.
//!
//! Both write the same row, so that they never cross. They do so last: `/readyz` writes it too, and must not wait for
//! what they wait for.

use super::sealing::header;
use super::store::{self, RETIRED, SEALING, Wrapped};
use super::{Keys, MasterKey, Purpose};
use crate::error::{Error, Result};
use crate::id::ProjectId;
use crate::time;
use database::{Database, Timestamp, Tx};
use serde::Serialize;
use std::collections::HashMap;

/// Values that are sealed anew in one transaction.
const AT_ONCE: i64 = 100;

/// Values of a project that do not begin with this header, with their rows, in order: the first ones behind a row.
type Others = fn(&mut Tx, &ProjectId, header: &[u8], after: &str, limit: i64) -> Result<Vec<(String, Vec<u8>)>>;
/// Puts another value in the place of this one, if it is still there.
type Replace = fn(&mut Tx, &ProjectId, row: &str, before: &[u8], after: Vec<u8>) -> Result<()>;
/// How many values of a project begin with each header.
type Count = fn(&mut Tx, &ProjectId) -> Result<Vec<(Vec<u8>, i64)>>;

/// A column of sealed values; a new sealing key must reach them all.
#[derive(Debug, Clone, Copy)]
pub struct Sealed {
    /// `table.column`, as the migrations have it.
    pub column: &'static str,
    pub purpose: Purpose,
    pub others: Others,
    pub replace: Replace,
    pub count: Count,
}

/// Where sealed values are: the columns, and the projects that have any.
#[derive(Debug, Clone)]
pub struct Everywhere {
    pub columns: Vec<Sealed>,
    pub projects: Vec<ProjectId>,
}

/// What `guildhall keys rotate --data` did.
#[derive(Debug)]
pub struct NewDataKey {
    /// The number of the new key.
    pub id: u32,
    /// How many values were sealed anew, by the column they stand in.
    pub resealed: Vec<(&'static str, u64)>,
    /// The numbers of the keys that are gone.
    pub removed: Vec<u32>,
}

/// What `guildhall keys rotate --master` did.
#[derive(Debug)]
pub struct MasterKeyChange {
    /// The id of the key that opened the data keys before.
    pub before: String,
    /// The id of the one that opens them now.
    pub after: String,
}

/// A data key, without the key.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// Its number.
    pub id: u32,
    /// `sealing`, `retired` (it still opens what it sealed) or `hashing`.
    pub purpose: String,
    /// RFC 3339.
    pub created_at: String,
    /// The id of the master key that wraps it.
    pub master_key_id: String,
    /// How many stored values it sealed; `None` for the one that hashes.
    pub sealed_values: Option<i64>,
}

/// Makes a new sealing key, seals everything anew with it, and removes the old one.
pub async fn rotate_data_key(db: &Database, keys: &Keys, sealed: &Everywhere, now: Timestamp) -> Result<NewDataKey> {
    let opening = keys.clone();
    let begin = move |tx: &mut Tx| {
        let rows = store::all(tx)?;
        let masters = opening.opening(tx, &rows)?;
        let id = rows.iter().map(|row| row.id).max().unwrap_or_default() + 1;
        // Under the master key in use, which need not be the first: servers may not have that yet.
        let (master, _) = in_use(&rows, |row| masters.opener(row)).ok_or_else(|| masters.refusal(&rows))?;
        store::insert(tx, &Wrapped::new(id, SEALING, master, now)?)?;
        store::contend(tx)?;
        Ok::<_, Error>(id)
    };
    let id = db.write(begin).await?;
    db.write(move |tx| store::retire_before(tx, id)).await?;
    let mut resealed = Vec::new();
    for column in &sealed.columns {
        let mut count = 0;
        for project in &sealed.projects {
            count += reseal(db, keys, *column, project, id).await?;
        }
        resealed.push((column.column, count));
    }
    let everywhere = sealed.clone();
    let removed = db.write(move |tx| remove_unused(tx, &everywhere)).await?;
    Ok(NewDataKey { id, resealed, removed })
}

/// The master key that opens all of them.
fn in_use<'a, T>(rows: &'a [Wrapped], opener: impl Fn(&'a Wrapped) -> Option<T>) -> Option<T> {
    let mut openers = rows.iter().map(opener);
    let first = openers.next()??;
    openers.all(|opener| opener.is_some()).then_some(first)
}

/// Seals a project's values of one column anew.
async fn reseal(db: &Database, keys: &Keys, column: Sealed, project: &ProjectId, id: u32) -> Result<u64> {
    let (mut count, mut after) = (0, String::new());
    loop {
        let (keys, project, from) = (keys.clone(), project.clone(), after);
        let page = move |tx: &mut Tx| {
            tx.visit(project.as_str(), |tx| {
                let values = (column.others)(tx, &project, &header(id), &from, AT_ONCE)?;
                for (row, sealed) in &values {
                    let value = keys.open_sealed(tx, column.purpose, row, sealed)?;
                    let anew = keys.seal(tx, column.purpose, row, &value)?;
                    (column.replace)(tx, &project, row, sealed, anew)?;
                }
                Ok::<_, Error>((values.len(), values.into_iter().next_back().map(|(row, _)| row)))
            })
        };
        let (done, last) = db.write(page).await?;
        count += done as u64;
        match last {
            Some(last) if done as i64 == AT_ONCE => after = last,
            _ => return Ok(count),
        }
    }
}

/// Removes the retired keys that no value names.
fn remove_unused(tx: &mut Tx, sealed: &Everywhere) -> Result<Vec<u32>> {
    let counts = counts(tx, sealed)?;
    let mut removed = Vec::new();
    for row in store::all(tx)?.iter().filter(|row| row.purpose == RETIRED && !counts.contains_key(&header(row.id)[..]))
    {
        store::delete_retired(tx, row.id)?;
        removed.push(row.id);
    }
    store::contend(tx)?;
    Ok(removed)
}

/// How many stored values each key sealed, by the header of those values.
fn counts(tx: &mut Tx, sealed: &Everywhere) -> Result<HashMap<Vec<u8>, i64>> {
    let mut counts = HashMap::new();
    for project in &sealed.projects {
        for column in &sealed.columns {
            for (header, count) in tx.visit(project.as_str(), |tx| (column.count)(tx, project))? {
                *counts.entry(header).or_default() += count;
            }
        }
    }
    Ok(counts)
}

/// Wraps all data keys with another master key, all at once. `embedded`: the database keeps that one itself.
///
/// # Errors
/// When it is the master key in use already.
pub async fn rotate_master_key(
    db: &Database,
    keys: &Keys,
    new: &MasterKey,
    embedded: bool,
    now: Timestamp,
) -> Result<MasterKeyChange> {
    let (keys, new) = (keys.clone(), new.clone());
    let work = move |tx: &mut Tx| {
        let rows = store::all(tx)?;
        let masters = keys.opening(tx, &rows)?;
        let (old, _) = in_use(&rows, |row| masters.opener(row)).ok_or_else(|| masters.refusal(&rows))?;
        if *old == new {
            let id = new.id();
            return Err(Error::internal(format!("this master key (id {id}) is the one in use; nothing was changed")));
        }
        for row in &rows {
            let (_, key) = masters.opener(row).ok_or_else(|| masters.refusal(&rows))?;
            store::rewrap(tx, row, row.wrap_with(&new, &key)?)?;
        }
        match embedded {
            true => store::replace_embedded(tx, &new.to_text(), now)?,
            // It opens nothing any more.
            false => store::delete_embedded(tx)?,
        }
        store::contend(tx)?;
        Ok(MasterKeyChange { before: old.id(), after: new.id() })
    };
    db.write(work).await
}

/// The data keys, oldest first.
pub async fn list(db: &Database, keys: &Keys, sealed: &Everywhere) -> Result<Vec<Listed>> {
    let (masters, sealed) = (keys.masters(), sealed.clone());
    let listed = move |tx: &mut Tx| {
        let counts = counts(tx, &sealed)?;
        let show = |row: Wrapped| Listed {
            id: row.id,
            created_at: time::to_text(row.created_at),
            master_key_id: masters.opener(&row).map(|(master, _)| master.id()).unwrap_or_default(),
            sealed_values: matches!(row.purpose.as_str(), SEALING | RETIRED)
                .then(|| counts.get(&header(row.id)[..]).copied().unwrap_or_default()),
            purpose: row.purpose,
        };
        Ok::<_, Error>(store::all(tx)?.into_iter().map(show).collect())
    };
    db.read(listed).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_master_key_in_use_opens_all_rows() {
        let (a, b) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let row = |id, master: &MasterKey| Wrapped::new(id, SEALING, master, Timestamp(0)).unwrap();
        let both = super::super::MasterKeys::parse(&format!("{} {}", b.to_text(), a.to_text())).unwrap();
        let one = super::super::MasterKeys::parse(&a.to_text()).unwrap();
        let (same, mixed) = ([row(1, &a), row(3, &a)], [row(1, &a), row(3, &b)]);
        assert!(in_use(&same, |row| both.opener(row)).unwrap().0 == &a);
        assert!(in_use(&mixed, |row| one.opener(row)).is_none());
        assert!(in_use(&[], |row| one.opener(row)).is_none());
    }

    #[test]
    fn a_retired_key_is_still_the_same_key() {
        let master = MasterKey::generate().unwrap();
        let mut row = Wrapped::new(1, SEALING, &master, Timestamp(0)).unwrap();
        let before = row.unwrap_with(&master).unwrap();
        row.purpose = RETIRED.to_owned();
        assert_eq!(row.unwrap_with(&master), Some(before));
    }
}
