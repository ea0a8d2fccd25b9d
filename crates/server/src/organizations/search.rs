//! Finding organizations.

use super::Organization;
use super::store;
use crate::cursor::{Cursor, Listing};
use crate::search::{self, Condition, Errors, Filter, Query, ResultsMetadata};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::wire_enum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const ERRORS: Errors = Errors {
    name_not_string: ApiError::OrganizationSearchFilterNameNotString,
    missing_name: ApiError::OrganizationSearchMissingFilterName,
    missing_value: ApiError::OrganizationSearchMissingFilterValue,
    expected_strings: ApiError::OrganizationSearchExpectedStrings,
    expected_string: ApiError::OrganizationSearchExpectedString,
    expected_boolean: ApiError::OrganizationSearchExpectedBoolean,
};

wire_enum! {
    /// What organizations are searched by.
    OrganizationFilter(OrganizationSearchFilterUnknown) {
        /// Ids, slugs or external ids, in a list.
        OrganizationIds = "organization_ids",
        /// Slugs, in a list.
        OrganizationSlugs = "organization_slugs",
        /// A part of the name: 3 characters or more.
        OrganizationNameFuzzy = "organization_name_fuzzy",
        /// A part of the slug: 3 characters or more.
        OrganizationSlugFuzzy = "organization_slug_fuzzy",
        /// Addresses, in a list: organizations that one of them is a member of.
        MemberEmails = "member_emails",
        /// A part of a member's address: 3 characters or more.
        MemberEmailFuzzy = "member_email_fuzzy",
        /// Domains of `email_allowed_domains`, in a list.
        AllowedDomains = "allowed_domains",
        /// A part of such a domain: 3 characters or more.
        AllowedDomainFuzzy = "allowed_domain_fuzzy",
        /// Domains that are claimed, in a list.
        ClaimedEmailDomains = "claimed_email_domains",
        /// `true` or `false`.
        HasActiveSsoConnection = "has_active_sso_connection",
        /// The id of an SSO connection: the organization whose it is.
        SsoConnectionId = "sso_connection_id",
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Search {
    /// `next_cursor` of the page before; the first page when absent.
    cursor: Option<String>,
    /// How many a page has at most.
    #[schemars(range(min = *search::LIMIT.start(), max = *search::LIMIT.end()), extend("default" = search::USUAL_LIMIT))]
    limit: Option<i64>,
    /// What is looked for; everything, when absent.
    #[serde(default, deserialize_with = "frame::object")]
    query: Option<Query<OrganizationFilter>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Found {
    /// The organizations of this page.
    pub(super) organizations: Vec<Organization>,
    /// What comes after this page.
    pub(super) results_metadata: ResultsMetadata,
}

pub(super) fn run(tx: &mut Tx, cx: &Cx, input: &Search) -> Result<Found> {
    let project = &cx.project().id;
    let limit = search::limit(input.limit)?;
    let after =
        Cursor::read(&cx.app, project, Listing::Organizations, input.cursor.as_deref())?.and_then(search::position);
    let mut condition = Condition::new(1);
    let sql = condition.join(input.query.as_ref(), &ERRORS, filter)?;
    let (mut organizations, total) = store::search(tx, project, &sql, condition.into_arguments(), after, limit + 1)?;
    let more = search::cut(&mut organizations, limit);
    let last = organizations.last().filter(|_| more);
    let next_cursor = last.map(|o| {
        let position = search::position_of(o.created_at, &o.organization_id);
        Cursor::write(&cx.app, project, Listing::Organizations, &position)
    });
    Ok(Found { organizations, results_metadata: ResultsMetadata { total, next_cursor } })
}

fn filter(sql: &mut Condition, filter: &Filter) -> Result<String> {
    let lower = |list: Vec<String>| list.into_iter().map(|s| s.to_lowercase()).collect::<Vec<_>>();
    let unknown = || {
        ApiError::OrganizationSearchFilterUnknown.because(format!("There is no organization filter {}.", filter.name))
    };
    Ok(match OrganizationFilter::parse(filter.name).ok_or_else(unknown)? {
        OrganizationFilter::OrganizationIds => sql.is_one_of("o.id", &filter.strings()?),
        OrganizationFilter::OrganizationSlugs => slug(&sql.is_one_of("l.name", &lower(filter.strings()?))),
        OrganizationFilter::OrganizationNameFuzzy => {
            sql.is_like("o.folded_name", &filter.fuzzy(ApiError::OrganizationNameFuzzyTooShort)?)
        }
        OrganizationFilter::OrganizationSlugFuzzy => {
            slug(&sql.is_like("l.name", &filter.fuzzy(ApiError::OrganizationSlugFuzzyTooShort)?))
        }
        OrganizationFilter::MemberEmails => member(&sql.is_one_of("d.email_address", &lower(filter.strings()?))),
        OrganizationFilter::MemberEmailFuzzy => {
            member(&sql.is_like("d.email_address", &filter.fuzzy(ApiError::OrganizationMemberEmailFuzzyTooShort)?))
        }
        OrganizationFilter::AllowedDomains => domain("allowed", &sql.is_one_of("d.domain", &lower(filter.strings()?))),
        OrganizationFilter::AllowedDomainFuzzy => {
            let pattern = filter.fuzzy(ApiError::OrganizationAllowedDomainFuzzyTooShort)?;
            domain("allowed", &sql.is_like("d.domain", &pattern))
        }
        OrganizationFilter::ClaimedEmailDomains => {
            domain("claimed", &sql.is_one_of("d.domain", &lower(filter.strings()?)))
        }
        OrganizationFilter::HasActiveSsoConnection => match filter.boolean()? {
            true => connection("s.is_active"),
            false => format!("NOT ({})", connection("s.is_active")),
        },
        OrganizationFilter::SsoConnectionId => connection(&sql.is_one_of("s.id", &[filter.string()?])),
    })
}

/// What has an index of its own is looked up there first, and not once for each organization of the project, which is
/// the statement's first argument.
fn slug(condition: &str) -> String {
    format!(
        "o.id IN (SELECT l.organization_id FROM organization_locators l
                  WHERE l.project_id = $1 AND l.kind = 'slug' AND {condition})"
    )
}

fn member(condition: &str) -> String {
    format!("o.id IN (SELECT d.organization_id FROM member_directory d WHERE d.project_id = $1 AND {condition})")
}

fn connection(condition: &str) -> String {
    format!("o.id IN (SELECT s.organization_id FROM sso_connections s WHERE s.project_id = $1 AND {condition})")
}

fn domain(kind: &'static str, condition: &str) -> String {
    format!(
        "o.id IN (SELECT d.organization_id FROM organization_domains d
                  WHERE d.project_id = $1 AND d.kind = '{kind}' AND {condition})"
    )
}
