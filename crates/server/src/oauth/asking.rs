//! Asking a provider: where it is, for tokens, and who somebody is.

use super::providers::{self, Manner, Pkce, Way, github, hubspot, manner};
use crate::oauth_accounts::{Account, Tokens};
use crate::oauth_providers::Configured;
use crate::openid_providers::{Fault, Providers, REMEMBERED};
use database::Timestamp;
use foundation::app::App;
use foundation::time;
use oidc::Algorithm;
use oidc::client_authentication::{Method, Proof};
use oidc::discovery::Metadata;
use oidc::id_token::Expected;
use oidc::token_request::{self, Grant};
use oidc::token_response;
use serde_json::Value;
use std::sync::Arc;
use url::form_urlencoded;

/// Seconds by which the clocks may differ.
const SKEW: u32 = 120;

/// Why a provider's answer is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// It gives no tokens.
    #[error(transparent)]
    Tokens(Fault),
    /// What it says about the person cannot be had, or is not taken.
    #[error(transparent)]
    Account(#[from] Fault),
    #[error("the answer of the provider's token endpoint has no id_token; is openid among the scopes?")]
    NoIdToken,
    /// It says of nobody who they are.
    #[error("the provider does not say who has logged in")]
    Nobody,
    /// A page has kept it for too long.
    #[error("the ID token is more than a few minutes old; log in again")]
    TooOld,
    #[error("the {0} of the provider is not known: set it, or an issuer whose configuration says it")]
    NoAddress(&'static str),
}

/// A provider, and what is known of where it is.
pub(super) struct Asked<'a> {
    app: &'a App,
    configured: &'a Configured,
    manner: Manner,
    /// What it publishes about itself, if it does and can be asked.
    known: Option<Arc<Metadata>>,
}

impl<'a> Asked<'a> {
    pub(super) async fn of(app: &'a App, configured: &'a Configured) -> Self {
        let manner = manner(&configured.provider);
        let known = match issuer(configured, &manner).filter(|_| manner.way == Way::IdToken) {
            Some(issuer) => Providers::of(app).configuration(issuer, REMEMBERED).await.ok(),
            None => None,
        };
        Self { app, configured, manner, known }
    }

    /// Who says who somebody is, and whether its answers to browsers always say so (RFC 9207).
    pub(super) fn issuer(&self) -> Option<(&str, bool)> {
        let says_so = self.known.as_ref().is_some_and(|known| known.says_issuer_in_callback);
        issuer(self.configured, &self.manner).map(|issuer| (issuer, says_so))
    }

    /// Where browsers begin.
    pub(super) fn authorization_url(&self) -> Result<&str, Refused> {
        let published = self.known.as_ref().map(|known| known.authorization_endpoint.as_str());
        let set = self.configured.settings.authorization_url.as_deref();
        set.or(published).or(self.manner.authorization_url).ok_or(Refused::NoAddress("authorization address"))
    }

