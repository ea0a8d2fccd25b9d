//! What is done with organizations from more than one door.

use super::reference::{check_slug, slug_from};
use super::{
    Admission, Colors, ExternalId, Organization, OrganizationName, OrganizationRef, Settings, SettingsInput, possible,
    settings_input, size, store,
};
use crate::projects;
use database::Tx;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::OrganizationId;
use foundation::metadata::{self, Metadata};
use foundation::project::Project;
use foundation::random;
use foundation::rbac::resource::ORGANIZATION;
use foundation::rbac::{Policy, RoleId};
use foundation::stored::Stored;
use serde::Serialize;

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

/// What can be wrong with an organization's name, slug, external id, metadata and settings.
pub(crate) const CREATE: &[ApiError] = settings_input::SETTINGS_ERRORS;

/// Creates an organization.
///
/// # Errors
/// [`CREATE`].
pub(crate) fn create(tx: &mut Tx, cx: &Cx, new: NewOrganization) -> Result<Organization> {
    let project = cx.project();
    let name = check_name(new.name)?;
    if let Some(id) = &new.external_id {
        ExternalId::check(id, ApiError::InvalidOrganizationExternalId)?;
    }
    let mut defaults = Settings::default();
    if new.settings.decides_admission() && !new.settings.gives_invites() {
        defaults.email_invites = Admission::NotAllowed;
    }
    let settings = new.settings.apply(&Stored::new(defaults), &projects::policy(tx, project)?)?;
    possible::check(tx, cx, &Settings::default(), &settings)?;
    let chosen = new.slug.is_some();
    let slug = match new.slug {
        Some(slug) => check_slug(&slug).map(|()| slug)?,
        None => free_slug(tx, project, &new.default_slug.unwrap_or_else(|| slug_from(&name)))?,
    };
    let organization = Organization {
        project_id: project.id.clone(),
        revision: 0,
        sso_connections: Vec::new(),
        scim_connection: None,
        colors: Colors::default(),
        organization_id: OrganizationId::new(project.environment),
        organization_name: name,
        organization_slug: slug,
        organization_external_id: new.external_id,
        settings,
        trusted_metadata: metadata::merge(&Metadata::new(), new.trusted_metadata)?,
        created_at: cx.now(),
        updated_at: cx.now(),
    };
    size::check(None, &organization)?;
    tx.enter(organization.organization_id.as_str())?;
    store::insert(tx, &organization).map_err(|error| match error {
        // Someone else took the slug we made up in the meantime; the next attempt makes up another.
        Error::Api(ApiError::OrganizationSlugAlreadyUsed, _) if !chosen => Error::Conflict,
        error => error,
    })?;
    let id = &organization.organization_id;
    audit::record(tx, cx, "organization.create", Whose::Organization(id), id, Change::created(&organization))?;
    Ok(organization)
}

/// What the audit log tells of an organization.
#[derive(Serialize)]
struct Recorded<'a> {
    #[serde(flatten)]
    organization: &'a Organization,
    #[serde(flatten)]
    colors: &'a Colors,
}

impl<'a> Recorded<'a> {
    fn of(organization: &'a Organization) -> Self {
        Self { organization, colors: &organization.colors }
    }
}

/// Stores a changed organization, and records what has changed.
pub(crate) fn save(
    tx: &mut Tx,
    cx: &Cx,
    action: &str,
    before: &Organization,
    organization: &mut Organization,
) -> Result<()> {
    let change = Change::between(&Recorded::of(before), &Recorded::of(organization));
    let known = |o: &Organization| (o.sso_connections.clone(), o.scim_connection.clone());
    if change.is_none() && known(before) == known(organization) {
        return Ok(());
    }
    size::check(Some(before), organization)?;
    organization.updated_at = cx.now();
    store::update(tx, before, organization)?;
    organization.revision += 1;
    let id = &organization.organization_id;
    audit::record(tx, cx, action, Whose::Organization(id), id, change)
}

/// What the organization's roles and those of its project allow.
pub(crate) fn policy(tx: &mut Tx, project: &Project, organization: &Organization) -> Result<Policy> {
    Ok(projects::policy(tx, project)?.with_roles(&organization.settings.custom_roles))
}

