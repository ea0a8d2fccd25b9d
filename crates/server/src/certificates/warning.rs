//! Looking through the connections, and writing the mails.

use super::ending::{due, horizon, minutes_left};
use super::store;
use crate::members::{self, About};
use crate::organizations::{self, Organization};
use crate::projects;
use crate::setup_links::{self, Purpose};
use crate::sso::{self, Expiring};
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{Error, Result};
use mail::Template;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Connections that are read at once.
const AT_ONCE: i64 = 200;
/// Administrators that are told of one.
const MOST_ADMINISTRATORS: usize = 20;

/// Warns of every certificate of an active connection for which it is time.
pub(crate) async fn warn(app: App) -> Result<()> {
    let mut after = String::new();
    loop {
        let from = after.clone();
        let until = horizon(app.now());
        let read = move |tx: &mut Tx| sso::expiring(tx, &from, AT_ONCE, until);
        let (expiring, last) = app.db().scan(read).await?;
        for connection in expiring {
            let app = app.clone();
            app.clone().db().write(move |tx| warn_of(tx, &app, &connection)).await?;
        }
        match last {
            Some(last) if !app.is_stopping() => after = last,
            _ => return Ok(()),
        }
    }
}

fn warn_of(tx: &mut Tx, app: &App, connection: &Expiring) -> Result<()> {
    let cx = match projects::enter(tx, &connection.project_id) {
        Ok(project) => Cx::of_server(app, Arc::new(project)),
        Err(Error::Api(..)) => return Ok(()),
        Err(fault) => return Err(fault),
    };
    let Some(organization) = organizations::find_by_id(tx, cx.project(), &connection.organization_id)? else {
        return Ok(());
    };
    for (certificate, ends_at) in &connection.ends {
        let Some(days) = due(*ends_at, cx.now()) else { continue };
        let warning = store::Warning {
            project: &connection.project_id,
            organization: &connection.organization_id,
            connection: connection.connection_id.as_str(),
            certificate,
            days,
            ends_at: *ends_at,
        };
        if store::note(tx, &warning)? {
            tell(tx, &cx, &organization, &connection.display_name, minutes_left(*ends_at, cx.now()))?;
        }
    }
    Ok(())
}

/// Tells the organization's administrators, and whom a setup link for single sign-on was made for.
fn tell(tx: &mut Tx, cx: &Cx, organization: &Organization, connection: &str, minutes: i64) -> Result<()> {
    let administrators = members::administrators(tx, organization, MOST_ADMINISTRATORS)?;
    // By address, so that nobody is told twice.
    let mut told: BTreeMap<String, (EmailAddress, Option<String>)> = BTreeMap::new();
    for contact in setup_links::contacts(tx, organization, Purpose::Sso)? {
        told.insert(contact.to_string(), (contact, None));
    }
    for member in administrators {
        told.insert(member.email_address.to_string(), (member.email_address, Some(member.name)));
    }
    let name = Some(connection.to_owned()).filter(|name| !name.is_empty());
    let about = About { connection_name: name, minutes };
    for (email, name) in told.values() {
        let template = Template::CertificateEnding;
        members::notify_about(tx, cx, template, Some(organization), email, name.as_deref(), &about)?;
    }
    Ok(())
}
