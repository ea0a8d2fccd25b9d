//! What is done with connections to OpenID Connect providers from more than one door.

use super::changes::Changes;
use super::{Oidc, published};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::sso::connections::{Connection, Kind, Secrets, Settings, operations, role_assignments};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::stored::Stored;
use std::sync::Arc;

/// The organization and its connection to an OpenID Connect provider.
///
/// # Errors
/// `organization_not_found`, `oidc_connection_not_found`.
fn find(tx: &mut Tx, cx: &Cx, organization: &OrganizationRef, id: &str) -> Result<(Organization, Connection)> {
    operations::find_of_kind(tx, cx, organization, id, Kind::Oidc, ApiError::OidcConnectionNotFound)
}

/// Creates a connection.
///
/// # Errors
/// `organization_not_found`, `too_many_sso_connections`.
pub(crate) fn create(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationRef,
    display_name: String,
    identity_provider: String,
    awaits_test_login: bool,
) -> Result<Connection> {
    let organization = organizations::find_for(tx, cx, organization)?;
    let oidc = Oidc { identity_provider, awaits_test_login, ..Oidc::default() };
    let settings = Settings::Oidc(Stored::new(oidc));
    let connection = Connection::new(cx, &organization.organization_id, display_name, settings, Secrets::default());
    operations::create(tx, cx, organization, &connection)?;
    Ok(connection)
}

/// Changes a connection; with the reason why the provider's addresses could not be filled in, where they could not.
///
/// # Errors
/// `organization_not_found`, `oidc_connection_not_found`, and those of the changes.
pub(crate) async fn update(
    cx: &Arc<Cx>,
    organization: OrganizationRef,
    connection_id: String,
    changes: Changes,
) -> Result<(Connection, Option<String>)> {
    let asked = Arc::new((organization, connection_id, changes));
    let (cx_, input) = (cx.clone(), asked.clone());
    let issuer = cx
        .read(move |tx| {
            let (_, before) = find(tx, &cx_, &input.0, &input.1)?;
            input.2.asks(&cx_, &before)
        })
        .await?;
    let (published, warning) = match (&issuer, asked.2.issuer()) {
        (Some(issuer), _) => published::ask(cx, issuer).await,
        (None, Some(issuer)) => (None, published::renew(cx, issuer).await),
        (None, None) => (None, None),
    };
    let cx_ = cx.clone();
    cx.write(move |tx| {
        let (organization, connection_id, changes) = &*asked;
        let (organization, before) = find(tx, &cx_, organization, connection_id)?;
        let mut connection = before.clone();
        changes.apply(&cx_, published.as_ref(), &mut connection)?;
        role_assignments::check(tx, &cx_, &organization, Some(&before), &connection)?;
        operations::save(tx, &cx_, organization, &before, &mut connection)?;
        Ok((connection, warning.clone()))
    })
    .await
}
