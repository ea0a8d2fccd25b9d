//! The master keys that a process was given: one, or while one replaces another, both.

use super::master::MasterKey;
use super::store::{self, Wrapped};
use crate::error::{Error, Result};
use database::{Database, Timestamp, Tx};
use std::path::{Path, PathBuf};

/// Master keys, any of which may be the one that opens the data keys. The first is the one to move to.
#[derive(Debug, Clone)]
pub struct MasterKeys {
    keys: Vec<MasterKey>,
    origin: Origin,
}

/// Where they can be read again.
#[derive(Debug, Clone)]
enum Origin {
    Given,
    File(PathBuf),
    Database,
}

impl MasterKeys {
    /// Reads one key or several, separated by line breaks or spaces.
    ///
    /// # Errors
    /// In words, when there is none, or one that [`MasterKey::parse`] refuses.
    pub fn parse(text: &str) -> Result<Self, String> {
        let keys = text.split_whitespace().map(MasterKey::parse).collect::<Result<Vec<_>, String>>()?;
        if keys.is_empty() {
            // The words about an empty key are the right ones.
            MasterKey::parse("")?;
        }
        Ok(Self { keys, origin: Origin::Given })
    }

    /// Reads them from a file, and again when another process may have replaced it.
    ///
    /// # Errors
    /// In words, when the file cannot be read or [`MasterKeys::parse`] refuses its content.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let read = Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { origin: Origin::File(path.to_owned()), ..read })
    }

    /// The master key of an installation whose operator gave none: a random one kept in the database itself. It
    /// protects nothing from whoever reads the database, so `serve` accepts it on loopback addresses only.
    pub async fn embedded(db: &Database, now: Timestamp) -> Result<Self> {
        let fresh = MasterKey::generate()?.to_text();
        let text = db.write(move |tx| store::embedded_or_insert(tx, &fresh, now)).await?;
        let key = MasterKey::parse(&text).map_err(Error::internal)?;
        Ok(Self { keys: vec![key], origin: Origin::Database })
    }

    /// All of them, the one to move to first.
    pub fn all(&self) -> &[MasterKey] {
        &self.keys
    }

    /// The one that opens a data key.
    pub(super) fn opener(&self, row: &Wrapped) -> Option<(&MasterKey, [u8; 32])> {
        self.keys.iter().find_map(|key| Some((key, row.unwrap_with(key)?)))
    }

    /// What is there now, where these came from.
    pub(super) fn again(&self, tx: &mut Tx) -> Result<Option<Self>> {
        let read = match &self.origin {
            Origin::Given => return Ok(None),
            Origin::File(path) => Self::read(path),
            Origin::Database => match store::embedded(tx)? {
                None => return Ok(None),
                Some(text) => Self::parse(&text).map(|read| Self { origin: Origin::Database, ..read }),
            },
        };
        // A file that is just being changed, or is gone: what was read before is all there is.
        Ok(read.inspect_err(|error| tracing::debug!(%error, "the master key cannot be read again")).ok())
    }

    /// The data keys in the clear, in the order of the rows; `None` for those that no key opens.
    pub(super) fn unwrap(&self, rows: &[Wrapped]) -> Vec<Option<[u8; 32]>> {
        rows.iter().map(|row| self.opener(row).map(|(_, key)| key)).collect()
    }

    /// Why these do not open a database.
    pub(super) fn refusal(&self, rows: &[Wrapped]) -> Error {
        let wanted = match store::master_key_ids(rows).join(", ") {
            none if none.is_empty() => String::new(),
            ids => format!(" (its id is {ids})"),
        };
        let given = self.keys.iter().map(MasterKey::id).collect::<Vec<_>>().join(", ");
        Error::internal(format!(
            "this database was set up with another master key{wanted} than the one given (id {given}); start with \
             that one (--master-key-file or GUILDHALL_MASTER_KEY)"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_several_keys_opens() {
        let (old, new, other) =
            (MasterKey::generate().unwrap(), MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let row = Wrapped::new(1, "sealing", &old, Timestamp(0)).unwrap();
        let both = MasterKeys::parse(&format!("{}\n{}\n", new.to_text(), old.to_text())).unwrap();
        assert!(both.opener(&row).unwrap().0 == &old);
        assert!(both.all()[0] == new);
        assert_eq!(MasterKeys::parse(&other.to_text()).unwrap().unwrap(&[row]), [None]);
    }

    #[test]
    fn t67_one_weak_key_among_good_ones_is_refused() {
        let good = MasterKey::generate().unwrap().to_text();
        for bad in ["", "  \n", &format!("{good}\nchangeme"), &format!("{} {good}", "0".repeat(64))] {
            assert!(MasterKeys::parse(bad).is_err(), "{bad}");
        }
    }
}
