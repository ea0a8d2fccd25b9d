//! An identity provider for tests: it signs and encrypts with `aws-lc-rs`, not with the crate, and builds whatever text it is
//! given, right or wrong.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::digest;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    self, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA512_MGF1SHA512, OaepAlgorithm, OaepPublicEncryptingKey,
    Pkcs1PublicEncryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saml::{Certificate, Expected, Legacy, PrivateKey};
use std::sync::LazyLock;

pub(crate) const IDP: &str = "https://idp.example.test/metadata";
pub(crate) const ACS: &str = "https://sp.example.test/v1/b2b/sso/callback/saml-connection-1";
pub(crate) const REQUEST: &str = "_request-1";
/// 2026-11-28T12:00:00Z
pub(crate) const NOW: i64 = 1_795_867_200;

/// A key with what the crate makes of it.
pub(crate) struct Key {
    pub(crate) private: PrivateKey,
    pub(crate) certificate: Certificate,
    pair: rsa::KeyPair,
}

impl Key {
    fn new(name: &str) -> Self {
        let private = PrivateKey::generate().unwrap();
        let certificate = Certificate::self_signed(&private, name, NOW, NOW + 10 * 365 * 86_400).unwrap();
        let pair = rsa::KeyPair::from_der(&unpem(&private.to_pem())).unwrap();
        Self { private, certificate, pair }
    }

    fn public(&self) -> PublicEncryptingKey {
        use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().unwrap();
        PublicEncryptingKey::from_der(der.as_ref()).unwrap()
    }
}

/// Making keys takes longest, so there are a few for all tests.
pub(crate) static KEY: LazyLock<Key> = LazyLock::new(|| Key::new("identity provider"));
pub(crate) static OTHER: LazyLock<Key> = LazyLock::new(|| Key::new("somebody else"));
pub(crate) static OURS: LazyLock<Key> = LazyLock::new(|| Key::new("service provider"));

static CERTIFICATES: LazyLock<[Certificate; 1]> = LazyLock::new(|| [KEY.certificate.clone()]);

/// What the service provider expects of [`response`].
pub(crate) fn expected() -> Expected<'static> {
    Expected {
        issuer: IDP,
        certificates: &*CERTIFICATES,
        decryption_keys: std::slice::from_ref(&OURS.private),
        audiences: &[ACS],
        acs_urls: &[ACS],
        request_id: Some(REQUEST),
        now: NOW,
        skew: 120,
        legacy: Legacy::default(),
    }
}

/// An unsigned response. Tests change its text before they have it signed.
pub(crate) fn response() -> String {
    format!(
        r##"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response" Version="2.0" IssueInstant="2026-11-28T12:00:00Z" Destination="{ACS}" InResponseTo="{REQUEST}"><saml:Issuer>{IDP}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{}</samlp:Response>"##,
        assertion()
    )
}

pub(crate) fn assertion() -> String {
    format!(
        r##"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_assertion" Version="2.0" IssueInstant="2026-11-28T12:00:00Z"><saml:Issuer>{IDP}</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">ada@example.test</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="2026-11-28T12:05:00Z" Recipient="{ACS}" InResponseTo="{REQUEST}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="2026-11-28T12:00:00Z" NotOnOrAfter="2026-11-28T12:10:00Z"><saml:AudienceRestriction><saml:Audience>{ACS}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="2026-11-28T11:59:00Z" SessionIndex="_session" SessionNotOnOrAfter="2026-11-28T20:00:00Z"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="firstName" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">Ada</saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups"><saml:AttributeValue>engineers</saml:AttributeValue><saml:AttributeValue>R&amp;D</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"##
    )
}

/// How a signature is made.
pub(crate) struct Method<'a> {
    pub(crate) key: Sign<'a>,
    pub(crate) canonicalization: &'a str,
    pub(crate) signature: &'a str,
    /// All of the Transforms.
    pub(crate) transforms: &'a str,
    pub(crate) digest: &'a str,
    /// The PrefixList of the canonicalization, for the digest.
    pub(crate) prefixes: &'a [&'a str],
    pub(crate) key_info: &'a str,
    /// Instead of the ID.
    pub(crate) reference: Option<&'a str>,
}

pub(crate) enum Sign<'a> {
    Rsa(&'a Key),
    Ecdsa(&'a EcdsaKeyPair),
}

pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(crate) const TRANSFORMS: &str = r#"<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>"#;

impl Default for Method<'_> {
    fn default() -> Self {
        Self {
            key: Sign::Rsa(&KEY),
            canonicalization: EXCLUSIVE,
            signature: RSA_SHA256,
            transforms: TRANSFORMS,
            digest: SHA256,
            prefixes: &[],
            key_info: "",
            reference: None,
        }
    }
}

