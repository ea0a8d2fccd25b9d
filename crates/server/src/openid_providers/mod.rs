//! Asking OpenID Connect providers: for their configuration, their keys, tokens, and what else they know of a person.
//!
//! Tenants say whom to ask, so all of it goes through the guarded client, to addresses that the crate `oidc` takes for one
//! of a provider, and follows no redirect. What a provider publishes for everyone is remembered; keys for ten minutes, which
//! is how long one that it has withdrawn may still be taken. A token signed by an unknown key has the keys asked for again,
//! once a minute at most: whoever sends such tokens makes us ask no more often than that (threat T-29).

mod fault;
mod published;

pub(crate) use fault::{Asked, Fault};

use foundation::app::App;
use foundation::config::Config;
use foundation::fingerprint::Fingerprints;
use foundation::memory::Memory;
use oidc::discovery::{self, Metadata};
use oidc::id_token::{self, Expected, IdToken};
use oidc::key_set::{self, KeySet};
use oidc::token_request::TokenRequest;
use oidc::token_response::{self, Tokens};
use oidc::{Object, endpoint, issuer, userinfo};
use outbound::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LINK};
use outbound::{Limits, Outbound, Request, Response};
use published::Published;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long what a provider publishes is believed.
pub(crate) const REMEMBERED: Duration = Duration::from_mins(10);
/// How often what is published is asked for again because what is remembered of it does not do.
pub(crate) const RENEWED: Duration = Duration::from_mins(1);
/// How many providers are remembered. A set of keys has a few thousand bytes, and 128 KiB at most.
const PROVIDERS: usize = 500;

/// Bytes of what an API says of a person.
const LONGEST_ACCOUNT: usize = 512 * 1024;

/// What this process remembers of providers.
struct Remembered {
    configurations: Published<Metadata>,
    keys: Published<KeySet>,
    renewed: Duration,
}

impl Memory for Remembered {
    fn new(_: &Config) -> Self {
        Self { configurations: Published::new(PROVIDERS), keys: Published::new(PROVIDERS), renewed: RENEWED }
    }
}

/// The way to providers.
#[derive(Clone, Copy)]
pub(crate) struct Providers<'a> {
    outbound: &'a Outbound,
    fingerprints: &'a Fingerprints,
    remembered: &'a Remembered,
}

impl<'a> Providers<'a> {
    /// That of this process.
    pub(crate) fn of(app: &'a App) -> Self {
        Self { outbound: app.outbound(), fingerprints: app.fingerprints(), remembered: app.memory() }
    }

    /// What the issuer says about itself, as it was so long ago at most; [`REMEMBERED`] is usual.
    ///
    /// # Errors
    /// It cannot be asked, or what it says is not taken.
    pub(crate) async fn configuration(&self, issuer: &str, at_most: Duration) -> Result<Arc<Metadata>, Fault> {
        let asking = async {
            let url = issuer::document_url(issuer)?;
            let answer = self.get(Asked::Configuration, &url, discovery::LONGEST).await?;
            Ok(discovery::parse(issuer, &answer)?)
        };
        self.remembered.configurations.get(self.fingerprints.of(issuer.as_bytes()), at_most, asking).await
    }

    /// Makes tokens of a code, or of a refresh token.
    ///
    /// # Errors
    /// The provider cannot be asked, or refuses.
    pub(crate) async fn tokens(&self, token_url: &str, request: &TokenRequest) -> Result<Tokens, Fault> {
        let what = Asked::Tokens;
        let mut post = prepared(what, token_url, Request::post(token_url, request.body.clone()))?
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(authorization) = &request.authorization {
            post = post.header(AUTHORIZATION, credential(what, authorization)?);
        }
        let answer = self.send(what, post, token_response::LONGEST).await?;
        Ok(token_response::read(answer.status.as_u16(), &answer.body)?)
    }

