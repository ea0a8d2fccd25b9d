//! One pass over a document before it is parsed, which refuses what would make the parser work hard (threat T-16), and
//! all that a message does not need (threat T-12).

use super::Malformed;

/// How much of a document there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) bytes: usize,
    /// Elements inside of elements.
    pub(crate) depth: usize,
    pub(crate) elements: usize,
    /// In one tag, declarations of namespaces included.
    pub(crate) attributes: usize,
    /// Equals signs, wherever they stand: the parser makes room for as many attributes before it looks.
    pub(crate) equals_signs: usize,
    /// Declarations of namespaces in the whole document.
    pub(crate) namespaces: usize,
    /// Declarations of namespaces that hold at the same place. A parser looks through them for each name.
    pub(crate) namespaces_in_scope: usize,
    /// Whether comments are allowed, and processing instructions outside of the root.
    pub(crate) annotations: bool,
}

/// The longest name of an element or attribute, in bytes.
const NAME_BYTES: usize = 256;

impl Bounds {
    /// Of a message that anybody can send.
    pub(crate) const MESSAGE: Self = Self {
        bytes: 256 * 1024,
        depth: 48,
        elements: 8_000,
        attributes: 48,
        equals_signs: 12_000,
        namespaces: 400,
        namespaces_in_scope: 32,
        annotations: false,
    };
    /// Of metadata, which an administrator has us read.
    pub(crate) const METADATA: Self = Self {
        bytes: 1024 * 1024,
        depth: 64,
        elements: 40_000,
        attributes: 64,
        equals_signs: 120_000,
        namespaces: 4_000,
        namespaces_in_scope: 64,
        annotations: true,
    };
}

/// What has been seen.
struct Scan<'a> {
    bytes: &'a [u8],
    /// Never moves back, so that the work is linear.
    at: usize,
    bounds: &'a Bounds,
    elements: usize,
    namespaces: usize,
    in_scope: usize,
    /// Of each open element, how many namespaces it declares.
    open: Vec<usize>,
}

/// Goes over the document once.
///
/// # Errors
/// The first thing that is too much, or has no place in such a document.
pub(crate) fn scan(text: &str, bounds: &Bounds) -> Result<(), Malformed> {
    if text.bytes().filter(|byte| *byte == b'=').count() > bounds.equals_signs {
        return Err(Malformed::ManyEqualsSigns { most: bounds.equals_signs });
    }
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
        bounds,
        elements: 0,
        namespaces: 0,
        in_scope: 0,
        open: Vec::with_capacity(bounds.depth),
    };
    if text.starts_with("<?xml") && text[5..].starts_with([' ', '\t', '\n', '\r']) {
        scan.skip_past(b"?>")?;
    }
    while let Some(offset) = scan.rest().iter().position(|byte| *byte == b'<') {
        scan.at += offset;
        match scan.rest() {
            [b'<', b'/', ..] => scan.end_tag()?,
            [b'<', b'?', ..] => match bounds.annotations && scan.open.is_empty() {
                true => scan.skip_past(b"?>")?,
                false => return Err(Malformed::ProcessingInstruction),
            },
            [b'<', b'!', b'-', b'-', ..] => match bounds.annotations {
                true => {
                    scan.at += 4;
                    scan.skip_past(b"-->")?;
                }
                false => return Err(Malformed::Comment),
            },
            [b'<', b'!', b'[', ..] => return Err(Malformed::CharacterData),
            [b'<', b'!', ..] => return Err(Malformed::Doctype),
            _ => scan.start_tag()?,
        }
    }
    Ok(())
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn skip_past(&mut self, end: &[u8]) -> Result<(), Malformed> {
        let found = self.rest().windows(end.len()).position(|window| window == end);
        self.at += found.ok_or_else(|| self.ill_formed())? + end.len();
        Ok(())
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().iter().take_while(|byte| is_space(**byte)).count();
    }

    fn ill_formed(&self) -> Malformed {
        Malformed::NotWellFormed(format!("a tag is broken near byte {}", self.at))
    }

    /// Up to what ends a name.
    fn name(&mut self) -> Result<&'a [u8], Malformed> {
        let rest = self.rest();
        let ends = |byte: &u8| is_space(*byte) || matches!(byte, b'=' | b'/' | b'>' | b'<' | b'"' | b'\'' | b'&');
        match rest.iter().take(NAME_BYTES + 1).position(ends) {
            None if rest.len() > NAME_BYTES => Err(Malformed::LongName { most: NAME_BYTES }),
            None | Some(0) => Err(self.ill_formed()),
            Some(length) => {
                self.at += length;
                Ok(&rest[..length])
            }
        }
    }

    fn end_tag(&mut self) -> Result<(), Malformed> {
        self.in_scope -= self.open.pop().ok_or_else(|| self.ill_formed())?;
        self.at += 2;
        self.name()?;
        self.skip_spaces();
        self.byte(b'>')
    }

    fn byte(&mut self, expected: u8) -> Result<(), Malformed> {
        if self.rest().first() != Some(&expected) {
            return Err(self.ill_formed());
        }
        self.at += 1;
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), Malformed> {
        self.elements += 1;
        if self.elements > self.bounds.elements {
            return Err(Malformed::ManyElements { most: self.bounds.elements });
        }
        if self.open.len() >= self.bounds.depth {
            return Err(Malformed::Deep { most: self.bounds.depth });
        }
        self.at += 1;
        self.name()?;
        let (mut attributes, mut declared) = (0, 0);
        loop {
            self.skip_spaces();
            match self.rest() {
                [b'>', ..] => {
                    self.at += 1;
                    self.in_scope += declared;
                    self.open.push(declared);
                    break;
                }
                [b'/', b'>', ..] => {
                    self.at += 2;
                    break;
                }
                _ => declared += usize::from(self.attribute()?),
            }
            attributes += 1;
            if attributes > self.bounds.attributes {
                return Err(Malformed::ManyAttributes { most: self.bounds.attributes });
            }
            if self.namespaces + declared > self.bounds.namespaces {
                return Err(Malformed::ManyNamespaces { most: self.bounds.namespaces });
            }
            if self.in_scope + declared > self.bounds.namespaces_in_scope {
                return Err(Malformed::ManyNamespaces { most: self.bounds.namespaces_in_scope });
            }
        }
        self.namespaces += declared;
        Ok(())
    }

    /// Whether it declares a namespace.
    fn attribute(&mut self) -> Result<bool, Malformed> {
        let name = self.name()?;
        self.skip_spaces();
        self.byte(b'=')?;
        self.skip_spaces();
        let quote =
            *self.rest().first().filter(|byte| matches!(byte, b'"' | b'\'')).ok_or_else(|| self.ill_formed())?;
        self.at += 1;
        let value = self.rest();
        let length = value.iter().position(|byte| *byte == quote || *byte == b'<').ok_or_else(|| self.ill_formed())?;
        self.at += length;
        self.byte(quote)?;
        // Namespaces in XML 1.0, section 5, lets nobody undeclare a prefix; some programs do it all the same.
        let prefixed = name.starts_with(b"xmlns:");
        match prefixed && length == 0 {
            true => Err(Malformed::NotWellFormed("a prefix is bound to nothing".to_owned())),
            false => Ok(prefixed || name == b"xmlns"),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
