use super::changes::Changes;
use super::search::{Found, Search, anywhere, run};
use super::{Member, MemberRef, NewMember, Status, check_roles, email_change, lifecycle, operations};
use crate::audit::{self, Change};
use crate::email_address::EmailAddress;
use crate::error::{ApiError, Result};
use crate::http::{Actor, Caller as _, Cx, Endpoint, ProjectCaller};
use crate::id::{EmailId, MemberId};
use crate::magic_links::{self, EmailUpdate};
use crate::metadata::{self, Metadata};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::phone_number::PhoneNumber;
use crate::rbac::{RoleId, resource};
use database::Tx;
use endpoint_macro::endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        get::endpoint(),
        get_self::endpoint(),
        dangerously_get::endpoint(),
        update::endpoint(),
        delete::endpoint(),
        reactivate::endpoint(),
        search::endpoint(),
        public_search::endpoint(),
        delete_external_id::endpoint(),
        unlink_retired_email::endpoint(),
        start_email_update::endpoint(),
    ]
}

/// A member and their organization.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MemberResponse {
    pub(crate) member_id: MemberId,
    pub(crate) member: Member,
    pub(crate) organization: Organization,
}

impl MemberResponse {
    pub(crate) fn new(member: Member, organization: Organization) -> Self {
        Self { member_id: member.member_id.clone(), member, organization }
    }
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    organization_id: OrganizationRef,
    email_address: String,
    name: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    trusted_metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "metadata::field")]
    untrusted_metadata: Option<Metadata>,
    /// Pending members become active with their first login.
    create_member_as_pending: Option<bool>,
    is_breakglass: Option<bool>,
    /// E.164.
    mfa_phone_number: Option<String>,
    mfa_enrolled: Option<bool>,
    roles: Option<Vec<RoleId>>,
    external_id: Option<String>,
}

/// Create a member.
///
/// The member is active at once, with an address that is not verified yet. No mail is sent.
#[endpoint(
    POST "/v1/b2b/organizations/{organization_id}/members",
    browser POST "/sdk/v1/b2b/organizations/members",
    errors(
        OrganizationNotFound, InvalidEmail, DuplicateMemberEmail, InvalidMemberExternalId, DuplicateMemberExternalId,
        InvalidPhoneNumber, DuplicateMemberPhoneNumber, InvalidRbacRoleAssignment, CannotUpdateTrustedMetadata,
        MetadataInvalidFormat, MetadataTooLarge, MetadataTooManyKeys, EmailDomainIsClaimed, InvalidArgument
    )
)]
fn create(tx: &mut Tx, cx: &Cx<Actor>, input: Create) -> Result<MemberResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    require_create(cx, &input)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let pending = input.create_member_as_pending == Some(true);
    let phone = input.mfa_phone_number.filter(|phone| !phone.is_empty());
    let phone = phone.map(|phone| PhoneNumber::parse(&phone).map_err(|_| ApiError::InvalidPhoneNumber)).transpose()?;
    let new = NewMember {
        name: input.name.unwrap_or_default(),
        external_id: input.external_id,
        roles: check_roles(tx, cx.project(), &organization, input.roles.unwrap_or_default())?,
        trusted_metadata: input.trusted_metadata,
        untrusted_metadata: input.untrusted_metadata,
        is_breakglass: input.is_breakglass == Some(true),
        mfa_enrolled: input.mfa_enrolled == Some(true),
        mfa_phone_number: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        ..NewMember::with_email(email, if pending { Status::Pending } else { Status::Active })
    };
    let member = operations::create(tx, cx, &organization, new)?;
    audit::record(tx, cx, "member.create", Some(&organization.organization_id), &member.member_id, Change::none())?;
    Ok(MemberResponse::new(member, organization))
}

