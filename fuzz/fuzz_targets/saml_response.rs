//! No response makes the verifier panic, and none but the one that was signed is accepted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saml::{Certificate, Expected, Legacy, PrivateKey};
use std::sync::LazyLock;

const ACS: &str = "https://sp.example.test/v1/b2b/sso/callback/saml-connection-1";

static CERTIFICATES: LazyLock<[Certificate; 1]> =
    LazyLock::new(|| [Certificate::parse(include_str!("../../crates/saml/tests/saml/data/sha1.pem")).unwrap()]);
static KEYS: LazyLock<[PrivateKey; 1]> =
    LazyLock::new(|| [PrivateKey::from_pem(include_str!("../../crates/saml/tests/saml/data/rsa3072.key")).unwrap()]);

fuzz_target!(|bytes: &[u8]| {
    let expected = Expected {
        issuer: "https://idp.example.test/metadata",
        certificates: &*CERTIFICATES,
        decryption_keys: &*KEYS,
        audiences: &[ACS],
        acs_urls: &[ACS],
        request_id: Some("_request-1"),
        // 2026-11-28T12:00:00Z
        now: 1_795_867_200,
        skew: 120,
        legacy: Legacy { sha1: true, rsa_1_5: true, triple_des: true },
    };
    match saml::verify(bytes, &expected) {
        Ok(verified) => assert_eq!(verified.name_id.value, "ada@example.test"),
        // What is said of it can always be said.
        Err(refused) => assert!(refused.to_string().len() < 16 * 1024),
    }
});
