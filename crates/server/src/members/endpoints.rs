use super::search::{Found, Search, run};
use super::update::MemberUpdate;
use super::{CHANGE_EMAIL, CREATE, Member, MemberName, MemberRef, NewMember, Status, check_roles, require_given};
use super::{email_change, lifecycle, operations};
use super::{require_admission, require_admission_of};
use crate::actor::{Actor, ProjectCaller};
use crate::organizations::{self, ExternalId, Organization, OrganizationRef};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Result};
use foundation::id::{EmailId, MemberId, OrganizationId};
use foundation::metadata::{self, Metadata};
use foundation::phone_number::PhoneNumber;
use foundation::rbac::RoleId;
use foundation::rbac::resource::MEMBER;
use foundation::text::OrEmpty;
use frame::{Call, Endpoint, endpoint};
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
        metrics::endpoint(),
    ]
}

/// A member and their organization.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MemberResponse {
    pub(crate) member_id: MemberId,
    /// The member as it is now.
    pub(crate) member: Member,
    /// The member's organization.
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
    /// The member's address, one of a kind in the organization. Kept in lower case.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The person's name.
    #[schemars(with = "Option<MemberName>")]
    name: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    trusted_metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    untrusted_metadata: Option<Metadata>,
    /// Whether the member is pending until their first login; `false` when absent.
    create_member_as_pending: Option<bool>,
    /// Whether the member is exempt from the organization's restrictions of methods; `false` when absent.
    is_breakglass: Option<bool>,
    /// The phone number for codes (E.164). Empty for none.
    #[schemars(with = "Option<OrEmpty<PhoneNumber>>")]
    mfa_phone_number: Option<String>,
    /// Whether the member is asked for a second factor though the organization does not require one; `false` when
    /// absent.
    mfa_enrolled: Option<bool>,
    /// Roles to give to the member directly.
    roles: Option<Vec<RoleId>>,
    /// The app's own id for the member, one of a kind in the organization. It can be given wherever a `member_id` is.
    #[schemars(with = "Option<ExternalId>")]
    external_id: Option<String>,
}

/// Create a member.
///
/// The member is active at once, with an address that is not verified yet; whom a member creates is invited, until they have
/// proven the address. No mail is sent.
#[endpoint(
    "members.create",
    POST "/v1/b2b/organizations/{organization_id}/members",
    browser POST "/sdk/v1/b2b/organizations/members" takes(
        email_address, name, untrusted_metadata, create_member_as_pending, is_breakglass, mfa_phone_number,
        mfa_enrolled, roles
    ),
    requires(MEMBER, "create"),
    errors(
        OrganizationNotFound, InvalidEmail, InvalidEmailForInvites, InvalidPhoneNumber, InvalidRbacRoleAssignment,
        CannotUpdateTrustedMetadata,
        ..CREATE
    )
)]
fn create(tx: &mut Tx, cx: &Call<Actor>, input: Create) -> Result<MemberResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    require_for(cx, &input)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    require_admission(cx, &organization, &email)?;
    // Somebody else's word is no proof of an address, nor that its owner wants to be here.
    let status = match (&cx.acting, input.create_member_as_pending) {
        (Some(_), _) => Status::Invited,
        (None, Some(true)) => Status::Pending,
        (None, _) => Status::Active,
    };
    let phone = input.mfa_phone_number.filter(|phone| !phone.is_empty());
    let phone = phone.map(|phone| PhoneNumber::parse(&phone).map_err(|_| ApiError::InvalidPhoneNumber)).transpose()?;
    let new = NewMember {
        name: input.name.unwrap_or_default(),
        external_id: input.external_id,
        roles: check_roles(tx, cx, &organization, input.roles.unwrap_or_default())?,
        trusted_metadata: input.trusted_metadata,
        untrusted_metadata: input.untrusted_metadata,
        is_breakglass: input.is_breakglass == Some(true),
        mfa_enrolled: input.mfa_enrolled == Some(true),
        mfa_phone_number: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        ..NewMember::with_email(email, status)
    };
    let member = operations::create(tx, cx, &organization, new)?;
    Ok(MemberResponse::new(member, organization))
}

