//! The keys that sign session JWTs (RS256). A project has its own; a new one is published before it signs, because
//! clients remember key sets for up to ten minutes, and stays published after its successor has taken over.

mod store;

pub(crate) use store::{Age, TABLES};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{Error, Result};
use foundation::id::{ProjectId, SigningKeyId};
use foundation::keys::Purpose;
use foundation::memory::Memory;
use foundation::project::Project;
use foundation::time::{MINUTE, after_minutes};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Minutes from publishing a key to signing with it; longer than any client remembers a key set.
const PUBLISHED_BEFORE: i64 = 15;
/// Minutes that a key stays published once its successor signs.
const PUBLISHED_AFTER: i64 = 30 * 24 * 60;
/// Minutes after which a key gets a successor: about six months.
const REPLACED_AFTER: i64 = 180 * 24 * 60;
/// How long this process believes what it knows of a project's keys.
const REMEMBERED: Duration = Duration::from_secs(5);

/// A key pair, ready to sign.
pub(crate) struct SigningKey {
    pub(crate) id: SigningKeyId,
    pair: RsaKeyPair,
    public: ParsedPublicKey,
    created_at: Timestamp,
    signs_from: Timestamp,
    published_until: Option<Timestamp>,
}

/// How old the keys of a project are, newest first.
pub(crate) fn ages(tx: &mut Tx, project: &Project) -> Result<Vec<Age>> {
    store::ages(tx, &project.id)
}

/// A public key (RFC 7517), with every member that the SDKs insist on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Jwk {
    /// Always `RSA`.
    #[schemars(extend("enum" = ["RSA"]))]
    kty: &'static str,
    /// Always `sig`: it signs.
    #[serde(rename = "use")]
    #[schemars(extend("enum" = ["sig"]))]
    usage: &'static str,
    /// Always `verify` (RFC 7517, section 4.3).
    key_ops: [&'static str; 1],
    /// The algorithm: always `RS256`.
    #[schemars(extend("enum" = ["RS256"]))]
    alg: &'static str,
    /// The id of the key, which stands in the head of each JWT.
    kid: SigningKeyId,
    /// Empty: the key is trusted because this server publishes it, not for a certificate.
    x5c: Vec<String>,
    /// The thumbprint of the certificate with the key: none; empty.
    #[serde(rename = "x5tS256")]
    x5t_s256: String,
    /// The modulus (base64url).
    n: String,
    /// The public exponent (base64url).
    e: String,
}

/// The keys of a project, newest first.
pub(crate) struct KeySet(Vec<SigningKey>);

/// The key sets this process knows.
#[derive(Default)]
struct KeySets(Mutex<HashMap<ProjectId, (Arc<KeySet>, Instant)>>);

impl Memory for KeySets {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

impl KeySets {
    /// Nothing is remembered of projects that are none: anyone can ask for those, for ever more of them.
    fn remember(&self, project: &ProjectId, keys: &Arc<KeySet>) {
        if !keys.0.is_empty()
            && let Ok(mut known) = self.0.lock()
        {
            known.insert(project.clone(), (keys.clone(), Instant::now()));
        }
    }
}

impl KeySet {
    /// The key to sign with now.
    pub(crate) fn current(&self, now: Timestamp) -> Result<&SigningKey> {
        let current = self.0.iter().find(|key| key.signs_from <= now).or(self.0.last());
        current.ok_or_else(|| Error::internal("the project has no signing key"))
    }

    /// Whether the newest key is due to be replaced.
    fn is_due(&self, now: Timestamp) -> bool {
        self.0.first().is_some_and(|newest| newest.created_at.0 + REPLACED_AFTER * MINUTE < now.0)
    }

    /// The published key with this id.
    pub(crate) fn published(&self, id: &str, now: Timestamp) -> Option<&SigningKey> {
        self.0.iter().find(|key| key.id.as_str() == id && key.is_published(now))
    }

    /// Every published key.
    pub(crate) fn jwks(&self, now: Timestamp) -> Vec<Jwk> {
        self.0.iter().filter(|key| key.is_published(now)).map(SigningKey::jwk).collect()
    }
}

impl SigningKey {
    fn is_published(&self, now: Timestamp) -> bool {
        self.published_until.is_none_or(|until| until > now)
    }

    /// An RS256 signature (RFC 7518, section 3.3).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| Error::internal("signing failed"))?;
        Ok(signature)
    }

    /// Whether it made the signature.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }

    fn jwk(&self) -> Jwk {
        let public = self.pair.public_key();
        Jwk {
            kty: "RSA",
            usage: "sig",
            key_ops: ["verify"],
            alg: "RS256",
            kid: self.id.clone(),
            x5c: Vec::new(),
            x5t_s256: String::new(),
            n: URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            e: URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        }
    }
}

