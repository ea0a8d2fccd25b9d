use super::*;
use serde_json::{Value, json};

fn id_token(claims: Value) -> IdToken {
    let Value::Object(claims) = claims else { panic!("claims are an object") };
    IdToken { issuer: "https://idp.example".into(), subject: "ada".into(), claims }
}

fn proven(provider: &Provider, verifies_email: bool, claims: Value) -> bool {
    let settings = Settings { verifies_email, ..Settings::default() };
    of_id_token(provider, &settings, &id_token(claims)).is_some_and(|account| account.proven_email().is_some())
}

/// What is no `true`, and looks like one to somebody.
fn almost_true() -> [Value; 9] {
    [
        json!("true"),
        json!("True"),
        json!([true]),
        json!({ "a": true }),
        json!(1),
        json!("1"),
        json!(false),
        json!(null),
        json!(""),
    ]
}

#[test]
fn t22_only_the_truth_value_true_proves_an_address() {
    let own = Provider::Oidc("acme".into());
    let claims = |verified: Value| json!({"email": "a@b.example", "hd": "b.example", "email_verified": verified});
    assert!(proven(&Provider::Google, false, claims(json!(true))));
    assert!(proven(&own, true, claims(json!(true))));
    for value in almost_true() {
        assert!(!proven(&Provider::Google, false, claims(value.clone())), "{value}");
        assert!(!proven(&own, true, claims(value.clone())), "{value}");
    }
    assert!(!proven(&own, false, claims(json!(true))), "the project has not said that its word counts");
}

#[test]
fn t21_the_word_of_each_provider_is_worth_what_it_is() {
    let said = |more: Value| {
        let mut claims = json!({"email": "a@b.example", "email_verified": true});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims
    };
    let cases = [
        (Provider::Google, said(json!({"hd": "b.example"})), true),
        (Provider::Google, said(json!({})), false),
        (Provider::Google, said(json!({"hd": ""})), false),
        (Provider::Google, said(json!({"hd": ["b.example"]})), false),
        (Provider::Microsoft, said(json!({"tid": "t", "oid": "o"})), false),
        (Provider::Microsoft, said(json!({"hd": "b.example"})), false),
        (Provider::Microsoft, said(json!({"xms_edov": true})), true),
        (Provider::Microsoft, said(json!({"xms_edov": "1"})), true),
        (Provider::Microsoft, said(json!({"xms_edov": "0"})), false),
        (Provider::Microsoft, said(json!({"xms_edov": [true]})), false),
        (Provider::Slack, said(json!({"https://slack.com/team_id": "T1", "xms_edov": true, "hd": "b.example"})), false),
    ];
    for (provider, claims, is_proven) in cases {
        assert_eq!(proven(&provider, false, claims.clone()), is_proven, "{provider} {claims}");
    }
    let no_address = json!({"email": ["a@b.example"], "email_verified": true, "hd": "b.example", "xms_edov": true});
    for provider in Provider::KNOWN {
        assert!(!proven(&provider, true, no_address.clone()), "{provider}");
    }
}

#[test]
fn a_person_of_one_workspace_is_not_that_of_another() {
    let in_workspace = |team: Value| {
        let claims = json!({"https://slack.com/team_id": team, "email": "a@b.example"});
        of_id_token(&Provider::Slack, &Settings::default(), &id_token(claims))
    };
    let (one, other) = (in_workspace(json!("T1")).unwrap(), in_workspace(json!("T2")).unwrap());
    assert_eq!(one.tenants, ["T1"]);
    assert!(one.issuer != other.issuer && one.subject == other.subject);
    for none in [json!(["T1"]), json!(""), json!(null)] {
        assert_eq!(in_workspace(none.clone()), None, "{none}");
    }
    let said = |changes: Value| {
        let mut said = json!({"active": true, "token_use": "access_token", "client_id": "us", "user": "a@b.example", "user_id": 7, "hub_id": 1});
        said.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        said
    };
    let at_hubspot = |changes: Value| hubspot_account("https://api.example", "us", &said(changes));
    for changes in [
        json!({"active": false}),
        json!({"active": "true"}),
        json!({"client_id": "them"}),
        json!({"client_id": null}),
        json!({"token_use": "refresh_token"}),
        json!({"hub_id": null}),
        json!({"user_id": null}),
    ] {
        assert_eq!(at_hubspot(changes.clone()), None, "{changes}");
    }
    let in_hub = |hub: u64| at_hubspot(json!({"hub_id": hub}));
    let (one, other) = (in_hub(1).unwrap(), in_hub(2).unwrap());
    assert_eq!((one.subject.as_str(), one.tenants.as_slice()), ("7", &["1".to_owned()][..]));
    assert!(one.issuer != other.issuer && one.proven_email().is_none());
}

