//! How values are written into the HTML part.

use minijinja::{AutoEscape, Error, Output, State, Value, escape_formatter};

/// Writes one value, escaped in files that end in `.html`.
///
/// The engine's own rule also writes `/` as a character reference. That protects nothing inside quoted attributes or
/// text, and it makes every link in a mail unreadable to the filters and people who look at the source.
pub fn write_value(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            out.write_str(&html(text)).map_err(Error::from)
        }
        _ => escape_formatter(out, state, value),
    }
}

/// Text as it stands in HTML, safe between tags and between quotes of either kind.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_characters() {
        assert_eq!(html(r#"<a href='/x'>"&"#), "&lt;a href=&#39;/x&#39;&gt;&quot;&amp;");
    }
}
