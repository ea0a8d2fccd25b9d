//! What is accepted, and what is read from it.

use crate::idp::{self, ACS, IDP, Method, NOW, REQUEST, expected, response, sign, sign_with};
use crate::{changed, verify};
use saml::{Attribute, Expected, NameId, Verified};

fn attribute(name: &str, values: &[&str]) -> Attribute {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Attribute { name: name.to_owned(), friendly_name: None, values }
}

#[test]
fn all_that_an_assertion_says_is_read() {
    let verified = verify(&sign(&response(), "_assertion"), &expected()).unwrap();
    assert_eq!(
        verified,
        Verified {
            assertion_id: "_assertion".to_owned(),
            // Five minutes for the bearer, and as much as clocks can ever differ.
            remember_until: NOW + 300 + saml::MAX_SKEW,
            issued_at: NOW,
            issuer: IDP.to_owned(),
            name_id: NameId { value: "ada@example.test".to_owned(), format: saml::EMAIL_ADDRESS_FORMAT.to_owned() },
            attributes: vec![attribute("firstName", &["Ada"]), attribute("groups", &["engineers", "R&D"])],
            session_index: Some("_session".to_owned()),
            session_not_on_or_after: Some(NOW + 8 * 3600),
            authn_instant: NOW - 60,
            authn_context: Some("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport".to_owned()),
            in_response_to: Some(REQUEST.to_owned()),
            certificate: 0,
            response_signed: false,
            assertion_signed: true,
            encrypted: false,
        }
    );
}

#[test]
fn either_is_signed_or_both() {
    let both = sign(&sign(&response(), "_assertion"), "_response");
    for (xml, response_signed, assertion_signed) in [
        (sign(&response(), "_response"), true, false),
        (sign(&response(), "_assertion"), false, true),
        (both, true, true),
    ] {
        let verified = verify(&xml, &expected()).unwrap();
        assert_eq!((verified.response_signed, verified.assertion_signed), (response_signed, assertion_signed));
    }
}

#[test]
fn certificates_are_rotated() {
    let both = [idp::OTHER.certificate.clone(), idp::KEY.certificate.clone()];
    let rotating = Expected { certificates: &both, ..expected() };
    let xml = sign(&response(), "_assertion");
    assert_eq!(verify(&xml, &rotating).unwrap().certificate, 1);
    let with_new = Method { key: idp::Sign::Rsa(&idp::OTHER), ..Method::default() };
    assert_eq!(verify(&sign_with(&response(), "_assertion", &with_new), &rotating).unwrap().certificate, 0);
    // The response by one, the assertion by the other, in the middle of a rotation.
    assert_eq!(verify(&sign_with(&xml, "_response", &with_new), &rotating).unwrap().certificate, 1);
}

#[test]
fn all_algorithms_of_the_list() {
    let more = "http://www.w3.org/2001/04/xmldsig-more";
    for (signature, digest) in [
        (format!("{more}#rsa-sha384"), format!("{more}#sha384")),
        (format!("{more}#rsa-sha512"), "http://www.w3.org/2001/04/xmlenc#sha512".to_owned()),
    ] {
        let method = Method { signature: &signature, digest: &digest, ..Method::default() };
        verify(&sign_with(&response(), "_assertion", &method), &expected()).unwrap();
    }
    for (p384, bits) in [(false, 256), (true, 384)] {
        let (key, certificate) = idp::curve(p384);
        let signature = format!("{more}#ecdsa-sha{bits}");
        let method = Method { key: idp::Sign::Ecdsa(&key), signature: &signature, ..Method::default() };
        let with_curve = Expected { certificates: &[certificate], ..expected() };
        verify(&sign_with(&response(), "_assertion", &method), &with_curve).unwrap();
    }
}

#[test]
fn a_list_of_prefixes_counts() {
    let transforms = idp::TRANSFORMS.replace(
        r#"xml-exc-c14n#"/>"#,
        r##"xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs #default absent"/></ds:Transform>"##,
    );
    let listed = Method { transforms: &transforms, prefixes: &["xs", "#default", "absent"], ..Method::default() };
    verify(&sign_with(&response(), "_assertion", &listed), &expected()).unwrap();
    // It is not passed over: with another list the digest is another one.
    let not_listed = Method { prefixes: &[], ..listed };
    verify(&sign_with(&response(), "_assertion", &not_listed), &expected()).unwrap_err();
}

