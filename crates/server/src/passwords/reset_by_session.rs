//! Setting a password in a session.

use super::authenticate::factor;
use super::set::{self, NewPassword};
use super::{policy, work};
use crate::actor::ProjectCaller;
use crate::decision::is_usable;
use crate::factors::Factor;
use crate::login::{self, Evidence, Outcome};
use crate::organizations::{self, AuthMethod, OrganizationRef};
use crate::sessions::{self, Credential, Presented, Terms, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::secret::Secret;
use frame::Call;
use schemars::JsonSchema;
use serde::Deserialize;

/// Minutes that a proof in the session counts: whoever finds a device unlocked must not take the account along.
const FRESH: i64 = 5;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Reset {
    /// The organization of the session, if it is said at all.
    organization_id: Option<OrganizationRef>,
    /// The password from now on.
    #[schemars(with = "String")]
    password: Secret,
    /// The token of the member's session.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    /// The language of mails and text messages that follow; English when absent.
    #[expect(dead_code, reason = "of the protocol; a session that goes on is sent no code")]
    locale: Option<String>,
}

pub(super) async fn reset(cx: Call<ProjectCaller>, input: Reset) -> Result<Outcome> {
    let credential = sessions::given(&cx, &cx.caller.ambient, input.session_token, input.session_jwt)?;
    let shown = Shown { credential, organization: input.organization_id };
    let terms = input.terms.check(&cx)?;
    let (call, looked_at) = (cx.context(), shown.clone());
    let email = cx.read(move |tx| Ok(looked_at.find(tx, &call)?.member.email_address)).await?;
    policy::check_new(&cx, &input.password, &email).await?;
    let hash = work::hash(&cx, &input.password).await?;
    let call = cx.context();
    cx.write(move |tx| shown.set(tx, &call, hash.clone(), terms.clone())).await
}

/// A session that is shown, and the organization that it is said to be of.
#[derive(Clone)]
struct Shown {
    credential: Credential,
    organization: Option<OrganizationRef>,
}

impl Shown {
    /// Finds it, if a password can be set in it.
    fn find(&self, tx: &mut Tx, cx: &Cx) -> Result<Presented> {
        let presented = self.credential.find(&cx.app, tx, cx.project(), cx.now())?;
        presented.session.require_own()?;
        if let Some(named) = &self.organization {
            let named = organizations::find(tx, cx.project(), named)?;
            if named.organization_id != presented.organization.organization_id {
                return Err(ApiError::SessionNotFound.because("This session is of another organization."));
            }
        }
        if !is_usable(&presented.organization, Some(&presented.member), AuthMethod::Password) {
            return Err(ApiError::RestrictedAuthMethod.into());
        }
        // What an organization has its members prove to itself sets no password that counts in others (threat T-04).
        let email = &presented.member.email_address;
        let is_enough = |factor: &Factor| {
            !cx.project().settings.cross_org_passwords_enabled || factor.proves(email) || factor.is_password_of(email)
        };
        let is_fresh = |factor: &Factor| factor.is_within(FRESH, cx.now()) && is_enough(factor);
        match presented.session.factors.iter().any(is_fresh) {
            true => Ok(presented),
            false => Err(ApiError::SessionTooOldToResetPassword.into()),
        }
    }

    fn set(&self, tx: &mut Tx, cx: &Cx, hash: String, terms: Terms) -> Result<Outcome> {
        let Presented { mut session, organization, mut member } = self.find(tx, cx)?;
        let keep = session.member_session_id.clone();
        let new = NewPassword { hash, is_verified: false, keep: Some(&keep) };
        set::set(tx, cx, &organization, &mut member, new)?;
        sessions::keep(tx, cx, &member, &mut session)?;
        let factors = vec![factor(cx, &member, set::proven_at(cx))];
        let evidence = Evidence { factors, session: Some(session), ..Evidence::default() };
        login::finish(tx, cx, organization, member, evidence, terms)
    }
}