impl Sign<'_> {
    fn sign(&self, method: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(key) => {
                let encoding = match method.rsplit('-').next() {
                    Some("sha384") => &RSA_PKCS1_SHA384,
                    Some("sha512") => &RSA_PKCS1_SHA512,
                    Some("sha256") => &RSA_PKCS1_SHA256,
                    other => panic!("nobody here signs with {other:?}"),
                };
                let mut signature = vec![0; key.pair.public_modulus_len()];
                key.pair.sign(encoding, &random, message, &mut signature).unwrap();
                signature
            }
            Self::Ecdsa(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
        }
    }
}

/// A key on a curve, and its certificate, which here is just the key.
pub(crate) fn curve(p384: bool) -> (EcdsaKeyPair, Certificate) {
    use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
    let algorithm = if p384 { &ECDSA_P384_SHA384_FIXED_SIGNING } else { &ECDSA_P256_SHA256_FIXED_SIGNING };
    let key = EcdsaKeyPair::generate(algorithm).unwrap();
    let info: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(info.as_ref()));
    (key, Certificate::parse(&pem).unwrap())
}

/// Signs the element with this ID, and puts the signature behind its Issuer.
pub(crate) fn sign(xml: &str, id: &str) -> String {
    sign_with(xml, id, &Method::default())
}

pub(crate) fn sign_with(xml: &str, id: &str, method: &Method<'_>) -> String {
    let document = roxmltree::Document::parse(xml).unwrap();
    let element = document.descendants().find(|node| node.attribute("ID") == Some(id)).unwrap();
    let at = element.first_element_child().unwrap().range().end;
    let signature = signature_of(&saml::canonicalize(element, None, method.prefixes), id, method);
    format!("{}{signature}{}", &xml[..at], &xml[at..])
}

/// A signature about a canonical text.
pub(crate) fn signature_of(canonical: &str, id: &str, method: &Method<'_>) -> String {
    let algorithm = match method.digest.rsplit(['#', '-']).next() {
        Some("sha1") => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        Some("sha384") => &digest::SHA384,
        Some("sha512") => &digest::SHA512,
        _ => &digest::SHA256,
    };
    let digest = STANDARD.encode(digest::digest(algorithm, canonical.as_bytes()));
    let reference = method.reference.map_or_else(|| format!("#{id}"), str::to_owned);
    let signed_info = format!(
        r#"<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="{}"/><ds:SignatureMethod Algorithm="{}"/><ds:Reference URI="{reference}"><ds:Transforms>{}</ds:Transforms><ds:DigestMethod Algorithm="{}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"#,
        method.canonicalization, method.signature, method.transforms, method.digest
    );
    wrap_signed_info(&signed_info, method)
}

/// A signature of whatever it is said to be about.
pub(crate) fn wrap_signed_info(signed_info: &str, method: &Method<'_>) -> String {
    let document = roxmltree::Document::parse(signed_info).unwrap();
    let message = saml::canonicalize(document.root_element(), None, &[]);
    let value = STANDARD.encode(method.key.sign(method.signature, message.as_bytes()));
    format!(
        r#"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue>{}</ds:Signature>"#,
        method.key_info
    )
}

/// How an assertion is encrypted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encryption {
    pub(crate) content: &'static str,
    pub(crate) transport: Transport,
    /// The key beside the data, which points to it, and not in it.
    pub(crate) beside: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    OaepSha1,
    OaepSha256,
    OaepSha512,
    Pkcs1,
}

pub(crate) const AES_256_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
pub(crate) const AES_256_CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";

impl Default for Encryption {
    fn default() -> Self {
        Self { content: AES_256_GCM, transport: Transport::OaepSha1, beside: false }
    }
}

