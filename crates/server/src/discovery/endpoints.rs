use super::{DiscoveredOrganization, discover, join};
use crate::audit::{self, Change};
use crate::email_address::EmailAddress;
use crate::email_domain::organization_name_from;
use crate::error::{ApiError, Result};
use crate::http::{Cx, Endpoint, ProjectCaller};
use crate::id::OrganizationId;
use crate::login::{self, AuthResponse, Evidence, Factor, IntermediateSession, TERMS_ERRORS, TermsInput};
use crate::members::{self, NewMember, Status};
use crate::metadata::{self, Metadata};
use crate::organizations::{self, NewOrganization, OrganizationRef, SETTINGS_ERRORS, SettingsInput};
use crate::rbac::ADMIN_ROLE;
use crate::sessions::Credential;
use database::Tx;
use endpoint_macro::endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![list::endpoint(), create::endpoint(), exchange::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct List {
    intermediate_session_token: Option<String>,
    session_token: Option<String>,
    session_jwt: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Listed {
    email_address: EmailAddress,
    discovered_organizations: Vec<DiscoveredOrganization>,
    /// The organization that the intermediate session was begun in; `null` after discovery.
    organization_id_hint: Option<OrganizationId>,
}

/// List the organizations that a person can enter.
///
/// With an intermediate session also those that people of the email domain may join. Nothing is used up.
#[endpoint(
    POST "/v1/b2b/discovery/organizations",
    browser POST "/sdk/v1/b2b/discovery/organizations",
    reads,
    errors(IntermediateSessionNotFound, MissingIntermediateSession)
)]
fn list(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: List) -> Result<Listed> {
    let credential = Credential::from_input(input.session_token, input.session_jwt)?;
    let intermediate = input.intermediate_session_token.filter(|token| !token.is_empty());
    if credential.is_some() && intermediate.is_some() {
        return Err(ApiError::TooManySessionArguments.into());
    }
    let ambient = cx.ambient();
    let session = match intermediate.is_some() || ambient.intermediate_session_token.is_some() {
        true => None,
        false => credential.or_else(|| ambient.session_token.map(Credential::Token)),
    };
    if let Some(credential) = session {
        let presented = credential.find(&cx.app, tx, cx.project(), cx.now())?;
        let email = presented.member.email_address;
        let transferable = |factor: &&Factor| factor.is_transferable();
        let factors: Vec<_> = presented.session.factors.iter().filter(transferable).cloned().collect();
        let discovered_organizations = discover(tx, cx, &email, &factors, false)?;
        return Ok(Listed { email_address: email, discovered_organizations, organization_id_hint: None });
    }
    let intermediate = join::intermediate(tx, cx, intermediate.as_deref())?;
    let discovered_organizations = discover(tx, cx, &intermediate.email, &intermediate.factors, true)?;
    Ok(Listed {
        email_address: intermediate.email,
        discovered_organizations,
        organization_id_hint: intermediate.organization_id,
    })
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    intermediate_session_token: Option<String>,
    /// Made from the email address when absent.
    organization_name: Option<String>,
    /// Made from the email address when absent.
    organization_slug: Option<String>,
    organization_external_id: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    trusted_metadata: Option<Metadata>,
    #[serde(flatten)]
    settings: SettingsInput,
    #[serde(flatten)]
    terms: TermsInput,
}

