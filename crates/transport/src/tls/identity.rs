//! A certificate with its key, checked before any client sees it.

use rustls::client::verify_server_name;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::{Error, InconsistentKeys, ServerConfig};
use std::sync::Arc;

/// A certificate, the chain that leads to its authority, and its key.
#[derive(Clone)]
pub struct Identity {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
}

/// Why nobody can be served as this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentity {
    /// Of the certificates.
    #[error("there is no certificate in PEM in it")]
    NoCertificate,
    /// Of the certificates.
    #[error("a certificate in it cannot be read")]
    Certificate,
    /// Of the key.
    #[error("there is no private key in PEM in it")]
    NoKey,
    /// Of the key.
    #[error("the key in it is encrypted; store it without a password, readable by this server only")]
    EncryptedKey,
    /// Of the key.
    #[error(
        "the key in it cannot be used; it has to be RSA of 2048 bits or more, ECDSA (P-256, P-384, P-521) or Ed25519"
    )]
    Key,
    /// Of both.
    #[error("the key does not belong to the first certificate")]
    Mismatch,
}

impl InvalidIdentity {
    /// Whether it is the key that is wrong, and not the certificates.
    #[must_use]
    pub fn is_of_key(self) -> bool {
        matches!(self, Self::NoKey | Self::EncryptedKey | Self::Key | Self::Mismatch)
    }
}

impl Identity {
    /// Reads the certificates, the server's own first, and the key.
    ///
    /// # Errors
    /// When they cannot be read, or are not of each other.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, InvalidIdentity> {
        let chain = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| InvalidIdentity::Certificate)?;
        let certificate = chain.first().ok_or(InvalidIdentity::NoCertificate)?.clone();
        ParsedCertificate::try_from(&certificate).map_err(|_| InvalidIdentity::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
            pem::Error::NoItemsFound if is_encrypted(key) => InvalidIdentity::EncryptedKey,
            pem::Error::NoItemsFound => InvalidIdentity::NoKey,
            _ => InvalidIdentity::Key,
        })?;
        let config = config(chain, key).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => InvalidIdentity::Mismatch,
            _ => InvalidIdentity::Key,
        })?;
        Ok(Self { config: Arc::new(config), certificate })
    }

    /// The server's own certificate, in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Whether clients who ask for this host, a name or an address, find it in the certificate.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        let host = ServerName::try_from(host.trim_matches(['[', ']']));
        let certificate = ParsedCertificate::try_from(&self.certificate);
        matches!((certificate, host), (Ok(certificate), Ok(host)) if verify_server_name(&certificate, &host).is_ok())
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }
}

fn config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Whoever comes again brings what is needed to go on, so that nothing has to be remembered of anybody.
    config.ticketer = Ticketer::new()?;
    Ok(config)
}

fn is_encrypted(key: &[u8]) -> bool {
    String::from_utf8_lossy(key).contains("ENCRYPTED")
}
