//! The prepared statements of a connection.

use super::decode::Shape;
use std::{collections::HashMap, sync::Arc};
use tokio_postgres::types::Type;

/// How many are kept in each of two generations.
const GENERATION: usize = 256;

/// A statement that the server has compiled.
pub(super) struct Statement {
    /// What it is called there.
    pub(super) name: String,
    pub(super) parameters: Vec<Type>,
    pub(super) shape: Shape,
}

/// A bounded cache. When the young generation is full it becomes the old one, and what nobody asked for since the
/// last time is forgotten.
#[derive(Default)]
pub(super) struct Prepared {
    young: HashMap<Box<str>, Arc<Statement>>,
    old: HashMap<Box<str>, Arc<Statement>>,
}

impl Prepared {
    pub(super) fn get(&mut self, sql: &str) -> Option<Arc<Statement>> {
        if let Some(known) = self.young.get(sql) {
            return Some(known.clone());
        }
        let (sql, known) = self.old.remove_entry(sql)?;
        self.young.insert(sql, known.clone());
        Some(known)
    }

    /// Keeps a new one, and answers those that are forgotten for it.
    pub(super) fn put(&mut self, sql: &str, statement: Arc<Statement>) -> Vec<Arc<Statement>> {
        let forgotten = match self.young.len() < GENERATION {
            true => HashMap::new(),
            false => std::mem::replace(&mut self.old, std::mem::take(&mut self.young)),
        };
        self.young.insert(sql.into(), statement);
        forgotten.into_values().collect()
    }

    /// Forgets all, and answers them.
    pub(super) fn clear(&mut self) -> impl Iterator<Item = Arc<Statement>> {
        std::mem::take(&mut self.young).into_values().chain(std::mem::take(&mut self.old).into_values())
    }
}
