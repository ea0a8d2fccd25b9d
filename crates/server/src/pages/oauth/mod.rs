//! The addresses that browsers come to in a login at an OAuth provider.

mod callback;
mod start;

use frame::Endpoint;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![start::start::endpoint(), start::discovery_start::endpoint(), callback::callback::endpoint()]
}
