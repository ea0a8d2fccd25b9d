//! What is said to whoever asks for help: the commands in groups, examples of each, and what the exit status says.

pub(crate) mod examples;

use crate::exit::Exit;
use clap::Command;
use clap::builder::StyledStr;
use std::fmt::Write as _;

/// The commands, in the groups in which help lists them.
pub(crate) const GROUPS: &[(&str, &[&str])] = &[
    ("Run", &["serve", "health", "doctor", "migrate", "operator"]),
    (
        "Projects and people",
        &["project", "organization", "member", "session", "rbac", "provider", "sso", "scim", "outbox", "mail", "audit"],
    ),
    ("Data", &["backup", "restore", "copy"]),
    ("Keys and passwords", &["keys", "breach-filter"]),
    ("This program", &["openapi", "completions", "man", HELP]),
];

/// A command that clap adds by itself, and later.
pub(crate) const HELP: &str = "help";
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
