//! What opening a link leads to.

use super::link::{Link, Purpose};
use super::{pkce, store};
use crate::App;
use crate::error::{ApiError, Result};
use crate::http::{Cx, ProjectCaller};
use crate::id::OrganizationId;
use crate::keys::token::{Token, TokenKind};
use crate::login::{self, Evidence, Factor, IntermediateSession, Outcome, Terms};
use crate::members::{self, EmailChange, Member, Status};
use crate::organizations::{self, Organization};
use crate::projects::{self, Project};
use crate::sessions;
use database::Tx;

/// The sessions that a login may go on with.
#[derive(Clone)]
pub(super) struct GoesOn {
    pub(super) session_token: Option<String>,
    pub(super) session_jwt: Option<String>,
    pub(super) intermediate_session_token: Option<String>,
}

/// Finds a link by its token; it can be used once, until it expires.
fn find(tx: &mut Tx, cx: &Cx<ProjectCaller>, kind: TokenKind, token: &str) -> Result<(Link, [u8; 32])> {
    let token = Token::parse(kind, token).ok_or(ApiError::MagicLinkNotFound)?;
    let hash = token.hash(cx.app.keys());
    let link = look_up(tx, cx.project(), kind, &token, &hash)?;
    let link = link.ok_or(ApiError::MagicLinkNotFound)?;
    if link.used_at.is_some() || link.expires_at <= cx.now() {
        return Err(ApiError::UnableToAuthMagicLink.into());
    }
    Ok((link, hash))
}

/// Visits the tenant that the token names; it is entered when it is known to be the project's.
fn look_up(tx: &mut Tx, project: &Project, kind: TokenKind, token: &Token, hash: &[u8; 32]) -> Result<Option<Link>> {
    let scope = scope(project, kind, token);
    tx.visit(&scope, |tx| store::find(tx, &project.id, &scope, hash))
}

fn scope(project: &Project, kind: TokenKind, token: &Token) -> String {
    match kind {
        TokenKind::Discovery => project.id.to_string(),
        _ => OrganizationId::from_uuid(project.environment, token.tenant()).to_string(),
    }
}

fn consume(tx: &mut Tx, cx: &Cx<ProjectCaller>, link: &Link, hash: &[u8; 32]) -> Result<()> {
    match store::consume(tx, &link.scope, hash, cx.now())? {
        true => Ok(()),
        false => Err(ApiError::UnableToAuthMagicLink.into()),
    }
}

/// Uses up a link of an organization. An error leaves it as it was, because the transaction ends with it.
pub(super) fn authenticate(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    token: &str,
    verifier: Option<&str>,
    goes_on: GoesOn,
    terms: Terms,
) -> Result<Outcome> {
    let (link, hash) = find(tx, cx, TokenKind::MagicLink, token)?;
    pkce::verify(link.pkce_code_challenge.as_deref(), verifier, cx.caller.is_browser())?;
    let (organization, mut member) = recipient(tx, cx, &link)?;
    consume(tx, cx, &link, &hash)?;
    let session = sessions::given_for(tx, cx, &member, goes_on.session_token, goes_on.session_jwt)?;
    if link.purpose == Purpose::EmailUpdate {
        let keep_session = session.as_ref().map(|session| session.member_session_id.clone());
        let how = EmailChange { verified: true, unlink: false, keep_session };
        members::change_email(tx, cx, &organization, &mut member, link.email.clone(), how)?;
    }
    let intermediate = intermediate(tx, cx, &organization, &member, goes_on.intermediate_session_token)?;
    let factor = Factor::magic_link(member.email_id.clone(), member.email_address.clone(), cx.now());
    let evidence = Evidence { factors: vec![factor], intermediate, session };
    login::finish(tx, cx, organization, member, evidence, terms)
}

