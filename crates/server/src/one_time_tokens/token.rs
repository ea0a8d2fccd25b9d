//! A one-time token and what is stored of it.

use super::{Purpose, store};
use crate::factors::ImpersonatedFactor;
use crate::members::Member;
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{MemberId, OrganizationId, ProjectId, SessionId};
use foundation::keys::token::{Token, TokenKind};
use foundation::project::Project;
use foundation::time;

/// A token, as it is stored: everything but the token itself.
pub(crate) struct OneTimeToken {
    /// The organization, or for discovery the project: where it is looked up.
    pub(super) scope: String,
    pub(super) project_id: ProjectId,
    pub(crate) hash: [u8; 32],
    pub(crate) purpose: Purpose,
    pub(crate) member_id: Option<MemberId>,
    /// How often all sessions of the member had been ended; `None` where a program that did not look at it has made it.
    pub(crate) generation: Option<i64>,
    pub(crate) email: EmailAddress,
    pub(crate) redirect_url: String,
    pub(crate) pkce_code_challenge: Option<String>,
    /// The session that it stands for, where it is handed over.
    pub(crate) session_id: Option<SessionId>,
    /// The operator who acts in the member's place with it.
    pub(crate) impersonator: Option<ImpersonatedFactor>,
    pub(super) expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

impl OneTimeToken {
    /// Whether it can still be used at this time.
    pub(crate) fn is_usable(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.expires_at > now
    }

    /// Whether it has been used.
    pub(crate) fn is_used(&self) -> bool {
        self.used_at.is_some()
    }

    /// Whether all that the member had was ended since it was made.
    pub(crate) fn has_ended_with_all_of(&self, member: &Member) -> bool {
        self.generation.is_some_and(|generation| generation != member.session_generation)
    }

    /// The organization it is for; `None` for discovery.
    pub(crate) fn organization_id(&self) -> Option<OrganizationId> {
        OrganizationId::parse(&self.scope)
    }
}

/// A token to be made.
pub(crate) struct New<'a> {
    pub(crate) purpose: Purpose,
    /// `None` for discovery.
    pub(crate) organization: Option<&'a OrganizationId>,
    pub(crate) member: Option<&'a Member>,
    pub(crate) email: &'a EmailAddress,
    pub(crate) redirect_url: String,
    pub(crate) pkce_code_challenge: Option<String>,
    /// The session that it stands for, where it is handed over.
    pub(crate) session: Option<&'a SessionId>,
    /// The operator who acts in the member's place with it.
    pub(crate) impersonator: Option<ImpersonatedFactor>,
    /// That it can be used.
    pub(crate) minutes: i64,
}

/// Makes and stores a token.
pub(crate) fn create(tx: &mut Tx, cx: &Cx, new: New) -> Result<Token> {
    let project = cx.project();
    let (tenant, scope) = match new.organization {
        Some(id) => (id.uuid(), id.to_string()),
        None => (project.id.uuid(), project.id.to_string()),
    };
    let token = Token::generate(new.purpose.kind(), tenant)?;
    let stored = OneTimeToken {
        scope,
        project_id: project.id.clone(),
        hash: token.hash(cx.app.keys()),
        purpose: new.purpose,
        member_id: new.member.map(|member| member.member_id.clone()),
        // A token that nobody gets is like any other (threat T-45).
        generation: new.organization.map(|_| new.member.map_or(0, |member| member.session_generation)),
        email: new.email.clone(),
        redirect_url: new.redirect_url,
        pkce_code_challenge: new.pkce_code_challenge,
        session_id: new.session.cloned(),
        impersonator: new.impersonator,
        expires_at: time::after_minutes(cx.now(), new.minutes),
        used_at: None,
    };
    store::insert(tx, &stored, cx.now())?;
    Ok(token)
}

/// Finds a token of this kind; it can be used once, until it expires.
///
/// # Errors
/// `magic_link_not_found`, `unable_to_auth_magic_link`.
pub(crate) fn find(tx: &mut Tx, cx: &Cx, kind: TokenKind, text: &str) -> Result<OneTimeToken> {
    let token = Token::parse(kind, text).ok_or(ApiError::MagicLinkNotFound)?;
    let hash = token.hash(cx.app.keys());
    let found = look_up(tx, cx.project(), kind, &token, &hash)?.ok_or(ApiError::MagicLinkNotFound)?;
    if found.is_usable(cx.now()) { Ok(found) } else { Err(ApiError::UnableToAuthMagicLink.into()) }
}

