//! Reading the command line, and what is said where it is wrong.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ContextKind;
use clap::{Arg, ArgMatches, Command};
use std::ops::{Bound, RangeBounds};
use std::str::FromStr;

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
    let command = command.mut_args(|arg| {
        let arg = without_empty_variable(arg);
        // What is wrong with a number below zero is its value, not that there is no such option.
        let takes_value = arg.get_long().is_some() && arg.get_action().takes_values();
        further(if takes_value { arg.allow_negative_numbers(true) } else { arg })
    });
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

/// Reads one of some words. They are told with a wrong one, and completed by shells.
pub(crate) fn word<T: FromStr<Err = String> + Clone + Send + Sync + 'static>(
    words: impl Into<PossibleValuesParser>,
) -> impl TypedValueParser<Value = T> {
    words.into().try_map(|word| word.parse::<T>())
}

/// Reads a whole number within bounds, which are told with a wrong one.
pub(crate) fn number<N: TryFrom<i64>>(
    bounds: impl RangeBounds<i64> + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.and_then(|number| N::try_from(number).ok()).ok_or_else(|| {
            match (bounds.start_bound(), bounds.end_bound()) {
                (Bound::Included(least), Bound::Included(most)) => {
                    format!("write a whole number from {least} to {most}")
                }
                (Bound::Included(least), _) => format!("write a whole number, {least} or more"),
                _ => "write a whole number".to_owned(),
            }
        })
    }
}

/// Reads a part of a whole.
pub(crate) fn ratio(text: &str) -> Result<f64, String> {
    let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio.ok_or_else(|| "write a number from 0 to 1, such as 0.1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_is_told_the_bounds() {
        let (limit, count) = (number::<i64>(1..=100), number::<u32>(0..));
        assert_eq!((limit("1"), limit("100"), count("0")), (Ok(1), Ok(100), Ok(0)));
        for text in ["0", "101", "-5", "x", "", "1.5", "99999999999999999999"] {
            assert_eq!(limit(text).unwrap_err(), "write a whole number from 1 to 100", "{text}");
        }
        for text in ["-1", "1G", "4294967296"] {
            assert_eq!(count(text).unwrap_err(), "write a whole number, 0 or more", "{text}");
        }
    }

    #[test]
    fn a_ratio_is_a_part_of_a_whole() {
        assert_eq!((ratio("0"), ratio("0.25"), ratio("1")), (Ok(0.0), Ok(0.25), Ok(1.0)));
        for text in ["-0.1", "1.1", "NaN", "inf", "a half", ""] {
            assert_eq!(ratio(text).unwrap_err(), "write a number from 0 to 1, such as 0.1", "{text}");
        }
    }
}
