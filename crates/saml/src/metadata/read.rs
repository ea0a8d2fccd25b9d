//! Reading an identity provider's metadata.

use crate::encoding::from_base64;
use crate::keys::{Certificate, CertificateError, PublicKey};
use crate::names::{DSIG, METADATA, POST_BINDING, PROTOCOL, REDIRECT_BINDING};
use crate::xml::{
    Bounds, Malformed, attribute, decode, excerpt, is, parse, required_attribute, text, time_attribute, trimmed,
};
use roxmltree::Node;

/// How a request gets to an identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// In the address (bindings, section 3.4).
    Redirect,
    /// In a form (bindings, section 3.5).
    Post,
}

/// What an identity provider says of itself. Nothing of it is verified: it is worth as much as where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityProvider {
    /// Its entity ID.
    pub entity_id: String,
    /// Where requests go, and how: by redirect if it takes them so, else by form.
    pub sso_url: String,
    /// How they go there.
    pub binding: Binding,
    /// What it signs with, each key once. Bare keys are among them (LemonLDAP::NG publishes no more). There is at least one.
    pub certificates: Vec<Certificate>,
    /// Whether it wants requests signed. Ours are, anyway.
    pub wants_signed_requests: bool,
    /// Which NameIDs it can make.
    pub name_id_formats: Vec<String>,
    /// When this is no longer so, in seconds since 1970, if it says so.
    pub valid_until: Option<i64>,
}

/// Why a document is no identity provider's metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// It is no XML that we read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It is something else.
    #[error("the document is {seen}, and an EntityDescriptor was expected")]
    NotMetadata {
        /// The name of its root.
        seen: String,
    },
    /// No identity provider in it speaks SAML 2.0.
    #[error("the metadata describes no SAML 2.0 identity provider")]
    None,
    /// There are several, as a federation has.
    #[error("the metadata describes {0} identity providers: give the address of one that describes a single one")]
    Several(usize),
    /// It takes requests in no way that we send them.
    #[error("the identity provider has no SingleSignOnService for HTTP-Redirect or HTTP-POST")]
    NoAddress,
    /// It has no certificate that can be used.
    #[error("the identity provider has no certificate for signing that can be used{}", .0.as_ref().map_or(String::new(), |why| format!(": {why}")))]
    NoCertificate(Option<CertificateError>),
}

impl IdentityProvider {
    /// Reads metadata: an EntityDescriptor, or an EntitiesDescriptor with a single identity provider in it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(xml: &[u8]) -> Result<Self, MetadataError> {
        let document = parse(decode(xml, &Bounds::METADATA)?, &Bounds::METADATA)?;
        let root = document.root_element();
        if !is(root, METADATA, "EntityDescriptor") && !is(root, METADATA, "EntitiesDescriptor") {
            return Err(MetadataError::NotMetadata { seen: excerpt(root.tag_name().name()) });
        }
        let providers: Vec<_> = root.descendants().filter(|node| is_identity_provider(*node)).collect();
        match providers[..] {
            [provider] => Self::read(provider, root),
            [] => Err(MetadataError::None),
            _ => Err(MetadataError::Several(providers.len())),
        }
    }

    fn read(provider: Node<'_, '_>, root: Node<'_, '_>) -> Result<Self, MetadataError> {
        let entity = provider.parent_element().filter(|parent| is(*parent, METADATA, "EntityDescriptor"));
        let entity = entity.ok_or(MetadataError::None)?;
        let (sso_url, binding) = address(provider).ok_or(MetadataError::NoAddress)?;
        let formats = elements(provider, METADATA, "NameIDFormat").map(trimmed);
        let mut ends =
            [root, entity, provider].into_iter().filter_map(|node| time_attribute(node, "validUntil").transpose());
        let first = ends.try_fold(i64::MAX, |first, end| end.map(|end| first.min(end)))?;
        Ok(Self {
            entity_id: required_attribute(entity, "entityID")?.trim().to_owned(),
            sso_url,
            binding,
            certificates: certificates(provider)?,
            wants_signed_requests: matches!(attribute(provider, "WantAuthnRequestsSigned"), Some("true" | "1")),
            name_id_formats: formats.map(|format| format.map(str::to_owned)).collect::<Result<_, _>>()?,
            valid_until: (first != i64::MAX).then_some(first),
        })
    }
}

fn elements<'a, 'input>(
    parent: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(move |node| is(*node, namespace, name))
}

/// Some describe their service for SAML 1.1 in an element of its own.
fn is_identity_provider(node: Node<'_, '_>) -> bool {
    let protocols = || attribute(node, "protocolSupportEnumeration").unwrap_or_default();
    is(node, METADATA, "IDPSSODescriptor") && protocols().split_ascii_whitespace().any(|protocol| protocol == PROTOCOL)
}

/// Redirects need no page of ours in between, so they are taken where both are offered.
fn address(provider: Node<'_, '_>) -> Option<(String, Binding)> {
    let find = |binding, name| {
        let service = elements(provider, METADATA, "SingleSignOnService")
            .filter(|service| attribute(*service, "Binding") == Some(name))
            .find_map(|service| attribute(service, "Location"));
        service.map(|location| (location.trim().to_owned(), binding))
    };
    find(Binding::Redirect, REDIRECT_BINDING).or_else(|| find(Binding::Post, POST_BINDING))
}

/// A key without a use is for signing, too (metadata, section 2.4.1.1). A certificate that cannot be used is passed over if
/// there is another one, and so is that of an authority, which comes along with the one that it has issued (XML Signature,
/// section 4.4.4): what it signs, the identity provider has not.
fn certificates(provider: Node<'_, '_>) -> Result<Vec<Certificate>, MetadataError> {
    let (mut found, mut wrong) = (Vec::new(), None);
    for descriptor in elements(provider, METADATA, "KeyDescriptor") {
        if !matches!(attribute(descriptor, "use"), None | Some("signing")) {
            continue;
        }
        for info in elements(descriptor, DSIG, "KeyInfo") {
            let in_data = elements(info, DSIG, "X509Data").flat_map(|data| elements(data, DSIG, "X509Certificate"));
            let mut read: Vec<_> =
                in_data.map(|node| Ok(Certificate::from_base64(text(node)?))).collect::<Result<_, Malformed>>()?;
            if read.is_empty() {
                read.extend(elements(info, DSIG, "KeyValue").filter_map(key_value));
            }
            let is_authority = |one: &Certificate| read.iter().flatten().any(|other| one.has_issued(other));
            for certificate in &read {
                match certificate {
                    Ok(certificate) if found.contains(certificate) || is_authority(certificate) => (),
                    Ok(certificate) => found.push(certificate.clone()),
                    Err(error) => wrong = Some(error.clone()),
                }
            }
        }
    }
    match found.is_empty() {
        true => Err(MetadataError::NoCertificate(wrong)),
        false => Ok(found),
    }
}

/// A bare RSA key (XML Signature, section 4.4.2.2).
fn key_value(value: Node<'_, '_>) -> Option<Result<Certificate, CertificateError>> {
    let key = elements(value, DSIG, "RSAKeyValue").next()?;
    let number = |name| from_base64(text(elements(key, DSIG, name).next()?).ok()?);
    let read = PublicKey::from_rsa(&number("Modulus")?, &number("Exponent")?);
    Some(read.map_err(CertificateError::Key).and_then(Certificate::of_key))
}
