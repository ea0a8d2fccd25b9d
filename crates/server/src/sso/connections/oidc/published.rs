//! What the issuer says about itself.

use crate::openid_providers::Providers;
use crate::sso::connections::addresses;
use foundation::cx::Cx;
use oidc::client_authentication::Method;
use oidc::discovery::Metadata;
use std::time::Duration;

/// The addresses that an issuer says.
#[derive(Clone)]
pub(super) struct Published {
    authorization_url: String,
    token_url: String,
    userinfo_url: Option<String>,
    jwks_url: String,
}

impl Published {
    /// In the order in which they are set.
    pub(super) fn addresses(&self) -> [Option<&str>; 4] {
        [Some(&*self.authorization_url), Some(&*self.token_url), self.userinfo_url.as_deref(), Some(&*self.jwks_url)]
    }
}

/// Asks the issuer, now. Either of the two may be missing: what cannot be had leads to a sentence for whoever set the issuer.
pub(super) async fn ask(cx: &Cx, issuer: &str) -> (Option<Published>, Option<String>) {
    let unknown = |why: String| (None, Some(format!("The addresses of the provider could not be filled in: {why}.")));
    let metadata = match Providers::of(&cx.app).configuration(issuer, Duration::ZERO).await {
        Ok(metadata) => metadata,
        Err(fault) => return unknown(fault.to_string()),
    };
    let published = Published {
        authorization_url: metadata.authorization_endpoint.clone(),
        token_url: metadata.token_endpoint.clone(),
        userinfo_url: metadata.userinfo_endpoint.clone(),
        jwks_url: metadata.jwks_uri.clone(),
    };
    let unusable = published.addresses().into_iter().flatten().find_map(|address| addresses::check(cx, address).err());
    if let Some(why) = unusable {
        return unknown(format!("of one that the provider says, {why}"));
    }
    let warning = match &published.userinfo_url {
        None => Some("The provider says no userinfo_url: set one, or the connection stays pending.".to_owned()),
        Some(_) => no_method(&metadata),
    };
    (Some(published), warning)
}

/// Asks an issuer whose addresses are set, so that what has been mended there counts at once. A sentence says why nobody can log
/// in, if it says so itself.
pub(super) async fn renew(cx: &Cx, issuer: &str) -> Option<String> {
    no_method(&*Providers::of(&cx.app).configuration(issuer, Duration::ZERO).await.ok()?)
}

fn no_method(metadata: &Metadata) -> Option<String> {
    let takes = |method: Method| metadata.token_endpoint_auth_methods.iter().any(|name| name == method.as_str());
    let told = "Nobody can log in: of the provider's token_endpoint_auth_methods_supported none is client_secret_basic, \
                client_secret_post or private_key_jwt.";
    (!Method::ALL.into_iter().any(takes)).then(|| told.to_owned())
}
