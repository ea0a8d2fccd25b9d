//! How a scheme is stored: `name,key=value,…`, in a fixed order, bytes in base64.

use crate::argon::decimal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Display;
use std::str::Split;

/// What is written.
pub(crate) struct Writer(String);

impl Writer {
    pub(crate) fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// A number or a word. Words have neither commas nor colons.
    pub(crate) fn put(mut self, key: &str, value: impl Display) -> Self {
        self.0 += &format!(",{key}={value}");
        self
    }

    pub(crate) fn bytes(self, key: &str, value: &[u8]) -> Self {
        self.put(key, URL_SAFE_NO_PAD.encode(value))
    }

    pub(crate) fn done(self) -> String {
        self.0
    }
}

/// What is read, in the order in which it was written.
pub(crate) struct Reader<'a>(Split<'a, char>);

impl<'a> Reader<'a> {
    /// With the name that it begins with.
    pub(crate) fn new(text: &'a str) -> Option<(&'a str, Self)> {
        let mut parts = text.split(',');
        Some((parts.next()?, Self(parts)))
    }

    pub(crate) fn word(&mut self, key: &str) -> Option<&'a str> {
        let (name, value) = self.0.next()?.split_once('=')?;
        (name == key).then_some(value)
    }

    pub(crate) fn number(&mut self, key: &str) -> Option<u32> {
        decimal(self.word(key)?)
    }

    pub(crate) fn bytes(&mut self, key: &str) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.word(key)?).ok()
    }

    /// That nothing follows.
    pub(crate) fn done(mut self) -> Option<()> {
        self.0.next().is_none().then_some(())
    }
}
