use super::authenticate::{GoesOn, authenticate as log_in, authenticate_discovery as prove_address};
use super::send::{self, Mailing};
use crate::audit::{self, Change};
use crate::discovery::{self, DiscoveredOrganization};
use crate::email_address::EmailAddress;
use crate::email_domain::EmailDomain;
use crate::error::{ApiError, Error, Result};
use crate::http::{Actor, Caller as _, Cx, Endpoint, ProjectCaller};
use crate::id::{EmailId, MemberId};
use crate::login::{AuthResponse, TERMS_ERRORS, TermsInput};
use crate::members::{self, Member, MemberResponse, NewMember, Status, check_roles};
use crate::metadata::{self, Metadata};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::rbac::{RoleId, resource};
use crate::redirect_urls::{self, Flow};
use database::{Timestamp, Tx};
use endpoint_macro::endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        login_or_signup::endpoint(),
        invite::endpoint(),
        authenticate::endpoint(),
        send_discovery::endpoint(),
        authenticate_discovery::endpoint(),
    ]
}

/// What can be wrong with a link that is opened.
const LINK_ERRORS: &[ApiError] = &[
    ApiError::MagicLinkNotFound,
    ApiError::UnableToAuthMagicLink,
    ApiError::PkceExpectedCodeVerifier,
    ApiError::PkceDidNotExpectCodeVerifier,
    ApiError::PkceMismatch,
    ApiError::InvalidPkceCodeVerifier,
];

fn parse_email(text: &str) -> Result<EmailAddress> {
    EmailAddress::parse(text).map_err(|_| ApiError::InvalidEmail.into())
}

#[derive(Deserialize, JsonSchema)]
struct LoginOrSignup {
    organization_id: OrganizationRef,
    email_address: String,
    /// Where the link leads for active members; a registered URL.
    login_redirect_url: Option<String>,
    /// Where the link leads for everyone else; a registered URL.
    signup_redirect_url: Option<String>,
    pkce_code_challenge: Option<String>,
    login_template_id: Option<String>,
    signup_template_id: Option<String>,
    /// en, es, pt-br, fr
    locale: Option<String>,
    /// 5 to 10080 minutes; 60 when absent.
    login_expiration_minutes: Option<i64>,
    /// 5 to 10080 minutes; 60 when absent.
    signup_expiration_minutes: Option<i64>,
}

/// To a backend: whom the link went to. To a browser: nothing, whoever asks for whom (T-45).
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum LoginOrSignupResponse {
    Told { member_id: MemberId, member_created: bool, member: Box<Member>, organization: Box<Organization> },
    Untold {},
}

/// Mail a login link to a member, or to someone who may become one.
///
/// An unknown address becomes a pending member where the organization lets its email domain join. A browser always
/// gets the same answer; mail goes out only where it may.
#[endpoint(
    POST "/v1/b2b/magic_links/email/login_or_signup",
    browser POST "/sdk/v1/b2b/magic_links/email/login_or_signup",
    errors(
        OrganizationNotFound, InvalidEmail, InactiveEmail, EmailJitNotAllowed, InvalidEmailForJit,
        RestrictedAuthMethod, EmailDomainIsClaimed, InvalidLoginRedirectUrl, InvalidSignupRedirectUrl,
        NoMatchForMagicLinkUrl, NoLoginRedirectUrlsSet, NoSignupRedirectUrlsSet, NoDefaultLoginRedirectUrl,
        NoDefaultSignupRedirectUrl, InvalidPkceCodeChallenge, PkceRequired, InvalidTemplateId, InvalidLocale,
        InvalidExpiration, TooManyRequests
    )
)]
fn login_or_signup(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: LoginOrSignup) -> Result<LoginOrSignupResponse> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let email = parse_email(&input.email_address)?;
    let urls = [(Flow::Login, &input.login_redirect_url), (Flow::Signup, &input.signup_redirect_url)];
    for (flow, url) in urls {
        // A browser gets the same answer whoever the link is for, so it needs both.
        if url.is_some() || cx.caller.is_browser() {
            redirect_urls::choose(tx, cx.project(), flow, url.as_deref())?;
        }
    }
    send::minutes(input.login_expiration_minutes, 60)?;
    send::minutes(input.signup_expiration_minutes, 60)?;
    send::check_template(input.login_template_id.as_deref())?;
    send::check_template(input.signup_template_id.as_deref())?;
    cx.app.mail_limit().count(&cx.project().id, &email)?;
    let recipient = send::recipient(tx, cx, &organization, &email)?;
    let logs_in = recipient.member.as_ref().is_none_or(|member| member.status == Status::Active);
    let mailing = Mailing {
        pkce_code_challenge: input.pkce_code_challenge,
        template_id: None,
        locale: input.locale.as_deref(),
        expiration_minutes: if logs_in { input.login_expiration_minutes } else { input.signup_expiration_minutes },
    };
    let (flow, url) = if logs_in { urls[0] } else { urls[1] };
    let redirect_url = redirect_urls::choose(tx, cx.project(), flow, url.as_deref())?;
    send::send_login(tx, cx, &organization, &email, &recipient, redirect_url, mailing)?;
    let object = recipient.member.as_ref().map(|member| member.member_id.to_string()).unwrap_or_default();
    let action = if recipient.created { "member.signup" } else { "magic_link.send" };
    audit::record(tx, cx, action, Some(&organization.organization_id), &object, Change::none())?;
    match recipient.member {
        Some(member) if !cx.caller.is_browser() => Ok(LoginOrSignupResponse::Told {
            member_id: member.member_id.clone(),
            member_created: recipient.created,
            member: Box::new(member),
            organization: Box::new(organization),
        }),
        _ => Ok(LoginOrSignupResponse::Untold {}),
    }
}