/// Finds a token with which a password is set; it can be used once, until it expires.
///
/// # Errors
/// `unable_to_auth_password_reset_token`, whatever is wrong with it.
pub(crate) fn find_password_reset(tx: &mut Tx, cx: &Cx, kind: TokenKind, text: &str) -> Result<OneTimeToken> {
    let refused = || Error::from(ApiError::UnableToAuthPasswordResetToken);
    let token = Token::parse(kind, text).ok_or_else(refused)?;
    let found = look_up(tx, cx.project(), kind, &token, &token.hash(cx.app.keys()))?;
    found.filter(|found| found.is_usable(cx.now()) && found.purpose.kind() == kind).ok_or_else(refused)
}

/// Finds a token with which an operator acts in a member's place; it can be used once, until it expires.
///
/// # Errors
/// `unable_to_auth_impersonation_token`, whatever is wrong with it.
pub(crate) fn find_impersonation(tx: &mut Tx, cx: &Cx, text: &str) -> Result<OneTimeToken> {
    let refused = || Error::from(ApiError::UnableToAuthImpersonationToken);
    let kind = TokenKind::Impersonation;
    let token = Token::parse(kind, text).ok_or_else(refused)?;
    let found = look_up(tx, cx.project(), kind, &token, &token.hash(cx.app.keys()))?;
    found.filter(|found| found.is_usable(cx.now()) && found.purpose == Purpose::Impersonation).ok_or_else(refused)
}

/// Ends what was mailed to an address to set its password in all organizations.
pub(crate) fn delete_password_resets_of_address(tx: &mut Tx, cx: &Cx, email: &EmailAddress) -> Result<()> {
    store::delete_password_resets_of_address(tx, &cx.project().id, email)
}

/// The organization that the token says it is of.
pub(crate) fn organization_of(cx: &Cx, kind: TokenKind, text: &str) -> Option<OrganizationId> {
    Token::parse(kind, text).map(|token| OrganizationId::from_uuid(cx.project().environment, token.tenant()))
}

/// Visits the tenant that the token names; it is entered when it is known to be the project's.
pub(crate) fn look_up(
    tx: &mut Tx,
    project: &Project,
    kind: TokenKind,
    token: &Token,
    hash: &[u8; 32],
) -> Result<Option<OneTimeToken>> {
    let scope = match kind {
        TokenKind::Discovery | TokenKind::DiscoveryPasswordReset => project.id.to_string(),
        _ => OrganizationId::from_uuid(project.environment, token.tenant()).to_string(),
    };
    tx.visit(&scope, |tx| store::find(tx, &project.id, &scope, hash))
}

/// Uses a token up that this transaction has [found](find). Of any number of requests at once, exactly one does: the others
/// are in conflict with it, run again, and find it used. An error later in the transaction leaves the token as it was.
pub(crate) fn consume(tx: &mut Tx, cx: &Cx, token: &OneTimeToken) -> Result<()> {
    store::consume(tx, &token.scope, &token.hash, cx.now())
}

/// Uses up a token by its hash, if it can be used still: what was mailed along with it was used.
pub(crate) fn use_up(tx: &mut Tx, cx: &Cx, scope: &str, hash: &[u8; 32]) -> Result<()> {
    store::use_up(tx, &cx.project().id, scope, hash, cx.now())
}

/// Whether a token of this purpose for this address is on its way to another member.
pub(crate) fn is_on_its_way_to_another(
    tx: &mut Tx,
    cx: &Cx,
    purpose: Purpose,
    member: &Member,
    email: &EmailAddress,
) -> Result<bool> {
    store::is_on_its_way_to_another(tx, &member.organization_id, purpose, email, &member.member_id, cx.now())
}

/// Ends the member's tokens of a purpose: a newer one replaces them.
pub(crate) fn delete_of_purpose(tx: &mut Tx, member: &Member, purpose: Purpose) -> Result<()> {
    store::delete_of_purpose(tx, &member.organization_id, &member.member_id, purpose)
}
