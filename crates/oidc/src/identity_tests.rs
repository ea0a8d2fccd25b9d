use super::*;
use crate::email::Verification;
use serde_json::json;

const ISSUER: &str = "https://idp.example";

fn object(value: &Value) -> Object {
    value.as_object().unwrap().clone()
}

fn token(issuer: &str, claims: &Value) -> IdToken {
    IdToken { issuer: issuer.to_owned(), subject: "s".to_owned(), claims: object(claims) }
}

fn identity(claims: &Value, userinfo: Option<&Value>, mapping: &[(&str, &str)]) -> Result<Identity, NotAList> {
    let userinfo = userinfo.map(object);
    read(&token(ISSUER, claims), userinfo.as_ref(), &Mapping::new(mapping.iter().copied()))
}

#[test]
fn claims_are_attributes_by_the_mapping() {
    let claims = json!({
        "iss": ISSUER, "sub": "s", "aud": "me", "exp": 1, "nonce": "n",
        "email": "a@b.example", "email_verified": true, "name": "Ada Example", "mail": "c@d.example",
        "department": {"id": 7}, "employee": "E1", "teams": ["x", "y"],
    });
    let usual = identity(&claims, None, &[]).unwrap();
    assert_eq!((usual.issuer.as_str(), usual.subject.as_str()), (ISSUER, "s"));
    assert!(usual.email.is_some_and(|email| email.address == "a@b.example" && email.is_verified()));
    assert_eq!((usual.full_name.as_deref(), usual.groups), (Some("Ada Example"), Groups::Unsaid));
    assert!(usual.promoted.is_empty());
    assert!(usual.attributes.contains_key("email") && !usual.attributes.contains_key("nonce"));

    let mapping = [
        ("email", "mail"),
        ("full_name", ""),
        ("groups", "teams"),
        ("idp_user_id", "employee"),
        ("unit", "department"),
        ("missing", "nothing"),
        ("nested", "department.id"),
    ];
    let mapped = identity(&claims, None, &mapping).unwrap();
    let email = mapped.email.unwrap();
    assert_eq!((email.address.as_str(), email.verification), ("c@d.example", Verification::OfAnotherClaim));
    assert_eq!(mapped.groups, Groups::Listed(vec!["x".to_owned(), "y".to_owned()]));
    assert_eq!(mapped.idp_user_id.as_deref(), Some("E1"));
    assert_eq!(Value::Object(mapped.promoted), json!({"unit": {"id": 7}}));
}

#[test]
fn a_name_is_made_of_its_parts() {
    for (claims, name) in [
        (json!({"given_name": "Ada", "family_name": "Example"}), Some("Ada Example")),
        (json!({"given_name": "Ada"}), Some("Ada")),
        (json!({"name": "", "family_name": "Example"}), Some("Example")),
        (json!({"name": 7}), None),
    ] {
        assert_eq!(identity(&claims, None, &[]).unwrap().full_name.as_deref(), name);
    }
}

#[test]
fn what_is_signed_goes_first() {
    let userinfo = json!({"name": "Other", "email": "u@b.example", "locale": "de", "iss": "https://evil.example"});
    let both = identity(&json!({"name": "Ada", "iss": ISSUER}), Some(&userinfo), &[]).unwrap();
    assert_eq!((both.issuer.as_str(), both.full_name.as_deref()), (ISSUER, Some("Ada")));
    assert!(both.email.is_some_and(|email| email.address == "u@b.example"));
    assert_eq!((&both.attributes["locale"], both.attributes.get("iss")), (&json!("de"), None));
}

#[test]
fn t22_one_source_does_not_verify_the_address_of_another() {
    let userinfo = json!({"email": "attacker@b.example", "email_verified": true});
    let email = identity(&json!({"email": "victim@b.example"}), Some(&userinfo), &[]).unwrap().email.unwrap();
    assert_eq!((email.address.as_str(), email.verification), ("victim@b.example", Verification::Unsaid));
    let email = identity(&json!({"email_verified": true}), Some(&json!({"email": "victim@b.example"})), &[]);
    assert_eq!(email.unwrap().email.unwrap().verification, Verification::Unsaid);
    let email = identity(&json!({}), Some(&userinfo), &[]).unwrap().email.unwrap();
    assert!(email.is_verified());
}

#[test]
fn t21_entra_has_ids_of_its_own_and_its_addresses_are_anyones() {
    let issuer = "https://login.microsoftonline.com/8e0ef1a0-5d2b-4c2e-9a3f-0123456789ab/v2.0";
    let claims = json!({"tid": "t", "oid": "o", "email": "ceo@victim.example", "email_verified": true});
    let entra = read(&token(issuer, &claims), None, &Mapping::new([])).unwrap();
    assert_eq!(entra.entra, Some(EntraIds { tenant: "t".to_owned(), object: "o".to_owned() }));
    assert!(entra.email.is_some_and(|email| !email.is_verified()));
    // A provider that imitates it is still itself.
    assert_eq!(identity(&claims, None, &[]).unwrap().entra, None);
}

#[test]
fn groups_are_a_list_of_texts() {
    let mapping = [("groups", "groups")];
    let listed = |names: &[&str]| Ok(Groups::Listed(names.iter().map(|name| (*name).to_owned()).collect()));
    let groups = |claims: Value, userinfo: Option<Value>| {
        identity(&claims, userinfo.as_ref(), &mapping).map(|identity| identity.groups)
    };
    let elsewhere = json!({"_claim_names": {"groups": "src1"}});
    assert_eq!(groups(json!({"groups": ["a", "b"]}), None), listed(&["a", "b"]));
    assert_eq!(groups(json!({"groups": []}), None), listed(&[]));
    assert_eq!(groups(json!({"groups": "a,b"}), None), listed(&["a,b"]));
    assert_eq!(groups(json!({"groups": null}), None), Ok(Groups::Unsaid));
    assert_eq!(groups(elsewhere.clone(), None), Ok(Groups::TooMany));
    assert_eq!(groups(elsewhere, Some(json!({"groups": ["a"]}))), listed(&["a"]));
    for wrong in [json!({"a": 1}), json!([1]), json!(["a", ["b"]]), json!(7), json!(true)] {
        let refused = groups(json!({"groups": wrong}), None).unwrap_err().to_string();
        assert!(refused.starts_with("the groups in the claim \"groups\" are "), "{refused}");
    }
}
