//! The SCIM server below the base URL of each connection (RFC 7644): what a directory says of people and groups becomes
//! members and roles.
//!
//! Whoever asks is a [`ScimCaller`]: one connection, of one organization. It sees the users and groups that came by it, and
//! nobody else (threats T-60, T-61). A user is a document as the directory sent it, and the member made of it; what each
//! change does to the member stands in `users/member.rs`.

mod bulk;
mod caller;
mod condition;
mod description;
mod groups;
mod list;
mod query;
mod rate;
mod refusal;
mod search;
mod shown;
mod users;

pub(super) use caller::connection_in;

use ::scim::{Projection, ResourceType};
use foundation::app::App;
use foundation::error::Result;
use foundation::id::ScimConnectionId;
use frame::Endpoint;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// How the paths of this server begin; those of connections' management have an organization there.
pub(crate) const BASE: &str = "/v1/b2b/scim/scim-connection-";

pub(super) fn endpoints() -> Vec<Endpoint> {
    [description::endpoints(), users::endpoints(), groups::endpoints(), search::endpoints(), bulk::endpoints()]
        .into_iter()
        .flatten()
        .collect()
}

/// The base URL of a connection, as it stands in locations.
fn base(app: &App, connection: &ScimConnectionId) -> String {
    format!("{}/v1/b2b/scim/{connection}", app.public_url())
}

/// A request that brings a resource, or what is to be done with one.
#[derive(Deserialize, JsonSchema)]
struct Sent {
    #[serde(rename = "attributes")]
    attributes: Option<String>,
    #[serde(rename = "excludedAttributes")]
    excluded_attributes: Option<String>,
    /// The id of the resource, where the path has one.
    #[serde(default)]
    id: String,
    #[serde(default)]
    body: Map<String, Value>,
}

impl Sent {
    fn projection(&self, of: &ResourceType) -> Result<Projection> {
        query::projection(self.attributes.as_deref(), self.excluded_attributes.as_deref(), of)
    }
}

/// A request for one resource.
#[derive(Deserialize, JsonSchema)]
struct ById {
    id: String,
    attributes: Option<String>,
    #[serde(rename = "excludedAttributes")]
    excluded_attributes: Option<String>,
}

impl ById {
    fn projection(&self, of: &ResourceType) -> Result<Projection> {
        query::projection(self.attributes.as_deref(), self.excluded_attributes.as_deref(), of)
    }
}

/// A request whose body says what is looked for.
#[derive(Deserialize, JsonSchema)]
struct Search {
    #[serde(default)]
    body: Map<String, Value>,
}