/// Creating takes `create`; whoever sets what raises a member's power needs the permission for that too (T-70).
fn require_create(cx: &Cx<Actor>, input: &Create) -> Result<()> {
    cx.caller.require(resource::MEMBER, "create")?;
    if cx.caller.acting().is_some() && input.trusted_metadata.is_some() {
        return Err(ApiError::CannotUpdateTrustedMetadata.into());
    }
    if input.roles.as_ref().is_some_and(|roles| !roles.is_empty()) {
        cx.caller.require(resource::MEMBER, "update.settings.roles")?;
    }
    if input.is_breakglass == Some(true) {
        cx.caller.require(resource::MEMBER, "update.settings.is-breakglass")?;
    }
    if input.external_id.is_some() {
        cx.caller.require(resource::MEMBER, "*")?;
    }
    Ok(())
}

#[derive(Deserialize, JsonSchema)]
struct Get {
    organization_id: OrganizationRef,
    /// Or the external id.
    member_id: Option<MemberRef>,
    email_address: Option<String>,
}

/// Get a member by id or by email address.
#[endpoint(GET "/v1/b2b/organizations/{organization_id}/member", errors(
    OrganizationNotFound, MemberNotFound, InvalidMemberGetFields, InvalidEmail, InactiveEmail
))]
fn get(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: Get) -> Result<MemberResponse> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let member = match (input.member_id, input.email_address) {
        (Some(reference), None) => operations::find(tx, &organization, &reference)?,
        (None, None) => return Err(ApiError::InvalidMemberGetFields.into()),
        (reference, Some(text)) => {
            let email = EmailAddress::parse(&text).map_err(|_| ApiError::InvalidEmail)?;
            let member = operations::find_by_email(tx, &organization, &email)?.ok_or(ApiError::MemberNotFound)?;
            match reference.map(|reference| operations::find(tx, &organization, &reference)).transpose()? {
                Some(named) if named.member_id != member.member_id => return Err(ApiError::MemberNotFound.into()),
                _ => member,
            }
        }
    };
    Ok(MemberResponse::new(member, organization))
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// Or the external id.
    member_id: MemberRef,
}

/// Finds the organization and the member that a request names.
fn find_for(
    tx: &mut Tx,
    cx: &Cx<Actor>,
    organization: &OrganizationRef,
    member: &MemberRef,
) -> Result<(Organization, Member)> {
    let organization = organizations::find_for(tx, cx, organization)?;
    let member = operations::find(tx, &organization, member)?;
    Ok((organization, member))
}

/// Get the member of the session.
#[endpoint(myself GET "/sdk/v1/b2b/organizations/members/me", errors(OrganizationNotFound, MemberNotFound))]
fn get_self(tx: &mut Tx, cx: &Cx<Actor>, input: ById) -> Result<MemberResponse> {
    let (organization, member) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    Ok(MemberResponse::new(member, organization))
}

#[derive(Deserialize, JsonSchema)]
struct DangerouslyGet {
    /// The id, not the external id.
    member_id: String,
    include_deleted: Option<bool>,
}

/// Get a member without naming the organization.
///
/// Dangerous because the caller does not check which tenant the member belongs to.
#[endpoint(GET "/v1/b2b/organizations/members/dangerously_get/{member_id}", errors(MemberNotFound))]
fn dangerously_get(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: DangerouslyGet) -> Result<MemberResponse> {
    let id = MemberId::parse(&input.member_id).ok_or(ApiError::MemberNotFound)?;
    let (organization, member) = anywhere(tx, cx, &id)?;
    if member.status == Status::Deleted && input.include_deleted != Some(true) {
        return Err(ApiError::MemberNotFound.into());
    }
    Ok(MemberResponse::new(member, organization))
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    organization_id: OrganizationRef,
    /// Or the external id.
    member_id: MemberRef,
    #[serde(flatten)]
    changes: Changes,
}

