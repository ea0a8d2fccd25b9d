use super::{bootstrap::bootstrap, store};
use crate::actor::ProjectCaller;
use database::Tx;
use foundation::error::Result;
use foundation::id::ProjectId;
use frame::{Call, Endpoint, NoInput, endpoint};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![whoami::endpoint(), metrics::endpoint(), bootstrap::endpoint()]
}

#[derive(Serialize, JsonSchema)]
struct Whoami {
    /// The id of the project.
    project_id: ProjectId,
    /// The project's name.
    name: String,
}

/// Say whose credentials these are.
#[endpoint("projects.whoami", GET "/v1/debug/whoami")]
fn whoami(_tx: &mut Tx, cx: &Call<ProjectCaller>, _input: NoInput) -> Result<Whoami> {
    Ok(Whoami { project_id: cx.project().id.clone(), name: cx.project().name.clone() })
}

#[derive(Serialize, JsonSchema)]
struct Metric {
    /// What is counted.
    #[schemars(extend("enum" = ["ORGANIZATION_COUNT", "MEMBER_COUNT"]))]
    metric_type: &'static str,
    /// How many there are.
    count: i64,
}

#[derive(Serialize, JsonSchema)]
struct Metrics {
    /// The id of the project.
    project_id: ProjectId,
    /// What is counted.
    metrics: Vec<Metric>,
}

/// Count a project's organizations and its members that are not deleted.
#[endpoint("projects.metrics", GET "/v1/projects/metrics", scans)]
fn metrics(tx: &mut Tx, cx: &Call<ProjectCaller>, _input: NoInput) -> Result<Metrics> {
    let (organizations, members) = store::counts(tx, &cx.project().id)?;
    let metric = |metric_type, count| Metric { metric_type, count };
    Ok(Metrics {
        project_id: cx.project().id.clone(),
        metrics: vec![metric("ORGANIZATION_COUNT", organizations), metric("MEMBER_COUNT", members)],
    })
}
