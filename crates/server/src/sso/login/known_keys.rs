//! Our keys of connections, as this process has read them: reading one takes longer than signing with it.

use crate::sso::connections::Connection;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{Error, Result};
use foundation::memory::Memory;
use quick_cache::sync::Cache;
use saml::PrivateKey;
use std::sync::Arc;

/// How many are remembered, of a few thousand bytes each.
const MOST: usize = 2000;

/// By the fingerprint of the text that is sealed.
struct KnownKeys(Cache<u128, Arc<PrivateKey>>);

impl Memory for KnownKeys {
    fn new(_: &Config) -> Self {
        Self(Cache::new(MOST))
    }
}

/// The key that signs requests.
pub(super) fn signing_key(app: &App, connection: &Connection) -> Result<Arc<PrivateKey>> {
    let pem = &connection.secrets.signing_private_key;
    let known = &app.memory::<KnownKeys>().0;
    known.get_or_insert_with(&app.fingerprints().of(pem.as_bytes()), || match PrivateKey::from_pem(pem) {
        Ok(key) => Ok(Arc::new(key)),
        Err(_) => Err(Error::internal("a stored signing key cannot be read")),
    })
}
