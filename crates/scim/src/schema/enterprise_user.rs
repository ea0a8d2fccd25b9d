//! What companies add to a user (RFC 7643, section 4.3).

use super::Schema;
use super::attribute::{Attribute, Kind};

/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`.
pub static ENTERPRISE_USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "Enterprise User",
    description: "What a company knows about a person who works for it",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 6] = [
    Attribute::text("employeeNumber", "The number the company gave the person"),
    Attribute::text("costCenter", "The cost center"),
    Attribute::text("organization", "The organization, in the company's words"),
    Attribute::text("division", "The division"),
    Attribute::text("department", "The department"),
    Attribute::new("manager", Kind::Complex(&MANAGER), "Whom the person reports to"),
];

static MANAGER: [Attribute; 3] = [
    Attribute::text("value", "The manager's id").case_exact(),
    Attribute::new("$ref", Kind::Reference(&["User"]), "Where the manager is").case_exact(),
    Attribute::text("displayName", "The manager's name"),
];
