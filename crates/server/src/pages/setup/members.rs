use super::shell::{Refused, Visit, page};
use super::sso::changes;
use crate::magic_links::{self, Invite};
use crate::members::{self, Member, MemberById, Search, UpdateMember};
use crate::organizations;
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use database::Tx;
use foundation::error::{ApiError, Result};
use foundation::rbac::resource::MEMBER;
use foundation::rbac::{MEMBER_ROLE, Policy};
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Members of a page.
const SHOWN: i64 = 50;

#[derive(Clone, Default, Deserialize, JsonSchema)]
pub(super) struct Asked {
    /// What goes on after this page.
    #[serde(default)]
    cursor: String,
    /// A part of the address of who is looked for.
    #[serde(default)]
    email: String,
}

/// The members of the organization.
#[endpoint("setup.members", page GET "/setup/members", scans, errors(UnauthorizedAction))]
pub(super) fn show(tx: &mut Tx, cx: &Call<SetupCaller>, asked: Asked) -> Result<Shown> {
    let visit = Visit::of(cx, Purpose::Members)?;
    match shown(tx, &visit, &asked, None) {
        Ok(shown) => Ok(shown),
        // Whoever is looked for in a way that is none sees all.
        Err(error) => shown(tx, &visit, &Asked::default(), Some(&Refused::of(error)?)),
    }
}

fn shown(tx: &mut Tx, visit: &Visit, asked: &Asked, refused: Option<&Refused>) -> Result<Shown> {
    let cx = &*visit.cx;
    cx.require(MEMBER, "search")?;
    let organization = visit.organization(tx)?;
    let policy = organizations::policy(tx, cx.project(), &organization)?;
    let email = asked.email.trim();
    let operands: Vec<_> = match email {
        "" => Vec::new(),
        part => vec![json!({ "filter_name": "member_email_fuzzy", "filter_value": part })],
    };
    let mut query = json!({ "organization_ids": [organization.organization_id], "limit": SHOWN });
    if !operands.is_empty() {
        query["query"] = json!({ "operator": "AND", "operands": operands });
    }
    if !asked.cursor.is_empty() {
        query["cursor"] = json!(asked.cursor);
    }
    let found = members::search(tx, cx, &changes::<Search>(query)?)?;
    let roles = given(visit, &policy);
    let rows: Vec<_> = found.members.iter().map(|member| row(visit, member)).collect();
    let values = json!({
        "members": rows,
        "total": found.results_metadata.total,
        "next": found.results_metadata.next_cursor,
        "email": email,
        "roles": roles,
    });
    page(visit, "members", "setup_members.html", refused, values)
}

/// The roles that can be given here: those that the link may give, and that are nothing that everybody has.
fn given(visit: &Visit, policy: &Policy) -> Vec<Value> {
    let roles = policy.roles.iter().filter(|role| role.role_id != MEMBER_ROLE);
    let may_give = |role: &str| visit.cx.require_reach(&[role.to_owned()]).is_ok();
    let given = roles.filter(|role| may_give(&role.role_id));
    given.map(|role| json!({ "value": role.role_id, "label": role.role_id, "hint": role.description })).collect()
}

fn row(visit: &Visit, member: &Member) -> Value {
    let roles: Vec<_> = member.role_ids().into_iter().filter(|role| role != MEMBER_ROLE).collect();
    json!({
        "member_id": member.member_id,
        "name": member.name,
        "email": member.email_address.as_str(),
        "status": member.status.as_str(),
        "roles": roles,
        "role": member.direct_roles.first(),
        "is_within_reach": visit.cx.require_reach(&member.role_ids()).is_ok(),
    })
}

/// What a form of the page of members sends.
#[derive(Clone, Deserialize, JsonSchema)]
pub(super) struct Change {
    /// What is to be done: `invite`, `roles` or `remove`.
    #[serde(default)]
    action: String,
    /// Who is changed.
    #[serde(default)]
    member_id: String,
    /// Who is invited.
    #[serde(default)]
    email_address: String,
    /// Their name.
    #[serde(default)]
    name: String,
    /// The one role that they have besides everybody's; empty for none.
    #[serde(default)]
    role: String,
}

/// Invite or remove somebody, or give them a role.
#[endpoint("setup.members_change", page POST "/setup/members", errors(UnauthorizedAction))]
pub(super) async fn change(cx: Call<SetupCaller>, input: Change) -> Result<Shown> {
    let visit = Visit::of(&cx, Purpose::Members)?;
    let asked = visit.clone();
    match cx.write(move |tx| done(tx, &asked, &input)).await {
        Ok(()) => Ok(Shown::elsewhere("/setup/members")),
        Err(error) => {
            let refused = Arc::new(Refused::of(error)?);
            cx.scan(move |tx| shown(tx, &visit, &Asked::default(), Some(&refused))).await
        }
    }
}

fn done(tx: &mut Tx, visit: &Visit, input: &Change) -> Result<()> {
    let (cx, organization) = (&*visit.cx, visit.caller.organization_ref());
    let roles: Vec<&str> = Some(input.role.as_str()).filter(|role| !role.is_empty()).into_iter().collect();
    let organization = organization.as_str();
    match input.action.as_str() {
        "invite" => {
            cx.require(MEMBER, "create")?;
            let asked = json!({
                "organization_id": organization,
                "email_address": input.email_address.trim(),
                "name": Some(input.name.trim()).filter(|name| !name.is_empty()),
                "roles": Some(&roles).filter(|roles| !roles.is_empty()),
            });
            magic_links::invite_member(tx, cx, changes::<Invite>(asked)?).map(drop)
        }
        "roles" => {
            let asked = json!({ "organization_id": organization, "member_id": input.member_id, "roles": roles });
            members::update_member(tx, cx, changes::<UpdateMember>(asked)?).map(drop)
        }
        "remove" => {
            let asked = json!({ "organization_id": organization, "member_id": input.member_id });
            members::delete_member(tx, cx, &changes::<MemberById>(asked)?).map(drop)
        }
        _ => Err(ApiError::InvalidArgument.because("The form says nothing that could be done.")),
    }
}
