//! The certificates that an identity provider's answers are verified with.

use super::{Saml, StoredCertificate};
use ::saml::Certificate;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::VerificationKeyId;
use foundation::time;

/// How many there are at most. While one takes the place of another there are two.
const MOST: usize = 5;

/// A certificate under its id, as it is stored.
pub(super) fn stored(cx: &Cx, id: String, certificate: &Certificate, issuer: &str) -> StoredCertificate {
    StoredCertificate {
        id,
        certificate: certificate.to_pem(),
        issuer: issuer.to_owned(),
        created_at: cx.now(),
        expires_at: certificate.not_after().map(time::from_seconds),
        unknown: Default::default(),
    }
}

fn new(cx: &Cx, certificate: &Certificate) -> StoredCertificate {
    let id = VerificationKeyId::new(cx.project().environment).to_string();
    stored(cx, id, certificate, certificate.issuer())
}

/// Reads the certificate that a request gives.
///
/// # Errors
/// `invalid_x509_certificate`, with what is wrong with it.
pub(super) fn read(text: &str) -> Result<Certificate> {
    let refused = |error| ApiError::InvalidX509Certificate.because(format!("x509_certificate is not taken: {error}."));
    Certificate::parse(text).map_err(refused)
}

/// Adds one to those of the connection, unless it is there.
///
/// # Errors
/// `too_many_sso_verification_certificates`.
pub(super) fn add(saml: &mut Saml, cx: &Cx, certificate: &Certificate) -> Result<()> {
    let pem = certificate.to_pem();
    if saml.verification_certificates.iter().any(|known| known.certificate == pem) {
        return Ok(());
    }
    if saml.verification_certificates.len() >= MOST {
        return Err(ApiError::TooManySsoVerificationCertificates.into());
    }
    saml.verification_certificates.push(new(cx, certificate));
    Ok(())
}

/// Replaces those of the connection by those that the identity provider publishes. One that is there already stays.
///
/// # Errors
/// `too_many_sso_verification_certificates`.
pub(super) fn replace(saml: &mut Saml, cx: &Cx, published: &[Certificate]) -> Result<()> {
    if published.len() > MOST {
        return Err(ApiError::TooManySsoVerificationCertificates
            .because(format!("The metadata has {} certificates, and a connection at most {MOST}.", published.len())));
    }
    let known = std::mem::take(&mut saml.verification_certificates);
    let kept =
        |certificate: &Certificate| known.iter().find(|known| known.certificate == certificate.to_pem()).cloned();
    saml.verification_certificates =
        published.iter().map(|certificate| kept(certificate).unwrap_or_else(|| new(cx, certificate))).collect();
    Ok(())
}

/// Takes one away.
///
/// # Errors
/// `sso_verification_key_not_found`; `cannot_delete_last_sso_verification_key` while people log in by the connection.
pub(super) fn remove(saml: &mut Saml, id: &str) -> Result<()> {
    let place = saml.verification_certificates.iter().position(|known| known.id == id);
    let place = place.ok_or(ApiError::SsoVerificationKeyNotFound)?;
    if saml.missing().is_empty() && saml.verification_certificates.len() == 1 {
        return Err(ApiError::CannotDeleteLastSsoVerificationKey.into());
    }
    saml.verification_certificates.remove(place);
    Ok(())
}
