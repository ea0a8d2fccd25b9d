//! Documents that are no SAML, or too much of it.

use crate::idp::{Method, expected, response, sign, sign_with};
use crate::verify;
use saml::{Malformed, Refused, RefusedKind};

fn malformed(xml: &str) -> Malformed {
    match verify(xml, &expected()) {
        Err(refused @ Refused::Malformed(_)) => {
            assert_eq!(refused.kind(), RefusedKind::Xml);
            match refused {
                Refused::Malformed(malformed) => malformed,
                _ => unreachable!(),
            }
        }
        other => panic!("{:.300}: {other:?}", xml),
    }
}

#[test]
fn t12_documents_with_more_than_elements_and_text() {
    let xml = sign(&response(), "_assertion");
    for (document, expected) in [
        (format!("<!DOCTYPE Response>{xml}"), Malformed::Doctype),
        (format!("<!DOCTYPE r [<!ENTITY e \"x\">]>{xml}"), Malformed::Doctype),
        (format!("<!DOCTYPE r SYSTEM \"https://evil.test/x.dtd\">{xml}"), Malformed::Doctype),
        (format!("{xml}<!ENTITY e \"x\">"), Malformed::Doctype),
        (format!("<?xml-stylesheet href=\"x\"?>{xml}"), Malformed::ProcessingInstruction),
        (format!("<?xml version=\"1.0\"?><?x?>{xml}"), Malformed::ProcessingInstruction),
        (format!("{xml}<?x?>"), Malformed::ProcessingInstruction),
        (format!("\n<?xml version=\"1.0\"?>{xml}"), Malformed::ProcessingInstruction),
        (xml.replace("<saml:Subject>", "<?x?><saml:Subject>"), Malformed::ProcessingInstruction),
        (format!("<!-- x -->{xml}"), Malformed::Comment),
        (xml.replace("<saml:Subject>", "<!-- --><saml:Subject>"), Malformed::Comment),
        (xml.replace("ada@", "<![CDATA[ada@]]>"), Malformed::CharacterData),
    ] {
        assert_eq!(malformed(&document), expected);
    }
    assert_eq!(saml::verify(b"\xff\xfe<\0a\0/\0>\0", &expected()), Err(Refused::Malformed(Malformed::NotUtf8)));
    let latin = xml.replace("Ada", "Ad\u{e4}").replace('\u{e4}', "~");
    let mut latin = latin.into_bytes();
    let at = latin.iter().position(|byte| *byte == b'~').unwrap();
    latin[at] = 0xe4;
    assert_eq!(saml::verify(&latin, &expected()), Err(Refused::Malformed(Malformed::NotUtf8)));
}

#[test]
fn t12_what_is_no_xml() {
    let xml = sign(&response(), "_assertion");
    for document in [
        String::new(),
        " ".to_owned(),
        "x".to_owned(),
        "<".to_owned(),
        "<a".to_owned(),
        "<a>".to_owned(),
        "</a>".to_owned(),
        "<a></b>".to_owned(),
        "<a b></a>".to_owned(),
        "<a b=c></a>".to_owned(),
        "<a b='<'></a>".to_owned(),
        "<a b='1' b='2'/>".to_owned(),
        "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>".to_owned(),
        "<p:a/>".to_owned(),
        "<a xmlns:p=''/>".to_owned(),
        "<a xmlns:xml='urn:x'/>".to_owned(),
        "<a>&unknown;</a>".to_owned(),
        "<a>&#0;</a>".to_owned(),
        "<a>]]></a>".to_owned(),
        "<a>\u{1}</a>".to_owned(),
        "<a/><b/>".to_owned(),
        "<?xml ".to_owned(),
        "<?xml version='1.0'".to_owned(),
        format!("{xml}x"),
        format!("{xml}{xml}"),
        xml[..xml.len() - 1].to_owned(),
        xml.replace("</saml:Subject>", ""),
        xml.replace("ada@", "\u{0}ada@"),
    ] {
        assert!(matches!(malformed(&document), Malformed::NotWellFormed(_)), "{document:.80}");
    }
}

#[test]
fn t12_other_messages_and_names_are_no_response() {
    for (from, to) in [
        ("samlp:Response", "samlp:LogoutResponse"),
        ("urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:1.0:protocol"),
        ("samlp:Response", "saml:Response"),
    ] {
        let refused = verify(&response().replace(from, to), &expected()).unwrap_err();
        assert!(matches!(refused, Refused::NotAResponse { .. }), "{refused}");
    }
    // The right name in another namespace is another name.
    let other = response().replace("<saml:Subject>", "<saml:Subject xmlns:saml=\"urn:evil\">");
    verify(&sign(&other, "_assertion"), &expected()).unwrap_err();
}

#[test]
fn t12_no_assertion_or_many() {
    let xml = response();
    let (before, rest) = xml.split_once("<saml:Assertion").unwrap();
    let none = format!("{before}</samlp:Response>");
    let refused = verify(&none, &expected()).unwrap_err();
    assert_eq!(refused, Refused::Assertions { direct: 0, anywhere: 0 });
    let many = format!(
        "{before}<saml:Assertion{}",
        rest.replace("</samlp:Response>", "<saml:EncryptedAssertion/></samlp:Response>")
    );
    let refused = verify(&sign(&many, "_assertion"), &expected()).unwrap_err();
    assert_eq!(refused, Refused::Assertions { direct: 2, anywhere: 2 });
}

