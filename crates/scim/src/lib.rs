//! The pure part of a SCIM 2.0 server (RFC 7643, RFC 7644): schemas, resources, filters, PATCH. No network, no clock, no
//! storage.
//!
//! * [`ResourceType`] knows what a user and a group are made of; [`resource::read`] makes of what a directory sent a resource
//!   in the standard's words, and loses nothing of it.
//! * [`Filter`] is read from text with bounds on its length, its terms and how deep it goes (threat T-62), and says whether a
//!   resource matches.
//! * [`Operation`] is one of a PATCH; [`membership::split`] takes apart what is about the members of a group, which are too
//!   many to be read for each change.
//! * [`Projection`] leaves out what was not asked for, [`sort::Key`] brings resources into order.
//!
//! A resource is a JSON object. The names of attributes that the schemas know are written as the schemas write them; all
//! others stay as they came. Directories deviate from the standard, each in its manner: what they mean is done wherever it can
//! mean one thing only.

mod attribute_path;
mod error;
mod filter;
pub mod membership;
mod object;
mod patch;
mod projection;
pub mod resource;
mod schema;
pub mod sort;

pub use attribute_path::AttributePath;
pub use error::{Error, ErrorKind};
pub use filter::{Filter, Literal, MAX_DEPTH, MAX_LENGTH, MAX_TERMS, Operator, folded};
pub use patch::{Action, MAX_OPERATIONS, Operation, Path, apply, read as read_patch};
pub use projection::{Projection, Wanted};
pub use schema::{Attribute, Kind, Mutability, ResourceType, Returned, Schema, Uniqueness};
pub use schema::{ENTERPRISE_USER, GROUP, GROUP_SCHEMA, USER, USER_SCHEMA};
