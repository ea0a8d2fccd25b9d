//! Passkeys of operators: who has one signs in with it after the password, and with nothing else.

use super::{Account, Passkey, events, store};
use crate::ceremonies::{Ceremony, Challenge, Descriptor, New, RequestOptions, refused};
use crate::passkeys::is_domain;
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use frame::Head;
use url::Url;
use webauthn::{Known, Shown};

/// Where the dashboard is seen by whoever tunnels to it.
const THIS_MACHINE: &str = "localhost";

/// The domain of the page that asks: the server's own, or this machine. No other host is believed.
///
/// # Errors
/// `invalid_passkey_domain`.
pub(super) fn domain(app: &App, head: &Head) -> Result<String> {
    let authority = head.header("host").unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let is_ours = host == THIS_MACHINE || own_url(app).is_some_and(|own| own.host_str() == Some(host));
    if is_ours && is_domain(host) {
        Ok(host.to_owned())
    } else {
        Err(ApiError::InvalidPasskeyDomain.because(ELSEWHERE))
    }
}

const ELSEWHERE: &str =
    "Passkeys of operators are for the host of --public-url, by its name, or for localhost. Open the dashboard there.";

fn own_url(app: &App) -> Option<Url> {
    Url::parse(app.public_url()).ok()
}

/// Whether a page of this origin may use passkeys of the domain.
pub(super) fn check_origin(app: &App, domain: &str, origin: &str) -> Result<()> {
    let is_local = || Url::parse(origin).is_ok_and(|url| url.host_str() == Some(THIS_MACHINE));
    let is_own = || own_url(app).is_some_and(|own| own.origin().ascii_serialization() == origin);
    let is_ours = if domain == THIS_MACHINE { is_local() } else { is_own() };
    if is_ours { Ok(()) } else { Err(ApiError::InvalidPublicKeyCredential.because("It was made on another page.")) }
}

/// What authenticators keep of an operator.
pub(super) fn handle(account: &Account) -> [u8; 16] {
    *account.operator_id.uuid().as_bytes()
}

pub(super) fn challenge(account: &Account, ceremony: Ceremony, domain: &str, user_verification: bool) -> New {
    let operator = Some((account.operator_id.clone(), account.generation));
    let domain = domain.to_owned();
    New { ceremony, domain, user_verification, organization_id: None, member_id: None, operator }
}

pub(super) fn descriptors<'a>(passkeys: impl IntoIterator<Item = &'a Passkey>) -> Vec<Descriptor> {
    passkeys.into_iter().map(|known| Descriptor::of(&known.credential_id, &known.transports.0)).collect()
}

/// What the page asks for of whoever has shown the password. The challenge is given to nobody else, so answering it shows both.
///
/// # Errors
/// `invalid_passkey_domain`, also where the account has passkeys for another domain only.
pub(super) fn ask(cx: &Cx, account: &Account, passkeys: &[Passkey], domain: &str) -> Result<RequestOptions> {
    let known = descriptors(passkeys.iter().filter(|passkey| passkey.domain == domain));
    if known.is_empty() {
        return Err(ApiError::InvalidPasskeyDomain.because(OTHERS));
    }
    let challenge = challenge(account, Ceremony::Get, domain, false).make(cx)?;
    Ok(RequestOptions::new(challenge, domain.to_owned(), known, false))
}

const OTHERS: &str = "The passkeys of this account are for another address of the dashboard. Sign in there.";

/// Whose passkey it is that was shown, if it is as it should be; its use is noted.
///
/// # Errors
/// `webauthn_challenge_not_found`, `unable_to_authenticate_webauthn`, `invalid_public_key_credential`.
pub(super) fn show(tx: &mut Tx, cx: &Cx, shown: &Shown) -> Result<Account> {
    let challenge = Challenge::read(cx, shown.challenge(), Ceremony::Get)?;
    let Some(account) = named(tx, &challenge)? else { return Err(ApiError::WebauthnChallengeNotFound.into()) };
    let outcome = verify(tx, cx, &challenge, shown, &account);
    if matches!(outcome, Err(Error::Api(..))) {
        events::record(tx, cx, "operator.sign_in.refused", &account.email_address)?;
    }
    outcome.map(|()| account).map_err(Error::kept)
}

/// The operator whom a challenge names, if their password is still the one that was shown.
pub(super) fn named(tx: &mut Tx, challenge: &Challenge) -> Result<Option<Account>> {
    let Some((operator, generation)) = challenge.operator() else { return Ok(None) };
    Ok(store::by_id(tx, operator)?.filter(|account| account.generation == generation))
}

fn verify(tx: &mut Tx, cx: &Cx, challenge: &Challenge, shown: &Shown, account: &Account) -> Result<()> {
    let unknown = || Error::from(ApiError::UnableToAuthenticateWebauthn);
    let known = store::passkeys(tx, &account.operator_id)?;
    let is_meant = |passkey: &Passkey| passkey.credential_id == shown.id() && passkey.domain == challenge.domain();
    let passkey = known.into_iter().find(is_meant).ok_or_else(unknown)?;
    check_origin(&cx.app, challenge.domain(), shown.origin())?;
    let origins = [shown.origin()];
    let expected = challenge.expected(shown.challenge(), &origins);
    let count = u32::try_from(passkey.sign_count).map_err(|_| Error::internal("a stored count is no count"))?;
    let handle = handle(account);
    let known = Known { id: &passkey.credential_id, key: &passkey.public_key, handle: &handle, count };
    let assertion = shown.verify(&expected, &known).map_err(refused)?;
    challenge.use_up(tx, cx)?;
    // Somebody has a copy of the key.
    if !assertion.counter_goes_on {
        return Err(unknown());
    }
    store::note_passkey_use(tx, &passkey, assertion.count.into(), cx.now())
}

/// What a page sends of a passkey that was made or used.
///
/// # Errors
/// `invalid_public_key_credential`.
pub(super) fn read<C: serde::de::DeserializeOwned>(credential: &str) -> Result<C> {
    serde_json::from_str(credential).map_err(|_| ApiError::InvalidPublicKeyCredential.into())
}
