//! What a request changes of a connection to an OpenID Connect provider.

use super::Oidc;
use super::published::Published;
use crate::sso::connections::identity_provider::IdentityProvider;
use crate::sso::connections::names::{self, Address, DisplayName, Identifier, set};
use crate::sso::connections::role_assignments::{self, ConnectionRoleAssignment, GroupRoleAssignment};
use crate::sso::connections::{Connection, Settings, addresses, attribute_mapping};
use ::oidc::{issuer, scope};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::keys::equal;
use foundation::random;
use foundation::secret::Secret;
use foundation::text;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

text! {
    /// What a provider gives its client to prove who it is.
    ClientSecret: Bytes { length: 0..=2048 };
    /// Scopes, with spaces between them.
    Scopes: Bytes { length: 0..=scope::LONGEST };
}

/// The fields that an update takes. What is absent stays as it is; an empty text takes away what there was.
#[derive(Default, Deserialize, JsonSchema)]
pub(crate) struct Changes {
    /// The name of the connection, for people: one line, or empty.
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
    /// Whose product the provider is; `generic` when absent at creation.
    identity_provider: Option<IdentityProvider>,
    /// The provider's issuer identifier (https). With another one the four addresses below are asked for there, where
    /// the request does not say them.
    #[schemars(with = "Option<Address>")]
    issuer: Option<String>,
    /// By which id the provider knows this connection.
    #[schemars(with = "Option<Identifier>")]
    client_id: Option<String>,
    /// The secret that goes with `client_id`. It is kept encrypted.
    #[schemars(with = "Option<ClientSecret>")]
    client_secret: Option<Secret>,
    /// Where the provider logs people in (https). The issuer says it when absent.
    #[schemars(with = "Option<Address>")]
    authorization_url: Option<String>,
    /// Where codes are exchanged for tokens (https). The issuer says it when absent.
    #[schemars(with = "Option<Address>")]
    token_url: Option<String>,
    /// Where the provider tells of the person (https). The issuer says it when absent.
    #[schemars(with = "Option<Address>")]
    userinfo_url: Option<String>,
    /// Where the provider publishes its keys (https). The issuer says it when absent.
    #[schemars(with = "Option<Address>")]
    jwks_url: Option<String>,
    /// The scopes to ask for, separated by spaces, in the place of `openid email profile`. `openid` is always asked
    /// for.
    #[schemars(with = "Option<Scopes>")]
    custom_scopes: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "attribute_mapping::schema")]
    attribute_mapping: Option<Map<String, Value>>,
    /// Roles for everyone who logs in by the connection. An addition of ours.
    #[schemars(length(max = role_assignments::MOST))]
    oidc_connection_implicit_role_assignments: Option<Vec<ConnectionRoleAssignment>>,
    /// Roles for people of a group at the provider; `attribute_mapping` says where the groups are. An addition of ours.
    #[schemars(length(max = role_assignments::MOST))]
    oidc_group_implicit_role_assignments: Option<Vec<GroupRoleAssignment>>,
    /// Whether nobody logs in by the connection until a test login on the setup pages has shown that it works, and it was
    /// activated there; `false` activates it without one. An addition of ours.
    awaits_test_login: Option<bool>,
}

/// What can be wrong with them.
pub(super) const CHANGES: &[ApiError] = &[
    ApiError::InvalidArgument,
    ApiError::InvalidDisplayName,
    ApiError::InvalidSsoIdp,
    ApiError::OidcConnectionIssuerInvalid,
    ApiError::OidcConnectionAuthorizationUrlInvalid,
    ApiError::OidcConnectionTokenUrlInvalid,
    ApiError::OidcConnectionUserinfoUrlInvalid,
    ApiError::OidcConnectionJwksUrlInvalid,
    ApiError::SamlConnectionNestedMapping,
    ApiError::InvalidRbacRoleAssignment,
];

/// The settings of a connection to an OpenID Connect provider.
///
/// # Errors
/// `oidc_connection_not_found` when it is another kind of connection.
pub(super) fn settings(connection: &mut Connection) -> Result<&mut Oidc> {
    match &mut connection.settings {
        Settings::Oidc(oidc) => Ok(oidc),
        Settings::Saml(_) | Settings::External(_) => Err(ApiError::OidcConnectionNotFound.into()),
    }
}