/// A key pair that is not stored yet.
pub(crate) struct NewKey {
    id: SigningKeyId,
    der: Pkcs8V1Der<'static>,
}

/// Makes a 2048-bit RSA key pair; takes a good part of a second, on a thread of its own.
pub(crate) async fn generate(project: &ProjectId) -> Result<NewKey> {
    let id = SigningKeyId::new(project.environment());
    let pair = tokio::task::spawn_blocking(|| RsaKeyPair::generate(KeySize::Rsa2048));
    let fault = || Error::internal("a signing key could not be generated");
    let pair = pair.await.map_err(|_| fault())?.map_err(|_| fault())?;
    let der = pair.as_der().map_err(|_| fault())?;
    Ok(NewKey { id, der })
}

/// A new key, and when it takes over.
pub struct Successor {
    pub id: SigningKeyId,
    pub signs_from: Timestamp,
    /// Until when the keys before it are published.
    pub others_until: Timestamp,
}

/// Stores a new key. The first signs at once; a later one when clients had time to learn of it.
pub(crate) fn insert(app: &App, tx: &mut Tx, project: &ProjectId, key: &NewKey, now: Timestamp) -> Result<Successor> {
    let first = store::all(tx, project)?.is_empty();
    let signs_from = if first { now } else { after_minutes(now, PUBLISHED_BEFORE) };
    let others_until = after_minutes(signs_from, PUBLISHED_AFTER);
    store::end_publication(tx, project, others_until)?;
    let sealed = app.keys().seal(tx, Purpose::SigningKey, key.id.as_str(), key.der.as_ref())?;
    store::insert(tx, project, &key.id, sealed, now, signs_from)?;
    Ok(Successor { id: key.id.clone(), signs_from, others_until })
}

/// The keys of a project, as far as this process remembers them.
fn remembered(app: &App, project: &ProjectId) -> Option<Arc<KeySet>> {
    let known = app.memory::<KeySets>().0.lock().ok()?;
    known.get(project).filter(|(_, at)| at.elapsed() < REMEMBERED).map(|(keys, _)| keys.clone())
}

/// The keys of a project, within a transaction.
pub(crate) fn keys_in(app: &App, tx: &mut Tx, project: &ProjectId) -> Result<Arc<KeySet>> {
    if let Some(keys) = remembered(app, project) {
        return Ok(keys);
    }
    let mut keys = Vec::new();
    for row in store::all(tx, project)? {
        let der = app.keys().open_sealed(tx, Purpose::SigningKey, row.id.as_str(), &row.sealed_private_key)?;
        let fault = || Error::internal("a signing key cannot be read");
        let pair = RsaKeyPair::from_pkcs8(&der).map_err(|_| fault())?;
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
        let public = public.map_err(|_| fault())?;
        let store::Stored { id, created_at, signs_from, published_until, .. } = row;
        keys.push(SigningKey { id, pair, public, created_at, signs_from, published_until });
    }
    let keys = Arc::new(KeySet(keys));
    app.memory::<KeySets>().remember(project, &keys);
    Ok(keys)
}

/// The keys of a project. Whoever asks when the newest is due makes its successor.
pub(crate) async fn keys(app: &App, project: &Project, now: Timestamp) -> Result<Arc<KeySet>> {
    if let Some(keys) = remembered(app, &project.id).filter(|keys| !keys.is_due(now)) {
        return Ok(keys);
    }
    let keys = read(app, &project.id).await?;
    if !keys.is_due(now) {
        return Ok(keys);
    }
    let (app_, id, successor) = (app.clone(), project.id.clone(), generate(&project.id).await?);
    app.db()
        .write(move |tx| {
            tx.enter(id.as_str())?;
            forget(&app_, &id);
            // Another node may have been faster.
            if keys_in(&app_, tx, &id)?.is_due(now) {
                insert(&app_, tx, &id, &successor, now)?;
            }
            forget(&app_, &id);
            Ok::<_, Error>(())
        })
        .await?;
    read(app, &project.id).await
}

async fn read(app: &App, project: &ProjectId) -> Result<Arc<KeySet>> {
    let (app_, id) = (app.clone(), project.clone());
    app.db().read(move |tx| tx.visit(id.as_str(), |tx| keys_in(&app_, tx, &id))).await
}

fn forget(app: &App, project: &ProjectId) {
    if let Ok(mut known) = app.memory::<KeySets>().0.lock() {
        known.remove(project);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::id::Environment;

    #[test]
    fn nothing_is_remembered_of_a_project_without_keys() {
        let (known, project) = (KeySets::default(), ProjectId::new(Environment::Test));
        known.remember(&project, &Arc::new(KeySet(Vec::new())));
        assert!(known.0.lock().is_ok_and(|known| known.is_empty()));
    }
}
