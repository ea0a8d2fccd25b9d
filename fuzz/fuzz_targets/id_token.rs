//! No ID token makes the verifier panic; none is accepted that nobody signed, and of those that were signed only such as are
//! from the issuer, for the client, of the login and of now.
#![no_main]

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use oidc::Algorithm;
use oidc::id_token::{Expected, IdToken, verify};
use oidc::identity::{self, Mapping};
use oidc::key_set::KeySet;
use serde_json::{Value, json};
use std::sync::LazyLock;

static PAIR: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap());
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let x = URL_SAFE_NO_PAD.encode(PAIR.public_key());
    let mut vectors: Value = serde_json::from_str(include_str!("../../crates/oidc/tests/vectors/node.json")).unwrap();
    let mut keys = vectors["keys"].take();
    keys.as_array_mut().unwrap().push(json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "own"}));
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
});

const EXPECTED: Expected<'_> = Expected {
    issuer: "https://idp.example",
    client_id: "client",
    nonce: Some("nonce"),
    algorithms: &Algorithm::ALL,
    access_token: Some("an-access-token"),
    code: Some("a-code"),
    now: 1_800_000_000,
    skew: 60,
};

fn signed(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(PAIR.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn judged(token: &str) -> Option<IdToken> {
    match verify(token, &KEYS, &EXPECTED) {
        Ok(token) => Some(token),
        // What is said of it can always be said.
        Err(refused) => {
            assert!(refused.to_string().len() < 16 * 1024);
            None
        }
    }
}

fuzz_target!(|text: &str| {
    if let Some(token) = judged(text) {
        assert!(token.subject.starts_with("subject of "));
    }
    let Some((header, claims)) = text.split_once('\n') else { return };
    let Some(token) = judged(&signed(header, claims)) else { return };
    assert_eq!(token.issuer.trim_end_matches('/'), EXPECTED.issuer);
    assert_eq!(token.claims["nonce"].as_str(), EXPECTED.nonce);
    let audience = &token.claims["aud"];
    assert!(audience == "client" || audience.as_array().is_some_and(|all| all.iter().any(|one| one == "client")));
    assert!(token.claims["exp"].as_f64().is_some_and(|time| time > 1_799_999_939.0));
    assert!((1..=255).contains(&token.subject.len()));
    let mapping = Mapping::new([("groups", "groups"), ("a", "a")]);
    if let Ok(identity) = identity::read(&token, None, &mapping) {
        let is_verified = identity.email.is_some_and(|email| email.is_verified());
        assert!(!is_verified || token.claims["email_verified"] == Value::Bool(true));
    }
});
