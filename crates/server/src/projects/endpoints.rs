use super::store;
use crate::error::Result;
use crate::http::{Cx, Endpoint, Nothing, ProjectCaller};
use crate::id::ProjectId;
use database::Tx;
use endpoint_macro::endpoint;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![whoami::endpoint(), metrics::endpoint()]
}

#[derive(Serialize, JsonSchema)]
struct Whoami {
    project_id: ProjectId,
    name: String,
}

/// Say whose credentials these are.
#[endpoint(GET "/v1/debug/whoami")]
fn whoami(_tx: &mut Tx, cx: &Cx<ProjectCaller>, _input: Nothing) -> Result<Whoami> {
    Ok(Whoami { project_id: cx.project().id.clone(), name: cx.project().name.clone() })
}

#[derive(Serialize, JsonSchema)]
struct Metric {
    /// `ORGANIZATION_COUNT` or `MEMBER_COUNT`.
    metric_type: &'static str,
    count: i64,
}

#[derive(Serialize, JsonSchema)]
struct Metrics {
    project_id: ProjectId,
    metrics: Vec<Metric>,
}

/// Count a project's organizations and its members that are not deleted.
#[endpoint(GET "/v1/projects/metrics")]
fn metrics(tx: &mut Tx, cx: &Cx<ProjectCaller>, _input: Nothing) -> Result<Metrics> {
    let (organizations, members) = store::counts(tx, &cx.project().id)?;
    let metric = |metric_type, count| Metric { metric_type, count };
    Ok(Metrics {
        project_id: cx.project().id.clone(),
        metrics: vec![metric("ORGANIZATION_COUNT", organizations), metric("MEMBER_COUNT", members)],
    })
}
