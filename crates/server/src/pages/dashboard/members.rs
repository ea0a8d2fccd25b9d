//! Members of an organization, and one of them with their sessions.

use super::words::{ago, locale_of};
use super::{Shown, address, organization, show_of, within};
use crate::attempts;
use crate::explanation::{Asked, explain};
use crate::impersonation;
use crate::members::{self, Member, operator};
use crate::operators::Operator;
use crate::organizations::{AuthMethod, Organization};
use crate::search::{Page, Part, json_of};
use crate::sessions;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::id::MemberId;
use foundation::time;
use frame::{Call, endpoint};
use mail::Locale;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Members on a page.
const LISTED: i64 = 50;

#[derive(Deserialize, JsonSchema)]
pub(super) struct All {
    /// The id of the project.
    project_id: String,
    /// The id of the organization.
    organization_id: String,
    /// An address, or a part of one.
    #[serde(default)]
    q: String,
    /// Where the page before ended.
    #[serde(default)]
    after: String,
}

/// Members of an organization, oldest first, or those that are searched for. However many there are, a page without a search
/// takes the same time: nobody counts them.
#[endpoint(
    "dashboard.members",
    page GET "/dashboard/projects/{project_id}/organizations/{organization_id}/members",
    quiet,
    errors(ProjectNotFound, OrganizationNotFound, InvalidArgument)
)]
pub(super) async fn all(cx: Call<Operator>, input: All) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let wanted = input.q.trim().to_owned();
    let (by, id, after) = (own.clone(), input.organization_id.clone(), MemberId::parse(&input.after));
    let email = EmailAddress::parse(&wanted).ok();
    let is_list = wanted.is_empty();
    let look = move |tx: &mut Tx| {
        let organization = organization(tx, &by, &id)?;
        let mut found = match &email {
            _ if is_list => members::some_after(tx, &organization, after.as_ref(), LISTED + 1)?,
            Some(email) => members::find_by_present_email(tx, &organization, email)?.into_iter().collect(),
            None => Vec::new(),
        };
        let has_more = found.len() as i64 > LISTED;
        found.truncate(LISTED as usize);
        Ok((organization, found, has_more))
    };
    let (organization, found, has_more) = own.read(look).await?;
    let mut next = found.last().filter(|_| has_more).map(|last| last.member_id.to_string());
    let mut rows: Vec<_> = found.iter().map(row).collect();
    let is_short = !is_list && rows.is_empty() && wanted.chars().count() < crate::search::MIN_FUZZY;
    if !is_list && rows.is_empty() && !is_short {
        let after = Some(input.after).filter(|after| !after.is_empty());
        let part = Part { limit: LISTED, after };
        let Page { rows: found, next: more, .. } = operator::search_in(&own, &organization, &wanted, part).await?;
        rows = found.into_iter().map(told).collect();
        next = more;
    }
    let here = format!("/dashboard/projects/{}/organizations/{}/members", project.id, organization.organization_id);
    let values = json!({
        "organization": named(&organization), "members": rows, "q": wanted, "is_short": is_short,
        "next": next.map(|after| address(&here, &[("q", &wanted), ("after", &after)])),
    });
    show_of(&cx, &project, "dashboard.organizations", "dashboard/members.html", values).await
}

fn named(organization: &Organization) -> Value {
    json!({ "organization_id": organization.organization_id, "organization_name": organization.organization_name })
}

/// What a list shows of a member.
fn row(member: &Member) -> Value {
    json!({
        "member_id": member.member_id, "email_address": member.email_address, "name": member.name,
        "status": member.status, "is_locked": member.is_locked, "has_second_factor": member.has_second_factor(),
        "roles": member.role_ids(), "is_breakglass": member.is_breakglass,
    })
}

/// The same of one that was searched for.
fn told(mut member: Value) -> Value {
    let text = |name: &str| member[name].as_str().is_some_and(|text| !text.is_empty());
    let has_passkey = member["has_passkey"] == true;
    let has_second_factor = has_passkey || text("mfa_phone_number") || text("totp_registration_id");
    let roles: Value = member["roles"].as_array().into_iter().flatten().map(|role| role["role_id"].clone()).collect();
    member["has_second_factor"] = has_second_factor.into();
    member["roles"] = roles;
    member
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct One {
    /// The id of the project.
    pub(super) project_id: String,
    /// The id of the organization.
    pub(super) organization_id: String,
    /// The id of the member.
    pub(super) member_id: String,
    /// What was done: said once more on the page.
    #[serde(default)]
    pub(super) done: String,
}

/// A member: their account, their sessions, and what would happen if they signed in now.
#[endpoint(
    "dashboard.member",
    page GET "/dashboard/projects/{project_id}/organizations/{organization_id}/members/{member_id}",
    quiet,
    errors(ProjectNotFound, OrganizationNotFound, MemberNotFound)
)]
pub(super) async fn one(cx: Call<Operator>, input: One) -> Result<Shown> {
    page_of(&cx, input, More::default()).await
}

/// What the page says besides.
#[derive(Default)]
pub(super) struct More {
    /// The URL with which the operator acts in the member's place; it is shown this once.
    pub(super) url: Option<String>,
    /// Why they may not, and what they typed.
    pub(super) problem: Option<(ApiError, String)>,
    pub(super) reason: String,
    pub(super) redirect_url: String,
}

