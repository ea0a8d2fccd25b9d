//! How strong a password is, by either of two policies.

mod luds;
mod zxcvbn;

pub use luds::{Luds, LudsFeedback, luds};
pub use zxcvbn::{Strength, zxcvbn};
