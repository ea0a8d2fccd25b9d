//! How other programs write bytes.

use crate::argon::decimal;
use base64::alphabet::{self, Alphabet};
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};

/// Padding may be there or not, and bits that stand for nothing may be set, as some encoders do.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Base64 (RFC 4648) in either alphabet, padded or not.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let alphabet = if text.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    decode(&alphabet, text)
}

/// passlib's base64: `.` for `+`, no padding.
pub(super) fn passlib_base64(text: &str) -> Option<Vec<u8>> {
    base64(&text.replace('.', "+"))
}

/// bcrypt's base64.
pub(super) fn bcrypt_base64(text: &str) -> Option<Vec<u8>> {
    decode(&alphabet::BCRYPT, text)
}

fn decode(alphabet: &Alphabet, text: &str) -> Option<Vec<u8>> {
    GeneralPurpose::new(alphabet, LENIENT).decode(text).ok()
}

/// Hexadecimal, in either case.
pub(super) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// `a=1,b=2,c=3`, in this order.
pub(super) fn numbers<const COUNT: usize>(text: &str, names: [&str; COUNT]) -> Option<[u32; COUNT]> {
    let pairs: Vec<_> = text.split(',').collect();
    let value = |(pair, name): (&&str, &str)| decimal(pair.strip_prefix(name)?.strip_prefix('=')?);
    let values: Option<Vec<_>> = if pairs.len() == COUNT { pairs.iter().zip(names).map(value).collect() } else { None };
    values?.try_into().ok()
}

/// The digits of crypt(3), by their value.
pub(super) const CRYPT_DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The value of a digit of crypt(3).
pub(super) fn crypt_digit(digit: u8) -> Option<u8> {
    CRYPT_DIGITS.iter().position(|&each| each == digit).and_then(|value| u8::try_from(value).ok())
}

/// crypt(3)'s base64, least significant bits first.
pub(super) fn crypt_base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes() {
        bits |= u32::from(crypt_digit(digit)?) << count;
        count += 6;
        if count >= 8 {
            bytes.push((bits & 0xff) as u8);
            bits >>= 8;
            count -= 8;
        }
    }
    Some(bytes)
}
