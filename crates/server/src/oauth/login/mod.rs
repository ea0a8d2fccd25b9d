//! A login at a provider: begun, come back, and taken by the app.

mod authenticate;
mod begin;
mod begun;
mod callback;
mod discovery;
mod one_tap;
mod provisioning;
mod store;
mod token;
mod way_back;

pub(crate) use begin::{BEGIN, DiscoveryStart, LoginStart, Started, begin, begin_discovery, way};
pub(crate) use callback::{CALLBACK, CallbackInput, callback};
pub(crate) use store::TABLES;
pub(crate) use way_back::of_callback as way_back_of_callback;

use frame::Endpoint;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = vec![authenticate::authenticate::endpoint(), discovery::authenticate::endpoint()];
    endpoints.extend(one_tap::endpoints());
    endpoints
}
