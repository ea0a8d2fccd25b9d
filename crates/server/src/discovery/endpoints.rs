use super::{DiscoveredOrganization, newcomer, open_to, open_to_session, tenants_of};
use crate::actor::ProjectCaller;
use crate::joining::{self, JOIN, JOIN_BY_TENANT};
use crate::login::{self, Evidence, IntermediateSession, LOGIN, Outcome};
use crate::members::{self, Member, NewMember, Status};
use crate::organizations::{
    self, ExternalId, NewOrganization, Organization, OrganizationName, OrganizationRef, SettingsInput, Slug,
    organization_name_from,
};
use crate::sessions::{Credential, TERMS, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::id::OrganizationId;
use foundation::metadata::{self, Metadata};
use foundation::rbac::ADMIN_ROLE;
use foundation::text::OrEmpty;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![list::endpoint(), create::endpoint(), exchange::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct List {
    /// Half a login: what an earlier step has answered. It is good for ten minutes.
    intermediate_session_token: Option<String>,
    /// The token of the member's session.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Listed {
    /// The address that was proven.
    email_address: EmailAddress,
    /// The organizations that are open to the person: as a member, with an invitation, or by the domain of the address.
    discovered_organizations: Vec<DiscoveredOrganization>,
    /// The organization that the intermediate session was begun in; `null` after discovery.
    organization_id_hint: Option<OrganizationId>,
}

/// List the organizations that a person can enter.
///
/// With an intermediate session also those that people of the email domain may join; with a session in which the address
/// was not proven, only its own. Nothing is used up.
#[endpoint(
    "discovery.list",
    POST "/v1/b2b/discovery/organizations",
    browser POST "/sdk/v1/b2b/discovery/organizations" takes(intermediate_session_token),
    reads,
    errors(
        IntermediateSessionNotFound, MissingIntermediateSession, TooManySessionArguments, SessionNotFound,
        InvalidSessionToken, UnableToParseSessionJwt, IntermediateSessionWrongOrganization
    )
)]
fn list(tx: &mut Tx, cx: &Call<ProjectCaller>, input: List) -> Result<Listed> {
    let credential = Credential::from_input(input.session_token, input.session_jwt)?;
    let intermediate = input.intermediate_session_token.filter(|token| !token.is_empty());
    if credential.is_some() && intermediate.is_some() {
        return Err(ApiError::TooManySessionArguments.into());
    }
    let ambient = &cx.caller.ambient;
    let session = match intermediate.is_some() || ambient.intermediate_session_token.is_some() {
        true => None,
        false => credential.or_else(|| ambient.session_token.clone().map(Credential::Token)),
    };
    if let Some(credential) = session {
        let presented = credential.find(&cx.app, tx, cx.project(), cx.now())?;
        let email_address = presented.member.email_address.clone();
        let discovered_organizations = open_to_session(tx, cx, presented)?;
        return Ok(Listed { email_address, discovered_organizations, organization_id_hint: None });
    }
    let intermediate = IntermediateSession::given(tx, cx, ambient, intermediate.as_deref())?;
    let discovered_organizations =
        open_to(tx, cx, &intermediate)?.ok_or(ApiError::IntermediateSessionWrongOrganization)?;
    Ok(Listed {
        email_address: intermediate.email,
        discovered_organizations,
        organization_id_hint: intermediate.organization_id,
    })
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    /// Half a login: what an earlier step has answered. It is good for ten minutes.
    intermediate_session_token: Option<String>,
    /// The name of the organization, for people. Made from the email address when absent or empty.
    #[schemars(with = "Option<OrEmpty<OrganizationName>>")]
    organization_name: Option<String>,
    /// The name in URLs. Made from the email address when absent or empty.
    #[schemars(with = "Option<OrEmpty<Slug>>")]
    organization_slug: Option<String>,
    /// The app's own id for the organization, one of a kind in the project. It can be given wherever an
    /// `organization_id` is.
    #[schemars(with = "Option<ExternalId>")]
    organization_external_id: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    trusted_metadata: Option<Metadata>,
    #[serde(flatten)]
    settings: SettingsInput,
    #[serde(flatten)]
    terms: TermsInput,
}

const USED_UP: &str = "This login creates no organization, or no other one. Prove the address anew, by discovery.";

