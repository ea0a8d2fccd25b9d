//! One-time tokens: what a person gets by mail, and shows once.

pub(crate) mod pkce;
mod purpose;
mod store;
mod token;

pub(crate) use purpose::Purpose;
pub(crate) use store::TABLES;
pub(crate) use token::{
    New, OneTimeToken, consume, create, delete_of_purpose, delete_password_resets_of_address, find, find_impersonation,
    find_password_reset, is_on_its_way_to_another, look_up, organization_of, use_up,
};
