//! What the issuer says about itself.

use crate::openid_providers::Providers;
use crate::sso::connections::addresses;
use foundation::cx::Cx;
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
    let warning = "The provider says no userinfo_url: set one, or the connection stays pending.";
    let lacks_userinfo = published.userinfo_url.is_none();
    (Some(published), lacks_userinfo.then(|| warning.to_owned()))
}