impl Transport {
    /// The key encrypted for us, and the element that says how.
    fn wrap(self, key: &[u8]) -> (Vec<u8>, String) {
        let oaep = |algorithm: &'static OaepAlgorithm, name: &str, rest: &str| {
            let public = OaepPublicEncryptingKey::new(OURS.public()).unwrap();
            let mut wrapped = vec![0; public.ciphertext_size()];
            public.encrypt(algorithm, key, &mut wrapped, None).unwrap();
            (wrapped, format!(r#"<xenc:EncryptionMethod Algorithm="{name}">{rest}</xenc:EncryptionMethod>"#))
        };
        let rest = |digest: &str, mask: &str| {
            format!(
                r#"<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="{digest}"/><e:MGF xmlns:e="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#{mask}"/>"#
            )
        };
        match self {
            Self::OaepSha1 => oaep(&OAEP_SHA1_MGF1SHA1, "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", ""),
            Self::OaepSha256 => oaep(
                &OAEP_SHA256_MGF1SHA256,
                "http://www.w3.org/2009/xmlenc11#rsa-oaep",
                &rest("http://www.w3.org/2001/04/xmlenc#sha256", "mgf1sha256"),
            ),
            Self::OaepSha512 => oaep(
                &OAEP_SHA512_MGF1SHA512,
                "http://www.w3.org/2009/xmlenc11#rsa-oaep",
                &rest("http://www.w3.org/2001/04/xmlenc#sha512", "mgf1sha512"),
            ),
            Self::Pkcs1 => {
                let public = Pkcs1PublicEncryptingKey::new(OURS.public()).unwrap();
                let mut wrapped = vec![0; public.ciphertext_size()];
                public.encrypt(key, &mut wrapped).unwrap();
                let method = r#"<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-1_5"/>"#;
                (wrapped, method.to_owned())
            }
        }
    }
}

/// The data with its initialization vector before it, and the key to it.
fn encrypt_content(name: &str, plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let gcm: Option<&'static aead::Algorithm> = match name.rsplit('#').next() {
        Some("aes128-gcm") => Some(&aead::AES_128_GCM),
        Some("aes192-gcm") => Some(&aead::AES_192_GCM),
        Some("aes256-gcm") => Some(&aead::AES_256_GCM),
        _ => None,
    };
    if let Some(algorithm) = gcm {
        let key = vec![7; algorithm.key_len()];
        let nonce = [9; 12];
        let sealing = LessSafeKey::new(UnboundKey::new(algorithm, &key).unwrap());
        let mut data = plain.to_vec();
        sealing.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut data).unwrap();
        return ([&nonce[..], &data].concat(), key);
    }
    let (algorithm, length): (&'static cipher::Algorithm, _) = match name.rsplit('#').next() {
        Some("tripledes-cbc") => return triple_des(plain),
        Some("aes128-cbc") => (&cipher::AES_128, 16),
        Some("aes192-cbc") => (&cipher::AES_192, 24),
        _ => (&cipher::AES_256, 32),
    };
    let key: Vec<u8> = (0..length).collect();
    let encrypting = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, &key).unwrap()).unwrap();
    let mut data = plain.to_vec();
    encrypting.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from([3; 16]))).unwrap();
    ([&[3; 16][..], &data].concat(), key)
}

fn triple_des(plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
    use des::cipher::{BlockCipherEncrypt as _, KeyInit as _};
    let key: Vec<u8> = (0..24).collect();
    let cipher = des::TdesEde3::new_from_slice(&key).unwrap();
    let padding = 8 - plain.len() % 8;
    // Anything may stand before the length.
    let padded = [plain, &vec![0xaa; padding - 1], &[padding as u8]].concat();
    let mut data = vec![3; 8];
    for block in padded.chunks_exact(8) {
        let before = data[data.len() - 8..].to_vec();
        let mut mixed = [0; 8];
        mixed.iter_mut().zip(block.iter().zip(before)).for_each(|(mixed, (plain, before))| *mixed = plain ^ before);
        let mut mixed = des::cipher::Block::<des::TdesEde3>::from(mixed);
        cipher.encrypt_block(&mut mixed);
        data.extend_from_slice(&mixed);
    }
    (data, key)
}

/// Replaces the assertion by an encrypted one.
pub(crate) fn encrypt(xml: &str, encryption: Encryption) -> String {
    let document = roxmltree::Document::parse(xml).unwrap();
    let assertion = document.descendants().find(|node| node.has_tag_name("Assertion")).unwrap();
    let range = assertion.range();
    let encrypted = encrypted_assertion(xml[range.clone()].as_bytes(), encryption);
    format!("{}{encrypted}{}", &xml[..range.start], &xml[range.end..])
}

/// An EncryptedAssertion with whatever in it.
pub(crate) fn encrypted_assertion(plain: &[u8], Encryption { content, transport, beside }: Encryption) -> String {
    let (data, key) = encrypt_content(content, plain);
    let (wrapped, method) = transport.wrap(&key);
    let key = format!(
        r#"<xenc:EncryptedKey Id="_key" Recipient="{ACS}">{method}<xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>"#,
        STANDARD.encode(wrapped)
    );
    let pointer = r##"<ds:RetrievalMethod Type="http://www.w3.org/2001/04/xmlenc#EncryptedKey" URI="#_key"/>"##;
    let (inside, outside) = if beside { (pointer, key.as_str()) } else { (key.as_str(), "") };
    format!(
        r#"<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="{content}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>{}</saml:EncryptedAssertion>"#,
        with_namespace(inside),
        STANDARD.encode(data),
        with_namespace(outside)
    )
}

fn with_namespace(key: &str) -> String {
    key.replace("<xenc:EncryptedKey ", r#"<xenc:EncryptedKey xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" "#)
}

/// What is between the lines of PEM.
pub(crate) fn unpem(text: &str) -> Vec<u8> {
    STANDARD.decode(text.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

/// As RFC 8017 writes it.
pub(crate) fn public_key(key: &Key) -> Vec<u8> {
    key.pair.public_key().as_ref().to_vec()
}
