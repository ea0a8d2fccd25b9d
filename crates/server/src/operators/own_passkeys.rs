//! What operators do with their own passkeys.

use super::caller::Operator;
use super::passkeys::{challenge, check_origin, descriptors, domain, handle, named, read};
use super::{Passkey, events, of_client, of_own, sessions, store};
use crate::ceremonies::{
    AttestationResponse, Ceremony, Challenge, CreationOptions, PublicKeyCredential, RelyingParty, User, refused,
};
use crate::passkeys::check_name;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::{Json, Tx};
use foundation::error::{ApiError, Result};
use foundation::id::{Environment, WebauthnRegistrationId};
use foundation::secret::Secret;
use frame::Call;

/// How many an operator has at most.
const MOST: usize = 20;

/// Why none is begun to be made.
pub(crate) const NEW: &[ApiError] = &[
    ApiError::WrongPassword,
    ApiError::UserLockLimitReached,
    ApiError::InvalidPasskeyDomain,
    ApiError::TooManyWebauthnRegistrations,
    ApiError::InvalidWebauthnRegistrationName,
];

/// Why one is not made, named or removed.
pub(crate) const CHANGE: &[ApiError] = &[
    ApiError::WrongPassword,
    ApiError::UserLockLimitReached,
    ApiError::InvalidPublicKeyCredential,
    ApiError::WebauthnChallengeNotFound,
    ApiError::DuplicateWebauthnRegistration,
    ApiError::TooManyWebauthnRegistrations,
    ApiError::WebauthnRegistrationNotFound,
    ApiError::InvalidWebauthnRegistrationName,
];

/// Those of the operator who is signed in, in the order in which they were registered.
pub(crate) async fn list(cx: &Call<Operator>) -> Result<Vec<Passkey>> {
    let operator = cx.caller.account.operator_id.clone();
    of_own(cx).read(move |tx: &mut Tx| store::passkeys(tx, &operator)).await
}

/// Begins to register one. It takes the password once more: a session that was left open gives nobody a way in that lasts.
///
/// # Errors
/// [`NEW`], and `too_many_requests`.
pub(crate) async fn begin(cx: &Call<Operator>, name: &str, password: &Secret) -> Result<CreationOptions> {
    check_name(Some(name.to_owned()))?;
    let domain = domain(&cx.app, &cx.head)?;
    let account = &cx.caller.account;
    prove(cx, password).await?;
    let known = list(cx).await?;
    check_room(&known)?;
    let email = account.email_address.to_string();
    let user = User { id: URL_SAFE_NO_PAD.encode(handle(account)), name: email.clone(), display_name: email };
    let challenge = challenge(account, Ceremony::Create, &domain, false).make(&of_own(cx))?;
    let rp = RelyingParty { id: domain, name: "Guildhall".to_owned() };
    Ok(CreationOptions::new(rp, user, challenge, descriptors(&known)))
}

fn check_room(known: &[Passkey]) -> Result<()> {
    if known.len() < MOST { Ok(()) } else { Err(ApiError::TooManyWebauthnRegistrations.into()) }
}

async fn prove(cx: &Call<Operator>, password: &Secret) -> Result<()> {
    sessions::prove(&of_client(cx), &cx.caller.account, password).await
}

/// Registers one.
///
/// # Errors
/// [`CHANGE`].
pub(crate) async fn add(cx: &Call<Operator>, credential: &str, name: &str) -> Result<()> {
    let name = check_name(Some(name.to_owned()))?.unwrap_or_default();
    let given: PublicKeyCredential<AttestationResponse> = read(credential)?;
    let (created, transports) = (given.read()?, given.transports());
    let (by, caller) = (of_own(cx), cx.caller.account.clone());
    let work = move |tx: &mut Tx| {
        let challenge = Challenge::read(&by, created.challenge(), Ceremony::Create)?;
        let account = named(tx, &challenge)?.filter(|account| account.operator_id == caller.operator_id);
        let account = account.ok_or(ApiError::WebauthnChallengeNotFound)?;
        check_origin(&by.app, challenge.domain(), created.origin())?;
        let origins = [created.origin()];
        let expected = challenge.expected(created.challenge(), &origins);
        let credential = created.verify(&expected).map_err(refused)?;
        check_room(&store::passkeys(tx, &account.operator_id)?)?;
        challenge.use_up(tx, &by)?;
        let passkey = Passkey {
            operator_id: account.operator_id,
            id: WebauthnRegistrationId::new(Environment::Live),
            credential_id: credential.id,
            domain: challenge.domain().to_owned(),
            public_key: credential.key,
            sign_count: credential.count.into(),
            transports: Json(transports.clone()),
            name: name.clone(),
            created_at: by.now(),
            last_used_at: by.now(),
        };
        store::insert_passkey(tx, &passkey)?;
        events::record(tx, &by, "operator.passkey.add", &account.email_address)
    };
    of_own(cx).write(work).await
}

/// Gives one another name.
///
/// # Errors
/// `webauthn_registration_not_found`, `invalid_webauthn_registration_name`.
pub(crate) async fn rename(cx: &Call<Operator>, id: &str, name: &str) -> Result<()> {
    let name = check_name(Some(name.to_owned()))?.unwrap_or_default();
    change(cx, id, "operator.passkey.rename", move |tx, passkey| store::rename_passkey(tx, passkey, &name)).await
}

/// Removes one. It takes the password once more: with the last one signing in takes only that.
///
/// # Errors
/// `webauthn_registration_not_found`, and those of a password.
pub(crate) async fn remove(cx: &Call<Operator>, id: &str, password: &Secret) -> Result<()> {
    prove(cx, password).await?;
    change(cx, id, "operator.passkey.remove", store::delete_passkey).await
}

async fn change(
    cx: &Call<Operator>,
    id: &str,
    action: &'static str,
    change: impl Fn(&mut Tx, &Passkey) -> Result<()> + Send + 'static,
) -> Result<()> {
    let (by, account, id) = (of_own(cx), cx.caller.account.clone(), id.to_owned());
    let work = move |tx: &mut Tx| {
        let known = store::passkeys(tx, &account.operator_id)?;
        let passkey = known.iter().find(|passkey| passkey.id.as_str() == id);
        change(tx, passkey.ok_or(ApiError::WebauthnRegistrationNotFound)?)?;
        events::record(tx, &by, action, &account.email_address)
    };
    of_own(cx).write(work).await
}
