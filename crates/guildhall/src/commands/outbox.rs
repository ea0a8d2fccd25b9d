//! `guildhall outbox`

use super::print;
use crate::command_line::number;
use crate::config::{Common, Server};
use crate::exit::Failure;
use crate::open::{open_for_command, open_with};
use clap::{Args, Subcommand};
use foundation::time;
use std::path::PathBuf;

/// Shows messages, newest first, and why what could not be delivered was not.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Outbox {
    #[command(subcommand)]
    action: Option<Action>,
    /// Print one JSON object a message
    #[arg(long)]
    json: bool,
    /// How many at most, 1 to 10000
    #[arg(long, default_value_t = 20, value_parser = number::<i64>(1..=10_000))]
    limit: i64,
    /// The server's directory of mail templates
    #[arg(long, env = "GUILDHALL_TEMPLATES", value_name = "DIR")]
    templates: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand)]
enum Action {
    /// Have what was refused, and is of use still, and what waits for its next attempt delivered now. Servers that run do it.
    Retry(Retry),
}

#[derive(Args)]
struct Retry {
    #[command(flatten)]
    common: Common,
}

impl Outbox {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self.action {
            Some(Action::Retry(retry)) => retry.run().await,
            None => self.show().await,
        }
    }

    async fn show(self) -> Result<(), Failure> {
        let given = Server { templates: self.templates, ..Server::default() };
        let templates = given.complete(self.common.config.as_deref())?.templates;
        let app = open_with(self.common, Server { templates, ..Server::default() }).await?;
        let messages = server::outbox_messages(&app, self.limit).await?;
        if messages.is_empty() {
            eprintln!("Nothing has been written yet.");
        }
        for message in &messages {
            if self.json {
                print(&serde_json::to_string(message).map_err(|error| error.to_string())?);
                continue;
            }
            let (ago, status) = (time::ago(message.created, app.now()), message.status.as_str());
            let shown = if message.kind == "sms" { &message.text } else { &message.subject };
            print(&format!("{ago:<16}  {status:<9}  {}  {shown}", message.to));
            if let Some(reason) = &message.last_error {
                print(&format!("    after {}: {reason}", attempts(message.attempts)));
            }
            if !message.code.is_empty() {
                print(&format!("    {}", message.code));
            }
            if !message.link.is_empty() {
                print(&format!("    {}", message.link));
            }
        }
        app.db().close().await;
        Ok(())
    }
}

impl Retry {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let messages = server::retry_outbox_messages(&app).await?;
        print(&match messages {
            0 => "Nothing was refused that is of use still, and nothing waits long.".to_owned(),
            1 => "1 message is tried again now.".to_owned(),
            many => format!("{many} messages are tried again now."),
        });
        app.db().close().await;
        Ok(())
    }
}

fn attempts(attempts: i64) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}
