//! Encrypted assertions.

use crate::idp::{
    AES_256_CBC, AES_256_GCM, Encryption, OTHER, Transport, encrypt, encrypted_assertion, expected, response, sign,
};
use crate::verify;
use saml::{Expected, Legacy, Refused};

fn signed_then_encrypted(encryption: Encryption) -> String {
    encrypt(&sign(&response(), "_assertion"), encryption)
}

#[test]
fn what_is_encrypted_is_read() {
    let gcm = |bits| match bits {
        128 => "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        192 => "http://www.w3.org/2009/xmlenc11#aes192-gcm",
        _ => AES_256_GCM,
    };
    for bits in [128, 192, 256] {
        for transport in [Transport::OaepSha1, Transport::OaepSha256, Transport::OaepSha512] {
            for beside in [false, true] {
                let xml = signed_then_encrypted(Encryption { content: gcm(bits), transport, beside });
                let verified = verify(&xml, &expected()).unwrap();
                assert!(verified.encrypted && verified.assertion_signed && !verified.response_signed);
                assert_eq!(verified.name_id.value, "ada@example.test");
            }
        }
    }
}

#[test]
fn t10_cbc_only_in_a_signed_response() {
    for bits in [128, 192, 256] {
        let content = match bits {
            128 => "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
            192 => "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
            _ => AES_256_CBC,
        };
        let xml = signed_then_encrypted(Encryption { content, ..Encryption::default() });
        assert_eq!(verify(&xml, &expected()), Err(Refused::Malleable { seen: "CBC".to_owned() }));
        // The signature is about the response as it came, with the assertion encrypted.
        let verified = verify(&sign(&xml, "_response"), &expected()).unwrap();
        assert!(verified.encrypted && verified.response_signed && verified.assertion_signed);
    }
}

/// Anybody can encrypt for us. That proves nothing.
#[test]
fn t10_what_was_encrypted_is_signed_all_the_same() {
    let xml = encrypt(&response(), Encryption::default());
    assert_eq!(verify(&xml, &expected()), Err(Refused::MissingSignature));
    let in_signed = verify(&sign(&xml, "_response"), &expected()).unwrap();
    assert!(in_signed.encrypted && in_signed.response_signed && !in_signed.assertion_signed);
    let by_other = crate::idp::Method { key: crate::idp::Sign::Rsa(&OTHER), ..crate::idp::Method::default() };
    let forged = encrypt(&crate::idp::sign_with(&response(), "_assertion", &by_other), Encryption::default());
    assert!(matches!(verify(&forged, &expected()), Err(Refused::Signature { .. })));
}

