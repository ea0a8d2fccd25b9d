//! `guildhall sso`

use super::print;
use crate::config::Common;
use crate::exit::Failure;
use crate::open::open_for_command;
use clap::{Args, Subcommand};
use server::{KnownSsoConnection, SsoExchange};

#[derive(Subcommand)]
pub(crate) enum Sso {
    /// Say what became of the last logins by an SSO connection, and why.
    Explain(Explain),
}

impl Sso {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Sso::Explain(explain) => explain.run().await,
        }
    }
}

/// Says what became of the last logins by an SSO connection, and why, newest first.
#[derive(Args)]
pub(crate) struct Explain {
    /// The connection's id
    connection: String,
    /// Only the login with this request id, which stands on the page of whoever was turned away; with what the identity
    /// provider has sent
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Print one JSON object a login
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Explain {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let known = server::known_sso_connection(&app, &self.connection).await?;
        let Some(KnownSsoConnection { missing, exchanges }) = known else {
            return Err(Failure::not_found(format!("this database has no SSO connection {}", self.connection)));
        };
        if !missing.is_empty() && !self.json {
            print(&format!("The connection is not active: it lacks {}.", missing.join(", ")));
        }
        let is_asked_for = |exchange: &&SsoExchange| self.request.as_ref().is_none_or(|id| exchange.request_id == *id);
        let asked: Vec<_> = exchanges.iter().filter(is_asked_for).collect();
        for exchange in &asked {
            show(exchange, self.json, self.request.is_some())?;
        }
        app.db().close().await;
        match (asked.is_empty(), &self.request) {
            (true, Some(id)) => {
                Err(Failure::not_found(format!("the last logins by this connection have no request {id}")))
            }
            (true, None) if !self.json => {
                print("Nobody has come back from its identity provider yet.");
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn show(exchange: &SsoExchange, as_json: bool, wholly: bool) -> Result<(), String> {
    if as_json {
        print(&serde_json::to_string(exchange).map_err(|error| error.to_string())?);
        return Ok(());
    }
    let SsoExchange { created_at, request_id, verdict, error_type, reason, remedy, .. } = exchange;
    let error = if error_type.is_empty() { String::new() } else { format!(" {error_type}") };
    print(&format!("{created_at}  {request_id}  {verdict}{error}\n  {reason}"));
    if !remedy.is_empty() {
        print(&format!("  {remedy}"));
    }
    if wholly {
        print(&format!("\n{}", exchange.response));
    }
    Ok(())
}
