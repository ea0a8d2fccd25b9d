//! Setting a password with the one that is there.

use super::authenticate::{Checked, factor};
use super::set::{self, NewPassword};
use super::{policy, work};
use crate::actor::ProjectCaller;
use crate::login::{self, Evidence, Outcome};
use crate::organizations::{self, OrganizationRef};
use crate::sessions::{Terms, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Error, Result};
use foundation::keys::equal;
use foundation::secret::Secret;
use frame::Call;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Reset {
    organization_id: OrganizationRef,
    /// The person's address. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The password as it is now.
    #[schemars(with = "String")]
    existing_password: Secret,
    /// The password from now on.
    #[schemars(with = "String")]
    new_password: Secret,
    /// The token of the member's session.
    #[expect(dead_code, reason = "of the protocol; all sessions of the member end")]
    session_token: Option<String>,
    /// A JWT of the member's session.
    #[expect(dead_code, reason = "of the protocol; all sessions of the member end")]
    session_jwt: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    /// The language of a text message that is sent.
    locale: Option<String>,
}

pub(super) async fn reset(cx: Call<ProjectCaller>, input: Reset) -> Result<Outcome> {
    let terms = input.terms.check(&cx)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let checked = Checked::of_member(&cx, &input.organization_id, &email, &input.existing_password).await?;
    let mut hash = None;
    if checked.is_right() {
        if equal(input.existing_password.reveal().as_bytes(), input.new_password.reveal().as_bytes()) {
            return Err(ApiError::CannotResetWithExistingPassword.into());
        }
        policy::check_new(&cx, &input.new_password, &email).await?;
        hash = Some(work::hash(&cx, &input.new_password).await?);
    }
    let (organization, locale) = (input.organization_id, input.locale);
    let replace = Replace { organization, email, checked, hash, terms, locale };
    let call = cx.context();
    cx.write(move |tx| replace.run(tx, &call)).await
}

struct Replace {
    organization: OrganizationRef,
    email: EmailAddress,
    checked: Checked,
    /// Of the new password, if the existing one is right.
    hash: Option<String>,
    terms: Terms,
    locale: Option<String>,
}

impl Replace {
    fn run(&self, tx: &mut Tx, cx: &Cx) -> Result<Outcome> {
        let organization = organizations::find(tx, cx.project(), &self.organization)?;
        let found = self.checked.member(tx, cx, &organization, &self.email)?;
        // What others know sets no other one.
        self.checked.require_no_reset(&found.password)?;
        let hash = self.hash.clone().ok_or_else(|| Error::internal("a right password has no successor"))?;
        let mut member = found.member;
        set::set(tx, cx, &organization, &mut member, NewPassword { hash, is_verified: false, keep: None })?;
        let factors = vec![factor(cx, &member, set::proven_at(cx))];
        let evidence = Evidence { factors, locale: self.locale.clone(), ..Evidence::default() };
        login::finish(tx, cx, organization, member, evidence, self.terms.clone())
    }
}