#[derive(Deserialize, JsonSchema)]
struct Invite {
    organization_id: OrganizationRef,
    email_address: String,
    /// Where the link leads; a registered URL.
    invite_redirect_url: Option<String>,
    /// The member who invites. The id, not the external id.
    invited_by_member_id: Option<String>,
    name: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    trusted_metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "metadata::field")]
    untrusted_metadata: Option<Metadata>,
    invite_template_id: Option<String>,
    /// en, es, pt-br, fr
    locale: Option<String>,
    roles: Option<Vec<RoleId>>,
    /// 5 to 10080 minutes; 10080 (a week) when absent.
    invite_expiration_minutes: Option<i64>,
}

/// Invite someone by mail.
///
/// Makes the member, or moves a pending one to invited. Deleting the member revokes the invitation.
#[endpoint(
    POST "/v1/b2b/magic_links/email/invite",
    browser POST "/sdk/v1/b2b/magic_links/email/invite",
    errors(
        OrganizationNotFound, MemberNotFound, InvalidEmail, InactiveEmail, DuplicateMemberEmail,
        InvalidEmailForInvites, EmailDomainIsClaimed, CannotUpdateTrustedMetadata, MetadataInvalidFormat,
        MetadataTooLarge, MetadataTooManyKeys, InvalidRbacRoleAssignment, InvalidInviteRedirectUrl,
        NoMatchForMagicLinkUrl, NoInviteRedirectUrlsSet, NoDefaultInviteRedirectUrl, InvalidTemplateId,
        InvalidLocale, InvalidExpiration, InvalidArgument, TooManyRequests, InvalidMemberExternalId
    )
)]
fn invite(tx: &mut Tx, cx: &Cx<Actor>, input: Invite) -> Result<MemberResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    require_invite(cx, &input)?;
    let email = parse_email(&input.email_address)?;
    let domain = EmailDomain::parse(email.domain()).map_err(|_| ApiError::InvalidEmail)?;
    if !organization.settings.lets_domain_be_invited(&domain) {
        return Err(ApiError::InvalidEmailForInvites.into());
    }
    if let Some(id) = input.invited_by_member_id.as_deref().filter(|id| !id.is_empty()) {
        let id = MemberId::parse(id).ok_or(ApiError::MemberNotFound)?;
        members::find_by_id(tx, &organization, &id)?;
    }
    let redirect_url = redirect_urls::choose(tx, cx.project(), Flow::Invite, input.invite_redirect_url.as_deref())?;
    cx.app.mail_limit().count(&cx.project().id, &email)?;
    let roles = match input.roles {
        Some(roles) => Some(check_roles(tx, cx.project(), &organization, roles)?),
        None => None,
    };
    let invited = match members::find_by_email(tx, &organization, &email)? {
        Some(member) if member.status == Status::Active => return Err(ApiError::DuplicateMemberEmail.into()),
        Some(before) => {
            let mut member = before.clone();
            require_changes(cx, &before, &input.name, &input.untrusted_metadata, &roles)?;
            member.status = Status::Invited;
            member.name = input.name.unwrap_or(member.name);
            member.direct_roles = roles.unwrap_or(member.direct_roles);
            member.trusted_metadata = metadata::merge(&before.trusted_metadata, input.trusted_metadata)?;
            member.untrusted_metadata = metadata::merge(&before.untrusted_metadata, input.untrusted_metadata)?;
            members::save(tx, cx.now(), &organization, &before, &mut member)?;
            member
        }
        None => {
            let new = NewMember {
                name: input.name.unwrap_or_default(),
                roles: roles.unwrap_or_default(),
                trusted_metadata: input.trusted_metadata,
                untrusted_metadata: input.untrusted_metadata,
                ..NewMember::with_email(email, Status::Invited)
            };
            members::create_absent(tx, cx, &organization, new)?
        }
    };
    let mailing = Mailing {
        pkce_code_challenge: None,
        template_id: input.invite_template_id.as_deref(),
        locale: input.locale.as_deref(),
        expiration_minutes: input.invite_expiration_minutes,
    };
    send::send_invitation(tx, cx, &organization, &invited, redirect_url, mailing)?;
    let organization_id = Some(&organization.organization_id);
    audit::record(tx, cx, "member.invite", organization_id, &invited.member_id, Change::none())?;
    Ok(MemberResponse::new(invited, organization))
}

