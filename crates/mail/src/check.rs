//! What can be seen to be wrong with an operator's own templates before any is rendered: names that there are not, and what
//! would never be shown.

use std::{borrow::Cow, collections::BTreeSet};

use minijinja::Environment;

use super::{
    embedded::Files,
    names::{NAMES, PHRASE_NAMES, WORDS},
    tags::{Piece, line_of, pieces, words},
};

/// What the engine itself has names for, where they mean something.
const BUILT_IN: [&str; 5] = ["super", "self", "loop", "caller", "varargs"];

/// Checks the files that an operator has put in the place of ours.
pub(crate) fn own(engine: &Environment<'_>, files: &Files) -> Result<(), String> {
    let mut known: BTreeSet<&str> = NAMES.iter().map(|(name, _)| *name).chain(BUILT_IN).collect();
    known.extend(engine.globals().map(|(name, _)| name));
    known.extend(files.values().flat_map(|text| given_names(text)));
    for (file, text) in files.iter().filter(|(_, text)| matches!(text, Cow::Owned(_))) {
        if file.ends_with(".json") {
            check_phrases(engine, file, text)?;
        } else {
            let template = engine.get_template(file).map_err(|error| format!("mail template {file}: {error:#}"))?;
            let unknown = template.undeclared_variables(true).into_iter().filter(|name| !is_known(name, &known));
            refuse_name(file, text, unknown, &NAMES)?;
            check_blocks(files, file, text)?;
        }
    }
    Ok(())
}

/// Names that a template gives itself, for the others that it is part of.
fn given_names(source: &str) -> Vec<&str> {
    let statements = pieces(source).into_iter().filter_map(|(_, piece)| match piece {
        Piece::Statement(inside) => Some(words(inside)),
        _ => None,
    });
    let name = |word: &'_ str| word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
    statements
        .flat_map(|words| match words.split_first() {
            Some((&("set" | "macro"), rest)) => rest.iter().take(1).copied().collect(),
            Some((&("import" | "from"), rest)) => rest.to_vec(),
            _ => Vec::new(),
        })
        .map(|word| &word[..name(word)])
        .collect()
}

fn is_known(name: &str, known: &BTreeSet<&str>) -> bool {
    let mut parts = name.split('.');
    match (parts.next(), parts.next()) {
        (Some("words"), Some(word)) => WORDS.iter().any(|(known, _)| *known == word),
        (Some(base), _) => known.contains(base),
        (None, _) => true,
    }
}

/// Refuses the unknown name that stands first in a file.
fn refuse_name(
    file: &str,
    text: &str,
    unknown: impl Iterator<Item = String>,
    names: &[(&str, &str)],
) -> Result<(), String> {
    let placed = unknown.map(|name| (line_of(text, &name).unwrap_or(usize::MAX), name));
    let Some((line, name)) = placed.min() else { return Ok(()) };
    let (base, there_are) = match name.strip_prefix("words.") {
        Some(word) => (format!("words.{}", word.split('.').next().unwrap_or_default()), &WORDS[..]),
        None => (name.split('.').next().unwrap_or_default().to_owned(), names),
    };
    let place = if line == usize::MAX { file.to_owned() } else { format!("{file}, line {line}") };
    let there_are = there_are.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Err(format!("mail template {place}: there is no name {base}; there are {there_are}"))
}

/// What extends another template is shown only in blocks that the other has.
fn check_blocks(files: &Files, file: &str, text: &str) -> Result<(), String> {
    let Some(parent) = extended(text) else { return Ok(()) };
    let there_are = blocks_of(files, parent);
    let (mut open, mut silent) = (0_usize, 0_usize);
    for (line, piece) in pieces(text) {
        let Piece::Statement(inside) = piece else {
            let shows = !matches!(piece, Piece::Text(text) if text.trim().is_empty());
            if shows && open == 0 && silent == 0 {
                return Err(format!(
                    "mail template {file}, line {line}: what stands outside of a block is never shown, since the template \
                     extends {parent}; put it into one of its blocks: {}",
                    there_are.iter().copied().collect::<Vec<_>>().join(", ")
                ));
            }
            continue;
        };
        match words(inside)[..] {
            ["block", name, ..] if open == 0 && !there_are.contains(name) => {
                return Err(format!(
                    "mail template {file}, line {line}: {parent} has no block {name}, so it is never shown; it has {}",
                    there_are.iter().copied().collect::<Vec<_>>().join(", ")
                ));
            }
            ["block", ..] => open += 1,
            ["endblock", ..] => open = open.saturating_sub(1),
            ["macro", ..] => silent += 1,
            ["endmacro", ..] => silent = silent.saturating_sub(1),
            ["set", .., last] if !inside.contains('=') && last != "=" => silent += 1,
            ["endset", ..] => silent = silent.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// The file that a template extends, where it says so by name.
fn extended(source: &str) -> Option<&str> {
    pieces(source).into_iter().find_map(|(_, piece)| match piece {
        Piece::Statement(inside) => match words(inside)[..] {
            ["extends", file] => Some(file.trim_matches(['"', '\''])),
            _ => None,
        },
        _ => None,
    })
}

/// The blocks of a template and of what it extends itself.
fn blocks_of<'a>(files: &'a Files, mut file: &'a str) -> BTreeSet<&'a str> {
    let mut blocks = BTreeSet::new();
    // Nobody has a chain that long unless it goes in a circle, which rendering refuses.
    for _ in 0..8 {
        let Some(text) = files.get(file) else { break };
        blocks.extend(pieces(text).into_iter().filter_map(|(_, piece)| match piece {
            Piece::Statement(inside) => match words(inside)[..] {
                ["block", name, ..] => Some(name),
                _ => None,
            },
            _ => None,
        }));
        match extended(text) {
            Some(parent) => file = parent,
            None => break,
        }
    }
    blocks
}

/// Each phrase is a template.
fn check_phrases(engine: &Environment<'_>, file: &str, text: &str) -> Result<(), String> {
    let names = &NAMES[..PHRASE_NAMES];
    let sections: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("mail phrases {file}: {error}"))?;
    let phrases = sections.as_object().into_iter().flatten().filter_map(|(section, phrases)| {
        phrases.as_object().map(|phrases| phrases.iter().map(move |(name, phrase)| (section, name, phrase)))
    });
    for (section, name, phrase) in phrases.flatten() {
        let Some(phrase) = phrase.as_str() else { continue };
        let template = engine
            .template_from_str(phrase)
            .map_err(|error| format!("mail phrases {file}: {section}.{name} does not compile: {error:#}"))?;
        let unknown = template.undeclared_variables(true).into_iter();
        let unknown = unknown.filter(|name| !names.iter().any(|(known, _)| Some(*known) == name.split('.').next()));
        refuse_name(file, text, unknown, names)?;
    }
    Ok(())
}
