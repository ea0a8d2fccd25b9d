//! Requests, by both bindings.

use crate::idp::{ACS, KEY, NOW, unpem};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saml::{AuthnRequest, RequestError};

fn request<'a>(destination: &'a str) -> AuthnRequest<'a> {
    AuthnRequest {
        id: "_1234",
        issue_instant: NOW,
        destination,
        acs_url: ACS,
        issuer: "https://sp.example.test/a?b&c=\"<d>",
        name_id_format: saml::EMAIL_ADDRESS_FORMAT,
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_request_is_what_the_standard_asks_for() {
    let xml = request("https://idp.example.test/sso?a=1&b=2").to_xml();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "AuthnRequest");
    for (name, value) in [
        ("ID", "_1234"),
        ("Version", "2.0"),
        ("IssueInstant", "2026-11-28T12:00:00Z"),
        ("Destination", "https://idp.example.test/sso?a=1&b=2"),
        ("AssertionConsumerServiceURL", ACS),
        ("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"),
    ] {
        assert_eq!(root.attribute(name), Some(value));
    }
    let children: Vec<_> = root.children().collect();
    assert_eq!(children[0].text(), Some("https://sp.example.test/a?b&c=\"<d>"));
    assert_eq!(children[1].attribute("Format"), Some(saml::EMAIL_ADDRESS_FORMAT));
    assert_eq!(children[1].attribute("AllowCreate"), Some("true"));
    assert_eq!(children.len(), 2);
}

#[test]
fn a_redirect_is_signed_over_its_query() {
    for (destination, start) in [
        ("https://idp.example.test/sso", "https://idp.example.test/sso?SAMLRequest="),
        ("https://idp.example.test/sso?", "https://idp.example.test/sso?SAMLRequest="),
        ("https://idp.example.test/sso?a=b", "https://idp.example.test/sso?a=b&SAMLRequest="),
        ("https://idp.example.test/sso?a=b&", "https://idp.example.test/sso?a=b&SAMLRequest="),
        ("https://idp.example.test/sso#x", "https://idp.example.test/sso?SAMLRequest="),
    ] {
        let request = request(destination);
        let url = request.redirect("AZaz09-_", &KEY.private).unwrap();
        assert!(url.starts_with(start), "{url}");
        let (signed, signature) = url[url.find("SAMLRequest=").unwrap()..].split_once("&Signature=").unwrap();
        let signature = STANDARD.decode(decode(signature)).unwrap();
        let info = crate::idp::public_key(&KEY);
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, info).verify(signed.as_bytes(), &signature).unwrap();
        let parts: Vec<_> = signed.split('&').map(|part| part.split_once('=').unwrap()).collect();
        let names: Vec<_> = parts.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["SAMLRequest", "RelayState", "SigAlg"]);
        assert_eq!(parts[1].1, "AZaz09-_");
        assert_eq!(decode(parts[2].1), crate::idp::RSA_SHA256);
        assert_eq!(saml::from_redirect(&decode(parts[0].1)).unwrap(), request.to_xml());
    }
}

/// What pysaml2 and python3-saml would encode otherwise than we, they take for a forgery.
#[test]
fn a_relay_state_has_no_character_that_is_encoded() {
    let long = "a".repeat(81);
    for text in ["", "a b", "a+b", "a~b", "a.b", "a=b", "\u{e4}", "a/b", &long] {
        assert!(!saml::is_relay_state(text), "{text}");
        let refused = request("https://idp.example.test/sso").redirect(text, &KEY.private);
        assert_eq!(refused, Err(RequestError::RelayState), "{text}");
    }
    assert!(saml::is_relay_state(&"a".repeat(80)));
}

#[test]
fn a_posted_request_is_signed_inside() {
    let request = request("https://idp.example.test/sso");
    let xml =
        String::from_utf8(STANDARD.decode(request.post(&KEY.private, &KEY.certificate).unwrap()).unwrap()).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let names: Vec<_> = document.root_element().children().map(|node| node.tag_name().name().to_owned()).collect();
    assert_eq!(names, ["Issuer", "Signature", "NameIDPolicy"]);
    let embedded = document.descendants().find(|node| node.has_tag_name("X509Certificate")).unwrap().text().unwrap();
    assert_eq!(STANDARD.decode(embedded).unwrap(), unpem(&KEY.certificate.to_pem()));
    let signature = document.root_element().children().nth(1).unwrap();
    // What is left of the message without its signature is what was signed.
    let bare = saml::canonicalize(document.root_element(), Some(signature), &[]);
    assert_eq!(
        bare,
        saml::canonicalize(roxmltree::Document::parse(&request.to_xml()).unwrap().root_element(), None, &[])
    );
    let digest = document.descendants().find(|node| node.has_tag_name("DigestValue")).unwrap().text().unwrap();
    assert_eq!(digest, STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bare.as_bytes())));
}

#[test]
fn ids_are_names_and_never_the_same() {
    let (one, other) = (saml::new_id().unwrap(), saml::new_id().unwrap());
    assert_ne!(one, other);
    assert_eq!(one.len(), 41);
    assert!(one.starts_with('_') && one[1..].bytes().all(|byte| byte.is_ascii_hexdigit()));
}
