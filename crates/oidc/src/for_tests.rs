//! A provider for tests: its keys, and tokens signed with them.

use crate::key_set::KeySet;
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::LazyLock;

pub(crate) static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
pub(crate) static P256: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The public key of [`RSA`], with the id `rsa`.
pub(crate) fn rsa_jwk() -> Value {
    let public = RSA.public_key();
    let (n, e) = (public.modulus(), public.exponent());
    json!({
        "kty": "RSA", "kid": "rsa",
        "n": encode(n.big_endian_without_leading_zero()), "e": encode(e.big_endian_without_leading_zero()),
    })
}

/// The public key of [`P256`], with the id `p256`.
pub(crate) fn p256_jwk() -> Value {
    jwk_of(&P256)
}

/// A key on P-256 that signs nothing, with the id `p256`.
pub(crate) fn other_p256_jwk() -> Value {
    jwk_of(&EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
}

fn jwk_of(pair: &EcdsaKeyPair) -> Value {
    let point = pair.public_key().as_ref();
    json!({"kty": "EC", "crv": "P-256", "kid": "p256", "x": encode(&point[1..33]), "y": encode(&point[33..])})
}

/// The private keys in PKCS#8.
pub(crate) fn pkcs8() -> [Vec<u8>; 2] {
    [RSA.as_der().unwrap().as_ref().to_vec(), P256.to_pkcs8v1().unwrap().as_ref().to_vec()]
}

pub(crate) fn keys(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

pub(crate) fn both() -> KeySet {
    keys(&[rsa_jwk(), p256_jwk()])
}

fn rsa(encoding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; RSA.public_modulus_len()];
    RSA.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}

/// A token with this header, signed as its `alg` says; what else it says is signed with RS256 all the same.
pub(crate) fn token(header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let signature = match header["alg"].as_str() {
        Some("ES256") => P256.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
        Some("PS256") => rsa(&RSA_PSS_SHA256, message.as_bytes()),
        _ => rsa(&RSA_PKCS1_SHA256, message.as_bytes()),
    };
    format!("{message}.{}", encode(signature))
}
