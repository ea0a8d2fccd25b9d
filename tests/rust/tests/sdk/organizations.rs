//! `organizations`, and `rbac.organizations`.

use crate::server::{Server, unique};
use serde_json::json;
use stytch::b2b::organizations::{
    DeleteExternalIdRequest, DeleteRequest, GetRequest, MetricsRequest, SearchQuery, SearchQueryOperator,
    SearchRequest, UpdateRequest,
};
use stytch::b2b::rbac::{OrgPolicy, PolicyRole, PolicyRolePermission};
use stytch::b2b::rbac_organizations::{GetOrgPolicyRequest, SetOrgPolicyRequest};

#[tokio::test]
async fn made_found_changed_and_deleted() {
    let server = Server::start();
    let api = &server.api.organizations;
    let made = server.organization().await;
    let organization_id = made.organization_id.clone();
    assert_eq!(made.organization_name, "Acme");
    assert!(made.created_at.is_some() && made.updated_at >= made.created_at);
    for name in [&organization_id, &made.organization_slug, made.organization_external_id.as_ref().unwrap()] {
        let found = api.get(GetRequest { organization_id: name.clone() }).await.unwrap();
        assert_eq!(found.organization.organization_id, organization_id);
    }

    let request = UpdateRequest {
        organization_id: organization_id.clone(),
        organization_name: Some("Renamed".to_owned()),
        trusted_metadata: Some(json!({ "plan": "gold" })),
        email_allowed_domains: Some(vec!["corp.example".to_owned()]),
        email_jit_provisioning: Some("RESTRICTED".to_owned()),
        allowed_oauth_tenants: Some(json!({ "slack": ["T1"] })),
        ..UpdateRequest::default()
    };
    let changed = api.update(request).await.unwrap().organization;
    assert_eq!((changed.organization_name.as_str(), changed.mfa_policy.as_str()), ("Renamed", "OPTIONAL"));
    assert_eq!(changed.trusted_metadata, Some(json!({ "plan": "gold" })));
    assert_eq!(changed.email_allowed_domains, ["corp.example"]);

    server.member(&organization_id).await;
    let metrics = api.metrics(MetricsRequest { organization_id: organization_id.clone() }).await.unwrap();
    assert_eq!(metrics.member_count, 1);

    let request = DeleteExternalIdRequest { organization_id: organization_id.clone() };
    assert_eq!(api.delete_external_id(request).await.unwrap().organization.organization_external_id, None);
    let deleted = api.delete(DeleteRequest { organization_id: organization_id.clone() }).await.unwrap();
    assert_eq!(deleted.organization_id, organization_id);
}

#[tokio::test]
async fn searched_in_pages() {
    let server = Server::start();
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(server.organization().await.organization_id);
    }
    let query = SearchQuery {
        operator: SearchQueryOperator::AND,
        operands: vec![json!({ "filter_name": "organization_ids", "filter_value": made })],
    };
    let mut request = SearchRequest { cursor: None, limit: Some(2), query: Some(query) };
    let first = server.api.organizations.search(request.clone()).await.unwrap();
    assert_eq!((first.organizations.len(), first.results_metadata.total), (2, 3));
    request.cursor = first.results_metadata.next_cursor;
    let second = server.api.organizations.search(request).await.unwrap();
    assert_eq!((second.organizations.len(), second.results_metadata.next_cursor), (1, None));
}

#[tokio::test]
async fn has_roles_of_its_own() {
    let server = Server::start();
    let organization_id = server.organization().await.organization_id;
    let role = PolicyRole {
        role_id: unique("role"),
        description: "Reads".to_owned(),
        permissions: vec![PolicyRolePermission {
            resource_id: "stytch.member".to_owned(),
            actions: vec!["search".to_owned()],
        }],
    };
    let org_policy = OrgPolicy { roles: vec![role.clone()] };
    let request = SetOrgPolicyRequest { organization_id: organization_id.clone(), org_policy };
    let set = server.api.rbac.organizations.set_org_policy(request).await.unwrap();
    let got = server.api.rbac.organizations.get_org_policy(GetOrgPolicyRequest { organization_id }).await.unwrap();
    for policy in [set.org_policy, got.org_policy] {
        assert_eq!(policy.roles.len(), 1);
        assert_eq!(policy.roles[0].role_id, role.role_id);
        assert_eq!(policy.roles[0].permissions[0].actions, ["search"]);
    }
}
