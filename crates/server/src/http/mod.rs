//! How a request becomes a function call, and how the calls become an API description. Knows no subject.

mod body;
mod caller;
mod cookies;
mod cors;
mod endpoint;
mod head;
pub(crate) mod input;
mod openapi;
mod respond;
mod router;
mod schema;

pub(crate) use caller::{ActingMember, Actor, Anyone, Caller, ProjectCaller};
pub use endpoint::{About, Door, DoorKind, Endpoint, Method};
pub(crate) use endpoint::{Cx, Nothing};
pub(crate) use head::{Ambient, Head, Surface};
pub use openapi::openapi;
pub(crate) use respond::{Output, failure};
pub use router::router;
pub(crate) use router::swallow;
