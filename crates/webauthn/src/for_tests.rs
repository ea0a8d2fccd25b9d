//! An authenticator, for tests: with each wish for what is wrong with what it makes.

use crate::{Created, Known, Refusal, Shown};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://app.example.com";
pub(crate) const DOMAIN: &str = "example.com";
pub(crate) const CHALLENGE: &[u8] = b"0123456789abcdef";
pub(crate) const ID: &[u8] = b"a credential's id";
pub(crate) const HANDLE: &[u8] = b"ada";

pub(crate) fn bytes(value: &[u8]) -> Vec<u8> {
    [&head(2, value.len())[..], value].concat()
}

pub(crate) fn text(value: &str) -> Vec<u8> {
    [&head(3, value.len())[..], value.as_bytes()].concat()
}

pub(crate) fn number(value: i64) -> Vec<u8> {
    match value {
        0.. => head(0, value as usize),
        _ => head(1, (-1 - value) as usize),
    }
}

pub(crate) fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut written = head(5, entries.len());
    for (key, value) in entries {
        written.extend_from_slice(key);
        written.extend_from_slice(value);
    }
    written
}

fn head(kind: u8, number: usize) -> Vec<u8> {
    match number {
        0..=23 => vec![kind << 5 | number as u8],
        24..=255 => vec![kind << 5 | 24, number as u8],
        _ => [&[kind << 5 | 25][..], &(number as u16).to_be_bytes()].concat(),
    }
}

pub(crate) enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Pair {
    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    pub(crate) fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    pub(crate) fn algorithm(&self) -> i64 {
        match self {
            Self::Ed25519(_) => -8,
            Self::P256(_) => -7,
            Self::Rsa(_) => -257,
        }
    }

    pub(crate) fn key(&self) -> Vec<u8> {
        let algorithm = (number(3), number(self.algorithm()));
        match self {
            Self::Ed25519(pair) => map(&[
                (number(1), number(1)),
                algorithm,
                (number(-1), number(6)),
                (number(-2), bytes(pair.public_key().as_ref())),
            ]),
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                map(&[
                    (number(1), number(2)),
                    algorithm,
                    (number(-1), number(1)),
                    (number(-2), bytes(&point[1..33])),
                    (number(-3), bytes(&point[33..])),
                ])
            }
            Self::Rsa(pair) => {
                let n = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
                let e = pair.public_key().exponent().big_endian_without_leading_zero().to_vec();
                map(&[(number(1), number(3)), algorithm, (number(-1), bytes(&n)), (number(-2), bytes(&e))])
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::P256(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        }
    }
}

/// What an authenticator and a browser are about to say. Tests change one thing of it.
pub(crate) struct Ceremony {
    pub(crate) pair: Pair,
    pub(crate) client: Value,
    pub(crate) domain: &'static str,
    pub(crate) flags: u8,
    pub(crate) count: u32,
    pub(crate) id: Vec<u8>,
    pub(crate) raw_id: Vec<u8>,
    pub(crate) made_id: Vec<u8>,
    pub(crate) kind: &'static str,
    pub(crate) key: Vec<u8>,
    pub(crate) format: &'static str,
    pub(crate) statement: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) signs_itself: bool,
    pub(crate) after: Vec<u8>,
    pub(crate) handle: Option<Vec<u8>>,
    pub(crate) breaks_signature: bool,
}

impl Ceremony {
    pub(crate) fn of(pair: Pair, call: &str) -> Self {
        let made = if call == "webauthn.create" { 0x40 } else { 0 };
        Self {
            key: pair.key(),
            pair,
            client: json!({ "type": call, "challenge": encode(CHALLENGE), "origin": ORIGIN, "crossOrigin": false }),
            domain: DOMAIN,
            flags: 0x05 | made,
            count: 7,
            id: ID.to_vec(),
            raw_id: ID.to_vec(),
            made_id: ID.to_vec(),
            kind: "public-key",
            format: "none",
            statement: Vec::new(),
            signs_itself: false,
            after: Vec::new(),
            handle: Some(HANDLE.to_vec()),
            breaks_signature: false,
        }
    }

    fn data(&self) -> Vec<u8> {
        let mut data = digest(&SHA256, self.domain.as_bytes()).as_ref().to_vec();
        data.push(self.flags);
        data.extend(self.count.to_be_bytes());
        if self.flags & 0x40 != 0 {
            data.extend([9; 16]);
            data.extend((self.made_id.len() as u16).to_be_bytes());
            data.extend(&self.made_id);
            data.extend(&self.key);
        }
        data.extend(&self.after);
        data
    }

    fn signature(&self) -> Vec<u8> {
        let client = self.client.to_string();
        let mut signature = self.pair.sign(&[&self.data()[..], digest(&SHA256, client.as_bytes()).as_ref()].concat());
        if self.breaks_signature {
            *signature.last_mut().unwrap() ^= 1;
        }
        signature
    }

    pub(crate) fn created(&self) -> Result<Created, Refusal> {
        let statement = match self.signs_itself {
            true => vec![(text("alg"), number(self.pair.algorithm())), (text("sig"), bytes(&self.signature()))],
            false => self.statement.clone(),
        };
        let object = map(&[
            (text("fmt"), text(self.format)),
            (text("attStmt"), map(&statement)),
            (text("authData"), bytes(&self.data())),
        ]);
        let client = encode(self.client.to_string().as_bytes());
        Created::read(self.kind, &encode(&self.id), &encode(&self.raw_id), &client, &encode(&object))
    }

    pub(crate) fn shown(&self) -> Result<Shown, Refusal> {
        self.shown_of(&self.parts())
    }

    /// What the browser says, what the authenticator says, and the signature of both.
    pub(crate) fn parts(&self) -> [Vec<u8>; 3] {
        [self.client.to_string().into_bytes(), self.data(), self.signature()]
    }

    pub(crate) fn shown_of(&self, parts: &[Vec<u8>; 3]) -> Result<Shown, Refusal> {
        let handle = self.handle.as_deref().map(encode);
        let (id, raw_id) = (encode(&self.id), encode(&self.raw_id));
        let [client, data, signature] = parts.each_ref().map(|part| encode(part));
        Shown::read(self.kind, &id, &raw_id, &client, &data, &signature, handle.as_deref())
    }

    pub(crate) fn known(&self) -> (Vec<u8>, u32) {
        (self.pair.key(), 6)
    }
}

pub(crate) fn known(key: &[u8], count: u32) -> Known<'_> {
    Known { id: ID, key, handle: HANDLE, count }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