/// Whatever went wrong, and how far it got, looks the same (threat T-10).
#[test]
fn t10_one_error_for_all_that_goes_wrong_inside() {
    let good = signed_then_encrypted(Encryption::default());
    let value = |xml: &str, number: usize| {
        let start = xml.match_indices("<xenc:CipherValue>").nth(number).unwrap().0 + "<xenc:CipherValue>".len();
        (start, start + xml[start..].find('<').unwrap())
    };
    let replaced = |number: usize, with: &dyn Fn(&str) -> String| {
        let (start, end) = value(&good, number);
        format!("{}{}{}", &good[..start], with(&good[start..end]), &good[end..])
    };
    let flipped = |text: &str| {
        let swapped = if text.as_bytes()[20] == b'A' { "B" } else { "A" };
        format!("{}{swapped}{}", &text[..20], &text[21..])
    };
    let in_envelope = |plain: &[u8]| {
        let xml = response();
        let (before, _) = xml.split_once("<saml:Assertion").unwrap();
        format!("{before}{}</samlp:Response>", encrypted_assertion(plain, Encryption::default()))
    };
    let assertion = crate::idp::assertion();
    for (name, xml) in [
        // The key comes first.
        ("the key is another one", replaced(0, &flipped)),
        ("the key is empty", replaced(0, &|_| String::new())),
        ("the key is short", replaced(0, &|text| text[..100].to_owned())),
        ("the key is long", replaced(0, &|text| format!("AAAA{text}"))),
        ("the data is another one", replaced(1, &flipped)),
        ("the data is empty", replaced(1, &|_| String::new())),
        ("the data is short", replaced(1, &|text| text[..20].to_owned())),
        ("the tag is cut off", replaced(1, &|text| text[..text.len() - 8].to_owned())),
        ("the key is too long for the data", good.replace("aes256-gcm", "aes128-gcm")),
        ("no UTF-8", in_envelope(b"\xff\xff")),
        ("no XML", in_envelope(b"<saml:Assertion")),
        ("nothing", in_envelope(b"")),
        ("a comment", in_envelope(format!("<!-- -->{assertion}").as_bytes())),
        ("a document type", in_envelope(format!("<!DOCTYPE a>{assertion}").as_bytes())),
        ("another element", in_envelope(b"<a/>")),
        ("a prefix from outside", in_envelope(assertion.replacen(" xmlns:saml=", " xmlns:other=", 1).as_bytes())),
        ("two elements", in_envelope(format!("{assertion}{assertion}").as_bytes())),
    ] {
        assert_eq!(verify(&xml, &expected()), Err(Refused::Decryption), "{name}");
    }
    let other_key = Expected { decryption_keys: std::slice::from_ref(&OTHER.private), ..expected() };
    assert_eq!(verify(&good, &other_key), Err(Refused::Decryption));
    // In a signed response the padding of CBC is looked at, by its length alone.
    let cbc = signed_then_encrypted(Encryption { content: AES_256_CBC, ..Encryption::default() });
    let (start, end) = value(&cbc, 1);
    for data in [String::new(), "A".repeat(20), "A".repeat(64), format!("{}{}", &cbc[start..end - 24], "A".repeat(24))]
    {
        let xml = sign(&format!("{}{data}{}", &cbc[..start], &cbc[end..]), "_response");
        assert_eq!(verify(&xml, &expected()), Err(Refused::Decryption), "{data:.30}");
    }
}

#[test]
fn t10_an_encrypted_assertion_is_wrapped_no_more_than_a_plain_one() {
    let evil = response().replace("ada@", "mallory@").replace("_assertion", "_forged");
    let (_, rest) = evil.split_once("<saml:Assertion").unwrap();
    let (rest, _) = rest.split_once("</saml:Assertion>").unwrap();
    let evil = format!("<saml:Assertion{rest}</saml:Assertion>");
    let good = signed_then_encrypted(Encryption::default());
    for (name, xml) in [
        ("beside", good.replace("</samlp:Response>", &format!("{evil}</samlp:Response>"))),
        ("before", good.replace("<saml:EncryptedAssertion", &format!("{evil}<saml:EncryptedAssertion"))),
        ("in the key", good.replace("<ds:KeyInfo", &format!("<ds:KeyInfo>{evil}</ds:KeyInfo><ds:KeyInfo"))),
        (
            "in extensions",
            good.replacen("<samlp:Status>", &format!("<samlp:Extensions>{evil}</samlp:Extensions><samlp:Status>"), 1),
        ),
    ] {
        let refused = verify(&xml, &expected()).expect_err(name);
        assert!(matches!(refused, Refused::Assertions { .. } | Refused::Malformed(_)), "{name}: {refused}");
    }
    // Inside, as outside: exactly one, with no ID that is used elsewhere.
    let signed = sign(&response(), "_assertion");
    let nested = signed.replace(">engineers<", &format!(">{evil}<"));
    let refused = verify(&encrypt(&nested, Encryption::default()), &expected()).unwrap_err();
    assert_eq!(refused, Refused::Assertions { direct: 1, anywhere: 2 });
    let same_id = signed_then_encrypted(Encryption::default()).replace("ID=\"_response\"", "ID=\"_assertion\"");
    verify(&same_id, &expected()).unwrap_err();
    // Two layers.
    let twice = encrypted_assertion(signed_then_encrypted(Encryption::default()).as_bytes(), Encryption::default());
    let (before, _) = signed.split_once("<saml:Assertion").unwrap();
    assert_eq!(verify(&format!("{before}{twice}</samlp:Response>"), &expected()), Err(Refused::Decryption));
}

