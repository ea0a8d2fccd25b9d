//! Projects: their credentials, settings and policies.

mod bootstrap;
mod endpoints;
mod identify;
mod operations;
mod origin;
mod policy;
mod store;

pub(crate) use endpoints::endpoints;
pub(crate) use identify::{by_public_token, check_origin, identify, origin_is_registered, public_token, remembered};
pub use operations::{
    Created, New, add_secret, create, create_first, list, remove_secret, rotate_signing_key, update_settings,
};
pub(crate) use operations::{enter, ids};
pub use policy::set_policy;
pub(crate) use policy::{current_policy, policy};
pub(crate) use store::TABLES;

pub use foundation::project::Settings;
