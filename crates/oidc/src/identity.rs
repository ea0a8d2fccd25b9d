//! Who has logged in: claims, read by an attribute mapping.

use crate::email::{self, Email};
use crate::groups::{self, Groups, NotAList};
use crate::id_token::IdToken;
use crate::issuer;
use crate::object::{Object, present, text};
use serde_json::Value;

/// Claims that are about the token and not about the person.
const OF_THE_TOKEN: [&str; 14] =
    ["iss", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "c_hash", "s_hash", "auth_time", "sid", "rh"];

/// Which claim is which attribute. Names of claims; what is nested is not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    email: String,
    full_name: String,
    first_name: String,
    last_name: String,
    groups: Option<String>,
    idp_user_id: Option<String>,
    promoted: Vec<(String, String)>,
}

impl Mapping {
    /// From attribute to claim. What is not mapped, or to nothing, has the claim of the standard (OpenID Connect Core,
    /// section 5.1); groups and the provider's own id of a person have none. All other attributes are promoted.
    pub fn new<'a>(attributes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut mapping = Self {
            email: email::CLAIM.to_owned(),
            full_name: "name".to_owned(),
            first_name: "given_name".to_owned(),
            last_name: "family_name".to_owned(),
            groups: None,
            idp_user_id: None,
            promoted: Vec::new(),
        };
        for (attribute, claim) in attributes.into_iter().filter(|(_, claim)| !claim.is_empty()) {
            let claim = claim.to_owned();
            match attribute {
                "email" => mapping.email = claim,
                "full_name" => mapping.full_name = claim,
                "first_name" => mapping.first_name = claim,
                "last_name" => mapping.last_name = claim,
                "groups" => mapping.groups = Some(claim),
                "idp_user_id" => mapping.idp_user_id = Some(claim),
                other => mapping.promoted.push((other.to_owned(), claim)),
            }
        }
        mapping
    }
}

/// A person, as a provider knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Who says so. Issuer and subject are the identity; all else may change, or belong to somebody else tomorrow.
    pub issuer: String,
    /// Whom it says it of.
    pub subject: String,
    /// The tenant of Microsoft Entra that the person is of (`tid`), and who they are there (`oid`).
    pub entra: Option<EntraIds>,
    /// Their address, if it is said.
    pub email: Option<Email>,
    /// Their name, if it is said: the full one, or first and last.
    pub full_name: Option<String>,
    /// Their groups, if groups are mapped.
    pub groups: Groups,
    /// What the provider calls them, if that is mapped.
    pub idp_user_id: Option<String>,
    /// The other mapped attributes that were said.
    pub promoted: Object,
    /// All that was said about the person.
    pub attributes: Object,
}

/// Who somebody is for Microsoft Entra, whatever app asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraIds {
    /// `tid`
    pub tenant: String,
    /// `oid`
    pub object: String,
}

/// Reads the claims of the ID token, and those of the userinfo that the token does not have.
///
/// # Errors
/// The claim that groups are mapped to is no list.
pub fn read(id_token: &IdToken, userinfo: Option<&Object>, mapping: &Mapping) -> Result<Identity, NotAList> {
    let issuer = &id_token.issuer;
    let sources = Sources { id_token: &id_token.claims, userinfo };
    Ok(Identity {
        issuer: issuer.clone(),
        subject: id_token.subject.clone(),
        entra: entra(id_token),
        email: sources.all().find_map(|claims| Email::of(claims, &mapping.email, issuer)),
        full_name: sources.full_name(mapping),
        groups: sources.groups(mapping)?,
        idp_user_id: mapping.idp_user_id.as_deref().and_then(|claim| sources.text(claim)).map(str::to_owned),
        promoted: sources.promoted(mapping),
        attributes: sources.attributes(),
    })
}

fn entra(id_token: &IdToken) -> Option<EntraIds> {
    let claims = Some(&id_token.claims).filter(|_| issuer::is_entra(&id_token.issuer))?;
    Some(EntraIds { tenant: text(claims, "tid")?.to_owned(), object: text(claims, "oid")?.to_owned() })
}

/// Where claims are from, the signed ones first. An address and whether it is verified come from the same source: what one
/// says of its address does not make the other's verified (threat T-22).
struct Sources<'a> {
    id_token: &'a Object,
    userinfo: Option<&'a Object>,
}

impl<'a> Sources<'a> {
    fn all(&self) -> impl Iterator<Item = &'a Object> {
        std::iter::once(self.id_token).chain(self.userinfo)
    }

    fn value(&self, claim: &str) -> Option<&'a Value> {
        self.all().find_map(|claims| present(claims, claim))
    }

    fn text(&self, claim: &str) -> Option<&'a str> {
        self.all().find_map(|claims| text(claims, claim))
    }

    fn full_name(&self, mapping: &Mapping) -> Option<String> {
        if let Some(name) = self.text(&mapping.full_name) {
            return Some(name.to_owned());
        }
        let parts: Vec<_> =
            [&mapping.first_name, &mapping.last_name].into_iter().filter_map(|claim| self.text(claim)).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// What a source lists goes before what another only says to be too many.
    fn groups(&self, mapping: &Mapping) -> Result<Groups, NotAList> {
        let Some(claim) = mapping.groups.as_deref() else { return Ok(Groups::Unsaid) };
        let mut found = Groups::Unsaid;
        for claims in self.all() {
            match groups::of(claims, claim)? {
                Groups::Unsaid => {}
                Groups::TooMany => found = Groups::TooMany,
                listed @ Groups::Listed(_) => return Ok(listed),
            }
        }
        Ok(found)
    }

    fn promoted(&self, mapping: &Mapping) -> Object {
        let said = |(attribute, claim): &(String, String)| Some((attribute.clone(), self.value(claim)?.clone()));
        mapping.promoted.iter().filter_map(said).collect()
    }

    fn attributes(&self) -> Object {
        let mut attributes = self.userinfo.cloned().unwrap_or_default();
        attributes.extend(self.id_token.iter().map(|(name, value)| (name.clone(), value.clone())));
        attributes.retain(|name, _| !OF_THE_TOKEN.contains(&name.as_str()));
        attributes
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
