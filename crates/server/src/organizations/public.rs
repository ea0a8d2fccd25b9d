//! What a login page may know of an organization before anyone has logged in.

use super::{Organization, colors, operations};
use crate::actor::ProjectCaller;
use database::Tx;
use foundation::error::Result;
use foundation::project::Project;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Deserialize, JsonSchema)]
struct BySlug {
    /// The slug of an organization.
    organization_slug: String,
}

#[derive(Serialize, JsonSchema)]
struct PublicOrganization {
    /// The settings that decide what the login page offers; `null` when there is no such organization.
    organization: Option<Map<String, Value>>,
}

const FIELDS: &[&str] = &[
    "organization_id",
    "organization_name",
    "organization_logo_url",
    "organization_slug",
    "sso_active_connections",
    "sso_default_connection_id",
    "email_jit_provisioning",
    "email_allowed_domains",
    "oauth_tenant_jit_provisioning",
    "allowed_oauth_tenants",
    "auth_methods",
    "allowed_auth_methods",
    "mfa_policy",
    "mfa_methods",
    "allowed_mfa_methods",
    "passkey_policy",
];

/// Find the organization of a login page by its slug.
#[endpoint(
    "organizations.public.get_by_slug",
    browser POST "/sdk/v1/b2b/organizations/search" takes(organization_slug),
    reads
)]
fn get_by_slug(tx: &mut Tx, cx: &Call<ProjectCaller>, input: BySlug) -> Result<PublicOrganization> {
    let found = operations::find_by_slug(tx, cx.project(), &input.organization_slug)?;
    Ok(PublicOrganization { organization: found.as_ref().map(|found| public_fields(cx.project(), found)) })
}

fn public_fields(project: &Project, organization: &Organization) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(organization) else { return Map::new() };
    fields.retain(|name, _| FIELDS.contains(&name.as_str()));
    let colors = colors(project, &organization.colors);
    fields.insert("brand_color".into(), json!(colors.brand_color));
    fields.insert("background_color".into(), json!(colors.background_color));
    fields
}
