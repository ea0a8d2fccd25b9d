//! scrypt (RFC 7914), as text or in base64 with its parameters beside it, and Firebase's own of it.

use super::argon::DIGEST;
use super::cost::Cost;
use super::encoding::{base64, hexadecimal, numbers};
use super::fields::{Reader, Writer};
use super::refused::{Reason, Refused};
use super::{MAX_TEXT, Read, Scheme};
use crate::argon::decimal;
use ::scrypt::Params;
use aws_lc_rs::cipher::{AES_256, AES_256_KEY_LEN, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

/// `scrypt_config`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScryptConfig<'a> {
    /// In base64.
    pub salt: &'a str,
    /// N: a power of two, from 2 to 262144.
    pub n_parameter: i64,
    /// r
    pub r_parameter: i64,
    /// p
    pub p_parameter: i64,
    /// Of the hash, in bytes.
    pub key_length: i64,
}

/// An scrypt but for its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scrypt {
    /// N, as a power of two.
    log_n: u32,
    r: u32,
    p: u32,
    /// With Firebase's separator, which it puts behind each user's.
    salt: Vec<u8>,
    finish: Finish,
}

/// What is made of the derived key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finish {
    /// It is the hash, so many bytes.
    Key(u32),
    /// Firebase: it encrypts the signer key, and that is the hash.
    Signer(Vec<u8>),
}

pub(super) fn read(hash: &str, config: Option<ScryptConfig<'_>>) -> Result<Read, Refused> {
    let (scrypt, digest) = match hash {
        _ if hash.starts_with("$scrypt$") => text_form(hash).ok_or_else(|| {
            Reason::Hash
                .because("an scrypt hash looks like $scrypt$ln=14,r=8,p=1$ with salt and hash in base64 behind it")
        }),
        _ if hash.starts_with("$fbscrypt$") => firebase(hash).ok_or_else(|| {
            let form = "$fbscrypt$v=1,n=14,r=8,p=1,ss=SALT_SEPARATOR,sk=SIGNER_KEY$SALT$HASH";
            Reason::Hash.because(format!("a hash of Firebase's scrypt looks like {form}, all in base64"))
        }),
        _ if hash.starts_with("scrypt:") => werkzeug(hash).ok_or_else(|| {
            Reason::Hash
                .because("Werkzeug's scrypt looks like scrypt:32768:8:1$ with salt and hexadecimal hash behind it")
        }),
        _ => raw(hash, config),
    }?;
    if !scrypt.is_sound() {
        let message = "r and p are 1 or more, r times p less than 2^30, and N less than 2^(16 r)";
        return Err(Reason::ScryptParameters.because(message));
    }
    if scrypt.salt.is_empty() || scrypt.salt.len() > MAX_TEXT {
        return Err(Reason::ScryptSaltLength.because(format!("the salt has 1 to {MAX_TEXT} bytes")));
    }
    if !DIGEST.contains(&digest.len()) {
        let message = format!("the hash has {} to {} bytes", DIGEST.start(), DIGEST.end());
        return Err(Reason::ScryptHash.because(message));
    }
    Ok(Read { scheme: Scheme::Scrypt(scrypt), digest })
}

/// That of passlib and of the PHC.
fn text_form(hash: &str) -> Option<(Scrypt, Vec<u8>)> {
    let [parameters, salt, digest] = parts(hash.strip_prefix("$scrypt$")?)?;
    let [log_n, r, p] = numbers(parameters, ["ln", "r", "p"])?;
    let (salt, digest) = (base64(salt)?, base64(digest)?);
    let finish = Finish::Key(u32::try_from(digest.len()).ok()?);
    Some((Scrypt { log_n, r, p, salt, finish }, digest))
}

/// The spelling that Supabase gave it.
fn firebase(hash: &str) -> Option<(Scrypt, Vec<u8>)> {
    let [parameters, salt, digest] = parts(hash.strip_prefix("$fbscrypt$v=1,")?)?;
    let (parameters, signer) = parameters.split_once(",sk=")?;
    let (parameters, separator) = parameters.split_once(",ss=").unwrap_or((parameters, ""));
    let [log_n, r, p] = numbers(parameters, ["n", "r", "p"])?;
    let (signer, digest) = (base64(signer)?, base64(digest)?);
    let salt = [base64(salt)?, base64(separator)?].concat();
    // The cipher changes no lengths.
    (signer.len() == digest.len()).then_some((Scrypt { log_n, r, p, salt, finish: Finish::Signer(signer) }, digest))
}

fn werkzeug(hash: &str) -> Option<(Scrypt, Vec<u8>)> {
    let [parameters, salt, digest] = parts(hash.strip_prefix("scrypt:")?)?;
    let mut numbers = parameters.split(':').map(decimal);
    let (n, r, p) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let digest = hexadecimal(digest)?;
    let finish = Finish::Key(u32::try_from(digest.len()).ok()?);
    let scrypt = Scrypt { log_n: n.ilog2_of_power()?, r, p, salt: salt.into(), finish };
    numbers.next().is_none().then_some((scrypt, digest))
}

