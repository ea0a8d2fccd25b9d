//! CBOR as authenticators write it (CTAP 2.1, section 8): whole numbers, bytes, text, lists and maps of known length. Everything
//! else is refused: tags, fractions, lengths that come later, keys twice, what is nested deeply, text that is no UTF-8.

/// Levels of lists and maps; an attestation has three.
const DEEPEST: usize = 4;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Value<'a>>),
    Map(Map<'a>),
    Bool(bool),
    Null,
}

/// The entries of a map, no key twice.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Map<'a>(Vec<(Value<'a>, Value<'a>)>);

impl<'a> Map<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&self, key: &Value) -> Option<&Value<'a>> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// What stands under a text.
    pub(crate) fn named(&self, key: &str) -> Option<&Value<'a>> {
        self.get(&Value::Text(key))
    }

    /// The number under a number.
    pub(crate) fn number(&self, key: i64) -> Option<i64> {
        match self.get(&Value::Number(key))? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The bytes under a number.
    pub(crate) fn bytes(&self, key: i64) -> Option<&'a [u8]> {
        match self.get(&Value::Number(key))? {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Reads one value, and gives what comes after it; `None` for what is no such CBOR.
pub(crate) fn read(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(DEEPEST)?;
    Some((value, reader.rest))
}

/// Reads a map, and gives what comes after it.
pub(crate) fn read_map(bytes: &[u8]) -> Option<(Map<'_>, &[u8])> {
    match read(bytes)? {
        (Value::Map(map), rest) => Some((map, rest)),
        _ => None,
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    /// The kind of a value, and the number that goes with it.
    fn head(&mut self) -> Option<(u8, u64)> {
        let [first] = self.take(1)? else { return None };
        let number = match first & 0x1f {
            short @ 0..=23 => u64::from(short),
            length @ 24..=27 => {
                let mut number = 0;
                for byte in self.take(1 << (length - 24))? {
                    number = number << 8 | u64::from(*byte);
                }
                number
            }
            _ => return None,
        };
        Some((first >> 5, number))
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        let (kind, number) = self.head()?;
        let depth_below = || depth.checked_sub(1);
        Some(match kind {
            0 => Value::Number(i64::try_from(number).ok()?),
            1 => Value::Number(-1 - i64::try_from(number).ok()?),
            2 => Value::Bytes(self.take(number)?),
            3 => Value::Text(std::str::from_utf8(self.take(number)?).ok()?),
            4 => Value::List(self.items(number, depth_below()?)?),
            5 => Value::Map(self.entries(number, depth_below()?)?),
            7 => match number {
                20 => Value::Bool(false),
                21 => Value::Bool(true),
                22 => Value::Null,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Each has a byte at least, so that a length that is not true costs nothing.
    fn fits(&self, number: u64, bytes_each: u64) -> bool {
        number.checked_mul(bytes_each).is_some_and(|least| least <= self.rest.len() as u64)
    }

    fn items(&mut self, number: u64, depth: usize) -> Option<Vec<Value<'a>>> {
        if !self.fits(number, 1) {
            return None;
        }
        (0..number).map(|_| self.value(depth)).collect()
    }

    fn entries(&mut self, number: u64, depth: usize) -> Option<Map<'a>> {
        // Authenticators write a dozen; each new key is held against those before it.
        if !self.fits(number, 2) || number > 64 {
            return None;
        }
        let mut map = Map(Vec::new());
        for _ in 0..number {
            let (key, value) = (self.value(depth)?, self.value(depth)?);
            if map.get(&key).is_some() {
                return None;
            }
            map.0.push((key, value));
        }
        Some(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_authenticators_write_is_read() {
        let (value, rest) = read(b"\xa3\x01\x20\x61a\x42xy\x63abc\x82\xf5\xf6!").unwrap();
        let Value::Map(map) = value else { panic!("no map") };
        assert_eq!((map.number(1), rest), (Some(-1), &b"!"[..]));
        assert_eq!(map.named("a"), Some(&Value::Bytes(b"xy")));
        assert_eq!(map.named("abc"), Some(&Value::List(vec![Value::Bool(true), Value::Null])));
        assert_eq!(read(b"\x39\x01\x00").unwrap().0, Value::Number(-257));
        assert_eq!(read(b"\x1a\x00\x01\x00\x00").unwrap().0, Value::Number(65536));
    }

    #[test]
    fn t41_all_else_is_refused() {
        for (what, bytes) in [
            ("nothing", &b""[..]),
            ("a key twice", b"\xa2\x01\x01\x01\x02"),
            ("a length that comes later", b"\x5f\x41a\xff"),
            ("a map of such", b"\xbf\xff"),
            ("a tag", b"\xc0\x60"),
            ("a fraction", b"\xf9\x00\x00"),
            ("undefined", b"\xf7"),
            ("text that is none", b"\x61\xff"),
            ("bytes that are not there", b"\x42a"),
            ("a huge length", b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"),
            ("a huge list", b"\x9b\x00\x00\xff\xff\xff\xff\xff\xff\x01"),
            ("a huge map", b"\xbb\x80\x00\x00\x00\x00\x00\x00\x00\x01"),
            ("a number that is too large", b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"),
            ("what is nested deeply", b"\x81\x81\x81\x81\x81\x01"),
            ("a head that is cut off", b"\x19\x01"),
        ] {
            assert_eq!(read(bytes), None, "{what}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_or_read_beyond(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some((_, rest)) = read(&bytes) {
                prop_assert!(rest.len() < bytes.len());
                prop_assert!(bytes.ends_with(rest));
            }
        }
    }
}
