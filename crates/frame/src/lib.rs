//! How a request becomes a function call, whatever protocol it speaks, and how the calls become an API description.
//!
//! A door has a [`Dialect`], which reads inputs, writes outputs and words refusals. Everything else is the same for all of
//! them, and always on: request id, deadline, panic guard, log line, numbers. Nothing here knows a subject.

mod answer;
mod ask;
mod body;
mod call;
mod caller;
mod cookie;
mod cors;
mod described;
mod dialect;
mod door;
mod endpoint;
mod head;
mod input;
mod late;
mod misfit;
mod multipart;
mod openapi;
mod own_forms;
mod resource;
mod router;
mod schema;
mod wiring;

pub use answer::{Answer, Content, Nothing, Output, Page, Plain, Redirect, WithCookies};
pub use call::Call;
pub use caller::{Caller, Identified};
pub use cookie::{Cookie, Jar, SameSite};
pub use dialect::scim_type;
pub use door::{Dialect, Door, Method, Requirement};
pub use endpoint::{About, Endpoint, Mode};
pub use endpoint_macro::endpoint;
pub use head::{Head, LONGEST_ORIGIN};
pub use input::{Ignored, NoInput, object};
pub use late::Late;
pub use openapi::{SecurityScheme, doors, openapi};
pub use resource::Resource;
pub use router::router;
pub use wiring::{BoxFuture, Exchange, Wiring};

/// What `#[endpoint]` refers to.
#[doc(hidden)]
pub use foundation;