fn raw(hash: &str, config: Option<ScryptConfig<'_>>) -> Result<(Scrypt, Vec<u8>), Refused> {
    let digest = base64(hash)
        .ok_or_else(|| Reason::ScryptHash.because("an scrypt hash is in its text form ($scrypt$…) or in base64"))?;
    let config = config.ok_or_else(|| Reason::ScryptHash.because("an scrypt hash in base64 needs scrypt_config"))?;
    let salt = base64(config.salt).ok_or_else(|| Reason::ScryptSalt.because("the salt is in base64"))?;
    let n = u32::try_from(config.n_parameter).ok().filter(|n| *n <= 1 << 18).and_then(IntegerLog::ilog2_of_power);
    let log_n = n.ok_or_else(|| Reason::ScryptNParameter.because("n_parameter is a power of two from 2 to 262144"))?;
    let positive = |value| u32::try_from(value).ok().filter(|value| *value > 0);
    let (r, p) = positive(config.r_parameter)
        .zip(positive(config.p_parameter))
        .ok_or_else(|| Reason::ScryptParameters.because("r_parameter and p_parameter are 1 or more"))?;
    let length = u32::try_from(config.key_length).ok().filter(|length| *length as usize == digest.len());
    let length = length.ok_or_else(|| {
        let message = format!("the hash has {} bytes, and key_length says {}", digest.len(), config.key_length);
        Reason::ScryptKeyLengthMismatch.because(message)
    })?;
    Ok((Scrypt { log_n, r, p, salt, finish: Finish::Key(length) }, digest))
}

/// What is between dollar signs, three of it.
fn parts(text: &str) -> Option<[&str; 3]> {
    text.split('$').collect::<Vec<_>>().try_into().ok()
}

trait IntegerLog {
    /// Its logarithm, if it is a power of two from 2 on.
    fn ilog2_of_power(self) -> Option<u32>;
}

impl IntegerLog for u32 {
    fn ilog2_of_power(self) -> Option<u32> {
        (self.is_power_of_two() && self > 1).then(|| self.ilog2())
    }
}

impl Scrypt {
    /// RFC 7914, section 2, and that its sizes can be computed at all.
    fn is_sound(&self) -> bool {
        let (log_n, r, p) = (u64::from(self.log_n), u64::from(self.r), u64::from(self.p));
        (1..=40).contains(&log_n) && r > 0 && p > 0 && r * p < 1 << 30 && log_n < 16 * r && self.parameters().is_some()
    }

    fn parameters(&self) -> Option<Params> {
        Params::new(u8::try_from(self.log_n).ok()?, self.r, self.p).ok()
    }

    pub(super) fn derive(&self, password: &[u8]) -> Option<Vec<u8>> {
        let length = match self.finish {
            Finish::Key(length) => length as usize,
            Finish::Signer(_) => AES_256_KEY_LEN,
        };
        let mut key = vec![0; length];
        ::scrypt::scrypt(password, &self.salt, &self.parameters()?, &mut key).ok()?;
        match &self.finish {
            Finish::Key(_) => Some(key),
            Finish::Signer(signer) => {
                let mut text = signer.clone();
                let cipher = EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, &key).ok()?).ok()?;
                // Firebase's counter begins with zero; the key is never used again.
                cipher.less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::from([0; 16]))).ok()?;
                Some(text)
            }
        }
    }

    pub(super) fn cost(&self) -> Cost {
        let (n, r, p) = (1_u64.checked_shl(self.log_n).unwrap_or(u64::MAX), u64::from(self.r), u64::from(self.p));
        let block = r.saturating_mul(128);
        let memory = n.saturating_add(p).saturating_add(2).saturating_mul(block);
        // Mixing, and the PBKDF2 before and after it.
        let each = n.saturating_mul(400).saturating_add(4000);
        Cost { memory, nanoseconds: each.saturating_mul(r).saturating_mul(p) }
    }

    pub(super) fn write(&self) -> Writer {
        let name = if matches!(self.finish, Finish::Key(_)) { "scrypt" } else { "firebase-scrypt" };
        let writer =
            Writer::new(name).put("ln", self.log_n).put("r", self.r).put("p", self.p).bytes("salt", &self.salt);
        match &self.finish {
            Finish::Key(length) => writer.put("length", length),
            Finish::Signer(signer) => writer.bytes("signer", signer),
        }
    }

    pub(super) fn restore(name: &str, fields: &mut Reader<'_>) -> Option<Self> {
        let (log_n, r, p) = (fields.number("ln")?, fields.number("r")?, fields.number("p")?);
        let salt = fields.bytes("salt")?;
        let finish = match name {
            "scrypt" => Finish::Key(fields.number("length").filter(|length| DIGEST.contains(&(*length as usize)))?),
            _ => Finish::Signer(fields.bytes("signer")?),
        };
        let scrypt = Self { log_n, r, p, salt, finish };
        scrypt.is_sound().then_some(scrypt)
    }
}
