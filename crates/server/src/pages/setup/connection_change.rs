use super::connection::{MAPPED, shown};
use super::shell::{Refused, Visit};
use super::sso::{changes, path};
use crate::pages::render::page_in;
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use crate::sso::{self, MetadataSource, OidcChanges, SamlChanges, Settings, Way, good};
use axum::http::StatusCode;
use database::Tx;
use foundation::error::{ApiError, Result};
use foundation::rbac::resource::SSO;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a form of the page of a connection sends.
#[derive(Clone, Deserialize, JsonSchema)]
pub(super) struct Change {
    /// The id of the SSO connection.
    connection_id: String,
    /// What is to be done: `metadata`, `details`, `mapping`, `remove_certificate`, `test`, `activate`, `restore` or `delete`.
    #[serde(default)]
    action: String,
    /// Where the provider's metadata is.
    #[serde(default)]
    metadata_url: String,
    /// The provider's metadata itself.
    #[serde(default)]
    metadata: String,
    /// The same, as a file.
    #[serde(default)]
    metadata_file: String,
    /// The certificate that is to go.
    #[serde(default)]
    certificate_id: String,
    /// The fields of the connection.
    #[serde(flatten)]
    #[schemars(skip)]
    fields: Map<String, Value>,
}

/// Change a connection, try it, activate it, or return to how it was when it worked.
#[endpoint(
    "setup.sso_change",
    page POST "/setup/sso/{connection_id}",
    errors(UnauthorizedAction, SsoConnectionNotFound)
)]
pub(super) async fn change(cx: Call<SetupCaller>, input: Change) -> Result<Shown> {
    let visit = Visit::of(&cx, Purpose::Sso)?;
    match done(&visit, &input).await {
        Ok(shown) => Ok(shown),
        Err(error) => {
            let refused = Arc::new(Refused::of(error)?);
            let step =
                if matches!(input.action.as_str(), "metadata" | "details" | "mapping") { "details" } else { "test" };
            let typed: Map<String, Value> = input
                .fields
                .iter()
                .filter(|(name, _)| *name != "client_secret")
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect();
            let id = input.connection_id.clone();
            cx.read(move |tx| shown(tx, &visit, &id, step, Some(&refused), &typed)).await
        }
    }
}

async fn done(visit: &Visit, input: &Change) -> Result<Shown> {
    let at = |step: &str| Shown::elsewhere(format!("{}?step={step}", path(&input.connection_id)));
    match input.action.as_str() {
        "metadata" => take_metadata(visit, input).await.map(|()| at("details")),
        "details" => set_details(visit, input).await.map(|()| at("test")),
        "mapping" => set_mapping(visit, input).await.map(|()| at("details")),
        "test" => test(visit, input).await,
        "remove_certificate" | "activate" | "restore" | "delete" => {
            let (cx, visit, input) = (visit.cx.clone(), visit.clone(), input.clone());
            cx.write(move |tx| at_once(tx, &visit, &input)).await
        }
        _ => Err(ApiError::InvalidArgument.because("The form says nothing that could be done.")),
    }
}

/// What takes one transaction.
fn at_once(tx: &mut Tx, visit: &Visit, input: &Change) -> Result<Shown> {
    let (cx, id) = (&*visit.cx, &input.connection_id);
    let organization = visit.organization(tx)?;
    let connection = sso::find(tx, cx, &organization, id)?;
    match input.action.as_str() {
        "remove_certificate" => {
            cx.require(SSO, "update")?;
            sso::remove_certificate(tx, cx, &visit.caller.organization_ref(), id, &input.certificate_id)?;
            Ok(Shown::elsewhere(format!("{}?step=details", path(id))))
        }
        "activate" => {
            cx.require(SSO, "update")?;
            good::activate(tx, cx, organization, &connection)?;
            Ok(Shown::elsewhere(format!("{}?step=test", path(id))))
        }
        "restore" => {
            cx.require(SSO, "update")?;
            good::restore(tx, cx, organization, &connection)?;
            Ok(Shown::elsewhere(format!("{}?step=test", path(id))))
        }
        _ => {
            cx.require(SSO, "delete")?;
            sso::delete_if_possible(tx, cx, organization, &connection)?;
            Ok(Shown::elsewhere("/setup/sso"))
        }
    }
}

