//! `private_key_jwt`: a token about ourselves, signed with our key (RFC 7523, section 3; OpenID Connect Core, section 9).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

/// A private key: of RSA with 2048 bits or more (`RS256`), or on P-256 (`ES256`).
pub struct SigningKey(Pair);

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
}

/// Bytes that are no such key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not an RSA key of 2048 bits or more, nor a key on P-256, in PKCS#8")]
pub struct BadKey;

/// The key did not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client assertion could not be signed")]
pub struct NotSigned;

impl SigningKey {
    /// Reads a key in PKCS#8 (DER).
    ///
    /// # Errors
    /// It is another kind of key, or none.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, BadKey> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            return if pair.public_modulus_len() >= 256 { Ok(Self(Pair::Rsa(Box::new(pair)))) } else { Err(BadKey) };
        }
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
            .map(|pair| Self(Pair::P256(pair)))
            .map_err(|_| BadKey)
    }

    fn algorithm(&self) -> &'static str {
        match self.0 {
            Pair::Rsa(_) => "RS256",
            Pair::P256(_) => "ES256",
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, NotSigned> {
        let random = SystemRandom::new();
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(|_| NotSigned)?;
                Ok(signature)
            }
            Pair::P256(pair) => {
                pair.sign(&random, message).map(|signature| signature.as_ref().to_vec()).map_err(|_| NotSigned)
            }
        }
    }
}

/// What a token about ourselves says.
#[derive(Debug, Clone, Copy)]
pub struct Assertion<'a> {
    /// Who we are to the provider: issuer and subject.
    pub client_id: &'a str,
    /// Who is to take it. Its issuer is safest, as no other provider can be given that; some take only the address of the
    /// token endpoint.
    pub audience: &'a str,
    /// What no other token of ours has.
    pub id: &'a str,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// For how many seconds it is good.
    pub lifetime: u32,
    /// Which of our keys signs, as we publish it.
    pub key_id: Option<&'a str>,
}

impl Assertion<'_> {
    /// The token.
    ///
    /// # Errors
    /// The key fails.
    pub fn sign(&self, key: &SigningKey) -> Result<String, NotSigned> {
        let mut header = json!({"alg": key.algorithm(), "typ": "JWT"});
        if let Some(id) = self.key_id {
            header["kid"] = id.into();
        }
        let claims = json!({
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.audience,
            "jti": self.id,
            "iat": self.now,
            "exp": self.now.saturating_add(self.lifetime.into()),
        });
        let encoded = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes())?);
        Ok(format!("{message}.{signature}"))
    }
}
