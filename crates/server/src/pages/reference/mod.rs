//! The API reference, made from the API description and from exchanges that were recorded.

mod example;
mod fields;
mod groups;
mod operation;

use super::description::description;
use super::render::page;
use crate::actor::Anyone;
use axum::http::StatusCode;
use example::Examples;
use fields::Tables;
use foundation::error::{ApiError, Result};
use frame::{Call, Page, endpoint};
use groups::GROUPS;
use operation::{Operation, error_types};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Characters of what is looked for; more finds nothing.
const LONGEST: usize = 100;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Wanted {
    /// Words that an operation has in its name, its path or its description; all operations when absent.
    q: Option<String>,
}

/// How to ask this server, and which operations there are.
#[endpoint("pages.reference", page GET "/reference", quiet)]
pub(super) async fn index(cx: Call<Anyone>, input: Wanted) -> Result<Page> {
    let wanted: String = input.q.unwrap_or_default().chars().take(LONGEST).collect();
    let words: Vec<_> = wanted.split_whitespace().map(str::to_lowercase).collect();
    let openapi = description(&cx.app);
    let found = |subject: &str| -> Vec<Value> {
        let of_group =
            Operation::all(&openapi).filter(|operation| operation.subject() == subject && operation.has(&words));
        of_group.map(|operation| operation.line()).collect()
    };
    let groups =
        GROUPS.iter().map(|group| (group, found(group.subject))).filter(|(_, operations)| !operations.is_empty());
    let groups: Vec<_> = groups
        .map(|(group, operations)| {
            json!({ "subject": group.subject, "name": group.name, "about": group.about, "operations": operations })
        })
        .collect();
    let errors: Vec<_> =
        error_types(&openapi).map(|(status, word)| json!({ "status": status, "error_type": word })).collect();
    let values = json!({
        "groups": groups, "wanted": wanted, "version": openapi["info"]["version"], "public_url": cx.app.public_url(),
        "errors": errors,
    });
    page(&cx.app, "reference.html", StatusCode::OK, &values)
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ByGroup {
    /// The subject of the operations.
    group: String,
}

/// The operations of a group.
#[endpoint("pages.reference_group", page GET "/reference/{group}", quiet, errors(RouteNotFound))]
pub(super) async fn group(cx: Call<Anyone>, input: ByGroup) -> Result<Page> {
    let Some(group) = groups::of_subject(&input.group) else {
        return Err(
            ApiError::RouteNotFound.because("The reference has no such group; all operations are at /reference.")
        );
    };
    let openapi = description(&cx.app);
    let (mut tables, examples) = (Tables::of(&openapi), Examples::of(cx.app.public_url()));
    let of_group = Operation::all(&openapi).filter(|operation| operation.subject() == group.subject);
    let operations: Vec<_> = of_group.map(|operation| operation.show(&mut tables, &examples)).collect();
    let groups: Vec<_> = GROUPS.iter().map(|other| json!({ "subject": other.subject, "name": other.name })).collect();
    let values = json!({
        "groups": groups, "subject": group.subject, "name": group.name, "about": group.about,
        "operations": operations, "objects": tables.objects(),
    });
    page(&cx.app, "reference_group.html", StatusCode::OK, &values)
}

/// Where in the reference the operations are that are answered with an error type, and how they are asked for.
pub(super) fn answering(openapi: &Value, error_type: &str) -> Vec<Value> {
    let answers = |operation: &Operation<'_>| operation.errors().any(|(_, word)| word == error_type);
    Operation::all(openapi).filter(answers).map(|operation| operation.line()).collect()
}

/// Whether any operation is answered with an error type.
pub(super) fn is_of_all(openapi: &Value, error_type: &str) -> bool {
    error_types(openapi).any(|(_, word)| word == error_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_stands_in_a_group() {
        let openapi = crate::openapi();
        for operation in Operation::all(&openapi) {
            assert!(groups::of_subject(operation.subject()).is_some(), "{}", operation.id());
        }
        for group in GROUPS {
            let has_any = Operation::all(&openapi).any(|operation| operation.subject() == group.subject);
            assert!(has_any, "{} is empty", group.subject);
        }
    }
}
