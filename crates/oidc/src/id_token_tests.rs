use super::*;
use crate::for_tests::{both, encode, keys, other_p256_jwk, p256_jwk, pkcs8, rsa_jwk, token};
use proptest::prelude::*;
use serde_json::json;

const NOW: i64 = 1_800_000_000;

const EXPECTED: Expected<'_> = Expected {
    issuer: "https://idp.example",
    client_id: "me",
    nonce: Some("the-nonce"),
    algorithms: &Algorithm::ALL,
    access_token: Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
    code: Some("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
    now: NOW,
    skew: 60,
};

fn claims() -> Value {
    json!({"iss": "https://idp.example", "aud": "me", "sub": "s", "nonce": "the-nonce", "iat": NOW - 5, "exp": NOW + 300})
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "rsa"})
}

fn with(changes: &Value) -> Result<IdToken, Refused> {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    verify(&token(&header(), &claims), &both(), &EXPECTED)
}

fn with_header(changes: &Value) -> Result<IdToken, Refused> {
    let mut header = header();
    for (name, value) in changes.as_object().unwrap() {
        header[name] = value.clone();
    }
    verify(&token(&header, &claims()), &both(), &EXPECTED)
}

fn jws(refused: Result<IdToken, Refused>) -> jws::Refused {
    match refused {
        Err(Refused::Jws(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_of_this_login_is_taken() {
    let taken = with(&json!({})).unwrap();
    assert_eq!((taken.issuer.as_str(), taken.subject.as_str()), ("https://idp.example", "s"));
    assert_eq!(Value::Object(taken.claims), claims());
    for header in [
        json!({"alg": "PS256", "kid": "rsa"}),
        json!({"alg": "ES256", "kid": "p256"}),
        json!({"alg": "ES256"}),
        json!({"alg": "RS256"}),
        json!({"alg": "RS256", "kid": null, "typ": "jwt"}),
    ] {
        assert!(verify(&token(&header, &claims()), &both(), &EXPECTED).is_ok(), "{header}");
    }
    // Texts of the standard's examples (OpenID Connect Core, appendix A.3 and A.4).
    assert!(with(&json!({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "c_hash": "LDktKdoQak3Pk0cnXxCltA"})).is_ok());
    for changes in [
        json!({"aud": ["me"]}),
        json!({"aud": ["other", "me"], "azp": "me"}),
        json!({"azp": "me"}),
        json!({"azp": null, "nbf": null, "at_hash": null}),
        json!({"exp": (NOW as f64) + 0.5, "iat": (NOW as f64) - 0.5, "nbf": NOW}),
        json!({"exp": u64::MAX}),
        json!({"exp": NOW - 59, "iat": NOW + 60, "nbf": NOW + 60}),
        json!({"auth_time": "yesterday", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ=="}),
        json!({"sub": "a".repeat(255)}),
    ] {
        assert!(with(&changes).is_ok(), "{changes}");
    }
}

#[test]
fn t29_a_token_is_for_us() {
    for audience in [
        json!("other"),
        json!(["other"]),
        json!([]),
        json!(null),
        json!({"me": 1}),
        json!("ME"),
        json!(["me", 1]),
        json!([["me"]]),
    ] {
        let refused = with(&json!({"aud": audience, "azp": "me"}));
        assert!(matches!(refused, Err(Refused::Audience { .. })), "{audience}");
    }
    for changes in [
        json!({"aud": ["me", "other"]}),
        json!({"aud": ["me", "other"], "azp": "other"}),
        json!({"azp": "other"}),
        json!({"azp": ""}),
        json!({"azp": ["me"]}),
    ] {
        assert!(matches!(with(&changes), Err(Refused::AuthorizedParty { .. })), "{changes}");
    }
}

#[test]
fn t28_a_token_is_of_this_provider_and_this_login() {
    for issuer in [json!("https://evil.example"), json!(null), json!(["https://idp.example"]), json!("")] {
        assert!(matches!(with(&json!({"iss": issuer})), Err(Refused::Issuer { .. })), "{issuer}");
    }
    for (nonce, missing) in [
        (json!("other"), false),
        (json!("the-nonce "), false),
        (json!(null), true),
        (json!(""), true),
        (json!(["the-nonce"]), true),
    ] {
        assert_eq!(with(&json!({"nonce": nonce})), Err(Refused::Nonce { missing }));
    }
    let none = Expected { nonce: Some(""), ..EXPECTED };
    for nonce in [json!(""), json!(null)] {
        let mut claims = claims();
        claims["nonce"] = nonce;
        assert!(verify(&token(&header(), &claims), &both(), &none).is_err());
    }
    let unasked = Expected { nonce: None, ..EXPECTED };
    let of = |nonce: Value| {
        let mut claims = claims();
        claims["nonce"] = nonce;
        verify(&token(&header(), &claims), &both(), &unasked).map(drop)
    };
    assert_eq!(of(json!(null)), Ok(()));
    assert_eq!(of(json!("the-nonce")), Err(Refused::Nonce { missing: false }));
    assert_eq!(of(json!("")), Err(Refused::Nonce { missing: true }));
    for claim in ["at_hash", "c_hash"] {
        for hash in [json!("AAAA"), json!(""), json!(7), json!("77QmUPtjPfzWtF2AnpK9RQ77QmUPtjPfzWtF2AnpK9RQ")] {
            assert!(matches!(with(&json!({claim: hash})), Err(Refused::Hash { .. })), "{claim} {hash}");
        }
    }
}

#[test]
fn t29_a_token_is_of_now() {
    let cases = [
        (json!({"exp": NOW - 60}), Refused::Expired { seen: NOW - 60, now: NOW }),
        (json!({"exp": -1e300}), Refused::Expired { seen: i64::MIN, now: NOW }),
        (json!({"iat": NOW + 61}), Refused::NotYet { claim: "iat", seen: NOW + 61, now: NOW }),
        (json!({"nbf": NOW + 61}), Refused::NotYet { claim: "nbf", seen: NOW + 61, now: NOW }),
        (json!({"exp": null}), Refused::Time { claim: "exp", seen: Seen::value(Some(&Value::Null)) }),
        (json!({"exp": "1900000000"}), Refused::Time { claim: "exp", seen: Seen::text("1900000000") }),
        (json!({"iat": null}), Refused::Time { claim: "iat", seen: Seen::value(Some(&Value::Null)) }),
        (json!({"nbf": true}), Refused::Time { claim: "nbf", seen: Seen::value(Some(&Value::Bool(true))) }),
    ];
    for (changes, refused) in cases {
        assert_eq!(with(&changes), Err(refused), "{changes}");
    }
    // However large a difference of clocks is asked for.
    let mut claims = claims();
    claims["exp"] = json!(NOW - 600);
    let expected = Expected { skew: u32::MAX, ..EXPECTED };
    assert!(matches!(verify(&token(&header(), &claims), &both(), &expected), Err(Refused::Expired { .. })));
}

#[test]
fn a_token_says_whom_it_is_about() {
    for subject in [json!(null), json!(""), json!(7), json!(["s"]), json!("a".repeat(256)), json!("a\nb")] {
        assert!(matches!(with(&json!({"sub": subject})), Err(Refused::Subject { .. })), "{subject}");
    }
}

#[test]
fn t29_only_listed_algorithms_are_taken() {
    for name in [
        json!("none"),
        json!("None"),
        json!("HS256"),
        json!("HS512"),
        json!("RS1"),
        json!(""),
        json!(null),
        json!(["RS256"]),
    ] {
        let refused = jws(with_header(&json!({"alg": name})));
        assert!(matches!(&refused, jws::Refused::Algorithm { .. }), "{name}: {refused}");
    }
    let expected = Expected { algorithms: &[Algorithm::Es256], ..EXPECTED };
    let refused = verify(&token(&header(), &claims()), &both(), &expected).unwrap_err().to_string();
    assert_eq!(refused, "the ID token is not taken: its algorithm is \"RS256\"; [\"ES256\"] would do");
}

#[test]
fn t29_no_signature_is_no_token() {
    for header in [json!({"alg": "none"}), header()] {
        let message = format!("{}.{}", encode(header.to_string()), encode(claims().to_string()));
        for token in [
            format!("{message}."),
            message.clone(),
            format!("{message}.{}", encode("x")),
            format!("{message}.{}", encode([0; 256])),
        ] {
            assert!(verify(&token, &both(), &EXPECTED).is_err(), "{token}");
        }
    }
}

#[test]
fn t29_a_public_key_is_not_a_shared_secret() {
    use aws_lc_rs::hmac;
    let public = rsa_jwk().to_string();
    let message =
        format!("{}.{}", encode(json!({"alg": "HS256", "kid": "rsa"}).to_string()), encode(claims().to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes()), message.as_bytes());
    let refused = jws(verify(&format!("{message}.{}", encode(tag)), &both(), &EXPECTED));
    assert!(matches!(refused, jws::Refused::Algorithm { .. }));
}

#[test]
fn t29_an_algorithm_fits_its_key() {
    for (kid, name) in [("rsa", "ES256"), ("p256", "RS256"), ("p256", "ES384"), ("p256", "EdDSA")] {
        let refused = jws(with_header(&json!({"alg": name, "kid": kid})));
        assert!(matches!(refused, jws::Refused::KeyType { .. }), "{kid} {name}");
    }
    let mut only = rsa_jwk();
    only["alg"] = json!("RS512");
    let refused = jws(verify(&token(&header(), &claims()), &keys(&[only]), &EXPECTED));
    assert!(matches!(refused, jws::Refused::KeyType { .. }));
}

#[test]
fn t29_a_token_brings_no_key_along_and_points_to_none() {
    let own = json!({"jku": "https://evil.example/keys", "x5u": "https://evil.example/cert", "jwk": p256_jwk(), "x5c": ["MII"]});
    let mut header = own.clone();
    header["alg"] = json!("ES256");
    let refused = jws(verify(&token(&header, &claims()), &keys(&[rsa_jwk()]), &EXPECTED));
    assert!(matches!(refused, jws::Refused::KeyType { .. }));
    header["kid"] = json!("p256");
    let refused = jws(verify(&token(&header, &claims()), &keys(&[rsa_jwk()]), &EXPECTED));
    assert_eq!(refused, jws::Refused::UnknownKey { seen: Seen::text("p256") });
    assert!(with_header(&own).is_ok());
    for extensions in [json!(["b64"]), json!([]), json!(null), json!("exp")] {
        assert!(matches!(jws(with_header(&json!({"crit": extensions}))), jws::Refused::Critical { .. }));
    }
}

#[test]
fn keys_are_found_by_their_ids() {
    let named = |kid: Value, set: &[Value]| {
        verify(&token(&json!({"alg": "RS256", "kid": kid}), &claims()), &keys(set), &EXPECTED)
    };
    let (mut other, mut nameless) = (p256_jwk(), rsa_jwk());
    other["kid"] = json!("rsa");
    nameless["kid"] = json!(null);
    // Two keys with one id; a key without an id.
    assert!(named(json!("rsa"), &[other.clone(), rsa_jwk()]).is_ok());
    assert!(named(json!("new"), &[p256_jwk(), nameless.clone()]).is_ok());
    assert!(named(json!(null), &[p256_jwk(), nameless]).is_ok());

    let unknown = named(json!("new"), &[rsa_jwk()]).unwrap_err();
    assert!(unknown.needs_newer_keys());
    assert_eq!(jws(Err(unknown)), jws::Refused::UnknownKey { seen: Seen::text("new") });
    let none = named(json!(null), &[p256_jwk()]).unwrap_err();
    assert!(none.needs_newer_keys() && matches!(jws(Err(none)), jws::Refused::KeyType { .. }));
}

#[test]
fn few_keys_are_tried_for_a_token() {
    let signed = token(&json!({"alg": "ES256"}), &claims());
    let verified = |others: usize| {
        let set = [vec![rsa_jwk(); 9], vec![other_p256_jwk(); others], vec![p256_jwk()]].concat();
        verify(&signed, &keys(&set), &EXPECTED)
    };
    assert!(verified(3).is_ok());
    let refused = verified(4).unwrap_err();
    assert!(refused.needs_newer_keys());
    assert_eq!(jws(Err(refused)), jws::Refused::Signature { named: false });
}

#[test]
fn t29_what_was_changed_is_not_what_was_signed() {
    let signed = token(&header(), &claims());
    let [head, _, signature] = signed.split('.').collect::<Vec<_>>().try_into().unwrap();
    let mut other = claims();
    other["sub"] = json!("admin");
    let refused = jws(verify(&format!("{head}.{}.{signature}", encode(other.to_string())), &both(), &EXPECTED));
    assert_eq!(refused, jws::Refused::Signature { named: true });
    assert!(!refused.needs_newer_keys());
}

#[test]
fn a_token_is_signed_short_and_of_its_kind() {
    let signed = token(&header(), &claims());
    for broken in
        ["", ".", "..", "a.b", "....", "a.b.c", &format!("{signed}="), &format!(" {signed}"), &format!("{signed}.")]
    {
        assert!(verify(broken, &both(), &EXPECTED).is_err(), "{broken}");
    }
    assert_eq!(jws(verify("a.b.c.d.e", &both(), &EXPECTED)), jws::Refused::Encrypted);
    let long = format!("{signed}{}", "A".repeat(jws::LONGEST));
    assert!(matches!(jws(verify(&long, &both(), &EXPECTED)), jws::Refused::TooLong { .. }));
    for kind in ["at+jwt", "application/at+JWT", "logout+jwt", "dpop+jwt"] {
        assert!(matches!(jws(with_header(&json!({"typ": kind}))), jws::Refused::Type { .. }));
    }
    let list = token(&header(), &json!(["a"]));
    assert!(matches!(jws(verify(&list, &both(), &EXPECTED)), jws::Refused::Claims(_)));
}

#[test]
fn t75_no_token_stands_in_a_refusal() {
    let signed = token(&json!({"alg": "RS256", "kid": "new"}), &claims());
    let refused = verify(&signed, &both(), &EXPECTED).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains(&signed[30..60]));
    let refused = with(&json!({"nonce": "stolen"})).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("the-nonce"));
}

#[test]
fn client_assertions_verify_by_our_public_key() {
    use crate::client_assertion::{Assertion, BadKey, SigningKey};
    let assertion =
        Assertion { client_id: "me", audience: "https://idp.example", id: "j1", now: NOW, lifetime: 60, key_id: None };
    for (der, name, kid) in
        pkcs8().iter().zip(["RS256", "ES256"]).zip([None, Some("p256")]).map(|((a, b), c)| (a, b, c))
    {
        let key = SigningKey::from_pkcs8(der).unwrap();
        let signed =
            jws::verify(&Assertion { key_id: kid, ..assertion }.sign(&key).unwrap(), &both(), &Algorithm::ALL).unwrap();
        assert_eq!(signed.algorithm.as_str(), name);
        assert_eq!(
            Value::Object(signed.claims),
            json!({"iss": "me", "sub": "me", "aud": "https://idp.example", "jti": "j1", "iat": NOW, "exp": NOW + 60})
        );
    }
    assert_eq!(SigningKey::from_pkcs8(b"-----BEGIN").err(), Some(BadKey));
}

proptest! {
    #[test]
    fn t29_no_other_token_is_taken(at in 0_usize..2000, byte: u8) {
        let signed = token(&header(), &claims());
        let mut bytes = signed.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(other) = String::from_utf8(bytes) {
            prop_assert_eq!(verify(&other, &both(), &EXPECTED).is_ok(), other == signed);
        }
    }

    #[test]
    fn nothing_makes_it_panic(text: String, claim in "iss|aud|azp|exp|iat|nbf|nonce|sub|at_hash|tid", value in value()) {
        let _ = verify(&text, &both(), &EXPECTED);
        let _ = with(&json!({&*claim: value}));
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| proptest::collection::vec(inner, 0..5).prop_map(Value::from))
}
