//! What is the project's: `rbac.policy`, `project`, `debug`.

use crate::server::Server;
use stytch::b2b::rbac::PolicyRequest;
use stytch::consumer::debug::WhoamiRequest;
use stytch::consumer::project::MetricsRequest;

#[tokio::test]
async fn says_what_it_is_and_what_its_roles_may() {
    let server = Server::start();
    assert_eq!(server.api.debug.whoami(WhoamiRequest {}).await.unwrap().project_id, server.project_id);
    let policy = server.api.rbac.policy(PolicyRequest {}).await.unwrap().policy.unwrap();
    assert!(policy.roles.iter().any(|role| role.role_id == "stytch_admin"));
    assert!(policy.resources.iter().any(|resource| resource.resource_id == "stytch.member"));
    let organization_id = server.organization().await.organization_id;
    server.member(&organization_id).await;
    let metrics = server.api.project.metrics(MetricsRequest {}).await.unwrap().metrics;
    assert!(metrics.iter().any(|metric| metric.count == 1), "{metrics:?}");
}