/// Begins a test login: the browser goes to the identity provider.
async fn test(visit: &Visit, input: &Change) -> Result<Shown> {
    let (asked, id) = (visit.clone(), input.connection_id.clone());
    let begin = move |tx: &mut Tx| {
        let organization = asked.organization(tx)?;
        let connection = sso::find(tx, &asked.cx, &organization, &id)?;
        sso::begin_trial(&asked.cx, connection)
    };
    let started = visit.cx.read(begin).await?;
    let way = sso::way(&started).await?;
    match way {
        Way::Url(url) => Ok(Shown::elsewhere(url).with([started.cookie])),
        Way::Form { action, saml_request, relay_state } => {
            let values = json!({ "action": action, "saml_request": saml_request, "relay_state": relay_state });
            let page = page_in(&visit.cx.app, visit.locale, "saml_request.html", StatusCode::OK, &values)?;
            Ok(Shown::page(page).with([started.cookie]))
        }
    }
}

async fn take_metadata(visit: &Visit, input: &Change) -> Result<()> {
    let cx = &visit.cx;
    cx.require(SSO, "update")?;
    let document = if input.metadata_file.trim().is_empty() { &input.metadata } else { &input.metadata_file };
    let source = match (input.metadata_url.trim(), document.trim()) {
        ("", "") => {
            return Err(ApiError::InvalidArgument.because("Enter the address of the metadata, or the metadata itself."));
        }
        ("", document) => MetadataSource::Document(document.to_owned()),
        (url, _) => MetadataSource::Url(url.to_owned()),
    };
    let (organization, id) = (visit.caller.organization_ref(), input.connection_id.clone());
    sso::take_metadata(cx, organization, id, source).await.map(drop)
}

/// The fields that a form may set, by protocol.
const SAML_FIELDS: [&str; 4] = ["display_name", "idp_entity_id", "idp_sso_url", "x509_certificate"];
const OIDC_FIELDS: [&str; 4] = ["display_name", "issuer", "client_id", "client_secret"];

async fn set_details(visit: &Visit, input: &Change) -> Result<()> {
    set(visit, input, |is_saml| {
        let names = if is_saml { SAML_FIELDS } else { OIDC_FIELDS };
        let given = names.into_iter().filter_map(|name| Some((name.to_owned(), input.fields.get(name)?.clone())));
        // A secret that is not entered anew stays.
        let given = given
            .filter(|(name, value)| name != "client_secret" || value.as_str().is_some_and(|text| !text.is_empty()));
        Value::Object(given.collect())
    })
    .await
}

async fn set_mapping(visit: &Visit, input: &Change) -> Result<()> {
    set(visit, input, |_| {
        let given = MAPPED
            .into_iter()
            .filter_map(|wanted| Some((wanted.to_owned(), input.fields.get(&format!("map_{wanted}"))?.clone())));
        json!({ "attribute_mapping": given.collect::<Map<_, _>>() })
    })
    .await
}

/// Changes a connection as a request to the API would.
async fn set(visit: &Visit, input: &Change, fields: impl Fn(bool) -> Value) -> Result<()> {
    let cx = &visit.cx;
    cx.require(SSO, "update")?;
    let (asked, id) = (visit.clone(), input.connection_id.clone());
    let find = move |tx: &mut Tx| {
        let organization = asked.organization(tx)?;
        Ok(matches!(sso::find(tx, &asked.cx, &organization, &id)?.settings, Settings::Saml(_)))
    };
    let is_saml = cx.read(find).await?;
    let (organization, id) = (visit.caller.organization_ref(), input.connection_id.clone());
    if is_saml {
        return sso::update_saml(cx, organization, id, changes::<SamlChanges>(fields(true))?).await.map(drop);
    }
    match sso::update_oidc(cx, organization, id, changes::<OidcChanges>(fields(false))?).await? {
        (_, None) => Ok(()),
        (_, Some(warning)) => Err(ApiError::OidcConnectionIssuerInvalid.because(warning)),
    }
}
