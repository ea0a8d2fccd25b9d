//! A member's tokens of a provider, for the app to ask the provider's API with.

use super::asking::{self, Asked};
use crate::actor::ProjectCaller;
use crate::members::{self, MemberRef};
use crate::oauth_accounts::{self, Arrival};
use crate::oauth_providers::{self, Provider};
use crate::organizations::{self, OrganizationRef};
use crate::sentence::sentence;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{OauthRegistrationId, OrganizationId};
use foundation::time;
use frame::{Call, Endpoint, endpoint};
use oidc::token_request::Grant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![google::endpoint(), microsoft::endpoint(), github::endpoint(), slack::endpoint(), hubspot::endpoint()]
}

/// Seconds that an access token has to be good for at least: the app is to have time to use it.
const LEFT: i64 = 30;

/// What can be wrong.
const TOKENS: &[ApiError] = &[
    ApiError::OrganizationNotFound,
    ApiError::MemberNotFound,
    ApiError::MemberOauthTokenNotFound,
    ApiError::UnableToRefreshOauthToken,
];

#[derive(Clone, Deserialize, JsonSchema)]
struct OfMember {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
    /// Whether the answer has the refresh token, where there is one. `false` when absent.
    include_refresh_token: Option<bool>,
}

/// The tokens of the account that the member used last.
#[derive(Serialize, JsonSchema)]
struct TokensOfAccount {
    /// The provider.
    provider_type: String,
    /// What the provider calls the person.
    provider_subject: String,
    /// What the provider has signed about the person. Empty where it signs nothing.
    id_token: String,
    /// What the access token is good for.
    scopes: Vec<String>,
    /// What the provider's API is asked with.
    access_token: String,
    /// For how many seconds the access token is good; 0 where the provider does not say it, or it is over and there is no
    /// refresh token.
    access_token_expires_in: i64,
    /// What other access tokens are got with. Absent unless it is asked for, and where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

/// The tokens of all accounts of the member at a provider, the one used last first.
#[derive(Serialize, JsonSchema)]
struct TokensOfAccounts<T> {
    /// The provider.
    provider_type: String,
    /// The accounts.
    registrations: Vec<T>,
}

#[derive(Serialize, JsonSchema)]
struct GithubAccount {
    /// What GitHub calls the person.
    provider_subject: String,
    /// The ids of the organizations that GitHub said the person is of.
    provider_tenant_ids: Vec<String>,
    /// What GitHub's API is asked with.
    access_token: String,
    /// What the access token is good for.
    scopes: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct SlackAccount {
    /// What Slack calls the person.
    provider_subject: String,
    /// The id of the workspace.
    provider_tenant_id: String,
    /// What Slack's API is asked with.
    access_token: String,
    /// What the access token is good for.
    scopes: Vec<String>,
    /// Of the protocol: always empty, for logins install no bots.
    bot_access_token: String,
    /// Of the protocol: always empty.
    bot_scopes: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct HubspotAccount {
    /// What HubSpot calls the person.
    provider_subject: String,
    /// The id of the hub.
    provider_tenant_id: String,
    /// What HubSpot's API is asked with.
    access_token: String,
    /// For how many seconds the access token is good; 0 where it is over and there is no refresh token.
    access_token_expires_in: i64,
    /// What the access token is good for.
    scopes: Vec<String>,
    /// What other access tokens are got with. Absent unless it is asked for, and where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

/// Get a member's tokens of Google. An access token that is over is replaced, where there is a refresh token.
#[endpoint(
    "oauth.google_tokens",
    GET "/v1/b2b/organizations/{organization_id}/members/{member_id}/oauth_providers/google",
    errors(..TOKENS)
)]
async fn google(cx: Call<ProjectCaller>, input: OfMember) -> Result<TokensOfAccount> {
    of_account(&cx, input, Provider::Google).await
}

/// Get a member's tokens of Microsoft. An access token that is over is replaced, where there is a refresh token.
#[endpoint(
    "oauth.microsoft_tokens",
    GET "/v1/b2b/organizations/{organization_id}/members/{member_id}/oauth_providers/microsoft",
    errors(..TOKENS)
)]
async fn microsoft(cx: Call<ProjectCaller>, input: OfMember) -> Result<TokensOfAccount> {
    of_account(&cx, input, Provider::Microsoft).await
}

/// Get a member's tokens of GitHub.
#[endpoint(
    "oauth.github_tokens",
    GET "/v1/b2b/organizations/{organization_id}/members/{member_id}/oauth_providers/github",
    errors(..TOKENS)
)]
async fn github(cx: Call<ProjectCaller>, input: OfMember) -> Result<TokensOfAccounts<GithubAccount>> {
    of_accounts(&cx, input, Provider::Github, |arrival, _| GithubAccount {
        provider_subject: arrival.account.subject,
        provider_tenant_ids: arrival.account.tenants,
        access_token: arrival.tokens.access_token,
        scopes: arrival.tokens.scopes,
    })
    .await
}

/// Get a member's tokens of Slack, one for each workspace.
#[endpoint(
    "oauth.slack_tokens",
    GET "/v1/b2b/organizations/{organization_id}/members/{member_id}/oauth_providers/slack",
    errors(..TOKENS)
)]
async fn slack(cx: Call<ProjectCaller>, input: OfMember) -> Result<TokensOfAccounts<SlackAccount>> {
    of_accounts(&cx, input, Provider::Slack, |arrival, _| SlackAccount {
        provider_tenant_id: tenant(&arrival),
        provider_subject: arrival.account.subject,
        access_token: arrival.tokens.access_token,
        scopes: arrival.tokens.scopes,
        bot_access_token: String::new(),
        bot_scopes: Vec::new(),
    })
    .await
}

