//! The settings of a connection by which somebody has last come in: what shows that it works, and what can be returned to when a
//! change has broken it.

mod store;

pub(crate) use store::TABLES;

use super::{Connection, Secrets, Settings, operations};
use crate::organizations::Organization;
use database::{Timestamp, Tx};
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::keys::Purpose;
use foundation::memory::Memory;
use quick_cache::sync::Cache;

/// Settings that were good.
pub(crate) struct Good {
    settings: Settings,
    secrets: Secrets,
    /// When it was first seen that they are.
    pub(crate) seen_at: Timestamp,
}

impl Good {
    /// Whether the connection is set so still, roles and waiting aside.
    ///
    /// # Errors
    /// None that input could lead to.
    pub(crate) fn is_of(&self, connection: &Connection) -> Result<bool> {
        let now = comparable(connection.settings.clone(), connection);
        Ok(comparable(self.settings.clone(), connection) == now && self.secrets.are_same_as(&connection.secrets)?)
    }
}

/// Settings with the roles that the connection gives now: who may do what has nothing to do with whether it works, and a role
/// that was taken away does not come back (threat T-70).
fn comparable(settings: Settings, connection: &Connection) -> Settings {
    let mut like = Connection { settings, ..connection.clone() };
    let (of_all, of_groups) = connection.roles();
    let (of_all, of_groups) = (of_all.to_vec(), of_groups.to_vec());
    let (own_of_all, own_of_groups) = like.roles_mut();
    *own_of_all = of_all;
    *own_of_groups = of_groups;
    like.settings.await_test_login(false);
    like.settings
}

/// How many connections are known to be noted.
const MOST: usize = 10_000;

/// Versions that are noted, by the fingerprint of the connection's id: most logins have nothing to tell.
struct Noted(Cache<u128, i64>);

impl Memory for Noted {
    fn new(_: &Config) -> Self {
        Self(Cache::new(MOST))
    }
}

/// Notes that somebody has come in by the connection as it is.
pub(crate) fn note(tx: &mut Tx, cx: &Cx, connection: &Connection) -> Result<()> {
    let (id, noted) = (connection.connection_id.as_str(), &cx.app.memory::<Noted>().0);
    let key = cx.app.fingerprints().of(id.as_bytes());
    if noted.get(&key) == Some(connection.version) {
        return Ok(());
    }
    let of = store::Of::connection(connection);
    if store::version(tx, of)? == Some(connection.version) {
        noted.insert(key, connection.version);
        return Ok(());
    }
    let secrets = serde_json::to_vec(&connection.secrets).map_err(|error| Error::Internal(Box::new(error)))?;
    let sealed = cx.app.keys().seal(tx, Purpose::SsoConnection, id, &secrets)?;
    store::put(tx, of, connection.version, &connection.settings, &sealed, cx.now())
}

/// The settings by which somebody has last come in, if anybody has.
pub(crate) fn find(tx: &mut Tx, cx: &Cx, connection: &Connection) -> Result<Option<Good>> {
    let Some(found) = store::find(tx, store::Of::connection(connection), connection.settings.kind())? else {
        return Ok(None);
    };
    let id = connection.connection_id.as_str();
    let secrets = cx.app.keys().open_sealed(tx, Purpose::SsoConnection, id, &found.sealed_secrets)?;
    let secrets = serde_json::from_slice(&secrets).map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(Some(Good { settings: found.settings, secrets, seen_at: found.seen_at }))
}

/// Lets people log in by a connection that was tried.
///
/// # Errors
/// `requires_active_sso_connection` where nobody has come in by the settings that it has.
pub(crate) fn activate(tx: &mut Tx, cx: &Cx, organization: Organization, before: &Connection) -> Result<()> {
    let is_tested = match find(tx, cx, before)? {
        Some(good) => good.is_of(before)?,
        None => false,
    };
    if !is_tested {
        let told = "The connection is activated after a test login has succeeded with the settings that it has now.";
        return Err(ApiError::RequiresActiveSsoConnection.because(told));
    }
    let mut connection = before.clone();
    connection.settings.await_test_login(false);
    operations::save(tx, cx, organization, before, &mut connection)
}

/// Returns to the settings by which somebody has last come in.
///
/// # Errors
/// `requires_active_sso_connection` where nobody ever has.
pub(crate) fn restore(tx: &mut Tx, cx: &Cx, organization: Organization, before: &Connection) -> Result<()> {
    let good = find(tx, cx, before)?.ok_or_else(|| {
        ApiError::RequiresActiveSsoConnection
            .because("Nobody has come in by this connection yet: there is nothing to return to.")
    })?;
    let mut connection = before.clone();
    connection.settings = comparable(good.settings, before);
    connection.settings.await_test_login(before.settings.awaits_test_login());
    connection.secrets = good.secrets;
    operations::save(tx, cx, organization, before, &mut connection)
}
