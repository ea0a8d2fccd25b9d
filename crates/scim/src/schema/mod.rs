//! What resources are made of (RFC 7643, sections 2 and 7).

mod attribute;
mod document;
mod enterprise_user;
mod group;
mod resource_type;
mod user;

pub use attribute::{Attribute, Kind, Mutability, Returned, Uniqueness};
pub use enterprise_user::ENTERPRISE_USER;
pub use group::GROUP_SCHEMA;
pub use resource_type::{GROUP, ResourceType, USER};
pub use user::USER_SCHEMA;

/// A set of attributes under a URN.
#[derive(Debug)]
pub struct Schema {
    /// Its URN.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}