/// The page of a member.
pub(super) async fn page_of(cx: &Call<Operator>, input: One, more: More) -> Result<Shown> {
    let (project, own) = within(cx, &input.project_id).await?;
    let by = own.clone();
    let One { organization_id, member_id, done, .. } = input;
    let locale = locale_of(cx);
    let look = move |tx: &mut Tx| {
        let organization = organization(tx, &by, &organization_id)?;
        let member = found(tx, &organization, &member_id)?;
        let sessions = sessions::of_member(tx, &by, &organization, &member)?;
        let outlook = outlook(tx, &by, &organization, &member, locale)?;
        let urls = impersonation::urls(tx, &by)?;
        Ok((organization, member, sessions, outlook, urls))
    };
    let (organization, member, sessions, outlook, urls) = own.read(look).await?;
    let ways = |session: &sessions::MemberSession| -> Vec<Value> {
        session.authentication_factors.iter().map(|factor| json!(factor.kind)).collect()
    };
    let sessions: Vec<_> = sessions
        .iter()
        .map(|session| {
            json!({
                "id": session.member_session_id, "ways": ways(session),
                "started": ago(locale, session.started_at, cx.now()),
                "used": ago(locale, session.last_accessed_at, cx.now()),
                "started_at": time::to_text(session.started_at), "used_at": time::to_text(session.last_accessed_at),
                "ends_at": time::to_text(session.expires_at),
            })
        })
        .collect();
    let is_of_reason = |error: &ApiError| *error == ApiError::InvalidImpersonationReason;
    let problem = more.problem.as_ref().filter(|(error, _)| !is_of_reason(error)).map(|(_, text)| text);
    let has_no_reason = more.problem.as_ref().is_some_and(|(error, _)| is_of_reason(error));
    let title = if member.name.is_empty() { member.email_address.to_string() } else { member.name.clone() };
    let values = json!({
        "title": title, "organization": named(&organization), "member": json_of(&member)?, "sessions": sessions,
        "error_type": more.problem.as_ref().map(|(error, _)| error.error_type()),
        "outlook": outlook, "done": done_words(&done),
        "has_second_factor": member.has_second_factor(),
        "impersonation": {
            "is_allowed": project.settings.user_impersonation_enabled, "url": more.url,
            "urls": urls.iter().map(|url| json!({ "value": url, "label": url })).collect::<Vec<_>>(),
            "minutes": impersonation::MINUTES, "problem": problem,
            "problem_of_reason": has_no_reason.then_some("dashboard_member.reason_wrong"),
            "reason": more.reason, "redirect_url": more.redirect_url,
        },
    });
    let page = show_of(cx, &project, "dashboard.organizations", "dashboard/member.html", values).await?;
    Ok(page.refused(more.problem.map(|(error, _)| error)))
}

fn done_words(done: &str) -> Option<&'static str> {
    match done {
        "revoked" => Some("dashboard_member.done_revoked"),
        "signed_out" => Some("dashboard_member.done_signed_out"),
        "unlocked" => Some("dashboard_member.done_unlocked"),
        _ => None,
    }
}

pub(super) fn found(tx: &mut Tx, organization: &Organization, id: &str) -> Result<Member> {
    let id = MemberId::parse(id).ok_or(ApiError::MemberNotFound)?;
    members::find_any(tx, organization, &id)?.ok_or(ApiError::MemberNotFound.into())
}

/// What each way to log in would come to.
fn outlook(tx: &mut Tx, cx: &Cx, organization: &Organization, member: &Member, locale: Locale) -> Result<Vec<Value>> {
    let mut outlook = Vec::new();
    let words = super::settings::method_words(locale);
    for word in words.as_array().into_iter().flatten().filter(|word| word["is_built"] == true) {
        let Some(method) = word["value"].as_str().and_then(AuthMethod::parse) else { continue };
        let email = member.email_address.clone();
        let asked = Asked {
            email,
            method,
            connection_id: None,
            tenants: Vec::new(),
            second_factors: Vec::new(),
            passkey: false,
        };
        let explained = explain(tx, cx, organization, &asked)?;
        outlook.push(json!({
            "query": address("", &[("email", member.email_address.as_str()), ("method", method.as_str())]),
            "label": word["label"], "verdict": explained.verdict, "sentence": explained.sentence,
        }));
    }
    Ok(outlook)
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Change {
    /// The id of the project.
    project_id: String,
    /// The id of the organization.
    organization_id: String,
    /// The id of the member.
    member_id: String,
    /// `revoke` one session, `sign_out` of all, or `unlock`.
    change: String,
    /// The id of the session that is revoked.
    #[serde(default)]
    session: String,
}

/// End a session of a member, or all of them, or a lock.
#[endpoint(
    "dashboard.change_member",
    page POST "/dashboard/projects/{project_id}/organizations/{organization_id}/members/{member_id}",
    errors(ProjectNotFound, OrganizationNotFound, MemberNotFound, SessionNotFound, InvalidArgument)
)]
pub(super) async fn change(cx: Call<Operator>, input: Change) -> Result<Shown> {
    let (_, own) = within(&cx, &input.project_id).await?;
    let Change { project_id, organization_id, member_id, change, session } = input;
    let here = format!("/dashboard/projects/{project_id}/organizations/{organization_id}/members/{member_id}");
    let by = own.clone();
    let done = own
        .write(move |tx| {
            let organization = organization(tx, &by, &organization_id)?;
            let mut member = found(tx, &organization, &member_id)?;
            match change.as_str() {
                "revoke" => sessions::end_of_member(tx, &by, &organization, &member, &session).map(|()| "revoked"),
                "sign_out" => members::end_sessions(tx, &by, &mut member, None).map(|()| "signed_out"),
                "unlock" => attempts::end_locks(tx, &by, &organization, &mut member).map(|()| "unlocked"),
                _ => Err(ApiError::InvalidArgument.because("The dashboard knows no such change.")),
            }
        })
        .await?;
    Ok(Shown::elsewhere(address(&here, &[("done", done)])))
}