    /// Verifies an ID token by the keys at this address.
    ///
    /// # Errors
    /// The keys cannot be had, or the token is not taken.
    pub(crate) async fn id_token(
        &self,
        jwks_url: &str,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<IdToken, Fault> {
        let verified = |keys: &KeySet| id_token::verify(token, keys, expected);
        self.with_keys(jwks_url, verified, id_token::Refused::needs_newer_keys).await
    }

    /// Asks for more claims about whoever the ID token is about.
    ///
    /// # Errors
    /// The provider cannot be asked, or what it says is not taken, or about somebody else.
    pub(crate) async fn userinfo(
        &self,
        userinfo_url: &str,
        jwks_url: &str,
        access_token: &str,
        id_token: &IdToken,
        expected: &Expected<'_>,
    ) -> Result<Object, Fault> {
        let what = Asked::Userinfo;
        let bearer = credential(what, &format!("Bearer {access_token}"))?;
        let get = prepared(what, userinfo_url, Request::get(userinfo_url))?.header(AUTHORIZATION, bearer);
        let answer = self.send(what, get, userinfo::LONGEST).await?;
        let status = answer.status.as_u16();
        let read = |keys: &KeySet| userinfo::read(status, &answer.body, id_token, keys, expected);
        self.with_keys(jwks_url, read, userinfo::Refused::needs_newer_keys).await
    }

    /// Asks an API of a provider about whoever the access token is of.
    ///
    /// # Errors
    /// The provider cannot be asked, or refuses, or what it says is not JSON.
    pub(crate) async fn account(&self, url: &str, access_token: &str) -> Result<Value, Fault> {
        Ok(self.page(url, access_token).await?.0)
    }

    /// The same, with the `Link` of the answer, which says whether there is more of it (RFC 8288). Empty for none.
    pub(crate) async fn page(&self, url: &str, access_token: &str) -> Result<(Value, String), Fault> {
        let what = Asked::Account;
        let bearer = credential(what, &format!("Bearer {access_token}"))?;
        let get = prepared(what, url, Request::get(url))?.header(AUTHORIZATION, bearer);
        let answer = self.send(what, get, LONGEST_ACCOUNT).await?;
        let link = answer.headers.get(LINK).and_then(|link| link.to_str().ok()).unwrap_or_default().to_owned();
        Ok((read_json(what, &answer)?, link))
    }

    /// Asks a provider about a token (RFC 7662), with a form that has it in it.
    ///
    /// # Errors
    /// The provider cannot be asked, or refuses, or what it says is not JSON.
    pub(crate) async fn introspection(&self, url: &str, form: String) -> Result<Value, Fault> {
        let what = Asked::Account;
        let post = prepared(what, url, Request::post(url, form))?
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        read_json(what, &self.send(what, post, LONGEST_ACCOUNT).await?)
    }

    /// What can be made of the provider's keys. If newer ones might change that, it is tried with them.
    async fn with_keys<T, R>(
        &self,
        jwks_url: &str,
        make: impl Fn(&KeySet) -> Result<T, R>,
        needs_newer: fn(&R) -> bool,
    ) -> Result<T, Fault>
    where
        Fault: From<R>,
    {
        let place = self.fingerprints.of(jwks_url.as_bytes());
        let keys = self.remembered.keys.get(place, REMEMBERED, self.keys(jwks_url)).await?;
        match make(&keys) {
            Err(refused) if needs_newer(&refused) => {
                let newer =
                    self.remembered.keys.newer(place, &keys, self.remembered.renewed, self.keys(jwks_url)).await?;
                if Arc::ptr_eq(&keys, &newer) { Err(refused.into()) } else { Ok(make(&newer)?) }
            }
            made => Ok(made?),
        }
    }

    /// The keys at this address, as they are now.
    async fn keys(&self, jwks_url: &str) -> Result<KeySet, Fault> {
        let answer = self.get(Asked::Keys, jwks_url, key_set::LONGEST).await?;
        Ok(KeySet::parse(&answer)?)
    }

    /// What is published at an address.
    async fn get(&self, what: Asked, url: &str, longest: usize) -> Result<Vec<u8>, Fault> {
        let answer = self.send(what, prepared(what, url, Request::get(url))?, longest).await?;
        match answer.status.as_u16() {
            200 => Ok(answer.body),
            status => Err(Fault::Status { what, status }),
        }
    }

    async fn send(&self, what: Asked, request: Request, longest: usize) -> Result<Response, Fault> {
        let request = request.header(ACCEPT, HeaderValue::from_static("application/json"));
        let request = request.limits(Limits { body_bytes: longest, ..Limits::default() });
        self.outbound.send(request).await.map_err(|cause| Fault::Unreachable { what, cause })
    }
}

/// A request to an address of a provider. Only to this machine itself may it go without TLS.
fn prepared(what: Asked, url: &str, request: Result<Request, outbound::Refused>) -> Result<Request, Fault> {
    endpoint::check(url).map_err(|why| Fault::Url { what, why })?;
    request.map(Request::allow_http).map_err(|cause| Fault::Unreachable { what, cause })
}

fn read_json(what: Asked, answer: &Response) -> Result<Value, Fault> {
    match answer.status.as_u16() {
        200 => serde_json::from_slice(&answer.body).map_err(|_| Fault::NotJson { what }),
        status => Err(Fault::Status { what, status }),
    }
}

/// A header that no log shows.
fn credential(what: Asked, text: &str) -> Result<HeaderValue, Fault> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Fault::Credential { what })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests;
