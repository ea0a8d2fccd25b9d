//! Where tags stand in the source of a template, for telling an operator which line is wrong.

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// What is written as it is.
    Text(&'a str),
    /// What stands between `{{` and `}}`.
    Value(&'a str),
    /// What stands between `{%` and `%}`.
    Statement(&'a str),
}

/// The pieces of a template that compiles, each with the line that it begins in; comments are left out.
pub(crate) fn pieces(source: &str) -> Vec<(usize, Piece<'_>)> {
    let (mut pieces, mut rest, mut line) = (Vec::new(), source, 1);
    while !rest.is_empty() {
        let (begin, end) = match rest.get(..2) {
            Some("{{") => ("{{", "}}"),
            Some("{%") => ("{%", "%}"),
            Some("{#") => ("{#", "#}"),
            _ => ("", "{"),
        };
        let length = match begin {
            "" => rest.char_indices().skip(1).map(|(at, _)| at).find(|at| is_tag(&rest[*at..])).unwrap_or(rest.len()),
            _ => rest.find(end).map_or(rest.len(), |at| at + end.len()),
        };
        let (piece, after) = rest.split_at(length);
        let inside = piece.strip_prefix(begin).and_then(|piece| piece.strip_suffix(end)).unwrap_or(piece);
        match begin {
            "" => pieces.push((line, Piece::Text(piece))),
            "{{" => pieces.push((line, Piece::Value(inside))),
            "{%" => pieces.push((line, Piece::Statement(inside))),
            _ => {}
        }
        line += piece.matches('\n').count();
        rest = after;
    }
    pieces
}

fn is_tag(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|begin| text.starts_with(begin))
}

/// The words of a statement, without the marks that trim what is around it.
pub(crate) fn words(statement: &str) -> Vec<&str> {
    statement.trim_matches(['-', '+']).split_whitespace().collect()
}

/// The line in which a tag first names this, as in `words.intro`.
pub(crate) fn line_of(source: &str, name: &str) -> Option<usize> {
    pieces(source).into_iter().find_map(|(line, piece)| match piece {
        Piece::Text(_) => None,
        Piece::Value(inside) | Piece::Statement(inside) => {
            position(inside, name).map(|at| line + inside[..at].matches('\n').count())
        }
    })
}

/// Where a name stands as a whole.
fn position(inside: &str, name: &str) -> Option<usize> {
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '\'');
    inside.match_indices(name).map(|(at, _)| at).find(|at| {
        let (before, after) = (inside[..*at].chars().next_back(), inside[at + name.len()..].chars().next());
        !before.is_some_and(belongs) && !after.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '"' | '\''))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_pieces() {
        let source = "a\n{# {{ no }} #}{% if x -%}\n{{ y }}é{z}{%- endif %}";
        assert_eq!(
            pieces(source),
            [
                (1, Piece::Text("a\n")),
                (2, Piece::Statement(" if x -")),
                (2, Piece::Text("\n")),
                (3, Piece::Value(" y ")),
                (3, Piece::Text("é{z}")),
                (3, Piece::Statement("- endif ")),
            ]
        );
        assert_eq!(words("- block intro "), ["block", "intro"]);
        assert_eq!(pieces("{"), [(1, Piece::Text("{"))]);
    }

    #[test]
    fn the_line_of_a_name_is_found() {
        let source = "place\n{{ placement }} {{ x.place }} {{ 'place' }}\n{% if\n place %}{{ words.intro }}";
        assert_eq!(line_of(source, "place"), Some(4));
        assert_eq!(line_of(source, "words.intro"), Some(4));
        assert_eq!(line_of(source, "intro"), None);
    }
}
