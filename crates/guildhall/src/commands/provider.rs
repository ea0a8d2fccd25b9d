//! `guildhall provider …`

use super::print;
use crate::config::Common;
use crate::exit::Failure;
use crate::listing::show;
use crate::open::open_for_command;
use crate::table::Table;
use clap::{Args, Subcommand};
use foundation::secret::Secret;
use serde::Serialize;
use serde_json::Value;
use server::oauth_providers::{self, Change, Provider as Name, Shown};
use std::io::Read as _;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum Provider {
    /// Give a project an OAuth provider, or change it.
    Set(Box<Set>),
    /// List the OAuth providers of a project.
    List(List),
    /// Show an OAuth provider, with the address to register there.
    Show(One),
    /// Take an OAuth provider away from a project.
    Remove(One),
}

/// Gives a project an OAuth provider, or changes it. What is not said stays as it is; "" takes an address away, so that the
/// provider's usual one counts.
#[derive(Args)]
pub(crate) struct Set {
    project_id: String,
    /// google, microsoft, github, slack, hubspot, or a name of your own for any OpenID Connect provider: lower-case letters, digits
    /// and hyphens
    #[arg(value_parser = name)]
    provider: Name,
    /// What the provider calls your app
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// The secret that the provider has given out; other users of this machine can see it in the list of processes
    #[arg(
        long,
        value_name = "SECRET",
        allow_hyphen_values = true,
        env = "GUILDHALL_CLIENT_SECRET",
        hide_env_values = true
    )]
    client_secret: Option<Secret>,
    /// A file with the secret in it; - for what is piped in
    #[arg(long, value_name = "FILE", conflicts_with = "client_secret")]
    client_secret_file: Option<PathBuf>,
    /// Who signs ID tokens; where its configuration is published
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Where browsers begin
    #[arg(long, value_name = "URL")]
    authorization_url: Option<String>,
    /// Where codes become tokens
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// Where more is told of a person
    #[arg(long, value_name = "URL")]
    userinfo_url: Option<String>,
    /// Where the keys are that ID tokens are signed with
    #[arg(long, value_name = "URL")]
    jwks_url: Option<String>,
    /// Where the API of GitHub or HubSpot begins
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
    /// Scopes to ask for besides those for logging in, with commas; "" for none
    #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// For a provider of your own: whether it is to be believed that people read mail at an address when it says that it has
    /// verified it
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    verifies_email: Option<bool>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct List {
    project_id: String,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct One {
    project_id: String,
    /// Its name
    #[arg(value_parser = name)]
    provider: Name,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).ok_or_else(|| "a provider's name has 1 to 32 lower-case letters, digits and hyphens".to_owned())
}

impl Provider {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Provider::Set(set) => set.run().await,
            Provider::List(list) => list.run().await,
            Provider::Show(one) => one.show().await,
            Provider::Remove(one) => one.remove().await,
        }
    }
}

impl Set {
    async fn run(self) -> Result<(), Failure> {
        let client_secret = match &self.client_secret_file {
            Some(file) => Some(read(file)?),
            None => self.client_secret,
        };
        let scopes = self.scopes.map(|scopes| scopes.into_iter().filter(|scope| !scope.is_empty()).collect());
        let change = Change {
            client_id: self.client_id,
            client_secret,
            issuer: self.issuer,
            authorization_url: self.authorization_url,
            token_url: self.token_url,
            userinfo_url: self.userinfo_url,
            jwks_url: self.jwks_url,
            api_url: self.api_url,
            scopes,
            verifies_email: self.verifies_email,
        };
        let app = open_for_command(self.common).await?;
        let shown = oauth_providers::set(&app, &self.project_id, self.provider, change).await?;
        app.db().close().await;
        say(&shown, self.json)
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let providers = oauth_providers::list(&app, &self.project_id).await?;
        app.db().close().await;
        if self.json {
            for provider in &providers {
                say(provider, true)?;
            }
            return Ok(());
        }
        let row = |shown: &Shown| vec![shown.provider.clone(), shown.settings.client_id.clone()];
        Table::new(&["PROVIDER", "CLIENT ID"]).print(&providers.iter().map(row).collect::<Vec<_>>());
        Ok(())
    }
}

impl One {
    async fn show(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let shown = oauth_providers::show(&app, &self.project_id, self.provider.clone()).await?;
        app.db().close().await;
        say(&shown.ok_or_else(|| missing(&self.provider))?, self.json)
    }

    async fn remove(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let removed = oauth_providers::remove(&app, &self.project_id, self.provider.clone()).await?;
        app.db().close().await;
        if !removed {
            return Err(missing(&self.provider));
        }
        if self.json {
            print(&serde_json::json!({ "removed": self.provider.name() }).to_string());
        }
        Ok(())
    }
}

fn missing(provider: &Name) -> Failure {
    Failure::not_found(format!("the project has no provider {provider}; `guildhall provider list` shows those it has"))
}

/// A secret out of a file, or out of what is piped in.
fn read(file: &Path) -> Result<Secret, Failure> {
    let mut text = String::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text),
        false => std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.map_err(|error| format!("the secret cannot be read from {}: {error}", file.display()))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

fn say(thing: &impl Serialize, as_json: bool) -> Result<(), Failure> {
    let thing: Value = serde_json::to_value(thing).map_err(|error| error.to_string())?;
    show(&thing, as_json);
    Ok(())
}
