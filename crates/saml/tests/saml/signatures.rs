//! Who signed, how, and what with.

use crate::idp::{
    self, EXCLUSIVE, KEY, Method, OTHER, Sign, TRANSFORMS, expected, response, sign, sign_with, signature_of,
};
use crate::verify;
use saml::{Certificate, Expected, Legacy, PrivateKey, Refused, RefusedKind};

/// The verdict over a response whose assertion is signed in this way.
fn signed(method: &Method<'_>, expected: &Expected<'_>) -> Result<saml::Verified, Refused> {
    verify(&sign_with(&response(), "_assertion", method), expected)
}

#[test]
fn t14_nothing_unsigned_is_accepted() {
    let refused = verify(&response(), &expected()).unwrap_err();
    assert_eq!(refused, Refused::MissingSignature);
    assert_eq!(refused.kind(), RefusedKind::MissingSignature);
}

#[test]
fn t14_without_a_certificate_nothing_is_accepted() {
    let none = Expected { certificates: &[], ..expected() };
    for xml in [response(), sign(&response(), "_assertion"), sign(&response(), "_response")] {
        assert_eq!(verify(&xml, &none), Err(Refused::NoCertificate));
    }
}

#[test]
fn t14_the_certificate_in_the_message_is_not_believed() {
    let pem = OTHER.certificate.to_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let info =
        format!("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>");
    let refused =
        signed(&Method { key: Sign::Rsa(&OTHER), key_info: &info, ..Method::default() }, &expected()).unwrap_err();
    assert_eq!(refused.kind(), RefusedKind::CertificateMismatch);
    let said = refused.to_string();
    assert!(said.contains(&OTHER.certificate.fingerprint()) && said.contains(&KEY.certificate.fingerprint()), "{said}");
    // Nor is the right one, if the signature is not its key's; and one that is none harms nobody.
    let right = info.replace(
        &body,
        &idp::KEY.certificate.to_pem().lines().filter(|line| !line.starts_with('-')).collect::<String>(),
    );
    let refused =
        signed(&Method { key: Sign::Rsa(&OTHER), key_info: &right, ..Method::default() }, &expected()).unwrap_err();
    assert_eq!(refused, Refused::Signature { of: saml::Signed::Assertion });
    let broken = info.replace(&body, "&lt;");
    signed(&Method { key_info: &broken, ..Method::default() }, &expected()).unwrap();
    signed(&Method { key_info: &info, ..Method::default() }, &expected()).unwrap();
}

#[test]
fn t14_both_signatures_have_to_be_good() {
    let other = Method { key: Sign::Rsa(&OTHER), ..Method::default() };
    let good_inside = sign_with(&sign(&response(), "_assertion"), "_response", &other);
    let good_outside = sign(&sign_with(&response(), "_assertion", &other), "_response");
    for xml in [good_inside, good_outside] {
        assert_eq!(verify(&xml, &expected()).unwrap_err().kind(), RefusedKind::InvalidSignature);
    }
}

#[test]
fn t17_what_is_not_on_the_list_is_refused() {
    let more = "http://www.w3.org/2001/04/xmldsig-more";
    // The value does not matter: the name is enough to be refused.
    let xml = sign(&response(), "_assertion");
    for name in [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        &format!("{more}#hmac-sha256"),
        &format!("{more}#rsa-md5"),
        &format!("{more}#rsa-sha224"),
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256",
        "rsa-sha256",
    ] {
        let refused = verify(&xml.replace(idp::RSA_SHA256, name), &expected()).unwrap_err();
        assert!(matches!(&refused, Refused::Algorithm { seen, .. } if seen == name), "{refused}");
    }
    for name in ["http://www.w3.org/2000/09/xmldsig#sha1", &format!("{more}#md5"), &format!("{more}#sha224"), ""] {
        let from = format!("<ds:DigestMethod Algorithm=\"{}\"", idp::SHA256);
        let refused = verify(&xml.replace(&from, &format!("<ds:DigestMethod Algorithm=\"{name}\"")), &expected());
        assert!(matches!(refused, Err(Refused::Algorithm { .. } | Refused::Malformed(_))), "{name}");
    }
}