/// Inviting someone who is known already changes them; that takes the same permissions as any other change (T-70).
fn require_changes(
    cx: &Cx<Actor>,
    before: &Member,
    name: &Option<String>,
    untrusted_metadata: &Option<Metadata>,
    roles: &Option<Vec<RoleId>>,
) -> Result<()> {
    let gates = [
        (name.as_ref().is_some_and(|name| *name != before.name), "update.info.name"),
        (untrusted_metadata.is_some(), "update.info.untrusted-metadata"),
        (roles.as_ref().is_some_and(|roles| *roles != before.direct_roles), "update.settings.roles"),
    ];
    let mut changed = gates.into_iter().filter(|(changes, _)| *changes);
    changed.try_for_each(|(_, action)| cx.caller.require(resource::MEMBER, action))
}

/// Inviting takes `create`; giving roles takes the permission for that too (T-70).
fn require_invite(cx: &Cx<Actor>, input: &Invite) -> Result<()> {
    cx.caller.require(resource::MEMBER, "create")?;
    if cx.caller.acting().is_some() && input.trusted_metadata.is_some() {
        return Err(ApiError::CannotUpdateTrustedMetadata.into());
    }
    match input.roles.as_ref().is_some_and(|roles| !roles.is_empty()) {
        true => cx.caller.require(resource::MEMBER, "update.settings.roles"),
        false => Ok(()),
    }
}

#[derive(Deserialize, JsonSchema)]
struct Authenticate {
    magic_links_token: String,
    pkce_code_verifier: Option<String>,
    /// A session of the same member, which goes on.
    session_token: Option<String>,
    session_jwt: Option<String>,
    /// A login that goes on.
    intermediate_session_token: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    #[expect(dead_code, reason = "of the protocol; it chooses the language of text messages, which come later")]
    locale: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct AuthenticateResponse {
    /// The id of the email address.
    method_id: EmailId,
    /// Always false.
    reset_sessions: bool,
    #[serde(flatten)]
    response: AuthResponse,
}

/// Log in with a mailed link.
///
/// The token works once. If the organization asks for more, the answer says for what, with an intermediate session.
#[endpoint(
    POST "/v1/b2b/magic_links/authenticate",
    browser POST "/sdk/v1/b2b/magic_links/authenticate",
    errors(
        IntermediateSessionNotFound, IntermediateSessionWrongOrganization, UnableToVerifyEmailUpdate,
        DuplicateMemberEmail, DesiredEmailDeactivated, EmailDomainIsClaimed, MemberNotFound, UserLockLimitReached,
        ..LINK_ERRORS, ..TERMS_ERRORS
    )
)]
async fn authenticate(cx: Cx<ProjectCaller>, input: Authenticate) -> Result<AuthenticateResponse> {
    let cx = Arc::new(cx);
    let terms = input.terms.check(&cx)?;
    let goes_on = GoesOn {
        session_token: input.session_token,
        session_jwt: input.session_jwt,
        intermediate_session_token: input.intermediate_session_token,
    };
    let (token, verifier) = (input.magic_links_token, input.pkce_code_verifier);
    let work = {
        let cx = cx.clone();
        move |tx: &mut Tx| log_in(tx, &cx, &token, verifier.as_deref(), goes_on.clone(), terms.clone())
    };
    let outcome = cx.write(work).await?;
    let method_id = outcome.member.email_id.clone();
    Ok(AuthenticateResponse { method_id, reset_sessions: false, response: outcome.respond(&cx).await? })
}

