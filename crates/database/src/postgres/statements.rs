//! The prepared statements of a connection.

use crate::row::Columns;
use std::collections::HashMap;
use tokio_postgres::Statement;

/// How many are kept in each of two generations.
const GENERATION: usize = 256;

/// A bounded cache. When the young generation is full it becomes the old one, and what nobody asked for since the
/// last time is forgotten; dropping a statement closes it on the server.
#[derive(Default)]
pub(crate) struct Statements {
    young: HashMap<Box<str>, (Statement, Columns)>,
    old: HashMap<Box<str>, (Statement, Columns)>,
}

impl Statements {
    pub(crate) fn get(&mut self, sql: &str) -> Option<(Statement, Columns)> {
        if let Some(known) = self.young.get(sql) {
            return Some(known.clone());
        }
        let (sql, known) = self.old.remove_entry(sql)?;
        self.insert(sql, known.clone());
        Some(known)
    }

    pub(crate) fn put(&mut self, sql: &str, statement: Statement, columns: Columns) {
        self.insert(sql.into(), (statement, columns));
    }

    fn insert(&mut self, sql: Box<str>, known: (Statement, Columns)) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(sql, known);
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}
