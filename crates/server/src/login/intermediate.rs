//! Intermediate sessions: factors proven so far, kept for ten minutes until they suffice. They open no member route;
//! their tokens are of a kind of their own (threat T-47).

use super::factor::Factor;
use super::store;
use crate::App;
use crate::email_address::EmailAddress;
use crate::error::{ApiError, Result};
use crate::id::OrganizationId;
use crate::keys::token::{Token, TokenKind};
use crate::projects::Project;
use crate::time;
use database::{Timestamp, Tx};

/// Minutes that an intermediate session lives.
const LIFETIME: i64 = 10;

/// Factors of one address that do not make a session yet.
#[derive(Debug, Clone)]
pub(crate) struct IntermediateSession {
    pub(crate) token: Token,
    pub(crate) email: EmailAddress,
    /// The organization it was begun in; it is of no use in another. `None` when it comes from discovery.
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) factors: Vec<Factor>,
    pub(crate) expires_at: Timestamp,
}

impl IntermediateSession {
    /// Begins one.
    pub(crate) fn begin(
        app: &App,
        tx: &mut Tx,
        project: &Project,
        now: Timestamp,
        email: EmailAddress,
        organization_id: Option<OrganizationId>,
        factors: Vec<Factor>,
    ) -> Result<Self> {
        let token = Token::generate(TokenKind::Intermediate, project.id.uuid())?;
        let expires_at = time::after_minutes(now, LIFETIME);
        let session = Self { token, email, organization_id, factors, expires_at };
        store::insert_intermediate(tx, &project.id, &session.token.hash(app.keys()), &session, now)?;
        Ok(session)
    }

    /// Finds the one with this token.
    ///
    /// # Errors
    /// `intermediate_session_not_found` when there is none, or no longer.
    pub(crate) fn find(app: &App, tx: &mut Tx, project: &Project, now: Timestamp, token: &str) -> Result<Self> {
        let token = Token::parse(TokenKind::Intermediate, token).filter(|token| token.tenant() == project.id.uuid());
        let token = token.ok_or(ApiError::IntermediateSessionNotFound)?;
        store::find_intermediate(tx, &project.id, &token, &token.hash(app.keys()), now)?
            .ok_or(ApiError::IntermediateSessionNotFound.into())
    }

    /// Keeps what has been proven in the meantime.
    pub(crate) fn save(&self, app: &App, tx: &mut Tx, project: &Project) -> Result<()> {
        store::update_intermediate(tx, &project.id, &self.token.hash(app.keys()), self)
    }

    /// Ends it: it has become a session.
    ///
    /// # Errors
    /// `intermediate_session_not_found` when another request was faster.
    pub(crate) fn consume(self, app: &App, tx: &mut Tx, project: &Project) -> Result<()> {
        match store::delete_intermediate(tx, &project.id, &self.token.hash(app.keys()))? {
            true => Ok(()),
            false => Err(ApiError::IntermediateSessionNotFound.into()),
        }
    }

    /// Whether it can be used in this organization.
    pub(crate) fn check_for(&self, organization: &OrganizationId, email: &EmailAddress) -> Result<()> {
        let fits = self.organization_id.as_ref().is_none_or(|bound| bound == organization) && self.email == *email;
        if fits { Ok(()) } else { Err(ApiError::IntermediateSessionWrongOrganization.into()) }
    }
}
