//! Branding: logo and colors of a project, and of an organization in their place, on pages and in mails.

mod becoming;
mod endpoints;
mod operations;
mod operator;
mod wanted;

pub(crate) use endpoints::endpoints;
pub(crate) use operations::{Branding, of_organization, of_project, update_organization, update_project};
pub use operator::{of_colors, update};
pub use wanted::Wanted;