/// Update a member.
///
/// What is absent stays as it is; metadata is merged at the top level. A new email address ends the member's sessions
/// and links and must be verified again.
#[endpoint(
    PUT "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    browser PUT "/sdk/v1/b2b/organizations/members/{member_id}",
    myself PUT "/sdk/v1/b2b/organizations/members/update",
    errors(
        OrganizationNotFound, MemberNotFound, InvalidEmail, DuplicateMemberEmail, DesiredEmailDeactivated,
        InvalidMemberExternalId, DuplicateMemberExternalId, InvalidPhoneNumber, DuplicateMemberPhoneNumber,
        DuplicateMemberPhoneNumberForMember, InvalidMfaDefaultMethod, DefaultMfaMissingFactor,
        InvalidRbacRoleAssignment, CannotUpdateTrustedMetadata, CannotPreserveExistingSessions,
        MemberCannotUpdateTheirEmail, MetadataInvalidFormat, MetadataTooLarge, MetadataTooManyKeys,
        EmailDomainIsClaimed, InvalidArgument
    )
)]
fn update(tx: &mut Tx, cx: &Cx<Actor>, input: Update) -> Result<MemberResponse> {
    let (organization, before) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    input.changes.require(cx, &before)?;
    let email = input.changes.email_address.as_deref().map(EmailAddress::parse).transpose();
    let email = email.map_err(|_| ApiError::InvalidEmail)?;
    let unlink = input.changes.unlink_email == Some(true);
    let mut member = before.clone();
    input.changes.apply(tx, cx, &organization, &mut member)?;
    if member != before {
        operations::save(tx, cx.now(), &organization, &before, &mut member)?;
    }
    if let Some(email) = email {
        let how = email_change::EmailChange { unlink, ..Default::default() };
        email_change::change_email(tx, cx, &organization, &mut member, email, how)?;
    }
    let change = Change::between(&before, &member);
    if !change.is_none() {
        audit::record(tx, cx, "member.update", Some(&organization.organization_id), &member.member_id, change)?;
    }
    Ok(MemberResponse::new(member, organization))
}

#[derive(Serialize, JsonSchema)]
struct Deleted {
    member_id: MemberId,
}

/// Delete a member.
///
/// Sessions and outstanding links end; the address becomes free. A member with a verified address can be reactivated.
#[endpoint(
    DELETE "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    browser DELETE "/sdk/v1/b2b/organizations/members/{member_id}",
    errors(OrganizationNotFound, MemberNotFound)
)]
fn delete(tx: &mut Tx, cx: &Cx<Actor>, input: ById) -> Result<Deleted> {
    let (organization, member) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.caller.require_on_member(&member.member_id, "delete")?;
    let member_id = member.member_id.clone();
    let change = Change::of("status", &member.status, &Status::Deleted);
    lifecycle::delete(tx, cx, &organization, member)?;
    audit::record(tx, cx, "member.delete", Some(&organization.organization_id), &member_id, change)?;
    Ok(Deleted { member_id })
}

/// Bring a deleted member back.
#[endpoint(
    PUT "/v1/b2b/organizations/{organization_id}/members/{member_id}/reactivate",
    browser PUT "/sdk/v1/b2b/organizations/members/{member_id}/reactivate",
    errors(
        OrganizationNotFound, MemberNotFound, NoDeletedMember, EmailUnverifiedForReactivation,
        ReactivationEmailTaken, EmailDomainIsClaimed, DuplicateMemberEmail, DuplicateMemberExternalId,
        DuplicateMemberPhoneNumber
    )
)]
fn reactivate(tx: &mut Tx, cx: &Cx<Actor>, input: ById) -> Result<MemberResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    cx.caller.require(resource::MEMBER, "create")?;
    let id = input.member_id.id().ok_or(ApiError::MemberNotFound)?;
    let before = operations::find_any(tx, &organization, &id)?.ok_or(ApiError::MemberNotFound)?;
    // What comes back with the member takes the permission to give it (T-70).
    if !before.direct_roles.is_empty() {
        cx.caller.require(resource::MEMBER, "update.settings.roles")?;
    }
    if before.is_breakglass {
        cx.caller.require(resource::MEMBER, "update.settings.is-breakglass")?;
    }
    let change = Change::of("status", &before.status, &Status::Active);
    let member = lifecycle::reactivate(tx, cx, &organization, before)?;
    audit::record(tx, cx, "member.reactivate", Some(&organization.organization_id), &member.member_id, change)?;
    Ok(MemberResponse::new(member, organization))
}

