//! All rows out of one database and into another.

use super::Fault;
use crate::master_key::DEVELOPMENT_KEY;
use crate::progress::Progress;
use database::transfer::{Table, tables};
use database::{Engine, Tx, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// How many rows are in memory at once.
const PAGE: usize = 256;
/// How many values go into one statement.
const VALUES: usize = 512;

/// Hands every row to `emit`, those first that others refer to. The development key stays where it is: beside what
/// it protects it would protect nothing.
pub(crate) fn dump(
    tx: &mut Tx<'_>,
    engine: Engine,
    progress: &Progress,
    mut emit: impl FnMut(&Arc<Table>, Vec<Value>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut tables = tables(tx, engine)?;
    tables.retain(|table| table.name != DEVELOPMENT_KEY);
    if progress.is_seen() {
        let counts = tables.iter().map(|table| table.count(tx)).collect::<database::Result<Vec<_>>>()?;
        progress.begin(counts.into_iter().sum());
    }
    for table in tables.into_iter().map(Arc::new) {
        let mut last: Option<Vec<Value>> = None;
        loop {
            let rows = table.page(tx, last.as_deref(), PAGE)?;
            let full = rows.len() == PAGE;
            last = rows.last().cloned();
            for row in rows {
                emit(&table, row)?;
                progress.add(1);
            }
            if !full {
                break;
            }
        }
    }
    Ok(())
}

/// Refuses a database that holds anything but keys, which nothing depends on yet.
pub(crate) fn check_empty(tx: &mut Tx<'_>, engine: Engine) -> Result<(), Fault> {
    for table in tables(tx, engine)? {
        if !is_of_keys(&table) && !table.is_empty(tx)? {
            let name = &table.name;
            return Err(Fault::Words(format!(
                "the target database is not empty (it has rows in {name}); give one without projects"
            )));
        }
    }
    Ok(())
}

fn is_of_keys(table: &Table) -> bool {
    table.name == "data_keys" || table.name == DEVELOPMENT_KEY
}

/// Takes rows in, many in one statement.
pub(crate) struct Loader {
    tables: HashMap<String, Arc<Table>>,
    waiting: Vec<Vec<Value>>,
    of: Option<Arc<Table>>,
    pub(crate) count: u64,
}

impl Loader {
    /// Begins, in a transaction on an empty database. Keys that nothing depends on make room for those that come.
    pub(crate) fn start(tx: &mut Tx<'_>, engine: Engine) -> Result<Self, Fault> {
        check_empty(tx, engine)?;
        let tables = tables(tx, engine)?;
        for table in tables.iter().filter(|table| is_of_keys(table)) {
            table.clear(tx)?;
        }
        let tables = tables.into_iter().map(|table| (table.name.clone(), Arc::new(table))).collect();
        Ok(Self { tables, waiting: Vec::new(), of: None, count: 0 })
    }

    /// Takes a row with so many columns; `value` knows them by name.
    pub(crate) fn row(
        &mut self,
        tx: &mut Tx<'_>,
        table: &str,
        width: usize,
        value: impl Fn(&str) -> Option<Value>,
    ) -> Result<(), Fault> {
        if self.of.as_ref().is_none_or(|of| of.name != table) {
            self.flush(tx)?;
            let known = self.tables.get(table).filter(|_| table != DEVELOPMENT_KEY);
            self.of = Some(known.ok_or_else(|| Fault::Words(format!("there is no table {table} here")))?.clone());
        }
        let Some(of) = self.of.clone() else { return Ok(()) };
        let row: Option<Vec<Value>> = of.columns().map(&value).collect();
        let row = row.filter(|row| row.len() == width);
        self.waiting.push(row.ok_or_else(|| Fault::Words(format!("a row of {table} does not fit the table here")))?);
        self.count += 1;
        if (self.waiting.len() + 1) * width > VALUES { self.flush(tx) } else { Ok(()) }
    }

    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        if let Some(table) = self.of.as_ref().filter(|_| !self.waiting.is_empty()) {
            table.insert(tx, std::mem::take(&mut self.waiting))?;
        }
        Ok(())
    }

    /// Ends; what is left to do is to commit.
    pub(crate) fn finish(mut self, tx: &mut Tx<'_>) -> Result<u64, Fault> {
        self.flush(tx)?;
        for table in self.tables.values() {
            table.count_on(tx)?;
        }
        Ok(self.count)
    }
}
