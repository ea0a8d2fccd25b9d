//! What is said to whoever asks for help: the commands in groups, examples of each, and what the exit status says.

mod examples;

use crate::exit::Exit;
use clap::Command;
use clap::builder::StyledStr;
use std::fmt::Write as _;

/// The commands, in the groups in which help lists them.
const GROUPS: &[(&str, &[&str])] = &[
    ("Run", &["serve", "doctor", "migrate"]),
    ("Projects and people", &["project", "organization", "member", "session", "rbac", "sso", "outbox", "audit"]),
    ("Data", &["backup", "restore", "copy"]),
    ("Keys and passwords", &["keys", "breach-filter"]),
    ("This program", &["openapi", "completions", "man", HELP]),
];

/// A command that clap adds by itself, and later.
const HELP: &str = "help";
const ABOUT_HELP: &str = "Say more about a command, with examples";

/// What short help ends with.
const MORE: &str = "`guildhall help COMMAND` says more about a command, with examples.";

/// The heading of examples.
pub(crate) const EXAMPLES: &str = "Examples";
/// The heading of what the exit status says.
pub(crate) const EXIT_STATUS: &str = "Exit status";

/// Gives the program its groups of commands, and each command its examples.
pub(crate) fn complete(command: Command) -> Command {
    let template = template(&command);
    let status = exit_status(&command);
    command
        .mut_subcommands(|sub| with_examples(sub, ""))
        .help_template(template)
        .after_help(MORE)
        .after_long_help(status)
}

fn with_examples(command: Command, of: &str) -> Command {
    let path = if of.is_empty() { command.get_name().to_owned() } else { format!("{of} {}", command.get_name()) };
    let text = match examples(&path) {
        [] => return command.mut_subcommands(|sub| with_examples(sub, &path)),
        examples => examples_text(&command, examples),
    };
    command.after_long_help(text).mut_subcommands(|sub| with_examples(sub, &path))
}

/// The lines of examples of a command, each behind what it is for; that is empty where the command says it.
pub(crate) fn examples(path: &str) -> &'static [(&'static str, &'static str)] {
    examples::EXAMPLES.iter().find(|(known, _)| *known == path).map_or(&[], |(_, examples)| examples)
}

/// The commands of a group that there are, with what each does.
fn listed<'a>(command: &'a Command, names: &'a [&str]) -> impl Iterator<Item = (&'a str, String)> {
    names.iter().filter_map(|&name| {
        let about = command.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string);
        Some((name, about.or_else(|| (name == HELP).then(|| ABOUT_HELP.to_owned()))?))
    })
}

fn template(command: &Command) -> StyledStr {
    let (header, literal) = (command.get_styles().get_header(), command.get_styles().get_literal());
    let mut text = StyledStr::new();
    let width = GROUPS.iter().flat_map(|(_, names)| names.iter()).map(|name| name.len()).max().unwrap_or_default();
    let _ = write!(text, "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n");
    for (group, names) in GROUPS {
        let _ = write!(text, "\n{header}{group}:{header:#}\n");
        for (name, about) in listed(command, names) {
            let _ = writeln!(text, "  {literal}{name:<width$}{literal:#}  {about}");
        }
    }
    let _ = write!(text, "\n{header}Options:{header:#}\n{{options}}{{after-help}}");
    text
}

fn examples_text(command: &Command, examples: &[(&str, &str)]) -> StyledStr {
    let header = command.get_styles().get_header();
    let mut text = StyledStr::new();
    let _ = write!(text, "{header}{EXAMPLES}:{header:#}");
    for (what, line) in examples {
        let what = if what.is_empty() { String::new() } else { format!("\n  # {what}") };
        let _ = write!(text, "{what}\n  {line}");
    }
    text
}

fn exit_status(command: &Command) -> StyledStr {
    let header = command.get_styles().get_header();
    let mut text = StyledStr::new();
    let _ = write!(text, "{header}{EXIT_STATUS}:{header:#}");
    for exit in Exit::ALL {
        let _ = write!(text, "\n  {}  {}", exit.code(), exit.meaning());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line;
    use std::collections::BTreeSet;

    /// Every command that can be run, by its path.
    fn leaves(command: &Command, of: &str, found: &mut BTreeSet<String>) {
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let path = if of.is_empty() { sub.get_name().to_owned() } else { format!("{of} {}", sub.get_name()) };
            if !sub.has_subcommands() || !sub.is_subcommand_required_set() {
                found.insert(path.clone());
            }
            leaves(sub, &path, found);
        }
    }

    #[test]
    fn every_command_is_in_one_group() {
        let command = command_line::whole();
        let mut grouped: Vec<_> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        grouped.sort_unstable();
        let mut there: Vec<_> = command
            .get_subcommands()
            .filter(|sub| !sub.is_hide_set())
            .map(|sub| sub.get_name())
            .chain([HELP])
            .collect();
        there.sort_unstable();
        assert_eq!(grouped, there, "a new command goes into one of GROUPS");
    }

    #[test]
    fn every_command_has_examples_and_all_of_them_can_be_run() {
        let command = command_line::whole();
        let mut there = BTreeSet::new();
        leaves(&command, "", &mut there);
        let described: BTreeSet<_> = examples::EXAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(described, there, "a new command has examples in help/examples.rs");
        for (path, examples) in examples::EXAMPLES {
            for (_, line) in *examples {
                let own: Vec<_> = line.split([' ', '\n']).take_while(|word| !["|", ">"].contains(word)).collect();
                assert!(line.starts_with(&format!("guildhall {path}")), "{line}");
                if let Err(error) = command.clone().try_get_matches_from(own) {
                    panic!("{line}: {error}");
                }
            }
        }
    }
}