/// Create an organization, with whoever has proven their address as its administrator.
///
/// Individuals need say nothing: name and slug follow from the address, and can be changed later. One login creates one
/// organization, also where the organization asks for more than was proven.
#[endpoint(
    "discovery.create",
    POST "/v1/b2b/discovery/organizations/create",
    browser POST "/sdk/v1/b2b/discovery/organizations/create" takes(
        session_duration_minutes, organization_name, organization_slug, organization_logo_url, sso_jit_provisioning,
        email_allowed_domains, email_jit_provisioning, email_invites, oauth_tenant_jit_provisioning,
        allowed_oauth_tenants, auth_methods, allowed_auth_methods, mfa_policy, intermediate_session_token
    ),
    errors(
        MissingIntermediateSession, EndpointNotAuthorizedForSdk, EmailDomainIsClaimed, ..organizations::CREATE, ..members::CREATE, ..LOGIN, ..TERMS
    )
)]
fn create(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Create) -> Result<Outcome> {
    if cx.is_browser() && !cx.project().settings.create_organization_enabled {
        return Err(ApiError::EndpointNotAuthorizedForSdk.into());
    }
    let terms = input.terms.check(cx)?;
    let token = input.intermediate_session_token.as_deref();
    let mut intermediate = IntermediateSession::given(tx, cx, &cx.caller.ambient, token)?;
    intermediate.proven_address().ok_or(ApiError::IntermediateSessionWrongOrganization)?;
    if intermediate.has_created {
        return Err(ApiError::IntermediateSessionNotFound.because(USED_UP));
    }
    intermediate.has_created = true;
    intermediate.leave_organization();
    organizations::check_claimed(tx, cx.project(), None, &intermediate.email)?;
    let (default_name, default_slug) = organization_name_from(&intermediate.email);
    let new = NewOrganization {
        default_slug: if input.organization_name.is_none() { Some(default_slug) } else { None },
        name: input.organization_name.filter(|name| !name.is_empty()).unwrap_or(default_name),
        slug: input.organization_slug.filter(|slug| !slug.is_empty()),
        external_id: input.organization_external_id,
        trusted_metadata: input.trusted_metadata,
        settings: input.settings.without_claimed_domains(),
    };
    let organization = organizations::create(tx, cx, new)?;
    let creator = NewMember {
        roles: vec![ADMIN_ROLE.to_owned()],
        ..NewMember::with_email(intermediate.email.clone(), Status::Pending)
    };
    let member = members::create(tx, cx, &organization, creator)?;
    // Whatever is still missing belongs to this organization from here on.
    intermediate.organization_id = Some(organization.organization_id.clone());
    let evidence = Evidence { intermediate: Some(intermediate), ..Evidence::default() };
    login::finish(tx, cx, organization, member, evidence, terms)
}

#[derive(Deserialize, JsonSchema)]
struct Exchange {
    /// Half a login: what an earlier step has answered. It is good for ten minutes.
    intermediate_session_token: Option<String>,
    /// The organization to enter.
    organization_id: OrganizationRef,
    #[serde(flatten)]
    terms: TermsInput,
    /// The language of a text message that is sent.
    locale: Option<String>,
}

/// Enter an organization: as a member, with an invitation, or by joining.
#[endpoint(
    "discovery.exchange",
    POST "/v1/b2b/discovery/intermediate_sessions/exchange",
    browser POST "/sdk/v1/b2b/discovery/intermediate_sessions/exchange" takes(
        organization_id, session_duration_minutes, locale, intermediate_session_token
    ),
    errors(OrganizationNotFound, MissingIntermediateSession, RestrictedAuthMethod, ..JOIN, ..JOIN_BY_TENANT, ..LOGIN, ..TERMS)
)]
fn exchange(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Exchange) -> Result<Outcome> {
    let terms = input.terms.check(cx)?;
    let token = input.intermediate_session_token.as_deref();
    let mut intermediate = IntermediateSession::given(tx, cx, &cx.caller.ambient, token)?;
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let member = member_of(tx, cx, &organization, &intermediate)?;
    // An account at a provider is the member's whatever address it says.
    intermediate.email.clone_from(&member.email_address);
    if intermediate.organization_id.as_ref() != Some(&organization.organization_id) {
        intermediate.leave_organization();
    }
    let evidence = Evidence { intermediate: Some(intermediate), locale: input.locale, ..Evidence::default() };
    login::finish(tx, cx, organization, member, evidence, terms)
}

/// The member whose login it is, in this organization. Outside of the one that it was begun in, whoever has the address
/// that was shown in it to be theirs; a new one where it was proven and people of its domain may join. Where people of a tenant
/// may join, whoever has the address that the provider says: it is shown to be theirs in the rest of the login.
fn member_of(tx: &mut Tx, cx: &Cx, organization: &Organization, intermediate: &IntermediateSession) -> Result<Member> {
    let is_own = intermediate.organization_id.as_ref() == Some(&organization.organization_id);
    if !is_own && let Some(member) = login::member_of_accounts(tx, cx, organization, &intermediate.factors)? {
        organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), &member.email_address)?;
        return Ok(member);
    }
    let tenants = tenants_of(tx, cx, intermediate)?;
    let newcomer = newcomer(intermediate, &tenants);
    let may_join = newcomer.proven.is_some() || !tenants.is_empty();
    // Nobody hears of an address elsewhere that is not theirs.
    if !is_own && intermediate.known_address().is_none() {
        if !may_join {
            return Err(ApiError::IntermediateSessionWrongOrganization.into());
        }
        joining::entrance(tx, organization, &newcomer)?;
    }
    match joining::member(tx, cx, organization, &intermediate.email)? {
        Some(member) => Ok(member),
        None if may_join => joining::join_by_discovery(tx, cx, organization, &newcomer),
        None => Err(ApiError::IntermediateSessionWrongOrganization.into()),
    }
}
