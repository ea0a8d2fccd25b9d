//! Keys and certificates, as administrators have them.

use crate::idp::{KEY, NOW, unpem};
use saml::{Certificate, CertificateError, PrivateKey, PrivateKeyError};

#[test]
fn our_own_certificate() {
    let certificate = Certificate::self_signed(&KEY.private, "Guildhall", NOW, NOW + 30 * 365 * 86_400).unwrap();
    assert_eq!(certificate.issuer(), "CN=Guildhall");
    assert_eq!((certificate.not_before(), certificate.not_after()), (Some(NOW), Some(NOW + 30 * 365 * 86_400)));
    let pem = certificate.to_pem();
    let again = Certificate::parse(&pem).unwrap();
    assert_eq!(again.to_pem(), pem);
    assert_eq!(again.fingerprint(), certificate.fingerprint());
    assert!(pem.lines().all(|line| line.len() <= 64));
    assert_ne!(
        Certificate::self_signed(&KEY.private, "Guildhall", NOW, NOW).unwrap().fingerprint(),
        again.fingerprint()
    );
}

#[test]
fn certificates_as_they_are_pasted() {
    let pem = KEY.certificate.to_pem();
    let lines: Vec<_> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for text in [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        format!("subject=/CN=x\nissuer=/CN=x\n{pem}\n\n"),
        lines.concat(),
        format!("\n  {}\n", lines.join("\n  ")),
        pem.replace('\n', " "),
    ] {
        assert_eq!(Certificate::parse(&text).unwrap().fingerprint(), KEY.certificate.fingerprint(), "{text}");
    }
    for (text, error) in [
        (String::new(), CertificateError::Unreadable),
        ("hello".to_owned(), CertificateError::Unreadable),
        (pem.replace("-----END CERTIFICATE-----", ""), CertificateError::Unreadable),
        (pem.repeat(2), CertificateError::Several),
        (KEY.private.to_pem().to_string(), CertificateError::Unreadable),
        (format!("{pem}{}", " ".repeat(40_000)), CertificateError::Unreadable),
    ] {
        assert_eq!(Certificate::parse(&text).unwrap_err(), error, "{text:.80}");
    }
}

/// Made by OpenSSL: names of many kinds, and of every kind of key.
#[test]
fn certificates_of_others() {
    let rsa = Certificate::parse(include_str!("data/named.pem")).unwrap();
    assert_eq!(
        rsa.issuer(),
        "C=DE, ST=Th\u{fc}ringen, L=Jena, O=M\u{fc}ller & S\u{f6}hne, OU=IT, CN=idp.example.test, \
         emailAddress=it@example.test, DC=example, 2.5.4.5=42"
    );
    assert_eq!(rsa.not_after().unwrap() - rsa.not_before().unwrap(), 40 * 365 * 86_400);
    for text in [include_str!("data/p256.pem"), include_str!("data/p384.pem")] {
        assert!(Certificate::parse(text).is_ok());
    }
    let ed25519 = Certificate::parse(include_str!("data/ed25519.pem")).unwrap_err();
    assert_eq!(ed25519.to_string(), "the key is of a kind that is not used: RSA, P-256 and P-384 are");
}

#[test]
fn private_keys_are_read_and_written() {
    let pem = KEY.private.to_pem();
    assert!(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    let again = PrivateKey::from_pem(&pem).unwrap();
    assert_eq!(*again.to_pem(), *pem);
    assert_eq!(again.bits(), 2048);
    assert_eq!(format!("{again:?}"), "RSA private key of 2048 bits");
    let (pkcs1, pkcs8) = (include_str!("data/rsa3072.key"), include_str!("data/rsa3072.pkcs8"));
    let (one, other) = (PrivateKey::from_pem(pkcs1).unwrap(), PrivateKey::from_pem(pkcs8).unwrap());
    assert_eq!(*one.to_pem(), *other.to_pem());
    assert_eq!(unpem(&one.to_pem()), unpem(pkcs1));
    assert_eq!(one.bits(), 3072);
}

#[test]
fn t17_what_is_no_private_key_of_ours() {
    let pem = KEY.private.to_pem();
    let broken = pem.replacen("MII", "MIJ", 1);
    for (text, error) in [
        ("", PrivateKeyError::Unreadable),
        ("-----BEGIN RSA PRIVATE KEY-----", PrivateKeyError::Unreadable),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", PrivateKeyError::Unreadable),
        (&broken, PrivateKeyError::Unreadable),
        (&KEY.certificate.to_pem(), PrivateKeyError::Unreadable),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----", PrivateKeyError::Form),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", PrivateKeyError::Form),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
            PrivateKeyError::Form,
        ),
        (include_str!("data/p256.pkcs8"), PrivateKeyError::Form),
        (&"x".repeat(20_000), PrivateKeyError::Unreadable),
    ] {
        assert_eq!(PrivateKey::from_pem(text).unwrap_err(), error, "{text:.60}");
    }
}
