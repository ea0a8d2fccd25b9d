//! Metadata (SAML 2.0 metadata): an identity provider's is read, ours is written.

mod read;
mod write;

pub use read::{Binding, IdentityProvider, MetadataError};
pub use write::{ServiceProvider, service_provider_metadata};
