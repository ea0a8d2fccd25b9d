//! How a browser gets to an identity provider.

use super::started::{Started, Way};
use super::{oidc, saml};
use crate::sso::connections::Settings;
use foundation::error::{ApiError, Result};

/// The way there.
///
/// # Errors
/// When the connection does not let a request be made, or a parameter cannot be added.
pub(crate) async fn way(started: &Started) -> Result<Way> {
    match &started.connection.settings {
        Settings::Saml(settings) => saml::request(started, settings),
        Settings::Oidc(settings) => oidc::request(started, settings).await.map(Way::Url),
        Settings::External(_) => Err(ApiError::RequiresActiveSsoConnection.into()),
    }
}
