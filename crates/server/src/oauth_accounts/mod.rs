//! Accounts at OAuth providers: those that have just been shown and are nobody's yet, and those that are a member's, with the
//! provider's tokens.
//!
//! An account becomes a member's when that member is proven in the same login, by the provider's own word about the address or
//! by something else (threats T-21, T-24). Until then it *has arrived*: it stands here, sealed, for as long as the login may take.

mod account;
mod store;

pub(crate) use account::{Account, Arrival, Tokens};
pub(crate) use store::TABLES;

use crate::oauth_providers::Provider;
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::id::{MemberId, OauthRegistrationId, OrganizationId, ProjectId};
use foundation::keys::Purpose;
use foundation::time;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Minutes in which the app has to take the token of a login.
const TAKEN_WITHIN: i64 = 5;
/// Minutes that an account waits for the rest of its login: as long as half a login lives, and the time in which it began.
const COMPLETED_WITHIN: i64 = 15;

/// An account that has arrived.
pub(crate) struct Arrived {
    /// What its registration will be called, when it becomes a member's.
    pub(crate) id: OauthRegistrationId,
    pub(crate) pkce_code_challenge: Option<String>,
    pub(crate) arrival: Arrival,
}

/// Which member an account is.
pub(crate) struct Registered {
    pub(crate) id: OauthRegistrationId,
    pub(crate) member_id: MemberId,
}

/// Notes an account that has just been shown, for the app to take with a token. That of discovery is of no organization.
pub(crate) fn arrive(
    tx: &mut Tx,
    cx: &Cx,
    organization: Option<&OrganizationId>,
    token_hash: &[u8; 32],
    pkce_code_challenge: Option<&str>,
    arrival: &Arrival,
) -> Result<()> {
    let id = OauthRegistrationId::new(cx.project().environment);
    let sealed = sealed(tx, cx, Purpose::OauthArrival, &id, arrival)?;
    let expires_at = time::after_minutes(cx.now(), TAKEN_WITHIN);
    let new = store::New { id: &id, organization, token_hash, pkce_code_challenge, sealed: &sealed, expires_at };
    store::insert_arrival(tx, &cx.project().id, &new, cx.now())
}

/// The account that a token is for, if the app has not taken it yet.
pub(crate) fn find_by_token(
    tx: &mut Tx,
    cx: &Cx,
    organization: Option<&OrganizationId>,
    token_hash: &[u8; 32],
) -> Result<Option<Arrived>> {
    let Some(found) = store::find_by_token(tx, &cx.project().id, organization, token_hash, cx.now())? else {
        return Ok(None);
    };
    let arrival = opened(tx, cx, Purpose::OauthArrival, &found.id, &found.sealed_arrival)?;
    Ok(Some(Arrived { id: found.id, pkce_code_challenge: found.pkce_code_challenge, arrival }))
}

/// The app has taken it; it waits for the rest of the login.
pub(crate) fn take(tx: &mut Tx, cx: &Cx, arrived: &Arrived) -> Result<()> {
    let until = time::after_minutes(cx.now(), COMPLETED_WITHIN);
    store::take_arrival(tx, &cx.project().id, &arrived.id, cx.now(), until)
}

/// The account that waits under this id for the rest of its login.
pub(crate) fn find_taken(tx: &mut Tx, cx: &Cx, id: &str) -> Result<Option<Arrived>> {
    let Some(id) = OauthRegistrationId::parse(id) else { return Ok(None) };
    let Some(sealed) = store::find_taken(tx, &cx.project().id, &id, cx.now())? else { return Ok(None) };
    let arrival = opened(tx, cx, Purpose::OauthArrival, &id, &sealed)?;
    Ok(Some(Arrived { id, pkce_code_challenge: None, arrival }))
}

/// Forgets an account that has arrived: it is a member's now.
pub(crate) fn forget(tx: &mut Tx, cx: &Cx, arrived: &Arrived) -> Result<()> {
    store::delete_arrival(tx, &cx.project().id, &arrived.id)
}

