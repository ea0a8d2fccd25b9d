use crate::{object, user};
use scim::{Error, ErrorKind, Filter, GROUP, MAX_DEPTH, MAX_LENGTH, MAX_TERMS, USER};
use serde_json::json;

fn matches(filter: &str) -> bool {
    let mut user = object(user());
    user.insert("meta".to_owned(), json!({"lastModified": "2026-11-29T12:00:00Z"}));
    user.insert("badge".to_owned(), json!("Blue"));
    user.insert("desks".to_owned(), json!(["A1", "B2"]));
    user.insert("level".to_owned(), json!(7));
    Filter::parse(filter, &USER).unwrap().matches(&user, &USER)
}

fn refused(filter: &str) -> Error {
    Filter::parse(filter, &USER).expect_err(filter)
}

#[test]
fn what_matches() {
    for filter in [
        r#"userName eq "ada@example.com""#,
        r#"USERNAME EQ "ADA@EXAMPLE.COM""#,
        r#"externalId eq "00uA1""#,
        r#"externalId ne "00ua1""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ada""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "engines""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "m1""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "m1""#,
        r#"name.familyName co "LOVE""#,
        r#"name.givenName ew "da""#,
        r#"emails co "lovelace""#,
        r#"emails.type eq "home""#,
        r#"emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work"].value eq "ada@example.com""#,
        r#"not (emails[type eq "work" and value co "@lovelace"])"#,
        r#"emails[not (type eq "work")]"#,
        "emails[primary eq true]",
        "active eq true",
        r#"active eq "True""#,
        "active ne false",
        "title eq null",
        "userName ne null",
        "not (title pr)",
        "name pr",
        "emails.value pr and active pr",
        r#"title ne "Countess""#,
        r#"meta.lastModified gt "2026-11-29T11:59:59Z""#,
        r#"meta.lastModified eq "2026-11-29T13:00:00+01:00""#,
        r#"meta.lastModified le "2026-11-29T12:00:00.000Z""#,
        r#"badge eq "blue""#,
        r#"desks eq "b2""#,
        "level gt 6",
        "level le 7.0",
        "level ne 8",
        r#"userName eq "x" or active eq true and name.givenName eq "ada""#,
        r#"active eq true or userName eq "x" and userName eq "y""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#,
        r#"userName eq "\u0061da@example.com""#,
    ] {
        assert!(matches(filter), "{filter}");
    }
}

#[test]
fn what_does_not() {
    for filter in [
        r#"userName eq "ada""#,
        r#"externalId eq "00ua1""#,
        r#"emails[type eq "home" and value co "@example.com"]"#,
        r#"emails[type eq "home"].value eq "ada@example.com""#,
        "title pr",
        r#"title eq "x""#,
        r#"title co """#,
        "active eq false",
        r#"active eq "yes""#,
        r#"level eq "7""#,
        "userName eq 7",
        r#"emails ne "ada@example.com""#,
        r#"meta.lastModified lt "not a time""#,
        r#"(active eq true or userName eq "x") and userName eq "y""#,
        r#"nothing.within eq "x""#,
        r#"urn:example:unknown:2.0:User:colour eq "x""#,
    ] {
        assert!(!matches(filter), "{filter}");
    }
}

#[test]
fn what_is_no_filter() {
    for filter in [
        "",
        "userName",
        "userName eq",
        r#"eq "x""#,
        r#"userName eq x"#,
        r#"userName eq "x"#,
        r#"userName eq 'x'"#,
        r#"userName is "x""#,
        r#"userName eq "x" and"#,
        r#"userName eq "x" userName eq "y""#,
        r#"(userName eq "x""#,
        r#"userName eq "x")"#,
        r#"emails[type eq "work""#,
        r#"emails[]"#,
        r#"emails[emails[type eq "x"]]"#,
        r#"emails[a.b eq "x"]"#,
        r#"emails.value[type eq "x"]"#,
        r#"not userName eq "x""#,
        r#"user name eq "x""#,
        r#"1name eq "x""#,
        r#"userName.first eq "x""#,
        "active gt true",
        r#"active co "tru""#,
        "userName co 7",
        "userName gt null",
        r#"userName eq "\x""#,
        "a.b.c pr",
        "urn: pr",
    ] {
        assert_eq!(refused(filter).kind, ErrorKind::InvalidFilter, "{filter}");
    }
    assert_eq!(refused("userName is 1").kind.scim_type(), "invalidFilter");
}

#[test]
fn t62_filters_are_bounded() {
    let deep = |depth: usize| format!("{}title pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&deep(MAX_DEPTH), &USER).is_ok());
    let detail = refused(&deep(MAX_DEPTH + 1)).detail;
    assert!(detail.contains("deep"), "{detail}");
    assert!(refused(&"(".repeat(MAX_LENGTH)).detail.contains("deep"));
    assert!(refused(&"not(".repeat(MAX_LENGTH / 4)).detail.contains("deep"));
    let wide = |terms: usize| vec!["title pr"; terms].join(" or ");
    assert!(Filter::parse(&wide(MAX_TERMS), &USER).is_ok());
    assert!(refused(&wide(MAX_TERMS + 1)).detail.contains("comparisons"));
    assert!(refused(&format!("title eq \"{}\"", "x".repeat(MAX_LENGTH))).detail.contains("long"));
    assert!(refused(&"é".repeat(3_000)).detail.len() < 500);
}

#[test]
fn what_storage_can_look_up() {
    let found = |filter: &str| {
        let filter = Filter::parse(filter, &GROUP).unwrap();
        filter.equalities().iter().map(|(path, literal)| format!("{path}={literal}")).collect::<Vec<_>>()
    };
    assert_eq!(found(r#"displayName eq "a""#), [r#"displayName="a""#]);
    assert_eq!(
        found(r#"id eq "1" and (displayName eq "a" and externalId sw "b")"#),
        [r#"id="1""#, r#"displayName="a""#]
    );
    assert!(found(r#"id eq "1" or displayName eq "a""#).is_empty());
    assert!(found(r#"not (id eq "1")"#).is_empty());
}