#[derive(Deserialize, JsonSchema)]
struct SendDiscovery {
    email_address: String,
    /// Where the link leads; a registered URL.
    discovery_redirect_url: Option<String>,
    pkce_code_challenge: Option<String>,
    login_template_id: Option<String>,
    /// en, es, pt-br, fr
    locale: Option<String>,
    /// 5 to 10080 minutes; 60 when absent.
    discovery_expiration_minutes: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Sent {}

/// Mail a link that shows which organizations an address can enter.
///
/// The answer, and the time it takes, are the same for every address.
#[endpoint(
    POST "/v1/b2b/magic_links/email/discovery/send",
    browser POST "/sdk/v1/b2b/magic_links/email/discovery/send",
    errors(
        InvalidEmail, InvalidDiscoveryRedirectUrl, NoMatchForMagicLinkUrl, NoDiscoveryRedirectUrlsSet,
        NoDefaultDiscoveryRedirectUrl, InvalidPkceCodeChallenge, PkceRequired, InvalidTemplateId, InvalidLocale,
        InvalidExpiration, TooManyRequests
    )
)]
fn send_discovery(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: SendDiscovery) -> Result<Sent> {
    let email = parse_email(&input.email_address)?;
    cx.app.mail_limit().count(&cx.project().id, &email)?;
    let mailing = Mailing {
        pkce_code_challenge: input.pkce_code_challenge,
        template_id: input.login_template_id.as_deref(),
        locale: input.locale.as_deref(),
        expiration_minutes: input.discovery_expiration_minutes,
    };
    send::send_discovery(tx, cx, &email, input.discovery_redirect_url.as_deref(), mailing)?;
    audit::record(tx, cx, "magic_link.discovery.send", None, &cx.project().id, Change::none())?;
    Ok(Sent {})
}

#[derive(Deserialize, JsonSchema)]
struct AuthenticateDiscovery {
    discovery_magic_links_token: String,
    pkce_code_verifier: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Discovered {
    intermediate_session_token: String,
    /// RFC 3339.
    #[serde(with = "crate::time")]
    #[schemars(with = "String")]
    intermediate_session_token_expires_at: Timestamp,
    email_address: EmailAddress,
    discovered_organizations: Vec<DiscoveredOrganization>,
}

/// Prove an address with a mailed link of discovery.
#[endpoint(
    POST "/v1/b2b/magic_links/discovery/authenticate",
    browser POST "/sdk/v1/b2b/magic_links/discovery/authenticate",
    errors(..LINK_ERRORS)
)]
fn authenticate_discovery(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: AuthenticateDiscovery) -> Result<Discovered> {
    let (token, verifier) = (&input.discovery_magic_links_token, input.pkce_code_verifier.as_deref());
    let intermediate = prove_address(tx, cx, token, verifier)?;
    let discovered_organizations = discovery::discover(tx, cx, &intermediate.email, &intermediate.factors, true)?;
    audit::record(tx, cx, "magic_link.discovery.authenticate", None, &cx.project().id, Change::none())?;
    Ok::<_, Error>(Discovered {
        intermediate_session_token: intermediate.token.to_text(),
        intermediate_session_token_expires_at: intermediate.expires_at,
        email_address: intermediate.email,
        discovered_organizations,
    })
}
