//! `guildhall session …`

use super::print;
use crate::config::Common;
use crate::exit::Failure;
use crate::listing::{Column, Extent, show};
use crate::open::open_for_command;
use clap::{ArgGroup, Args, Subcommand};
use foundation::app::App;
use serde_json::json;
use server::Revoked;
use std::io;

#[derive(Subcommand)]
pub(crate) enum Session {
    /// List the sessions of a member, or of an organization.
    List(List),
    /// Show a session: its factors, roles and end. Its token is not shown.
    Show(Show),
    /// End a session, or all of a member or an organization. Servers that run refuse them at once.
    Revoke(Revoke),
}

#[derive(Args)]
#[command(group(ArgGroup::new("whose").required(true).args(["member", "organization"])))]
pub(crate) struct List {
    /// Of this member, by id
    #[arg(long, value_name = "ID")]
    member: Option<String>,
    /// Of this organization, by id, slug or external id
    #[arg(long, value_name = "ORGANIZATION")]
    organization: Option<String>,
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    #[command(flatten)]
    extent: Extent,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Show {
    /// Its id
    session: String,
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
#[command(group(ArgGroup::new("which").required(true).args(["session", "member", "organization"])))]
pub(crate) struct Revoke {
    /// This session, by id, with what was derived from it
    session: Option<String>,
    /// All of this member, by id, with the links that were mailed to them
    #[arg(long, value_name = "ID")]
    member: Option<String>,
    /// All of this organization, by id, slug or external id
    #[arg(long, value_name = "ORGANIZATION")]
    organization: Option<String>,
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    /// Do not ask, where they are those of an organization
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

const COLUMNS: &[Column] = &[
    ("SESSION", "/member_session_id"),
    ("MEMBER", "/member_id"),
    ("BY", "/authentication_factors"),
    ("STARTED", "/started_at"),
    ("LAST USED", "/last_accessed_at"),
    ("ENDS", "/expires_at"),
];

impl Session {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(wanted) => {
                let app = open_for_command(wanted.common).await?;
                show(&server::show_session(&app, &wanted.project, &wanted.session).await?, wanted.json);
                app.db().close().await;
                Ok(())
            }
            Self::Revoke(revoke) => revoke.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let list = async |part| match (&self.member, &self.organization) {
            (Some(member), _) => server::sessions_of_member(&app, &self.project, member).await,
            (None, organization) => {
                let organization = organization.as_deref().unwrap_or_default();
                server::sessions_of_organization(&app, &self.project, organization, part).await
            }
        };
        self.extent.print(COLUMNS, list).await?;
        app.db().close().await;
        Ok(())
    }
}

impl Revoke {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common.clone()).await?;
        self.revoke(&app).await?;
        app.db().close().await;
        Ok(())
    }

    async fn revoke(&self, app: &App) -> Result<(), Failure> {
        let project = &self.project;
        if let Some(session) = &self.session {
            server::revoke_session(app, project, session).await?;
            print(&if self.json {
                json!({ "member_session_id": session }).to_string()
            } else {
                "1 session ended".into()
            });
        } else if let Some(member) = &self.member {
            let Revoked { sessions, .. } = server::revoke_sessions_of_member(app, project, member).await?;
            let said = json!({ "member_id": member, "sessions": sessions });
            print(&if self.json { said.to_string() } else { counted(sessions, "session") + " ended" });
        } else if let Some(organization) = &self.organization {
            let shown = server::show_organization(app, project, organization).await?;
            let text = |field: &str| shown.get(field).and_then(|value| value.as_str()).unwrap_or_default();
            if !self.yes {
                confirm(text("organization_name"), text("organization_slug"))?;
            }
            let Revoked { members, sessions } =
                server::revoke_sessions_of_organization(app, project, organization).await?;
            let said = json!({ "organization_id": text("organization_id"), "members": members, "sessions": sessions });
            print(&match self.json {
                true => said.to_string(),
                false => format!("{} of {} ended", counted(sessions, "session"), counted(members, "member")),
            });
        }
        Ok(())
    }
}

fn confirm(name: &str, slug: &str) -> Result<(), Failure> {
    eprintln!("This logs out everybody in {name}.\nType its slug, {slug}, to go on:");
    let mut typed = String::new();
    io::stdin().read_line(&mut typed).map_err(|error| error.to_string())?;
    match typed.trim() == slug {
        true => Ok(()),
        false => Err("nothing was ended: that is not the organization's slug; --yes does not ask".into()),
    }
}

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
