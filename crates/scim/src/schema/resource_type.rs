//! Users and groups.

use super::attribute::{self, Attribute, Kind};
use super::{ENTERPRISE_USER, GROUP_SCHEMA, Schema, USER_SCHEMA};

/// A kind of resource (RFC 7643, section 6).
#[derive(Debug)]
pub struct ResourceType {
    /// Its name: `User` or `Group`.
    pub name: &'static str,
    /// Where resources of the kind are, under the base URL.
    pub endpoint: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Its core schema.
    pub schema: &'static Schema,
    /// The schemas that may come in addition. Others are kept as they come.
    pub extensions: &'static [&'static Schema],
}

/// A person.
pub static USER: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "A person in the directory, who is a member of the organization here",
    schema: &USER_SCHEMA,
    extensions: &[&ENTERPRISE_USER],
};

/// A group of persons.
pub static GROUP: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "A group of persons in the directory, which can give them roles here",
    schema: &GROUP_SCHEMA,
    extensions: &[],
};

/// What every resource has (RFC 7643, section 3.1).
static COMMON: [Attribute; 4] = [
    Attribute::new("schemas", Kind::Reference(&["uri"]), "The URNs of the schemas whose attributes the resource has")
        .multi_valued()
        .always(),
    Attribute::text("id", "The server's own id of the resource").case_exact().read_only().always().unique(),
    Attribute::text("externalId", "The directory's id of the resource").case_exact(),
    Attribute::new("meta", Kind::Complex(&META), "What the server says about the resource").read_only(),
];

static META: [Attribute; 5] = [
    Attribute::text("resourceType", "The kind of the resource").case_exact().read_only(),
    Attribute::new("created", Kind::DateTime, "When it was made").read_only(),
    Attribute::new("lastModified", Kind::DateTime, "When it was changed last").read_only(),
    Attribute::new("location", Kind::Reference(&["uri"]), "Where it is").case_exact().read_only(),
    Attribute::text("version", "Its version, as in the ETag").case_exact().read_only(),
];

impl ResourceType {
    /// The core schema and the extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> {
        [self.schema].into_iter().chain(self.extensions.iter().copied())
    }

    /// The attribute that a name, in any case, means in the resource itself or in an extension.
    pub fn attribute(&self, extension: Option<&str>, name: &str) -> Option<&'static Attribute> {
        match extension {
            None => attribute::find(self.schema.attributes, name).or_else(|| attribute::find(&COMMON, name)),
            Some(urn) => {
                let schema = self.extensions.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn))?;
                attribute::find(schema.attributes, name)
            }
        }
    }

    /// The extension that a URN, in any case, means.
    pub(crate) fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extensions.iter().copied().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }
}
