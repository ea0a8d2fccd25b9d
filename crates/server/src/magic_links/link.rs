//! A mailed link and what is stored of it. The link leads to this server, to a page that consumes nothing; only the
//! app's call with the token does (threat T-30).

use crate::App;
use crate::email_address::EmailAddress;
use crate::error::Result;
use crate::http::{Caller, Cx};
use crate::id::{MemberId, OrganizationId, ProjectId};
use crate::keys::token::{Token, TokenKind};
use crate::projects::{self, Project};
use crate::{magic_links::store, time};
use database::{Timestamp, Tx};

/// What opening a link is good for. A link is accepted for nothing else (threat T-32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Log in to one organization, as a member who exists.
    Login,
    /// Accept an invitation.
    Invite,
    /// Prove a new address.
    EmailUpdate,
    /// Prove an address, to see which organizations are open to it.
    Discovery,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Purpose::Login => "login",
            Purpose::Invite => "invite",
            Purpose::EmailUpdate => "email_update",
            Purpose::Discovery => "discovery",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let all = [Purpose::Login, Purpose::Invite, Purpose::EmailUpdate, Purpose::Discovery];
        all.into_iter().find(|purpose| purpose.as_str() == text)
    }

    /// What the app is told to do with the token (`stytch_token_type`).
    pub(super) fn token_type(self) -> &'static str {
        match self {
            Purpose::Discovery => "discovery",
            Purpose::Login | Purpose::Invite | Purpose::EmailUpdate => "multi_tenant_magic_links",
        }
    }
}

/// A link, as it is stored: everything but the token.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// The organization, or for discovery the project: where it is looked up.
    pub(super) scope: String,
    pub(super) project_id: ProjectId,
    pub(super) purpose: Purpose,
    pub(super) member_id: Option<MemberId>,
    pub(super) email: EmailAddress,
    pub(super) redirect_url: String,
    pub(super) pkce_code_challenge: Option<String>,
    pub(super) expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

/// A link to be made.
pub(super) struct NewLink<'a> {
    pub(super) purpose: Purpose,
    /// The organization's id and slug; `None` for discovery.
    pub(super) organization: Option<(&'a OrganizationId, &'a str)>,
    pub(super) member_id: Option<&'a MemberId>,
    pub(super) email: &'a EmailAddress,
    pub(super) redirect_url: String,
    pub(super) pkce_code_challenge: Option<String>,
    pub(super) minutes: i64,
}

/// Makes and stores a link; answers its URL.
pub(super) fn create<C: Caller>(tx: &mut Tx, cx: &Cx<C>, new: NewLink) -> Result<String> {
    let project = cx.project();
    let (kind, tenant, scope) = match new.organization {
        Some((id, _)) => (TokenKind::MagicLink, id.uuid(), id.to_string()),
        None => (TokenKind::Discovery, project.id.uuid(), project.id.to_string()),
    };
    let token = Token::generate(kind, tenant)?;
    let link = Link {
        scope,
        project_id: project.id.clone(),
        purpose: new.purpose,
        member_id: new.member_id.cloned(),
        email: new.email.clone(),
        redirect_url: new.redirect_url,
        pkce_code_challenge: new.pkce_code_challenge,
        expires_at: time::after_minutes(cx.now(), new.minutes),
        used_at: None,
    };
    store::insert(tx, &link, &token.hash(cx.app.keys()), cx.now())?;
    url(tx, &cx.app, project, &link, new.organization.map(|(_, slug)| slug), &token)
}

fn url(tx: &mut Tx, app: &App, project: &Project, link: &Link, slug: Option<&str>, token: &Token) -> Result<String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("public_token", &projects::public_token(tx, project)?);
    if let Some(slug) = slug {
        query.append_pair("slug", slug);
    }
    query.append_pair("stytch_token_type", link.purpose.token_type());
    query.append_pair("token", &token.to_text());
    Ok(format!("{}/v1/magic_links/redirect?{}", app.public_url(), query.finish()))
}