#[test]
fn t17_sha1_is_accepted_by_its_switch_alone() {
    let method = Method { digest: "http://www.w3.org/2000/09/xmldsig#sha1", ..Method::default() };
    let refused = signed(&method, &expected()).unwrap_err();
    assert!(refused.to_string().ends_with("is not accepted unless the connection allows SHA-1"), "{refused}");
    let others = Legacy { sha1: false, rsa_1_5: true, triple_des: true };
    signed(&method, &Expected { legacy: others, ..expected() }).unwrap_err();
    let allowed = Expected { legacy: Legacy { sha1: true, ..Legacy::default() }, ..expected() };
    signed(&method, &allowed).unwrap();
    // The signature as well; `aws-lc-rs` makes none, so this one was made with OpenSSL.
    let xml = include_str!("data/sha1.xml");
    let certificate = Certificate::parse(include_str!("data/sha1.pem")).unwrap();
    let certificates = [certificate];
    let with = |legacy| Expected { certificates: &certificates, legacy, ..expected() };
    assert!(matches!(verify(xml, &with(Legacy::default())), Err(Refused::Algorithm { .. })));
    verify(xml, &with(Legacy { sha1: true, ..Legacy::default() })).unwrap();
}

/// A signature is of the kind that its key is of, whatever it says.
#[test]
fn t17_the_kind_of_key_is_bound_to_the_algorithm() {
    let (key, certificate) = idp::curve(false);
    let more = "http://www.w3.org/2001/04/xmldsig-more";
    let as_rsa = Method { key: Sign::Ecdsa(&key), ..Method::default() };
    let with_curve = [certificate.clone()];
    let with_curve = Expected { certificates: &with_curve, ..expected() };
    assert_eq!(signed(&as_rsa, &with_curve).unwrap_err().kind(), RefusedKind::InvalidSignature);
    let as_ecdsa = format!("{more}#ecdsa-sha256");
    let xml = sign(&response(), "_assertion").replace(idp::RSA_SHA256, &as_ecdsa);
    assert_eq!(verify(&xml, &expected()).unwrap_err().kind(), RefusedKind::InvalidSignature);
    // Of the wrong length, of the other curve, and good.
    let good = Method { key: Sign::Ecdsa(&key), signature: &as_ecdsa, ..Method::default() };
    let xml = sign_with(&response(), "_assertion", &good);
    verify(&xml, &with_curve).unwrap();
    let (_, other_curve) = idp::curve(true);
    let with_other = [other_curve];
    verify(&xml, &Expected { certificates: &with_other, ..expected() }).unwrap_err();
    for value in ["", "AAAA", &"A".repeat(88)] {
        let (before, rest) = xml.split_once("<ds:SignatureValue>").unwrap();
        let (_, after) = rest.split_once("</ds:SignatureValue>").unwrap();
        let forged = format!("{before}<ds:SignatureValue>{value}</ds:SignatureValue>{after}");
        assert_eq!(verify(&forged, &with_curve).unwrap_err().kind(), RefusedKind::InvalidSignature, "{value}");
    }
}

#[test]
fn t17_a_short_key_is_no_certificate() {
    let error = Certificate::parse(include_str!("data/rsa1024.pem")).unwrap_err();
    assert_eq!(error.to_string(), "the RSA key has 1024 bits, and 2048 to 8192 are allowed");
    let error = PrivateKey::from_pem(include_str!("data/rsa1024.key")).unwrap_err();
    assert_eq!(error.to_string(), "the RSA key has 1024 bits, and 2048 to 8192 are allowed");
}

#[test]
fn t12_transforms_and_canonicalization_are_those_two() {
    let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    let only = |algorithm: &str| format!("<ds:Transform Algorithm=\"{algorithm}\"/>");
    let (first, second) = (only(enveloped), only(EXCLUSIVE));
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    for transforms in [
        String::new(),
        first.clone(),
        second.clone(),
        format!("{second}{first}"),
        format!("{first}{first}"),
        format!("{second}{second}"),
        format!("{first}{}", only(inclusive)),
        format!("{first}{}", only("http://www.w3.org/2006/12/xml-c14n11")),
        format!("{first}{second}{second}"),
        format!("{}{first}{second}", only("http://www.w3.org/2000/09/xmldsig#base64")),
        format!(
            "{first}<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>true()</ds:XPath></ds:Transform>"
        ),
        format!("{first}{}", only("http://www.w3.org/TR/1999/REC-xslt-19991116")),
        format!("<ds:Transform Algorithm=\"{enveloped}\"><ds:XPath>1</ds:XPath></ds:Transform>{second}"),
        format!("{first}<ds:Transform Algorithm=\"{EXCLUSIVE}\"><x/></ds:Transform>"),
        format!("{first}<ds:Transform/>"),
    ] {
        let refused = signed(&Method { transforms: &transforms, ..Method::default() }, &expected());
        assert!(
            matches!(refused, Err(Refused::SignatureForm { .. } | Refused::Malformed(_))),
            "{transforms}: {refused:?}"
        );
    }
    for canonicalization in [inclusive, "http://www.w3.org/2006/12/xml-c14n11", "urn:none", ""] {
        let refused = signed(&Method { canonicalization, ..Method::default() }, &expected());
        assert!(matches!(refused, Err(Refused::SignatureForm { .. } | Refused::Malformed(_))), "{canonicalization}");
    }
    // With comments is the same as without, since there are none.
    let with_comments = format!("{EXCLUSIVE}WithComments");
    let transforms = format!("{first}{}", only(&with_comments));
    signed(&Method { canonicalization: &with_comments, transforms: &transforms, ..Method::default() }, &expected())
        .unwrap();
}

