//! A time that may be missing: `#[serde(with = "crate::time::optional")]`.

use super::to_text;
use database::Timestamp;
use serde::{Serialize, Serializer};

pub fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(to_text).serialize(serializer)
}
