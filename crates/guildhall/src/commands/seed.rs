//! `guildhall project seed`

use super::print;
use crate::command_line::number;
use crate::config::Common;
use crate::exit::Failure;
use crate::open::open_for_command;
use clap::Args;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Args)]
pub(crate) struct Seed {
    /// The test project's id
    #[arg(long, value_name = "ID")]
    project: String,
    /// How many organizations
    #[arg(long, value_name = "N", value_parser = number::<u64>(0..))]
    organizations: u64,
    /// How many members, spread evenly over the organizations
    #[arg(long, value_name = "N", value_parser = number::<u64>(0..))]
    members: u64,
    /// How many sessions of thirty days, spread evenly over the members
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::<u64>(0..))]
    sessions: u64,
    /// A new file for the session tokens, one a line, readable by its owner only
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// The same number gives the same names, addresses, roles and metadata; ids and tokens are new
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = number::<u64>(0..))]
    seed: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// How often progress is shown.
const SHOW_EVERY: Duration = Duration::from_secs(2);

impl Seed {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let mut tokens = self.tokens.as_deref().map(create).transpose()?;
        let started = Instant::now();
        let mut shown = started;
        let seed = server::Seed {
            organizations: self.organizations,
            members: self.members,
            sessions: self.sessions,
            number: self.seed,
        };
        let made = server::seed(&app, &self.project, seed, |made, added| {
            if let Some(file) = &mut tokens {
                added.iter().try_for_each(|token| writeln!(file, "{token}"))?;
            }
            if shown.elapsed() > SHOW_EVERY {
                shown = Instant::now();
                // Where stderr is closed there is nobody to tell.
                let _ = writeln!(
                    std::io::stderr(),
                    "{} of {} organizations, {} members, {} sessions",
                    made.organizations,
                    self.organizations,
                    made.members,
                    made.sessions
                );
            }
            Ok(())
        });
        let made = made.await.map_err(Failure::from);
        if let Some(file) = tokens {
            let file = file.into_inner().map_err(|error| format!("cannot write the tokens: {error}"))?;
            let is_empty = file.metadata().is_ok_and(|about| about.len() == 0);
            if let (Err(_), true, Some(path)) = (&made, is_empty, &self.tokens) {
                // Nothing was made, so the file is in the way of the next attempt; the error says more than this one.
                let _ = std::fs::remove_file(path);
            }
        }
        let made = made?;
        app.db().close().await;
        let seconds = started.elapsed().as_secs_f64();
        if self.json {
            let told = serde_json::json!({
                "project_id": self.project,
                "organizations": made.organizations,
                "members": made.members,
                "sessions": made.sessions,
                "seed": self.seed,
                "seconds": seconds,
            });
            print(&told.to_string());
        } else {
            let (organizations, members, sessions) = (made.organizations, made.members, made.sessions);
            print(&format!(
                "made {organizations} organizations, {members} members and {sessions} sessions in {seconds:.1} s"
            ));
        }
        Ok(())
    }
}

fn create(path: &Path) -> Result<BufWriter<File>, String> {
    let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path);
    file.map(BufWriter::new).map_err(|error| format!("cannot make {}: {error}", path.display()))
}
