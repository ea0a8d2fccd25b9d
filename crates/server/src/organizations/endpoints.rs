use super::reference::check_slug;
use super::search::{Found, Search, run};
use super::{
    ExternalId, NewOrganization, Organization, OrganizationRef, SETTINGS_ERRORS, SettingsInput, operations, public,
    store,
};
use crate::audit::{self, Change};
use crate::error::{ApiError, Result};
use crate::http::{Actor, Caller as _, Cx, Endpoint, ProjectCaller};
use crate::id::OrganizationId;
use crate::metadata::{self, Metadata};
use crate::rbac::resource::ORGANIZATION;
use crate::{magic_links, members, rbac, sessions};
use database::Tx;
use endpoint_macro::endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        get::endpoint(),
        get_own::endpoint(),
        update::endpoint(),
        delete::endpoint(),
        search::endpoint(),
        metrics::endpoint(),
        delete_external_id::endpoint(),
        public::get_by_slug::endpoint(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct OrganizationResponse {
    organization: Organization,
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    /// 1 to 128 characters.
    organization_name: String,
    /// Made from the name when absent.
    organization_slug: Option<String>,
    organization_external_id: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    trusted_metadata: Option<Metadata>,
    #[serde(flatten)]
    settings: SettingsInput,
}

/// Create an organization.
#[endpoint(POST "/v1/b2b/organizations", errors(..SETTINGS_ERRORS))]
fn create(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: Create) -> Result<OrganizationResponse> {
    let new = NewOrganization {
        name: input.organization_name,
        slug: input.organization_slug,
        default_slug: None,
        external_id: input.organization_external_id,
        trusted_metadata: input.trusted_metadata,
        settings: input.settings,
    };
    let organization = operations::create(tx, cx, new)?;
    let id = &organization.organization_id;
    audit::record(tx, cx, "organization.create", Some(id), id, Change::none())?;
    Ok(OrganizationResponse { organization })
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
}

/// Get an organization.
#[endpoint(GET "/v1/b2b/organizations/{organization_id}", errors(OrganizationNotFound))]
fn get(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: ById) -> Result<OrganizationResponse> {
    Ok(OrganizationResponse { organization: operations::find(tx, cx.project(), &input.organization_id)? })
}

/// Get the organization of the session.
#[endpoint(browser GET "/sdk/v1/b2b/organizations/me", errors(OrganizationNotFound))]
fn get_own(tx: &mut Tx, cx: &Cx<Actor>, input: ById) -> Result<OrganizationResponse> {
    Ok(OrganizationResponse { organization: operations::find_for(tx, cx, &input.organization_id)? })
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    organization_id: OrganizationRef,
    organization_name: Option<String>,
    organization_slug: Option<String>,
    organization_external_id: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    trusted_metadata: Option<Metadata>,
    #[serde(flatten)]
    settings: SettingsInput,
}

/// Update an organization.
///
/// What is absent stays as it is; lists are replaced whole; metadata is merged at the top level. On behalf of a
/// member, each field needs its own permission on `stytch.organization`.
#[endpoint(PUT "/v1/b2b/organizations/{organization_id}", browser PUT "/sdk/v1/b2b/organizations/me", errors(
    OrganizationNotFound, CannotUpdateTrustedMetadata, ..SETTINGS_ERRORS
))]
fn update(tx: &mut Tx, cx: &Cx<Actor>, input: Update) -> Result<OrganizationResponse> {
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
    let policy = rbac::policy_of(tx, cx.project(), &before)?;
    organization.settings = input.settings.apply(&before.settings, &policy)?;
    let change = Change::between(&before, &organization);
    if !change.is_none() {
        operations::save(tx, cx.now(), &mut organization)?;
        let id = &organization.organization_id;
        audit::record(tx, cx, "organization.update", Some(id), id, change)?;
    }
    Ok(OrganizationResponse { organization })
}

