//! `guildhall member …`

use crate::config::Common;
use crate::exit::Failure;
use crate::listing::{Column, Extent, show};
use crate::open::open_for_command;
use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum Member {
    /// List the members of an organization, oldest first.
    List(List),
    /// Find members by their address, or a part of it, in all organizations of a project.
    Search(Search),
    /// Show a member.
    Show(Show),
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
    /// Its id; with --organization also its address or external id
    member: String,
    /// The organization's id, slug or external id
    #[arg(long, value_name = "ORGANIZATION")]
    organization: Option<String>,
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
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
                if wanted.organization.is_none() && wanted.member.contains('@') {
                    return Err(Failure::usage(format!(
                        "an address may be a member of several organizations: give --organization too, or see them all \
                         with `guildhall member search {} --project {}`",
                        wanted.member, wanted.project
                    )));
                }
                let app = open_for_command(wanted.common).await?;
                let member = server::show_member(&app, &wanted.project, wanted.organization, &wanted.member).await?;
                show(&member, wanted.json);
                app.db().close().await;
                Ok(())
            }
        }
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
