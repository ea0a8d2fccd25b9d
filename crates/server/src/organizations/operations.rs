//! What is done with organizations from more than one door.

use super::reference::{check_slug, slug_from};
use super::{Admission, ExternalId, Organization, OrganizationRef, Settings, SettingsInput, store};
use crate::error::{ApiError, Error, Result};
use crate::http::{Actor, Caller, Cx};
use crate::id::OrganizationId;
use crate::metadata::{self, Metadata};
use crate::projects::Project;
use crate::rbac;
use database::{Timestamp, Tx};
use uuid::Uuid;

/// An organization to be.
pub(crate) struct NewOrganization {
    pub(crate) name: String,
    /// Made from the default or the name when absent, with a suffix if that one is taken.
    pub(crate) slug: Option<String>,
    pub(crate) default_slug: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) trusted_metadata: Option<Metadata>,
    pub(crate) settings: SettingsInput,
}

/// Creates an organization.
pub(crate) fn create<C: Caller>(tx: &mut Tx, cx: &Cx<C>, new: NewOrganization) -> Result<Organization> {
    let project = cx.project();
    let name = check_name(new.name)?;
    if let Some(id) = &new.external_id {
        ExternalId::check(id, ApiError::InvalidOrganizationExternalId)?;
    }
    let mut defaults = Settings::default();
    if new.settings.decides_admission() && !new.settings.gives_invites() {
        defaults.email_invites = Admission::NotAllowed;
    }
    let policy = rbac::project_policy(tx, &project.id)?;
    let settings = new.settings.apply(&defaults, &policy)?;
    let chosen = new.slug.is_some();
    let slug = match new.slug {
        Some(slug) => check_slug(&slug).map(|()| slug)?,
        None => free_slug(tx, project, &new.default_slug.unwrap_or_else(|| slug_from(&name)))?,
    };
    let organization = Organization {
        project_id: project.id.clone(),
        revision: 0,
        organization_id: OrganizationId::new(project.environment),
        organization_name: name,
        organization_slug: slug,
        organization_external_id: new.external_id,
        settings,
        trusted_metadata: metadata::merge(&Metadata::new(), new.trusted_metadata)?,
        created_at: cx.now(),
        updated_at: cx.now(),
    };
    tx.enter(organization.organization_id.as_str())?;
    store::insert(tx, &organization).map_err(|error| match error {
        // Someone else took the slug we made up in the meantime; the next attempt makes up another.
        Error::Api(ApiError::OrganizationSlugAlreadyUsed, _) if !chosen => Error::Conflict,
        error => error,
    })?;
    Ok(organization)
}

/// Stores a changed organization.
pub(crate) fn save(tx: &mut Tx, now: Timestamp, organization: &mut Organization) -> Result<()> {
    organization.updated_at = now;
    store::update(tx, organization)?;
    organization.revision += 1;
    Ok(())
}

/// The organization that a request names, of the project of the request.
pub(crate) fn find(tx: &mut Tx, project: &Project, reference: &OrganizationRef) -> Result<Organization> {
    lookup(tx, project, reference)?.ok_or(ApiError::OrganizationNotFound.into())
}

/// As [`find`]; a member only finds their own organization, and cannot tell whether another exists.
pub(crate) fn find_for(tx: &mut Tx, cx: &Cx<Actor>, reference: &OrganizationRef) -> Result<Organization> {
    let organization = lookup(tx, cx.project(), reference)?;
    cx.caller.require_organization(organization.as_ref().map(|o| &o.organization_id))?;
    organization.ok_or(ApiError::OrganizationNotFound.into())
}

fn lookup(tx: &mut Tx, project: &Project, reference: &OrganizationRef) -> Result<Option<Organization>> {
    let id = match reference.id() {
        Some(id) => Some(id),
        None => store::resolve(tx, &project.id, &reference.0)?,
    };
    match id {
        Some(id) => find_by_id(tx, project, &id),
        None => Ok(None),
    }
}

/// The organization with this id, if the project has it. The transaction enters it.
pub(crate) fn find_by_id(tx: &mut Tx, project: &Project, id: &OrganizationId) -> Result<Option<Organization>> {
    let found = store::find(tx, &project.id, id)?;
    if found.is_some() {
        tx.enter(id.as_str())?;
    }
    Ok(found)
}

/// The organization that a token belongs to.
pub(crate) fn find_by_uuid(tx: &mut Tx, project: &Project, uuid: Uuid) -> Result<Option<Organization>> {
    find_by_id(tx, project, &OrganizationId::from_uuid(project.environment, uuid))
}

/// Several organizations; unknown ones are an error.
pub(crate) fn find_many(tx: &mut Tx, cx: &Cx<Actor>, references: &[OrganizationRef]) -> Result<Vec<Organization>> {
    references.iter().map(|reference| find_for(tx, cx, reference)).collect()
}

pub(super) fn check_name(name: String) -> Result<String> {
    let fits = (1..=128).contains(&name.chars().count()) && !name.trim().is_empty() && !name.contains(['\r', '\n']);
    if fits { Ok(name) } else { Err(ApiError::InvalidOrganizationName.into()) }
}

fn free_slug(tx: &mut Tx, project: &Project, base: &str) -> Result<String> {
    if store::resolve(tx, &project.id, base)?.is_none() {
        return Ok(base.to_owned());
    }
    let suffix = Uuid::new_v4().simple().to_string();
    let base: String = base.chars().take(100).collect();
    Ok(format!("{base}-{}", &suffix[..8]))
}
