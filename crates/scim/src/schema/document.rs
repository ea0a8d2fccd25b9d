//! Schemas and resource types as they are published (RFC 7643, sections 6 and 7).

use super::attribute::{Attribute, Kind, Mutability, Returned, Uniqueness};
use super::{ResourceType, Schema};
use serde_json::{Value, json};

impl Schema {
    /// The schema as a resource at `/Schemas`, under a base URL.
    pub fn document(&self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": described(self.attributes),
            "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.id) },
        })
    }
}

impl ResourceType {
    /// The type as a resource at `/ResourceTypes`, under a base URL.
    pub fn document(&self, base: &str) -> Value {
        let extensions = self.extensions.iter().map(|schema| json!({ "schema": schema.id, "required": false }));
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "endpoint": self.endpoint,
            "description": self.description,
            "schema": self.schema.id,
            "schemaExtensions": extensions.collect::<Vec<_>>(),
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", self.name) },
        })
    }
}

fn described(attributes: &[Attribute]) -> Value {
    attributes.iter().map(attribute).collect()
}

fn attribute(attribute: &Attribute) -> Value {
    let mut described_as = json!({
        "name": attribute.name,
        "type": match attribute.kind {
            Kind::Text => "string",
            Kind::Boolean => "boolean",
            Kind::DateTime => "dateTime",
            Kind::Binary => "binary",
            Kind::Reference(_) => "reference",
            Kind::Complex(_) => "complex",
        },
        "multiValued": attribute.is_multi_valued,
        "description": attribute.description,
        "required": attribute.is_required,
        "caseExact": attribute.is_case_exact,
        "mutability": match attribute.mutability {
            Mutability::ReadOnly => "readOnly",
            Mutability::ReadWrite => "readWrite",
            Mutability::Immutable => "immutable",
        },
        "returned": match attribute.returned {
            Returned::Always => "always",
            Returned::Default => "default",
        },
        "uniqueness": match attribute.uniqueness {
            Uniqueness::None => "none",
            Uniqueness::Server => "server",
        },
    });
    if !attribute.canonical_values.is_empty() {
        described_as["canonicalValues"] = json!(attribute.canonical_values);
    }
    match attribute.kind {
        Kind::Complex(within) => described_as["subAttributes"] = described(within),
        Kind::Reference(types) => described_as["referenceTypes"] = json!(types),
        _ => {}
    }
    described_as
}
