//! Metadata, theirs and ours.

use crate::idp::{ACS, KEY, OTHER, OURS};
use saml::{
    Binding, Certificate, IdentityProvider, Malformed, MetadataError, ServiceProvider, service_provider_metadata,
};

fn certificate(key: &crate::idp::Key) -> String {
    base64_of(&key.certificate)
}

fn base64_of(certificate: &Certificate) -> String {
    certificate.to_pem().lines().filter(|line| !line.starts_with('-')).collect()
}

fn descriptor(usage: &str, content: &str) -> String {
    format!(
        r#"<md:KeyDescriptor{usage}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{content}</ds:KeyInfo></md:KeyDescriptor>"#
    )
}

fn x509(content: &str) -> String {
    format!("<ds:X509Data><ds:X509Certificate>{content}</ds:X509Certificate></ds:X509Data>")
}

const REDIRECT: &str = r#"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.test/redirect"/>"#;
const POST: &str = r#"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.test/post"/>"#;

fn metadata(content: &str) -> String {
    format!(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.test/metadata"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{content}</md:IDPSSODescriptor></md:EntityDescriptor>"#
    )
}

fn good() -> String {
    metadata(&format!("{}{POST}{REDIRECT}", descriptor(" use=\"signing\"", &x509(&certificate(&KEY)))))
}

fn parse(xml: &str) -> Result<IdentityProvider, MetadataError> {
    IdentityProvider::parse(xml.as_bytes())
}

#[test]
fn an_identity_provider_is_read() {
    let provider = parse(&good()).unwrap();
    assert_eq!(
        provider,
        IdentityProvider {
            entity_id: "https://idp.example.test/metadata".to_owned(),
            sso_url: "https://idp.example.test/redirect".to_owned(),
            binding: Binding::Redirect,
            certificates: vec![KEY.certificate.clone()],
            wants_signed_requests: false,
            name_id_formats: Vec::new(),
            valid_until: None,
        }
    );
    assert_eq!(provider.certificates[0].fingerprint(), KEY.certificate.fingerprint());
}

#[test]
fn what_identity_providers_publish_besides() {
    let keys = [
        descriptor(" use=\"encryption\"", &x509(&certificate(&OURS))),
        descriptor("", &x509(&format!("\n {} \n", certificate(&KEY)))),
        descriptor(" use=\"signing\"", &x509(&certificate(&OTHER))),
        descriptor(" use=\"signing\"", &x509(&certificate(&KEY))),
        descriptor(" use=\"signing\"", &x509("AAAA")),
    ]
    .concat();
    let formats = "<md:NameIDFormat> urn:a </md:NameIDFormat><md:NameIDFormat>urn:b</md:NameIDFormat>";
    let xml = metadata(&format!("{keys}{formats}{POST}"))
        .replace(
            "<md:IDPSSODescriptor ",
            "<md:IDPSSODescriptor WantAuthnRequestsSigned=\"true\" validUntil=\"2026-11-29T00:00:00Z\" ",
        )
        .replace("<md:EntityDescriptor ", "<md:EntityDescriptor validUntil=\"2026-11-30T00:00:00Z\" ")
        .replace("</md:EntityDescriptor>", "<md:Organization/></md:EntityDescriptor>");
    // With a comment, a style sheet and an aggregate of one around it.
    let xml = format!(
        "<?xml version=\"1.0\"?>\n<!-- made by -- hand\n--><?xml-stylesheet href=\"x\"?>\n<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"><!-- one -->{xml}</md:EntitiesDescriptor>"
    )
    .replace("-- hand", "hand");
    let provider = parse(&xml).unwrap();
    assert_eq!(provider.certificates, [KEY.certificate.clone(), OTHER.certificate.clone()]);
    assert_eq!((provider.sso_url.as_str(), provider.binding), ("https://idp.example.test/post", Binding::Post));
    assert_eq!(provider.name_id_formats, ["urn:a", "urn:b"]);
    assert_eq!(provider.valid_until, Some(crate::idp::NOW + 12 * 3600));
    assert!(provider.wants_signed_requests);
}

/// An authority's certificate comes along with the one that it has issued, in any order. Two that have issued themselves, of one name,
/// are an old key and a new one.
#[test]
fn a_certificate_of_an_authority_is_not_the_provider_s() {
    use base64::Engine as _;
    let encoding = base64::engine::general_purpose::STANDARD;
    let mut leaf = encoding.decode(certificate(&KEY)).unwrap();
    // Who has issued it stands before whose it is.
    let (own, authority) = (b"identity provider", b"somebody elsewise");
    let at = leaf.windows(own.len()).position(|bytes| bytes == own).unwrap();
    leaf[at..at + own.len()].copy_from_slice(authority);
    let issuer = Certificate::self_signed(&OTHER.private, "somebody elsewise", 0, 1).unwrap();
    let (issuer, leaf) = (base64_of(&issuer), encoding.encode(leaf));
    let read = |first: &str, second: &str| {
        let data = format!(
            "<ds:X509Data><ds:X509Certificate>{first}</ds:X509Certificate><ds:X509Certificate>{second}</ds:X509Certificate></ds:X509Data>"
        );
        parse(&metadata(&format!("{}{POST}", descriptor("", &data)))).unwrap().certificates
    };
    assert_eq!(read(&leaf, &issuer), std::slice::from_ref(&KEY.certificate));
    assert_eq!(read(&issuer, &leaf), std::slice::from_ref(&KEY.certificate));
    let renewed = Certificate::self_signed(&OTHER.private, "identity provider", 0, 1).unwrap();
    assert_eq!(read(&certificate(&KEY), &base64_of(&renewed)), [KEY.certificate.clone(), OTHER.certificate.clone()]);
}

