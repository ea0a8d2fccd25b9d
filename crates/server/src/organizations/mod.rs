//! Organizations: the tenants of a project.

mod brand;
mod connections;
mod deletion;
mod domains;
mod each;
mod endpoints;
mod latin;
mod naming;
mod oauth_tenants;
mod operations;
pub(crate) mod operator;
mod possible;
mod public;
mod reference;
mod search;
mod settings;
mod settings_input;
mod size;
mod store;
mod view;

pub(crate) use brand::{Colors, brand, colors, logo};
pub(crate) use connections::{ConnectionRole, KnownConnection, KnownScimConnection, ScimGroupRole};
pub(crate) use deletion::{delete, delete_all, sweep};
pub(crate) use domains::{allowing_domain, check_claimed, claiming_domain, listing_domain, prefetch_claimed};
pub(crate) use each::each;
pub(crate) use endpoints::{Update, endpoints, updated};
pub(crate) use naming::organization_name_from;
pub(crate) use oauth_tenants::{OauthTenants, TenantProvider, listing_tenants};
pub(crate) use operations::{
    CREATE, NewOrganization, check_role_rules, create, find, find_by_id, find_for, find_many, policy, prefetch,
    resolve, save,
};
pub(crate) use operator::with_members;
pub(crate) use reference::{ExternalId, OrganizationName, OrganizationRef, Slug};
pub(crate) use settings::*;
pub(crate) use settings_input::SettingsInput;
pub(crate) use store::TABLES;
pub(crate) use view::OrganizationView;

use database::Timestamp;
use foundation::id::{OrganizationId, ProjectId};
use foundation::metadata::Metadata;
use foundation::stored::Stored;
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
    #[serde(skip)]
    pub(crate) sso_connections: Vec<KnownConnection>,
    #[serde(skip)]
    pub(crate) scim_connection: Option<KnownScimConnection>,
    /// Shown by operations of its own: the protocol's organization has none.
    #[serde(skip)]
    pub(crate) colors: Colors,
    pub organization_id: OrganizationId,
    /// The name of the organization, for people.
    pub organization_name: String,
    /// The name in URLs; unique in the project, without regard to case.
    pub organization_slug: String,
    /// The app's own id for the organization, one of a kind in the project.
    pub organization_external_id: Option<String>,
    #[serde(flatten)]
    pub settings: Stored<Settings>,
    /// What the app keeps here, and only the backend writes.
    pub trusted_metadata: Metadata,
    /// When it was made (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it last changed (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
}

impl Organization {
    /// Without what a login page has no use for, and an administrator could make long.
    pub(crate) fn for_login_page(mut self) -> Self {
        self.trusted_metadata = Metadata::new();
        self.settings.custom_roles = Vec::new();
        self.settings.rbac_email_implicit_role_assignments = Vec::new();
        self.settings.claimed_email_domains = Vec::new();
        self.settings.allowed_first_party_connected_apps = Vec::new();
        self.settings.allowed_third_party_connected_apps = Vec::new();
        self.settings.scim_active_connection = None;
        self
    }

    /// How often it was changed, and when it was last: a program that does not count changes the time.
    pub(crate) fn state(&self) -> (i64, Timestamp) {
        (self.revision, self.updated_at)
    }
}