/// Get a member's tokens of HubSpot, one for each hub. An access token that is over is replaced.
#[endpoint(
    "oauth.hubspot_tokens",
    GET "/v1/b2b/organizations/{organization_id}/members/{member_id}/oauth_providers/hubspot",
    errors(..TOKENS)
)]
async fn hubspot(cx: Call<ProjectCaller>, input: OfMember) -> Result<TokensOfAccounts<HubspotAccount>> {
    let with_refresh_token = input.include_refresh_token == Some(true);
    of_accounts(&cx, input, Provider::Hubspot, move |arrival, expires_in| HubspotAccount {
        provider_tenant_id: tenant(&arrival),
        provider_subject: arrival.account.subject,
        access_token: arrival.tokens.access_token,
        access_token_expires_in: expires_in,
        scopes: arrival.tokens.scopes,
        refresh_token: arrival.tokens.refresh_token.filter(|_| with_refresh_token),
    })
    .await
}

fn tenant(arrival: &Arrival) -> String {
    arrival.account.tenants.first().cloned().unwrap_or_default()
}

async fn of_account(cx: &Cx, input: OfMember, provider: Provider) -> Result<TokensOfAccount> {
    let with_refresh_token = input.include_refresh_token == Some(true);
    let arrival = fresh(cx, input, &provider, 1).await?.into_iter().next().ok_or(ApiError::MemberOauthTokenNotFound)?;
    Ok(TokensOfAccount {
        provider_type: provider.type_name().to_owned(),
        access_token_expires_in: expires_in(cx, &arrival),
        provider_subject: arrival.account.subject,
        id_token: arrival.tokens.id_token.unwrap_or_default(),
        scopes: arrival.tokens.scopes,
        access_token: arrival.tokens.access_token,
        refresh_token: arrival.tokens.refresh_token.filter(|_| with_refresh_token),
    })
}

async fn of_accounts<T>(
    cx: &Cx,
    input: OfMember,
    provider: Provider,
    show: impl Fn(Arrival, i64) -> T,
) -> Result<TokensOfAccounts<T>> {
    let accounts = fresh(cx, input, &provider, usize::MAX).await?;
    let registrations = accounts.into_iter().map(|arrival| {
        let expires_in = expires_in(cx, &arrival);
        show(arrival, expires_in)
    });
    Ok(TokensOfAccounts { provider_type: provider.type_name().to_owned(), registrations: registrations.collect() })
}

fn expires_in(cx: &Cx, arrival: &Arrival) -> i64 {
    arrival.tokens.expires_at.map_or(0, |at| time::seconds_until(at, cx.now()).max(0))
}

/// An account of a member, where it is stored.
type Kept = (OauthRegistrationId, Arrival);

/// The accounts of a member at a provider, with access tokens that are good as far as there can be such.
async fn fresh(cx: &Cx, input: OfMember, provider: &Provider, most: usize) -> Result<Vec<Arrival>> {
    let (asked, of) = (cx.clone(), provider.clone());
    let (organization, accounts) = cx.read(move |tx| kept(tx, &asked, &input, &of)).await?;
    if accounts.is_empty() {
        return Err(ApiError::MemberOauthTokenNotFound.into());
    }
    let mut fresh = Vec::new();
    for (id, arrival) in accounts.into_iter().take(most) {
        fresh.push(refreshed(cx, &organization, id, arrival, provider).await?);
    }
    Ok(fresh)
}

fn kept(tx: &mut Tx, cx: &Cx, input: &OfMember, provider: &Provider) -> Result<(OrganizationId, Vec<Kept>)> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let member = members::find(tx, &organization, &input.member_id)?;
    let id = organization.organization_id;
    let mut accounts = oauth_accounts::of_member(tx, cx, &id, &member.member_id, provider)?;
    // Who has only ever logged in by One Tap has none.
    accounts.retain(|(_, arrival)| !arrival.tokens.access_token.is_empty());
    Ok((id, accounts))
}

/// An account with an access token that is good, if the provider gives one.
async fn refreshed(
    cx: &Cx,
    organization: &OrganizationId,
    id: OauthRegistrationId,
    mut arrival: Arrival,
    provider: &Provider,
) -> Result<Arrival> {
    let is_over = arrival.tokens.expires_at.is_some_and(|at| time::seconds_until(at, cx.now()) < LEFT);
    let Some(refresh_token) = arrival.tokens.refresh_token.clone().filter(|_| is_over) else { return Ok(arrival) };
    let (asked, of) = (cx.clone(), provider.clone());
    let configured = cx.read(move |tx| oauth_providers::find(tx, &asked, &of)).await?;
    let configured = configured.ok_or_else(|| {
        ApiError::UnableToRefreshOauthToken.because("The project has no such OAuth provider any more.")
    })?;
    let tokens = Asked::of(&cx.app, &configured).await.tokens(Grant::Refresh { refresh_token: &refresh_token }).await;
    let tokens = tokens.map_err(|refused| ApiError::UnableToRefreshOauthToken.because(sentence(refused)))?;
    let tokens = asking::kept(tokens, &arrival.tokens.scopes.join(" "), cx.now());
    let before = std::mem::replace(&mut arrival.tokens, tokens);
    arrival.tokens.refresh_token = arrival.tokens.refresh_token.or(before.refresh_token);
    arrival.tokens.id_token = arrival.tokens.id_token.or(before.id_token);
    let (now, organization, newer) = (cx.clone(), organization.clone(), arrival.clone());
    cx.write(move |tx| {
        organizations::find_by_id(tx, now.project(), &organization)?;
        oauth_accounts::keep_tokens(tx, &now, &organization, &id, &newer)
    })
    .await?;
    Ok(arrival)
}
