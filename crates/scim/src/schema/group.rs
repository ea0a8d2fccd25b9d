//! The schema of a group (RFC 7643, section 4.2).

use super::Schema;
use super::attribute::{Attribute, Kind};

/// `urn:ietf:params:scim:schemas:core:2.0:Group`.
pub static GROUP_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "A group of persons",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 2] = [
    Attribute::text("displayName", "The group's name").required().always(),
    Attribute::new("members", Kind::Complex(&MEMBERS), "The persons in the group").multi_valued(),
];

static MEMBERS: [Attribute; 4] = [
    Attribute::text("value", "The person's id").case_exact().immutable(),
    Attribute::new("$ref", Kind::Reference(&["User"]), "Where the person is").case_exact().immutable(),
    Attribute::text("display", "The person's name").read_only(),
    Attribute::text("type", "What the member is").usually(&["User"]).immutable(),
];
