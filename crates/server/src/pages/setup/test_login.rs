use super::shell::{Visit, page};
use super::sso::path;
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use crate::sso::{self, good};
use database::Tx;
use foundation::error::Result;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Test {
    /// The id of the SSO connection.
    connection_id: String,
    /// The id of the request with which the browser came back.
    request_id: String,
}

/// What came of a test login: the answer, how it was read, and what is wrong with it.
#[endpoint(
    "setup.sso_test",
    page GET "/setup/sso/{connection_id}/tests/{request_id}",
    errors(UnauthorizedAction, SsoConnectionNotFound)
)]
pub(super) fn result(tx: &mut Tx, cx: &Call<SetupCaller>, test: Test) -> Result<Shown> {
    let visit = Visit::of(cx, Purpose::Sso)?;
    let organization = visit.organization(tx)?;
    let connection = sso::find(tx, cx, &organization, &test.connection_id)?;
    let exchange = sso::recorded(tx, &connection)?
        .into_iter()
        .find(|exchange| exchange.is_test && exchange.request_id == test.request_id);
    let can_be_activated = match good::find(tx, cx, &connection)? {
        Some(good) => !connection.is_active() && good.is_of(&connection)?,
        None => false,
    };
    let exchange = exchange.map(|exchange| {
        let attributes = exchange.identity.iter().flat_map(|read| &read.attributes);
        let attributes: Vec<_> =
            attributes.map(|(name, value)| json!({ "name": name, "value": told(value) })).collect();
        json!({
            "is_good": exchange.verdict == "accepted",
            "reason": exchange.reason,
            "mend": MENDS.contains(&exchange.error_type.as_str()).then(|| format!("setup.mend_{}", exchange.error_type)),
            "remedy": exchange.remedy,
            "error_type": exchange.error_type,
            "response": exchange.response,
            "identity": exchange.identity,
            "attributes": attributes,
        })
    });
    let values = json!({
        "href": path(&test.connection_id),
        "name": connection.display_name,
        "exchange": exchange,
        "can_be_activated": can_be_activated,
        "is_active": connection.is_active(),
    });
    page(&visit, "sso", "setup_test.html", None, values)
}

/// Errors of which these pages say by their own fields how they are mended: `setup.mend_ERROR`.
const MENDS: [&str; 8] = [
    "invalid_audience_saml_response",
    "saml_certificate_mismatch",
    "missing_signature_saml_response",
    "invalid_saml_response",
    "invalid_saml_response_email",
    "oidc_auth_code_error",
    "oidc_invalid_id_token",
    "oidc_response_email_missing",
];

/// The value of an attribute, for people.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(told).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;

    #[test]
    fn every_mend_is_said() {
        let said: Map<String, Value> = serde_json::from_str(include_str!("../locales/en/setup.json")).unwrap();
        let mends: Vec<_> = said.keys().filter_map(|key| key.strip_prefix("mend_")).collect();
        assert_eq!(mends, MENDS);
    }
}
