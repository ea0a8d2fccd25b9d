//! Servers that are not who they say (threat T-73).

use crate::support::{PUBLIC, Server, client, config, get, ok, patient, read_request, usual_names};
use outbound::{Config, Outbound, Refused, Request};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// What `openssl ca` wants to know.
const SETTINGS: &str = "[ca]\ndefault_ca = here\n[here]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\n\
    default_md = sha256\npolicy = any\ncopy_extensions = copy\nunique_subject = no\n[any]\ncommonName = supplied\n";

/// An authority, with what it has signed.
struct Authority {
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(authority.file("settings"), SETTINGS).unwrap();
        std::fs::write(authority.file("index"), "").unwrap();
        authority.openssl("req -x509 -subj /CN=authority -days 2 -keyout authority.key -out authority.crt", NEW_KEY);
        authority
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, command: &str, more: &[&str]) {
        let run = |command: &mut Command| {
            let output = command.current_dir(self.folder.path()).stdin(Stdio::null()).output().unwrap();
            assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        run(Command::new("openssl").args(command.split(' ')).args(more));
    }

    /// A certificate for whoever asks, from the one time to the other (`YYYYMMDDHHMMSSZ`).
    fn sign(&self, extensions: &[&str], from: &str, until: &str) -> TlsAcceptor {
        let mut request = NEW_KEY.to_vec();
        extensions.iter().for_each(|extension| request.extend(["-addext", extension]));
        self.openssl("req -subj /CN=idp.example -keyout server.key -out server.csr", &request);
        self.openssl(
            "ca -batch -notext -config settings -cert authority.crt -keyfile authority.key -in server.csr -out server.crt",
            &["-startdate", from, "-enddate", until],
        );
        acceptor(&self.file("server.crt"), &self.file("server.key"))
    }

    fn sign_for(&self, names: &str) -> TlsAcceptor {
        self.sign(&[&format!("subjectAltName={names}")], LONG_AGO, FAR_OFF)
    }

    /// A client whose operator trusts this authority.
    fn client(&self) -> Outbound {
        let authorities = Some(self.file("authority.crt"));
        Outbound::new(Config { authorities, ..config(usual_names()) }).unwrap()
    }
}

const NEW_KEY: &[&str] = &["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const LONG_AGO: &str = "20200101000000Z";
const YESTERYEAR: &str = "20210101000000Z";
const FAR_OFF: &str = "21000101000000Z";
const FARTHER_OFF: &str = "21010101000000Z";

fn acceptor(certificate: &Path, key: &Path) -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// A server that shows the certificate, and the requests that came through; it answers `answer`, and says goodbye if
/// it is polite.
async fn serve(acceptor: TlsAcceptor, answer: String, polite: bool) -> (u16, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((PUBLIC, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = seen.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            // Both ends say that this is HTTP/1.1, so it cannot be taken for another protocol (RFC 7301).
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
            let request = read_request(&mut stream).await;
            log.lock().unwrap().push(request);
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
            if polite {
                stream.shutdown().await.unwrap();
            }
        }
    });
    (port, seen)
}

/// What a client says to a server with this certificate; an error when the request got through nevertheless.
async fn refused(client: &Outbound, acceptor: TlsAcceptor, host: &str) -> Refused {
    let (port, seen) = serve(acceptor, ok("hi"), true).await;
    let request = Request::get(&format!("https://{host}:{port}/")).unwrap().limits(patient());
    let refused = client.send(request).await.unwrap_err();
    assert!(seen.lock().unwrap().is_empty(), "{host}: the request was sent");
    refused
}

fn untrusted(why: &'static str) -> Refused {
    Refused::Tls { host: "idp.example".into(), why }
}