fn require(cx: &Cx<Actor>, input: &Update) -> Result<()> {
    let actor = &cx.caller;
    if actor.acting().is_some() && input.trusted_metadata.is_some() {
        return Err(ApiError::CannotUpdateTrustedMetadata.into());
    }
    if input.organization_name.is_some() {
        actor.require(ORGANIZATION, "update.info.name")?;
    }
    if input.organization_slug.is_some() {
        actor.require(ORGANIZATION, "update.info.slug")?;
    }
    if input.organization_external_id.is_some() {
        actor.require(ORGANIZATION, "*")?;
    }
    input.settings.require(actor)
}

#[derive(Serialize, JsonSchema)]
struct Deleted {
    organization_id: OrganizationId,
}

/// Delete an organization and everything in it.
///
/// Its members, sessions and outstanding links end with it.
#[endpoint(DELETE "/v1/b2b/organizations/{organization_id}", browser DELETE "/sdk/v1/b2b/organizations/me", errors(
    OrganizationNotFound
))]
fn delete(tx: &mut Tx, cx: &Cx<Actor>, input: ById) -> Result<Deleted> {
    let organization = operations::find_for(tx, cx, &input.organization_id)?;
    cx.caller.require(ORGANIZATION, "delete")?;
    let id = organization.organization_id.clone();
    sessions::purge(tx, cx.project(), &id)?;
    magic_links::purge(tx, &id)?;
    members::purge(tx, &organization)?;
    store::delete(tx, &organization)?;
    audit::record(tx, cx, "organization.delete", Some(&id), &id, Change::none())?;
    Ok(Deleted { organization_id: id })
}

/// Search organizations.
///
/// Filters: `organization_ids`, `organization_slugs`, `organization_name_fuzzy`, `organization_slug_fuzzy`,
/// `member_emails`, `member_email_fuzzy`, `allowed_domains`, `allowed_domain_fuzzy`, `claimed_email_domains`,
/// `has_active_sso_connection`, `sso_connection_id`. Oldest first.
#[endpoint(POST "/v1/b2b/organizations/search", reads, errors(
    InvalidArgument, OrganizationSearchFilterUnknown, OrganizationSearchFilterNameNotString,
    OrganizationSearchMissingFilterName, OrganizationSearchMissingFilterValue, OrganizationSearchExpectedStrings,
    OrganizationSearchExpectedString, OrganizationSearchExpectedBoolean, OrganizationNameFuzzyTooShort,
    OrganizationSlugFuzzyTooShort, OrganizationMemberEmailFuzzyTooShort, OrganizationAllowedDomainFuzzyTooShort
))]
fn search(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: Search) -> Result<Found> {
    run(tx, cx, &input)
}

#[derive(Serialize, JsonSchema)]
struct Metrics {
    /// Members that are not deleted.
    member_count: i64,
}

/// Count an organization's members.
#[endpoint(GET "/v1/b2b/organizations/{organization_id}/metrics", errors(OrganizationNotFound))]
fn metrics(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: ById) -> Result<Metrics> {
    let organization = operations::find(tx, cx.project(), &input.organization_id)?;
    Ok(Metrics { member_count: members::count(tx, &organization.organization_id)? })
}

/// Remove an organization's external id.
#[endpoint(DELETE "/v1/b2b/organizations/{organization_id}/external_id", errors(OrganizationNotFound))]
fn delete_external_id(tx: &mut Tx, cx: &Cx<Actor>, input: ById) -> Result<OrganizationResponse> {
    let mut organization = operations::find_for(tx, cx, &input.organization_id)?;
    cx.caller.require(ORGANIZATION, "*")?;
    let before = organization.organization_external_id.take();
    operations::save(tx, cx.now(), &mut organization)?;
    let id = &organization.organization_id;
    let change = Change::of("organization_external_id", &before, &None::<String>);
    audit::record(tx, cx, "organization.update", Some(id), id, change)?;
    Ok(OrganizationResponse { organization })
}
