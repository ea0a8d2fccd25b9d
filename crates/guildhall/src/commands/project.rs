//! `guildhall project …`

mod settings;

use super::print;
use crate::command_line::word;
use crate::config::Common;
use crate::exit::Failure;
use crate::open::{open_for_command, open_or_make};
use crate::table::Table;
use clap::builder::PossibleValue;
use clap::{Args, Subcommand};
use foundation::app::App;
use foundation::id::Environment;
use serde::Serialize;
use server::Flow;
use server::projects::{self, Listed, New, Settings, Shown};
use settings::SettingFlags;
use std::io;
use std::sync::Arc;

#[derive(Subcommand)]
pub(crate) enum Project {
    /// Make a project, with a secret, a public token and a signing key.
    Create(Create),
    /// List all projects.
    List(List),
    /// Show a project: its settings, what is registered, and the ids of its secrets.
    Show(Show),
    /// Change a project: its name, redirect URLs, origins and settings.
    Update(Update),
    /// Delete a project and everything in it.
    Delete(Delete),
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
    /// Redirect URLs of live ones lead to https
    #[arg(long, default_value = "test", value_parser = word::<Environment>(["test", "live"]))]
    environment: Environment,
    /// Where links may lead, in every flow; the first is the default. A * stands for the first label of the host.
    /// Repeatable
    #[arg(long = "redirect-url", value_name = "URL")]
    redirect_urls: Vec<String>,
    /// One more web origin whose pages may use the browser API, such as http://localhost:5173 or
    /// https://*.app.example.com. Repeatable
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

/// A flow, as it may be written.
fn flow(flow: Flow) -> PossibleValue {
    let value = PossibleValue::new(flow.as_str());
    if matches!(flow, Flow::ResetPassword) { value.alias("reset-password") } else { value }
}

#[derive(Args)]
pub(crate) struct List {
    /// Print one JSON object a project
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Show {
    project_id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Update {
    project_id: String,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// One more place where links may lead. Repeatable
    #[arg(long = "add-redirect-url", value_name = "URL")]
    add_redirect_urls: Vec<String>,
    /// One that links may lead to no more; what is taken away goes before what is added. Repeatable
    #[arg(long = "remove-redirect-url", value_name = "URL")]
    remove_redirect_urls: Vec<String>,
    /// Where links lead that name no other place
    #[arg(long, value_name = "URL")]
    default_redirect_url: Option<String>,
    /// Only in this flow [default: all]. Repeatable
    #[arg(long = "flow", value_name = "FLOW", value_parser = word::<Flow>(Flow::ALL.map(flow)))]
    flows: Vec<Flow>,
    /// One more web origin whose pages may use the browser API. Repeatable
    #[arg(long = "add-origin", value_name = "ORIGIN")]
    add_origins: Vec<String>,
    /// One whose pages may no more. Repeatable
    #[arg(long = "remove-origin", value_name = "ORIGIN")]
    remove_origins: Vec<String>,
    #[command(flatten)]
    settings: SettingFlags,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Delete {
    project_id: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct AddSecret {
    project_id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct RemoveSecret {
    project_id: String,
    /// The secret's id, from `guildhall project show`
    secret_id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Project {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Project::Create(create) => create.run().await,
            Project::List(list) => list.run().await,
            Project::Show(show) => {
                let app = open_for_command(show.common).await?;
                say(&projects::show(&app, &show.project_id).await?, show.json)?;
                close(app).await
            }
            Project::Update(update) => update.run().await,
            Project::Delete(delete) => delete.run().await,
            Project::AddSecret(add) => {
                let app = open_for_command(add.common).await?;
                let added = projects::add_secret(&app, &add.project_id).await?;
                print(&if add.json { json(&added)? } else { added.secret });
                close(app).await
            }
            Project::RemoveSecret(remove) => {
                let app = open_for_command(remove.common).await?;
                let removed = projects::remove_secret(&app, &remove.project_id, &remove.secret_id).await?;
                close(app).await?;
                if !removed {
                    let words =
                        "the project has no such secret; `guildhall project show ID` has the ids of those it has";
                    return Err(Failure::not_found(words));
                }
                if remove.json {
                    print(&json(&serde_json::json!({ "removed": remove.secret_id }))?);
                }
                Ok(())
            }
            Project::Seed(seed) => seed.run().await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<(), Failure> {
        let mut settings = Settings::default();
        self.settings.apply(&mut settings);
        self.settings.tell(&settings);
        let new = New {
            name: self.name,
            environment: self.environment,
            redirect_urls: self.redirect_urls,
            origins: self.origins,
            settings,
        };
        new.check()?;
        let app = open_or_make(self.common).await?;
        let created = projects::create(&app, new).await?;
        if self.json {
            print(&json(&created)?);
        } else {
            print(&format!("project_id    {}", created.project_id));
            print(&format!("secret        {}   (shown this once)", created.secret));
            print(&format!("public_token  {}", created.public_token));
        }
        close(app).await
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let projects = projects::list(&app).await?;
        if self.json {
            for project in &projects {
                print(&json(project)?);
            }
        } else {
            table(&projects);
        }
        close(app).await
    }
}

impl Update {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let (flags, update) = (
            self.settings,
            projects::Update {
                name: self.name,
                flows: self.flows,
                remove_redirect_urls: self.remove_redirect_urls,
                add_redirect_urls: self.add_redirect_urls,
                default_redirect_url: self.default_redirect_url,
                remove_origins: self.remove_origins,
                add_origins: self.add_origins,
            },
        );
        let flags = Arc::new(flags);
        let change = flags.clone();
        let updated = projects::update(&app, &self.project_id, update, move |settings| change.apply(settings)).await?;
        say(&updated, self.json)?;
        flags.tell(&updated.settings);
        close(app).await
    }
}

impl Delete {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let project = projects::show(&app, &self.project_id).await?;
        let (organizations, members) = projects::counts(&app, &self.project_id).await?;
        if !self.yes {
            eprintln!(
                "This deletes {} ({}) for good: {organizations} organizations, {members} members, their sessions and the audit \
                 log.\nType the project's name to go on:",
                project.name, project.project_id
            );
            let mut typed = String::new();
            io::stdin().read_line(&mut typed).map_err(|error| error.to_string())?;
            if typed.trim() != project.name.trim() {
                return Err("nothing was deleted: that is not the project's name; --yes does not ask".into());
            }
        }
        server::delete_project(&app, &self.project_id).await?;
        if self.json {
            let deleted = serde_json::json!({
                "deleted": project.project_id, "organizations": organizations, "members": members,
            });
            print(&json(&deleted)?);
        } else {
            print(&format!("{} is deleted, with {organizations} organizations", project.project_id));
        }
        close(app).await
    }
}

fn json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}

/// Prints a project, for people or for programs.
fn say(project: &Shown, as_json: bool) -> Result<(), String> {
    if as_json {
        print(&json(project)?);
        return Ok(());
    }
    print(&format!("{:<14}{}", "project_id", project.project_id));
    print(&format!("{:<14}{}", "name", project.name));
    print(&format!("{:<14}{}", "environment", project.environment.as_str()));
    for token in &project.public_tokens {
        print(&format!("{:<14}{token}", "public_token"));
    }
    for secret in &project.secrets {
        print(&format!("{:<14}{}  …{}", "secret", secret.secret_id, secret.last_four));
    }
    for Listed { url, flows, default_of } in &project.redirect_urls {
        let flows = flows.iter().map(|flow| {
            let is_default = default_of.contains(flow);
            format!("{}{}", flow.as_str(), if is_default { " (default)" } else { "" })
        });
        print(&format!("{:<14}{url}  {}", "redirect_url", flows.collect::<Vec<_>>().join(", ")));
    }
    for origin in &project.origins {
        print(&format!("{:<14}{origin}", "origin"));
    }
    let settings = serde_json::to_value(&project.settings).map_err(|error| error.to_string())?;
    for (name, value) in settings.as_object().into_iter().flatten() {
        print(&format!("{:<14}{name} = {value}", "setting"));
    }
    Ok(())
}

/// Prints projects, one a line.
fn table(projects: &[Shown]) {
    let row = |project: &Shown| {
        let origins = match &project.origins[..] {
            [] => "none".to_owned(),
            [one] => one.clone(),
            [one, more @ ..] => format!("{one} and {} more", more.len()),
        };
        vec![project.project_id.to_string(), project.environment.as_str().to_owned(), origins, project.name.clone()]
    };
    Table::new(&["PROJECT", "ENVIRONMENT", "ORIGINS", "NAME"]).print(&projects.iter().map(row).collect::<Vec<_>>());
}

async fn close(app: App) -> Result<(), Failure> {
    app.db().close().await;
    Ok(())
}
