//! What the database says, as errors: violated unique constraints, which a client can be told, and conflicts.

use super::{ApiError, Error, Result};

/// Says what a violated unique constraint means to the caller.
pub trait OnUnique<T> {
    fn on_unique(self, constraint: &str, meaning: ApiError) -> Result<T>
    where
        Self: Sized,
    {
        self.on_uniques(&[(constraint, meaning)])
    }
    /// As `on_unique`, for a statement that several constraints watch.
    fn on_uniques(self, meanings: &[(&str, ApiError)]) -> Result<T>;
}

impl<T> OnUnique<T> for database::Result<T> {
    fn on_uniques(self, meanings: &[(&str, ApiError)]) -> Result<T> {
        self.map_err(|error| {
            let database::Error::Unique(violated) = &error else { return error.into() };
            match meanings.iter().find(|(constraint, _)| constraint == violated) {
                Some((_, meaning)) => (*meaning).into(),
                None => error.into(),
            }
        })
    }
}

impl database::IsConflict for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Error::Conflict)
    }
}
