//! Reading the command line, and what is said where it is wrong.

use clap::error::ContextKind;
use clap::{Arg, ArgMatches, Command};

/// Reads the command line, or ends with what is wrong with it.
pub(crate) fn read(command: Command) -> ArgMatches {
    let command = prepared(command, |arg| arg);
    match command.clone().try_get_matches() {
        Ok(matches) => matches,
        // What variables give is not hidden where somebody asks for help.
        Err(error) if error.get(ContextKind::Usage).is_none() => error.exit(),
        Err(_) => prepared(command, without_variable_in_usage).get_matches(),
    }
}

fn prepared(command: Command, further: fn(Arg) -> Arg) -> Command {
    let command = command.mut_args(|arg| further(without_empty_variable(arg)));
    command.mut_subcommands(|command| prepared(command, further))
}

/// Compose writes `${X:-}` where there is no X.
fn without_empty_variable(arg: Arg) -> Arg {
    match arg.get_env().map(std::env::var_os) {
        Some(Some(value)) if value.is_empty() => arg.env(None::<&str>),
        _ => arg,
    }
}

/// The usage that is shown with a mistake has all that was given. What a variable gives would look there as if it had to be written.
fn without_variable_in_usage(arg: Arg) -> Arg {
    let is_given = arg.get_env().is_some_and(|name| std::env::var_os(name).is_some());
    if is_given { arg.hide(true) } else { arg }
}
