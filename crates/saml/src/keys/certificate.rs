//! Certificates: a key, and what is shown of it. Nobody is asked whether to trust one; an administrator did that by giving
//! it to us.

use super::der::{self, CONTEXT_0, GENERALIZED_TIME, INTEGER, NULL, OBJECT, Reader, SEQUENCE, UTC_TIME, UTF8_STRING};
use super::private::PrivateKey;
use super::public::{KeyError, PublicKey, rsa_info};
use super::{distinguished_name, pem};
use crate::encoding::{from_base64, to_base64};
use crate::time;
use aws_lc_rs::digest::{SHA256, digest};
use std::fmt::Write as _;

/// The longest certificate that is read, in characters of PEM.
const MAX_CHARACTERS: usize = 32 * 1024;
/// 1.2.840.113549.1.1.11
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// Why a certificate is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It is no certificate.
    #[error("this is no X.509 certificate in PEM")]
    Unreadable,
    /// It is more than one.
    #[error("there is more than one certificate in it: give them one at a time")]
    Several,
    /// Its key is none that we use.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A new one could not be made.
    #[error("no certificate could be made")]
    Making,
}

/// A certificate (RFC 5280), or just a public key: some identity providers publish no more than that.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The certificate; SubjectPublicKeyInfo if there is none.
    der: Vec<u8>,
    key: PublicKey,
    described: Option<Described>,
}

#[derive(Debug, Clone)]
struct Described {
    issuer: String,
    subject: String,
    not_before: i64,
    not_after: i64,
}

impl Certificate {
    /// Reads PEM, or base64 without anything around it, as administrators paste it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CertificateError> {
        if text.len() > MAX_CHARACTERS {
            return Err(CertificateError::Unreadable);
        }
        match &pem::blocks(text)[..] {
            [] if text.contains("-----") => Err(CertificateError::Unreadable),
            [] => Self::from_base64(text),
            [block] => {
                let bytes = block.bytes().ok_or(CertificateError::Unreadable)?;
                match block.label {
                    "CERTIFICATE" | "X509 CERTIFICATE" => Self::from_der(&bytes),
                    "PUBLIC KEY" => Self::of_key(PublicKey::from_info(&bytes)?),
                    _ => Err(CertificateError::Unreadable),
                }
            }
            _ => Err(CertificateError::Several),
        }
    }

    /// Reads the content of an X509Certificate element.
    pub(crate) fn from_base64(text: &str) -> Result<Self, CertificateError> {
        Self::from_der(&from_base64(text).ok_or(CertificateError::Unreadable)?)
    }

    /// A bare key.
    pub(crate) fn of_key(key: PublicKey) -> Result<Self, CertificateError> {
        Ok(Self { der: key.info().to_vec(), key, described: None })
    }

    fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let (described, info) = describe(der).ok_or(CertificateError::Unreadable)?;
        Ok(Self { der: der.to_vec(), key: PublicKey::from_info(info)?, described: Some(described) })
    }

    /// Makes one that the key itself has signed, for others to know us by.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn self_signed(
        key: &PrivateKey,
        common_name: &str,
        not_before: i64,
        not_after: i64,
    ) -> Result<Self, CertificateError> {
        let mut serial = [0; 16];
        aws_lc_rs::rand::fill(&mut serial).map_err(|_| CertificateError::Making)?;
        // Positive, and not zero.
        serial[0] = serial[0] & 0x3f | 0x40;
        let algorithm = der::value(SEQUENCE, &[&der::value(OBJECT, &[SHA256_WITH_RSA]), &der::value(NULL, &[])]);
        let value = der::value(UTF8_STRING, &[common_name.as_bytes()]);
        let attribute = der::value(SEQUENCE, &[&der::value(OBJECT, &[COMMON_NAME]), &value]);
        let name = der::value(SEQUENCE, &[&der::value(der::SET, &[&attribute])]);
        let validity = der::value(SEQUENCE, &[&write_time(not_before), &write_time(not_after)]);
        let signed = der::value(
            SEQUENCE,
            &[
                &der::value(CONTEXT_0, &[&der::value(INTEGER, &[&[2]])]),
                &der::value(INTEGER, &[&serial]),
                &algorithm,
                &name,
                &validity,
                &name,
                &rsa_info(key.public()),
            ],
        );
        let signature = key.sign(&signed).ok_or(CertificateError::Making)?;
        let signature = der::value(der::BIT_STRING, &[&[0], &signature]);
        Self::from_der(&der::value(SEQUENCE, &[&signed, &algorithm, &signature]))
    }

    /// As PEM: a `CERTIFICATE`, or a `PUBLIC KEY`. [`Self::parse`] reads it again.
    pub fn to_pem(&self) -> String {
        let label = if self.described.is_some() { "CERTIFICATE" } else { "PUBLIC KEY" };
        pem::write(label, &self.der).to_string()
    }

    /// The content of an X509Certificate element; nothing for a bare key.
    pub(crate) fn to_base64(&self) -> Option<String> {
        self.described.as_ref().map(|_| to_base64(&self.der))
    }

    /// Whose name it was issued in, as `CN=…, O=…`; empty for a bare key.
    pub fn issuer(&self) -> &str {
        self.described.as_ref().map_or("", |described| &described.issuer)
    }

    /// Whether it names this one as who issued the other, which has not issued itself.
    pub(crate) fn has_issued(&self, other: &Self) -> bool {
        match (&self.described, &other.described) {
            (Some(issuer), Some(issued)) => issued.issuer == issuer.subject && issued.issuer != issued.subject,
            _ => false,
        }
    }

    /// From when it is valid, in seconds since 1970; nothing for a bare key. Signatures are verified all the same: keys of
    /// identity providers are replaced by agreement, not by date.
    pub fn not_before(&self) -> Option<i64> {
        self.described.as_ref().map(|described| described.not_before)
    }

    /// Until when it is valid, in seconds since 1970; nothing for a bare key.
    pub fn not_after(&self) -> Option<i64> {
        self.described.as_ref().map(|described| described.not_after)
    }

    /// SHA-256 of it, in hexadecimal digits: what an administrator compares.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.der)
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }
}

