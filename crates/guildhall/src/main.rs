//! The program: command line, configuration, wiring.

mod command_line;
mod commands;
mod config;
mod database_file;
mod database_lock;
mod exit;
mod help;
mod key_file;
mod listing;
mod logs;
mod machine;
mod master_key;
mod open;
mod progress;
mod table;
mod terminal;
mod tls_files;
mod transfer;
mod whole_file;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use exit::{Exit, Failure};
use mimalloc::MiMalloc;
use std::pin::Pin;
use std::process::ExitCode;

/// Requests allocate much and briefly, on several threads: the C library's allocator takes a quarter of their time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Sign-in for business software: organizations, members, sessions.
#[derive(Parser)]
#[command(name = "guildhall", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(commands::serve::Serve),
    /// Make and change projects.
    #[command(subcommand)]
    Project(commands::project::Project),
    /// Find organizations.
    #[command(subcommand)]
    Organization(commands::organization::Organization),
    /// Find members.
    #[command(subcommand)]
    Member(commands::member::Member),
    /// See who is logged in, and end that.
    #[command(subcommand)]
    Session(commands::session::Session),
    /// Show messages that were sent, or wait to be.
    Outbox(commands::outbox::Outbox),
    /// Look at mail templates.
    #[command(subcommand)]
    Mail(commands::mail::Mail),
    /// Show a project's audit log.
    Audit(commands::audit::Audit),
    /// Look after keys.
    #[command(subcommand)]
    Keys(commands::keys::Keys),
    /// Set a project's roles and resources.
    #[command(subcommand)]
    Rbac(commands::rbac::Rbac),
    /// Set the OAuth providers that people log in at.
    #[command(subcommand)]
    Provider(commands::provider::Provider),
    /// Find out why a login by SSO fails.
    #[command(subcommand)]
    Sso(commands::sso::Sso),
    /// Make the file of passwords that are known from breaches.
    #[command(subcommand)]
    BreachFilter(commands::breach_filter::BreachFilter),
    /// Bring the database up to date.
    Migrate(commands::migrate::Migrate),
    /// Check a set-up and say what to do.
    Doctor(commands::doctor::Doctor),
    /// Ask the server on this machine whether it is ready.
    Health(commands::health::Health),
    /// Write all data to a file.
    Backup(commands::backup::Backup),
    /// Put a backup into an empty database.
    Restore(commands::backup::Restore),
    /// Copy all data into an empty database, from one engine to the other if wanted.
    Copy(commands::copy::Copy),
    /// Print the API description (OpenAPI 3.1).
    Openapi,
    /// Print what a shell needs to complete commands.
    Completions(commands::completions::Completions),
    /// Print the manual pages, or write them to a folder.
    Man(commands::man::Man),
    /// Print every way into the server, for tests.
    #[command(hide = true)]
    Doors,
}

/// The program's command, with all that help says.
fn program() -> clap::Command {
    help::complete(Arguments::command())
}

fn main() -> ExitCode {
    let matches = command_line::read(program());
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string().into()),
    };
    let result = runtime.block_on(run(arguments.command));
    logs::flush();
    match result {
        Ok(()) => Exit::Done.into(),
        Err(failure) => fail(&failure),
    }
}

/// Behind a pointer: the runtime is compiled for several ways to wait, each with all that is waited for in it.
fn run(command: Command) -> Pin<Box<dyn Future<Output = Result<(), Failure>>>> {
    Box::pin(async {
        match command {
            Command::Serve(serve) => serve.run().await,
            Command::Project(project) => project.run().await,
            Command::Organization(organization) => organization.run().await,
            Command::Member(member) => member.run().await,
            Command::Session(session) => session.run().await,
            Command::Outbox(outbox) => outbox.run().await,
            Command::Mail(mail) => Ok(mail.run()?),
            Command::Audit(audit) => audit.run().await,
            Command::Keys(keys) => keys.run().await,
            Command::Rbac(rbac) => rbac.run().await,
            Command::Provider(provider) => provider.run().await,
            Command::Sso(sso) => sso.run().await,
            Command::BreachFilter(filter) => Ok(filter.run()?),
            Command::Migrate(migrate) => migrate.run().await,
            Command::Doctor(doctor) => doctor.run().await,
            Command::Health(health) => Ok(health.run()?),
            Command::Backup(backup) => backup.run().await,
            Command::Restore(restore) => restore.run().await,
            Command::Copy(copy) => copy.run().await,
            Command::Openapi => {
                commands::print(&format!("{:#}", server::openapi()));
                Ok(())
            }
            Command::Completions(completions) => {
                completions.run(&program());
                Ok(())
            }
            Command::Man(man) => Ok(man.run(program())?),
            Command::Doors => {
                commands::print(&server::doors().to_string());
                Ok(())
            }
        }
    })
}

fn fail(failure: &Failure) -> ExitCode {
    terminal::fail(&failure.to_string());
    failure.exit.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Command;
    use help::examples::EXAMPLES;
    use help::{GROUPS, HELP};
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
        let command = program();
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
        let command = program();
        let mut there = BTreeSet::new();
        leaves(&command, "", &mut there);
        let described: BTreeSet<_> = EXAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(described, there, "a new command has examples in help/examples.rs");
        for (path, examples) in EXAMPLES {
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
