use super::reference::check_slug;
use super::search::{Found, Search, run};
use super::{
    CREATE, ExternalId, NewOrganization, Organization, OrganizationName, OrganizationRef, SettingsInput, Slug,
    operations, possible, public,
};
use crate::actor::{Actor, ProjectCaller};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::metadata::{self, Metadata};
use foundation::rbac::resource::ORGANIZATION;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        get::endpoint(),
        get_own::endpoint(),
        update::endpoint(),
        search::endpoint(),
        delete_external_id::endpoint(),
        public::get_by_slug::endpoint(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct OrganizationResponse {
    /// The organization as it is now.
    organization: Organization,
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    /// The name of the organization, for people: 1 to 128 characters.
    #[schemars(with = "OrganizationName")]
    organization_name: String,
    /// The name in URLs, one of a kind in the project. Made from `organization_name` when absent.
    #[schemars(with = "Option<Slug>")]
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
}

/// Create an organization.
#[endpoint("organizations.create", POST "/v1/b2b/organizations", errors(..CREATE))]
fn create(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Create) -> Result<OrganizationResponse> {
    let new = NewOrganization {
        name: input.organization_name,
        slug: input.organization_slug,
        default_slug: None,
        external_id: input.organization_external_id,
        trusted_metadata: input.trusted_metadata,
        settings: input.settings,
    };
    Ok(OrganizationResponse { organization: operations::create(tx, cx, new)? })
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
}

/// Get an organization.
#[endpoint("organizations.get", GET "/v1/b2b/organizations/{organization_id}", errors(OrganizationNotFound))]
fn get(tx: &mut Tx, cx: &Call<ProjectCaller>, input: ById) -> Result<OrganizationResponse> {
    Ok(OrganizationResponse { organization: operations::find(tx, cx.project(), &input.organization_id)? })
}

/// Get the organization of the session.
#[endpoint("organizations.get_own", browser GET "/sdk/v1/b2b/organizations/me", errors(OrganizationNotFound))]
fn get_own(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<OrganizationResponse> {
    Ok(OrganizationResponse { organization: operations::find_for(tx, cx, &input.organization_id)? })
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    organization_id: OrganizationRef,
    /// The name of the organization, for people.
    #[schemars(with = "Option<OrganizationName>")]
    organization_name: Option<String>,
    /// The name in URLs, one of a kind in the project. It can be given wherever an `organization_id` is.
    #[schemars(with = "Option<Slug>")]
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
}

/// Update an organization.
///
/// What is absent stays as it is; lists are replaced whole; metadata is merged at the top level. On behalf of a
/// member, each field needs its own permission on `stytch.organization`.
#[endpoint(
    "organizations.update",
    PUT "/v1/b2b/organizations/{organization_id}",
    browser PUT "/sdk/v1/b2b/organizations/me" takes(
        organization_name, organization_slug, organization_logo_url, sso_default_connection_id, sso_jit_provisioning,
        sso_jit_provisioning_allowed_connections, email_allowed_domains, email_jit_provisioning, email_invites,
        oauth_tenant_jit_provisioning, allowed_oauth_tenants, auth_methods, allowed_auth_methods, mfa_methods,
        allowed_mfa_methods, mfa_policy, rbac_email_implicit_role_assignments, first_party_connected_apps_allowed_type,
        allowed_first_party_connected_apps, third_party_connected_apps_allowed_type, allowed_third_party_connected_apps
    ),
    errors(OrganizationNotFound, CannotUpdateTrustedMetadata, ..CREATE)
)]
fn update(tx: &mut Tx, cx: &Call<Actor>, input: Update) -> Result<OrganizationResponse> {
    let before = operations::find_for(tx, cx, &input.organization_id)?;
    require(cx, &input)?;
    let mut organization = before.clone();
    if let Some(name) = input.organization_name {
        organization.organization_name = operations::check_name(name)?;
    }
    if let Some(slug) = input.organization_slug {
        check_slug(&slug)?;
        organization.organization_slug = slug;
    }
    if let Some(id) = input.organization_external_id {
        ExternalId::check(&id, ApiError::InvalidOrganizationExternalId)?;
        organization.organization_external_id = Some(id);
    }
    organization.trusted_metadata = metadata::merge(&before.trusted_metadata, input.trusted_metadata)?;
    let policy = operations::policy(tx, cx.project(), &before)?;
    organization.settings = input.settings.apply(&before.settings, &policy)?;
    possible::check(tx, cx, &before.settings, &organization.settings)?;
    cx.require_reach(&organization.settings.roles_ruled_otherwise(&before.settings))?;
    operations::save(tx, cx, "organization.update", &before, &mut organization)?;
    Ok(OrganizationResponse { organization })
}

fn require(cx: &Cx, input: &Update) -> Result<()> {
    if cx.acting.is_some() && input.trusted_metadata.is_some() {
        return Err(ApiError::CannotUpdateTrustedMetadata.into());
    }
    if cx.acting.is_some() && input.organization_external_id.is_some() {
        return Err(ApiError::UnauthorizedAction.because("External ids are given by the backend only."));
    }
    if input.organization_name.is_some() {
        cx.require(ORGANIZATION, "update.info.name")?;
    }
    if input.organization_slug.is_some() {
        cx.require(ORGANIZATION, "update.info.slug")?;
    }
    input.settings.require(cx)
}

/// Search organizations.
///
/// Filters: `organization_ids`, `organization_slugs`, `organization_name_fuzzy`, `organization_slug_fuzzy`,
/// `member_emails`, `member_email_fuzzy`, `allowed_domains`, `allowed_domain_fuzzy`, `claimed_email_domains`,
/// `has_active_sso_connection`, `sso_connection_id`. Oldest first.
#[endpoint("organizations.search", POST "/v1/b2b/organizations/search", scans, errors(
    InvalidArgument, OrganizationSearchFilterUnknown, OrganizationSearchFilterNameNotString,
    OrganizationSearchMissingFilterName, OrganizationSearchMissingFilterValue, OrganizationSearchExpectedStrings,
    OrganizationSearchExpectedString, OrganizationSearchExpectedBoolean, OrganizationNameFuzzyTooShort,
    OrganizationSlugFuzzyTooShort, OrganizationMemberEmailFuzzyTooShort, OrganizationAllowedDomainFuzzyTooShort
))]
fn search(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Search) -> Result<Found> {
    run(tx, cx, &input)
}

/// Remove an organization's external id.
#[endpoint(
    "organizations.delete_external_id",
    DELETE "/v1/b2b/organizations/{organization_id}/external_id",
    requires(ORGANIZATION, "*"),
    errors(OrganizationNotFound)
)]
fn delete_external_id(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<OrganizationResponse> {
    let before = operations::find_for(tx, cx, &input.organization_id)?;
    let mut organization = Organization { organization_external_id: None, ..before.clone() };
    operations::save(tx, cx, "organization.update", &before, &mut organization)?;
    Ok(OrganizationResponse { organization })
}
