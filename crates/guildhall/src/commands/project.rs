//! `guildhall project …`

use super::{explain, print};
use crate::config::Common;
use crate::open::{open_for_command, open_or_make};
use clap::{Args, Subcommand};
use foundation::app::App;
use foundation::id::Environment;
use server::projects::{self, New, Settings};

#[derive(Subcommand)]
pub(crate) enum Project {
    /// Make a project, with a secret, a public token and a signing key.
    Create(Create),
    /// List all projects.
    List(List),
    /// Change a project's settings.
    Update(Update),
    /// Give a project one more secret.
    AddSecret(AddSecret),
    /// Take a secret away.
    RemoveSecret(RemoveSecret),
    /// Fill a test project with made-up organizations, members and sessions, to size hardware.
    Seed(super::seed::Seed),
}

#[derive(Args)]
pub(crate) struct Create {
    #[arg(long)]
    name: String,
    /// test or live
    #[arg(long, default_value = "test")]
    environment: Environment,
    /// Where links may lead, in every flow; the first is the default. Repeatable
    #[arg(long = "redirect-url", value_name = "URL")]
    redirect_urls: Vec<String>,
    /// One more web origin whose pages may use the browser API. Repeatable
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    #[command(flatten)]
    settings: SettingFlags,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct SettingFlags {
    /// Keep session tokens in cookies that scripts cannot read
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    http_only_cookies: Option<bool>,
    /// Whether browsers may create organizations
    #[arg(long, value_name = "BOOL")]
    create_organization_enabled: Option<bool>,
    /// Whether browsers must use PKCE for email links
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pkce_required_for_email_magic_links: Option<bool>,
    /// The longest session that a browser may ask for
    #[arg(long, value_name = "MINUTES")]
    max_session_duration_minutes: Option<i64>,
    /// Where the browser SDK finds the organization's slug, e.g. `*.example.com/{{slug}}/login`
    #[arg(long, value_name = "PATTERN")]
    slug_pattern: Option<String>,
}

impl SettingFlags {
    fn apply(&self, settings: &mut Settings) {
        let set = |field: &mut bool, given: Option<bool>| *field = given.unwrap_or(*field);
        set(&mut settings.http_only_cookies, self.http_only_cookies);
        set(&mut settings.create_organization_enabled, self.create_organization_enabled);
        set(&mut settings.pkce_required_for_email_magic_links, self.pkce_required_for_email_magic_links);
        if let Some(minutes) = self.max_session_duration_minutes {
            settings.max_session_duration_minutes = minutes.clamp(5, 527_040);
        }
        if let Some(pattern) = &self.slug_pattern {
            settings.slug_pattern = Some(pattern.clone()).filter(|pattern| !pattern.is_empty());
        }
    }
}

#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Update {
    project_id: String,
    #[command(flatten)]
    settings: SettingFlags,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct AddSecret {
    project_id: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct RemoveSecret {
    project_id: String,
    /// The secret's id, from `guildhall project list`
    secret_id: String,
    #[command(flatten)]
    common: Common,
}

impl Project {
    pub(crate) async fn run(self) -> Result<(), String> {
        match self {
            Project::Create(create) => create.run().await,
            Project::List(list) => {
                let app = open_for_command(list.common).await?;
                for project in projects::list(&app).await.map_err(explain)? {
                    print(&project.to_string());
                }
                close(app).await
            }
            Project::Update(update) => {
                let app = open_for_command(update.common).await?;
                let flags = update.settings;
                let settings = projects::update_settings(&app, &update.project_id, move |s| flags.apply(s))
                    .await
                    .map_err(explain)?;
                print(&serde_json::to_string(&settings).map_err(|error| error.to_string())?);
                close(app).await
            }
            Project::AddSecret(add) => {
                let app = open_for_command(add.common).await?;
                print(&projects::add_secret(&app, &add.project_id).await.map_err(explain)?);
                close(app).await
            }
            Project::RemoveSecret(remove) => {
                let app = open_for_command(remove.common).await?;
                let removed =
                    projects::remove_secret(&app, &remove.project_id, &remove.secret_id).await.map_err(explain)?;
                close(app).await?;
                if removed { Ok(()) } else { Err("the project has no such secret".into()) }
            }
            Project::Seed(seed) => seed.run().await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<(), String> {
        let app = open_or_make(self.common).await?;
        let mut settings = Settings::default();
        self.settings.apply(&mut settings);
        let new = New {
            name: self.name,
            environment: self.environment,
            redirect_urls: self.redirect_urls,
            origins: self.origins,
            settings,
        };
        let created = projects::create(&app, new).await.map_err(explain)?;
        if self.json {
            print(&serde_json::to_string(&created).map_err(|error| error.to_string())?);
        } else {
            print(&format!("project_id    {}", created.project_id));
            print(&format!("secret        {}   (shown this once)", created.secret));
            print(&format!("public_token  {}", created.public_token));
        }
        close(app).await
    }
}

async fn close(app: App) -> Result<(), String> {
    app.db().close().await;
    Ok(())
}