/// Whoever sets what raises a member's power needs the permission for that too (T-70).
fn require_for(cx: &Cx, input: &Create) -> Result<()> {
    if cx.acting.is_some() && input.trusted_metadata.is_some() {
        return Err(ApiError::CannotUpdateTrustedMetadata.into());
    }
    if cx.acting.is_some() && input.external_id.is_some() {
        return Err(ApiError::UnauthorizedAction.because("External ids are given by the backend only."));
    }
    if input.roles.as_ref().is_some_and(|roles| !roles.is_empty()) {
        cx.require(MEMBER, "update.settings.roles")?;
    }
    if input.is_breakglass == Some(true) {
        cx.require(MEMBER, "update.settings.is-breakglass")?;
    }
    Ok(())
}

#[derive(Deserialize, JsonSchema)]
struct Get {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: Option<MemberRef>,
    /// The member's address, where no `member_id` is given.
    #[schemars(with = "Option<AnySpelling>")]
    email_address: Option<String>,
}

/// Get a member by id or by email address.
#[endpoint("members.get", GET "/v1/b2b/organizations/{organization_id}/member", errors(
    OrganizationNotFound, MemberNotFound, InvalidMemberGetFields, InvalidEmail, InactiveEmail
))]
fn get(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Get) -> Result<MemberResponse> {
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
pub(crate) struct ById {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
}

/// The organization and the member that a request names; a member who acts only finds their own organization's.
pub(crate) fn find_for(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationRef,
    member: &MemberRef,
) -> Result<(Organization, Member)> {
    let organization = organizations::find_for(tx, cx, organization)?;
    let member = operations::find(tx, &organization, member)?;
    Ok((organization, member))
}

/// Get the member of the session.
#[endpoint("members.get_self", myself GET "/sdk/v1/b2b/organizations/members/me", errors(OrganizationNotFound, MemberNotFound))]
fn get_self(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<MemberResponse> {
    let (organization, member) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    Ok(MemberResponse::new(member, organization))
}

#[derive(Deserialize, JsonSchema)]
struct DangerouslyGet {
    /// The member: the id, not the external id.
    member_id: String,
    /// Whether a member who was deleted is found, too. `false` when absent.
    include_deleted: Option<bool>,
}

/// Get a member without naming the organization.
///
/// Dangerous because the caller does not check which tenant the member belongs to.
#[endpoint("members.dangerously_get", GET "/v1/b2b/organizations/members/dangerously_get/{member_id}", errors(MemberNotFound))]
fn dangerously_get(tx: &mut Tx, cx: &Call<ProjectCaller>, input: DangerouslyGet) -> Result<MemberResponse> {
    let id = MemberId::parse(&input.member_id).ok_or(ApiError::MemberNotFound)?;
    let (organization, member) = operations::find_anywhere(tx, cx, &id)?;
    if member.status == Status::Deleted && input.include_deleted != Some(true) {
        return Err(ApiError::MemberNotFound.into());
    }
    Ok(MemberResponse::new(member, organization))
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Update {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
    #[serde(flatten)]
    changes: MemberUpdate,
}

/// Update a member.
///
/// What is absent stays as it is; metadata is merged at the top level. A new email address ends the member's sessions
/// and links and must be verified again.
#[endpoint(
    "members.update",
    PUT "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    browser PUT "/sdk/v1/b2b/organizations/members/{member_id}" takes(
        member_id, name, untrusted_metadata, is_breakglass, mfa_phone_number, mfa_enrolled, roles,
        preserve_existing_sessions, default_mfa_method, email_address, unlink_email
    ),
    myself PUT "/sdk/v1/b2b/organizations/members/update" takes(
        name, untrusted_metadata, mfa_enrolled, mfa_phone_number, default_mfa_method
    ),
    errors(
        OrganizationNotFound, MemberNotFound, InvalidEmail, InvalidPhoneNumber, DuplicateMemberPhoneNumberForMember,
        InvalidMfaDefaultMethod, DefaultMfaMissingFactor, InvalidRbacRoleAssignment, CannotUpdateTrustedMetadata,
        CannotPreserveExistingSessions, MemberCannotUpdateTheirEmail, InvalidEmailForInvites, InsufficientFactors, StaleFactors,
        ..CREATE, ..CHANGE_EMAIL
    )
)]
fn update(tx: &mut Tx, cx: &Call<Actor>, input: Update) -> Result<MemberResponse> {
    update_member(tx, cx, input)
}

