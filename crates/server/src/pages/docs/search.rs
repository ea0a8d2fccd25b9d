//! Looking for words. Nothing is kept for it: reading all of the documentation takes a few thousandths of a second.

use super::markdown::{Section, sections};
use super::source::PAGES;
use serde::Serialize;
use std::cmp::Reverse;

const MOST_WORDS: usize = 8;
const MOST_RESULTS: usize = 20;
/// Letters of a snippet, on each side of the first hit.
const AROUND: usize = 110;

/// A section in which the words stand.
#[derive(Serialize)]
pub(super) struct Found {
    page: &'static str,
    title: &'static str,
    anchor: String,
    heading: String,
    snippet: Vec<Part>,
}

/// A piece of a snippet.
#[derive(Serialize, Debug, PartialEq)]
struct Part {
    text: String,
    is_hit: bool,
}

/// The sections in which every word of the query stands, or begins a word, the best first.
pub(super) fn search(query: &str) -> Vec<Found> {
    let query = query.to_lowercase();
    let asked: Vec<_> = words(&query).map(|(_, word)| word).take(MOST_WORDS).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for page in PAGES {
        // Some write `nextjs` for what calls itself otherwise.
        let title = format!("{} {}", page.title, page.name);
        for section in sections(page.text) {
            if let Some(weight) = weight(&asked, &title, &section) {
                let snippet = snippet(&asked, &section.text);
                let Section { heading, .. } = section;
                let one = Found {
                    page: page.name,
                    title: page.title,
                    anchor: heading.anchor,
                    heading: heading.text,
                    snippet,
                };
                found.push((weight, one));
            }
        }
    }
    // Of equals the one that comes first in reading order.
    found.sort_by_key(|(weight, _)| Reverse(*weight));
    found.into_iter().take(MOST_RESULTS).map(|(_, found)| found).collect()
}

/// The words of a text, and where each begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let pieces = text.split(|c: char| !c.is_alphanumeric());
    pieces.filter(|word| !word.is_empty()).map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
}

/// How well a section fits: a whole word counts more than the beginning of one, a heading more than a text. `None` if a word
/// is nowhere in it.
fn weight(asked: &[&str], title: &str, section: &Section) -> Option<u32> {
    let hits = |text: &str, word: &str, whole: u32, beginning: u32, most: u32| {
        let text = text.to_lowercase();
        let each = words(&text).map(|(_, other)| match other.strip_prefix(word) {
            Some("") => whole,
            Some(_) => beginning,
            None => 0,
        });
        each.sum::<u32>().min(most)
    };
    asked.iter().try_fold(0, |sum, word| {
        let in_title = hits(title, word, 12, 8, 12);
        let in_heading = hits(&section.heading.text, word, 20, 12, 20);
        let in_text = hits(&section.text, word, 2, 1, 6);
        // A title alone is a hit of the page's first section only: others are not about it.
        let is_first = section.heading.anchor.is_empty();
        (in_heading + in_text > 0 || (is_first && in_title > 0)).then_some(sum + in_title + in_heading + in_text)
    })
}

/// What stands around the first hit, with all hits in it.
fn snippet(asked: &[&str], text: &str) -> Vec<Part> {
    let text: Vec<_> = text.split_whitespace().collect();
    let text = text.join(" ");
    let is_hit = |word: &str| asked.iter().any(|asked| word.to_lowercase().starts_with(asked));
    let first = words(&text).find(|(_, word)| is_hit(word)).map_or(0, |(at, _)| at);
    let start = boundary(&text, first.saturating_sub(AROUND));
    let end = boundary(&text, (first + 2 * AROUND - (first - start)).min(text.len()));
    let mut parts = Vec::new();
    let mut push = |text: &str, is_hit| {
        if !text.is_empty() {
            parts.push(Part { text: text.to_owned(), is_hit });
        }
    };
    push(if start > 0 { "… " } else { "" }, false);
    let mut told = start;
    for (at, word) in words(&text[start..end]).map(|(at, word)| (at + start, word)).filter(|(_, word)| is_hit(word)) {
        push(&text[told..at], false);
        push(word, true);
        told = at + word.len();
    }
    push(&text[told..end], false);
    push(if end < text.len() { " …" } else { "" }, false);
    parts
}

/// The end of the last word before this place, or the beginning of the text.
fn boundary(text: &str, at: usize) -> usize {
    if at == text.len() {
        return at;
    }
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..at].rfind(' ').map_or(0, |space| space + usize::from(at < text.len()))
}

#[cfg(test)]
mod tests {
    use super::{Part, search, snippet, words};

    #[test]
    fn words_are_found_with_their_places() {
        assert_eq!(words("a, session_jwt!").collect::<Vec<_>>(), [(0, "a"), (3, "session"), (11, "jwt")]);
    }

    #[test]
    fn headings_come_before_texts_and_every_word_has_to_be_there() {
        assert_eq!(search("invitation")[0].page, "invitations");
        assert_eq!(search("backup").first().map(|found| found.anchor.as_str()), Some("backups"));
        assert!(search("backup nosuchword").is_empty() && search(" ,. ").is_empty());
    }

    #[test]
    fn a_snippet_marks_every_hit() {
        let hit = |text: &str| Part { text: text.to_owned(), is_hit: true };
        let other = |text: &str| Part { text: text.to_owned(), is_hit: false };
        let text = format!("{} One Session and\nsessions. {}", "vor ".repeat(60), "nach ".repeat(60));
        let parts = snippet(&["session"], &text);
        assert_eq!(parts.iter().filter(|part| part.is_hit).collect::<Vec<_>>(), [&hit("Session"), &hit("sessions")]);
        assert_eq!((parts.first(), parts.last()), (Some(&other("… ")), Some(&other(" …"))));
        assert_eq!(snippet(&["x"], "ä x"), [other("ä "), hit("x")]);
        assert_eq!(snippet(&["none"], ""), []);
    }
}