/// Search the members of one or more organizations.
///
/// Filters: `member_ids`, `member_emails`, `member_email_fuzzy`, `member_is_breakglass`, `statuses`,
/// `member_mfa_phone_numbers`, `member_mfa_phone_number_fuzzy`, `member_password_exists`, `member_roles`. Deleted
/// members are found only by `statuses`. Oldest first.
#[endpoint(
    POST "/v1/b2b/organizations/members/search",
    browser POST "/sdk/v1/b2b/organizations/me/members/search",
    reads,
    errors(
        OrganizationNotFound, InvalidArgument, MemberSearchFilterUnknown, MemberSearchFilterNameNotString,
        MemberSearchMissingFilterName, MemberSearchMissingFilterValue, MemberSearchExpectedStrings,
        MemberSearchExpectedString, MemberSearchExpectedBoolean, MemberSearchEmailFuzzyTooShort,
        MemberSearchPhoneFuzzyTooShort, MemberSearchSlugFuzzyTooShort, MemberSearchMixedIds,
        MemberSearchOrganizationIdsEmpty, SearchInvalidStatus
    )
)]
fn search(tx: &mut Tx, cx: &Cx<Actor>, input: Search) -> Result<Found> {
    run(tx, cx, &input)
}

#[derive(Deserialize, JsonSchema)]
struct PublicSearch {
    #[expect(dead_code, reason = "part of the protocol; the answer does not depend on it yet")]
    email_address: String,
    #[expect(dead_code, reason = "part of the protocol; the answer does not depend on it yet")]
    organization_id: OrganizationRef,
}

#[derive(Serialize, JsonSchema)]
struct PublicMember {
    /// `null` unless the login page should ask for a password.
    member: Option<()>,
}

/// Ask whether a login page should show a password field.
///
/// No member has a password yet, so the answer is always no; it never tells whether an address is a member's (T-45).
#[endpoint(browser POST "/sdk/v1/b2b/organizations/members/search", reads)]
fn public_search(_tx: &mut Tx, _cx: &Cx<ProjectCaller>, _input: PublicSearch) -> Result<PublicMember> {
    Ok(PublicMember { member: None })
}

/// Remove a member's external id.
#[endpoint(DELETE "/v1/b2b/organizations/{organization_id}/members/{member_id}/external_id", errors(
    OrganizationNotFound, MemberNotFound
))]
fn delete_external_id(tx: &mut Tx, cx: &Cx<Actor>, input: ById) -> Result<MemberResponse> {
    let (organization, before) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.caller.require(resource::MEMBER, "*")?;
    let mut member = before.clone();
    member.external_id = None;
    operations::save(tx, cx.now(), &organization, &before, &mut member)?;
    let change = Change::between(&before, &member);
    audit::record(tx, cx, "member.update", Some(&organization.organization_id), &member.member_id, change)?;
    Ok(MemberResponse::new(member, organization))
}

