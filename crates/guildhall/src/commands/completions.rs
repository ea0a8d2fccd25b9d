//! `guildhall completions`

use clap::{Args, Command};
use clap_complete::Shell;
use std::io;

#[derive(Args)]
pub(crate) struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, program: &Command) {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut offered(program), "guildhall", &mut script);
        // A closed pipe is not an error.
        let _ = io::Write::write_all(&mut io::stdout(), &script);
    }
}

/// The program without the commands that help does not show: scripts for shells would offer them.
fn offered(program: &Command) -> Command {
    Command::new("guildhall")
        .args(program.get_arguments().cloned())
        .subcommands(program.get_subcommands().filter(|sub| !sub.is_hide_set()).cloned())
}
