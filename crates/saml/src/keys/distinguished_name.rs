//! The name of an issuer, as text.

use super::der::{OBJECT, Reader, UTF8_STRING};
use std::fmt::Write as _;

/// The arcs of attributes that names usually have, and how they are shortened (RFC 4519).
const KNOWN: [(&[u8], &str); 8] = [
    (&[0x55, 0x04, 0x03], "CN"),
    (&[0x55, 0x04, 0x06], "C"),
    (&[0x55, 0x04, 0x07], "L"),
    (&[0x55, 0x04, 0x08], "ST"),
    (&[0x55, 0x04, 0x0a], "O"),
    (&[0x55, 0x04, 0x0b], "OU"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01], "emailAddress"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19], "DC"),
];

/// `CN=…, O=…, C=…`, in the order in which the certificate has them. To be shown, and never to be compared.
pub(super) fn to_text(name: &[u8]) -> Option<String> {
    let (mut text, mut relative) = (String::new(), Reader(name));
    while !relative.is_empty() {
        let mut set = Reader(relative.take(super::der::SET)?);
        while !set.is_empty() {
            let mut pair = set.sequence()?;
            let kind = pair.take(OBJECT)?;
            let value = pair.any()?;
            if !text.is_empty() {
                text.push_str(", ");
            }
            match KNOWN.iter().find(|(known, _)| *known == kind) {
                Some((_, short)) => text.push_str(short),
                None => write_object(kind, &mut text),
            }
            text.push('=');
            text.push_str(&decode(value.tag, value.content));
        }
    }
    Some(text)
}

fn decode(tag: u8, content: &[u8]) -> String {
    match tag {
        // BMPString
        0x1e => {
            let units = content.chunks(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        // PrintableString, IA5String and T61String, in which programs write Latin-1
        0x13 | 0x14 | 0x16 => content.iter().map(|byte| char::from(*byte)).collect(),
        UTF8_STRING => String::from_utf8_lossy(content).into_owned(),
        _ => "?".to_owned(),
    }
}

/// The numbers of an identifier, with dots.
fn write_object(object: &[u8], text: &mut String) {
    let mut number: u64 = 0;
    let mut is_first = true;
    for byte in object {
        number = (number << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            // Writing into a string cannot fail.
            let _ = match is_first {
                true => write!(text, "{}.{}", (number / 40).min(2), number - 40 * (number / 40).min(2)),
                false => write!(text, ".{number}"),
            };
            (number, is_first) = (0, false);
        }
    }
}