#[test]
fn t17_old_encryption_by_its_switches_alone() {
    let triple = Encryption { content: "http://www.w3.org/2001/04/xmlenc#tripledes-cbc", ..Encryption::default() };
    let pkcs1 = Encryption { transport: Transport::Pkcs1, ..Encryption::default() };
    let (des, rsa) = (Legacy { triple_des: true, ..Legacy::default() }, Legacy { rsa_1_5: true, ..Legacy::default() });
    for (encryption, switch, right, wrong) in [(triple, "triple DES", des, rsa), (pkcs1, "RSA 1.5", rsa, des)] {
        let unsigned = signed_then_encrypted(encryption);
        let xml = sign(&unsigned, "_response");
        for legacy in [Legacy::default(), wrong] {
            let refused = verify(&xml, &Expected { legacy, ..expected() }).unwrap_err();
            assert!(refused.to_string().ends_with(&format!("unless the connection allows {switch}")), "{refused}");
        }
        let allowed = Expected { legacy: right, ..expected() };
        assert!(verify(&xml, &allowed).unwrap().encrypted);
        // Even then, not where anybody could try variations.
        assert!(matches!(verify(&unsigned, &allowed), Err(Refused::Malleable { .. })));
    }
}

#[test]
fn t17_encryption_that_is_not_on_the_list() {
    let good = signed_then_encrypted(Encryption::default());
    for (from, to) in [
        (AES_256_GCM, "http://www.w3.org/2001/04/xmlenc#kw-aes256"),
        (AES_256_GCM, "urn:none"),
        ("xmlenc#rsa-oaep-mgf1p", "xmlenc#dh"),
        ("xmlenc#rsa-oaep-mgf1p", "xmlenc#kw-aes128"),
    ] {
        let refused = verify(&good.replace(from, to), &expected()).unwrap_err();
        assert!(matches!(refused, Refused::Algorithm { .. }), "{to}: {refused}");
    }
    // Two different digests in OAEP: the cryptographic library has them only together.
    let mixed = signed_then_encrypted(Encryption { transport: Transport::OaepSha256, ..Encryption::default() });
    let refused = verify(&mixed.replace("mgf1sha256", "mgf1sha1"), &expected()).unwrap_err();
    assert!(matches!(refused, Refused::Algorithm { .. }), "{refused}");
}

#[test]
fn t10_the_form_of_what_is_encrypted() {
    let good = signed_then_encrypted(Encryption::default());
    let beside = signed_then_encrypted(Encryption { beside: true, ..Encryption::default() });
    let start = "<xenc:EncryptedKey ";
    let key =
        &good[good.find(start).unwrap()..good.find("</xenc:EncryptedKey>").unwrap() + "</xenc:EncryptedKey>".len()];
    for (name, xml) in [
        ("no key", good.replace(key, "")),
        ("two keys", good.replace(key, &format!("{key}{}", key.replace("\"_key\"", "\"_key2\"")))),
        ("the pointer points elsewhere", beside.replace("#_key", "#_other")),
        ("the key is for others", beside.replace("Recipient=\"", "Recipient=\"https://other.test/")),
        ("content", good.replace("xmlenc#Element", "xmlenc#Content")),
        (
            "the data is elsewhere",
            good.replace(
                "<xenc:CipherData><xenc:CipherValue>",
                "<xenc:CipherData><xenc:CipherReference URI=\"https://evil.test\"/><xenc:CipherValue>",
            ),
        ),
        ("no base64", good.replace("<xenc:CipherValue>", "<xenc:CipherValue>!")),
    ] {
        assert_ne!(xml, good);
        let refused = verify(&xml, &expected()).expect_err(name);
        assert!(matches!(refused, Refused::Malformed(_)), "{name}: {refused}");
    }
    let none = Expected { decryption_keys: &[], ..expected() };
    assert_eq!(verify(&good, &none), Err(Refused::NoDecryptionKey));
}
