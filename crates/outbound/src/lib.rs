//! The one HTTP client of the server: whatever asks another machine over HTTP asks through [`Outbound`].
//!
//! Tenants choose many of the URLs (metadata and keys of their identity providers, webhooks), so each is taken for an
//! attempt to reach what only this machine can reach (threats T-19, T-65). A name is resolved once, every address is
//! checked, and the connection goes to an address that was checked. Redirects are not followed unless asked for, and each
//! begins anew. Nothing here is unbounded: time, bytes, redirects, requests at once. TLS proves the name (T-73).
//!
//! What this client does not have, it cannot get wrong: no proxies, also not those of the environment; no cookies; no
//! decompression; no credentials in URLs; no connection that is kept for the next request.

mod address;
mod allow;
mod client;
mod connect;
mod deadline;
mod exchange;
mod meter;
mod network;
mod redirect;
mod refused;
mod request;
mod resolve;
mod response;
mod target;
mod tls;

pub use allow::Allow;
pub use client::{Asked, Config, Outbound};
pub use hyper::{HeaderMap, Method, StatusCode, body::Bytes, header};
pub use refused::{Part, Refused, Stage};
pub use request::{Limits, Request};
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use response::Response;
pub use url::Url;
