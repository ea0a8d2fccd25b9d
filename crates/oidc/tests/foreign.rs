//! Tokens that other libraries made (`vectors/`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use oidc::Algorithm;
use oidc::id_token::{Expected, Refused, verify};
use oidc::key_set::KeySet;
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;

const EXPECTED: Expected<'_> = Expected {
    issuer: "https://idp.example",
    client_id: "client",
    nonce: Some("nonce"),
    algorithms: &Algorithm::ALL,
    access_token: Some("an-access-token"),
    code: Some("a-code"),
    now: NOW + 299,
    skew: 0,
};

fn vectors() -> [Value; 2] {
    [include_str!("vectors/python.json"), include_str!("vectors/node.json")]
        .map(|text| serde_json::from_str(text).unwrap())
}

fn tokens(vectors: &Value) -> impl Iterator<Item = (&String, &str)> {
    vectors["tokens"].as_object().unwrap().iter().map(|(name, token)| (name, token.as_str().unwrap()))
}

fn keys(keys: &Value) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

#[test]
fn every_algorithm_is_verified_as_others_sign() {
    for vectors in vectors() {
        let keys = keys(&vectors["keys"]);
        let mut seen = Vec::new();
        for (name, token) in tokens(&vectors) {
            let verified = verify(token, &keys, &EXPECTED).unwrap_or_else(|refused| panic!("{name}: {refused}"));
            assert_eq!(verified.subject, format!("subject of {name}"));
            assert_eq!(verified.claims["email"], "ada@example.com");
            seen.push(Algorithm::parse(name).unwrap());
        }
        for algorithm in Algorithm::ALL {
            assert!(seen.contains(&algorithm), "{algorithm:?}");
        }
    }
}

#[test]
fn t29_no_other_key_and_no_other_login_will_do() {
    let [python, node] = vectors();
    for (mine, other) in [(&python, &node), (&node, &python)] {
        let (own, others) = (keys(&mine["keys"]), keys(&other["keys"]));
        for (name, token) in tokens(mine) {
            assert!(verify(token, &others, &EXPECTED).is_err_and(|refused| refused.needs_newer_keys()), "{name}");
            let late = Expected { now: NOW + 300, ..EXPECTED };
            assert!(matches!(verify(token, &own, &late), Err(Refused::Expired { .. })), "{name}");
            let elsewhere = Expected { access_token: Some("another"), ..EXPECTED };
            let has_hash = name != "EdDSA";
            assert_eq!(verify(token, &own, &elsewhere).is_err(), has_hash, "{name}");
        }
    }
}