#[tokio::test]
async fn t73_a_host_that_proves_its_name_is_asked() {
    let authority = Authority::new();
    let client = authority.client();
    for (names, hosts) in [
        ("DNS:idp.example,DNS:other.example", ["idp.example", "other.example"]),
        ("DNS:*.idp.example", ["a.idp.example", "A.IDP.Example"]),
        ("IP:127.0.0.2", ["127.0.0.2", "0x7f000002"]),
    ] {
        let (port, seen) = serve(authority.sign_for(names), ok("hi"), true).await;
        for host in hosts {
            let request = Request::get(&format!("https://{host}:{port}/")).unwrap().limits(patient());
            assert_eq!(client.send(request).await.unwrap().body, b"hi");
        }
        assert_eq!(seen.lock().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn t73_a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let another = untrusted("its certificate is for another name");
    for names in
        ["DNS:other.example", "DNS:*.idp.example", "DNS:*.example", "DNS:idp.example.evil.example", "IP:127.0.0.2"]
    {
        assert_eq!(refused(&authority.client(), authority.sign_for(names), "idp.example").await, another, "{names}");
    }
    // The common name has not counted since RFC 6125.
    let nameless = authority.sign(&["basicConstraints=CA:FALSE"], LONG_AGO, FAR_OFF);
    assert_eq!(refused(&authority.client(), nameless, "idp.example").await, another);
    let address = refused(&authority.client(), authority.sign_for("DNS:idp.example,DNS:127.0.0.2"), "127.0.0.2").await;
    assert!(matches!(address, Refused::Tls { why, .. } if why == "its certificate is for another name"), "{address:?}");
    assert_eq!(another.to_string(), "no secure connection to idp.example: its certificate is for another name");
    assert!(!another.is_transient());
}

#[tokio::test]
async fn t73_a_certificate_out_of_its_time_is_refused() {
    let authority = Authority::new();
    let name = &["subjectAltName=DNS:idp.example"];
    let expired = authority.sign(name, LONG_AGO, YESTERYEAR);
    let refused_ = refused(&authority.client(), expired, "idp.example").await;
    assert_eq!(refused_, untrusted("its certificate has expired"));
    let early = authority.sign(name, FAR_OFF, FARTHER_OFF);
    let refused_ = refused(&authority.client(), early, "idp.example").await;
    assert_eq!(refused_, untrusted("its certificate is not valid yet"));
}

#[tokio::test]
async fn t73_a_certificate_that_nobody_vouches_for_is_refused() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let unknown = untrusted("its certificate is of an authority that this server does not trust");
    // Of an authority that the operator of this client does not trust, of one with the name of one that he does, of none.
    assert_eq!(refused(&client(), authority.sign_for("DNS:idp.example"), "idp.example").await, unknown);
    let impostor = refused(&stranger.client(), authority.sign_for("DNS:idp.example"), "idp.example").await;
    assert_eq!(impostor, untrusted("its certificate cannot be trusted"));
    let mut own = NEW_KEY.to_vec();
    own.extend(["-addext", "subjectAltName=DNS:idp.example", "-addext", "basicConstraints=critical,CA:FALSE"]);
    authority.openssl("req -x509 -subj /CN=idp.example -days 2 -keyout own.key -out own.crt", &own);
    let own = acceptor(&authority.file("own.crt"), &authority.file("own.key"));
    assert_eq!(refused(&authority.client(), own, "idp.example").await, unknown);
}

#[tokio::test]
async fn t73_a_certificate_for_another_purpose_is_refused() {
    let authority = Authority::new();
    let for_clients =
        authority.sign(&["subjectAltName=DNS:idp.example", "extendedKeyUsage=clientAuth"], LONG_AGO, FAR_OFF);
    let refused_ = refused(&authority.client(), for_clients, "idp.example").await;
    assert_eq!(refused_, untrusted("its certificate cannot be trusted"));
}

#[tokio::test]
async fn t73_what_is_not_tls_is_refused() {
    let client = Authority::new().client();
    let plain = Server::at(PUBLIC, async |_, _| {}).await;
    let port = plain.address.port();
    // It answers before it has read what it does not understand.
    let listener = TcpListener::bind((PUBLIC, 0)).await.unwrap();
    let talking = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _): (TcpStream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        read_request(&mut stream).await;
    });
    let request = Request::get(&format!("https://idp.example:{talking}/")).unwrap().limits(patient());
    assert_eq!(client.send(request).await.unwrap_err(), untrusted("it does not speak TLS as it should"));
    client.send(get(&format!("http://idp.example:{port}/")).limits(patient())).await.unwrap_err();
    assert!(plain.seen()[0].starts_with("GET / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn t73_a_body_without_length_is_complete_only_with_a_goodbye() {
    let authority = Authority::new();
    let answer = "HTTP/1.1 200 OK\r\n\r\nhalf of it".to_owned();
    for polite in [true, false] {
        let (port, _) = serve(authority.sign_for("DNS:idp.example"), answer.clone(), polite).await;
        let request = Request::get(&format!("https://idp.example:{port}/")).unwrap().limits(patient());
        match authority.client().send(request).await {
            Ok(response) if polite => assert_eq!(response.body, b"half of it"),
            Err(Refused::Connect { .. }) if !polite => {}
            other => panic!("polite: {polite}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn t65_a_redirect_to_http_is_refused() {
    let authority = Authority::new();
    let plain = Server::start(ok("")).await;
    let location = crate::support::redirect(302, &plain.url("idp.example"));
    let (port, _) = serve(authority.sign_for("DNS:idp.example"), location, true).await;
    let request = Request::get(&format!("https://idp.example:{port}/")).unwrap().allow_http().redirects(1);
    let refused = authority.client().send(request).await.unwrap_err();
    assert_eq!(refused.to_string(), "idp.example redirects from https to http");
    assert!(plain.seen().is_empty());
}

#[test]
fn a_file_of_authorities_is_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authorities.pem");
    let error =
        || Outbound::new(Config { authorities: Some(file.clone()), ..Config::default() }).map(drop).unwrap_err();
    assert!(error().contains("authorities.pem: the certificates cannot be read"), "{}", error());
    std::fs::write(&file, "no certificate").unwrap();
    assert!(error().ends_with("authorities.pem: there is no certificate in it"), "{}", error());
    std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    assert!(error().contains("certificate"), "{}", error());
}
