//! `guildhall member …`

use super::print;
use crate::config::Common;
use crate::exit::Failure;
use crate::listing::{Column, Extent, show};
use crate::open::open_for_command;
use clap::{Args, Subcommand};
use server::operators::{WantedPlace, act_in_place};

#[derive(Subcommand)]
pub(crate) enum Member {
    /// List the members of an organization, oldest first.
    List(List),
    /// Find members by their address, or a part of it, in all organizations of a project.
    Search(Search),
    /// Show a member.
    Show(Show),
    /// Act in a member's place: a link to the app with a token that works once, for five minutes.
    Impersonate(Impersonate),
}

#[derive(Args)]
pub(crate) struct List {
    /// The organization's id, slug or external id
    #[arg(long, value_name = "ORGANIZATION")]
    organization: String,
    /// Only with this status [default: all but deleted]. Repeatable
    #[arg(long = "status", value_name = "STATUS", value_parser = STATUSES)]
    statuses: Vec<String>,
    /// Only who have this role
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    #[command(flatten)]
    extent: Extent,
    #[command(flatten)]
    common: Common,
}

const STATUSES: [&str; 4] = ["active", "pending", "invited", "deleted"];

#[derive(Args)]
pub(crate) struct Search {
    /// The address, or at least three characters of it
    text: String,
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
    #[command(flatten)]
    which: Which,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Impersonate {
    #[command(flatten)]
    which: Which,
    /// The address of your account of the dashboard: the session, and the audit log with each change in it, say that it is you
    #[arg(long, value_name = "ADDRESS")]
    operator: String,
    /// Why, in one line: the audit log keeps it, where the member's organization reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Where in the app the link leads: a redirect URL of the project's logins [default: the default of these]
    #[arg(long, value_name = "URL")]
    redirect_url: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// A member, named to one command.
#[derive(Args)]
struct Which {
    /// Its id; with --organization also its address or external id
    member: String,
    /// The organization's id, slug or external id
    #[arg(long, value_name = "ORGANIZATION")]
    organization: Option<String>,
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
}

impl Which {
    /// # Errors
    /// When it may mean several.
    fn check(&self) -> Result<(), Failure> {
        if self.organization.is_none() && self.member.contains('@') {
            return Err(Failure::usage(format!(
                "an address may be a member of several organizations: give --organization too, or see them all \
                 with `guildhall member search {} --project {}`",
                self.member, self.project
            )));
        }
        Ok(())
    }
}

const COLUMNS: &[Column] = &[
    ("MEMBER", "/member_id"),
    ("ADDRESS", "/email_address"),
    ("STATUS", "/status"),
    ("NAME", "/name"),
    ("ROLES", "/roles"),
    ("ORGANIZATION", "/organization_id"),
];

impl Member {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run().await,
            Self::Search(Search { text, project, extent, common }) => {
                let app = open_for_command(common).await?;
                extent.print(COLUMNS, |part| server::search_members(&app, &project, &text, part)).await?;
                app.db().close().await;
                Ok(())
            }
            Self::Show(wanted) => {
                wanted.which.check()?;
                let Which { member, organization, project } = wanted.which;
                let app = open_for_command(wanted.common).await?;
                show(&server::show_member(&app, &project, organization, &member).await?, wanted.json);
                app.db().close().await;
                Ok(())
            }
            Self::Impersonate(impersonate) => impersonate.run().await,
        }
    }
}

impl Impersonate {
    async fn run(self) -> Result<(), Failure> {
        let Self { which, operator, reason, redirect_url, json, common } = self;
        which.check()?;
        let Which { member, organization, project } = which;
        let app = open_for_command(common).await?;
        let wanted = WantedPlace { operator, reason, redirect_url };
        let begun = act_in_place(&app, &project, organization, &member, wanted).await?;
        app.db().close().await;
        print(&if json { begun.to_string() } else { begun["url"].as_str().unwrap_or_default().to_owned() });
        Ok(())
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let app = open_for_command(self.common).await?;
        let list = |part| {
            let (statuses, role) = (self.statuses.clone(), self.role.clone());
            server::list_members(&app, &self.project, &self.organization, statuses, role, part)
        };
        self.extent.print(COLUMNS, list).await?;
        app.db().close().await;
        Ok(())
    }
}
