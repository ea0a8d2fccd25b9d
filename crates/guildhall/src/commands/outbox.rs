//! `guildhall outbox`

use super::{explain, print};
use crate::config::Common;
use crate::open::open_for_command;
use clap::Args;

/// Shows messages, newest first.
#[derive(Args)]
pub(crate) struct Outbox {
    /// Print one JSON object a message
    #[arg(long)]
    json: bool,
    /// How many at most
    #[arg(long, default_value_t = 20)]
    limit: i64,
    #[command(flatten)]
    common: Common,
}

impl Outbox {
    pub(crate) async fn run(self) -> Result<(), String> {
        let app = open_for_command(self.common).await?;
        let messages = server::outbox_messages(&app, self.limit.clamp(1, 10_000)).await.map_err(explain)?;
        for message in &messages {
            if self.json {
                print(&serde_json::to_string(message).map_err(|error| error.to_string())?);
            } else {
                print(&format!("{}  {:?}  to {}  {}", message.created_at, message.status, message.to, message.subject));
                if !message.link.is_empty() {
                    print(&format!("    {}", message.link));
                }
            }
        }
        app.db().close().await;
        Ok(())
    }
}
