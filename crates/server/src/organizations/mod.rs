//! Organizations: the tenants of a project.

mod domains;
mod endpoints;
mod operations;
mod public;
mod reference;
mod search;
mod settings;
mod store;
mod validation;

pub(crate) use domains::{allowing_domain, check_claimed};
pub(crate) use endpoints::endpoints;
pub(crate) use operations::{NewOrganization, create, find, find_by_id, find_by_uuid, find_for, find_many, save};
pub(crate) use reference::{ExternalId, OrganizationRef};
pub(crate) use settings::*;
pub(crate) use validation::{SETTINGS_ERRORS, SettingsInput};

use crate::id::{OrganizationId, ProjectId};
use crate::metadata::Metadata;
use database::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// An organization, as the API shows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Organization {
    #[serde(skip)]
    pub(crate) project_id: ProjectId,
    /// Counts its changes.
    #[serde(skip)]
    pub(crate) revision: i64,
    pub organization_id: OrganizationId,
    /// 1 to 128 characters.
    pub organization_name: String,
    /// Unique in the project, without regard to case.
    pub organization_slug: String,
    /// The app's own id for it; unique in the project.
    pub organization_external_id: Option<String>,
    #[serde(flatten)]
    pub settings: Settings,
    /// Written by the backend only.
    pub trusted_metadata: Metadata,
    /// RFC 3339.
    #[serde(with = "crate::time")]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// RFC 3339.
    #[serde(with = "crate::time")]
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
}
