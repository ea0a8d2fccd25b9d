//! What every resource has around what the directory has said (RFC 7643, section 3.1).

use super::caller::Directory;
use super::{base, condition};
use ::scim::{Projection, ResourceType};
use database::Timestamp;
use foundation::cx::Cx;
use foundation::time;
use frame::Resource;
use serde_json::{Map, Value, json};

/// What this server knows of a resource.
pub(super) struct Known<'a> {
    pub(super) of: &'static ResourceType,
    pub(super) id: &'a str,
    pub(super) version: i64,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
}

impl Known<'_> {
    fn location(&self, base: &str) -> String {
        format!("{base}{}/{}", self.of.endpoint, self.id)
    }

    /// The resource: schemas and id, what the directory has said, what is stored apart if there is any, and what is known of it.
    pub(super) fn around(
        &self,
        base: &str,
        mut document: Map<String, Value>,
        (name, apart): (&str, Vec<Value>),
    ) -> Map<String, Value> {
        let mut resource = Map::new();
        let schemas = document.shift_remove("schemas").unwrap_or_else(|| json!([self.of.schema.id]));
        resource.insert("schemas".into(), schemas);
        resource.insert("id".into(), self.id.into());
        resource.append(&mut document);
        if !apart.is_empty() {
            resource.insert(name.into(), apart.into());
        }
        resource.insert(
            "meta".into(),
            json!({
                "resourceType": self.of.name,
                "created": time::to_text(self.created_at),
                "lastModified": time::to_text(self.modified_at),
                "location": self.location(base),
                "version": condition::etag(self.version),
            }),
        );
        resource
    }

    /// The headers of an answer about it.
    pub(super) fn told(&self, cx: &Cx, directory: &Directory, status: u16) -> Resource {
        let location = self.location(&base(&cx.app, &directory.connection.connection_id));
        Resource { status, body: None, location: Some(location), etag: Some(condition::etag(self.version)) }
    }
}

/// The resource itself, as much of it as is asked for.
pub(super) fn projected(
    resources: Vec<Map<String, Value>>,
    projection: &Projection,
    of: &ResourceType,
) -> Option<Map<String, Value>> {
    resources.into_iter().next().map(|resource| projection.apply(resource, of))
}
