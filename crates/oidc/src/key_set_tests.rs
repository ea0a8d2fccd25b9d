use super::*;
use crate::for_tests::{encode, p256_jwk, rsa_jwk};
use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use proptest::prelude::*;
use serde_json::json;

fn set(keys: &Value) -> Result<KeySet, Refused> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
}

fn changed(jwk: &Value, changes: &Value) -> Result<KeySet, Refused> {
    let mut jwk = jwk.clone();
    for (name, value) in changes.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    set(&json!([jwk]))
}

#[test]
fn keys_that_verify_signatures_are_read() {
    for changes in [
        json!({}),
        json!({"use": "sig", "key_ops": ["verify"], "x5c": ["MII"], "x5t": "a", "more": {}}),
        json!({"use": null, "alg": null, "key_ops": null, "kid": null}),
        json!({"key_ops": ["sign", "verify"]}),
        json!({"key_ops": ["sign"]}),
    ] {
        assert!(changed(&rsa_jwk(), &changes).is_ok(), "{changes}");
        assert!(changed(&p256_jwk(), &changes).is_ok(), "{changes}");
    }
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        assert!(changed(&rsa_jwk(), &json!({"alg": algorithm})).is_ok());
    }
    // Padding, and a zero before the number.
    let mut zero = vec![0];
    zero.extend(base64(&rsa_jwk()["n"]));
    assert!(changed(&rsa_jwk(), &json!({"n": format!("{}==", encode(zero)), "e": "AQAB"})).is_ok());
}

/// As cryptojwt writes three of four keys on P-521. That it is the same point, its equation says.
#[test]
fn a_coordinate_may_lack_the_zeros_at_its_beginning() {
    let points = std::iter::repeat_with(|| EcdsaKeyPair::generate(&ECDSA_P521_SHA512_FIXED_SIGNING).unwrap());
    let points = points.map(|pair| pair.public_key().as_ref().to_vec());
    let point = points.into_iter().find(|point| point[1] == 0).unwrap();
    let read =
        |x: &[u8]| set(&json!([{"kty": "EC", "crv": "P-521", "x": encode(x), "y": encode(&point[67..])}])).is_ok();
    assert!(read(&point[1..67]) && read(&point[2..67]) && read(&[&[0, 0][..], &point[1..67]].concat()));
    assert!(!read(&point[3..67]) && !read(&[&[1, 0][..], &point[1..67]].concat()) && !read(&[0; 66]));
}

fn base64(text: &Value) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

#[test]
fn t29_keys_that_are_not_for_this_are_passed_over() {
    let (rsa, p256) = (rsa_jwk(), p256_jwk());
    let small = encode([0xFF; 128]);
    let even = encode([0xFE; 256]);
    let cases = [
        (&rsa, json!({"use": "enc"}), Skipped::Use),
        (&rsa, json!({"key_ops": ["encrypt"]}), Skipped::Use),
        (&rsa, json!({"key_ops": "verify"}), Skipped::Use),
        (&rsa, json!({"alg": "ES256"}), Skipped::Algorithm),
        (&rsa, json!({"alg": "HS256"}), Skipped::Algorithm),
        (&rsa, json!({"alg": "none"}), Skipped::Algorithm),
        (&rsa, json!({"alg": "RSA-OAEP"}), Skipped::Algorithm),
        (&p256, json!({"alg": "ES384"}), Skipped::Algorithm),
        (&rsa, json!({"kty": "oct", "k": "c2VjcmV0"}), Skipped::Type),
        (&rsa, json!({"kty": "rsa"}), Skipped::Type),
        (&rsa, json!({"kty": null}), Skipped::Type),
        (&p256, json!({"crv": "secp256k1"}), Skipped::Type),
        (&rsa, json!({"d": "AQAB"}), Skipped::Private),
        (&p256, json!({"d": "AQAB"}), Skipped::Private),
        (&rsa, json!({"n": small}), Skipped::Size),
        (&rsa, json!({"n": encode([0xFF; 1025])}), Skipped::Size),
        (&rsa, json!({"e": "AQ"}), Skipped::Size),
        (&rsa, json!({"e": "AQAAAAAB"}), Skipped::Size),
        (&rsa, json!({"n": even}), Skipped::Malformed),
        (&rsa, json!({"e": "Ag"}), Skipped::Malformed),
        (&rsa, json!({"n": "AAAA"}), Skipped::Malformed),
        (&rsa, json!({"n": "!"}), Skipped::Malformed),
        (&rsa, json!({"n": 7}), Skipped::Malformed),
        (&p256, json!({"y": p256["x"]}), Skipped::Malformed),
        (&p256, json!({"x": "AQ"}), Skipped::Malformed),
        (&p256, json!({"kty": "OKP", "crv": "Ed25519", "x": "AQ"}), Skipped::Malformed),
        (&rsa, json!({"kid": 7}), Skipped::NotAKey),
    ];
    for (jwk, changes, why) in cases {
        let refused = changed(jwk, &changes).err();
        assert_eq!(refused, Some(Refused::NoneUsable { seen: 1, first: Some(why) }), "{changes}");
        let beside = [json!("text"), json!(null), jwk.clone()];
        assert!(set(&json!(beside)).is_ok());
    }
}

#[test]
fn a_set_is_bounded() {
    assert!(set(&json!(vec![p256_jwk(); MOST])).is_ok());
    assert_eq!(set(&json!(vec![p256_jwk(); MOST + 1])).err(), Some(Refused::TooMany { seen: MOST + 1 }));
    assert_eq!(set(&json!([])).err(), Some(Refused::NoneUsable { seen: 0, first: None }));
    for none in [json!(null), json!({}), json!("a")] {
        assert!(matches!(set(&none), Err(Refused::NoList { .. })));
    }
    assert!(matches!(KeySet::parse(b"{}"), Err(Refused::NoList { .. })));
    let long = format!("{{\"a\":\"{}\"}}", "a".repeat(LONGEST));
    assert!(matches!(KeySet::parse(long.as_bytes()), Err(Refused::Unreadable(Unreadable::TooLong { .. }))));
    let refused = set(&json!([{"kty": "oct"}])).err().map(|refused| refused.to_string());
    assert_eq!(
        refused.as_deref(),
        Some("none of the provider's 1 keys can be used; of the first: its type is not known")
    );
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(name in "kty|crv|kid|use|alg|n|e|x|y|key_ops", text: String, at in 0_usize..900, byte: u8) {
        for jwk in [rsa_jwk(), p256_jwk()] {
            let _ = changed(&jwk, &json!({&*name: text}));
            let mut bytes = json!({"keys": [jwk]}).to_string().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = KeySet::parse(&bytes);
        }
    }
}
