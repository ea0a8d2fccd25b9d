//! A session without the way there.

use super::caller::Developer;
use super::in_project;
use crate::factors::Factor;
use crate::login::{self, Evidence, LOGIN, Outcome};
use crate::members::{self, MemberRef};
use crate::organizations::{self, OrganizationRef};
use crate::sessions::{TERMS, TermsInput};
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use frame::{Answer, Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Begin {
    /// The first, unless it is said.
    project_id: Option<String>,
    /// The id, the slug or the external id.
    organization_id: OrganizationRef,
    /// The id or the external id.
    member_id: Option<MemberRef>,
    /// Instead of the id.
    email_address: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
}

/// Log a member in as if they had opened a link that was mailed to them, and answer what that would.
///
/// What the organization asks for besides is asked for: where it wants a second factor, there is an intermediate session.
#[endpoint("dev.sessions.begin", POST "/dev/sessions", errors(
    ProjectNotFound, OrganizationNotFound, InvalidMemberGetFields, InvalidEmail, InactiveEmail, ..LOGIN, ..TERMS
))]
pub(super) async fn begin(call: Call<Developer>, input: Begin) -> Result<<Outcome as Answer>::Output> {
    let cx = in_project(&call, input.project_id.as_deref()).await?;
    let terms = input.terms.check(&cx)?;
    let email = input.email_address.map(|text| EmailAddress::parse(&text).map_err(|_| ApiError::InvalidEmail));
    let (email, asked) = (email.transpose()?, cx.clone());
    let outcome = cx.write(move |tx| {
        let cx = &asked;
        let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
        let member = match (&input.member_id, &email) {
            (Some(reference), None) => members::find(tx, &organization, reference)?,
            (None, Some(email)) => members::find_by_email(tx, &organization, email)?.ok_or(ApiError::MemberNotFound)?,
            _ => return Err(ApiError::InvalidMemberGetFields.because("Give member_id or email_address.")),
        };
        let proven = Factor::magic_link(member.email_id.clone(), member.email_address.clone(), cx.now());
        let evidence = Evidence { factors: vec![proven], ..Evidence::default() };
        login::finish(tx, cx, organization, member, evidence, terms.clone())
    });
    outcome.await?.finish(&cx).await
}
