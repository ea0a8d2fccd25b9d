//! From text to a filter.

use super::tokens::{Token, tokens};
use super::{Filter, Literal, Operator};
use crate::attribute_path::{AttributePath, is_name};
use crate::error::{Error, ErrorKind, quoted};
use crate::schema::{Attribute, Kind, ResourceType};

/// Bytes of a filter's text, at most (threat T-62).
pub const MAX_LENGTH: usize = 8 * 1024;
/// Comparisons in a filter, at most.
pub const MAX_TERMS: usize = 100;
/// How deep brackets go, at most.
pub const MAX_DEPTH: usize = 16;

impl Filter {
    /// Reads a filter on resources of a type. Names and words count in any case.
    pub fn parse(text: &str, of: &ResourceType) -> Result<Self, Error> {
        let tokens = bounded_tokens(text)?;
        let mut parser = Parser { tokens: &tokens, of, terms: 0 };
        let filter = parser.filter(Within::Resource, 0)?;
        match parser.tokens.first() {
            None => Ok(filter),
            Some(_) => Err(parser.expected("the end, \"and\" or \"or\"")),
        }
    }
}

/// Reads what stands between the brackets of a path: conditions on an element of an attribute.
pub(crate) fn bracketed(text: &str, of: &ResourceType, attribute: Option<&'static Attribute>) -> Result<Filter, Error> {
    let tokens = bounded_tokens(text)?;
    let mut parser = Parser { tokens: &tokens, of, terms: 0 };
    let filter = parser.filter(Within::Element(attribute), 1)?;
    match parser.tokens.first() {
        None => Ok(filter),
        Some(_) => Err(parser.expected("\"]\", \"and\" or \"or\"")),
    }
}

fn bounded_tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, Error> {
    if text.len() > MAX_LENGTH {
        return Err(wrong(format!("the filter is {} bytes long, and {MAX_LENGTH} is the most", text.len())));
    }
    tokens(text)
}

fn wrong(detail: impl Into<String>) -> Error {
    ErrorKind::InvalidFilter.because(detail)
}

/// In what names are looked up.
#[derive(Clone, Copy)]
enum Within {
    Resource,
    /// One that the schemas know, or none of them.
    Element(Option<&'static Attribute>),
}

struct Parser<'a> {
    tokens: &'a [(usize, Token<'a>)],
    of: &'a ResourceType,
    terms: usize,
}

impl<'a> Parser<'a> {
    fn filter(&mut self, within: Within, depth: usize) -> Result<Filter, Error> {
        self.several("or", Filter::Or, |parser| parser.several("and", Filter::And, |parser| parser.term(within, depth)))
    }

    /// One or more, with a word between them.
    fn several(
        &mut self,
        word: &str,
        join: fn(Vec<Filter>) -> Filter,
        mut one: impl FnMut(&mut Self) -> Result<Filter, Error>,
    ) -> Result<Filter, Error> {
        let first = one(self)?;
        let mut all = vec![first];
        while self.takes_word(word) {
            all.push(one(self)?);
        }
        match all.len() {
            1 => Ok(all.remove(0)),
            _ => Ok(join(all)),
        }
    }

    fn term(&mut self, within: Within, depth: usize) -> Result<Filter, Error> {
        if depth > MAX_DEPTH {
            return Err(wrong(format!("the brackets of the filter are more than {MAX_DEPTH} deep")));
        }
        if self.takes(&Token::Open) {
            let inner = self.filter(within, depth + 1)?;
            return self.closed(Token::Close, "\")\"").map(|()| inner);
        }
        if matches!(self.tokens, [(_, Token::Word(word)), (_, Token::Open), ..] if word.eq_ignore_ascii_case("not")) {
            self.tokens = &self.tokens[2..];
            let inner = self.filter(within, depth + 1)?;
            self.closed(Token::Close, "\")\"")?;
            return Ok(Filter::Not(Box::new(inner)));
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(wrong(format!("the filter has more than {MAX_TERMS} comparisons")));
        }
        let (path, attribute) = self.path(within)?;
        if self.takes(&Token::OpenBracket) {
            if matches!(within, Within::Element(_)) {
                return Err(wrong("an element of an attribute has no elements of its own to be filtered"));
            }
            return self.element(path, attribute, depth);
        }
        self.comparison(path, attribute)
    }

    /// `emails[type eq "work"]`, and beyond the standard, as directories send it, `emails[type eq "work"].value eq "…"`.
    fn element(
        &mut self,
        path: AttributePath,
        attribute: Option<&'static Attribute>,
        depth: usize,
    ) -> Result<Filter, Error> {
        if path.sub_attribute.is_some() {
            return Err(wrong(format!("there are no brackets behind {path}, which stands within an attribute")));
        }
        let inner = self.filter(Within::Element(attribute), depth + 1)?;
        self.closed(Token::CloseBracket, "\"]\"")?;
        let Some((_, Token::Word(word))) = self.tokens.first() else {
            return Ok(Filter::Element(path, Box::new(inner)));
        };
        let Some(sub) = word.strip_prefix('.').filter(|sub| is_name(sub)) else {
            return Ok(Filter::Element(path, Box::new(inner)));
        };
        self.tokens = &self.tokens[1..];
        let within = AttributePath { extension: None, attribute: sub.to_owned(), sub_attribute: None };
        let known = attribute.and_then(|attribute| attribute.sub_attribute(sub));
        let comparison = self.comparison(within, known)?;
        Ok(Filter::Element(path, Box::new(Filter::And(vec![inner, comparison]))))
    }