    /// Parameters of that address which whoever begins may say otherwise.
    pub(super) fn added(&self) -> &'static [(&'static str, &'static str)] {
        self.manner.added
    }

    /// The scopes of a login, without those that are added for it.
    pub(super) fn scopes(&self) -> impl Iterator<Item = &str> {
        let set = self.configured.settings.scopes.iter().map(String::as_str);
        self.manner.scopes.iter().copied().chain(set)
    }

    pub(super) fn takes_pkce(&self) -> bool {
        match self.manner.pkce {
            Pkce::Always => true,
            Pkce::Never => false,
            Pkce::AsPublished => self.known.as_ref().is_none_or(|known| known.takes_pkce),
        }
    }

    /// Whether it shows who somebody is by an ID token, which a nonce belongs to.
    pub(super) fn has_id_tokens(&self) -> bool {
        self.manner.way == Way::IdToken
    }

    /// Makes tokens of a code, or of a refresh token.
    pub(super) async fn tokens(&self, grant: Grant<'_>) -> Result<token_response::Tokens, Refused> {
        let published = self.known.as_ref().map(|known| known.token_endpoint.as_str());
        let set = self.configured.settings.token_url.as_deref();
        let url = set.or(published).or(self.manner.token_url).ok_or(Refused::NoAddress("token address"))?;
        let secret = self.configured.client_secret.reveal();
        // In the body, as all of them take it, unless a provider says that it does not.
        let offered = self.known.as_ref().map(|known| known.token_endpoint_auth_methods.as_slice());
        let takes = |method: Method| offered.is_none_or(|offered| offered.iter().any(|name| name == method.as_str()));
        let proof = match takes(Method::ClientSecretPost) {
            true => Proof::Post { secret },
            false => Proof::Basic { secret },
        };
        let request = token_request::write(&self.configured.settings.client_id, proof, grant);
        Providers::of(self.app).tokens(url, &request).await.map_err(Refused::Tokens)
    }

    /// Whose account the tokens are of that a code was made into.
    pub(super) async fn account(
        &self,
        tokens: &token_response::Tokens,
        code: &str,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Account, Refused> {
        match self.manner.way {
            Way::IdToken => {
                let expected = Expected {
                    nonce: Some(nonce),
                    access_token: Some(&tokens.access_token),
                    code: Some(code),
                    ..self.expected(now)?
                };
                let id_token = tokens.id_token.as_deref().ok_or(Refused::NoIdToken)?;
                self.account_of_id_token(id_token, &tokens.access_token, &expected).await
            }
            Way::Github => self.account_at_github(tokens).await,
            Way::Hubspot => self.account_at_hubspot(&tokens.access_token).await,
        }
    }

    /// Whose account an ID token is of that a page of the app was given: it belongs to no login of ours, so it has no nonce, and
    /// must not be from before `earliest`.
    pub(super) async fn account_of_page(
        &self,
        id_token: &str,
        earliest: Timestamp,
        now: Timestamp,
    ) -> Result<Account, Refused> {
        let id_token = Providers::of(self.app).id_token(self.keys_url()?, id_token, &self.expected(now)?).await?;
        let issued = id_token.claims.get("iat").and_then(Value::as_f64);
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are few enough")]
        if issued.is_none_or(|issued| issued < time::to_seconds(earliest) as f64) {
            return Err(Refused::TooOld);
        }
        providers::of_id_token(&self.configured.provider, &self.configured.settings, &id_token).ok_or(Refused::Nobody)
    }

    fn keys_url(&self) -> Result<&str, Refused> {
        let published = self.known.as_ref().map(|known| known.jwks_uri.as_str());
        self.configured.settings.jwks_url.as_deref().or(published).ok_or(Refused::NoAddress("address of keys"))
    }

    /// What every ID token of the provider has to say.
    fn expected(&self, now: Timestamp) -> Result<Expected<'_>, Refused> {
        let issuer = self.known.as_ref().map(|known| known.issuer.as_str());
        let issuer = issuer.or_else(|| self.issuer().map(|(issuer, _)| issuer)).ok_or(Refused::NoAddress("issuer"))?;
        Ok(Expected {
            issuer,
            client_id: &self.configured.settings.client_id,
            nonce: None,
            algorithms: self.known.as_ref().map_or(&Algorithm::ALL[..], |known| &known.id_token_algorithms),
            access_token: None,
            code: None,
            now: time::to_seconds(now),
            skew: SKEW,
        })
    }

    async fn account_of_id_token(
        &self,
        id_token: &str,
        access_token: &str,
        expected: &Expected<'_>,
    ) -> Result<Account, Refused> {
        let (settings, keys, providers) = (&self.configured.settings, self.keys_url()?, Providers::of(self.app));
        let mut id_token = providers.id_token(keys, id_token, expected).await?;
        let published = self.known.as_ref().and_then(|known| known.userinfo_endpoint.as_deref());
        // What is needed stands in the ID token of those that are known; others may tell it only there.
        if let Some(url) =
            settings.userinfo_url.as_deref().or(published).filter(|_| !id_token.claims.contains_key("email"))
        {
            let asked = providers.userinfo(url, keys, access_token, &id_token, expected).await?;
            providers::add_userinfo(&mut id_token.claims, asked);
        }
        providers::of_id_token(&self.configured.provider, settings, &id_token).ok_or(Refused::Nobody)
    }

    fn api_url(&self) -> Result<&str, Refused> {
        let set = self.configured.settings.api_url.as_deref();
        let url = set.or(self.manner.api_url).ok_or(Refused::NoAddress("address of the API"))?;
        Ok(url.trim_end_matches('/'))
    }

    async fn account_at_github(&self, tokens: &token_response::Tokens) -> Result<Account, Refused> {
        let (providers, api) = (Providers::of(self.app), self.api_url()?);
        let user = providers.account(&format!("{api}/user"), &tokens.access_token).await?;
        let emails = providers.account(&format!("{api}/user/emails?per_page=100"), &tokens.access_token).await?;
        let mut account = providers::github_account(api, &user, &emails).ok_or(Refused::Nobody)?;
        if github::may_ask_for_organizations(tokens.scope.as_deref().unwrap_or_default()) {
            account.tenants = self.organizations_at_github(api, &tokens.access_token).await;
        }
        Ok(account)
    }

    /// The ids of the organizations that an account is in. What cannot be read of them is not there: members log in all the same.
    async fn organizations_at_github(&self, api: &str, access_token: &str) -> Vec<String> {
        let mut ids = Vec::new();
        // The address of the next page is ours to make: the token goes nowhere else, whatever the answer links to.
        for page in 1..=github::MOST_PAGES {
            let url = format!("{api}/user/orgs?per_page=100&page={page}");
            let Ok((said, link)) = Providers::of(self.app).page(&url, access_token).await else { break };
            ids.extend(github::organizations(&said));
            if !github::has_next(&link) {
                break;
            }
        }
        ids
    }

    async fn account_at_hubspot(&self, access_token: &str) -> Result<Account, Refused> {
        let (api, settings) = (self.api_url()?, &self.configured.settings);
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &settings.client_id)
            .append_pair("client_secret", self.configured.client_secret.reveal())
            .append_pair("token", access_token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let url = format!("{api}{}", hubspot::INTROSPECTION);
        let said = Providers::of(self.app).introspection(&url, form).await?;
        providers::hubspot_account(api, &settings.client_id, &said).ok_or(Refused::Nobody)
    }
}

fn issuer<'a>(configured: &'a Configured, manner: &Manner) -> Option<&'a str> {
    configured.settings.issuer.as_deref().or(manner.issuer)
}

/// What is kept of tokens. Scopes that are not said are those that were asked for (RFC 6749, section 5.1).
pub(super) fn kept(tokens: token_response::Tokens, asked: &str, now: Timestamp) -> Tokens {
    let scopes = tokens.scope.as_deref().unwrap_or(asked);
    Tokens {
        scopes: scopes.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        expires_at: tokens.expires_in.map(|seconds| time::after_seconds(now, seconds)),
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        id_token: tokens.id_token,
    }
}
