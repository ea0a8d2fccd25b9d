//! What would happen if somebody signed in to an organization now.

use super::words::locale_of;
use super::{Shown, organization, show_of, within};
use crate::explanation::{Asked, explain as explain_login};
use crate::operators::Operator;
use crate::organizations::{AuthMethod, MfaMethod};
use crate::search::json_of;
use database::Tx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Explain {
    /// The id of the project.
    project_id: String,
    /// The id of the organization.
    organization_id: String,
    /// The address of the person who would sign in.
    #[serde(default)]
    email: String,
    /// How they would sign in.
    #[serde(default)]
    method: String,
    /// The tenant that their account at an OAuth provider would be of, if any.
    #[serde(default)]
    tenant: String,
    /// The second factor that they would have proven, if any.
    #[serde(default)]
    factor: String,
}

/// Explain what would happen if somebody signed in to an organization now.
#[endpoint(
    "dashboard.explain_login",
    page GET "/dashboard/projects/{project_id}/organizations/{organization_id}/explain",
    quiet,
    errors(ProjectNotFound, OrganizationNotFound)
)]
pub(super) async fn explain(cx: Call<Operator>, input: Explain) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let email = EmailAddress::parse(&input.email);
    let problem = (!input.email.is_empty() && email.is_err()).then_some("dashboard_organization.wrong_email");
    let method = AuthMethod::parse(&input.method);
    let second_factors: Vec<_> = MfaMethod::parse(&input.factor).into_iter().collect();
    let asked = email.ok().zip(method);
    let tenants: Vec<_> = Some(input.tenant.trim().to_owned()).filter(|id| !id.is_empty()).into_iter().collect();
    let asked = asked.map(|(email, method)| Asked {
        email,
        method,
        connection_id: None,
        tenants,
        second_factors,
        passkey: false,
    });
    let (by, id) = (own.clone(), input.organization_id.clone());
    let look = move |tx: &mut Tx| {
        let organization = organization(tx, &by, &id)?;
        let explained = match &asked {
            Some(asked) => told(json_of(&explain_login(tx, &by, &organization, asked)?)?),
            None => Value::Null,
        };
        Ok((json_of(&organization)?, explained))
    };
    let (found, explained) = own.read(look).await?;
    let locale = locale_of(&cx);
    let values = json!({
        "organization": found, "explained": explained, "problem": problem,
        "email": input.email, "method": input.method, "tenant": input.tenant, "factor": input.factor,
        "methods": super::settings::method_words(locale), "factors": super::settings::factor_words(locale),
    });
    show_of(&cx, &project, "dashboard.organizations", "dashboard/explain.html", values).await
}

/// With what each setting is set to as text.
fn told(mut explained: Value) -> Value {
    for rule in explained["rules"].as_array_mut().into_iter().flatten() {
        let value = &rule["source"]["value"];
        let text = if value.is_null() { String::new() } else { value.to_string() };
        rule["source"]["text"] = text.into();
    }
    explained
}
