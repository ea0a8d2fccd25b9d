//! `guildhall audit`

use super::{explain, print};
use crate::command_line::number;
use crate::config::Common;
use crate::open::open_for_command;
use clap::Args;
use foundation::audit::Event;

/// Shows what happened in a project, newest first.
#[derive(Args)]
pub(crate) struct Audit {
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    /// Print one JSON object an event
    #[arg(long)]
    json: bool,
    /// How many at most, 1 to 100000
    #[arg(long, default_value_t = 100, value_parser = number::<i64>(1..=100_000))]
    limit: i64,
    #[command(flatten)]
    common: Common,
}

impl Audit {
    pub(crate) async fn run(self) -> Result<(), String> {
        let app = open_for_command(self.common).await?;
        let (mut left, mut before) = (self.limit, None);
        loop {
            let page = server::audit_events(&app, &self.project, before, left.min(PAGE)).await.map_err(explain)?;
            for event in &page.events {
                show(event, self.json)?;
            }
            left -= page.events.len() as i64;
            before = page.events.into_iter().last().map(|event| event.event_id);
            if !page.more || left <= 0 {
                break;
            }
        }
        app.db().close().await;
        Ok(())
    }
}

/// How many events are read at once.
const PAGE: i64 = 1000;

fn show(event: &Event, as_json: bool) -> Result<(), String> {
    let json = serde_json::to_value(event).map_err(|error| error.to_string())?;
    if as_json {
        print(&json.to_string());
        return Ok(());
    }
    let text = |path: &str| json.pointer(path).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let fields = json.get("changes").and_then(|c| c.as_object()).map(|c| c.keys().cloned().collect::<Vec<_>>());
    let (object, member) = (text("/object/id"), text("/member_id"));
    let of = if member.is_empty() || member == object { String::new() } else { format!(" of {member}") };
    print(&format!(
        "{}  {}  {object}{of}  by {} {}",
        text("/occurred_at"),
        text("/action"),
        text("/actor/id"),
        fields.unwrap_or_default().join(", ")
    ));
    Ok(())
}
