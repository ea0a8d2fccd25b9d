//! Intermediate sessions: factors proven so far, kept for ten minutes until they suffice. They open no member route;
//! their tokens are of a kind of their own (threat T-47).

use super::store::{self, Email, Stored};
use crate::actor::Ambient;
use crate::factors::{Factor, KnownAddress, ProvenAddress};
use crate::sessions::{self, Source};
use database::{Json, Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, Result};
use foundation::id::OrganizationId;
use foundation::keys::token::{Token, TokenKind};
use foundation::time;

/// Minutes that an intermediate session lives.
const LIFETIME: i64 = 10;

/// Factors of one address that do not make a session yet.
#[derive(Debug, Clone)]
pub(crate) struct IntermediateSession {
    pub(crate) token: Token,
    /// Whose login it is. Whether that is proven, the factors say.
    pub(crate) email: EmailAddress,
    /// The organization it was begun in; it is of no use in another. `None` when it comes from discovery.
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) factors: Vec<Factor>,
    /// The session that factors of it were proven in. It ends with that.
    pub(crate) source: Option<Source>,
    /// Whether an organization was created with it, or could not be: what was proven in a session creates none.
    pub(crate) has_created: bool,
    pub(crate) expires_at: Timestamp,
}

impl IntermediateSession {
    /// Begins one.
    pub(crate) fn begin(
        tx: &mut Tx,
        cx: &Cx,
        email: EmailAddress,
        organization_id: Option<OrganizationId>,
        factors: Vec<Factor>,
        source: Option<Source>,
    ) -> Result<Self> {
        let token = Token::generate(TokenKind::Intermediate, cx.project().id.uuid())?;
        let expires_at = time::after_minutes(cx.now(), LIFETIME);
        let (derived_from, has_created) = (source.as_ref().map(|s| s.member_session_id.clone()), source.is_some());
        let stored = Stored {
            email_address: Email(email),
            organization_id,
            factors: Json(factors),
            derived_from,
            has_created,
            expires_at,
        };
        store::insert(tx, &cx.project().id, &token.hash(cx.app.keys()), &stored, cx.now())?;
        Ok(Self::of(token, stored, source))
    }

    /// Finds the one with this token.
    ///
    /// # Errors
    /// `intermediate_session_not_found` when there is none, or no longer.
    pub(crate) fn find(tx: &mut Tx, cx: &Cx, token: &str) -> Result<Self> {
        let project = &cx.project().id;
        let token = Token::parse(TokenKind::Intermediate, token).filter(|token| token.tenant() == project.uuid());
        let token = token.ok_or(ApiError::IntermediateSessionNotFound)?;
        let stored = store::find(tx, project, &token.hash(cx.app.keys()), cx.now())?;
        let stored = stored.ok_or(ApiError::IntermediateSessionNotFound)?;
        let source = match &stored.derived_from {
            Some(id) => Some(sessions::find_source(tx, cx, id).map_err(|error| match error {
                Error::Api(..) => ApiError::IntermediateSessionNotFound.into(),
                fault => fault,
            })?),
            None => None,
        };
        Ok(Self::of(token, stored, source))
    }

    fn of(token: Token, stored: Stored, source: Option<Source>) -> Self {
        let Stored {
            email_address: Email(email),
            organization_id,
            factors: Json(factors),
            has_created,
            expires_at,
            ..
        } = stored;
        Self { token, email, organization_id, factors, source, has_created, expires_at }
    }

    /// The one of a request: in its body, or in a browser's cookie.
    ///
    /// # Errors
    /// `missing_intermediate_session_token` when there is none, and as [`Self::find`].
    pub(crate) fn given(tx: &mut Tx, cx: &Cx, ambient: &Ambient, token: Option<&str>) -> Result<Self> {
        let token = token.filter(|token| !token.is_empty());
        let token = token.or(ambient.intermediate_session_token.as_ref().map(|token| token.reveal()));
        Self::find(tx, cx, token.ok_or(ApiError::MissingIntermediateSession)?)
    }

    /// The login that goes on in an organization, if the request has one. A browser sends whatever it has left over; what
    /// does not fit is ignored there.
    ///
    /// # Errors
    /// As [`Self::find`] and [`Self::check_for`].
    pub(crate) fn given_for(
        tx: &mut Tx,
        cx: &Cx,
        ambient: &Ambient,
        token: Option<&str>,
        organization: &OrganizationId,
        email: &EmailAddress,
    ) -> Result<Option<Self>> {
        let found = Self::given(tx, cx, ambient, token).and_then(|intermediate| {
            intermediate.check_for(organization, email)?;
            Ok(intermediate)
        });
        match found {
            Ok(intermediate) => Ok(Some(intermediate)),
            Err(Error::Api(ApiError::MissingIntermediateSession, _)) => Ok(None),
            Err(Error::Api(..)) if cx.is_browser() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn hash(&self, cx: &Cx) -> [u8; 32] {
        self.token.hash(cx.app.keys())
    }

    /// Its address, if the factors prove it.
    pub(crate) fn proven_address(&self) -> Option<ProvenAddress> {
        ProvenAddress::among(&self.factors, &self.email)
    }

    /// Its address, if the factors show it to be the person's.
    pub(crate) fn known_address(&self) -> Option<KnownAddress> {
        KnownAddress::among(&self.factors, &self.email)
    }

    /// Is of use elsewhere from here on: what was proven for its organization only stays behind.
    pub(crate) fn leave_organization(&mut self) {
        // An account that was shown for no organization yet is taken along, and counts where it is a member's.
        let is_of_none = self.organization_id.take().is_none();
        let counts = |factor: &Factor| factor.counts_elsewhere(&self.email) || factor.account().is_some();
        self.factors.retain(|factor| if is_of_none { counts(factor) } else { factor.counts_elsewhere(&self.email) });
    }

    /// Keeps what has been proven in the meantime.
    pub(crate) fn save(&self, tx: &mut Tx, cx: &Cx) -> Result<()> {
        let stored = Stored {
            email_address: Email(self.email.clone()),
            organization_id: self.organization_id.clone(),
            factors: Json(self.factors.clone()),
            derived_from: self.source.as_ref().map(|source| source.member_session_id.clone()),
            has_created: self.has_created,
            expires_at: self.expires_at,
        };
        store::update(tx, &cx.project().id, &self.hash(cx), &stored)
    }

    /// Ends it: it has become a session.
    ///
    /// # Errors
    /// `intermediate_session_not_found` when another request was faster.
    pub(crate) fn consume(self, tx: &mut Tx, cx: &Cx) -> Result<()> {
        match store::delete(tx, &cx.project().id, &self.hash(cx))? {
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
