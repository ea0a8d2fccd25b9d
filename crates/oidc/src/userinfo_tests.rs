use super::*;
use crate::algorithm::Algorithm;
use crate::for_tests::{both, token};
use proptest::prelude::*;
use serde_json::json;

const EXPECTED: Expected<'_> = Expected {
    issuer: "https://idp.example",
    client_id: "me",
    nonce: Some("n"),
    algorithms: &[Algorithm::Rs256],
    access_token: None,
    code: None,
    now: 0,
    skew: 0,
};

fn of(status: u16, body: &[u8]) -> Result<Object, Refused> {
    let id_token = IdToken { issuer: EXPECTED.issuer.to_owned(), subject: "s".to_owned(), claims: Object::new() };
    read(status, body, &id_token, &both(), &EXPECTED)
}

#[test]
fn t28_userinfo_is_about_whoever_has_logged_in() {
    assert_eq!(of(200, br#"{"sub":"s","email":"a@b.example"}"#).unwrap()["email"], "a@b.example");
    for body in [&br#"{"email":"a@b.example"}"#[..], br#"{"sub":"other"}"#, br#"{"sub":["s"]}"#, br#"{"sub":"S"}"#] {
        assert!(matches!(of(200, body), Err(Refused::Subject { .. })));
    }
    assert_eq!(of(401, br#"{"sub":"s"}"#), Err(Refused::Status { status: 401 }));
    for body in [&b""[..], b"<html>", b"[]", b"a b.c", b"sub=s"] {
        assert!(matches!(of(200, body), Err(Refused::Unreadable(_))));
    }
}

#[test]
fn t29_signed_userinfo_is_the_providers_and_ours() {
    let signed = |header: Value, claims: Value| of(200, format!("{}\n", token(&header, &claims)).as_bytes());
    let good = json!({"alg": "RS256", "kid": "rsa"});
    for claims in [
        json!({"sub": "s"}),
        json!({"sub": "s", "iss": "https://idp.example", "aud": "me"}),
        json!({"sub": "s", "iss": "https://idp.example", "aud": ["me", "other"]}),
    ] {
        assert!(signed(good.clone(), claims).is_ok());
    }
    let cases = [
        (json!({"sub": "s", "iss": "https://evil.example"}), "iss"),
        (json!({"sub": "s", "aud": "other"}), "aud"),
        (json!({"sub": "s", "aud": ["other"]}), "aud"),
    ];
    for (claims, wrong) in cases {
        let refused = signed(good.clone(), claims);
        assert!(matches!(refused, Err(Refused::Party { claim, .. }) if claim == wrong));
    }
    assert!(matches!(signed(good, json!({"sub": "other"})), Err(Refused::Subject { .. })));
    for header in
        [json!({"alg": "none"}), json!({"alg": "ES256", "kid": "p256"}), json!({"alg": "RS256", "kid": "new"})]
    {
        assert!(matches!(signed(header, json!({"sub": "s"})), Err(Refused::Jws(_))));
    }
    assert_eq!(of(200, b"a.b.c.d.e"), Err(Refused::Jws(jws::Refused::Encrypted)));
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(status: u16, body: Vec<u8>, text: String) {
        let _ = (of(status, &body), of(200, &body), of(200, text.as_bytes()));
    }
}
