//! Our own keys: one signs requests, others are for what identity providers encrypt.

use super::{Saml, certificates};
use crate::sso::connections::Secrets;
use ::saml::{Certificate, PrivateKey, PrivateKeyError};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{EncryptionKeyId, SamlSigningKeyId};
use foundation::keys::equal;
use foundation::secret::Secret;
use foundation::{text, time};

/// Whose certificates these are.
const NAME: &str = "Guildhall";
/// How long they are valid: ten years, in seconds. Nobody verifies that; some identity providers show it.
const VALID: i64 = 3652 * 24 * 60 * 60;
/// Keys for encrypting at most. While one takes the place of another there are two.
const MOST_ENCRYPTION_KEYS: usize = saml::MAX_DECRYPTION_KEYS;
/// How much memory making or reading a key is counted with.
const LITTLE: u64 = 1 << 20;

text! {
    /// A private key in PEM.
    pub(super) PrivateKeyPem: Bytes { length: 0..=16384 };
}

/// What can be wrong with a private key.
pub(super) const PRIVATE_KEY: &[ApiError] =
    &[ApiError::PrivateKeyTooLong, ApiError::SamlSigningPrivateKeyInvalid, ApiError::SamlSigningPrivateKeyFormat];

/// A key of ours, with the certificate that others know it by.
#[derive(Clone)]
pub(super) struct OwnKey {
    pem: Secret,
    certificate: Certificate,
}

/// Makes a new one. That takes some tenths of a second, so it is done where passwords are hashed: there are bounds to it, and
/// nothing else waits for it.
///
/// # Errors
/// `too_many_requests` when too many wait.
pub(super) async fn generate(cx: &Cx) -> Result<OwnKey> {
    let now = time::to_seconds(cx.now());
    cx.app.hashing().run(LITTLE, move || certified(&PrivateKey::generate().map_err(fault)?, now)).await?
}

/// Reads the one that a request gives; `None` for none.
///
/// # Errors
/// [`PRIVATE_KEY`]; `too_many_requests` when too many wait.
pub(super) async fn read(cx: &Cx, given: Option<&Secret>) -> Result<Option<OwnKey>> {
    let Some(given) = given.filter(|given| !given.reveal().trim().is_empty()).cloned() else { return Ok(None) };
    if !PrivateKeyPem::fits(given.reveal()) {
        return Err(ApiError::PrivateKeyTooLong.into());
    }
    let now = time::to_seconds(cx.now());
    let work = move || certified(&PrivateKey::from_pem(given.reveal()).map_err(refused)?, now);
    cx.app.hashing().run(LITTLE, work).await?.map(Some)
}

fn refused(error: PrivateKeyError) -> Error {
    match error {
        PrivateKeyError::Form => ApiError::SamlSigningPrivateKeyFormat.into(),
        PrivateKeyError::Key(why) => {
            ApiError::SamlSigningPrivateKeyInvalid.because(format!("The key is not taken: {why}."))
        }
        PrivateKeyError::Unreadable => ApiError::SamlSigningPrivateKeyInvalid.into(),
        error => fault(error),
    }
}

fn fault(error: PrivateKeyError) -> Error {
    Error::Internal(Box::new(error))
}

fn certified(key: &PrivateKey, now: i64) -> Result<OwnKey> {
    let certificate = Certificate::self_signed(key, NAME, now, now + VALID);
    let certificate = certificate.map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(OwnKey { pem: Secret::new(key.to_pem().as_str()), certificate })
}

/// Has requests signed by this key from now on. The same key changes nothing.
pub(super) fn sign_with(saml: &mut Saml, secrets: &mut Secrets, cx: &Cx, key: &OwnKey) {
    if equal(secrets.signing_private_key.as_bytes(), key.pem.reveal().as_bytes()) {
        return;
    }
    let id = SamlSigningKeyId::new(cx.project().environment).to_string();
    saml.signing_certificates = vec![certificates::stored(cx, id, &key.certificate, NAME)];
    secrets.signing_private_key = key.pem.reveal().to_owned();
}

/// Lets assertions be encrypted for this key as well; its id. The same key changes nothing.
///
/// # Errors
/// `too_many_encryption_certificates`.
pub(super) fn decrypt_with(saml: &mut Saml, secrets: &mut Secrets, cx: &Cx, key: &OwnKey) -> Result<String> {
    if let Some((id, _)) = secrets.encryption_private_keys.iter().find(|(_, pem)| *pem == key.pem.reveal()) {
        return Ok(id.clone());
    }
    if saml.encryption_certificates.len() >= MOST_ENCRYPTION_KEYS {
        return Err(ApiError::TooManyEncryptionCertificates.into());
    }
    let id = EncryptionKeyId::new(cx.project().environment).to_string();
    saml.encryption_certificates.push(certificates::stored(cx, id.clone(), &key.certificate, NAME));
    secrets.encryption_private_keys.insert(id.clone(), key.pem.reveal().to_owned());
    Ok(id)
}

/// Takes one of the keys for encrypting away.
///
/// # Errors
/// `sso_encryption_private_key_not_found`.
pub(super) fn remove(saml: &mut Saml, secrets: &mut Secrets, id: &str) -> Result<()> {
    let place = saml.encryption_certificates.iter().position(|known| known.id == id);
    saml.encryption_certificates.remove(place.ok_or(ApiError::SsoEncryptionPrivateKeyNotFound)?);
    secrets.encryption_private_keys.remove(id);
    Ok(())
}