/// Whom the link was mailed to, if they still are a member at that address.
fn recipient(tx: &mut Tx, cx: &Cx<ProjectCaller>, link: &Link) -> Result<(Organization, Member)> {
    let gone = || ApiError::UnableToAuthMagicLink;
    let id = OrganizationId::parse(&link.scope).ok_or_else(gone)?;
    let organization = organizations::find_by_id(tx, cx.project(), &id)?.ok_or_else(gone)?;
    let member_id = link.member_id.as_ref().ok_or_else(gone)?;
    let member = members::find_any(tx, &organization, member_id)?.ok_or_else(gone)?;
    match link.purpose {
        Purpose::EmailUpdate if member.status == Status::Active => Ok((organization, member)),
        Purpose::EmailUpdate => Err(ApiError::UnableToVerifyEmailUpdate.into()),
        _ if member.status == Status::Deleted || member.email_address != link.email => Err(gone().into()),
        _ => {
            organizations::check_claimed(tx, cx.project(), Some(&id), &member.email_address)?;
            Ok((organization, member))
        }
    }
}

/// The login that goes on. A browser sends whatever it has left over; what does not fit is ignored there.
fn intermediate(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    organization: &Organization,
    member: &Member,
    given: Option<String>,
) -> Result<Option<IntermediateSession>> {
    let given = given.filter(|token| !token.is_empty()).or_else(|| cx.ambient().intermediate_session_token);
    let Some(token) = given else { return Ok(None) };
    let found = IntermediateSession::find(&cx.app, tx, cx.project(), cx.now(), &token).and_then(|intermediate| {
        intermediate.check_for(&organization.organization_id, &member.email_address)?;
        Ok(intermediate)
    });
    match found {
        Ok(intermediate) => Ok(Some(intermediate)),
        Err(crate::error::Error::Api(..)) if cx.caller.is_browser() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Uses up a link of discovery: an intermediate session that holds the proof of the address.
pub(super) fn authenticate_discovery(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    token: &str,
    verifier: Option<&str>,
) -> Result<IntermediateSession> {
    let (link, hash) = find(tx, cx, TokenKind::Discovery, token)?;
    pkce::verify(link.pkce_code_challenge.as_deref(), verifier, cx.caller.is_browser())?;
    consume(tx, cx, &link, &hash)?;
    let email_id = crate::id::EmailId::new(cx.project().environment);
    let factor = Factor::magic_link(email_id, link.email.clone(), cx.now());
    IntermediateSession::begin(&cx.app, tx, cx.project(), cx.now(), link.email, None, vec![factor])
}

/// Where a mailed link leads on to, for the page behind it.
pub(crate) struct Redirect {
    /// The registered redirect URL with the token; `None` when the link is unknown, used or expired.
    pub(crate) target: Option<String>,
    pub(crate) project_name: Option<String>,
    pub(crate) organization_name: Option<String>,
}

/// Looks a link up without using it.
pub(crate) async fn redirect(app: &App, public_token: String, token: String) -> Result<Redirect> {
    let (app_, now) = (app.clone(), app.now());
    app.db()
        .read(move |tx| {
            let mut found = Redirect { target: None, project_name: None, organization_name: None };
            let Some(project) = projects::by_public_token(&app_, tx, &public_token, now)? else { return Ok(found) };
            found.project_name = Some(project.name.clone());
            let kinds = [TokenKind::MagicLink, TokenKind::Discovery];
            let parsed = kinds.into_iter().find_map(|kind| Token::parse(kind, &token).map(|token| (kind, token)));
            let Some((kind, token)) = parsed else { return Ok(found) };
            let link = look_up(tx, &project, kind, &token, &token.hash(app_.keys()))?;
            let Some(link) = link.filter(|link| link.used_at.is_none() && link.expires_at > now) else {
                return Ok(found);
            };
            let organization = match kind {
                TokenKind::MagicLink => organizations::find_by_uuid(tx, &project, token.tenant())?,
                _ => None,
            };
            found.target = target(&link, organization.as_ref(), &token);
            found.organization_name = organization.map(|organization| organization.organization_name);
            Ok(found)
        })
        .await
}

fn target(link: &Link, organization: Option<&Organization>, token: &Token) -> Option<String> {
    let mut url = url::Url::parse(&link.redirect_url).ok()?;
    let mut query = url.query_pairs_mut();
    if let Some(organization) = organization {
        query.append_pair("slug", &organization.organization_slug);
    }
    let redirect_type = if link.purpose == Purpose::Discovery { "discovery" } else { "login" };
    query.append_pair("stytch_redirect_type", redirect_type);
    query.append_pair("stytch_token_type", link.purpose.token_type());
    query.append_pair("token", &token.to_text());
    drop(query);
    Some(url.into())
}
