//! `organizations.members`.

use crate::server::{Server, new_email};
use serde_json::json;
use stytch::b2b::organizations::SearchQuery;
use stytch::b2b::organizations_members::{
    DangerouslyGetRequest, DeleteExternalIdRequest, DeleteRequest, GetRequest, ReactivateRequest, SearchRequest,
    StartEmailUpdateRequest, UnlinkRetiredEmailRequest, UpdateRequest,
};

#[tokio::test]
async fn made_found_changed_deleted_and_brought_back() {
    let server = Server::start();
    let api = &server.api.organizations.members;
    let organization_id = server.organization().await.organization_id;
    let made = server.member(&organization_id).await.member;
    let (member_id, email) = (made.member_id.clone(), made.email_address.clone());
    assert_eq!((made.status.as_str(), made.is_locked, made.lock_expires_at), ("active", false, None));

    let by =
        |member_id, email_address| GetRequest { organization_id: organization_id.clone(), member_id, email_address };
    for request in
        [by(Some(member_id.clone()), None), by(made.external_id.clone(), None), by(None, Some(email.clone()))]
    {
        assert_eq!(api.get(request).await.unwrap().member_id, member_id);
    }
    let request = DangerouslyGetRequest { member_id: member_id.clone(), include_deleted: None };
    assert_eq!(api.dangerously_get(request).await.unwrap().organization.organization_id, organization_id);

    let request = UpdateRequest {
        organization_id: organization_id.clone(),
        member_id: member_id.clone(),
        name: Some("Ada".to_owned()),
        roles: Some(vec!["stytch_admin".to_owned()]),
        untrusted_metadata: Some(json!({ "theme": "dark" })),
        mfa_phone_number: Some("+14155550123".to_owned()),
        ..UpdateRequest::default()
    };
    let changed = api.update(request).await.unwrap().member;
    assert_eq!((changed.name.as_str(), changed.is_admin), ("Ada", true));
    let role = changed.roles.iter().find(|role| role.role_id == "stytch_admin").unwrap();
    assert_eq!(role.sources[0].type_, "direct_assignment");

    let query = json!({ "operator": "AND", "operands": [{ "filter_name": "member_emails", "filter_value": [email] }] });
    let query = serde_json::from_value::<SearchQuery>(query).unwrap();
    let organization_ids = vec![organization_id.clone()];
    let request = SearchRequest { organization_ids, cursor: None, limit: Some(10), query: Some(query) };
    let found = api.search(request).await.unwrap();
    assert_eq!((found.members.len(), found.results_metadata.total), (1, 1));
    assert!(found.organizations.contains_key(&organization_id));

    let request = DeleteExternalIdRequest { organization_id: organization_id.clone(), member_id: member_id.clone() };
    assert_eq!(api.delete_external_id(request).await.unwrap().member.external_id, None);
    let request = DeleteRequest { organization_id: organization_id.clone(), member_id: member_id.clone() };
    assert_eq!(api.delete(request).await.unwrap().member_id, member_id);
    let request = DangerouslyGetRequest { member_id, include_deleted: Some(true) };
    assert_eq!(api.dangerously_get(request).await.unwrap().member.status, "deleted");
}

#[tokio::test]
async fn who_has_proven_an_address_comes_back_and_changes_it() {
    let server = Server::start();
    let api = &server.api.organizations.members;
    let organization_id = server.organization().await.organization_id;
    let email = server.member(&organization_id).await.member.email_address;
    let member_id = server.login(&organization_id, &email).await.member_id;

    api.delete(DeleteRequest { organization_id: organization_id.clone(), member_id: member_id.clone() }).await.unwrap();
    let request = ReactivateRequest { organization_id: organization_id.clone(), member_id: member_id.clone() };
    assert_eq!(api.reactivate(request).await.unwrap().member.status, "active");

    let next = new_email();
    let request = StartEmailUpdateRequest {
        organization_id: organization_id.clone(),
        member_id: member_id.clone(),
        email_address: next.clone(),
        ..StartEmailUpdateRequest::default()
    };
    assert_eq!(api.start_email_update(request).await.unwrap().member.email_address, email);
    let magic_links_token = server.mailed_token(&next);
    let request = stytch::b2b::magic_links::AuthenticateRequest { magic_links_token, ..Default::default() };
    let changed = server.api.magic_links.authenticate(request).await.unwrap().member;
    assert_eq!((changed.email_address.as_str(), changed.retired_email_addresses.len()), (next.as_str(), 1));
    assert_eq!(changed.retired_email_addresses[0].email_address, email);

    let email_id = Some(changed.retired_email_addresses[0].email_id.clone());
    let request = UnlinkRetiredEmailRequest { organization_id, member_id, email_id, email_address: None };
    assert!(api.unlink_retired_email(request).await.unwrap().member.retired_email_addresses.is_empty());
}
