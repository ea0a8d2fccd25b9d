//! What we accept, other programs accept as well. Each is asked where it is installed, and one line says where it is not.

use crate::idp::{self, ACS, AES_256_CBC, Encryption, IDP, KEY, OURS, Transport, encrypt, expected, response, sign};
use crate::verify;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Responses of all kinds that we accept, and that no switch is needed for.
fn accepted() -> Vec<String> {
    let assertion = sign(&response(), "_assertion");
    let listed = idp::TRANSFORMS.replace(
        r#"xml-exc-c14n#"/>"#,
        r##"xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs saml"/></ds:Transform>"##,
    );
    let listed = idp::Method { transforms: &listed, prefixes: &["xs", "saml"], ..idp::Method::default() };
    // Names and values that canonicalization has to get right: redeclared and inherited prefixes, escapes, white space.
    let odd = response()
        .replace(">Ada<", ">A&amp;&lt;d&gt;&quot;a&#13;\r\n\t\u{1F600}<")
        .replace("SessionIndex=\"_session\"", "SessionIndex='a&#10;b&#9;c&#13;d\n\t\"&lt;&gt;&amp;'")
        .replace("<saml:Attribute Name=\"groups\">", "<saml:Attribute b:z='1' a:z='2' xml:lang='de' xmlns:b='urn:a' xmlns:a='urn:b' xmlns='urn:unused' Name='groups'>")
        .replace("<saml:AuthnStatement ", "<AuthnStatement xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" ")
        .replace("</saml:AuthnStatement>", "</AuthnStatement>");
    vec![
        assertion.clone(),
        sign(&response(), "_response"),
        sign(&assertion, "_response"),
        idp::sign_with(&response(), "_assertion", &listed),
        sign(&odd, "_assertion"),
        sign(&odd, "_response"),
        format!(
            "<?xml version=\"1.0\"?>\r\n{}",
            sign(&response().replace("<saml:Subject>", "\r\n<saml:Subject>"), "_assertion")
        ),
    ]
}

/// Runs a program on a file; nothing if it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<std::process::Output> {
    let output = Command::new(program).args(arguments).output();
    if output.is_err() {
        println!("skipped: {program} is not installed");
    }
    output.ok()
}

