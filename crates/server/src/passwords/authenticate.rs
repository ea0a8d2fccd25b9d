//! Logging in with a password.

use super::{WithPassword, policy, work};
use crate::actor::{Ambient, ProjectCaller};
use crate::attempts::{self, Target};
use crate::factors::Factor;
use crate::login::{self, Evidence, IntermediateSession, Outcome};
use crate::members::{self, Member};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::sessions::{self, Terms, TermsInput};
use crate::stored_passwords::{self, Holder, StoredPassword};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Result};
use foundation::id::MemberPasswordId;
use foundation::secret::Secret;
use frame::Call;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Authenticate {
    organization_id: OrganizationRef,
    /// The person's address. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The person's password.
    #[schemars(with = "String")]
    password: Secret,
    #[serde(flatten)]
    goes_on: GoesOn,
    #[serde(flatten)]
    terms: TermsInput,
}

/// What a login goes on from.
#[derive(Clone, Deserialize, JsonSchema)]
pub(super) struct GoesOn {
    /// The token of a session of the same member, which goes on.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
    /// What an earlier step of the same login has answered, if there was one.
    intermediate_session_token: Option<String>,
    /// The language of a text message that is sent.
    locale: Option<String>,
}

impl GoesOn {
    /// What was proven before, beside what is proven now.
    pub(super) fn evidence(
        &self,
        tx: &mut Tx,
        cx: &Cx,
        ambient: &Ambient,
        member: &Member,
        factors: Vec<Factor>,
    ) -> Result<Evidence> {
        let session =
            sessions::given_for(tx, cx, ambient, member, self.session_token.clone(), self.session_jwt.clone())?;
        let (token, id) = (self.intermediate_session_token.as_deref(), &member.organization_id);
        let intermediate = IntermediateSession::given_for(tx, cx, ambient, token, id, &member.email_address)?;
        Ok(Evidence { factors, intermediate, session, source: None, locale: self.locale.clone() })
    }
}

/// The proof of the password that a member logs in with.
pub(super) fn factor(cx: &Cx, member: &Member, at: Timestamp) -> Factor {
    match cx.project().settings.cross_org_passwords_enabled {
        true => Factor::password_of_address(member.email_id.clone(), member.email_address.clone(), at),
        false => Factor::password(at),
    }
}

/// A password that was verified, outside of any transaction.
#[derive(Clone)]
pub(super) struct Checked {
    found: Option<StoredPassword>,
    verified: work::Verified,
    /// Whether it is right, and the project wants another in its place.
    must_be_reset: bool,
}

