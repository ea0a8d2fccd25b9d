//! Writing our metadata.

use crate::keys::Certificate;
use crate::names::{DSIG, METADATA, POST_BINDING, PROTOCOL, XENC, XENC11};
use crate::xml::escaped;
use std::fmt::Write as _;

/// What we say of ourselves.
#[derive(Debug, Clone, Copy)]
pub struct ServiceProvider<'a> {
    /// Our entity ID.
    pub entity_id: &'a str,
    /// Where responses are posted; the first one is the default.
    pub acs_urls: &'a [&'a str],
    /// What we sign with.
    pub signing: &'a [Certificate],
    /// What assertions may be encrypted for.
    pub encryption: &'a [Certificate],
    /// What kind of NameID we ask for.
    pub name_id_format: &'a str,
}

/// Our metadata, for identity providers to read.
pub fn service_provider_metadata(provider: &ServiceProvider<'_>) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{}\">\n\
         \x20 <md:SPSSODescriptor AuthnRequestsSigned=\"true\" WantAssertionsSigned=\"true\" \
         protocolSupportEnumeration=\"{PROTOCOL}\">\n",
        escaped(provider.entity_id)
    );
    for certificate in provider.signing {
        write_key(&mut xml, "signing", certificate);
    }
    for certificate in provider.encryption {
        write_key(&mut xml, "encryption", certificate);
    }
    // Writing into a string cannot fail.
    let _ = writeln!(xml, "    <md:NameIDFormat>{}</md:NameIDFormat>", escaped(provider.name_id_format));
    for (index, url) in provider.acs_urls.iter().enumerate() {
        let default = if index == 0 { " isDefault=\"true\"" } else { "" };
        let url = escaped(url);
        let _ = writeln!(
            xml,
            "    <md:AssertionConsumerService Binding=\"{POST_BINDING}\" Location=\"{url}\" index=\"{index}\"{default}/>"
        );
    }
    xml.push_str("  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n");
    xml
}

/// An identity provider that reads the methods takes one that we decrypt in any response.
fn write_key(xml: &mut String, purpose: &str, certificate: &Certificate) {
    let Some(certificate) = certificate.to_base64() else { return };
    let _ = writeln!(
        xml,
        "    <md:KeyDescriptor use=\"{purpose}\">\n      <ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data>\
         <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    );
    if purpose == "encryption" {
        for method in ["aes256-gcm", "aes128-gcm"] {
            let _ = writeln!(xml, "      <md:EncryptionMethod Algorithm=\"{XENC11}{method}\"/>");
        }
        let _ = writeln!(xml, "      <md:EncryptionMethod Algorithm=\"{XENC}rsa-oaep-mgf1p\"/>");
    }
    xml.push_str("    </md:KeyDescriptor>\n");
}
