//! Finding members.

mod store;

pub(super) use store::{after, count};

use super::{Member, Status};
use crate::cursor::{Cursor, Listing};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::search::{self, Condition, Errors, Filter, Query, ResultsMetadata};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address;
use foundation::error::{ApiError, Result};
use foundation::id::MemberId;
use foundation::rbac::MEMBER_ROLE;
use foundation::wire_enum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const ERRORS: Errors = Errors {
    name_not_string: ApiError::MemberSearchFilterNameNotString,
    missing_name: ApiError::MemberSearchMissingFilterName,
    missing_value: ApiError::MemberSearchMissingFilterValue,
    expected_strings: ApiError::MemberSearchExpectedStrings,
    expected_string: ApiError::MemberSearchExpectedString,
    expected_boolean: ApiError::MemberSearchExpectedBoolean,
};

const MAX_ORGANIZATIONS: usize = 100;

wire_enum! {
    /// What members are searched by.
    MemberFilter(MemberSearchFilterUnknown) {
        /// Ids or external ids, in a list.
        MemberIds = "member_ids",
        /// Addresses, in a list.
        MemberEmails = "member_emails",
        /// A part of the address: 3 characters or more.
        MemberEmailFuzzy = "member_email_fuzzy",
        /// `true` or `false`.
        MemberIsBreakglass = "member_is_breakglass",
        /// `active`, `pending`, `invited`, `deleted`, in a list.
        Statuses = "statuses",
        /// Phone numbers (E.164), in a list.
        MemberMfaPhoneNumbers = "member_mfa_phone_numbers",
        /// The same as `member_mfa_phone_numbers`.
        MemberPhoneNumbers = "member_phone_numbers",
        /// A part of the phone number: 3 characters or more.
        MemberMfaPhoneNumberFuzzy = "member_mfa_phone_number_fuzzy",
        /// The same as `member_mfa_phone_number_fuzzy`.
        MemberPhoneNumberFuzzy = "member_phone_number_fuzzy",
        /// Roles, in a list: members who have one of them.
        MemberRoles = "member_roles",
        /// `true` or `false`: whether there is a password.
        MemberPasswordExists = "member_password_exists",
        /// `true` or `false`: whether there is an authenticator app.
        MemberTotpExists = "member_totp_exists",
        /// A part of the organization's slug: 3 characters or more.
        OrganizationSlugFuzzy = "organization_slug_fuzzy",
    }
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Search {
    /// The organizations that are searched: ids, slugs or external ids.
    #[schemars(length(min = 1, max = MAX_ORGANIZATIONS))]
    organization_ids: Vec<OrganizationRef>,
    /// `next_cursor` of the page before; the first page when absent.
    cursor: Option<String>,
    /// How many a page has at most.
    #[schemars(range(min = *search::LIMIT.start(), max = *search::LIMIT.end()), extend("default" = search::USUAL_LIMIT))]
    limit: Option<i64>,
    /// What is looked for; every member that is not deleted, when absent.
    #[serde(default, deserialize_with = "frame::object")]
    query: Option<Query<MemberFilter>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Found {
    /// The members of this page.
    pub(crate) members: Vec<Member>,
    /// The organizations of these members, by id.
    organizations: BTreeMap<String, Organization>,
    /// What comes after this page.
    pub(crate) results_metadata: ResultsMetadata,
}

pub(crate) fn run(tx: &mut Tx, cx: &Cx, input: &Search) -> Result<Found> {
    if input.organization_ids.is_empty() {
        return Err(ApiError::MemberSearchOrganizationIdsEmpty.into());
    }
    if input.organization_ids.len() > MAX_ORGANIZATIONS {
        return Err(ApiError::InvalidArgument.because("organization_ids names at most 100 organizations."));
    }
    let organizations = organizations::find_many(tx, cx, &input.organization_ids)?;
    let project = &cx.project().id;
    let limit = search::limit(input.limit)?;
    let after = Cursor::read(&cx.app, project, Listing::Members, input.cursor.as_deref())?.and_then(search::position);

    let mut condition = Condition::new(0);
    let ids: Vec<_> = organizations.iter().map(|o| o.organization_id.to_string()).collect();
    let scope = condition.is_one_of("m.organization_id", &ids);
    let filters = condition.join(input.query.as_ref(), &ERRORS, |sql, one| filter(sql, one, &organizations))?;
    let statuses = match names_statuses(input.query.as_ref()) {
        true => "TRUE".to_owned(),
        false => format!("m.status <> {}", condition.argument(Status::Deleted.as_str())),
    };
    let sql = format!("{scope} AND {statuses} AND ({filters})");
    let (mut members, total) = store::search(tx, &sql, condition.into_arguments(), after, limit + 1)?;
    let more = search::cut(&mut members, limit);

    for member in &mut members {
        if let Some(organization) = organizations.iter().find(|o| o.organization_id == member.organization_id) {
            member.set_roles(organization);
        }
    }
    let last = members.last().filter(|_| more);
    let next_cursor = last.map(|m| {
        let position = search::position_of(m.created_at, &m.member_id);
        Cursor::write(&cx.app, project, Listing::Members, &position)
    });
    let organizations = organizations.into_iter().map(|o| (o.organization_id.to_string(), o)).collect();
    Ok(Found { members, organizations, results_metadata: ResultsMetadata { total, next_cursor } })
}

fn names_statuses(query: Option<&Query<MemberFilter>>) -> bool {
    let is_statuses = |operand: &serde_json::Value| {
        operand.get("filter_name").and_then(|n| n.as_str()) == Some(MemberFilter::Statuses.as_str())
    };
    query.is_some_and(|query| query.operands.iter().any(is_statuses))
}

fn filter(sql: &mut Condition, filter: &Filter, organizations: &[Organization]) -> Result<String> {
    let lower = |list: Vec<String>| list.into_iter().map(|s| s.to_lowercase()).collect::<Vec<_>>();
    let unknown = || ApiError::MemberSearchFilterUnknown.because(format!("There is no member filter {}.", filter.name));
    Ok(match MemberFilter::parse(filter.name).ok_or_else(unknown)? {
        MemberFilter::MemberIds => member_ids(sql, &filter.strings()?)?,
        MemberFilter::MemberEmails => emails(sql, &lower(filter.strings()?)),
        MemberFilter::MemberEmailFuzzy => {
            sql.is_like("m.email_address", &filter.fuzzy(ApiError::MemberSearchEmailFuzzyTooShort)?)
        }
        MemberFilter::MemberIsBreakglass => format!("m.is_breakglass = {}", sql.argument(filter.boolean()?)),
        MemberFilter::Statuses => sql.is_one_of("m.status", &statuses(filter.strings()?)?),
        MemberFilter::MemberMfaPhoneNumbers | MemberFilter::MemberPhoneNumbers => {
            sql.is_one_of("m.phone_number", &filter.strings()?)
        }
        MemberFilter::MemberMfaPhoneNumberFuzzy | MemberFilter::MemberPhoneNumberFuzzy => {
            sql.is_like("m.phone_number", &filter.fuzzy(ApiError::MemberSearchPhoneFuzzyTooShort)?)
        }
        MemberFilter::MemberRoles => roles(sql, &filter.strings()?, organizations),
        MemberFilter::MemberPasswordExists => {
            if filter.boolean()? { "m.password_id IS NOT NULL" } else { "m.password_id IS NULL" }.to_owned()
        }
        // No member has an authenticator app yet.
        MemberFilter::MemberTotpExists => if filter.boolean()? { "FALSE" } else { "TRUE" }.to_owned(),
        MemberFilter::OrganizationSlugFuzzy => {
            let pattern = filter.fuzzy(ApiError::MemberSearchSlugFuzzyTooShort)?;
            let wanted = pattern.trim_matches('%').replace('\\', "");
            let of = |o: &&Organization| o.organization_slug.to_lowercase().contains(&wanted);
            let ids: Vec<_> = organizations.iter().filter(of).map(|o| o.organization_id.to_string()).collect();
            sql.is_one_of("m.organization_id", &ids)
        }
    })
}

/// The index of addresses begins with the domain.
fn emails(sql: &mut Condition, emails: &[String]) -> String {
    let domains: BTreeSet<_> = emails.iter().map(|email| email_address::domain_of(email).to_owned()).collect();
    let domains: Vec<_> = domains.into_iter().collect();
    format!("{} AND {}", sql.is_one_of("m.email_domain", &domains), sql.is_one_of("m.email_address", emails))
}

fn member_ids(sql: &mut Condition, ids: &[String]) -> Result<String> {
    let internal = ids.iter().filter(|id| MemberId::parse(id).is_some()).count();
    match internal {
        0 => Ok(sql.is_one_of("m.external_id", ids)),
        n if n == ids.len() => Ok(sql.is_one_of("m.id", ids)),
        _ => Err(ApiError::MemberSearchMixedIds.into()),
    }
}

fn statuses(words: Vec<String>) -> Result<Vec<String>> {
    let is_known = |word: &String| Status::ALL.iter().any(|status| status.as_str() == word);
    if words.iter().all(is_known) { Ok(words) } else { Err(ApiError::SearchInvalidStatus.into()) }
}

/// Everyone has `stytch_member`; other roles are given directly, or follow from the email domain or from a directory's groups.
fn roles(sql: &mut Condition, wanted: &[String], organizations: &[Organization]) -> String {
    if wanted.iter().any(|role| role == MEMBER_ROLE) {
        return "TRUE".to_owned();
    }
    let direct = sql.is_one_of("r.role_id", wanted);
    let direct = format!(
        "EXISTS (SELECT 1 FROM member_roles r
                 WHERE r.organization_id = m.organization_id AND r.member_id = m.id AND {direct})"
    );
    // The same domain may lead to the role in one organization, and not in another. Neither an id nor a domain has a space.
    let pairs: Vec<_> = organizations
        .iter()
        .flat_map(|organization| {
            let assignments = organization.settings.rbac_email_implicit_role_assignments.iter();
            let leading = assignments.filter(|assignment| wanted.contains(&assignment.role_id));
            leading.map(|assignment| format!("{} {}", organization.organization_id, assignment.domain.as_str()))
        })
        .collect();
    let by_domain = sql.is_one_of("m.organization_id || ' ' || m.email_domain", &pairs);
    let by_group =
        in_groups(sql, wanted, organizations).map(|condition| format!(" OR {condition}")).unwrap_or_default();
    format!("{direct} OR {by_domain}{by_group}")
}

/// In a group of a directory that gives one of the roles; nothing where none does.
fn in_groups(sql: &mut Condition, wanted: &[String], organizations: &[Organization]) -> Option<String> {
    let known = organizations.iter().filter_map(|organization| organization.scim_connection.as_ref());
    let (mut connections, mut groups) = (Vec::new(), Vec::new());
    for connection in known {
        let giving = connection.roles.iter().filter(|role| wanted.contains(&role.role_id));
        groups.extend(giving.map(|role| role.group_id.clone()));
        connections.push(connection.connection_id.clone());
    }
    if groups.is_empty() {
        return None;
    }
    let connection = sql.is_one_of("s.connection_id", &connections);
    let group = sql.is_one_of("s.group_id", &groups);
    Some(format!(
        "EXISTS (SELECT 1 FROM scim_memberships s
                 WHERE s.organization_id = m.organization_id AND {connection} AND s.member_id = m.id AND {group})"
    ))
}
