//! What opening a link leads to.

use crate::actor::ProjectCaller;
use crate::arrival::{self, Arrival, Mailed};
use crate::email_codes::{self, LinkUsed};
use crate::factors::Factor;
use crate::login::{self, IntermediateSession, Outcome};
use crate::one_time_tokens::pkce::{self, Verifier};
use crate::one_time_tokens::{self, OneTimeToken, Purpose};
use crate::organizations;
use crate::sessions::{self, Session, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::EmailId;
use foundation::keys::token::TokenKind;
use foundation::text::OrEmpty;
use frame::Call;
use schemars::JsonSchema;
use serde::Deserialize;

/// What can be wrong with a link that is opened.
pub(super) const LINK: &[ApiError] = &[
    ApiError::MagicLinkNotFound,
    ApiError::UnableToAuthMagicLink,
    ApiError::PkceExpectedCodeVerifier,
    ApiError::PkceDidNotExpectCodeVerifier,
    ApiError::PkceMismatch,
    ApiError::InvalidPkceCodeVerifier,
];

#[derive(Deserialize, JsonSchema)]
pub(super) struct Authenticate {
    /// The `token` that stands in the link of the mail.
    magic_links_token: String,
    /// PKCE: what the `pkce_code_challenge` of the link was made from. Needed exactly when the link was asked for with
    /// one.
    #[schemars(with = "Option<OrEmpty<Verifier>>")]
    pkce_code_verifier: Option<String>,
    /// The token of a session of the same member, which goes on.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
    /// What an earlier step of the same login has answered, if there was one.
    intermediate_session_token: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    /// The language of a text message that is sent.
    locale: Option<String>,
}

/// Uses up a link of an organization; answers the id of the address that it has proven, too.
pub(super) fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<(EmailId, Outcome)> {
    let terms = input.terms.check(cx)?;
    if let Some(id) = one_time_tokens::organization_of(cx, TokenKind::MagicLink, &input.magic_links_token) {
        organizations::prefetch(tx, cx.project(), &id)?;
    }
    let link = one_time_tokens::find(tx, cx, TokenKind::MagicLink, &input.magic_links_token)?;
    pkce::verify(link.pkce_code_challenge.as_deref(), input.pkce_code_verifier.as_deref(), cx.is_browser())?;
    if link.purpose == Purpose::Handover {
        let outcome = login::take_over(tx, cx, &link, terms, input.locale)?;
        return Ok((outcome.email_id(), outcome));
    }
    let mailed = Mailed {
        purpose: link.purpose,
        organization_id: link.organization_id(),
        member_id: link.member_id.as_ref(),
        generation: link.generation,
        email: &link.email,
        gone: ApiError::UnableToAuthMagicLink,
    };
    let (organization, member) = arrival::holder(tx, cx, &mailed)?;
    use_up(tx, cx, &link)?;
    let session = sessions::given_for(tx, cx, &cx.caller.ambient, &member, input.session_token, input.session_jwt)?;
    let is_update = link.purpose == Purpose::EmailUpdate;
    if is_update {
        check_began_here(cx, session.as_ref())?;
    }
    let arrival = Arrival {
        organization,
        member,
        new_email: is_update.then(|| link.email.clone()),
        session,
        intermediate_session_token: input.intermediate_session_token.as_deref(),
        terms,
        locale: input.locale,
    };
    arrival::log_in(tx, cx, arrival, Factor::magic_link)
}

/// Uses up a link, and the code that was mailed along.
fn use_up(tx: &mut Tx, cx: &Cx, link: &OneTimeToken) -> Result<()> {
    one_time_tokens::consume(tx, cx, link)?;
    let organization = link.organization_id();
    let used = LinkUsed { organization: organization.as_ref(), email: &link.email, hash: &link.hash };
    email_codes::link_used(tx, cx, used)
}

/// A change of address is begun without a code challenge, for which the protocol has no field. Where a project requires one,
/// what shows a browser to be the one that began it is the member's session.
fn check_began_here(cx: &Cx, session: Option<&Session>) -> Result<()> {
    let required = cx.is_browser() && cx.project().settings.pkce_required_for_email_magic_links;
    match required && session.is_none() {
        false => Ok(()),
        true => Err(ApiError::PkceExpectedCodeVerifier
            .because("Open this link in the browser that the address was changed in, while you are logged in there.")),
    }
}

/// Uses up a link of discovery: an intermediate session that holds the proof of the address.
pub(super) fn authenticate_discovery(
    tx: &mut Tx,
    cx: &Cx,
    token: &str,
    verifier: Option<&str>,
) -> Result<IntermediateSession> {
    let link = one_time_tokens::find(tx, cx, TokenKind::Discovery, token)?;
    pkce::verify(link.pkce_code_challenge.as_deref(), verifier, cx.is_browser())?;
    use_up(tx, cx, &link)?;
    let factor = Factor::magic_link(EmailId::new(cx.project().environment), link.email.clone(), cx.now());
    IntermediateSession::begin(tx, cx, link.email, None, vec![factor], None)
}
