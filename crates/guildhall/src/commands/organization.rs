//! `guildhall organization …`

use crate::config::Common;
use crate::exit::Failure;
use crate::listing::{Column, Extent, show};
use crate::open::open_for_command;
use crate::table::visible;
use crate::terminal::{BAD, GOOD, print, styled};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::Value;
use server::{explain_login, words_of_explanations};

#[derive(Subcommand)]
pub(crate) enum Organization {
    /// List the organizations of a project, oldest first.
    List(List),
    /// Find organizations by a part of their name, slug or an allowed domain; or by id, domain, or address of a member.
    Search(Search),
    /// Show an organization and its settings.
    Show(Show),
    /// Explain what would happen if somebody signed in now: every rule that is looked at, and what would mend it.
    Explain(Explain),
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

#[derive(Args)]
pub(crate) struct Explain {
    /// Its id, slug or external id
    organization: String,
    /// The address of the person who would log in
    email: String,
    /// How they would log in
    #[arg(long, value_name = "METHOD", value_parser = PossibleValuesParser::new(words_of_explanations().0))]
    method: String,
    /// With `--method sso`, the connection [default: the organization's]
    #[arg(long, value_name = "ID")]
    connection: Option<String>,
    /// A second factor that they would have proven, too. Repeatable
    #[arg(long = "second-factor", value_name = "METHOD", value_parser = PossibleValuesParser::new(words_of_explanations().1))]
    second_factors: Vec<String>,
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
            Self::Explain(explain) => explain.run().await,
        }
    }
}

impl Explain {
    async fn run(self) -> Result<(), Failure> {
        let Self { organization, email, method, connection, second_factors, project, json, common } = self;
        let app = open_for_command(common).await?;
        let explained =
            explain_login(&app, &project, &organization, &email, &method, connection, &second_factors).await?;
        app.db().close().await;
        if json {
            print(&explained.to_string());
            return Ok(());
        }
        let text =
            |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        print(&text(&explained, "/sentence"));
        print("");
        for rule in explained["rules"].as_array().into_iter().flatten() {
            let mark = if rule["is_met"] == true { styled(GOOD, "ok  ") } else { styled(BAD, "no  ") };
            let source = format!("{} {}", text(rule, "/source/of").replace('_', " "), text(rule, "/source/setting"));
            print(&format!("{mark}{} ({source})", visible(&text(rule, "/sentence"))));
            let mend = text(rule, "/mend");
            if !mend.is_empty() {
                print(&format!("    {}", visible(&mend)));
            }
        }
        Ok(())
    }
}

async fn find(project: &str, text: Option<String>, extent: &Extent, common: Common) -> Result<(), Failure> {
    let app = open_for_command(common).await?;
    extent.print(COLUMNS, |part| server::search_organizations(&app, project, text.clone(), part)).await?;
    app.db().close().await;
    Ok(())
}
