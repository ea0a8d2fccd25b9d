//! What an otherwise good assertion is refused for (threat T-15). Each row is one change, and what is said of it.

use crate::idp::{ACS, NOW, expected, response, sign};
use crate::{changed, verify};
use saml::{Expected, RefusedKind};

#[test]
fn t15_each_rule_with_what_it_says() {
    use RefusedKind as Kind;
    let recipient = format!(r#"Recipient="{ACS}" InResponseTo="_request-1""#);
    let audience = format!("<saml:Audience>{ACS}</saml:Audience>");
    let restriction = format!("<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>");
    let response_issuer = r#"<saml:Issuer>https://idp.example.test/metadata</saml:Issuer><samlp:Status>"#;
    let assertion_issuer = r#"<saml:Issuer>https://idp.example.test/metadata</saml:Issuer><saml:Subject>"#;
    for (from, to, kind, said) in [
        // The response around it.
        (
            &*format!(r#"Destination="{ACS}""#),
            r#"Destination="https://evil.test""#,
            Kind::Invalid,
            "the destination is \"https://evil.test\", and \"https://sp.example.test/v1/b2b/sso/callback/saml-connection-1\" was expected",
        ),
        (&format!(r#"Destination="{ACS}""#), r#"Destination="""#, Kind::Invalid, "the destination is \"\""),
        (
            response_issuer,
            "<saml:Issuer>https://evil.test</saml:Issuer><samlp:Status>",
            Kind::Invalid,
            "the issuer of the response is \"https://evil.test\", and \"https://idp.example.test/metadata\" was expected",
        ),
        (
            "InResponseTo=\"_request-1\"><saml:Issuer",
            "InResponseTo=\"_other\"><saml:Issuer",
            Kind::Unsolicited,
            "the response answers the request \"_other\", and the request \"_request-1\" was expected",
        ),
        (
            " InResponseTo=\"_request-1\"><saml:Issuer",
            "><saml:Issuer",
            Kind::Unsolicited,
            "the response answers no request, and the request \"_request-1\" was expected",
        ),
        (
            "Version=\"2.0\" IssueInstant=\"2026-11-28T12:00:00Z\" Dest",
            "Version=\"1.1\" IssueInstant=\"2026-11-28T12:00:00Z\" Dest",
            Kind::Xml,
            "the version is \"1.1\"",
        ),
        // Who made the assertion, and for whom.
        (
            assertion_issuer,
            "<saml:Issuer>https://evil.test</saml:Issuer><saml:Subject>",
            Kind::Invalid,
            "the issuer of the assertion is \"https://evil.test\"",
        ),
        (
            assertion_issuer,
            "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\">https://idp.example.test/metadata</saml:Issuer><saml:Subject>",
            Kind::Xml,
            "Format of Issuer",
        ),
        (
            &audience,
            "<saml:Audience>https://other.test</saml:Audience>",
            Kind::Audience,
            "the audience is \"https://other.test\", and \"https://sp.example.test/v1/b2b/sso/callback/saml-connection-1\" was expected",
        ),
        (&audience, "", Kind::Audience, "the audience is nothing"),
        (&restriction, "", Kind::Audience, "the audience is nothing"),
        (
            &restriction,
            &format!(
                "{restriction}<saml:AudienceRestriction><saml:Audience>urn:b</saml:Audience></saml:AudienceRestriction>"
            ),
            Kind::Audience,
            "the audience is \"urn:b\"",
        ),
        (&format!("{ACS}</saml:Audience>"), &format!("{ACS}/</saml:Audience>"), Kind::Audience, "/\", and"),
        // When.
        (
            "<saml:Conditions NotBefore=\"2026-11-28T12:00:00Z\"",
            "<saml:Conditions NotBefore=\"2026-11-28T12:02:01Z\"",
            Kind::NotYetValid,
            "NotBefore of the Conditions is 2026-11-28T12:02:01Z, and it is 2026-11-28T12:00:00Z",
        ),
        (
            "NotOnOrAfter=\"2026-11-28T12:10:00Z\"",
            "NotOnOrAfter=\"2026-11-28T11:58:00Z\"",
            Kind::Expired,
            "NotOnOrAfter of the Conditions was 2026-11-28T11:58:00Z, and it is 2026-11-28T12:00:00Z",
        ),
        (
            "NotOnOrAfter=\"2026-11-28T12:05:00Z\"",
            "NotOnOrAfter=\"2026-11-28T11:58:00Z\"",
            Kind::Expired,
            "NotOnOrAfter of the SubjectConfirmationData was",
        ),
        (
            "SessionNotOnOrAfter=\"2026-11-28T20:00:00Z\"",
            "SessionNotOnOrAfter=\"2026-11-28T11:00:00Z\"",
            Kind::Expired,
            "SessionNotOnOrAfter of the AuthnStatement was",
        ),
        (
            "ID=\"_assertion\" Version=\"2.0\" IssueInstant=\"2026-11-28T12:00:00Z\"",
            "ID=\"_assertion\" Version=\"2.0\" IssueInstant=\"2026-11-28T12:02:01Z\"",
            Kind::NotYetValid,
            "IssueInstant of the assertion is",
        ),
        (
            "ID=\"_assertion\" Version=\"2.0\" IssueInstant=\"2026-11-28T12:00:00Z\"",
            "ID=\"_assertion\" Version=\"2.0\" IssueInstant=\"2026-11-27T11:57:00Z\"",
            Kind::Expired,
            "the end of the day after the assertion was made",
        ),
        ("2026-11-28T12:10:00Z", "2026-11-28T12:10:00+00:00", Kind::Xml, "NotOnOrAfter of Conditions is"),
        ("2026-11-28T11:59:00Z", "yesterday", Kind::Xml, "AuthnInstant of AuthnStatement is \"yesterday\""),
        (" AuthnInstant=\"2026-11-28T11:59:00Z\"", "", Kind::Xml, "AuthnStatement has no attribute AuthnInstant"),
        // Who may use it.
        (
            &recipient,
            "Recipient=\"https://evil.test\" InResponseTo=\"_request-1\"",
            Kind::Invalid,
            "the recipient is \"https://evil.test\"",
        ),
        (&recipient, "InResponseTo=\"_request-1\"", Kind::Invalid, "the bearer confirmation has no Recipient"),
        (
            &recipient,
            &format!("Recipient=\"{ACS}\" InResponseTo=\"_other\""),
            Kind::Unsolicited,
            "the assertion answers the request \"_other\"",
        ),
        (&recipient, &format!("Recipient=\"{ACS}\""), Kind::Unsolicited, "the assertion answers no request"),
        (
            "SubjectConfirmationData NotOnOrAfter=\"2026-11-28T12:05:00Z\"",
            "SubjectConfirmationData",
            Kind::Invalid,
            "the bearer confirmation has no NotOnOrAfter",
        ),
        (
            "SubjectConfirmationData NotOnOrAfter",
            "SubjectConfirmationData NotBefore=\"2026-11-28T11:00:00Z\" NotOnOrAfter",
            Kind::Invalid,
            "the bearer confirmation has a NotBefore",
        ),
        (
            "cm:bearer",
            "cm:holder-of-key",
            Kind::Invalid,
            "the subject is confirmed by \"urn:oasis:names:tc:SAML:2.0:cm:holder-of-key\", and bearer was expected",
        ),
        (
            &format!("{recipient}/>"),
            &format!("{recipient}><x/></saml:SubjectConfirmationData>"),
            Kind::Invalid,
            "has something in its SubjectConfirmationData",
        ),
        // Who it is.
        (">ada@example.test<", "><", Kind::Invalid, "the NameID is empty"),
        (">ada@example.test<", "> \n\u{a0} <", Kind::Invalid, "the NameID is empty"),
        (
            "<saml:NameID ",
            "<saml:NameID SPNameQualifier=\"https://other.test\" ",
            Kind::Invalid,
            "the NameID was made for \"https://other.test\"",
        ),
        // What is not understood, and what is not there.
        (
            "</saml:Conditions>",
            "<saml:Condition/></saml:Conditions>",
            Kind::Invalid,
            "the assertion has the condition Condition, which is not understood",
        ),
        (
            "<saml:Conditions ",
            "<saml:Advice/><saml:Conditions ",
            Kind::Xml,
            "in Assertion is Advice, where Conditions was expected",
        ),
        ("</saml:Conditions>", "</saml:Conditions><saml:Advice/>", Kind::Xml, "in Assertion is Advice"),
        ("<saml:AuthnContext>", "<saml:AuthnContext><saml:AuthnContextDecl/>", Kind::Xml, "AuthnContextDecl"),
        (
            "<saml:Attribute Name=\"groups\">",
            "<saml:EncryptedAttribute/><saml:Attribute Name=\"groups\">",
            Kind::Xml,
            "EncryptedAttribute",
        ),
        ("<saml:Attribute Name=\"groups\">", "<saml:Attribute>", Kind::Xml, "Attribute has no attribute Name"),
        ("<saml:Subject>", "x<saml:Subject>", Kind::Xml, "Assertion has text between its elements"),
        ("ID=\"_assertion\"", "ID=\"_assertion\" Version2=\"2.0\"", Kind::Invalid, ""),
    ] {
        if said.is_empty() {
            // An attribute that nobody knows changes nothing.
            changed(from, to).unwrap();
            continue;
        }
        let refused = changed(from, to).expect_err(to);
        assert_eq!(refused.kind(), kind, "{to}: {refused}");
        assert!(refused.to_string().contains(said), "{to}: {refused}");
    }
}

#[test]
fn t15_parts_that_must_be_there() {
    for (start, end) in [
        ("<saml:Subject>", "</saml:Subject>"),
        ("<saml:Conditions ", "</saml:Conditions>"),
        ("<saml:AuthnStatement ", "</saml:AuthnStatement>"),
        ("<saml:NameID ", "</saml:NameID>"),
        ("<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>"),
        ("<saml:AuthnContext>", "</saml:AuthnContext>"),
        ("<saml:SubjectConfirmationData", "/></saml:SubjectConfirmation>"),
    ] {
        let xml = response();
        let (before, rest) = xml.split_once(start).unwrap();
        let (_, after) = rest.split_once(end).unwrap();
        let closing = if end.starts_with("/>") { "</saml:SubjectConfirmation>" } else { "" };
        let without = format!("{before}{closing}{after}");
        verify(&sign(&without, "_assertion"), &expected()).expect_err(start);
    }
    // And of what there is to be one, there are not two.
    for (start, end) in [
        ("<saml:NameID ", "</saml:NameID>"),
        ("<saml:Subject>", "</saml:Subject>"),
        ("<saml:Conditions ", "</saml:Conditions>"),
        ("<saml:AuthnStatement ", "</saml:AuthnStatement>"),
        ("<samlp:Status>", "</samlp:Status>"),
    ] {
        let xml = response();
        let (_, rest) = xml.split_once(start).unwrap();
        let (inside, _) = rest.split_once(end).unwrap();
        let element = format!("{start}{inside}{end}");
        let twice = xml.replace(&element, &element.repeat(2));
        verify(&sign(&twice, "_assertion"), &expected()).expect_err(start);
    }
}

#[test]
fn t15_clocks_may_differ_by_so_much_and_no_more() {
    let xml = sign(&response(), "_assertion");
    for (now, skew, kind) in [
        // The assertion begins at NOW, and its bearer is good for five minutes.
        (NOW - 120, 120, None),
        (NOW - 121, 120, Some(RefusedKind::NotYetValid)),
        (NOW - 1, 0, Some(RefusedKind::NotYetValid)),
        (NOW, 0, None),
        (NOW + 299, 0, None),
        (NOW + 300, 0, Some(RefusedKind::Expired)),
        (NOW + 419, 120, None),
        (NOW + 420, 120, Some(RefusedKind::Expired)),
        // More than ten minutes are not granted, and less than none is none.
        (NOW + 300 + 599, 86_400, None),
        (NOW + 300 + 600, 86_400, Some(RefusedKind::Expired)),
        (NOW - 601, i64::MAX, Some(RefusedKind::NotYetValid)),
        (NOW, -500, None),
        (i64::MAX, i64::MIN, Some(RefusedKind::Expired)),
        (i64::MIN, i64::MAX, Some(RefusedKind::NotYetValid)),
    ] {
        let verdict = verify(&xml, &Expected { now, skew, ..expected() });
        assert_eq!(verdict.err().map(|refused| refused.kind()), kind, "{now} {skew}");
    }
}

/// The response is not signed, so its answer to a request proves nothing.
#[test]
fn t15_an_unsolicited_assertion_is_not_made_an_answer() {
    let unsolicited = response().replacen(" InResponseTo=\"_request-1\"", "", 2);
    let answered =
        sign(&unsolicited, "_assertion").replace("ID=\"_response\"", "ID=\"_response\" InResponseTo=\"_request-1\"");
    let refused = verify(&answered, &expected()).unwrap_err();
    assert_eq!(refused.to_string(), "the assertion answers no request, and the request \"_request-1\" was expected");
    // And an answer is not made an unsolicited one.
    let taken = sign(&response(), "_assertion").replacen(" InResponseTo=\"_request-1\"", "", 1);
    let refused = verify(&taken, &Expected { request_id: None, ..expected() }).unwrap_err();
    assert_eq!(refused.to_string(), "the assertion answers the request \"_request-1\", and no request was expected");
}

#[test]
fn a_failure_is_told_with_the_provider_s_own_words() {
    let refusal = r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r" Version="2.0" IssueInstant="2026-11-28T12:00:00Z"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode><samlp:StatusMessage> Not assigned to this app. </samlp:StatusMessage></samlp:Status></samlp:Response>"#;
    let refused = verify(refusal, &expected()).unwrap_err();
    assert_eq!(refused.kind(), RefusedKind::Failed);
    assert_eq!(
        refused.to_string(),
        "the identity provider answered urn:oasis:names:tc:SAML:2.0:status:Responder / \
         urn:oasis:names:tc:SAML:2.0:status:AuthnFailed: Not assigned to this app."
    );
}