/// Two are the same if they have the same key.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.key.info() == other.key.info()
    }
}

impl Eq for Certificate {}

/// SHA-256 of whatever a message calls its certificate.
pub(crate) fn fingerprint(der: &[u8]) -> String {
    digest(&SHA256, der).as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// From when and until when a certificate (RFC 5280, in DER) is valid, in seconds since 1970, whatever its key.
#[must_use]
pub fn validity(der: &[u8]) -> Option<(i64, i64)> {
    describe(der).map(|(described, _)| (described.not_before, described.not_after))
}

/// What is shown of a certificate, and its SubjectPublicKeyInfo.
fn describe(certificate: &[u8]) -> Option<(Described, &[u8])> {
    let mut outer = Reader(certificate);
    let mut parts = outer.sequence()?;
    let mut signed = parts.sequence()?;
    signed.take(CONTEXT_0);
    signed.take(INTEGER)?;
    signed.sequence()?;
    let issuer = distinguished_name::to_text(signed.take(SEQUENCE)?)?;
    let mut validity = signed.sequence()?;
    let (not_before, not_after) = (read_time(&mut validity)?, read_time(&mut validity)?);
    let subject = distinguished_name::to_text(signed.take(SEQUENCE)?)?;
    let info = signed.any().filter(|value| value.tag == SEQUENCE)?;
    outer.is_empty().then_some((Described { issuer, subject, not_before, not_after }, info.whole))
}

/// RFC 5280, section 4.1.2.5.
fn read_time(reader: &mut Reader<'_>) -> Option<i64> {
    let value = reader.any()?;
    let text = std::str::from_utf8(value.content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match value.tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    if rest.len() != 10 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let two = |at: usize| rest.get(at..at + 2).and_then(|digits| digits.parse::<i64>().ok());
    time::at(year, two(0)?, two(2)?, two(4)?, two(6)?, two(8)?)
}

fn write_time(seconds: i64) -> Vec<u8> {
    let [year, month, day, hour, minute, second] = time::parts(seconds);
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    match year {
        1950..2050 => der::value(UTC_TIME, &[format!("{:02}{rest}", year % 100).as_bytes()]),
        _ => der::value(GENERALIZED_TIME, &[format!("{year:04}{rest}").as_bytes()]),
    }
}
