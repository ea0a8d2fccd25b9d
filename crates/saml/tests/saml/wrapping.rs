//! Signatures that are good, and are moved to where they say something else (threat T-11): the eight classics of Somorovsky
//! et al., "On Breaking SAML", 2012, and their siblings. The forged assertion always says mallory.

use crate::idp::{expected, response, sign};
use crate::verify;
use saml::RefusedKind;

/// An element with this start and end, cut out of a text.
fn cut<'a>(xml: &'a str, start: &str, end: &str) -> (&'a str, &'a str, &'a str) {
    let at = xml.find(start).unwrap();
    let until = xml.rfind(end).unwrap() + end.len();
    (&xml[..at], &xml[at..until], &xml[until..])
}

fn assertion(xml: &str) -> (&str, &str, &str) {
    cut(xml, "<saml:Assertion", "</saml:Assertion>")
}

fn signature(xml: &str) -> (&str, &str, &str) {
    cut(xml, "<ds:Signature ", "</ds:Signature>")
}

fn without_signature(xml: &str) -> String {
    let (before, _, after) = signature(xml);
    format!("{before}{after}")
}

/// Another assertion by the same provider, for somebody else, with another ID.
fn forged(xml: &str) -> String {
    without_signature(xml).replace("ada@example.test", "mallory@example.test").replace("_assertion", "_forged")
}

fn refused(name: &str, xml: &str) {
    // What is tried is well-formed, or nothing would be shown.
    roxmltree::Document::parse(xml).unwrap_or_else(|error| panic!("{name}: {error}"));
    let verdict = verify(xml, &expected());
    let refused = verdict.expect_err(name);
    assert!(
        matches!(refused.kind(), RefusedKind::Invalid | RefusedKind::InvalidSignature | RefusedKind::Xml),
        "{name}: {refused}"
    );
}

/// The response was signed; its signature and its original are moved into a new response.
#[test]
fn t11_xsw_1_and_2_the_response_is_wrapped() {
    let original = sign(&response(), "_response");
    let (_, signature_only, _) = signature(&original);
    let new = forged(&original).replace("_response", "_new").replace("_forged", "_assertion2");
    let bare = without_signature(&original);
    // 1: the original inside of the signature, which stands in the new one.
    let object = signature_only.replace("</ds:Signature>", &format!("<ds:Object>{bare}</ds:Object></ds:Signature>"));
    refused("XSW1", &new.replacen("</saml:Issuer>", &format!("</saml:Issuer>{object}"), 1));
    // 2: the original beside the signature.
    refused("XSW2", &new.replacen("</saml:Issuer>", &format!("</saml:Issuer>{bare}{signature_only}"), 1));
    let in_extensions = format!("</saml:Issuer>{signature_only}<samlp:Extensions>{bare}</samlp:Extensions>");
    refused("XSW2 in Extensions", &new.replacen("</saml:Issuer>", &in_extensions, 1));
    // The original, signature and all, somewhere in the new one.
    for place in ["Status", "Response"] {
        let end = format!("</samlp:{place}>");
        refused(place, &new.replacen(&end, &format!("{original}{end}"), 1));
    }
}

