use super::guides::{self, Ours, Protocol};
use super::shell::{Refused, Visit, page, shown_day, shown_time};
use super::sso::{path, protocol};
use crate::pages::phrases::say;
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use crate::sso::{self, Connection, Settings, StoredCertificate, good};
use database::{Timestamp, Tx};
use foundation::error::{ApiError, Result};
use foundation::time;
use frame::{Call, endpoint};
use mail::Locale;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The steps, in order.
const STEPS: [&str; 3] = ["register", "details", "test"];

#[derive(Deserialize, JsonSchema)]
pub(super) struct Asked {
    /// The id of the SSO connection.
    connection_id: String,
    /// The step to show: `register`, `details` or `test`; by itself, the first that is not done.
    #[serde(default)]
    step: String,
}

/// Set a connection up, step by step.
#[endpoint("setup.sso_connection", page GET "/setup/sso/{connection_id}", errors(UnauthorizedAction, SsoConnectionNotFound))]
pub(super) fn show(tx: &mut Tx, cx: &Call<SetupCaller>, asked: Asked) -> Result<Shown> {
    let visit = Visit::of(cx, Purpose::Sso)?;
    shown(tx, &visit, &asked.connection_id, &asked.step, None, &Map::new())
}

/// The page of a connection. `typed` stands in the fields in the place of what is stored, where something was refused.
pub(super) fn shown(
    tx: &mut Tx,
    visit: &Visit,
    connection_id: &str,
    step: &str,
    refused: Option<&Refused>,
    typed: &Map<String, Value>,
) -> Result<Shown> {
    let cx = &*visit.cx;
    let organization = visit.organization(tx)?;
    let connection = sso::find(tx, cx, &organization, connection_id)?;
    let protocol = protocol(&connection).ok_or(ApiError::SsoConnectionNotFound)?;
    let guide = guides::of(connection.identity_provider(), protocol).ok_or(ApiError::SsoConnectionNotFound)?;
    let good = good::find(tx, cx, &connection)?;
    let is_as_tested = match &good {
        Some(good) => good.is_of(&connection)?,
        None => false,
    };
    let callback = connection.callback_url(&cx.app);
    let ours = |value: Ours| match value {
        Ours::Callback | Ours::Audience => callback.clone(),
        Ours::Metadata => format!("{callback}/metadata"),
    };
    let lacking = connection.lacking();
    // Where to go on: what is complete is tried next.
    let is_complete = lacking.is_empty();
    let next = if is_complete { "test" } else { "register" };
    let step = STEPS.into_iter().find(|known| *known == step).unwrap_or(next);
    let tests: Vec<_> = sso::recorded(tx, &connection)?
        .into_iter()
        .filter(|exchange| exchange.is_test)
        .take(5)
        .map(|exchange| {
            json!({
                "href": format!("{}/tests/{}", path(connection_id), exchange.request_id),
                "at": exchange.created_at.chars().take(16).collect::<String>().replace('T', " "),
                "is_good": exchange.verdict == "accepted",
                "reason": exchange.reason,
            })
        })
        .collect();
    let mut values = json!({
        "href": path(connection_id),
        "name": if connection.display_name.is_empty() { guide.name } else { &connection.display_name },
        "guide": guide.shown(ours),
        "step": step,
        "step_number": STEPS.iter().position(|known| *known == step).unwrap_or_default() + 1,
        "is_active": connection.is_active(),
        "is_complete": is_complete,
        "lacking": lacking.into_iter().map(|field| called(visit.locale, field)).collect::<Vec<_>>(),
        "is_as_tested": is_as_tested,
        "good_at": good.as_ref().filter(|_| !is_as_tested).map(|good| shown_time(good.seen_at)),
        "tests": tests,
        "fields": fields(&connection, typed),
        "certificates": certificates(&connection, cx.now()),
        "is_saml": protocol == Protocol::Saml,
    });
    if let Settings::Oidc(oidc) = &connection.settings {
        values["has_secret"] = json!(!oidc.client_secret_id.is_empty());
    }
    page(visit, "sso", "setup_connection.html", refused, values)
}

/// What the pages call a field that a connection lacks. What they have no field for comes with the issuer, and has its own name.
fn called(locale: Locale, field: &str) -> String {
    let phrase = match field {
        "idp_entity_id" => "setup.idp_entity_id",
        "idp_sso_url" => "setup.idp_sso_url",
        "x509_certificate" => "setup.certificates",
        "attribute_mapping" => "setup.mapping_title",
        "issuer" => "setup.issuer",
        "client_id" => "setup.client_id",
        "client_secret" => "setup.client_secret",
        other => return other.to_owned(),
    };
    say(locale, phrase, &[])
}

/// What stands in the fields. Secrets never do.
fn fields(connection: &Connection, typed: &Map<String, Value>) -> Map<String, Value> {
    let mut fields = Map::new();
    let mapping = match &connection.settings {
        Settings::Saml(saml) => {
            fields.insert("idp_entity_id".into(), json!(saml.idp_entity_id));
            fields.insert("idp_sso_url".into(), json!(saml.idp_sso_url));
            Some(&saml.attribute_mapping)
        }
        Settings::Oidc(oidc) => {
            fields.insert("issuer".into(), json!(oidc.issuer));
            fields.insert("client_id".into(), json!(oidc.client_id));
            Some(&oidc.attribute_mapping)
        }
        Settings::External(_) => None,
    };
    fields.insert("display_name".into(), json!(connection.display_name));
    for wanted in MAPPED {
        let name = mapping.and_then(|mapping| mapping.get(wanted)).cloned().unwrap_or_default();
        fields.insert(format!("map_{wanted}"), json!(name));
    }
    fields.extend(typed.clone());
    fields
}

/// What of the mapping can be changed here.
pub(super) const MAPPED: [&str; 5] = ["email", "full_name", "first_name", "last_name", "groups"];

/// The certificates of a connection: those of the identity provider, and ours.
fn certificates(connection: &Connection, now: Timestamp) -> Vec<Value> {
    let Settings::Saml(saml) = &connection.settings else { return Vec::new() };
    let row = |certificate: &StoredCertificate, is_ours: bool| {
        let days = certificate.expires_at.map(|end| time::seconds_until(end, now) / (24 * 3600));
        json!({
            "id": certificate.id,
            "issuer": certificate.issuer,
            "is_ours": is_ours,
            "end": certificate.expires_at.map(shown_day),
            "has_ended": certificate.expires_at.is_some_and(|end| end <= now),
            "ends_soon": days.is_some_and(|days| days < 30),
        })
    };
    let theirs = saml.verification_certificates.iter().map(|certificate| row(certificate, false));
    theirs.chain(saml.signing_certificates.iter().map(|certificate| row(certificate, true))).collect()
}
