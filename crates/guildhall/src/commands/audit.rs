//! `guildhall audit`

use super::print;
use crate::command_line::number;
use crate::config::Common;
use crate::exit::Failure;
use crate::open::open_for_command;
use crate::table::Table;
use clap::Args;
use serde_json::Value;

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
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let mut table = Table::new(&["TIME", "ACTION", "OBJECT", "MEMBER", "BY", "CHANGES"]);
        let (mut left, mut before) = (self.limit, None);
        loop {
            let page = server::audit_events(&app, &self.project, before, left.min(PAGE)).await?;
            let events = page.events.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
            let events = events.map_err(|error| error.to_string())?;
            match self.json {
                true => events.iter().for_each(|event| print(&event.to_string())),
                false => table.print(&events.iter().map(row).collect::<Vec<_>>()),
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

fn row(event: &Value) -> Vec<String> {
    let text = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let changes = event.get("changes").and_then(Value::as_object).into_iter().flatten();
    let changes: Vec<_> = changes.map(|(field, _)| field.as_str()).collect();
    let (object, member) = (text("/object/id"), text("/member_id"));
    let member = if member == object { String::new() } else { member };
    vec![text("/occurred_at"), text("/action"), object, member, text("/actor/id"), changes.join(", ")]
}