/// Whether the roles may be given and taken that one list of rules gives and the other does not. A member needs the permission
/// for rules that give roles, and whatever those roles allow (threat T-70).
///
/// # Errors
/// `invalid_rbac_role_assignment` when one does not exist, `unauthorized_action`.
pub(crate) fn check_role_rules<R: PartialEq>(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    before: &[R],
    after: &[R],
    role: impl Fn(&R) -> &RoleId,
) -> Result<()> {
    let only_in = |these: &[R], others: &[R]| -> Vec<RoleId> {
        these.iter().filter(|rule| !others.contains(rule)).map(|rule| role(rule).clone()).collect()
    };
    let (given, taken) = (only_in(after, before), only_in(before, after));
    if given.is_empty() && taken.is_empty() {
        return Ok(());
    }
    cx.require(ORGANIZATION, "update.settings.implicit-roles")?;
    let policy = policy(tx, cx.project(), organization)?;
    if let Some(role) = given.iter().find(|role| !policy.has_role(role)) {
        return Err(ApiError::InvalidRbacRoleAssignment.because(format!("There is no role {role}.")));
    }
    cx.require_reach(&[given, taken].concat())
}

/// The organization that a request names, of the project of the request.
pub(crate) fn find(tx: &mut Tx, project: &Project, reference: &OrganizationRef) -> Result<Organization> {
    lookup(tx, project, reference)?.ok_or(ApiError::OrganizationNotFound.into())
}

/// As [`find`]; a member only finds their own organization, and cannot tell whether another exists.
pub(crate) fn find_for(tx: &mut Tx, cx: &Cx, reference: &OrganizationRef) -> Result<Organization> {
    let organization = lookup(tx, cx.project(), reference)?;
    cx.require_organization(organization.as_ref().map(|o| &o.organization_id))?;
    organization.ok_or(ApiError::OrganizationNotFound.into())
}

fn lookup(tx: &mut Tx, project: &Project, reference: &OrganizationRef) -> Result<Option<Organization>> {
    match resolve(tx, project, reference)? {
        Some(id) => find_by_id(tx, project, &id),
        None => Ok(None),
    }
}

/// The id that a request means; whether there is an organization with it is not said.
pub(crate) fn resolve(tx: &mut Tx, project: &Project, reference: &OrganizationRef) -> Result<Option<OrganizationId>> {
    match reference.id() {
        Some(id) => Ok(Some(id)),
        None => store::resolve(tx, &project.id, reference.as_str()),
    }
}

/// Says that [`find_by_id`] will follow: see [`Tx::prefetch`].
pub(crate) fn prefetch(tx: &mut Tx, project: &Project, id: &OrganizationId) -> Result<()> {
    store::prefetch(tx, &project.id, id)
}

/// The organization with this id, if the project has it. The transaction enters it.
pub(crate) fn find_by_id(tx: &mut Tx, project: &Project, id: &OrganizationId) -> Result<Option<Organization>> {
    let found = store::find(tx, &project.id, id)?;
    if found.is_some() {
        tx.enter(id.as_str())?;
    }
    Ok(found)
}

/// The organization with this slug, which a login page may know.
pub(super) fn find_by_slug(tx: &mut Tx, project: &Project, slug: &str) -> Result<Option<Organization>> {
    match store::resolve_slug(tx, &project.id, slug)? {
        Some(id) => find_by_id(tx, project, &id),
        None => Ok(None),
    }
}

/// Several organizations; unknown ones are an error.
pub(crate) fn find_many(tx: &mut Tx, cx: &Cx, references: &[OrganizationRef]) -> Result<Vec<Organization>> {
    references.iter().map(|reference| find_for(tx, cx, reference)).collect()
}

pub(super) fn check_name(name: String) -> Result<String> {
    if OrganizationName::fits(&name) { Ok(name) } else { Err(ApiError::InvalidOrganizationName.into()) }
}

fn free_slug(tx: &mut Tx, project: &Project, base: &str) -> Result<String> {
    if !store::is_taken(tx, &project.id, base)? {
        return Ok(base.to_owned());
    }
    let suffix = random::uuid_v4().simple().to_string();
    let base: String = base.chars().take(100).collect();
    Ok(format!("{base}-{}", &suffix[..8]))
}