impl Checked {
    /// Verifies the password of an address in an organization.
    ///
    /// # Errors
    /// `organization_not_found`, `user_lock_limit_reached`, `too_many_requests`.
    pub(super) async fn of_member<C: Send + Sync + 'static>(
        cx: &Call<C>,
        organization: &OrganizationRef,
        email: &EmailAddress,
        password: &Secret,
    ) -> Result<Self> {
        let (call, named, address) = (cx.context(), organization.clone(), email.clone());
        let look_up = move |tx: &mut Tx| {
            let organization = organizations::find(tx, call.project(), &named)?;
            attempts::check(tx, &call, &target(&organization, &address))?;
            let found = WithPassword::find(tx, &call, &organization, &address)?;
            Ok(found.map(|found| found.password))
        };
        let found = cx.read(look_up).await?;
        Self::against(cx, found, email, password).await
    }

    /// Verifies a password against what was found for an address, be it nothing.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(super) async fn against(
        cx: &Cx,
        found: Option<StoredPassword>,
        email: &EmailAddress,
        password: &Secret,
    ) -> Result<Self> {
        let hash = found.as_ref().map(|found| found.hash.as_str());
        let ask = policy::at_login(cx, email, hash.unwrap_or_default());
        let (verified, is_strong) = work::verify_and_ask(cx, hash, password, ask).await?;
        let must_be_reset = verified.is_right && (!is_strong || policy::is_breached(cx, password).await);
        Ok(Self { found, verified, must_be_reset })
    }

    pub(super) fn is_right(&self) -> bool {
        self.verified.is_right
    }

    /// What is found now, if the password is right and still its own; otherwise the attempt is counted.
    ///
    /// # Errors
    /// `unauthorized_credentials`, `user_lock_limit_reached`.
    pub(super) fn settle<T>(
        &self,
        tx: &mut Tx,
        cx: &Cx,
        target: &Target,
        find: impl FnOnce(&mut Tx) -> Result<Option<T>>,
        password: impl Fn(&T) -> &StoredPassword,
    ) -> Result<T> {
        attempts::check(tx, cx, target)?;
        // That a hash was replaced by a better one of the same password changes nothing.
        let is_same = |id: &MemberPasswordId| self.found.as_ref().is_some_and(|found| found.id == *id);
        match find(tx)?.filter(|now| self.verified.is_right && is_same(&password(now).id)) {
            Some(now) => attempts::succeeded(tx, cx, target).map(|()| now),
            None => Err(attempts::failed(tx, cx, target, ApiError::WrongPassword)?),
        }
    }

    /// The member, if the password is right and still theirs. Otherwise the attempt is counted.
    ///
    /// # Errors
    /// Those of [`Self::settle`]; and `action_not_allowed_email_domain_is_claimed` to whoever knows the password.
    pub(super) fn member(
        &self,
        tx: &mut Tx,
        cx: &Cx,
        organization: &Organization,
        email: &EmailAddress,
    ) -> Result<WithPassword> {
        let find = |tx: &mut Tx| WithPassword::find(tx, cx, organization, email);
        let found = self.settle(tx, cx, &target(organization, email), find, |now| &now.password)?;
        organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), email)?;
        Ok(found)
    }

    /// Whether the password is of use, and not only to be replaced.
    ///
    /// # Errors
    /// `member_reset_password`.
    pub(super) fn require_no_reset(&self, password: &StoredPassword) -> Result<()> {
        match self.must_be_reset || password.must_be_reset {
            true => Err(ApiError::MemberResetPassword.into()),
            false => Ok(()),
        }
    }

    /// Keeps a better hash of the password, if there is one.
    pub(super) fn keep_upgraded(&self, tx: &mut Tx, cx: &Cx, holder: &Holder, id: &MemberPasswordId) -> Result<()> {
        match &self.verified.upgraded {
            Some(hash) => stored_passwords::upgrade(tx, cx, holder, id, hash),
            None => Ok(()),
        }
    }
}

fn target<'a>(organization: &'a Organization, email: &'a EmailAddress) -> Target<'a> {
    Target::Primary { organization: &organization.organization_id, email }
}

pub(super) async fn authenticate(cx: Call<ProjectCaller>, input: Authenticate) -> Result<Outcome> {
    let terms = input.terms.check(&cx)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let checked = Checked::of_member(&cx, &input.organization_id, &email, &input.password).await?;
    let log_in = LogIn { organization: input.organization_id, email, checked, goes_on: input.goes_on, terms };
    let (call, ambient) = (cx.context(), cx.caller.ambient.clone());
    cx.write(move |tx| log_in.run(tx, &call, &ambient)).await
}

struct LogIn {
    organization: OrganizationRef,
    email: EmailAddress,
    checked: Checked,
    goes_on: GoesOn,
    terms: Terms,
}

impl LogIn {
    fn run(&self, tx: &mut Tx, cx: &Cx, ambient: &Ambient) -> Result<Outcome> {
        let organization = organizations::find(tx, cx.project(), &self.organization)?;
        let found = self.checked.member(tx, cx, &organization, &self.email)?;
        self.checked.require_no_reset(&found.password)?;
        self.checked.keep_upgraded(tx, cx, &found.holder, &found.password.id)?;
        let mut member = found.member;
        note(tx, cx, &organization, &mut member, &found.password)?;
        let factors = vec![factor(cx, &member, cx.now())];
        let evidence = self.goes_on.evidence(tx, cx, ambient, &member, factors)?;
        login::finish(tx, cx, organization, member, evidence, self.terms.clone())
    }
}

/// A password of an address is shown with a member once the person has used it in their organization: who has only written
/// the address down there does not learn of it.
fn note(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &mut Member,
    password: &StoredPassword,
) -> Result<()> {
    let before = member.clone();
    member.member_password_id = password.id.to_string();
    members::save(tx, cx, "member.update", organization, &before, member)
}
