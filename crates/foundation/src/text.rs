//! Forms of text that requests give: of one value come what is checked and what the API description says.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

/// ASCII letters and digits, and some marks: what stands in a URL or a header as it is.
#[derive(Debug)]
pub struct Word {
    /// How many characters.
    pub length: RangeInclusive<usize>,
    /// The characters that are neither letters nor digits.
    pub marks: &'static str,
}

impl Word {
    /// Whether a text is one.
    pub fn fits(&self, text: &str) -> bool {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || self.marks.as_bytes().contains(&byte);
        self.length.contains(&text.len()) && text.bytes().all(allowed)
    }

    /// What the API description says of it.
    pub fn schema(&self) -> Schema {
        let escape = |mark: char| if r"\]^-".contains(mark) { format!(r"\{mark}") } else { mark.to_string() };
        let marks: String = self.marks.chars().map(escape).collect();
        let (least, most) = (self.length.start(), self.length.end());
        bounded(&self.length, Some(&format!("^[A-Za-z0-9{marks}]{{{least},{most}}}$")))
    }
}

/// What people write on one line. Where there must be a character, one of them must be visible.
#[derive(Debug)]
pub struct Line {
    /// How many characters.
    pub length: RangeInclusive<usize>,
}

impl Line {
    /// Whether a text is one.
    pub fn fits(&self, text: &str) -> bool {
        let may_be_blank = *self.length.start() == 0;
        self.length.contains(&text.chars().count())
            && !text.contains(['\r', '\n'])
            && (may_be_blank || !text.trim().is_empty())
    }

    /// What the API description says of it.
    pub fn schema(&self) -> Schema {
        let pattern = if *self.length.start() == 0 { r"^[^\r\n]*$" } else { r"^[^\r\n]*\S[^\r\n]*$" };
        bounded(&self.length, Some(pattern))
    }
}

/// Text of any characters. The description counts characters, of which none has less than a byte.
#[derive(Debug)]
pub struct Bytes {
    /// How many bytes.
    pub length: RangeInclusive<usize>,
}

impl Bytes {
    /// Whether a text is one.
    pub fn fits(&self, text: &str) -> bool {
        self.length.contains(&text.len())
    }

    /// What the API description says of it.
    pub fn schema(&self) -> Schema {
        bounded(&(usize::from(*self.length.start() > 0)..=*self.length.end()), None)
    }
}

fn bounded(characters: &RangeInclusive<usize>, pattern: Option<&str>) -> Schema {
    let mut schema = json_schema!({ "type": "string", "maxLength": characters.end() });
    if *characters.start() > 0 {
        schema.insert("minLength".into(), (*characters.start()).into());
    }
    if let Some(pattern) = pattern {
        schema.insert("pattern".into(), pattern.into());
    }
    schema
}

/// `text! { /// … pub(crate) Slug: Word { length: 2..=128, marks: "-._~" }; }`: types that check texts of a form, and stand
/// for them in the schemas of inputs, as in `#[schemars(with = "Option<Slug>")]`.
#[macro_export]
macro_rules! text {
    ($($(#[doc = $doc:literal])* $vis:vis $name:ident: $kind:ident { $($field:ident: $value:expr),* $(,)? };)*) => { $(
        $(#[doc = $doc])*
        $vis struct $name;

        impl $name {
            /// The form.
            $vis const FORM: $crate::text::$kind = $crate::text::$kind { $($field: $value),* };

            /// Whether a text has it.
            $vis fn fits(text: &str) -> bool {
                Self::FORM.fits(text)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                Self::FORM.schema()
            }
        }
    )* };
}

/// In the schema of an input, a text that may also be empty, which some clients send for none.
pub struct OrEmpty<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OrEmpty<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrEmpty", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.remove("minLength");
        if let Some(Value::String(pattern)) = schema.get_mut("pattern") {
            pattern.insert_str(0, "^$|");
        }
        schema
    }
}

/// The words that a field takes.
pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    words.into_iter().map(Value::from).collect()
}

/// The words that a field takes, where it may also be `null`.
pub fn words_or_null<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    words.into_iter().map(Value::from).chain([Value::Null]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    text! {
        /// Two to four characters.
        Tag: Word { length: 2..=4, marks: "^-]~" };
    }

    #[test]
    fn words_have_the_length_and_the_marks() {
        for good in ["ab", "a-]~", "^^0Z"] {
            assert!(Tag::fits(good), "{good}");
        }
        for bad in ["", "a", "abcde", "a b", "äö", "a.b"] {
            assert!(!Tag::fits(bad), "{bad}");
        }
        let expected = serde_json::json!({
            "type": "string", "minLength": 2, "maxLength": 4, "pattern": r"^[A-Za-z0-9\^\-\]~]{2,4}$",
        });
        assert_eq!(Tag::FORM.schema().to_value(), expected);
        let or_empty = OrEmpty::<Tag>::json_schema(&mut SchemaGenerator::default()).to_value();
        let expected =
            serde_json::json!({ "type": "string", "maxLength": 4, "pattern": r"^$|^[A-Za-z0-9\^\-\]~]{2,4}$" });
        assert_eq!(or_empty, expected);
    }

    #[test]
    fn lines_are_counted_in_characters_and_seen() {
        let (name, note) = (Line { length: 1..=3 }, Line { length: 0..=3 });
        assert!(name.fits("äöü") && note.fits("äöü") && note.fits("") && note.fits(" "));
        for bad in ["", " ", "\t\t", "a\nb", "a\r", "abcd"] {
            assert!(!name.fits(bad), "{bad:?}");
        }
        assert!(!note.fits("abcd") && !note.fits("a\nb"));
    }

    #[test]
    fn bytes_are_counted_as_bytes() {
        let id = Bytes { length: 1..=3 };
        assert!(id.fits("abc") && id.fits("ä") && !id.fits("") && !id.fits("ää"));
    }
}
