//! Setting a password with a mailed link: only the secret in the mail leads there (threat T-36).

use super::authenticate::factor;
use super::set::{self, NewPassword};
use super::{policy, work};
use crate::actor::{Ambient, ProjectCaller};
use crate::factors::Factor;
use crate::joining;
use crate::login::{self, Evidence, IntermediateSession, Outcome};
use crate::members::{self, Member, Status};
use crate::one_time_tokens::pkce::{self, Verifier};
use crate::one_time_tokens::{self, OneTimeToken};
use crate::organizations::{self, Organization};
use crate::sessions::{Terms, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::EmailId;
use foundation::keys::token::TokenKind;
use foundation::secret::Secret;
use foundation::text::OrEmpty;
use frame::Call;
use schemars::JsonSchema;
use serde::Deserialize;

/// What can be wrong with a link that sets a password.
pub(super) const LINK: &[ApiError] = &[
    ApiError::UnableToAuthPasswordResetToken,
    ApiError::PkceExpectedCodeVerifier,
    ApiError::PkceDidNotExpectCodeVerifier,
    ApiError::PkceMismatch,
    ApiError::InvalidPkceCodeVerifier,
];

#[derive(Deserialize, JsonSchema)]
pub(super) struct Reset {
    /// The `token` that stands in the link of the mail.
    password_reset_token: String,
    /// The password from now on.
    #[schemars(with = "String")]
    password: Secret,
    /// PKCE: what the `code_challenge` of the link was made from. Needed exactly when the link was asked for with one.
    #[schemars(with = "Option<OrEmpty<Verifier>>")]
    code_verifier: Option<String>,
    /// What an earlier step of the same login has answered, if there was one.
    intermediate_session_token: Option<String>,
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

/// A link that is shown.
#[derive(Clone)]
pub(super) struct Shown {
    pub(super) kind: TokenKind,
    pub(super) token: String,
    pub(super) verifier: Option<String>,
}

impl Shown {
    /// Finds the link, if it can be used.
    ///
    /// # Errors
    /// [`LINK`].
    pub(super) fn find(&self, tx: &mut Tx, cx: &Cx) -> Result<OneTimeToken> {
        let link = one_time_tokens::find_password_reset(tx, cx, self.kind, &self.token)?;
        pkce::verify(link.pkce_code_challenge.as_deref(), self.verifier.as_deref(), cx.is_browser())?;
        Ok(link)
    }
}

/// Sets the password; answers the id of the address that it has proven, too.
pub(super) async fn reset(cx: Call<ProjectCaller>, input: Reset) -> Result<(EmailId, Outcome)> {
    let terms = input.terms.check(&cx)?;
    let shown =
        Shown { kind: TokenKind::PasswordReset, token: input.password_reset_token, verifier: input.code_verifier };
    let (call, looked_at) = (cx.context(), shown.clone());
    let email = cx
        .read(move |tx| {
            let link = looked_at.find(tx, &call)?;
            addressee(tx, &call, &link)?;
            Ok(link.email)
        })
        .await?;
    policy::check_new(&cx, &input.password, &email).await?;
    let hash = work::hash(&cx, &input.password).await?;
    let finish = Finish { shown, hash, intermediate: input.intermediate_session_token, terms, locale: input.locale };
    let (call, ambient) = (cx.context(), cx.caller.ambient.clone());
    cx.write(move |tx| finish.run(tx, &call, &ambient)).await
}

struct Finish {
    shown: Shown,
    hash: String,
    intermediate: Option<String>,
    terms: Terms,
    locale: Option<String>,
}

impl Finish {
    fn run(&self, tx: &mut Tx, cx: &Cx, ambient: &Ambient) -> Result<(EmailId, Outcome)> {
        let link = self.shown.find(tx, cx)?;
        let (organization, member) = addressee(tx, cx, &link)?;
        let mut member = match member {
            Some(member) => member,
            None => joining::join_by_mail(tx, cx, &organization, &link.email).map_err(gone)?,
        };
        one_time_tokens::consume(tx, cx, &link)?;
        let new = NewPassword { hash: self.hash.clone(), is_verified: true, keep: None };
        set::set(tx, cx, &organization, &mut member, new)?;
        let (token, id) = (self.intermediate.as_deref(), &organization.organization_id);
        let intermediate = IntermediateSession::given_for(tx, cx, ambient, token, id, &member.email_address)?;
        let at = set::proven_at(cx);
        let email_id = member.email_id.clone();
        let link = Factor::magic_link(email_id.clone(), member.email_address.clone(), at);
        let factors = vec![factor(cx, &member, at), link];
        let evidence = Evidence { factors, intermediate, locale: self.locale.clone(), ..Evidence::default() };
        Ok((email_id, login::finish(tx, cx, organization, member, evidence, self.terms.clone())?))
    }
}

/// Whom the link was mailed to, if they still are who they were; nobody yet where they may still join.
///
/// # Errors
/// `unable_to_auth_password_reset_token`.
fn addressee(tx: &mut Tx, cx: &Cx, link: &OneTimeToken) -> Result<(Organization, Option<Member>)> {
    let refused = || ApiError::UnableToAuthPasswordResetToken;
    let id = link.organization_id().ok_or_else(refused)?;
    let organization = organizations::find_by_id(tx, cx.project(), &id)?.ok_or_else(refused)?;
    organizations::check_claimed(tx, cx.project(), Some(&id), &link.email).map_err(gone)?;
    let member = match &link.member_id {
        Some(member_id) => Some(members::find_any(tx, &organization, member_id)?.ok_or_else(refused)?),
        // Somebody else may have made them a member meanwhile.
        None => joining::member(tx, cx, &organization, &link.email).map_err(gone)?,
    };
    match &member {
        Some(member) => {
            let is_same = member.status != Status::Deleted
                && member.email_address == link.email
                && (link.member_id.is_none() || !link.has_ended_with_all_of(member));
            if !is_same {
                return Err(refused().into());
            }
        }
        None => drop(joining::check_open(&organization, &link.email).map_err(gone)?),
    }
    Ok((organization, member))
}

/// What has become of the addressee is not told.
fn gone(error: Error) -> Error {
    match error {
        Error::Api(..) => ApiError::UnableToAuthPasswordResetToken.into(),
        fault => fault,
    }
}
