//! Servers that speak TLS.

use crate::support::{Client, Io, LARGE, SHORT, head, patient, start, start_with, within};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme, SupportedProtocolVersion, version};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;
use tokio_rustls::TlsConnector;
use transport::{Identity, InvalidIdentity, Limits, Tls};

/// A certificate and its key as files of PEM.
pub(crate) struct Made {
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: Vec<u8>,
}

/// Makes a certificate that its key has signed.
fn made(name: &str, key: &[&str]) -> Made {
    let folder = TempDir::new().unwrap();
    let output = Command::new("openssl")
        .args(["req", "-x509", "-days", "2", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-newkey"])
        .args(key)
        .args(["-subj", &format!("/CN={name}"), "-addext", &format!("subjectAltName=DNS:{name},IP:127.0.0.1")])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |file: &str| std::fs::read(folder.path().join(file)).unwrap();
    Made { certificate: read("cert.pem"), key: read("key.pem") }
}

const P256: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

impl Made {
    fn identity(&self) -> Identity {
        Identity::from_pem(&self.certificate, &self.key).unwrap()
    }
}

/// Takes whatever it is shown; the tests look at it themselves.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &default_provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &default_provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}

fn connector(versions: &[&'static SupportedProtocolVersion], protocols: &[&str]) -> TlsConnector {
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

fn usual() -> TlsConnector {
    connector(&[&version::TLS13, &version::TLS12], &["h2", "http/1.1"])
}

type Stream = tokio_rustls::client::TlsStream<Io>;

async fn secured(io: Io, connector: &TlsConnector) -> std::io::Result<Stream> {
    within(connector.connect(ServerName::try_from("auth.example").unwrap(), io)).await
}

/// The certificate that a client was shown.
fn shown(stream: &Stream) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test]
async fn requests_are_answered_by_tls_of_either_version() {
    for made in [made("auth.example", P256), made("auth.example", &["rsa:2048"]), made("auth.example", &["ed25519"])] {
        let tls = Tls::new(&made.identity());
        let server = start_with(patient(), Some(tls)).await;
        for version in [&version::TLS12, &version::TLS13] {
            let stream = secured(server.open().await, &connector(&[version], &["h2", "http/1.1"])).await.unwrap();
            let (io, session) = stream.get_ref();
            assert_eq!(session.alpn_protocol(), Some(b"http/1.1".as_slice()));
            assert_eq!(session.protocol_version(), Some(version.version));
            let address = io.local_addr().unwrap().to_string();
            let mut client = Client::over(stream);
            assert_eq!(client.get("/peer").await.body, address.as_bytes());
            let body = vec![b'y'; 1 << 20];
            assert_eq!(client.post("/echo", &body).await.body, body);
        }
    }
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections() {
    let (first, second) = (made("auth.example", P256), made("auth.example", P256));
    let tls = Tls::new(&first.identity());
    let server = start_with(patient(), Some(tls.clone())).await;
    // It would resume a session if it could.
    let connector = usual();
    let stream = secured(server.open().await, &connector).await.unwrap();
    assert_eq!(shown(&stream), first.identity().certificate());
    let mut old = Client::over(stream);
    assert_eq!(old.get("/").await.body, b"hello");
    tls.replace(&second.identity());
    let stream = secured(server.open().await, &connector).await.unwrap();
    assert_eq!(shown(&stream), second.identity().certificate());
    assert_eq!(Client::over(stream).get("/").await.body, b"hello");
    assert_eq!(old.get("/").await.body, b"hello");
}

#[tokio::test]
async fn who_begins_no_handshake_or_half_of_one_is_closed() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let server = start_with(Limits { head: SHORT, ..patient() }, Some(tls)).await;
    for begun in [b"".as_slice(), b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"] {
        let started = Instant::now();
        let mut client = server.connect().await;
        client.send(begun).await;
        client.is_gone().await;
        assert!(started.elapsed() >= SHORT, "{begun:?}");
        server.connections(0).await;
    }
}

#[tokio::test]
async fn a_handshake_byte_by_byte_has_no_longer_than_a_head() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let server = start_with(Limits { head: SHORT, ..patient() }, Some(tls)).await;
    let mut client = server.connect().await;
    let started = Instant::now();
    // The beginning of a long record.
    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await;
    while client.try_send("x").await && started.elapsed() < SHORT * 10 {
        sleep(SHORT / 30).await;
    }
    assert!(started.elapsed() < SHORT * 10);
    server.connections(0).await;
}

#[tokio::test]
async fn a_half_sent_head_within_tls_is_answered_408() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let server = start_with(Limits { head: SHORT, ..patient() }, Some(tls)).await;
    let mut client = Client::over(secured(server.open().await, &usual()).await.unwrap());
    client.send("GET / HTTP/1.1\r\nHost").await;
    assert_eq!(client.answer().await.status, 408);
    client.send_end().await;
    client.is_closed().await;
    server.connections(0).await;
}

#[tokio::test]
async fn slow_handshakes_hold_up_nobody() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let server = start_with(patient(), Some(tls)).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut client = server.connect().await;
        client.send(b"\x16\x03\x01").await;
        slow.push(client);
    }
    server.connections(20).await;
    let mut client = Client::over(secured(server.open().await, &usual()).await.unwrap());
    assert_eq!(client.get("/").await.body, b"hello");
}