    fn path(&mut self, within: Within) -> Result<(AttributePath, Option<&'static Attribute>), Error> {
        let Some((_, Token::Word(word))) = self.tokens.first() else {
            return Err(self.expected("an attribute"));
        };
        let path = AttributePath::parse(word, self.of)
            .ok_or_else(|| wrong(format!("{} is not an attribute's name", quoted(word))))?;
        self.tokens = &self.tokens[1..];
        let known = match within {
            Within::Resource => path.attribute_of(self.of),
            Within::Element(_) if path.extension.is_some() || path.sub_attribute.is_some() => {
                return Err(wrong(format!("{path} is not the name of something within an element")));
            }
            Within::Element(attribute) => attribute.and_then(|attribute| attribute.sub_attribute(&path.attribute)),
        };
        let Some(sub) = &path.sub_attribute else { return Ok((path, known)) };
        match known {
            Some(attribute) if !matches!(attribute.kind, Kind::Complex(_)) => {
                Err(wrong(format!("{} has nothing within it", path.attribute)))
            }
            known => {
                let known = known.and_then(|attribute| attribute.sub_attribute(sub));
                Ok((path, known))
            }
        }
    }

    fn comparison(&mut self, path: AttributePath, attribute: Option<&'static Attribute>) -> Result<Filter, Error> {
        let Some((_, Token::Word(word))) = self.tokens.first() else {
            return Err(self.expected("an operator"));
        };
        if word.eq_ignore_ascii_case("pr") {
            self.tokens = &self.tokens[1..];
            return Ok(Filter::Present(path));
        }
        let operator = Operator::parse(word).ok_or_else(|| {
            wrong(format!("{} is not an operator: eq, ne, co, sw, ew, gt, ge, lt, le and pr are", quoted(word)))
        })?;
        self.tokens = &self.tokens[1..];
        let literal = self.literal()?;
        check(&path, attribute, operator, &literal)?;
        Ok(Filter::Compare(path, operator, literal))
    }

    fn literal(&mut self) -> Result<Literal, Error> {
        let literal = match self.tokens.first() {
            Some((_, Token::Text(text))) => Literal::Text(text.clone()),
            Some((_, Token::Word(word))) => match word.to_ascii_lowercase().as_str() {
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                "null" => Literal::Null,
                number => Literal::Number(
                    serde_json::from_str(number)
                        .map_err(|_| self.expected("a text in quotes, a number, true, false or null"))?,
                ),
            },
            _ => return Err(self.expected("a value to compare with")),
        };
        self.tokens = &self.tokens[1..];
        Ok(literal)
    }

    fn takes(&mut self, sign: &Token<'_>) -> bool {
        let is_next = self.tokens.first().is_some_and(|(_, next)| next == sign);
        if is_next {
            self.tokens = &self.tokens[1..];
        }
        is_next
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_next = matches!(self.tokens.first(), Some((_, Token::Word(next))) if next.eq_ignore_ascii_case(word));
        if is_next {
            self.tokens = &self.tokens[1..];
        }
        is_next
    }

    fn closed(&mut self, token: Token<'_>, name: &str) -> Result<(), Error> {
        if self.takes(&token) { Ok(()) } else { Err(self.expected(&format!("{name}, \"and\" or \"or\""))) }
    }

    fn expected(&self, what: &str) -> Error {
        match self.tokens.first() {
            None => wrong(format!("the filter ends where {what} was expected")),
            Some((at, _)) => wrong(format!("at character {} of the filter, {what} was expected", at + 1)),
        }
    }
}

/// What is neither before nor behind something else is not compared so (RFC 7644, table 3).
fn check(
    path: &AttributePath,
    attribute: Option<&'static Attribute>,
    operator: Operator,
    literal: &Literal,
) -> Result<(), Error> {
    if matches!(operator, Operator::Equal | Operator::NotEqual) {
        return Ok(());
    }
    let is_unordered = attribute.is_some_and(|attribute| matches!(attribute.kind, Kind::Boolean | Kind::Binary));
    if is_unordered || matches!(literal, Literal::Boolean(_) | Literal::Null) {
        return Err(wrong(format!("{path} {operator} {literal}: such values can be compared by eq, ne and pr only")));
    }
    let is_of_text = matches!(operator, Operator::Contains | Operator::StartsWith | Operator::EndsWith);
    if is_of_text && !matches!(literal, Literal::Text(_)) {
        return Err(wrong(format!("{path} {operator} {literal}: only texts have something in them")));
    }
    Ok(())
}
