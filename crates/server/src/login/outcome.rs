//! What a login comes to, and its answer.

use super::intermediate::IntermediateSession;
use super::missing::{MfaRequired, PrimaryRequired};
use super::numbers::{self, Came};
use crate::cookies;
use crate::members::Member;
use crate::organizations::Organization;
use crate::sessions::{self, MemberSession, Session};
use database::Timestamp;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId};
use foundation::time;
use frame::{Answer, Cookie, Jar, WithCookies};
use schemars::JsonSchema;
use serde::Serialize;

/// Where a login stands after a request. What is left to do is done after the commit: signing the JWT, which costs more
/// than everything else.
pub(crate) struct Outcome<More = NoMore> {
    pub(super) organization: Organization,
    pub(super) member: Member,
    pub(super) state: State,
    pub(super) more: More,
    /// How it was come by, for the numbers.
    pub(super) method: &'static str,
    /// Whether nothing has shown yet that it is this member who logs in.
    pub(super) is_stranger: bool,
}

/// A way in that tells nothing besides.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NoMore {}

pub(super) enum State {
    Authenticated(Box<Session>),
    Missing(Box<Missing>),
}

impl State {
    /// The same, for the numbers.
    fn came(&self) -> Came {
        match self {
            State::Authenticated(_) => Came::Authenticated,
            State::Missing(missing) if missing.primary.is_some() => Came::PrimaryRequired,
            State::Missing(_) => Came::MfaRequired,
        }
    }
}

pub(super) struct Missing {
    pub(super) intermediate: IntermediateSession,
    pub(super) primary: Option<PrimaryRequired>,
    pub(super) mfa: Option<MfaRequired>,
}

impl Outcome {
    /// The same, with what this way in tells besides.
    pub(crate) fn with<More>(self, more: More) -> Outcome<More> {
        let Outcome { organization, member, state, method, is_stranger, .. } = self;
        Outcome { organization, member, state, more, method, is_stranger }
    }
}

/// What every way in answers.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AuthResponse<More> {
    #[serde(flatten)]
    more: More,
    member_id: MemberId,
    organization_id: OrganizationId,
    /// The member who logs in.
    member: Member,
    /// The organization that is logged in to.
    organization: Organization,
    /// The token of the session. Empty while the login is not complete.
    session_token: String,
    /// A JWT of the session, good for five minutes. Empty while the login is not complete.
    session_jwt: String,
    /// The session; `null` while the login is not complete.
    member_session: Option<MemberSession>,
    /// Whether the login is complete. If not, there is no session yet: go on with `intermediate_session_token`, by what
    /// `primary_required` or `mfa_required` says.
    member_authenticated: bool,
    /// What to go on with while the login is not complete, for ten minutes; empty when it is.
    intermediate_session_token: String,
    /// When `intermediate_session_token` ends (RFC 3339); `null` when there is none.
    #[serde(with = "time::optional")]
    #[schemars(with = "Option<String>")]
    intermediate_session_token_expires_at: Option<Timestamp>,
    /// What has to be proven first; `null` when the first factor is enough.
    primary_required: Option<PrimaryRequired>,
    /// What second factor is missing; `null` when none is.
    mfa_required: Option<MfaRequired>,
    /// Always `null`: devices are not fingerprinted.
    member_device: Option<()>,
}

impl<More: Serialize + JsonSchema + Send + 'static> Answer for Outcome<More> {
    type Output = WithCookies<AuthResponse<More>>;

    async fn finish(self, cx: &Cx) -> Result<Self::Output> {
        let Outcome { mut organization, mut member, state, more, method, is_stranger } = self;
        numbers::count(&cx.app, method, state.came());
        if is_stranger {
            (organization, member) = (organization.for_login_page(), member.for_stranger());
        }
        let mut response = AuthResponse {
            more,
            member_id: member.member_id.clone(),
            organization_id: organization.organization_id.clone(),
            session_token: String::new(),
            session_jwt: String::new(),
            member_session: None,
            member_authenticated: false,
            intermediate_session_token: String::new(),
            intermediate_session_token_expires_at: None,
            primary_required: None,
            mfa_required: None,
            member_device: None,
            member,
            organization,
        };
        match state {
            State::Authenticated(session) => {
                let (member, organization) = (&response.member, &response.organization);
                let valid = sessions::remember(cx, &session, member, organization).await?;
                response.member_session = Some(sessions::show(&session, member, organization));
                response.session_token = session.token(&cx.app).to_text();
                response.session_jwt = valid.session.jwt().to_string();
                response.member_authenticated = true;
            }
            State::Missing(missing) => {
                response.intermediate_session_token = missing.intermediate.token.to_text();
                response.intermediate_session_token_expires_at = Some(missing.intermediate.expires_at);
                response.primary_required = missing.primary;
                response.mfa_required = missing.mfa;
            }
        }
        Ok(WithCookies { output: response, take: take_tokens })
    }
}

/// The tokens of an answer, for cookies.
fn take_tokens<More>(response: &mut AuthResponse<More>, jar: &Jar, now: Timestamp) -> Vec<Cookie> {
    let [token, jwt, intermediate] =
        [&mut response.session_token, &mut response.session_jwt, &mut response.intermediate_session_token]
            .map(std::mem::take);
    match (&response.member_session, response.intermediate_session_token_expires_at) {
        (Some(session), _) => cookies::of_session(jar, token, jwt, session.expires_at, now),
        (None, Some(expires_at)) => cookies::of_login(jar, intermediate, expires_at, now),
        (None, None) => Vec::new(),
    }
}
