//! Making what a seed says. Organizations and members are asked for at the doors of the API, so all its rules hold, and what
//! is wrong is said in its words.

use super::host::{Ask, Asking};
use super::seed::{Seed, SeededMember, SeededOrganization, SeededProject, in_words};
use crate::members::MemberRef;
use crate::organizations::OrganizationRef;
use crate::{members, organizations, passwords, projects, rbac};
use foundation::app::App;
use foundation::cx::{Cx, Via};
use foundation::id::Environment;
use frame::Endpoint;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A project that was made, with all that a test needs to know of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Planted {
    project_id: String,
    secret: String,
    public_token: String,
    organizations: Vec<PlantedOrganization>,
}

#[derive(Serialize, JsonSchema)]
struct PlantedOrganization {
    organization_id: String,
    organization_slug: String,
    members: Vec<PlantedMember>,
}

#[derive(Serialize, JsonSchema)]
struct PlantedMember {
    member_id: String,
    email_address: String,
}

/// Makes all projects.
///
/// # Errors
/// In words, with the place in the file.
pub(crate) async fn plant_all(app: &App, ask: &Ask, seed: &Seed) -> Result<(), String> {
    if seed.projects.is_empty() {
        return Err("there is no project: write [[projects]]".into());
    }
    for (number, project) in seed.projects.iter().enumerate() {
        let place = |words| format!("projects[{number}]: {words}");
        project.check().map_err(place)?;
        plant(app, ask, project).await.map_err(place)?;
    }
    Ok(())
}

/// Makes a project.
///
/// # Errors
/// In words, with the place in the project.
pub(super) async fn plant(app: &App, ask: &Ask, seeded: &SeededProject) -> Result<Planted, String> {
    let new = projects::New {
        name: seeded.name.clone(),
        environment: Environment::Test,
        redirect_urls: seeded.redirect_urls.clone(),
        origins: seeded.origins.clone(),
        settings: seeded.settings.clone(),
    };
    let (project_id, public_token) = (seeded.id()?, seeded.public_token.clone());
    let fixed = projects::Fixed { project_id, secret: seeded.secret.clone(), public_token };
    let created = projects::create_fixed(app, new, fixed).await.map_err(|error| in_words(&error))?;
    if let Some(policy) = &seeded.rbac_policy {
        let set = rbac::set_policy(app, &created.project_id, policy.clone()).await;
        set.map_err(|error| format!("rbac_policy: {}", in_words(&error)))?;
    }
    let projects::Created { project_id, secret, public_token, .. } = created;
    let mut planted = Planted { project_id, secret, public_token, organizations: Vec::new() };
    for (number, organization) in seeded.organizations.iter().enumerate() {
        let made = plant_organization(app, ask, &planted, organization).await;
        planted.organizations.push(made.map_err(|words| format!("organizations[{number}]{words}"))?);
    }
    Ok(planted)
}

async fn plant_organization(
    app: &App,
    ask: &Ask,
    project: &Planted,
    seeded: &SeededOrganization,
) -> Result<PlantedOrganization, String> {
    check_fields(&seeded.fields, &organizations::endpoints(), "organizations.create")?;
    let made =
        post(ask, project, "/v1/b2b/organizations".into(), &seeded.fields).await.map_err(|e| format!(": {e}"))?;
    let mut planted = PlantedOrganization {
        organization_id: text(&made, "/organization/organization_id"),
        organization_slug: text(&made, "/organization/organization_slug"),
        members: Vec::new(),
    };
    for (number, member) in seeded.members.iter().enumerate() {
        let made = plant_member(app, ask, project, &planted.organization_id, member).await;
        planted.members.push(made.map_err(|words| format!(".members[{number}]{words}"))?);
    }
    Ok(planted)
}

async fn plant_member(
    app: &App,
    ask: &Ask,
    project: &Planted,
    organization: &str,
    seeded: &SeededMember,
) -> Result<PlantedMember, String> {
    check_fields(&seeded.fields, &members::endpoints(), "members.create")?;
    let path = format!("/v1/b2b/organizations/{organization}/members");
    let made = post(ask, project, path, &seeded.fields).await.map_err(|words| format!(": {words}"))?;
    let member =
        PlantedMember { member_id: text(&made, "/member_id"), email_address: text(&made, "/member/email_address") };
    if let Some(password) = &seeded.password {
        let given = async {
            let project = projects::find(app, foundation::id::ProjectId::parse(&project.project_id)).await?;
            let cx = Cx { via: Via::Backend, ..Cx::of_operator(app, project) };
            let named = (reference::<OrganizationRef>(organization)?, reference::<MemberRef>(&member.member_id)?);
            passwords::give(&cx, named.0, named.1, &member.email_address, password).await
        };
        given.await.map_err(|error| format!(".password: {}", in_words(&error)))?;
    }
    Ok(member)
}

fn reference<T: DeserializeOwned>(text: &str) -> foundation::error::Result<T> {
    T::deserialize(Value::from(text)).map_err(foundation::error::Error::internal)
}

/// The API leaves alone what it does not know. In a file that is a mistake.
fn check_fields(fields: &Map<String, Value>, endpoints: &[Endpoint], operation: &str) -> Result<(), String> {
    let taken = |field: &str| {
        let operation = endpoints.iter().find(|endpoint| endpoint.about.operation == operation);
        field != "organization_id" && operation.is_some_and(|operation| operation.takes(field))
    };
    match fields.keys().find(|field| !taken(field)) {
        Some(unknown) => Err(format!(".{unknown}: {operation} of the API has no such field")),
        None => Ok(()),
    }
}

async fn post(ask: &Ask, project: &Planted, path: String, fields: &Map<String, Value>) -> Result<Value, String> {
    let (project_id, secret) = (project.project_id.clone(), project.secret.clone());
    ask(Asking { project_id, secret, path, body: Value::Object(fields.clone()) }).await
}

fn text(answer: &Value, place: &str) -> String {
    answer.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}