/// LemonLDAP::NG with a bare pair of keys.
#[test]
fn a_key_without_a_certificate() {
    use base64::Engine as _;
    let der = crate::idp::public_key(&KEY);
    // An RSAPublicKey of 2048 bits: the modulus has 257 bytes behind eight of headers, the exponent three at the end.
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let (modulus, exponent) = (encode(&der[9..265]), encode(&der[der.len() - 3..]));
    let value = format!(
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>{exponent}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    );
    let provider = parse(&metadata(&format!("{}{REDIRECT}", descriptor(" use=\"signing\"", &value)))).unwrap();
    let key = &provider.certificates[0];
    assert_eq!((key.issuer(), key.not_before(), key.not_after()), ("", None, None));
    assert_eq!(*key, KEY.certificate);
    let pem = key.to_pem();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"));
    let stored = [saml::Certificate::parse(&pem).unwrap()];
    let xml = crate::idp::sign(&crate::idp::response(), "_assertion");
    crate::verify(&xml, &saml::Expected { certificates: &stored, ..crate::idp::expected() }).unwrap();
}

#[test]
fn what_is_no_metadata_of_one_provider() {
    let one = good();
    let two = format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{one}{one}</md:EntitiesDescriptor>"
    );
    let ours = service_provider_metadata(&ServiceProvider {
        entity_id: ACS,
        acs_urls: &[ACS],
        signing: &[],
        encryption: &[],
        name_id_format: saml::EMAIL_ADDRESS_FORMAT,
    });
    for (xml, said) in [
        (two, "the metadata describes 2 identity providers: give the address of one that describes a single one"),
        (ours, "the metadata describes no SAML 2.0 identity provider"),
        (one.replace("SAML:2.0:protocol", "SAML:1.1:protocol"), "the metadata describes no SAML 2.0 identity provider"),
        ("<html/>".to_owned(), "the document is html, and an EntityDescriptor was expected"),
        (
            one.replace(" entityID=\"https://idp.example.test/metadata\"", ""),
            "EntityDescriptor has no attribute entityID",
        ),
        (
            one.replace(POST, "").replace(REDIRECT, ""),
            "the identity provider has no SingleSignOnService for HTTP-Redirect or HTTP-POST",
        ),
        (
            one.replace("use=\"signing\"", "use=\"encryption\""),
            "the identity provider has no certificate for signing that can be used",
        ),
        (
            one.replace(&certificate(&KEY), "AAAA"),
            "the identity provider has no certificate for signing that can be used: this is no X.509 certificate in PEM",
        ),
        (one.replace(&certificate(&KEY), "<x/>"), "X509Certificate has more than text in it, which is not allowed"),
        (format!("<!DOCTYPE x>{one}"), "the document has a DOCTYPE or another declaration, which is not allowed"),
        (
            one.replace("<md:IDPSSODescriptor ", "<md:IDPSSODescriptor validUntil=\"soon\" "),
            "validUntil of IDPSSODescriptor is \"soon\", and a time in UTC like 2026-11-28T12:34:56Z was expected",
        ),
    ] {
        assert_eq!(parse(&xml).expect_err(said).to_string(), said);
    }
}

#[test]
fn t16_metadata_is_bounded() {
    let most = 1024 * 1024;
    let large = format!("<a>{}</a>", " ".repeat(most));
    assert_eq!(parse(&large), Err(MetadataError::Malformed(Malformed::Large { bytes: most + 7, most })));
    let nested = format!("{}{}", "<a>".repeat(65), "</a>".repeat(65));
    assert_eq!(parse(&nested), Err(MetadataError::Malformed(Malformed::Deep { most: 64 })));
    let many = format!("<a>{}</a>", "<a/>".repeat(40_000));
    assert_eq!(parse(&many), Err(MetadataError::Malformed(Malformed::ManyElements { most: 40_000 })));
    let comment = format!("<!--{}", "<!--".repeat(200_000));
    assert!(matches!(parse(&comment), Err(MetadataError::Malformed(Malformed::NotWellFormed(_)))));
}

#[test]
fn our_own_metadata() {
    let xml = service_provider_metadata(&ServiceProvider {
        entity_id: "https://sp.example.test/?a&b",
        acs_urls: &[ACS, "https://old.example.test/acs"],
        signing: std::slice::from_ref(&KEY.certificate),
        encryption: &[OURS.certificate.clone(), OTHER.certificate.clone()],
        name_id_format: saml::EMAIL_ADDRESS_FORMAT,
    });
    let document = roxmltree::Document::parse(&xml).unwrap();
    assert_eq!(document.root_element().attribute("entityID"), Some("https://sp.example.test/?a&b"));
    let provider = document.root_element().first_element_child().unwrap();
    assert_eq!(provider.attribute("AuthnRequestsSigned"), Some("true"));
    assert_eq!(provider.attribute("WantAssertionsSigned"), Some("true"));
    let uses: Vec<_> = provider.children().filter_map(|node| node.attribute("use")).collect();
    assert_eq!(uses, ["signing", "encryption", "encryption"]);
    let services: Vec<_> = provider.children().filter(|node| node.has_tag_name("AssertionConsumerService")).collect();
    let locations: Vec<_> = services.iter().map(|node| node.attribute("Location").unwrap()).collect();
    assert_eq!(locations, [ACS, "https://old.example.test/acs"]);
    assert_eq!(services[0].attribute("isDefault"), Some("true"));
    let embedded = document.descendants().find(|node| node.has_tag_name("X509Certificate")).unwrap();
    assert_eq!(embedded.text(), Some(certificate(&KEY).as_str()));
}
