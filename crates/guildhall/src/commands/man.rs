//! `guildhall man`

use crate::exit::Exit;
use crate::help::{EXAMPLES, EXIT_STATUS, examples};
use clap::{Args, Command};
use clap_mangen::roff::{Roff, bold, roman};
use std::io;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Man {
    /// Write the page of every command into this folder, which is made when missing; without it the program's page is printed
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self, program: Command) -> Result<(), String> {
        let mut program = program.disable_help_subcommand(true);
        program.build();
        match &self.directory {
            None => {
                let page = page(&program, true).map_err(|error| error.to_string())?;
                // A closed pipe is not an error.
                let _ = io::Write::write_all(&mut io::stdout(), page.as_bytes());
                Ok(())
            }
            Some(directory) => std::fs::create_dir_all(directory)
                .and_then(|()| write(&program, true, directory))
                .map_err(|error| format!("--directory: cannot write to {}: {error}", directory.display())),
        }
    }
}

fn write(command: &Command, is_program: bool, directory: &Path) -> io::Result<()> {
    let name = clap_mangen::Man::new(command.clone()).get_filename();
    std::fs::write(directory.join(name), page(command, is_program)?)?;
    command.get_subcommands().filter(|sub| !sub.is_hide_set()).try_for_each(|sub| write(sub, false, directory))
}

/// The page of a command. Every reader of manuals knows ASCII, and how other characters are written in it.
fn page(command: &Command, is_program: bool) -> io::Result<String> {
    let text = String::from_utf8(roff(command, is_program)?).map_err(io::Error::other)?;
    let written = |c: char| match c {
        // What cannot show it, as a printer of letters only, would leave it out.
        '…' => "\\&...".to_owned(),
        c if c.is_ascii() => c.to_string(),
        c => format!("\\[u{:04X}]", u32::from(c)),
    };
    Ok(text.chars().map(written).collect())
}

fn roff(command: &Command, is_program: bool) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let source = format!("guildhall {}", env!("CARGO_PKG_VERSION"));
    let man = clap_mangen::Man::new(command.clone()).source(source).manual("Guildhall");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.get_subcommands().any(|sub| !sub.is_hide_set()) {
        man.render_subcommands_section(&mut page)?;
    }
    let path = command.get_bin_name().unwrap_or_default();
    examples_section(examples(path.strip_prefix("guildhall ").unwrap_or_default())).to_writer(&mut page)?;
    exit_section().to_writer(&mut page)?;
    if !is_program {
        see_also().to_writer(&mut page)?;
    }
    Ok(page)
}

fn examples_section(examples: &[(&str, &str)]) -> Roff {
    let mut section = Roff::new();
    if examples.is_empty() {
        return section;
    }
    section.control("SH", [EXAMPLES.to_uppercase().as_str()]);
    for (what, line) in examples {
        section.control("PP", []);
        if !what.is_empty() {
            section.text([roman(format!("{what}:"))]);
            section.control("PP", []);
        }
        // To be copied as it is: nothing is filled or hyphenated.
        section.control("RS", ["4"]);
        section.control("EX", []);
        section.text([roman(*line)]);
        section.control("EE", []);
        section.control("RE", []);
    }
    section
}

fn exit_section() -> Roff {
    let mut section = Roff::new();
    section.control("SH", [EXIT_STATUS.to_uppercase().as_str()]);
    for exit in Exit::ALL {
        section.control("TP", []);
        section.text([bold(exit.code().to_string())]);
        section.text([roman(exit.meaning())]);
    }
    section
}

fn see_also() -> Roff {
    let mut section = Roff::new();
    section.control("SH", ["SEE ALSO"]);
    section.text([bold("guildhall"), roman("(1)")]);
    section
}
