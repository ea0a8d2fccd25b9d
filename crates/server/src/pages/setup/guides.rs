//! What has to be done at which identity provider: in which order, which of our values go where, and what comes back.

use serde_json::{Value, json};

/// The protocol of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Saml,
    Oidc,
}

impl Protocol {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Protocol::Saml => "saml",
            Protocol::Oidc => "oidc",
        }
    }
}

/// A value of ours that is entered at the identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ours {
    /// Where it sends its answers.
    Callback,
    /// What it knows us by; of SAML the same address.
    Audience,
    /// Where our metadata is.
    Metadata,
}

/// The way to set up one product by one protocol.
pub(super) struct Guide {
    /// What a form says to choose it.
    pub(super) id: &'static str,
    /// Whose product it is, as the API spells it.
    pub(super) product: &'static str,
    pub(super) protocol: Protocol,
    /// What people call it.
    pub(super) name: &'static str,
    /// How many sentences it has that say what to do there: `setup.guide_ID_1` and so on.
    pub(super) sentences: usize,
    /// What the product calls the values of ours that it asks for, in the order in which it does.
    pub(super) fields: &'static [(&'static str, Ours)],
    /// From what is wanted to what the product calls it, for a start.
    pub(super) mapping: &'static [(&'static str, &'static str)],
}

/// All of them; for a connection of any other product the last of its protocol.
pub(super) const GUIDES: &[Guide] = &[
    Guide {
        id: "okta_saml",
        product: "okta",
        protocol: Protocol::Saml,
        name: "Okta",
        sentences: 4,
        fields: &[("Single sign-on URL", Ours::Callback), ("Audience URI (SP Entity ID)", Ours::Audience)],
        mapping: &[("email", "NameID"), ("first_name", "firstName"), ("last_name", "lastName")],
    },
    Guide {
        id: "okta_oidc",
        product: "okta",
        protocol: Protocol::Oidc,
        name: "Okta",
        sentences: 3,
        fields: &[("Sign-in redirect URIs", Ours::Callback)],
        mapping: &[],
    },
    Guide {
        id: "entra_saml",
        product: "microsoft-entra",
        protocol: Protocol::Saml,
        name: "Microsoft Entra ID",
        sentences: 4,
        fields: &[
            ("Identifier (Entity ID)", Ours::Audience),
            ("Reply URL (Assertion Consumer Service URL)", Ours::Callback),
        ],
        mapping: &[
            ("email", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"),
            ("first_name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"),
            ("last_name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"),
        ],
    },
    Guide {
        id: "entra_oidc",
        product: "microsoft-entra",
        protocol: Protocol::Oidc,
        name: "Microsoft Entra ID",
        sentences: 3,
        fields: &[("Redirect URI (Web)", Ours::Callback)],
        mapping: &[],
    },
    Guide {
        id: "google_saml",
        product: "google-workspace",
        protocol: Protocol::Saml,
        name: "Google Workspace",
        sentences: 4,
        fields: &[("ACS URL", Ours::Callback), ("Entity ID", Ours::Audience)],
        mapping: &[("email", "NameID"), ("first_name", "firstName"), ("last_name", "lastName")],
    },
    Guide {
        id: "keycloak_saml",
        product: "keycloak",
        protocol: Protocol::Saml,
        name: "Keycloak",
        sentences: 4,
        fields: &[
            ("Client ID", Ours::Audience),
            ("Valid redirect URIs", Ours::Callback),
            ("Metadata to import as a client", Ours::Metadata),
        ],
        mapping: &[("email", "NameID"), ("first_name", "givenName"), ("last_name", "surname")],
    },
    Guide {
        id: "keycloak_oidc",
        product: "keycloak",
        protocol: Protocol::Oidc,
        name: "Keycloak",
        sentences: 3,
        fields: &[("Valid redirect URIs", Ours::Callback)],
        mapping: &[],
    },
    Guide {
        id: "other_saml",
        product: "generic",
        protocol: Protocol::Saml,
        name: "SAML 2.0",
        sentences: 3,
        fields: &[("ACS URL", Ours::Callback), ("Entity ID", Ours::Audience), ("Metadata URL", Ours::Metadata)],
        mapping: &[("email", "NameID"), ("first_name", "firstName"), ("last_name", "lastName")],
    },
    Guide {
        id: "other_oidc",
        product: "generic",
        protocol: Protocol::Oidc,
        name: "OpenID Connect",
        sentences: 3,
        fields: &[("Redirect URL", Ours::Callback)],
        mapping: &[],
    },
];

/// The one that a form says.
pub(super) fn by_id(id: &str) -> Option<&'static Guide> {
    GUIDES.iter().find(|guide| guide.id == id)
}

/// The one for a connection.
pub(super) fn of(product: &str, protocol: Protocol) -> Option<&'static Guide> {
    let mut of_protocol = GUIDES.iter().filter(|guide| guide.protocol == protocol);
    of_protocol.clone().find(|guide| guide.product == product).or_else(|| of_protocol.next_back())
}

impl Guide {
    /// For a page.
    pub(super) fn shown(&self, ours: impl Fn(Ours) -> String) -> Value {
        let fields = self.fields.iter().map(|(name, value)| json!({ "name": name, "value": ours(*value) }));
        json!({
            "id": self.id,
            "name": self.name,
            "is_general": self.product == "generic",
            "protocol": self.protocol.as_str(),
            "sentences": (1..=self.sentences).map(|number| format!("setup.guide_{}_{number}", self.id)).collect::<Vec<_>>(),
            "fields": fields.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;
    use std::collections::BTreeSet;

    #[test]
    fn every_product_has_its_own_and_every_other_the_general_one() {
        for guide in GUIDES {
            assert_eq!(of(guide.product, guide.protocol).map(|found| found.id), Some(guide.id));
            assert_eq!(by_id(guide.id).map(|found| found.name), Some(guide.name));
        }
        assert_eq!(of("duo", Protocol::Saml).map(|guide| guide.id), Some("other_saml"));
        assert_eq!(of("duo", Protocol::Oidc).map(|guide| guide.id), Some("other_oidc"));
    }

    #[test]
    fn every_sentence_is_said() {
        let said: Map<String, Value> = serde_json::from_str(include_str!("../locales/en/setup.json")).unwrap();
        let sentences = |shown: Value| shown["sentences"].as_array().unwrap().clone();
        let wanted: Vec<_> = GUIDES.iter().flat_map(|guide| sentences(guide.shown(|_| String::new()))).collect();
        let names = wanted.iter().map(|key| key.as_str().unwrap().trim_start_matches("setup."));
        let names: BTreeSet<_> = names.collect();
        let phrases: BTreeSet<_> = said.keys().map(String::as_str).filter(|key| key.starts_with("guide_")).collect();
        assert_eq!(names, phrases);
    }

    #[test]
    fn a_mapping_of_saml_leads_to_an_address_and_a_name() {
        for guide in GUIDES.iter().filter(|guide| guide.protocol == Protocol::Saml) {
            let wanted: Vec<_> = guide.mapping.iter().map(|(wanted, _)| *wanted).collect();
            assert_eq!(wanted, ["email", "first_name", "last_name"], "{}", guide.id);
        }
    }
}