#[derive(Deserialize, JsonSchema)]
struct UnlinkRetiredEmail {
    organization_id: OrganizationRef,
    /// Or the external id.
    member_id: MemberRef,
    email_id: Option<String>,
    email_address: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct UnlinkResponse {
    organization_id: crate::id::OrganizationId,
    #[serde(flatten)]
    member: MemberResponse,
}

/// Free a retired address for others.
#[endpoint(
    POST "/v1/b2b/organizations/{organization_id}/members/{member_id}/unlink_retired_email",
    browser POST "/sdk/v1/b2b/organizations/members/{member_id}/unlink_retired_email",
    myself POST "/sdk/v1/b2b/organizations/members/unlink_retired_email",
    errors(OrganizationNotFound, MemberNotFound, RetiredEmailMissingIdentifiers, EmailNotFound, InvalidEmail)
)]
fn unlink_retired_email(tx: &mut Tx, cx: &Cx<Actor>, input: UnlinkRetiredEmail) -> Result<UnlinkResponse> {
    let (organization, before) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.caller.require_on_member(&before.member_id, "update.info.unlink.retired-email")?;
    let id = input.email_id.as_deref().map(|id| EmailId::parse(id).ok_or(ApiError::EmailNotFound)).transpose()?;
    let address = input.email_address.as_deref().map(EmailAddress::parse).transpose();
    let address = address.map_err(|_| ApiError::InvalidEmail)?;
    if id.is_none() && address.is_none() {
        return Err(ApiError::RetiredEmailMissingIdentifiers.into());
    }
    let mut member = before.clone();
    let is_meant = |retired: &super::RetiredEmail| {
        id.as_ref().is_none_or(|id| *id == retired.email_id)
            && address.as_ref().is_none_or(|address| *address == retired.email_address)
    };
    let at = member.retired_email_addresses.iter().position(is_meant).ok_or(ApiError::EmailNotFound)?;
    member.retired_email_addresses.remove(at);
    operations::save(tx, cx.now(), &organization, &before, &mut member)?;
    let change = Change::between(&before, &member);
    let organization_id = organization.organization_id.clone();
    audit::record(tx, cx, "member.update", Some(&organization_id), &member.member_id, change)?;
    Ok(UnlinkResponse { organization_id, member: MemberResponse::new(member, organization) })
}

#[derive(Deserialize, JsonSchema)]
struct StartEmailUpdate {
    organization_id: OrganizationRef,
    /// Or the external id.
    member_id: MemberRef,
    /// The new address.
    email_address: String,
    login_redirect_url: Option<String>,
    locale: Option<String>,
    login_template_id: Option<String>,
    /// `EMAIL_MAGIC_LINK`.
    delivery_method: Option<String>,
}

/// Start a change of a member's own address.
///
/// A link goes to the new address and works for 5 minutes; authenticating it makes the address the member's.
#[endpoint(
    POST "/v1/b2b/organizations/{organization_id}/members/{member_id}/start_email_update",
    browser POST "/sdk/v1/b2b/organizations/members/{member_id}/start_email_update",
    myself POST "/sdk/v1/b2b/organizations/members/start_email_update",
    errors(
        OrganizationNotFound, MemberNotFound, InvalidEmail, EmailUpdateActiveOnly, EmailUpdateUnverified,
        DuplicateMemberEmail, DesiredEmailDeactivated, DesiredEmailUpdating, EmailDomainIsClaimed, InvalidLocale,
        InvalidTemplateId, InvalidArgument, NoMatchForMagicLinkUrl, InvalidLoginRedirectUrl, NoLoginRedirectUrlsSet,
        NoDefaultLoginRedirectUrl, TooManyRequests
    )
)]
fn start_email_update(tx: &mut Tx, cx: &Cx<Actor>, input: StartEmailUpdate) -> Result<MemberResponse> {
    let (organization, member) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.caller.require_on_member(&member.member_id, "update.info.email")?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    if member.status != Status::Active {
        return Err(ApiError::EmailUpdateActiveOnly.into());
    }
    if !member.email_address_verified {
        return Err(ApiError::EmailUpdateUnverified.into());
    }
    if email == member.email_address {
        return Err(ApiError::DuplicateMemberEmail.into());
    }
    organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), &email)?;
    email_change::check_free(tx, &organization, &member, &email)?;
    magic_links::start_email_update(
        tx,
        cx,
        &organization,
        &member,
        EmailUpdate {
            email,
            redirect_url: input.login_redirect_url.as_deref(),
            locale: input.locale.as_deref(),
            template_id: input.login_template_id.as_deref(),
            delivery_method: input.delivery_method.as_deref(),
        },
    )?;
    let change = Change::none();
    let organization_id = &organization.organization_id;
    audit::record(tx, cx, "member.start_email_update", Some(organization_id), &member.member_id, change)?;
    Ok(MemberResponse::new(member, organization))
}
