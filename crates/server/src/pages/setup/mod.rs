//! The pages behind a setup link: an organization's IT person sets up single sign-on, a directory, domains and members.
//!
//! They do what the API does, by the same operations, with the link in the place of a member who acts. What an operation refuses is
//! told on the page that asked for it.

mod audit;
mod connection;
mod connection_change;
mod domains;
mod guides;
mod members;
mod opening;
mod overview;
mod scim;
mod shell;
mod sso;
mod test_login;

use frame::Endpoint;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        opening::open::endpoint(),
        opening::end::endpoint(),
        overview::overview::endpoint(),
        sso::connections::endpoint(),
        sso::add::endpoint(),
        connection::show::endpoint(),
        connection_change::change::endpoint(),
        test_login::result::endpoint(),
        domains::show::endpoint(),
        domains::change::endpoint(),
        scim::show::endpoint(),
        scim::change::endpoint(),
        members::show::endpoint(),
        members::change::endpoint(),
        audit::show::endpoint(),
    ]
}