fn file(name: &str, content: &str) -> String {
    let path = std::env::temp_dir().join(format!("saml-{}-{name}", std::process::id()));
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn t11_xmlsec_accepts_what_we_accept() {
    let certificate = file("certificate.pem", &KEY.certificate.to_pem());
    let xml = |name: &str| format!("urn:oasis:names:tc:SAML:2.0:{name}");
    for (number, document) in accepted().iter().enumerate() {
        let verified = verify(document, &expected()).unwrap();
        let message = file(&format!("{number}.xml"), document);
        for (is_signed, id) in [(verified.response_signed, "_response"), (verified.assertion_signed, "_assertion")] {
            if !is_signed {
                continue;
            }
            let path = format!("//*[local-name()='Signature'][*/*/@URI='#{id}']");
            let arguments = [
                "--verify",
                "--pubkey-cert-pem",
                &certificate,
                "--id-attr:ID",
                &xml("assertion:Assertion"),
                "--id-attr:ID",
                &xml("protocol:Response"),
                "--node-xpath",
                &path,
                &message,
            ];
            let Some(output) = run("xmlsec1", &arguments) else { return };
            assert!(output.status.success(), "{number} {id}: {}\n{document}", String::from_utf8_lossy(&output.stderr));
        }
        std::fs::remove_file(message).unwrap();
    }
    std::fs::remove_file(certificate).unwrap();
}

#[test]
fn t10_xmlsec_decrypts_what_we_decrypt() {
    let key = file("key.pem", &OURS.private.to_pem());
    for (number, encryption) in [
        Encryption::default(),
        Encryption { content: AES_256_CBC, ..Encryption::default() },
        Encryption { content: "http://www.w3.org/2001/04/xmlenc#tripledes-cbc", ..Encryption::default() },
        Encryption {
            transport: Transport::OaepSha1,
            content: "http://www.w3.org/2009/xmlenc11#aes128-gcm",
            beside: false,
        },
    ]
    .into_iter()
    .enumerate()
    {
        let document = sign(&encrypt(&sign(&response(), "_assertion"), encryption), "_response");
        let legacy = saml::Legacy { triple_des: true, ..saml::Legacy::default() };
        verify(&document, &saml::Expected { legacy, ..expected() }).unwrap();
        let message = file(&format!("encrypted-{number}.xml"), &document);
        let Some(output) = run("xmlsec1", &["--decrypt", "--privkey-pem", &key, &message]) else { return };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(String::from_utf8_lossy(&output.stdout).contains("ada@example.test"), "{encryption:?}: {said}");
        std::fs::remove_file(message).unwrap();
    }
    std::fs::remove_file(key).unwrap();
}

/// xmlsec1 makes its own signatures and encrypts, and we read them.
#[test]
fn what_xmlsec_signs_and_encrypts_is_accepted() {
    let key = file("signing.pem", &KEY.private.to_pem());
    let template = idp::sign(&response(), "_assertion");
    let empty = |text: &str, name: &str| {
        let (before, rest) = text.split_once(&format!("<ds:{name}>")).unwrap();
        let (_, after) = rest.split_once(&format!("</ds:{name}>")).unwrap();
        format!("{before}<ds:{name}/>{after}")
    };
    let template = file("template.xml", &empty(&empty(&template, "DigestValue"), "SignatureValue"));
    let arguments =
        ["--sign", "--privkey-pem", &key, "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion", &template];
    let Some(output) = run("xmlsec1", &arguments) else { return };
    let signed = String::from_utf8(output.stdout).unwrap();
    let verified = verify(&signed, &expected()).unwrap();
    assert_eq!(verified.name_id.value, "ada@example.test");
    for path in [key, template] {
        std::fs::remove_file(path).unwrap();
    }
}

/// Byte for byte, of whole documents.
#[test]
fn t12_libxml2_canonicalizes_as_we_do() {
    let documents = [
        response(),
        sign(&response(), "_assertion"),
        "<a xmlns='urn:a'><b xmlns=''><c xmlns='urn:a'/></b><p:d xmlns:p='urn:a' p:x='1' x='2'/></a>".to_owned(),
        "<p:a xmlns:p='urn:1' xmlns:q='urn:q'><p:b xmlns:p='urn:2'><p:c xmlns:p='urn:1'/></p:b><q:d q:e=''/></p:a>".to_owned(),
        "<a xmlns:z='urn:a' xmlns:y='urn:b' y:b='1' z:b='2' b='3' xml:space='preserve' a='4'>\n <b/>\t</a>".to_owned(),
        "<a b='&#9;&#10;&#13;&quot;&apos;&lt;&gt;&amp;\n\t x'>&#9;&#10;&#13;&quot;&apos;&lt;&gt;&amp;\r\n\r x\u{e9}\u{1F600}</a>".to_owned(),
        "<?xml version='1.0'?>\n<?x y?><a><?x  y z ?><?x?><![CDATA[<&>]]>]]&gt;</a>".to_owned(),
    ];
    for document in documents {
        let path = file("canonical.xml", &document);
        let Some(output) = run("xmllint", &["--exc-c14n", &path]) else { return };
        std::fs::remove_file(path).unwrap();
        let tree = roxmltree::Document::parse(&document).unwrap();
        let theirs = String::from_utf8(output.stdout).unwrap();
        // What stands beside the root is no part of any element.
        let theirs = theirs.trim_start_matches("<?x y?>\n");
        assert_eq!(saml::canonicalize(tree.root_element(), None, &[]), theirs, "{document}");
    }
}

/// python3-saml in its strict mode, which also compares with the schemas.
#[test]
fn t15_python3_saml_accepts_what_we_accept() {
    let documents = accepted();
    let certificate: String = KEY.certificate.to_pem().lines().filter(|line| !line.starts_with('-')).collect();
    let mut lines = vec![IDP.to_owned(), ACS.to_owned(), idp::REQUEST.to_owned(), idp::NOW.to_string(), certificate];
    lines.extend(documents.iter().map(|document| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(document)
    }));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/saml/python3_saml.py");
    // The one that the other tests install their packages for, if there is one.
    let installed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.venv/bin/python");
    let program = if std::path::Path::new(installed).exists() { installed } else { "python3" };
    let started = Command::new(program).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        println!("skipped: python3 is not installed");
        return;
    };
    // Without the library it does not read.
    let _ = child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes());
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    if said.starts_with("skipped") {
        println!("{said}");
        return;
    }
    let verdicts: Vec<_> = said.lines().collect();
    assert_eq!(verdicts, vec!["accepted ada@example.test"; documents.len()], "{said}");
}
