//! `guildhall audit`

use super::{explain, print};
use crate::config::Common;
use crate::open::open_for_command;
use clap::Args;

/// Shows what happened in a project, newest first.
#[derive(Args)]
pub(crate) struct Audit {
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    /// Print one JSON object an event
    #[arg(long)]
    json: bool,
    /// How many at most
    #[arg(long, default_value_t = 100)]
    limit: i64,
    #[command(flatten)]
    common: Common,
}

impl Audit {
    pub(crate) async fn run(self) -> Result<(), String> {
        let app = open_for_command(self.common).await?;
        let limit = self.limit.clamp(1, 100_000);
        let events = server::recent_audit_events(&app, &self.project, limit).await.map_err(explain)?;
        for event in &events {
            let json = serde_json::to_value(event).map_err(|error| error.to_string())?;
            if self.json {
                print(&json.to_string());
            } else {
                let text = |path: &str| json.pointer(path).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
                let fields =
                    json.get("changes").and_then(|c| c.as_object()).map(|c| c.keys().cloned().collect::<Vec<_>>());
                print(&format!(
                    "{}  {}  {}  by {} {}",
                    text("/occurred_at"),
                    text("/action"),
                    text("/object/id"),
                    text("/actor/id"),
                    fields.unwrap_or_default().join(", ")
                ));
            }
        }
        app.db().close().await;
        Ok(())
    }
}