/// Where one program reads up to the comment, and another one past it.
#[test]
fn t13_text_is_never_cut_off() {
    let method = Method::default();
    for (from, to) in [
        ("ada@example.test", "ada@example.test<!---->.evil.test"),
        ("ada@example.test", "ada@example.test<!-- x -->"),
        ("ada@example.test", "<?x?>ada@example.test"),
        ("ada@example.test", "ada@example.test<?x y?>.evil.test"),
        ("ada@example.test", "ada@example.test<x/>.evil.test"),
        ("ada@example.test", "<x>ada@example.test</x>"),
        ("ada@example.test", "ada@example.test<![CDATA[]]>.evil.test"),
        (">engineers<", ">engi<!-- -->neers<"),
        (">engineers<", ">engi<x/>neers<"),
        (">engineers<", "><saml:NameID>engineers</saml:NameID>x<"),
        (">engineers<", "><saml:NameID>engineers</saml:NameID><saml:NameID>x</saml:NameID><"),
        ("</saml:Audience>", "<!-- x --></saml:Audience>"),
        ("</saml:Audience>", "<x/></saml:Audience>"),
        ("</saml:Issuer><saml:Subject>", "<x/></saml:Issuer><saml:Subject>"),
        ("ac:classes:PasswordProtectedTransport", "ac:classes:<x/>PasswordProtectedTransport"),
    ] {
        let xml = response();
        assert!(xml.contains(from), "{from}");
        // Signed as it is, with canonical forms that leave comments out.
        let refused = verify(&sign_with(&xml.replace(from, to), "_assertion", &method), &expected()).expect_err(to);
        assert_eq!(refused.kind(), RefusedKind::Xml, "{to}: {refused}");
    }
}

#[test]
fn t16_documents_are_bounded_before_they_are_parsed() {
    let many = |part: &str, times: usize| format!("<a>{}</a>", part.repeat(times));
    let declarations =
        |names: std::ops::Range<usize>| -> String { names.map(|name| format!(" xmlns:n{name}=\"u\"")).collect() };
    let attributes: String = (0..49).map(|name| format!(" a{name}=\"\"")).collect();
    let nested: String = (0..47).map(|depth| format!("<a{}>", declarations(10 * depth..10 * depth + 10))).collect();
    let siblings = many(&format!("<a{}/>", declarations(0..25)), 17);
    for (document, expected) in [
        (many(" ", 256 * 1024), Malformed::Large { bytes: 256 * 1024 + 7, most: 256 * 1024 }),
        (format!("{}{}", "<a>".repeat(49), "</a>".repeat(49)), Malformed::Deep { most: 48 }),
        ("<a>".repeat(80_000), Malformed::Deep { most: 48 }),
        (many("<a/>", 8_000), Malformed::ManyElements { most: 8_000 }),
        (format!("<a{attributes}/>"), Malformed::ManyAttributes { most: 48 }),
        (
            format!("<a{}/>", (0..10_000).map(|name| format!(" a{name}=\"\"")).collect::<String>()),
            Malformed::ManyAttributes { most: 48 },
        ),
        (many("=", 12_001), Malformed::ManyEqualsSigns { most: 12_000 }),
        (nested, Malformed::ManyNamespaces { most: 32 }),
        (siblings, Malformed::ManyNamespaces { most: 400 }),
        (format!("<{}/>", "a".repeat(257)), Malformed::LongName { most: 256 }),
        (format!("<a {}=\"\"/>", "a".repeat(70_000)), Malformed::LongName { most: 256 }),
    ] {
        assert_eq!(malformed(&document), expected, "{document:.60}");
    }
}

/// What is just allowed is parsed, and refused for what it is.
#[test]
fn t16_the_bounds_leave_room() {
    let attributes: String = (0..48).map(|name| format!(" a{name}=\"\"")).collect();
    let namespaces: String = (0..32).map(|name| format!(" xmlns:n{name}=\"u\"")).collect();
    for document in [
        format!("{}{}", "<a>".repeat(48), "</a>".repeat(48)),
        format!("<a>{}</a>", "<a/>".repeat(7_999)),
        format!("<a{attributes}/>"),
        format!("<a>{}</a>", format!("<a{namespaces}/>").repeat(12)),
        format!("<a>{}</a>", "x".repeat(256 * 1024 - 7)),
        format!("<{}/>", "a".repeat(256)),
    ] {
        let refused = verify(&document, &expected()).unwrap_err();
        assert!(matches!(refused, Refused::NotAResponse { .. }), "{refused}");
    }
}

#[test]
fn t16_what_is_posted_is_bounded() {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(response());
    let lines: Vec<_> = encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    assert_eq!(saml::from_form(&lines.join("\r\n")).unwrap(), response().as_bytes());
    assert_eq!(saml::from_form("a<b"), Err(Refused::Base64));
    let large = "A".repeat(1 << 20);
    assert!(matches!(saml::from_form(&large), Err(Refused::Malformed(Malformed::Large { .. }))));
}

/// Words of the message are repeated, and not all of them.
#[test]
fn what_is_said_of_a_message_is_short() {
    let long = "\u{e4}".repeat(5_000);
    let issuer = "<saml:Issuer>https://idp.example.test/metadata</saml:Issuer><samlp:Status>";
    let xml = response().replace(issuer, &format!("<saml:Issuer>{long}</saml:Issuer><samlp:Status>"));
    let said = verify(&xml, &expected()).unwrap_err().to_string();
    assert!(said.chars().count() < 400, "{said}");
}