/// Which member of an organization an account is.
pub(crate) fn registered(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationId,
    account: &Account,
) -> Result<Option<Registered>> {
    let hash = account.hash(cx.app.keys());
    store::find_registered(tx, &cx.project().id, organization, &account.provider, &hash)
}

/// The organizations of the project in which an account is a member's.
pub(crate) fn organizations_of(tx: &mut Tx, cx: &Cx, account: &Account) -> Result<Vec<(OrganizationId, MemberId)>> {
    store::registered_anywhere(tx, &cx.project().id, &account.provider, &account.hash(cx.app.keys()))
}

/// Makes an account a member's, or keeps the tokens that it has come with now. What is not said again stays: providers give a
/// refresh token once.
pub(crate) fn register(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationId,
    registered: &Registered,
    arrival: &Arrival,
) -> Result<()> {
    let id = &registered.id;
    let mut kept = arrival.clone();
    if kept.tokens.refresh_token.is_none()
        && let Some(before) = store::find_tokens(tx, &cx.project().id, organization, id)?
    {
        kept.tokens.keep_from(opened::<Arrival>(tx, cx, Purpose::OauthTokens, id, &before)?.tokens);
    }
    let sealed = sealed(tx, cx, Purpose::OauthTokens, id, &kept)?;
    let account = &arrival.account;
    let hash = account.hash(cx.app.keys());
    let new =
        store::Registration { registered, provider: &account.provider, identity_hash: &hash, sealed_tokens: &sealed };
    store::put_registration(tx, &cx.project().id, organization, &new, cx.now())
}

/// The accounts of a member at a provider, with their tokens; the one that was used last comes first.
pub(crate) fn of_member(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationId,
    member: &MemberId,
    provider: &Provider,
) -> Result<Vec<(OauthRegistrationId, Arrival)>> {
    let stored = store::of_member(tx, &cx.project().id, organization, member, provider.name())?;
    stored
        .into_iter()
        .map(|(id, sealed)| {
            let arrival = opened(tx, cx, Purpose::OauthTokens, &id, &sealed)?;
            Ok((id, arrival))
        })
        .collect()
}

/// An account of a member, as they are shown it.
pub(crate) struct Own {
    pub(crate) id: OauthRegistrationId,
    pub(crate) account: Account,
    /// Since when it is theirs.
    pub(crate) created_at: Timestamp,
}

/// The accounts of a member at all providers, the oldest first.
pub(crate) fn all_of_member(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationId,
    member: &MemberId,
) -> Result<Vec<Own>> {
    let stored = store::all_of_member(tx, &cx.project().id, organization, member)?;
    let own = |store::OfMember { id, sealed_tokens, created_at }| {
        let Arrival { account, .. } = opened(tx, cx, Purpose::OauthTokens, &id, &sealed_tokens)?;
        Ok(Own { id, account, created_at })
    };
    stored.into_iter().map(own).collect()
}

/// Keeps newer tokens of an account, if it still is a member's.
pub(crate) fn keep_tokens(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationId,
    id: &OauthRegistrationId,
    arrival: &Arrival,
) -> Result<()> {
    let sealed = sealed(tx, cx, Purpose::OauthTokens, id, arrival)?;
    store::update_tokens(tx, &cx.project().id, organization, id, &sealed)
}

/// Ends a registration of a member.
pub(crate) fn end(tx: &mut Tx, project: &ProjectId, organization: &OrganizationId, id: &str) -> Result<()> {
    store::delete_registration(tx, project, organization, id)
}

fn sealed(tx: &mut Tx, cx: &Cx, purpose: Purpose, id: &OauthRegistrationId, what: &impl Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_vec(what).map_err(|error| Error::Internal(Box::new(error)))?;
    cx.app.keys().seal(tx, purpose, id.as_str(), &text)
}

fn opened<T: DeserializeOwned>(
    tx: &mut Tx,
    cx: &Cx,
    purpose: Purpose,
    id: &OauthRegistrationId,
    sealed: &[u8],
) -> Result<T> {
    let text = cx.app.keys().open_sealed(tx, purpose, id.as_str(), sealed)?;
    serde_json::from_slice(&text).map_err(|error| Error::Internal(Box::new(error)))
}