/// The assertion was signed; a forged one is put beside, around, or into it.
#[test]
fn t11_xsw_3_to_8_the_assertion_is_wrapped() {
    let xml = sign(&response(), "_assertion");
    let (before, good, after) = assertion(&xml);
    let (_, signature_only, _) = signature(good);
    let (evil, bare) = (forged(good), without_signature(good));
    let sign_evil = |with: &str| evil.replacen("</saml:Issuer>", &format!("</saml:Issuer>{with}"), 1);
    for (name, inside) in [
        ("XSW3", format!("{evil}{good}")),
        ("XSW3 the other way round", format!("{good}{evil}")),
        ("XSW4", evil.replace("</saml:Assertion>", &format!("{good}</saml:Assertion>"))),
        ("XSW5", format!("{}{bare}", sign_evil(signature_only))),
        (
            "XSW6",
            sign_evil(
                &signature_only.replace("</ds:Signature>", &format!("<ds:Object>{bare}</ds:Object></ds:Signature>")),
            ),
        ),
        (
            "XSW6 in KeyInfo",
            sign_evil(
                &signature_only.replace("</ds:Signature>", &format!("<ds:KeyInfo>{bare}</ds:KeyInfo></ds:Signature>")),
            ),
        ),
        (
            "XSW8",
            sign_evil(
                &signature_only.replace("<ds:SignedInfo", &format!("<ds:Object>{good}</ds:Object><ds:SignedInfo")),
            ),
        ),
        ("in an attribute", evil.replace(">engineers<", &format!(">{good}<"))),
        (
            "in the confirmation",
            evil.replacen(
                "/></saml:SubjectConfirmation>",
                &format!(">{good}</saml:SubjectConfirmationData></saml:SubjectConfirmation>"),
                1,
            ),
        ),
        (
            "in Advice",
            evil.replace("</saml:Conditions>", &format!("</saml:Conditions><saml:Advice>{good}</saml:Advice>")),
        ),
    ] {
        refused(name, &format!("{before}{inside}{after}"));
    }
    // 7: in the Extensions, which may have anything in them.
    for (name, hidden) in
        [("XSW7", good.to_owned()), ("XSW7 with another name", good.replace("saml:Assertion", "saml:Assertion2"))]
    {
        let extensions = format!("</saml:Issuer><samlp:Extensions>{hidden}</samlp:Extensions><samlp:Status>");
        let hidden_in = xml.replacen("</saml:Issuer><samlp:Status>", &extensions, 1);
        refused(
            name,
            &hidden_in.replace(&format!("</samlp:Status>{good}"), &format!("</samlp:Status>{}", sign_evil(""))),
        );
        refused(
            name,
            &hidden_in
                .replace(&format!("</samlp:Status>{good}"), &format!("</samlp:Status>{}", sign_evil(signature_only))),
        );
    }
    // The only assertion stands where none is looked for.
    let moved = format!("{before}{after}").replacen(
        "</saml:Issuer><samlp:Status>",
        &format!("</saml:Issuer><samlp:Extensions>{good}</samlp:Extensions><samlp:Status>"),
        1,
    );
    refused("only in the Extensions", &moved);
}

#[test]
fn t11_two_elements_with_one_id() {
    let xml = sign(&response(), "_assertion");
    for (name, attribute) in
        [("ID", "ID"), ("Id", "Id"), ("id", "id"), ("AssertionID", "AssertionID"), ("xml:id", "xml:id")]
    {
        let twin = format!("<samlp:Extensions><x {attribute}=\"_assertion\"/></samlp:Extensions><samlp:Status>");
        refused(name, &xml.replacen("<samlp:Status>", &twin, 1));
    }
    refused("of the response", &sign(&response().replace("_response", "_assertion"), "_assertion"));
}

#[test]
fn t11_a_signature_about_something_else() {
    use crate::idp::{Method, sign_with};
    for reference in [
        "",
        "#_response",
        "#",
        "_assertion",
        "#_assertion ",
        "#xpointer(id('_assertion'))",
        "#xpointer(/)",
        "http://evil.test/#_assertion",
    ] {
        let method = Method { reference: Some(reference), ..Method::default() };
        let refused = verify(&sign_with(&response(), "_assertion", &method), &expected()).unwrap_err();
        assert_eq!(refused.kind(), RefusedKind::InvalidSignature, "{reference}: {refused}");
    }
    // That of the assertion, in the response, and the other way round.
    let xml = sign(&response(), "_assertion");
    let (_, of_assertion, _) = signature(&xml);
    let moved = without_signature(&xml).replacen("</saml:Issuer>", &format!("</saml:Issuer>{of_assertion}"), 1);
    refused("moved up", &moved);
    // Under another name for the ID.
    refused("lower case", &xml.replacen("ID=\"_assertion\"", "Id=\"_assertion\"", 1));
}

#[test]
fn t11_what_was_signed_is_changed() {
    let xml = sign(&sign(&response(), "_assertion"), "_response");
    for (from, to) in [
        ("ada@example.test", "mallory@example.test"),
        (">engineers<", ">admins<"),
        ("Name=\"groups\"", "Name=\"group\""),
        ("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", "urn:x"),
        ("SessionIndex=\"_session\"", "SessionIndex=\"_session2\""),
        ("IssueInstant=\"2026-11-28T12:00:00Z\" Destination", "IssueInstant=\"2026-11-28T12:00:01Z\" Destination"),
    ] {
        refused(to, &xml.replacen(from, to, 1));
    }
    // Only the response is signed, and the assertion is replaced with its own signature left.
    let both = xml.replace("ada@example.test", "mallory@example.test");
    refused("both", &both);
}

/// Two good signatures of one provider, each in the other's response.
#[test]
fn t11_parts_of_two_responses() {
    let first = sign(&sign(&response(), "_assertion"), "_response");
    let second = sign(&response().replace("ada@", "bob@").replace("_assertion", "_second"), "_second");
    let (before, _, after) = assertion(&first);
    let (_, other, _) = assertion(&second);
    refused("swapped", &format!("{before}{other}{after}"));
}
