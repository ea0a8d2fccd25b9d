//! Everything that can be asked for.

use crate::callers::security_schemes;
use crate::{
    admin_portal, attempts, audit_log, branding, discovery, dry_run, email_codes, explanation, impersonation, login,
    magic_links, members, oauth, organization_deletion, organizations, pages, passkeys, passwords, projects, rbac,
    scim, second_factors, sessions, setup_links, sso,
};
use frame::Endpoint;
use serde_json::Value;

/// Every endpoint, one line per subject.
pub fn endpoints() -> Vec<Endpoint> {
    [
        organizations::endpoints(),
        organization_deletion::endpoints(),
        explanation::endpoints(),
        dry_run::endpoints(),
        members::endpoints(),
        attempts::endpoints(),
        magic_links::endpoints(),
        email_codes::endpoints(),
        second_factors::endpoints(),
        passkeys::endpoints(),
        passwords::endpoints(),
        sso::endpoints(),
        oauth::endpoints(),
        scim::endpoints(),
        setup_links::endpoints(),
        branding::endpoints(),
        discovery::endpoints(),
        sessions::endpoints(),
        login::endpoints(),
        impersonation::endpoints(),
        rbac::endpoints(),
        audit_log::endpoints(),
        projects::endpoints(),
        admin_portal::endpoints(),
        pages::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The description of the API (OpenAPI 3.1).
pub fn openapi() -> Value {
    frame::openapi(&endpoints(), &security_schemes())
}

/// Every way in, with what a test has to know of it.
pub fn doors() -> Value {
    frame::doors(&endpoints())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organizations::ExternalId;
    use foundation::error::ApiError;
    use std::collections::BTreeSet;

    /// Their answers say whether a member is authenticated, and have the token of half a login.
    #[test]
    fn every_operation_that_ends_in_a_login_is_counted_as_one() {
        let described = openapi();
        let schemas = described["components"]["schemas"].as_object().unwrap();
        let ends_in_a_login = |operation: &Value| {
            let mut text = operation["responses"]["200"]["content"].to_string();
            let mut known = BTreeSet::new();
            let is_named = |text: &str, name: &str| text.contains(&format!("/{name}\""));
            while let Some((name, schema)) =
                schemas.iter().find(|(name, _)| !known.contains(*name) && is_named(&text, name))
            {
                known.insert(name);
                text += &schema.to_string();
            }
            text.contains("\"member_authenticated\"") && text.contains("\"intermediate_session_token\"")
        };
        let operations =
            described["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
        let ending: Vec<_> = operations.filter(|operation| ends_in_a_login(operation)).collect();
        assert!(ending.len() > 8, "{ending:?}");
        for operation in ending {
            let operation = operation["operationId"].as_str().unwrap().trim_end_matches(".browser");
            assert!(login::method_of_operation(operation).is_some(), "{operation}");
        }
    }

    #[test]
    fn null_is_among_the_words_of_a_field_only_where_it_may_be_null() {
        fn faults(schema: &Value, place: &str, found: &mut Vec<String>) {
            let has_null = |values: &Value| values.as_array().is_some_and(|values| values.contains(&Value::Null));
            let may_be_null = schema["type"].as_array().is_some_and(|types| types.contains(&"null".into()));
            if has_null(&schema["enum"]) && !may_be_null {
                found.push(place.to_owned());
            }
            match schema {
                Value::Object(fields) => {
                    fields.iter().for_each(|(name, inner)| faults(inner, &format!("{place}/{name}"), found))
                }
                Value::Array(items) => items.iter().for_each(|inner| faults(inner, place, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        faults(&openapi(), "", &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

    /// Words that stand in paths where other paths have the id of an organization or a member.
    fn beside_ids() -> BTreeSet<&'static str> {
        let paths: Vec<Vec<&str>> = endpoints()
            .iter()
            .flat_map(|endpoint| endpoint.about.doors)
            .map(|door| door.path.split('/').collect())
            .collect();
        let is_id = |part: &str| matches!(part, "{organization_id}" | "{member_id}");
        let same = |a: &str, b: &str| a == b || a.starts_with('{') || b.starts_with('{');
        let mut words = BTreeSet::new();
        for with_id in &paths {
            for (place, _) in with_id.iter().enumerate().filter(|(_, part)| is_id(part)) {
                let beside = paths
                    .iter()
                    .filter(|path| path.len() > place && path.iter().zip(with_id).take(place).all(|(a, b)| same(a, b)));
                words.extend(beside.map(|path| path[place]).filter(|word| !word.starts_with('{')));
            }
        }
        words
    }

    #[test]
    fn t02_no_id_is_a_word_of_another_path() {
        let words = beside_ids();
        assert!(words.contains("search") && words.contains("me"), "{words:?}");
        for word in words {
            let refused = ExternalId::check(word, ApiError::InvalidMemberExternalId);
            assert!(refused.is_err(), "{word} must be one of PARTS_OF_PATHS");
        }
    }
}
