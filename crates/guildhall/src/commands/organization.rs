//! `guildhall organization …`

use crate::config::Common;
use crate::exit::Failure;
use crate::listing::{Column, Extent, show};
use crate::open::open_for_command;
use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum Organization {
    /// List the organizations of a project, oldest first.
    List(List),
    /// Find organizations by a part of their name, slug or an allowed domain; or by id, domain, or address of a member.
    Search(Search),
    /// Show an organization and its settings.
    Show(Show),
}

#[derive(Args)]
pub(crate) struct List {
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    #[command(flatten)]
    extent: Extent,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Search {
    /// What to look for
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
    /// Its id, slug or external id
    organization: String,
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
    ("ORGANIZATION", "/organization_id"),
    ("SLUG", "/organization_slug"),
    ("NAME", "/organization_name"),
    ("DOMAINS", "/email_allowed_domains"),
    ("CREATED", "/created_at"),
];

impl Organization {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(List { project, extent, common }) => find(&project, None, &extent, common).await,
            Self::Search(Search { text, project, extent, common }) => find(&project, Some(text), &extent, common).await,
            Self::Show(wanted) => {
                let app = open_for_command(wanted.common).await?;
                show(&server::show_organization(&app, &wanted.project, &wanted.organization).await?, wanted.json);
                app.db().close().await;
                Ok(())
            }
        }
    }
}

async fn find(project: &str, text: Option<String>, extent: &Extent, common: Common) -> Result<(), Failure> {
    let app = open_for_command(common).await?;
    extent.print(COLUMNS, |part| server::search_organizations(&app, project, text.clone(), part)).await?;
    app.db().close().await;
    Ok(())
}