/// Updates a member, as far as whoever acts may.
pub(crate) fn update_member(tx: &mut Tx, cx: &Cx, input: Update) -> Result<MemberResponse> {
    let (organization, before) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    input.changes.require(cx, &before)?;
    let email = input.changes.email_address.as_deref().map(EmailAddress::parse).transpose();
    let email = email.map_err(|_| ApiError::InvalidEmail)?;
    let unlink = input.changes.unlink_email == Some(true);
    let mut member = before.clone();
    input.changes.apply(tx, cx, &organization, &mut member)?;
    if email.is_some() || member.direct_roles != before.direct_roles {
        if let Some(email) = &email {
            require_admission_of(cx, &organization, &before, email)?;
        }
        require_given(cx, &organization, &member.direct_roles, email.as_ref().unwrap_or(&before.email_address))?;
    }
    match email {
        Some(email) => {
            let how = email_change::EmailChange { unlink, ..Default::default() };
            email_change::change_email(tx, cx, &organization, &before, &mut member, email, how)?;
        }
        None => operations::save(tx, cx, "member.update", &organization, &before, &mut member)?,
    }
    Ok(MemberResponse::new(member, organization))
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Deleted {
    /// The member who is gone.
    member_id: MemberId,
}

/// Delete a member.
///
/// Sessions and outstanding links end; the address becomes free. A member with a verified address can be reactivated.
#[endpoint(
    "members.delete",
    DELETE "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    browser DELETE "/sdk/v1/b2b/organizations/members/{member_id}",
    errors(OrganizationNotFound, MemberNotFound)
)]
fn delete(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<Deleted> {
    delete_member(tx, cx, &input)
}

/// Deletes a member, if whoever acts may.
pub(crate) fn delete_member(tx: &mut Tx, cx: &Cx, input: &ById) -> Result<Deleted> {
    let (organization, member) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.require_on_member(&member.member_id, "delete")?;
    cx.require_reach_of(&member.member_id, &member.role_ids())?;
    let member_id = member.member_id.clone();
    lifecycle::delete(tx, cx, &organization, member)?;
    Ok(Deleted { member_id })
}

/// Bring a deleted member back.
#[endpoint(
    "members.reactivate",
    PUT "/v1/b2b/organizations/{organization_id}/members/{member_id}/reactivate",
    browser PUT "/sdk/v1/b2b/organizations/members/{member_id}/reactivate",
    requires(MEMBER, "create"),
    errors(
        OrganizationNotFound, MemberNotFound, NoDeletedMember, EmailUnverifiedForReactivation,
        ReactivationEmailTaken, EmailDomainIsClaimed, InvalidEmailForInvites, DuplicateMemberEmail, DuplicateMemberExternalId,
        DuplicateMemberPhoneNumber
    )
)]
fn reactivate(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<MemberResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let id = input.member_id.id().ok_or(ApiError::MemberNotFound)?;
    let before = operations::find_any(tx, &organization, &id)?.ok_or(ApiError::MemberNotFound)?;
    // What comes back with the member takes the permission to give it (T-70).
    if !before.direct_roles.is_empty() {
        cx.require(MEMBER, "update.settings.roles")?;
    }
    if before.is_breakglass {
        cx.require(MEMBER, "update.settings.is-breakglass")?;
    }
    cx.require_reach(&before.role_ids())?;
    require_admission(cx, &organization, &before.email_address)?;
    let member = lifecycle::reactivate(tx, cx, &organization, before)?;
    Ok(MemberResponse::new(member, organization))
}

/// Search the members of one or more organizations.
///
/// Filters: `member_ids`, `member_emails`, `member_email_fuzzy`, `member_is_breakglass`, `statuses`,
/// `member_mfa_phone_numbers`, `member_mfa_phone_number_fuzzy`, `member_password_exists`, `member_roles`. Deleted
/// members are found only by `statuses`. Oldest first.
#[endpoint(
    "members.search",
    POST "/v1/b2b/organizations/members/search",
    browser POST "/sdk/v1/b2b/organizations/me/members/search" takes(cursor, limit, query),
    requires(MEMBER, "search"),
    scans,
    errors(
        OrganizationNotFound, InvalidArgument, MemberSearchFilterUnknown, MemberSearchFilterNameNotString,
        MemberSearchMissingFilterName, MemberSearchMissingFilterValue, MemberSearchExpectedStrings,
        MemberSearchExpectedString, MemberSearchExpectedBoolean, MemberSearchEmailFuzzyTooShort,
        MemberSearchPhoneFuzzyTooShort, MemberSearchSlugFuzzyTooShort, MemberSearchMixedIds,
        MemberSearchOrganizationIdsEmpty, SearchInvalidStatus
    )
)]
fn search(tx: &mut Tx, cx: &Call<Actor>, input: Search) -> Result<Found> {
    run(tx, cx, &input)
}

