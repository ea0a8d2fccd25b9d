//! What this server tells people and machines about itself: the page behind a mailed link, the developer's outbox, the
//! API reference, the error types, and whether it is well.

mod assets;
mod colours;
mod components;
mod dashboard;
mod description;
mod docs;
mod errors;
mod home;
mod hosted;
mod led;
mod link_page;
mod numbers;
mod oauth;
mod outbox;
mod phone_numbers;
mod phrases;
mod probes;
mod redirect;
mod reference;
mod render;
mod setup;
mod shown;
mod sso;
mod telemetry;
mod unlock;

pub(crate) use description::describe;
pub(crate) use errors::error_page;
pub(crate) use outbox::is_of_this_machine;
pub use outbox::outbox_page;
pub(crate) use probes::{READY_WITHIN, metrics, tell_apart, watch};

use frame::Endpoint;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = sso::endpoints();
    endpoints.extend(oauth::endpoints());
    endpoints.extend(docs::endpoints());
    endpoints.extend(dashboard::endpoints());
    endpoints.extend(hosted::endpoints());
    endpoints.extend(setup::endpoints());
    endpoints.extend([
        home::home::endpoint(),
        home::favicon::endpoint(),
        assets::asset::endpoint(),
        colours::colours::endpoint(),
        components::components::endpoint(),
        redirect::redirect::endpoint(),
        unlock::show::endpoint(),
        unlock::unlock::endpoint(),
        description::openapi::endpoint(),
        reference::index::endpoint(),
        reference::group::endpoint(),
        errors::error_types::endpoint(),
        errors::error_type::endpoint(),
        outbox::messages::endpoint(),
        outbox::message::endpoint(),
        phone_numbers::services::endpoint(),
        phone_numbers::phone_number::endpoint(),
        telemetry::events::endpoint(),
        probes::healthz::endpoint(),
        probes::readyz::endpoint(),
        probes::metrics::endpoint(),
    ]);
    endpoints
}
