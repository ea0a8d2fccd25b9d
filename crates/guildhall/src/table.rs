//! Tables for people: aligned columns, each row on one line of the terminal.

use crate::terminal::{HEADING, print, styled, width};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What stands between columns.
const GAP: &str = "  ";
/// A column does not get narrower than this for the sake of others.
const NARROW: usize = 12;

/// A table that is printed part by part. Its columns get wider with later parts, never narrower.
pub(crate) struct Table {
    head: Vec<String>,
    widths: Vec<usize>,
    is_begun: bool,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&word| word.to_owned()).collect(), widths: vec![0; head.len()], is_begun: false }
    }

    /// Prints some rows; above the first, the heads of the columns.
    pub(crate) fn print(&mut self, rows: &[Vec<String>]) {
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
        if rows.is_empty() {
            return;
        }
        for row in rows.iter().chain(std::iter::once(&self.head)) {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let most = width();
        let widths = most.map_or_else(|| self.widths.clone(), |most| fitted(&self.widths, most));
        if !std::mem::replace(&mut self.is_begun, true) {
            print(&styled(HEADING, &line(&self.head, &widths, most)));
        }
        for row in &rows {
            print(&line(row, &widths, most));
        }
    }
}

/// The widths with which all columns stand in so many. The first is what a row is known by, and is copied: it stays whole.
fn fitted(widths: &[usize], most: usize) -> Vec<usize> {
    let mut widths = widths.to_vec();
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > most {
        match widths.iter_mut().skip(1).max().filter(|widest| **widest > NARROW) {
            Some(widest) => *widest -= 1,
            None => break,
        }
    }
    widths
}

fn line(cells: &[String], widths: &[usize], most: Option<usize>) -> String {
    let padded = |(cell, width): (&String, &usize)| {
        let cell = cut(cell, *width);
        let missing = width.saturating_sub(cell.width());
        cell + &" ".repeat(missing)
    };
    let line = cells.iter().zip(widths).map(padded).collect::<Vec<_>>().join(GAP);
    cut(line.trim_end(), most.unwrap_or(usize::MAX))
}

/// The beginning of a text that is wider than this, with a mark that more would follow.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut beginning = String::new();
    for character in text.chars() {
        beginning.push(character);
        if beginning.width() >= width {
            beginning.pop();
            break;
        }
    }
    beginning + "…"
}

/// Without what moves the cursor or changes colours: names are written by others.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|character| character.width().map_or('\u{fffd}', |_| character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns_and_marks_none() {
        let cells = ["株式会社".to_owned(), "x".to_owned()];
        assert_eq!(line(&cells, &[10, 1], None), "株式会社    x");
        assert_eq!(line(&["e\u{301}".to_owned(), "x".to_owned()], &[3, 1], None), "e\u{301}    x");
        assert_eq!(cut("株式会社", 5), "株式…");
        assert_eq!(cut("株式会社", 8), "株式会社");
        assert_eq!(cut("abcdef", 3), "ab…");
    }

    #[test]
    fn columns_give_way_from_the_widest_on_but_not_the_first() {
        assert_eq!(fitted(&[50, 40, 20], 100), [50, 26, 20]);
        assert_eq!(fitted(&[50, 40, 20], 60), [50, 12, 12]);
        assert_eq!(fitted(&[5, 4], 80), [5, 4]);
        assert_eq!(line(&["a".repeat(50), "b".repeat(40)], &[50, 12], Some(55)), format!("{}  bb…", "a".repeat(50)));
    }

    #[test]
    fn t72_a_name_moves_no_cursor() {
        assert_eq!(visible("a\u{1b}[2Jb\rc\nd\u{9b}"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}");
    }
}