#[test]
fn t12_a_list_of_many_prefixes_is_refused() {
    let list = (0..17).map(|number| format!("p{number}")).collect::<Vec<_>>().join(" ");
    let parameter = format!(
        "{EXCLUSIVE}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"{list}\"/></ds:Transform>"
    );
    let transforms = TRANSFORMS.replace(&format!("{EXCLUSIVE}\"/>"), &parameter);
    let refused = signed(&Method { transforms: &transforms, ..Method::default() }, &expected()).unwrap_err();
    assert!(matches!(refused, Refused::SignatureForm { part: "InclusiveNamespaces", .. }), "{refused}");
}

/// One SignedInfo with one Reference, and nothing beside them.
#[test]
fn t12_the_parts_of_a_signature_are_counted() {
    let xml = sign(&response(), "_assertion");
    let element = |name: &str| {
        let (start, end) = (format!("<ds:{name}"), format!("</ds:{name}>"));
        let at = xml.find(&start).unwrap();
        xml[at..xml.find(&end).unwrap() + end.len()].to_owned()
    };
    for name in ["Reference", "SignedInfo", "SignatureValue", "DigestValue", "Transforms", "Signature"] {
        let one = element(name);
        for many in [String::new(), one.repeat(2)] {
            let changed = xml.replace(&one, &many);
            verify(&changed, &expected()).expect_err(name);
        }
    }
    for (from, to) in [
        ("</ds:Signature>", "<ds:Object/></ds:Signature>"),
        ("</ds:Signature>", "<ds:KeyInfo/><ds:KeyInfo/></ds:Signature>"),
        ("</ds:SignedInfo>", "<x/></ds:SignedInfo>"),
        ("<ds:DigestValue>", "<ds:DigestValue><x/>"),
        ("<ds:DigestValue>", "<ds:DigestValue>="),
        ("<ds:SignatureValue>", "<ds:SignatureValue>!"),
        ("rsa-sha256\"/>", "rsa-sha256\"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>"),
    ] {
        let changed = xml.replace(from, to);
        assert_ne!(changed, xml);
        verify(&changed, &expected()).expect_err(to);
    }
}

#[test]
fn t11_signatures_stand_in_two_places_only() {
    let xml = response();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let assertion = document.descendants().find(|node| node.attribute("ID") == Some("_assertion")).unwrap();
    let signature = signature_of(&saml::canonicalize(assertion, None, &[]), "_assertion", &Method::default());
    for (from, in_front) in [
        ("<saml:Subject>", true),
        ("<saml:Conditions ", false),
        ("<samlp:StatusCode ", false),
        ("<samlp:Status>", false),
        ("</saml:Assertion>", false),
        ("</samlp:Response>", false),
        ("</saml:AttributeStatement>", false),
        ("</samlp:Status>", false),
    ] {
        let moved = xml.replacen(from, &format!("{signature}{from}"), 1);
        assert_eq!(verify(&moved, &expected()).is_ok(), in_front, "{from}");
    }
    // A good one does not excuse another one, wherever that is.
    let good = sign(&response(), "_assertion");
    for (from, to) in [
        ("<samlp:Status>", "<samlp:Extensions><ds:Signature xmlns:ds=\"urn:x\"/></samlp:Extensions><samlp:Status>"),
        ("</samlp:Status>", "<samlp:StatusDetail><Signature/></samlp:StatusDetail></samlp:Status>"),
    ] {
        assert_eq!(verify(&good.replacen(from, to, 1), &expected()), Err(Refused::MisplacedSignature));
    }
}