#[derive(Deserialize, JsonSchema)]
struct PublicSearch {
    /// The address that somebody has typed in.
    #[expect(dead_code, reason = "part of the protocol; the answer does not depend on it")]
    email_address: String,
    #[expect(dead_code, reason = "part of the protocol; the answer does not depend on it")]
    organization_id: OrganizationRef,
}

#[derive(Serialize, JsonSchema)]
struct PublicMember {
    /// Somebody of whom nothing is known.
    member: ShownToEverybody,
}

/// What everybody is told of everybody: that there is a member, of whom nothing is known.
#[derive(Serialize, JsonSchema)]
struct ShownToEverybody {
    /// Always `active`: the answer does not tell who is a member.
    status: Status,
    /// Always empty: strangers do not learn names.
    name: &'static str,
    /// Always empty.
    member_password_id: &'static str,
}

/// Ask whether a login page should show a password field.
///
/// It is always yes: the answer never tells whether an address is a member's, nor whether they have a password (T-45). Whoever
/// has none sets one by mail.
#[endpoint(
    "members.public_search",
    browser POST "/sdk/v1/b2b/organizations/members/search" takes(email_address, organization_id),
    reads
)]
fn public_search(_tx: &mut Tx, _cx: &Call<ProjectCaller>, _input: PublicSearch) -> Result<PublicMember> {
    Ok(PublicMember { member: ShownToEverybody { status: Status::Active, name: "", member_password_id: "" } })
}

/// Remove a member's external id.
#[endpoint(
    "members.delete_external_id",
    DELETE "/v1/b2b/organizations/{organization_id}/members/{member_id}/external_id",
    requires(MEMBER, "*"),
    errors(OrganizationNotFound, MemberNotFound)
)]
fn delete_external_id(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<MemberResponse> {
    let (organization, before) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    let mut member = Member { external_id: None, ..before.clone() };
    operations::save(tx, cx, "member.update", &organization, &before, &mut member)?;
    Ok(MemberResponse::new(member, organization))
}

#[derive(Deserialize, JsonSchema)]
struct UnlinkRetiredEmail {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
    /// The id of the address that is to be free again; instead of `email_address`, or with it.
    email_id: Option<String>,
    /// The address that is to be free again; instead of `email_id`, or with it.
    #[schemars(with = "Option<AnySpelling>")]
    email_address: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct UnlinkResponse {
    organization_id: OrganizationId,
    #[serde(flatten)]
    member: MemberResponse,
}

/// Free a retired address for others.
#[endpoint(
    "members.unlink_retired_email",
    POST "/v1/b2b/organizations/{organization_id}/members/{member_id}/unlink_retired_email",
    browser POST "/sdk/v1/b2b/organizations/members/{member_id}/unlink_retired_email" takes(email_id, email_address),
    myself POST "/sdk/v1/b2b/organizations/members/unlink_retired_email" takes(email_id, email_address),
    errors(OrganizationNotFound, MemberNotFound, RetiredEmailMissingIdentifiers, EmailNotFound, InvalidEmail)
)]
fn unlink_retired_email(tx: &mut Tx, cx: &Call<Actor>, input: UnlinkRetiredEmail) -> Result<UnlinkResponse> {
    let (organization, before) = find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.require_on_member(&before.member_id, "update.info.unlink.retired-email")?;
    cx.require_reach_of(&before.member_id, &before.role_ids())?;
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
    operations::save(tx, cx, "member.update", &organization, &before, &mut member)?;
    let organization_id = organization.organization_id.clone();
    Ok(UnlinkResponse { organization_id, member: MemberResponse::new(member, organization) })
}

#[derive(Deserialize, JsonSchema)]
struct OfOrganization {
    organization_id: OrganizationRef,
}

#[derive(Serialize, JsonSchema)]
struct Metrics {
    /// How many members there are that are not deleted.
    member_count: i64,
}

/// Count an organization's members.
#[endpoint(
    "organizations.metrics",
    GET "/v1/b2b/organizations/{organization_id}/metrics",
    scans,
    errors(OrganizationNotFound)
)]
fn metrics(tx: &mut Tx, cx: &Call<ProjectCaller>, input: OfOrganization) -> Result<Metrics> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    Ok(Metrics { member_count: operations::count(tx, &organization)? })
}
