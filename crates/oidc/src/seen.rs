//! What another party wrote, in a sentence of ours.

use serde_json::Value;
use std::fmt;

/// As many characters of it are shown.
const SHOWN: usize = 200;

/// What another party wrote, as it may stand in a message: in quotes, escaped, and cut off. Nothing, if it was missing.
#[derive(Clone, PartialEq, Eq)]
pub struct Seen(String);

impl Seen {
    /// A text.
    pub(crate) fn text(text: &str) -> Self {
        let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
        if text.chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
        Self(format!("\"{shown}\""))
    }

    /// A value of JSON, or that there was none. Texts look as they do above.
    pub(crate) fn value(value: Option<&Value>) -> Self {
        match value {
            None => Self("nothing".to_owned()),
            Some(Value::String(text)) => Self::text(text),
            Some(value) => {
                let text = value.to_string();
                let mut shown: String = text.chars().take(SHOWN).collect();
                if shown.len() < text.len() {
                    shown.push('…');
                }
                Self(shown)
            }
        }
    }

    /// A text, or that there was none.
    pub(crate) fn optional(text: Option<&str>) -> Self {
        text.map_or_else(|| Self::value(None), Self::text)
    }

    /// A list of texts.
    pub(crate) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let list: Vec<Value> = texts.into_iter().map(Value::from).collect();
        Self::value(Some(&Value::Array(list)))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_shown_is_quoted_escaped_and_short() {
        let cases = [
            (Seen::text("a\nb\"\u{1b}[2J"), "\"a\\nb\\\"\\u{1b}[2J\""),
            (Seen::value(None), "nothing"),
            (Seen::value(Some(&json!("x"))), "\"x\""),
            (Seen::value(Some(&json!(["x", 1]))), "[\"x\",1]"),
            (Seen::list(["x"]), "[\"x\"]"),
        ];
        for (seen, shown) in cases {
            assert_eq!(seen.to_string(), shown);
        }
        assert_eq!(Seen::text(&"é".repeat(5000)).to_string().chars().count(), 203);
        assert_eq!(Seen::value(Some(&json!(vec![1; 5000]))).to_string().chars().count(), 201);
    }
}