/// The four addresses of a provider, each with what is said of one that is none.
fn addresses_of(oidc: &mut Oidc) -> [(&mut String, ApiError, &'static str); 4] {
    [
        (&mut oidc.authorization_url, ApiError::OidcConnectionAuthorizationUrlInvalid, "authorization_url"),
        (&mut oidc.token_url, ApiError::OidcConnectionTokenUrlInvalid, "token_url"),
        (&mut oidc.userinfo_url, ApiError::OidcConnectionUserinfoUrlInvalid, "userinfo_url"),
        (&mut oidc.jwks_url, ApiError::OidcConnectionJwksUrlInvalid, "jwks_url"),
    ]
}

impl Changes {
    /// The addresses that the request says, in the order of [`addresses_of`].
    fn addresses(&self) -> [Option<&str>; 4] {
        [&self.authorization_url, &self.token_url, &self.userinfo_url, &self.jwks_url]
            .map(|address| address.as_deref().map(str::trim))
    }

    /// The issuer that the request says.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref().map(str::trim).filter(|issuer| !issuer.is_empty())
    }

    /// The issuer to ask for addresses: another one is set, or the same one again while an address is not known.
    ///
    /// # Errors
    /// As [`Changes::apply`].
    pub(super) fn asks(&self, cx: &Cx, before: &Connection) -> Result<Option<String>> {
        let Some(issuer) = self.issuer() else { return Ok(None) };
        let mut after = before.clone();
        let is_another = settings(&mut after)?.issuer != issuer;
        self.apply(cx, None, &mut after)?;
        let is_incomplete = addresses_of(settings(&mut after)?).iter().any(|(address, ..)| address.is_empty());
        Ok((is_another && !self.addresses().iter().all(Option::is_some) || is_incomplete).then(|| issuer.to_owned()))
    }

    /// Makes the changes. What the request says itself wins over what the issuer says.
    ///
    /// # Errors
    /// [`CHANGES`].
    pub(super) fn apply(&self, cx: &Cx, published: Option<&Published>, connection: &mut Connection) -> Result<()> {
        set(&mut connection.display_name, names::display_name(self.display_name.as_deref())?);
        let secret = self.client_secret.as_ref().map(Secret::reveal);
        if secret.is_some_and(|secret| !ClientSecret::fits(secret)) {
            return Err(ApiError::InvalidArgument.because("A client_secret has at most 2048 bytes."));
        }
        let is_other = |secret: &&str| !equal(secret.as_bytes(), connection.secrets.client_secret.as_bytes());
        let another_secret = secret.filter(is_other).map(str::to_owned);
        let oidc = settings(connection)?;
        if let Some(secret) = &another_secret {
            oidc.client_secret_id = if secret.is_empty() { String::new() } else { random::uuid_v4().to_string() };
        }
        set(&mut oidc.identity_provider, self.identity_provider.map(|word| word.as_str().to_owned()));
        set(&mut oidc.awaits_test_login, self.awaits_test_login);
        set(&mut oidc.client_id, names::identifier("client_id", self.client_id.as_deref())?);
        self.apply_addresses(cx, published, oidc)?;
        if let Some(scopes) = &self.custom_scopes {
            scope::of_login(scopes, "")
                .map_err(|why| ApiError::InvalidArgument.because(format!("custom_scopes is not taken: {why}.")))?;
            oidc.custom_scopes = scopes.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        }
        if let Some(mapping) = &self.attribute_mapping {
            oidc.attribute_mapping = attribute_mapping::read(mapping)?;
        }
        let (of_all, of_groups) =
            (&self.oidc_connection_implicit_role_assignments, &self.oidc_group_implicit_role_assignments);
        oidc.connection_roles = role_assignments::of_all(&oidc.connection_roles, of_all.as_deref())?;
        oidc.group_roles = role_assignments::of_groups(&oidc.group_roles, of_groups.as_deref())?;
        if !oidc.group_roles.is_empty() && !oidc.attribute_mapping.contains_key("groups") {
            let message = "Groups are given roles, so attribute_mapping has to say which claim has the groups, with the key groups.";
            return Err(ApiError::InvalidArgument.because(message));
        }
        set(&mut connection.secrets.client_secret, another_secret);
        Ok(())
    }

    fn apply_addresses(&self, cx: &Cx, published: Option<&Published>, oidc: &mut Oidc) -> Result<()> {
        if let Some(issuer) = self.issuer.as_deref().map(str::trim) {
            if !issuer.is_empty() {
                check_issuer(cx, issuer)?;
            }
            // Addresses of another issuer would get this one's codes and secrets, or the other way round.
            if issuer != oidc.issuer {
                addresses_of(oidc).into_iter().for_each(|(address, ..)| address.clear());
            }
            oidc.issuer = issuer.to_owned();
        }
        let published = published.map(Published::addresses).unwrap_or_default();
        let all = addresses_of(oidc).into_iter().zip(self.addresses()).zip(published);
        for (((address, error, field), given), published) in all {
            let Some(new) = given.or(published) else { continue };
            if !new.is_empty() {
                addresses::check(cx, new).map_err(|why| error.because(format!("{field} cannot be used: {why}.")))?;
            }
            new.clone_into(address);
        }
        Ok(())
    }
}

/// Checks an issuer. One whose tokens anybody gets, of whatever tenant of Microsoft Entra, is nobody's identity provider.
fn check_issuer(cx: &Cx, text: &str) -> Result<()> {
    let refused = |why: String| ApiError::OidcConnectionIssuerInvalid.because(why);
    issuer::document_url(text).map_err(|why| refused(format!("{why}.")))?;
    addresses::check(cx, text).map_err(|why| refused(format!("The issuer cannot be used: {why}.")))?;
    if issuer::is_of_many_tenants(text) {
        return Err(refused(
            "This issuer is of all tenants of Microsoft Entra; give the one of your own tenant.".to_owned(),
        ));
    }
    Ok(())
}
