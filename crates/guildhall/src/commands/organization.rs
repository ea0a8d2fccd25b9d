//! `guildhall organization …`

use super::told_colors;
use crate::config::Common;
use crate::exit::Failure;
use crate::listing::{Column, Extent, show};
use crate::open::open_for_command;
use crate::table::{Table, visible};
use crate::terminal::{BAD, GOOD, print, styled};
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};
use server::{
    ChangedBranding, ExplainedBesides, WantedSetupLink, explain_login, update_branding, words_of_explanations,
};

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
    /// Show the logo and colors of an organization's pages and mails, or change them.
    Branding(Branding),
    /// Make a link with which an organization's IT person sets up single sign-on and the rest, or list and revoke such links.
    SetupLink(SetupLink),
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
    /// With slack_oauth, hubspot_oauth and github_oauth, a tenant that their account would be of. Repeatable
    #[arg(long = "tenant", value_name = "ID")]
    tenants: Vec<String>,
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

#[derive(Args)]
#[command(group(ArgGroup::new("what").args(["purposes", "revoke"])))]
pub(crate) struct SetupLink {
    /// The organization's id, slug or external id
    organization: String,
    /// What may be set up with it: sso, scim, domains, members or audit. Repeatable; without one, the links that are good are
    /// listed
    #[arg(long = "purpose", value_name = "PURPOSE", value_parser = PURPOSES)]
    purposes: Vec<String>,
    /// A role that may be given and taken with it. Repeatable
    #[arg(long = "role", value_name = "ROLE", requires = "purposes")]
    roles: Vec<String>,
    /// The address of whom it is for: they are warned before a certificate ends. The link is not mailed
    #[arg(long, value_name = "ADDRESS", requires = "purposes")]
    contact_email: Option<String>,
    /// Where its pages lead back to; a URL that is registered for logins
    #[arg(long, value_name = "URL", requires = "purposes")]
    return_url: Option<String>,
    /// For how many minutes it works, 5 to 43200 [default: 10080]
    #[arg(long, value_name = "MINUTES", requires = "purposes")]
    minutes: Option<i64>,
    /// Revoke the link with this id
    #[arg(long, value_name = "ID")]
    revoke: Option<String>,
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
pub(crate) struct Branding {
    /// Its id, slug or external id
    organization: String,
    /// The logo, an https URL; "" takes it away, and the project's is shown
    #[arg(long, value_name = "URL")]
    logo_url: Option<String>,
    /// The color of buttons and links, such as #1f5f8b; "" takes it away
    #[arg(long, visible_alias = "brand-colour", value_name = "COLOR")]
    brand_color: Option<String>,
    /// The color of what is behind, on pages and at the head of mails; "" takes it away
    #[arg(long, visible_alias = "background-colour", value_name = "COLOR")]
    background_color: Option<String>,
    /// The project's id
    #[arg(long, value_name = "ID")]
    project: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

const PURPOSES: [&str; 5] = ["sso", "scim", "domains", "members", "audit"];

const LINK_COLUMNS: [&str; 5] = ["LINK", "PURPOSES", "FOR", "CREATED", "ENDS"];

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
            Self::Branding(branding) => branding.run().await,
            Self::SetupLink(wanted) => setup_link(wanted).await,
        }
    }
}

impl Explain {
    async fn run(self) -> Result<(), Failure> {
        let Self { organization, email, method, connection, tenants, second_factors, project, json, common } = self;
        let besides = ExplainedBesides { connection_id: connection, tenants, second_factors };
        let app = open_for_command(common).await?;
        let explained = explain_login(&app, &project, &organization, &email, &method, besides).await?;
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

impl Branding {
    async fn run(self) -> Result<(), Failure> {
        let Self { organization, logo_url, brand_color, background_color, project, json, common } = self;
        let app = open_for_command(common).await?;
        let changed = ChangedBranding { logo_url, brand_color, background_color };
        let branding = update_branding(&app, &project, &organization, changed).await?;
        app.db().close().await;
        show(&branding, json);
        let moved = branding["shown"]["moved"].as_array().into_iter().flatten();
        told_colors(&moved.filter_map(|moved| moved["sentence"].as_str().map(str::to_owned)).collect::<Vec<_>>());
        Ok(())
    }
}

async fn find(project: &str, text: Option<String>, extent: &Extent, common: Common) -> Result<(), Failure> {
    let app = open_for_command(common).await?;
    extent.print(COLUMNS, |part| server::search_organizations(&app, project, text.clone(), part)).await?;
    app.db().close().await;
    Ok(())
}

async fn setup_link(wanted: SetupLink) -> Result<(), Failure> {
    let SetupLink { organization, purposes, roles, contact_email, return_url, minutes, revoke, project, json, common } =
        wanted;
    let app = open_for_command(common).await?;
    if let Some(link) = revoke {
        server::revoke_setup_link(&app, &project, &organization, &link).await?;
        if json {
            print(&json!({ "setup_link_id": link }).to_string());
        } else {
            print(&format!("{link} is good no more"));
        }
    } else if purposes.is_empty() {
        list(server::list_setup_links(&app, &project, &organization).await?.rows, json);
    } else {
        let wanted = WantedSetupLink { purposes, roles, contact_email, return_url, minutes };
        let made = server::create_setup_link(&app, &project, &organization, wanted).await?;
        if json {
            print(&made.to_string());
        } else {
            print(made["url"].as_str().unwrap_or_default());
        }
    }
    app.db().close().await;
    Ok(())
}

fn list(links: Vec<Value>, as_json: bool) {
    if as_json {
        return links.iter().for_each(|link| print(&link.to_string()));
    }
    let text = |link: &Value, name: &str| link[name].as_str().unwrap_or_default().to_owned();
    let purposes = |link: &Value| {
        let words = link["purposes"].as_array().into_iter().flatten().filter_map(Value::as_str);
        words.collect::<Vec<_>>().join(", ")
    };
    let row = |link: &Value| {
        vec![
            text(link, "setup_link_id"),
            purposes(link),
            text(link, "contact_email"),
            text(link, "created_at"),
            text(link, "expires_at"),
        ]
    };
    Table::new(&LINK_COLUMNS).print(&links.iter().map(row).collect::<Vec<_>>());
}
