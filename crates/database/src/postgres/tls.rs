//! TLS to the server, with the words of libpq.

use crate::{Error, Result};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use std::{path::PathBuf, sync::Arc};
use tokio_postgres::config::SslMode;

/// How much the connection is to be trusted, from the weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// `sslmode` and `sslrootcert` of an address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Security {
    level: Level,
    roots: Option<PathBuf>,
}

impl Security {
    /// Takes them out of the address, for tokio-postgres knows half of them.
    pub(crate) fn take(url: &str) -> Result<(String, Security)> {
        let mut security = Security { level: Level::Prefer, roots: None };
        let Some((base, query)) = url.split_once('?') else { return Ok((url.to_owned(), security)) };
        let (mut others, mut level, mut system) = (Vec::new(), None, false);
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", mode)) => {
                    level = Some(match mode {
                        "disable" => Level::Disable,
                        "allow" | "prefer" => Level::Prefer,
                        "require" => Level::Require,
                        "verify-ca" => Level::VerifyCa,
                        "verify-full" => Level::VerifyFull,
                        _ => return Err(Error::other(format!("database address: sslmode={mode} is unknown"))),
                    });
                }
                Some(("sslrootcert", "system")) => system = true,
                Some(("sslrootcert", file)) => security.roots = Some(decode(file).into()),
                _ => others.push(pair),
            }
        }
        // As libpq does: everybody has a certificate of the system's authorities, so the name is what counts.
        security.level = match (system, level) {
            (false, level) => level.unwrap_or(Level::Prefer),
            (true, None | Some(Level::VerifyFull)) => Level::VerifyFull,
            (true, Some(_)) => {
                return Err(Error::other("database address: sslrootcert=system goes with sslmode=verify-full only"));
            }
        };
        // As libpq does: whoever names an authority wants it checked.
        if security.roots.is_some() && security.level == Level::Require {
            security.level = Level::VerifyCa;
        }
        let url = if others.is_empty() { base.to_owned() } else { format!("{base}?{}", others.join("&")) };
        Ok((url, security))
    }

    pub(crate) fn mode(&self) -> SslMode {
        match self.level {
            Level::Disable => SslMode::Disable,
            Level::Prefer => SslMode::Prefer,
            _ => SslMode::Require,
        }
    }

    pub(crate) fn connector(&self) -> Result<Arc<ClientConfig>> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let inner = if self.level >= Level::VerifyCa {
            let roots = Arc::new(self.roots()?);
            Some(WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build().map_err(Error::other)?)
        } else {
            None
        };
        let verifier = Verifier { inner, name: self.level == Level::VerifyFull, provider: provider.clone() };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Arc::new(config))
    }

    fn roots(&self) -> Result<RootCertStore> {
        let mut store = RootCertStore::empty();
        match &self.roots {
            Some(file) => {
                let cannot = |e: &dyn std::fmt::Display| Error::other(format!("{}: {e}", file.display()));
                for certificate in CertificateDer::pem_file_iter(file).map_err(|e| cannot(&e))? {
                    store.add(certificate.map_err(|e| cannot(&e))?).map_err(|e| cannot(&e))?;
                }
            }
            None => {
                // Some systems carry a few that do not parse; the others are still good.
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        if store.is_empty() {
            return Err(Error::other("no certificate authority to check the database against"));
        }
        Ok(store)
    }
}

/// Percent-decodes a value of the address.
fn decode(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut out = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.extend(byte.or(Some(b'%')));
        out.extend(piece.bytes().skip(if byte.is_some() { 2 } else { 0 }));
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Checks what the level asks. `prefer` and `require` encrypt, and trust whoever answers, as everywhere.
#[derive(Debug)]
struct Verifier {
    inner: Option<Arc<WebPkiServerVerifier>>,
    name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        match inner.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            // The name is checked after the chain, so all else was right.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