#[test]
fn of_githubs_addresses_the_primary_verified_one_is_taken() {
    let user = json!({"id": 583_231, "login": "octocat", "name": "Ada", "avatar_url": "https://p.example/1"});
    let of = |emails: Value| github_account("https://api.example", &user, &emails);
    let address =
        |primary: Value, verified: Value| json!([{"email": "Ada@B.example", "primary": primary, "verified": verified}]);
    let account = of(address(json!(true), json!(true))).unwrap();
    assert_eq!(
        (account.subject.as_str(), account.email.as_ref().map(|email| email.as_str())),
        ("583231", Some("ada@b.example"))
    );
    assert_eq!(account.picture_url.as_deref(), Some("https://p.example/1"));
    assert!(!account.proves_email, "GitHub verified it once, and not now");
    for value in almost_true() {
        assert_eq!(of(address(value.clone(), json!(true))).unwrap().email, None, "{value}");
        assert_eq!(of(address(json!(true), value.clone())).unwrap().email, None, "{value}");
    }
    for emails in
        [json!(null), json!({}), json!([null, 1, "a@b.example"]), json!([{"primary": true, "verified": true}])]
    {
        assert_eq!(of(emails.clone()).unwrap().email, None, "{emails}");
    }
    for nobody in [
        json!(null),
        json!([]),
        json!({}),
        json!({"id": null}),
        json!({"id": ""}),
        json!({"id": -1}),
        json!({"id": [1]}),
    ] {
        assert_eq!(github_account("https://api.example", &nobody, &json!([])), None, "{nobody}");
        assert_eq!(hubspot_account("https://api.example", "us", &nobody), None, "{nobody}");
    }
}

#[test]
fn what_does_not_fit_into_a_member_is_not_taken() {
    let long = "é".repeat(200);
    let odd =
        json!({"name": long, "given_name": "A\u{0}", "picture": "javascript:alert(1)", "locale": 7, "email": "no"});
    let account = of_id_token(&Provider::Google, &Settings::default(), &id_token(odd)).unwrap();
    assert_eq!((account.full_name, account.picture_url, account.locale, account.email), (None, None, None, None));
}

#[test]
fn t26_githubs_organizations_are_the_numbers_on_its_pages() {
    let page = json!([{"id": 7, "login": "acme"}, {"id": "8"}, {"id": -9}, {"login": "10"}, null, 11, {"id": 12.5}, {"id": 13}]);
    assert_eq!(github::organizations(&page), ["7", "13"]);
    for nothing in [json!({"id": 7}), json!(null), json!("7")] {
        assert!(github::organizations(&nothing).is_empty(), "{nothing}");
    }
    for granted in ["read:org", "user:email,read:org", "repo,admin:org", "user", "read:user read:org"] {
        assert!(github::may_ask_for_organizations(granted), "{granted}");
    }
    for granted in ["", "read:user,user:email", "repo", "my:read:org"] {
        assert!(!github::may_ask_for_organizations(granted), "{granted}");
    }
    let next =
        r#"<https://api.example/user/orgs?page=1>; rel="prev", <https://api.example/user/orgs?page=3>; rel="next""#;
    for link in [next, "<x>; rel=next", r#"<x>; title="a"; rel="last next""#] {
        assert!(github::has_next(link), "{link}");
    }
    for link in [
        "",
        r#"<x>; rel="last""#,
        r#"<https://next.example/?rel="next">; rel="first""#,
        r#"<x>; rel="nextish""#,
        "next",
    ] {
        assert!(!github::has_next(link), "{link}");
    }
}

#[test]
fn t22_what_one_source_proves_is_no_word_about_anothers_address() {
    let proves = json!({"email_verified": true, "hd": "b.example", "xms_edov": true});
    let says = json!({"email": "a@b.example", "name": "Ada"});
    let whole = |one: &Value, other: &Value| {
        let (Value::Object(mut claims), Value::Object(userinfo)) = (one.clone(), other.clone()) else {
            panic!("claims are an object")
        };
        add_userinfo(&mut claims, userinfo);
        Value::Object(claims)
    };
    let Value::Object(mut all) = proves.clone() else { panic!("claims are an object") };
    all.extend(says.as_object().unwrap().clone());
    for provider in [Provider::Google, Provider::Microsoft] {
        assert!(!proven(&provider, false, whole(&proves, &says)));
        assert!(!proven(&provider, false, whole(&says, &proves)));
        assert!(proven(&provider, false, whole(&json!({}), &Value::Object(all.clone()))));
        assert!(proven(&provider, false, whole(&Value::Object(all.clone()), &says)));
    }
}
