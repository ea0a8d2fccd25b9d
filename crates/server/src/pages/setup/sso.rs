use super::guides::{self, GUIDES, Guide, Protocol};
use super::shell::{Refused, Visit, page};
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use crate::sso::{self, Connection, SamlChanges};
use database::Tx;
use foundation::error::{ApiError, Error, Result};
use foundation::rbac::resource::SSO;
use frame::{Call, NoInput, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Where the page of a connection is.
pub(super) fn path(connection_id: &str) -> String {
    format!("/setup/sso/{connection_id}")
}

/// The connections to identity providers, and which can be added.
#[endpoint("setup.sso", page GET "/setup/sso", errors(UnauthorizedAction))]
pub(super) fn connections(tx: &mut Tx, cx: &Call<SetupCaller>, _: NoInput) -> Result<Shown> {
    listed(tx, &Visit::of(cx, Purpose::Sso)?, None)
}

fn listed(tx: &mut Tx, visit: &Visit, refused: Option<&Refused>) -> Result<Shown> {
    let organization = visit.organization(tx)?;
    let connections: Vec<_> = sso::all(tx, &visit.cx, &organization)?.iter().map(row).collect();
    let products: Vec<_> = GUIDES.iter().map(|guide| guide.shown(|_| String::new())).collect();
    let values = json!({ "connections": connections, "products": products });
    page(visit, "sso", "setup_sso.html", refused, values)
}

fn row(connection: &Connection) -> Value {
    let id = connection.connection_id.as_str();
    let protocol = protocol(connection);
    let guide = protocol.and_then(|protocol| guides::of(connection.identity_provider(), protocol));
    json!({
        "href": protocol.map(|_| path(id)),
        "name": if connection.display_name.is_empty() { guide.map_or(id, |guide| guide.name) } else { &connection.display_name },
        "protocol": protocol.map_or("", Protocol::as_str),
        "is_active": connection.is_active(),
    })
}

/// The protocol of a connection; none where it is another organization's.
pub(super) fn protocol(connection: &Connection) -> Option<Protocol> {
    match connection.settings {
        sso::Settings::Saml(_) => Some(Protocol::Saml),
        sso::Settings::Oidc(_) => Some(Protocol::Oidc),
        sso::Settings::External(_) => None,
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Add {
    /// The way to set up a product.
    #[serde(default)]
    guide: String,
}

/// Add a connection, which nobody logs in by before it was tried.
#[endpoint("setup.sso_add", page POST "/setup/sso", errors(UnauthorizedAction))]
pub(super) async fn add(cx: Call<SetupCaller>, input: Add) -> Result<Shown> {
    let visit = Visit::of(&cx, Purpose::Sso)?;
    let created = match guides::by_id(&input.guide) {
        Some(guide) => create(&visit, guide).await,
        None => Err(ApiError::InvalidSsoIdp.into()),
    };
    match created {
        Ok(id) => Ok(Shown::elsewhere(path(&id))),
        Err(error) => {
            let refused = Arc::new(Refused::of(error)?);
            cx.read(move |tx| listed(tx, &visit, Some(&refused))).await
        }
    }
}

/// Creates a connection as the guide begins; its id.
async fn create(visit: &Visit, guide: &'static Guide) -> Result<String> {
    let (cx, reference) = (&visit.cx, visit.caller.organization_ref());
    cx.require(SSO, "create")?;
    let (name, product) = (guide.name.to_owned(), guide.product.to_owned());
    match guide.protocol {
        Protocol::Saml => {
            let connection = sso::create_saml(cx, reference.clone(), name, product, true).await?;
            let id = connection.connection_id.to_string();
            let mapping: Map<String, Value> =
                guide.mapping.iter().map(|(wanted, name)| ((*wanted).to_owned(), json!(name))).collect();
            let changes = changes::<SamlChanges>(json!({ "attribute_mapping": mapping }))?;
            sso::update_saml(cx, reference, id.clone(), changes).await?;
            Ok(id)
        }
        Protocol::Oidc => {
            let context = cx.clone();
            let create =
                move |tx: &mut Tx| sso::create_oidc(tx, &context, &reference, name.clone(), product.clone(), true);
            Ok(cx.write(create).await?.connection_id.to_string())
        }
    }
}

/// What the API would be sent to change this.
pub(super) fn changes<T: DeserializeOwned>(fields: Value) -> Result<T> {
    serde_json::from_value(fields).map_err(|error| Error::Internal(Box::new(error)))
}
