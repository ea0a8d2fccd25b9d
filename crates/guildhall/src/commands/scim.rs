//! `guildhall scim`

use super::print;
use crate::config::Common;
use crate::exit::Failure;
use crate::open::open_for_command;
use clap::{Args, Subcommand};
use server::ScimExchange;

#[derive(Subcommand)]
pub(crate) enum Scim {
    /// Say what a directory asked last, what came of it, and why.
    Explain(Explain),
}

impl Scim {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Scim::Explain(explain) => explain.run().await,
        }
    }
}

/// Says what a directory asked last, what came of it, and why, newest first.
#[derive(Args)]
pub(crate) struct Explain {
    /// The connection's id
    connection: String,
    /// Only what was refused
    #[arg(long)]
    refused: bool,
    /// Only the request with this id, which stands in its answer and in the log; with what the directory has sent
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Print one JSON object a request
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Explain {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let Some(exchanges) = server::known_scim_exchanges(&app, &self.connection).await? else {
            return Err(Failure::not_found(format!("this database has no SCIM connection {}", self.connection)));
        };
        app.db().close().await;
        let is_asked_for = |exchange: &&ScimExchange| {
            self.request.as_ref().is_none_or(|id| exchange.request_id == *id)
                && (!self.refused || exchange.verdict == "refused")
        };
        let asked: Vec<_> = exchanges.iter().filter(is_asked_for).collect();
        for exchange in &asked {
            show(exchange, self.json, self.request.is_some())?;
        }
        match (asked.is_empty(), &self.request) {
            (true, Some(id)) => {
                Err(Failure::not_found(format!("the last requests of this directory have none with the id {id}")))
            }
            (true, None) if !self.json => {
                print(if self.refused { "Nothing was refused." } else { "The directory has not asked anything yet." });
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn show(exchange: &ScimExchange, as_json: bool, wholly: bool) -> Result<(), String> {
    if as_json {
        print(&serde_json::to_string(exchange).map_err(|error| error.to_string())?);
        return Ok(());
    }
    let ScimExchange { created_at, request_id, method, path, status, verdict, error_type, reason, remedy, .. } =
        exchange;
    let error = if error_type.is_empty() { String::new() } else { format!(" {error_type}") };
    print(&format!("{created_at}  {request_id}  {method} {path}  {status} {verdict}{error}\n  {reason}"));
    if !remedy.is_empty() {
        print(&format!("  {remedy}"));
    }
    for change in &exchange.changes {
        print(&format!("  {} {}: {}", change.action, change.object_id, change.fields.join(", ")));
    }
    if exchange.further_changes > 0 {
        print(&format!("  and {} changes more", exchange.further_changes));
    }
    if wholly && !exchange.request.is_empty() {
        print(&format!("\n{}", exchange.request));
    }
    Ok(())
}
