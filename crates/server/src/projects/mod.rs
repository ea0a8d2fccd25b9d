//! Projects: their credentials, settings and policies.

mod bootstrap;
mod changes;
mod endpoints;
mod identify;
mod operations;
mod origin;
mod pages;
mod policy;
mod registering;
mod shown;
mod store;

pub(crate) use changes::update_in;
pub use changes::{Update, list, show, update};
pub(crate) use endpoints::endpoints;
pub(crate) use identify::{
    by_public_token, check_origin, identify, origin_is_registered, public_token, read_by_public_token, remembered,
};
pub use operations::{
    Created, FIRST_REDIRECT_URL, New, Secret, add_secret, counts, create, create_first, remove_secret,
    rotate_signing_key,
};
pub(crate) use operations::{
    Fixed, add_secret_in, by_operator, close, create_fixed, enter, enter_again, erase, find, ids, look_by_operator,
    remove_secret_in,
};
pub(crate) use pages::{has_pages_at, has_pages_of, usual_host};
pub(crate) use policy::{current_policy, policy, set_policy};
pub use shown::{Shown, ShownSecret};
pub(crate) use store::TABLES;

pub use crate::redirect_urls::Listed;
pub use foundation::project::Settings;
