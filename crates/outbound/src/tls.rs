//! TLS: the host proves its name, to the system's authorities or to the operator's own (threat T-73).

use crate::refused::{Refused, cause};
use rustls::{
    CertificateError, ClientConfig, Error,
    client::Resumption,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;
use std::{
    io,
    path::Path,
    sync::{Arc, OnceLock},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsConnector, client::TlsStream};
use url::Host;

/// TLS that trusts the system's authorities, and those in a file.
pub(crate) struct Trust(OnceLock<Option<TlsConnector>>);

impl Trust {
    /// Reads the file. The system's authorities alone are read when they are first needed: commands and servers start
    /// without them.
    pub(crate) fn new(authorities: Option<&Path>) -> Result<Self, String> {
        let made = authorities.map(|file| read(file).and_then(connector)).transpose()?;
        Ok(Self(made.map_or_else(OnceLock::new, OnceLock::from)))
    }

    /// `None` where there are no authorities at all, as in a container with nothing in it: then nobody can prove a name.
    pub(crate) fn connector(&self) -> Option<&TlsConnector> {
        self.0.get_or_init(|| connector(Vec::new()).ok().flatten()).as_ref()
    }
}

fn connector(own: Vec<CertificateDer<'static>>) -> Result<Option<TlsConnector>, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let is_given = !own.is_empty();
    let verifier = match Verifier::new_with_extra_roots(own, provider.clone()) {
        Ok(verifier) => verifier,
        Err(error) if is_given => return Err(format!("the certificates cannot be used: {error}")),
        Err(_) => return Ok(None),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be used: {error}"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session would stand for a certificate that may have expired since.
    config.resumption = Resumption::disabled();
    Ok(Some(TlsConnector::from(Arc::new(config))))
}

fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(format!("{}: there is no certificate in it", file.display())),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("{}: the certificates cannot be read: {error}", file.display())),
    }
}

/// The connection, once the other side has proved to be this host.
pub(crate) async fn secure<S>(connector: &TlsConnector, host: &Host<String>, stream: S) -> io::Result<TlsStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = match host {
        Host::Domain(name) => ServerName::try_from(name.clone()).map_err(io::Error::other)?,
        Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(*address)),
        Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(*address)),
    };
    connector.connect(name, stream).await
}

/// An error of TLS in our own words, for rustls repeats what a certificate says. Others are not of TLS.
pub(crate) fn refused(host: &str, error: &(dyn std::error::Error + 'static)) -> Option<Refused> {
    let why = match cause::<Error>(error)? {
        Error::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            CertificateError::UnknownIssuer => "its certificate is of an authority that this server does not trust",
            _ => "its certificate cannot be trusted",
        },
        Error::AlertReceived(_) => "it ended the handshake",
        Error::PeerIncompatible(_) => "it has no version or cipher of TLS in common with this server",
        _ => "it does not speak TLS as it should",
    };
    Some(Refused::Tls { host: host.to_owned(), why })
}
