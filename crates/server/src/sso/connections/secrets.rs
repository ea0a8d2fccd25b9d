//! What is sealed of a connection.

use foundation::error::{Error, Result};
use foundation::keys::equal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The secrets of a connection, as they are sealed. Empty where there are none.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Secrets {
    /// What we show to an OpenID Connect provider.
    pub(crate) client_secret: String,
    /// PEM (PKCS#1) of the key that signs our requests.
    pub(crate) signing_private_key: String,
    /// PEM (PKCS#1) of the keys that assertions may be encrypted for, by their id.
    pub(crate) encryption_private_keys: BTreeMap<String, String>,
}

impl Secrets {
    /// Whether none differs.
    ///
    /// # Errors
    /// None that input could lead to.
    pub(super) fn are_same_as(&self, others: &Self) -> Result<bool> {
        let bytes = |secrets: &Self| serde_json::to_vec(secrets).map_err(|error| Error::Internal(Box::new(error)));
        Ok(equal(&bytes(self)?, &bytes(others)?))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets(..)")
    }
}
