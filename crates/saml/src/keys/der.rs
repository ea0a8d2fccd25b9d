//! As much of DER (ITU-T X.690) as certificates and keys need.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// The first tag that depends on the context: the version of a certificate.
pub(super) const CONTEXT_0: u8 = 0xa0;

/// What is left to read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

/// One value: its tag, what is in it, and all of it.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) whole: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next value. Lengths have to be definite and in their shortest form; tags have one byte.
    pub(super) fn any(&mut self) -> Option<Value<'a>> {
        let input = self.0;
        let (tag, first) = (*input.first()?, *input.get(1)?);
        let (start, length) = match first {
            0..=0x7f => (2, usize::from(first)),
            0x81..=0x83 => {
                let digits = input.get(2..2 + usize::from(first & 0x7f))?;
                let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
                if length < 0x80 || digits.first() == Some(&0) {
                    return None;
                }
                (2 + digits.len(), length)
            }
            _ => return None,
        };
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (content, whole) = (input.get(start..start + length)?, input.get(..start + length)?);
        self.0 = input.get(start + length..)?;
        Some(Value { tag, content, whole })
    }

    /// The content of the next value, if that has this tag. Nothing is read if it has not.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let value = ahead.any().filter(|value| value.tag == tag)?;
        *self = ahead;
        Some(value.content)
    }

    /// The values inside the next one, which has to be a sequence.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Self)
    }

    /// The bytes of a string of bits without unused ones.
    pub(super) fn bits(&mut self) -> Option<&'a [u8]> {
        self.take(BIT_STRING)?.strip_prefix(&[0])
    }

    /// The bytes of a number that is not negative, without leading zeros.
    pub(super) fn unsigned(&mut self) -> Option<&'a [u8]> {
        let content = self.take(INTEGER)?;
        match content {
            [] | [0x80..=0xff, ..] => None,
            [0, rest @ ..] => Some(rest),
            _ => Some(content),
        }
    }
}

/// A value with this tag and, one after the other, these contents.
pub(super) fn value(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|content| content.len()).sum();
    let digits = length.to_be_bytes();
    let digits = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
    let mut written = Vec::with_capacity(length + 6);
    written.push(tag);
    if length >= 0x80 {
        // A `usize` has eight digits at most.
        written.push(0x80 | digits.len() as u8);
    }
    match digits {
        [] => written.push(0),
        _ => written.extend_from_slice(digits),
    }
    for content in contents {
        written.extend_from_slice(content);
    }
    written
}

/// A number that is not negative.
pub(super) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    match bytes {
        [] | [0x80..=0xff, ..] => value(INTEGER, &[&[0], bytes]),
        _ => value(INTEGER, &[bytes]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_they_are_written() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
            let content = vec![7; length];
            let written = value(OCTET_STRING, &[&content]);
            let mut reader = Reader(&written);
            assert_eq!(reader.take(OCTET_STRING), Some(&content[..]), "{length}");
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn what_is_no_der_is_not_read() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 1],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x81, 1, 0],
            &[0x30, 0x82, 0, 0x80],
            &[0x30, 0x84, 0, 0, 0, 1, 0],
            &[0x30, 0xff],
            &[0x1f, 0x81, 0x01, 0],
        ] {
            assert!(Reader(bytes).any().is_none(), "{bytes:x?}");
        }
    }

    #[test]
    fn numbers_are_never_negative() {
        for (bytes, written) in [
            (&[][..], &[2, 1, 0][..]),
            (&[0, 0], &[2, 1, 0]),
            (&[1], &[2, 1, 1]),
            (&[0x80], &[2, 2, 0, 0x80]),
            (&[0, 0, 0x7f], &[2, 1, 0x7f]),
        ] {
            assert_eq!(unsigned(bytes), written);
        }
        assert_eq!(Reader(&[2, 1, 0x80]).unsigned(), None);
        assert_eq!(Reader(&[2, 0]).unsigned(), None);
    }
}