#[tokio::test]
async fn who_speaks_without_tls_is_told() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let server = start_with(patient(), Some(tls)).await;
    for request in
        ["GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), head("/", 5) + "12345", "PRI * HTTP/2.0\r\n\r\n".into()]
    {
        let mut client = server.connect().await;
        client.send(request).await;
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.closes()), (400, true));
        assert!(String::from_utf8(answer.body).unwrap().contains("https://"));
        client.is_closed().await;
        server.connections(0).await;
    }
}

#[tokio::test]
async fn what_is_neither_is_closed() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let server = start_with(patient(), Some(tls)).await;
    for odd in
        [b"\x00\x01\x02\x03\x04\x05".as_slice(), b"ssh-2.0\r\n", b"\x16\x03\x01\x00\x02\x01\x00\x16\x16\x16\x16\x16"]
    {
        let mut client = server.connect().await;
        client.send(odd).await;
        client.is_gone().await;
        server.connections(0).await;
    }
    let client = server.connect().await;
    drop(client);
    server.connections(0).await;
}

#[tokio::test]
async fn tls_where_none_is_spoken_is_refused() {
    let server = start(patient()).await;
    assert!(secured(server.open().await, &usual()).await.is_err());
    server.connections(0).await;
}

#[tokio::test]
async fn large_answers_come_whole_however_slowly() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let pause = Duration::from_millis(50);
    let server = start_with(Limits { response: pause * 20, idle: SHORT, ..patient() }, Some(tls)).await;
    let mut client = Client::over(secured(server.open().await, &usual()).await.unwrap());
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut left = LARGE;
    for _ in 0..8 {
        sleep(pause).await;
        left -= client.discard(LARGE / 16).await;
    }
    client.discard(left).await;
    client.is_gone().await;
}

#[tokio::test]
async fn who_stops_reading_within_tls_is_reset() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let server = start_with(Limits { response: SHORT, ..patient() }, Some(tls)).await;
    let mut client = Client::over(secured(server.open().await, &usual()).await.unwrap());
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    server.connections(1).await;
    server.connections(0).await;
}

#[tokio::test]
async fn stopping_ends_handshakes_and_idle_connections() {
    let tls = Tls::new(&made("auth.example", P256).identity());
    let mut server = start_with(patient(), Some(tls)).await;
    let mut silent = server.connect().await;
    let mut half = server.connect().await;
    half.send(b"\x16\x03\x01").await;
    let mut idle = Client::over(secured(server.open().await, &usual()).await.unwrap());
    assert_eq!(idle.get("/").await.body, b"hello");
    server.begin_stop();
    idle.is_closed().await;
    silent.is_gone().await;
    half.is_gone().await;
    assert_eq!(server.stopped().await.dropped, 0);
}

#[test]
fn what_cannot_be_used_is_said() {
    let (first, second) = (made("auth.example", P256), made("other.example", P256));
    let joined = |one: &[u8], two: &[u8]| [one, two].concat();
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken_key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let encrypted = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (certificates, key, error) in [
        (b"".as_slice(), first.key.as_slice(), InvalidIdentity::NoCertificate),
        (&first.key, &first.key, InvalidIdentity::NoCertificate),
        (broken, &first.key, InvalidIdentity::Certificate),
        (&first.certificate, b"", InvalidIdentity::NoKey),
        (&first.certificate, &first.certificate, InvalidIdentity::NoKey),
        (&first.certificate, broken_key, InvalidIdentity::Key),
        (&first.certificate, encrypted, InvalidIdentity::EncryptedKey),
        (&first.certificate, &second.key, InvalidIdentity::Mismatch),
        (&joined(&second.certificate, &first.certificate), &first.key, InvalidIdentity::Mismatch),
    ] {
        let found = Identity::from_pem(certificates, key).err();
        assert_eq!(found, Some(error), "{}", String::from_utf8_lossy(certificates));
        assert_eq!(error.is_of_key(), !matches!(error, InvalidIdentity::NoCertificate | InvalidIdentity::Certificate));
    }
    // A chain, and both in one file, as some proxies want them.
    let chain = joined(&first.certificate, &second.certificate);
    assert!(Identity::from_pem(&chain, &joined(&first.key, &chain)).is_ok());
    let identity = first.identity();
    assert!(identity.is_for("auth.example") && identity.is_for("AUTH.example") && identity.is_for("127.0.0.1"));
    assert!(!identity.is_for("other.example") && !identity.is_for("[::1]") && !identity.is_for("not a name"));
}
