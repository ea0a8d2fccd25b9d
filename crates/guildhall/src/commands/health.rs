//! `guildhall health`

use crate::config::{Common, Server};
use crate::tls_files::TlsFiles;
use clap::Args;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

/// For each step of asking.
const PATIENCE: Duration = Duration::from_secs(5);
/// The status line is at the beginning.
const ENOUGH: u64 = 64;
const REQUEST: &[u8] = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Ask the server on this machine whether it is ready, for the health check of a container. Give it what the server is given.
#[derive(Args)]
pub(crate) struct Health {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    server: Server,
}

impl Health {
    pub(crate) fn run(self) -> Result<(), String> {
        let common = self.common.complete()?;
        let server = self.server.complete(common.config.as_deref())?;
        let tls = TlsFiles::given(&server)?.is_some();
        let address = own(server.listen())?;
        match ask(address, tls) {
            Ok(status) if status == "200" => {
                super::print("ready");
                Ok(())
            }
            Ok(status) => Err(format!("{address} is not ready: it answers {status}")),
            Err(error) => Err(format!("{address} does not answer: {error}")),
        }
    }
}

/// Where the server that listens there is reached from this machine.
fn own(listen: &str) -> Result<SocketAddr, String> {
    let mut addresses = listen.to_socket_addrs().map_err(|error| format!("--listen {listen}: {error}"))?;
    let mut address = addresses.next().ok_or_else(|| format!("--listen {listen}: there is no such address"))?;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok(address)
}

/// The status that it answers.
fn ask(address: SocketAddr, tls: bool) -> io::Result<String> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match tls {
        true => status(StreamOwned::new(session(address).map_err(io::Error::other)?, stream)),
        false => status(stream),
    }
}

fn status(mut stream: impl Read + Write) -> io::Result<String> {
    stream.write_all(REQUEST)?;
    let mut answer = Vec::new();
    let read = stream.take(ENOUGH).read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer);
    match text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)) {
        Some(status) => Ok(status.to_owned()),
        None => Err(read.err().unwrap_or_else(|| io::Error::other("it does not speak HTTP"))),
    }
}

fn session(address: SocketAddr) -> Result<ClientConnection, Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Whoever(provider)))
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::from(address.ip()))
}

/// Takes any certificate: the one that is there is for the name that people use, nothing secret is said, and whoever could
/// answer in the server's place on this machine is the operator's to fear, not this command's.
#[derive(Debug)]
struct Whoever(Arc<CryptoProvider>);

impl ServerCertVerifier for Whoever {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_reached_on_this_machine() {
        for (listen, address) in [
            ("0.0.0.0:7400", "127.0.0.1:7400"),
            ("[::]:7400", "[::1]:7400"),
            ("127.0.0.2:80", "127.0.0.2:80"),
            ("10.0.0.5:443", "10.0.0.5:443"),
        ] {
            assert_eq!(own(listen).unwrap(), address.parse().unwrap());
        }
        assert!(own("7400").is_err());
    }
}
