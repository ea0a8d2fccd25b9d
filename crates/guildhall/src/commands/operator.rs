//! `guildhall operator …`

use super::print;
use crate::config::Common;
use crate::exit::Failure;
use crate::open::open_for_command;
use crate::table::Table;
use crate::terminal::{read_unseen, warn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand};
use foundation::random;
use foundation::secret::Secret;
use foundation::time::to_text;
use server::operators::{self, Shown};

#[derive(Subcommand)]
pub(crate) enum Operator {
    /// Make an account for the dashboard.
    Create(Create),
    /// List the accounts.
    List(List),
    /// Take an account away, and sign it out everywhere.
    Remove(Remove),
    /// Give an account another password, and sign it out everywhere.
    Reset(Reset),
    /// Take all passkeys of an account away, which were lost, and sign it out everywhere.
    RemovePasskeys(RemovePasskeys),
}

#[derive(Args)]
pub(crate) struct Create {
    /// The address that they sign in with
    email: String,
    #[command(flatten)]
    password: Password,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Reset {
    /// The address of the account
    email: String,
    #[command(flatten)]
    password: Password,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Password {
    /// Read the password from stdin, one line of it; on a terminal it is not shown while it is typed [default: one is made
    /// up, and printed this once]
    #[arg(long)]
    password_stdin: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct List {
    /// Print one JSON object an account
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Remove {
    /// The address of the account
    email: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct RemovePasskeys {
    /// The address of the account
    email: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Password {
    /// The password, and whether nobody knows it yet.
    fn get(&self) -> Result<(Secret, bool), Failure> {
        if !self.password_stdin {
            return Ok((Secret::new(URL_SAFE_NO_PAD.encode(random::bytes::<18>()?)), true));
        }
        let line = read_unseen("Password: ").map_err(|error| format!("stdin: {error}"))?;
        let password = line.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(Failure::usage("there was no password on stdin".to_owned()));
        }
        Ok((Secret::new(password), false))
    }

    /// Says what was done, and the password where nobody knows it yet.
    fn tell(&self, email: &str, password: &Secret, is_new: bool) {
        match (self.json, is_new) {
            (true, true) => {
                print(&serde_json::json!({ "email_address": email, "password": password.reveal() }).to_string());
            }
            (true, false) => print(&serde_json::json!({ "email_address": email }).to_string()),
            (false, true) => {
                print(password.reveal());
                warn(&format!("this is the password of {email}; it is shown this once"));
            }
            (false, false) => {}
        }
    }
}

impl Operator {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create(Create { email, password, common }) => {
                let app = open_for_command(common).await?;
                let (secret, is_new) = password.get()?;
                let made = operators::create(&app, &email, &secret).await?;
                password.tell(made.email_address.as_str(), &secret, is_new);
                warn("the dashboard is at /dashboard of the server; who reaches it is for you to bound");
                app.db().close().await;
            }
            Self::List(List { json, common }) => {
                let app = open_for_command(common).await?;
                let all = operators::list(&app).await?;
                list(&all, json)?;
                app.db().close().await;
            }
            Self::Remove(Remove { email, common }) => {
                let app = open_for_command(common).await?;
                operators::remove(&app, &email).await?;
                app.db().close().await;
            }
            Self::Reset(Reset { email, password, common }) => {
                let app = open_for_command(common).await?;
                let (secret, is_new) = password.get()?;
                operators::reset(&app, &email, &secret).await?;
                password.tell(&email, &secret, is_new);
                app.db().close().await;
            }
            Self::RemovePasskeys(RemovePasskeys { email, json, common }) => {
                let app = open_for_command(common).await?;
                let removed = operators::remove_passkeys(&app, &email).await?;
                print(&match json {
                    true => serde_json::json!({ "email_address": email, "removed": removed }).to_string(),
                    false => format!("{removed} removed; {email} signs in with the password only"),
                });
                app.db().close().await;
            }
        }
        Ok(())
    }
}

fn list(all: &[Shown], as_json: bool) -> Result<(), Failure> {
    if as_json {
        for account in all {
            print(&serde_json::to_string(account).map_err(|error| error.to_string())?);
        }
        return Ok(());
    }
    let row = |account: &Shown| {
        let signed_in = account.signed_in_at.map(to_text).unwrap_or_default();
        vec![account.email_address.to_string(), to_text(account.created_at), signed_in, account.passkeys.to_string()]
    };
    Table::new(&["OPERATOR", "MADE", "SIGNED IN", "PASSKEYS"]).print(&all.iter().map(row).collect::<Vec<_>>());
    if all.is_empty() {
        warn("there are none, so there is no dashboard");
    }
    Ok(())
}