#[test]
fn the_identity_provider_may_start() {
    let unsolicited = Expected { request_id: None, ..expected() };
    let absent = response().replace(&format!(r#" InResponseTo="{REQUEST}""#), "");
    // samlify writes it so.
    let empty = response().replace(REQUEST, "");
    for xml in [absent, empty] {
        let verified = verify(&sign(&xml, "_assertion"), &unsolicited).unwrap();
        assert_eq!(verified.in_response_to, None);
    }
}

#[test]
fn a_name_without_a_format_is_unspecified() {
    let format = r#" Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress""#;
    for format_now in ["", r#" Format="""#] {
        let name = changed(format, format_now).unwrap().name_id;
        assert_eq!((name.value.as_str(), name.format.as_str()), ("ada@example.test", saml::UNSPECIFIED_FORMAT));
    }
    let pretty = changed("ada@example.test", "\n      ada@example.test\n    ").unwrap();
    assert_eq!(pretty.name_id.value, "ada@example.test");
}

/// As pysaml2, Keycloak, Entra, Shibboleth and SimpleSAMLphp write them.
#[test]
fn attributes_as_identity_providers_write_them() {
    let from = r#"<saml:Attribute Name="groups"><saml:AttributeValue>engineers</saml:AttributeValue><saml:AttributeValue>R&amp;D</saml:AttributeValue></saml:Attribute>"#;
    let to = r#"
      <saml:Attribute Name="urn:oid:1.2.840.113549.1.9.1.1" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" FriendlyName="email">
        <saml:AttributeValue>ada@example.test</saml:AttributeValue>
      </saml:Attribute>
      <saml:Attribute Name="Role"><saml:AttributeValue>one</saml:AttributeValue></saml:Attribute>
      <saml:Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"><saml:AttributeValue> ada&#13;
</saml:AttributeValue></saml:Attribute>
      <saml:Attribute Name="Role"><saml:AttributeValue>two</saml:AttributeValue><saml:AttributeValue/></saml:Attribute>
      <saml:Attribute Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.10"><saml:AttributeValue><saml:NameID NameQualifier="x">target</saml:NameID></saml:AttributeValue></saml:Attribute>
      <saml:Attribute Name="absent"><saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/></saml:Attribute>
      <saml:Attribute Name="none"/>
      <saml:Attribute Name="postal"><saml:AttributeValue>
        <a:Street xmlns:a="urn:a">Elm 1</a:Street><a:City xmlns:a="urn:a">Bonn</a:City>
      </saml:AttributeValue><saml:AttributeValue>Elm 1</saml:AttributeValue></saml:Attribute>
    "#;
    let mut email = attribute("urn:oid:1.2.840.113549.1.9.1.1", &["ada@example.test"]);
    email.friendly_name = Some("email".to_owned());
    assert_eq!(
        changed(from, to).unwrap().attributes,
        [
            attribute("firstName", &["Ada"]),
            email,
            attribute("Role", &["one", "two", ""]),
            attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", &[" ada\r\n"]),
            attribute("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", &["target"]),
            attribute("absent", &[]),
            attribute("none", &[]),
            attribute("postal", &["Elm 1"]),
        ]
    );
    let statement = "<saml:AttributeStatement>";
    let two = format!(r#"{statement}<saml:Attribute Name="first"/></saml:AttributeStatement>{statement}"#);
    assert_eq!(changed(statement, &two).unwrap().attributes.first(), Some(&attribute("first", &[])));
}

#[test]
fn what_identity_providers_leave_out_or_add() {
    let conditions = "</saml:Conditions>";
    for (from, to) in [
        (r#" NotBefore="2026-11-28T12:00:00Z" NotOnOrAfter="2026-11-28T12:10:00Z""#, ""),
        (r#" SessionNotOnOrAfter="2026-11-28T20:00:00Z""#, ""),
        (&format!(r#" Destination="{ACS}""#), ""),
        (conditions, "<saml:OneTimeUse/><saml:ProxyRestriction Count=\"0\"/></saml:Conditions>"),
        ("<saml:AudienceRestriction>", "<saml:AudienceRestriction><saml:Audience>https://other.test</saml:Audience>"),
        (">engineers<", " xmlns:n=\"urn:n\" n:hint=\"x\">engineers<"),
        ("<saml:AuthnContext>", "<saml:SubjectLocality Address=\"192.0.2.1\"/><saml:AuthnContext>"),
        ("<saml:Conditions", "\n  <saml:Conditions"),
        ("2026-11-28T12:05:00Z", "2026-11-28T12:05:00.123456789Z"),
        ("<saml:NameID ", &format!(r#"<saml:NameID NameQualifier="{IDP}" SPNameQualifier="{ACS}" "#)),
        (
            "<saml:SubjectConfirmation ",
            r#"<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/><saml:SubjectConfirmation "#,
        ),
        ("<samlp:Status>", "<samlp:Extensions><x xmlns=\"urn:x\"/></samlp:Extensions><samlp:Status>"),
        ("</samlp:Status>", "<samlp:StatusMessage>fine</samlp:StatusMessage><samlp:StatusDetail/></samlp:Status>"),
    ] {
        changed(from, to).unwrap_or_else(|refused| panic!("{to}: {refused}"));
    }
    let xml = sign(&response(), "_assertion");
    for (what, xml) in [
        ("a declaration", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}\n")),
        ("a byte order mark", format!("\u{feff}{xml}")),
    ] {
        verify(&xml, &expected()).unwrap_or_else(|refused| panic!("{what}: {refused}"));
    }
}

#[test]
fn alternatives_are_accepted() {
    let audiences = ["urn:ours", ACS];
    let urls = ["https://gateway.example.test/acs", "https://old.example.test/acs", ACS];
    let wide = Expected { audiences: &audiences, acs_urls: &urls, ..expected() };
    let moved = response()
        .replace(&format!(r#"Recipient="{ACS}""#), r#"Recipient="https://old.example.test/acs""#)
        .replace(&format!(r#"Destination="{ACS}""#), r#"Destination="https://gateway.example.test/acs""#)
        .replace(&format!("<saml:Audience>{ACS}"), "<saml:Audience>\n urn:ours ");
    verify(&sign(&moved, "_assertion"), &wide).unwrap();
}

#[test]
fn how_long_an_assertion_is_remembered() {
    // LemonLDAP::NG: 20 hours for the bearer, and a day for the conditions.
    let bearer = "2026-11-28T12:05:00Z";
    let conditions = "2026-11-28T12:10:00Z";
    for (bearer_end, conditions_end, remembered) in [
        ("2026-11-29T08:00:00Z", "2026-11-29T12:01:00Z", NOW + 20 * 3600),
        ("2026-11-29T08:00:00Z", "2026-11-28T13:00:00Z", NOW + 3600),
        ("2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z", NOW + saml::MAX_AGE),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", NOW + saml::MAX_AGE),
    ] {
        let xml = response().replace(bearer, bearer_end).replace(conditions, conditions_end);
        let verified = verify(&sign(&xml, "_assertion"), &expected()).unwrap();
        assert_eq!(verified.remember_until, remembered + saml::MAX_SKEW, "{bearer_end} {conditions_end}");
    }
    // Two confirmations: the later one is what a thief would wait for.
    let end = "</saml:SubjectConfirmation>";
    let second = format!(
        r#"{end}<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="2026-11-28T12:09:00Z" Recipient="{ACS}" InResponseTo="{REQUEST}"/>{end}"#
    );
    assert_eq!(changed(end, &second).unwrap().remember_until, NOW + 540 + saml::MAX_SKEW);
}

/// The seeds of the fuzz targets, which xmlsec1 signed and encrypted, are good: from bad ones nothing would be found.
#[test]
fn the_seeds_of_the_fuzz_targets_are_accepted() {
    let certificates = [saml::Certificate::parse(include_str!("data/sha1.pem")).unwrap()];
    let keys = [saml::PrivateKey::from_pem(include_str!("data/rsa3072.key")).unwrap()];
    let legacy = saml::Legacy { sha1: true, ..saml::Legacy::default() };
    let expected = Expected { certificates: &certificates, decryption_keys: &keys, legacy, ..expected() };
    for (xml, encrypted) in [
        (include_str!("../../../../fuzz/seeds/saml_response/signed.xml"), false),
        (include_str!("../../../../fuzz/seeds/saml_response/encrypted.xml"), true),
    ] {
        let verified = verify(xml, &expected).unwrap();
        assert_eq!((verified.name_id.value.as_str(), verified.encrypted), ("ada@example.test", encrypted));
    }
    let provider = include_str!("../../../../fuzz/seeds/saml_metadata/provider.xml");
    let provider = saml::IdentityProvider::parse(provider.as_bytes()).unwrap();
    assert_eq!(provider.certificates, certificates);
    assert!(saml::from_redirect(include_str!("../../../../fuzz/seeds/saml_deflate/request")).is_some());
}
