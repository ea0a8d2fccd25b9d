//! Rows, and the types that are read from them.

use crate::{Error, FromValue, Result, Value};
use std::sync::Arc;

/// The names of a result's columns, shared by its rows and by later runs of the same statement.
pub(crate) type Columns = Arc<[Box<str>]>;

/// One row of a result. Reading a column moves it out, so each can be read once.
pub struct Row {
    columns: Columns,
    values: Vec<Option<Value>>,
    /// Where the next named column probably is: structs list their fields in the order of the SELECT.
    next: usize,
}

impl Row {
    pub(crate) fn new(columns: Columns) -> Self {
        Row { values: Vec::with_capacity(columns.len()), columns, next: 0 }
    }

    /// Makes this the next row of the same result, in the same memory.
    pub(crate) fn refill(&mut self, values: impl IntoIterator<Item = Result<Value>>) -> Result<()> {
        self.next = 0;
        self.values.clear();
        for value in values {
            self.values.push(Some(value?));
        }
        Ok(())
    }

    /// Takes the column of this name.
    pub fn get<T: FromValue>(&mut self, column: &str) -> Result<T> {
        let index = match self.columns.get(self.next) {
            Some(name) if **name == *column => self.next,
            _ => self
                .columns
                .iter()
                .position(|name| **name == *column)
                .ok_or_else(|| Error::other(format!("no column {column}")))?,
        };
        self.next = index + 1;
        self.at(index)
    }

    /// Takes the column at this position, counted from 0.
    pub fn at<T: FromValue>(&mut self, index: usize) -> Result<T> {
        let name = || self.columns.get(index).map_or("?", |name| name);
        match self.values.get_mut(index) {
            None => Err(Error::other(format!("no column {index}"))),
            Some(slot) => match slot.take() {
                None => Err(Error::other(format!("column {} is read twice", name()))),
                Some(value) => T::from_value(value)
                    .ok_or_else(|| Error::other(format!("column {} is not a {}", name(), std::any::type_name::<T>()))),
            },
        }
    }
}

/// A type that is read from a row: a tuple by position, a struct by name (see [`row!`](crate::row)).
pub trait FromRow: Sized {
    /// Reads it.
    fn from_row(row: &mut Row) -> Result<Self>;
}

macro_rules! tuple {
    ($($t:ident $index:literal),*) => {
        impl<$($t: FromValue),*> FromRow for ($($t,)*) {
            fn from_row(row: &mut Row) -> Result<Self> {
                Ok(($(row.at::<$t>($index)?,)*))
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// `row!(Thing { id, name });` reads a struct from the columns of the same names.
#[macro_export]
macro_rules! row {
    ($t:ident { $($f:ident),* $(,)? }) => {
        impl $crate::FromRow for $t {
            fn from_row(row: &mut $crate::Row) -> $crate::Result<Self> {
                ::std::result::Result::Ok($t { $($f: row.get(stringify!($f))?),* })
            }
        }
    };
}
