//! A filter's text in pieces.

use crate::error::{Error, ErrorKind, quoted};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    /// Names, operators, numbers, `true`, `false`, `null`.
    Word(&'a str),
    Text(String),
}

/// Cuts a text into tokens, each with where it begins.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, Error> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let (token, length) = match next {
            ' ' | '\t' => {
                at += 1;
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::OpenBracket, 1),
            ']' => (Token::CloseBracket, 1),
            '"' => string(&text[at..])?,
            _ => {
                let length = text[at..].find([' ', '\t', '(', ')', '[', ']', '"']).unwrap_or(text.len() - at);
                (Token::Word(&text[at..at + length]), length)
            }
        };
        found.push((at, token));
        at += length;
    }
    Ok(found)
}

/// Reads a JSON string, and says how many bytes it takes.
fn string(text: &str) -> Result<(Token<'_>, usize), Error> {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    let wrong =
        || ErrorKind::InvalidFilter.because(format!("the text that begins at {} is not a JSON string", quoted(text)));
    let length = end.ok_or_else(wrong)? + 2;
    let value = serde_json::from_str(&text[..length]).map_err(|_| wrong())?;
    Ok((Token::Text(value), length))
}