/// Create an organization, with whoever has proven their address as its administrator.
///
/// Individuals need say nothing: name and slug follow from the address, and can be changed later.
#[endpoint(
    POST "/v1/b2b/discovery/organizations/create",
    browser POST "/sdk/v1/b2b/discovery/organizations/create",
    errors(
        IntermediateSessionNotFound, MissingIntermediateSession, IntermediateSessionWrongOrganization,
        EndpointNotAuthorizedForSdk, EmailDomainIsClaimed, CannotUpdateTrustedMetadata, MemberNotFound,
        UserLockLimitReached, ..SETTINGS_ERRORS, ..TERMS_ERRORS
    )
)]
async fn create(cx: Cx<ProjectCaller>, input: Create) -> Result<AuthResponse> {
    let cx = Arc::new(cx);
    join::check_may_create(&cx)?;
    if cx.caller.is_browser() && input.trusted_metadata.is_some() {
        return Err(ApiError::CannotUpdateTrustedMetadata.into());
    }
    let terms = input.terms.check(&cx)?;
    let (token, external_id) = (input.intermediate_session_token, input.organization_external_id);
    let (name, slug, trusted) = (input.organization_name, input.organization_slug, input.trusted_metadata);
    let settings = Arc::new(input.settings.without_claimed_domains());
    let work = {
        let cx = cx.clone();
        move |tx: &mut Tx| {
            let intermediate = join::intermediate(tx, &cx, token.as_deref())?;
            organizations::check_claimed(tx, cx.project(), None, &intermediate.email)?;
            let (default_name, default_slug) = organization_name_from(&intermediate.email);
            let new = NewOrganization {
                name: name.clone().filter(|name| !name.is_empty()).unwrap_or(default_name),
                slug: slug.clone().filter(|slug| !slug.is_empty()),
                default_slug: if name.is_none() { Some(default_slug) } else { None },
                external_id: external_id.clone(),
                trusted_metadata: trusted.clone(),
                settings: (*settings).clone(),
            };
            create_in(tx, &cx, intermediate, new, terms.clone())
        }
    };
    cx.write(work).await?.respond(&cx).await
}

fn create_in(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    mut intermediate: IntermediateSession,
    new: NewOrganization,
    terms: login::Terms,
) -> Result<login::Outcome> {
    let organization = organizations::create(tx, cx, new)?;
    let id = organization.organization_id.clone();
    audit::record(tx, cx, "organization.create", Some(&id), &id, Change::none())?;
    let creator = NewMember {
        roles: vec![ADMIN_ROLE.to_owned()],
        ..NewMember::with_email(intermediate.email.clone(), Status::Pending)
    };
    let member = members::create(tx, cx, &organization, creator)?;
    audit::record(tx, cx, "member.create", Some(&id), &member.member_id, Change::none())?;
    // Whatever is still missing belongs to this organization from here on.
    intermediate.organization_id = Some(id);
    let evidence = Evidence { factors: Vec::new(), intermediate: Some(intermediate), session: None };
    login::finish(tx, cx, organization, member, evidence, terms)
}

#[derive(Deserialize, JsonSchema)]
struct Exchange {
    intermediate_session_token: Option<String>,
    organization_id: OrganizationRef,
    #[serde(flatten)]
    terms: TermsInput,
    #[expect(dead_code, reason = "of the protocol; it chooses the language of text messages, which come later")]
    locale: Option<String>,
}

/// Enter an organization: as a member, with an invitation, or by joining.
#[endpoint(
    POST "/v1/b2b/discovery/intermediate_sessions/exchange",
    browser POST "/sdk/v1/b2b/discovery/intermediate_sessions/exchange",
    errors(
        OrganizationNotFound, IntermediateSessionNotFound, MissingIntermediateSession,
        IntermediateSessionWrongOrganization, EmailDomainIsClaimed, EmailJitNotAllowed, InvalidEmailForJit,
        InvalidEmail, InactiveEmail, MemberNotFound, UserLockLimitReached, ..TERMS_ERRORS
    )
)]
async fn exchange(cx: Cx<ProjectCaller>, input: Exchange) -> Result<AuthResponse> {
    let cx = Arc::new(cx);
    let terms = input.terms.check(&cx)?;
    let (token, target) = (input.intermediate_session_token, input.organization_id);
    let work = {
        let cx = cx.clone();
        move |tx: &mut Tx| {
            let mut intermediate = join::intermediate(tx, &cx, token.as_deref())?;
            let organization = organizations::find(tx, cx.project(), &target)?;
            let member = join::member(tx, &cx, &organization, &intermediate)?;
            if intermediate.organization_id.as_ref() != Some(&organization.organization_id) {
                // What was proven for one organization only stays behind.
                intermediate.factors.retain(Factor::is_transferable);
                intermediate.organization_id = None;
            }
            let evidence = Evidence { factors: Vec::new(), intermediate: Some(intermediate), session: None };
            login::finish(tx, &cx, organization, member, evidence, terms.clone())
        }
    };
    cx.write(work).await?.respond(&cx).await
}
