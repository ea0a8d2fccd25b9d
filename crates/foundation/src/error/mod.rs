//! Every error the server can answer with, in one table.

mod told;
mod typed;
mod unique;

pub use typed::{type_in, typed};
pub use unique::OnUnique;

use http::StatusCode;
use std::borrow::Cow;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What stops an operation: something to tell the caller, or a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An answer of the table below; the text, if any, replaces the sentence of the table.
    #[error("{0:?}")]
    Api(ApiError, Option<Cow<'static, str>>),
    /// The same, and what the transaction has written until then stays: an attempt that was counted, a lock, the audit
    /// event of the refusal. See [`Error::kept`].
    #[error("{0:?}, kept")]
    Kept(ApiError, Option<Cow<'static, str>>),
    /// Too many requests: what to wait for, and how many seconds.
    #[error("too many requests: {0}")]
    TooMany(Cow<'static, str>, i64),
    /// Too many failed proofs: nothing that could be guessed is looked at for so many seconds.
    #[error("locked for {0} s")]
    Locked(i64),
    /// Another transaction got in between; the database layer runs the work again.
    #[error("conflict")]
    Conflict,
    /// The database does not answer; nothing was written.
    #[error("database unavailable: {0}")]
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    #[error("{0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A fault of ours, told in words for the log.
    pub fn internal(message: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Internal(message.into())
    }

    /// A refusal that commits. Every other error undoes what its transaction has written; this one keeps it, so whoever
    /// answers it has written nothing but what is to be remembered of the refusal.
    #[must_use]
    pub fn kept(self) -> Self {
        match self {
            Error::Api(error, message) => Error::Kept(error, message),
            other => other,
        }
    }
}

macro_rules! api_errors {
    ($($name:ident = $status:literal $error_type:literal $message:literal;)*) => {
        /// An answer that tells the caller what was wrong and what to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ApiError { $(#[doc = $message] $name),* }

        impl ApiError {
            /// All of them, in the order of the table.
            pub const ALL: &[ApiError] = &[$(ApiError::$name),*];
            /// The HTTP status.
            pub fn status(self) -> StatusCode {
                StatusCode::from_u16(match self { $(Self::$name => $status),* }).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            /// The word clients compare (`error_type`).
            pub fn error_type(self) -> &'static str { match self { $(Self::$name => $error_type),* } }
            /// What was wrong and what to do, for a person.
            pub fn message(self) -> &'static str { match self { $(Self::$name => $message),* } }
        }
    };
}

api_errors! {
    BadRequest = 400 "bad_request" "The request could not be read as this endpoint's input.";
    BodyTooLarge = 413 "bad_request" "The request body is larger than 1 MiB.";
    RequestTimeout = 408 "request_timeout" "The request took too long to arrive. Send it again.";
    RouteNotFound = 404 "route_not_found" "There is no such endpoint. Check the path, or the list at /reference.";
    MethodNotAllowed = 405 "method_not_allowed" "This path exists, but not with this HTTP method.";
    TooManyRequests = 429 "too_many_requests" "Too many requests. Wait as many seconds as Retry-After says.";
    Internal = 500 "internal_server_error" "Something went wrong on the server. The request id identifies it in the server's log.";
    ServerUnavailable = 503 "server_unavailable" "The database does not answer at the moment. Try again shortly; if this was a change, look first whether it was made.";

    UnauthorizedCredentials = 401 "unauthorized_credentials" "The project id and secret, or the public token, are not valid.";
    InvalidProjectIdAuthentication = 400 "invalid_project_id_authentication" "The user name of Basic authentication is not a project id (project-test-… or project-live-…).";
    PublicTokenNotFound = 404 "public_token_not_found" "There is no such public token.";
    BadDomainForSdk = 401 "bad_domain_for_stytch_sdk" "This web origin is not registered for the project. Register a redirect URL or an origin with it.";
    UserUnauthenticated = 401 "user_unauthenticated" "This call needs a member session; none came with the request.";
    CrossSiteForm = 403 "cross_site_form" "This form was not sent by a page of this server. Go back to the page, load it again, and send it from there.";
    EndpointNotAuthorizedForSdk = 401 "endpoint_not_authorized_for_sdk" "The project does not offer this endpoint to browsers.";

    UnauthorizedAction = 403 "unauthorized_action" "The member's roles do not allow this action.";
    SessionAuthorizationError = 403 "session_authorization_error" "No role of this session grants the action on the resource.";
    SessionAuthorizationTenancyError = 403 "session_authorization_tenancy_error" "The session belongs to another organization.";
    CannotUpdateTrustedMetadata = 401 "cannot_update_trusted_metadata" "Trusted metadata can only be written by the backend, not on behalf of a member.";
    MemberCannotUpdateTheirEmail = 400 "member_cannot_update_their_email_address" "Members change their own email address with start_email_update.";
    CannotPreserveExistingSessions = 400 "cannot_preserve_existing_sessions" "Only the backend can ask to preserve existing sessions.";

    OrganizationNotFound = 404 "organization_not_found" "There is no such organization in this project.";
    InvalidOrganizationName = 400 "invalid_organization_name" "An organization name has 1 to 128 characters.";
    InvalidOrganizationSlug = 400 "invalid_organization_slug" "A slug has 2 to 128 characters: letters, digits, and - . _ ~; it is not an id, nor . or .., nor a word in the paths of this API, such as search.";
    OrganizationSlugAlreadyUsed = 400 "organization_slug_already_used" "Another organization of this project has that slug.";
    InvalidOrganizationExternalId = 400 "invalid_organization_external_id" "An external id has 1 to 128 characters: letters, digits, and . _ - |; it is not an id of ours, nor . or .., nor a word in the paths of this API, such as search.";
    OrganizationExternalIdAlreadyUsed = 400 "organization_external_id_already_used" "Another organization of this project has that external id.";
    OrganizationLogoUrlTooLong = 400 "organization_logo_url_too_long" "A logo URL has at most 2048 characters.";
    InvalidUrl = 400 "invalid_url" "A logo URL is an absolute http or https URL.";
    InvalidColor = 400 "invalid_color" "A color is written as in #1f5f8b.";
    AllowedAuthMethodsRequired = 400 "allowed_auth_methods_required_for_restricted" "auth_methods can be RESTRICTED only with at least one entry in allowed_auth_methods.";
    AllowedMfaMethodsRequired = 400 "allowed_mfa_methods_required_for_restricted" "mfa_methods can be RESTRICTED only with at least one entry in allowed_mfa_methods.";
    InvalidAuthMethodSettings = 400 "invalid_organization_auth_method_settings" "auth_methods is ALL_ALLOWED or RESTRICTED.";
    InvalidAllowedAuthMethods = 400 "invalid_organization_allowed_auth_methods" "allowed_auth_methods holds: sso, magic_link, email_otp, password, google_oauth, microsoft_oauth, slack_oauth, github_oauth, hubspot_oauth, oidc_oauth.";
    InvalidMfaPolicy = 400 "invalid_organization_mfa_policy" "mfa_policy is OPTIONAL or REQUIRED_FOR_ALL.";
    InvalidMfaMethodSettings = 400 "invalid_organization_mfa_factor_setting" "mfa_methods is ALL_ALLOWED or RESTRICTED.";
    InvalidAllowedMfaMethods = 400 "invalid_organization_allowed_mfa_methods" "allowed_mfa_methods holds: sms_otp, totp.";
    InvalidAuthFactorSetting = 400 "invalid_organization_auth_factor_setting" "sso_jit_provisioning and email_invites take ALL_ALLOWED, RESTRICTED or NOT_ALLOWED, and one way to add members must stay open: sso_jit_provisioning, email_jit_provisioning and email_invites cannot all be NOT_ALLOWED.";
    InvalidEmailJitSetting = 400 "invalid_organization_auth_factor_setting_for_email_jit_provisioning" "email_jit_provisioning is RESTRICTED or NOT_ALLOWED.";
    InvalidOauthTenantJitSetting = 400 "invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning" "oauth_tenant_jit_provisioning is RESTRICTED or NOT_ALLOWED.";
    InvalidRestrictedEmailSetting = 400 "invalid_restricted_email_setting" "email_invites and email_jit_provisioning can be RESTRICTED only with at least one entry in email_allowed_domains.";
    InvalidRestrictedSsoSetting = 400 "invalid_restricted_sso_setting" "sso_jit_provisioning can be RESTRICTED only with at least one entry in sso_jit_provisioning_allowed_connections.";
    InvalidRestrictedOauthTenantsSetting = 400 "invalid_restricted_oauth_tenants_setting" "oauth_tenant_jit_provisioning can be RESTRICTED only with at least one entry in allowed_oauth_tenants.";
    InvalidOauthAllowedTenantsFormat = 400 "invalid_oauth_allowed_tenants_format" "allowed_oauth_tenants is an object with the keys slack, hubspot and github, each a list of tenant ids.";
    InvalidSsoDefaultConnectionId = 400 "invalid_sso_default_connection_id" "sso_default_connection_id is not an SSO connection of this organization.";
    SsoConnectionNotFound = 404 "sso_connection_not_found" "The organization has no such SSO connection.";
    SsoTokenNotFound = 404 "sso_token_not_found" "There is no such SSO token, or it was used already, or it is more than 5 minutes old. Log in again.";
    TooManySsoConnectionLocators = 400 "too_many_sso_connection_locators" "Give only one of connection_id and organization_id.";
    MissingSsoConnectionLocator = 400 "missing_sso_connection_locator" "Give a connection_id or an organization_id.";
    RequiresActiveSsoConnection = 400 "requires_active_sso_connection" "The SSO connection is not active: something that it needs is not set yet, or not any more.";
    NoSsoConnectionExistsForOrganization = 400 "no_sso_connection_exists_for_organization" "The organization has no active SSO connection.";
    InvalidConnectionForJit = 400 "invalid_connection_for_jit_provisioning" "The organization does not take in new people by this SSO connection; ask for an invitation.";
    MissingSamlResponse = 400 "missing_saml_response" "There is no SAMLResponse in what the identity provider has sent.";
    MissingSamlCsrfCookie = 400 "missing_saml_csrf_cookie" "The login was not begun in this browser, or took more than 10 minutes, or the browser keeps no cookies. Start again.";
    SamlCsrfCookieMismatch = 400 "saml_csrf_cookie_mismatch" "The login was begun in another browser. Start again in this one.";
    SamlIdpInitiatedAuthDisabled = 400 "saml_idp_initiated_auth_disabled" "The connection does not take logins that the identity provider begins. Start at the application.";
    UnsolicitedSamlResponse = 400 "unsolicited_saml_response" "The response answers no login that has been going on for less than 10 minutes. Start again.";
    DuplicateSamlResponse = 400 "duplicate_saml_response" "The identity provider's response was used already. Start again.";
    InvalidXmlSamlResponse = 400 "invalid_xml_saml_response" "What the identity provider has sent cannot be read as a SAML response.";
    FailedSamlResponse = 400 "failed_saml_response" "The identity provider did not log anyone in.";
    MissingSignatureSamlResponse = 400 "missing_signature_saml_response" "The identity provider's response is not signed.";
    InvalidSignatureSamlResponse = 400 "invalid_signature_saml_response" "The signature of the identity provider's response is not valid.";
    SamlCertificateMismatch = 400 "saml_certificate_mismatch" "The identity provider's response is signed with a certificate that the connection does not have.";
    InvalidAudienceSamlResponse = 400 "invalid_audience_saml_response" "The identity provider's response was made for another service.";
    ExpiredSamlResponse = 400 "expired_saml_response" "The identity provider's response has expired. Start again.";
    NotYetValidSamlResponse = 400 "not_yet_valid_saml_response" "The identity provider's response is not valid yet; is a clock wrong?";
    InvalidSamlResponse = 400 "invalid_saml_response" "The identity provider's response is not accepted.";
    InvalidSamlResponseEmail = 400 "invalid_saml_response_email" "The identity provider's response has no email address where the attribute mapping says.";
    MissingOidcStateParam = 400 "missing_oidc_state_param" "The provider's answer has no state.";
    UnsolicitedOidcResponse = 400 "unsolicited_oidc_response" "The provider's answer belongs to no login. Start again.";
    ExpiredOidcResponse = 400 "expired_oidc_response" "The login was over already, or took more than 10 minutes. Start again.";
    MissingOidcCsrfCookie = 400 "missing_oidc_csrf_cookie" "The login was not begun in this browser, or took more than 10 minutes, or the browser keeps no cookies. Start again.";
    OidcCsrfCookieMismatch = 400 "oidc_csrf_cookie_mismatch" "The login was begun in another browser. Start again in this one.";
    OidcInvalidCallbackRequest = 400 "oidc_invalid_callback_request" "The provider's answer is not accepted.";
    OidcAuthCodeError = 400 "oidc_auth_code_error" "The provider did not log anyone in.";
    OidcInvalidIdToken = 400 "oidc_invalid_id_token" "The provider's ID token is not accepted.";
    OidcInvalidUserinfo = 400 "oidc_invalid_userinfo" "The provider's userinfo is not accepted.";
    OidcResponseSubjectMismatch = 400 "oidc_response_subject_mismatch" "The provider's userinfo is about somebody else than its ID token.";
    OidcResponseEmailMissing = 400 "oidc_response_email_missing" "The provider does not say the person's email address.";
    OidcResponseUnverifiedEmail = 400 "oidc_response_unverified_email" "The provider has not verified the person's email address, so it leads to no account. Log in another way, and then by SSO in the same session.";
    TooManySsoConnections = 400 "too_many_sso_connections" "An organization has at most 20 SSO connections; delete one first.";
    SamlConnectionNotFound = 404 "saml_connection_not_found" "The organization has no such SAML connection.";
    OidcConnectionNotFound = 404 "oidc_connection_not_found" "The organization has no such OpenID Connect connection.";
    ExternalConnectionIdNotFound = 404 "external_connection_id_not_found" "The other organization has no such SAML or OpenID Connect connection.";
    InvalidDisplayName = 400 "invalid_display_name" "The display_name of a connection is one line of at most 128 characters.";
    InvalidSsoIdp = 400 "invalid_sso_idp" "identity_provider is one of classlink, cyberark, duo, google-workspace, jumpcloud, keycloak, miniorange, microsoft-entra, okta, onelogin, pingfederate, rippling, salesforce, shibboleth, generic.";
    CannotDeleteDefaultSsoConnection = 400 "cannot_delete_default_sso_connection" "This is the default connection, and there are other active ones: make one of those the default first.";
    CannotDeleteLastSsoVerificationKey = 400 "cannot_delete_last_sso_verification_key" "An active connection needs a verification certificate: add another one first.";
    SsoVerificationKeyNotFound = 404 "sso_verification_key_not_found" "The connection has no such verification certificate.";
    SsoEncryptionPrivateKeyNotFound = 404 "sso_encryption_private_key_not_found" "The connection has no such encryption key.";
    TooManySsoVerificationCertificates = 400 "too_many_sso_verification_certificates" "A connection has at most 5 verification certificates; delete one first.";
    TooManyEncryptionCertificates = 400 "too_many_encryption_certificates" "A connection has at most 5 encryption keys; delete one first.";
    InvalidX509Certificate = 400 "invalid_x509_certificate" "x509_certificate is no X.509 certificate in PEM.";
    PrivateKeyTooLong = 400 "private_key_too_long" "A private key has at most 16384 bytes as PEM.";
    SamlSigningPrivateKeyInvalid = 400 "saml_signing_private_key_invalid" "This is no RSA private key of 2048 to 8192 bits in PEM.";
    SamlSigningPrivateKeyFormat = 400 "saml_signing_private_key_format_not_supported" "The private key is in a form that is not taken: an RSA key in PEM without a passphrase is (PKCS#1 or PKCS#8).";
    InvalidSamlMetadataUrl = 400 "invalid_saml_metadata_url" "The metadata cannot be had from metadata_url.";
    InvalidXmlFromSamlMetadataUrl = 400 "invalid_xml_from_saml_metadata_url" "What is at metadata_url is no XML that can be read.";
    SamlConnectionMetadataInvalidFormat = 400 "saml_connection_metadata_invalid_format" "What is at metadata_url is no metadata of one SAML 2.0 identity provider.";
    SamlConnectionIdpSsoUrlInvalid = 400 "saml_connection_idp_sso_url_invalid_format" "idp_sso_url is no URL of an identity provider.";
    SamlConnectionIdpSsoUrlNotHttps = 400 "saml_connection_idp_sso_url_not_https" "idp_sso_url begins with https://.";
    SamlConnectionEmailMappingRequired = 400 "saml_connection_email_mapping_required" "attribute_mapping says where the address is: it has the key email.";
    SamlConnectionNameMappingRequired = 400 "saml_connection_name_mapping_required" "attribute_mapping says where the name is: it has the key full_name, or both first_name and last_name.";
    SamlConnectionMissingGroupsKey = 400 "saml_connection_attribute_mapping_missing_groups_key" "Groups are given roles, so attribute_mapping has to say where the groups are, with the key groups.";
    SamlConnectionNestedMapping = 400 "saml_connection_no_nested_keys_in_attribute_mapping" "The values of attribute_mapping are names of attributes, not lists or objects.";
    OidcConnectionIssuerInvalid = 400 "oidc_connection_issuer_url_invalid_format" "issuer is no URL of an OpenID Connect provider.";
    OidcConnectionAuthorizationUrlInvalid = 400 "oidc_connection_authorization_url_invalid_format" "authorization_url is no URL of an OpenID Connect provider.";
    OidcConnectionTokenUrlInvalid = 400 "oidc_connection_token_url_invalid_format" "token_url is no URL of an OpenID Connect provider.";
    OidcConnectionUserinfoUrlInvalid = 400 "oidc_connection_userinfo_url_invalid_format" "userinfo_url is no URL of an OpenID Connect provider.";
    OidcConnectionJwksUrlInvalid = 400 "oidc_connection_jwks_url_invalid_format" "jwks_url is no URL of an OpenID Connect provider.";
    ExternalOrganizationIsOwn = 400 "external_organization_id_same_as_organization_id" "external_organization_id is another organization than the one that gets the connection.";
    ExternalConnectionNotActive = 400 "external_connection_not_active" "Only an active SAML or OpenID Connect connection can be another organization's too.";
    DuplicateExternalSsoConnection = 400 "duplicate_external_sso_connection" "The organization has an external connection to that connection already.";
    ActiveScimConnectionExists = 400 "active_scim_connection_exists" "The organization has a SCIM connection; delete it first.";
    NoActiveScimConnection = 400 "no_active_scim_connection" "The organization has no SCIM connection.";
    ScimConnectionNotFound = 404 "scim_connection_not_found" "The organization has no such SCIM connection.";
    ScimConnectionNotRotatingToken = 400 "scim_connection_not_rotating_token" "The token of the connection is not being replaced: start that first.";
    InvalidScimIdp = 400 "invalid_scim_idp" "identity_provider is one of okta, microsoft-entra, cyberark, jumpcloud, onelogin, pingfederate, rippling, generic.";
    ScimGroupRoleWithoutGroup = 400 "scim_group_role_assignment_does_not_contain_group_id" "Each of scim_group_implicit_role_assignments has a group_id.";
    ScimGroupRoleOfUnknownGroup = 400 "scim_group_role_assignment_group_does_not_exist" "A group_id of scim_group_implicit_role_assignments is no group of the connection.";
    SetupLinkNotFound = 404 "setup_link_not_found" "The organization has no setup link with this id that is still good.";
    InvalidSetupLinkPurpose = 400 "invalid_setup_link_purpose" "The purposes of a setup link are sso, scim, domains, members and audit, and it has at least one.";
    TooManySetupLinks = 400 "too_many_setup_links" "An organization has at most 20 setup links that are still good; revoke one first.";
    SetupLinkRequired = 401 "setup_link_required" "This page needs a setup link that is still good. Open the link again, or ask whoever sent it for another one.";
    ScimUnauthorized = 401 "scim_unauthorized" "The bearer token is not one of this SCIM connection.";
    ScimResourceNotFound = 404 "scim_resource_not_found" "The connection has no such resource.";
    ScimUniqueness = 409 "scim_uniqueness" "Another resource, or a member whom the directory did not create, has this already.";
    ScimVersionMismatch = 412 "scim_version_mismatch" "The resource is not what it was: read it again.";
    ScimLastAdministrator = 403 "scim_last_administrator" "This is the last administrator of the organization; give the role to somebody else first.";
    ScimInvalidFilter = 400 "scim_invalid_filter" "The filter is not one, or compares what cannot be compared so.";
    ScimInvalidPath = 400 "scim_invalid_path" "The path of an operation is not one.";
    ScimInvalidSyntax = 400 "scim_invalid_syntax" "The request is not shaped as it has to be.";
    ScimInvalidValue = 400 "scim_invalid_value" "A value is missing, or is not one for its attribute.";
    ScimMutability = 400 "scim_mutability" "The attribute cannot be changed so.";
    ScimNoTarget = 400 "scim_no_target" "The path of an operation leads to nothing that could be changed.";
    ScimTooMany = 400 "scim_too_many" "This is more than one request may read or change.";
    OauthConfigNotFound = 404 "oauth_config_not_found" "The project has no such OAuth provider.";
    MissingOauthOrganizationLocator = 400 "missing_oauth_organization_locator" "The address names no organization: give organization_id or slug.";
    TooManyOauthOrganizationLocators = 400 "too_many_oauth_organization_locators" "Give organization_id or slug, not both.";
    OauthInvalidScopeRequested = 400 "oauth_invalid_scope_requested" "custom_scopes are words of printable ASCII with spaces between them.";
    InvalidCallbackId = 400 "invalid_callback_id" "This is no address that OAuth providers send browsers back to.";
    OauthInvalidState = 400 "oauth_invalid_state" "The provider's answer belongs to no login. Start again.";
    OauthStateMismatch = 400 "oauth_state_mismatch" "The login was not begun in this browser, or took more than 10 minutes, or the browser keeps no cookies. Start again.";
    OauthStateUsed = 400 "oauth_state_used" "The login was over already, or took more than 10 minutes. Start again.";
    OauthAuthCodeError = 400 "oauth_auth_code_error" "The provider did not log anyone in.";
    OauthFlowCallbackError = 400 "oauth_flow_callback_error" "What the provider says about the person is not accepted.";
    OauthTokenNotFound = 404 "oauth_token_not_found" "There is no such OAuth token, or it was used already, or it is more than 5 minutes old. Log in again.";
    OauthRegistrationNotFound = 404 "oauth_registration_not_found" "The member has no such account at an OAuth provider.";
    LastWayIn = 403 "last_way_in" "The member gets in by nothing else that the organization allows. Set up another way first.";
    MemberOauthTokenNotFound = 404 "member_oauth_token_not_found" "The member has no account at this provider, or no token of it is kept.";
    UnableToRefreshOauthToken = 400 "unable_to_refresh_oauth_token" "The provider's access token is over, and the provider gives no other one.";
    DomainTooCommon = 400 "organization_settings_domain_too_common" "An allowed domain belongs to a public mail provider; anyone could join with it.";
    DisposableDomain = 400 "organization_settings_disposable_domain" "An allowed domain belongs to a provider of throw-away addresses.";
    InvalidDomain = 400 "organization_settings_invalid_domain" "An allowed domain is not a domain name.";
    DuplicateDomain = 400 "organization_settings_duplicate_domain" "An allowed domain is listed twice.";
    ClaimedDomainTooCommon = 400 "organization_settings_claimed_domain_too_common" "A claimed domain belongs to a public mail provider.";
    InvalidClaimedDomain = 400 "organization_settings_invalid_claimed_domain" "A claimed domain is not a domain name.";
    DuplicateClaimedDomain = 400 "organization_settings_duplicate_claimed_domain" "A claimed domain is listed twice.";
    TooManyDomains = 400 "too_many_domains" "A list of domains holds at most 100.";
    EmailDomainIsClaimed = 400 "action_not_allowed_email_domain_is_claimed" "Addresses of this email domain can only be members of organizations that have claimed the domain.";
    RbacDomainTooCommon = 400 "rbac_domain_too_common" "Roles cannot be given to everyone of a public mail provider.";
    RbacInvalidDomain = 400 "rbac_invalid_domain" "A role assignment names something that is not a domain name.";
    InvalidArgument = 400 "invalid_argument" "A value of the request is outside what this field takes.";

    MetadataInvalidFormat = 400 "metadata_invalid_format" "Metadata is a JSON object.";
    MetadataTooLarge = 400 "metadata_too_large" "Metadata takes at most 4 KB as JSON.";
    MetadataTooManyKeys = 400 "metadata_too_many_keys" "Metadata has at most 20 top-level keys.";

    OrganizationSearchFilterUnknown = 400 "organization_search_filter_name_not_recognized" "There is no organization filter of that name.";
    OrganizationSearchFilterNameNotString = 400 "organization_search_filter_name_must_be_string" "filter_name is a string.";
    OrganizationSearchMissingFilterName = 400 "organization_search_missing_filter_name" "Every operand has a filter_name.";
    OrganizationSearchMissingFilterValue = 400 "organization_search_missing_filter_value" "Every operand has a filter_value.";
    OrganizationSearchExpectedStrings = 400 "organization_search_expected_array_of_strings" "This filter takes a list of at most 200 strings.";
    OrganizationSearchExpectedString = 400 "organization_search_expected_string" "This filter takes a string.";
    OrganizationSearchExpectedBoolean = 400 "organization_search_expected_boolean" "This filter takes true or false.";
    OrganizationNameFuzzyTooShort = 400 "organization_search_organization_name_fuzzy_too_short" "A fuzzy filter takes at least 3 characters.";
    OrganizationSlugFuzzyTooShort = 400 "organization_search_organization_slug_fuzzy_too_short" "A fuzzy filter takes at least 3 characters.";
    OrganizationMemberEmailFuzzyTooShort = 400 "organization_search_member_email_fuzzy_too_short" "A fuzzy filter takes at least 3 characters.";
    OrganizationAllowedDomainFuzzyTooShort = 400 "organization_search_allowed_domain_fuzzy_too_short" "A fuzzy filter takes at least 3 characters.";
    MemberSearchFilterUnknown = 400 "member_search_filter_name_not_recognized" "There is no member filter of that name.";
    MemberSearchFilterNameNotString = 400 "member_search_filter_name_must_be_string" "filter_name is a string.";
    MemberSearchMissingFilterName = 400 "member_search_missing_filter_name" "Every operand has a filter_name.";
    MemberSearchMissingFilterValue = 400 "member_search_missing_filter_value" "Every operand has a filter_value.";
    MemberSearchExpectedStrings = 400 "member_search_expected_array_of_strings" "This filter takes a list of at most 200 strings.";
    MemberSearchExpectedString = 400 "member_search_expected_string" "This filter takes a string.";
    MemberSearchExpectedBoolean = 400 "member_search_expected_boolean" "This filter takes true or false.";
    MemberSearchEmailFuzzyTooShort = 400 "member_search_member_email_fuzzy_too_short" "A fuzzy filter takes at least 3 characters.";
    MemberSearchPhoneFuzzyTooShort = 400 "member_search_member_mfa_phone_number_fuzzy_too_short" "A fuzzy filter takes at least 3 characters.";
    MemberSearchSlugFuzzyTooShort = 400 "member_search_organization_slug_fuzzy_too_short" "A fuzzy filter takes at least 3 characters.";
    MemberSearchMixedIds = 400 "member_search_cannot_mix_internal_and_external_member_ids" "member_ids holds either member ids or external ids, not both.";
    MemberSearchOrganizationIdsEmpty = 400 "member_search_organization_ids_empty" "organization_ids names at least one organization.";
    SearchInvalidStatus = 400 "search_invalid_status_filter" "statuses holds: active, pending, invited, deleted.";

    MemberNotFound = 404 "member_not_found" "There is no such member in this organization.";
    MemberDoesNotExistInOrganization = 400 "member_does_not_exist_in_organization" "This person is not a member of that organization and has no invitation to it.";
    InvalidMemberGetFields = 400 "invalid_member_get_fields" "Give a member_id or an email_address.";
    InvalidEmail = 400 "invalid_email" "This is not an email address.";
    InactiveEmail = 400 "inactive_email" "This address was retired by its member and cannot be used to log in.";
    DuplicateMemberEmail = 400 "duplicate_member_email" "A member of this organization has, or had and still keeps, that email address.";
    InvalidMemberExternalId = 400 "invalid_id" "An external id has 1 to 128 characters: letters, digits, and . _ - |; it is not an id of ours, nor . or .., nor a word in the paths of this API, such as search.";
    DuplicateMemberExternalId = 400 "duplicate_member_external_id" "Another member of this organization has that external id.";
    InvalidPhoneNumber = 400 "invalid_phone_number" "A phone number that there can be is written in E.164, like +14155550123.";
    DuplicateMemberPhoneNumber = 400 "duplicate_member_phone_number" "Another member of this organization has that phone number.";
    DuplicateMemberPhoneNumberForMember = 400 "duplicate_member_phone_number_for_member" "The member already has a phone number; delete it first.";
    InvalidMfaDefaultMethod = 400 "invalid_mfa_default_method" "default_mfa_method is sms_otp or totp.";
    DefaultMfaMissingFactor = 400 "default_mfa_member_missing_factor" "The member has no factor of that kind.";
    InvalidRbacRoleAssignment = 400 "invalid_rbac_role_assignment" "There is no such role in this project or organization.";
    ActiveMembersOnly = 400 "action_available_only_for_active_members" "Only active members can do this.";
    NoDeletedMember = 400 "no_deleted_member_found_for_reactivation" "This member is not deleted.";
    EmailUnverifiedForReactivation = 400 "email_unverified_for_reactivation" "A member can be reactivated only with a verified email address.";
    ReactivationEmailTaken = 400 "reactivation_email_belongs_to_another_member" "Another member of the organization has taken this member's email address.";
    RetiredEmailMissingIdentifiers = 400 "retired_email_missing_email_identifiers" "Give the email_id, the email_address, or both of one retired address.";
    EmailNotFound = 404 "email_not_found" "The member has no such retired email address.";
    EmailUpdateActiveOnly = 400 "email_updates_available_only_for_active_members" "Only active members can change their email address.";
    EmailUpdateUnverified = 400 "member_has_no_active_verified_email" "The member has not verified the present email address.";
    DesiredEmailUpdating = 400 "desired_email_updating_for_different_member" "Another member of the organization is changing to that address.";
    DesiredEmailDeactivated = 400 "desired_email_deactivated_by_different_member" "Another member of the organization has retired that address and still keeps it.";
    UnableToVerifyEmailUpdate = 400 "unable_to_verify_member_email_update" "This change of address can no longer be completed. Start it again.";

    InvalidEmailForInvites = 400 "invalid_email_for_invites" "The organization does not accept invitations for this address.";
    EmailJitNotAllowed = 400 "email_jit_provisioning_not_allowed" "The organization does not let people join by their email address.";
    InvalidEmailForJit = 400 "invalid_email_for_jit_provisioning" "The organization does not let people of this email domain join.";
    OauthTenantJitNotAllowed = 400 "oauth_tenant_jit_provisioning_not_allowed" "The organization lets nobody join by a workspace or an organization at an OAuth provider.";
    InvalidOauthTenantForJit = 400 "invalid_oauth_tenant_for_jit_provisioning" "The organization lets people of other workspaces or organizations at this OAuth provider join, and not of those that the provider has named.";
    RestrictedAuthMethod = 400 "operation_restricted_by_organization_auth_methods" "The organization does not allow this way to log in.";

    InvalidExpiration = 400 "invalid_expiration" "A link works for 5 to 10080 minutes, and a code by email for 2 to 15.";
    InvalidTemplateId = 400 "invalid_template_id" "There is no such email template.";
    InvalidLocale = 400 "invalid_locale" "The locale is one of en, es, pt-br, fr.";
    InvalidPkceCodeChallenge = 400 "invalid_pkce_code_challenge" "A PKCE code challenge is 43 characters of base64url: the SHA-256 of the verifier.";
    InvalidPkceCodeVerifier = 401 "invalid_pkce_code_verifier" "A PKCE code verifier has 43 to 128 characters: letters, digits, and - . _ ~";
    PkceExpectedCodeVerifier = 400 "pkce_expected_code_verifier" "This link was requested with a PKCE code challenge; pkce_code_verifier is missing. It works only in the browser that asked for it: on another device, ask for a new link there.";
    PkceDidNotExpectCodeVerifier = 400 "pkce_did_not_expect_code_verifier" "This link was requested without a PKCE code challenge; leave pkce_code_verifier out.";
    PkceMismatch = 401 "pkce_mismatch" "The PKCE code verifier does not belong to this link, which works only in the browser that asked for it. Ask for a new link there.";
    PkceRequired = 400 "pkce_expected_code_verifier" "This project requires pkce_code_challenge from browsers.";
    InvalidLoginRedirectUrl = 400 "invalid_login_redirect_url" "login_redirect_url is not a usable URL.";
    InvalidSignupRedirectUrl = 400 "invalid_signup_redirect_url" "signup_redirect_url is not a usable URL.";
    InvalidInviteRedirectUrl = 400 "invalid_invite_redirect_url" "invite_redirect_url is not a usable URL.";
    InvalidDiscoveryRedirectUrl = 400 "invalid_discovery_redirect_url" "discovery_redirect_url is not a usable URL.";
    NoMatchForMagicLinkUrl = 400 "no_match_for_provided_magic_link_url" "This redirect URL is not registered for this flow in the project.";
    NoLoginRedirectUrlsSet = 400 "no_login_redirect_urls_set" "The project has no redirect URL for logins.";
    NoSignupRedirectUrlsSet = 400 "no_signup_redirect_urls_set" "The project has no redirect URL for sign-ups.";
    NoInviteRedirectUrlsSet = 400 "no_invite_redirect_urls_set" "The project has no redirect URL for invitations.";
    NoDiscoveryRedirectUrlsSet = 400 "no_discovery_redirect_urls_set" "The project has no redirect URL for discovery.";
    NoDefaultLoginRedirectUrl = 400 "no_default_login_redirect_url_set" "The project has no default redirect URL for logins; give login_redirect_url.";
    NoDefaultSignupRedirectUrl = 400 "no_default_signup_redirect_url_set" "The project has no default redirect URL for sign-ups; give signup_redirect_url.";
    NoDefaultInviteRedirectUrl = 400 "no_default_invite_redirect_url_set" "The project has no default redirect URL for invitations; give invite_redirect_url.";
    NoDefaultDiscoveryRedirectUrl = 400 "no_default_discovery_redirect_url_set" "The project has no default redirect URL for discovery; give discovery_redirect_url.";
    RedirectUrlMustUseHttps = 400 "redirect_url_must_use_https" "A redirect URL uses https; http is for this machine only, in a test environment.";
    RedirectUrlCannotUseProtocol = 400 "redirect_url_cannot_use_protocol" "A redirect URL cannot use this scheme.";
    NoWildcardsInLive = 400 "no_wildcards_in_live_redirect_url" "In live environments a * in a redirect URL stands for the first label of its host only.";
    MagicLinkNotFound = 404 "magic_link_not_found" "There is no such magic link.";
    UnableToAuthMagicLink = 401 "unable_to_auth_magic_link" "This magic link was used already or has expired. Request another one.";

    WrongPassword = 401 "unauthorized_credentials" "The email address or the password is wrong.";
    WeakPassword = 400 "weak_password" "The password does not meet the project's requirements; strength_check says what is missing.";
    BreachedPassword = 400 "breached_password" "The password is known from breaches. Choose another one.";
    MemberResetPassword = 401 "member_reset_password" "This password is right, but must be reset before it can be used. Start a reset by email.";
    UnableToAuthPasswordResetToken = 401 "unable_to_auth_password_reset_token" "This link to set a password is unknown, was used already or has expired. Request another one.";
    InvalidPasswordResetRedirectUrl = 400 "invalid_password_reset_redirect_url" "reset_password_redirect_url is not a usable URL.";
    NoPasswordResetRedirectUrl = 400 "no_password_reset_redirect_url" "The project has no redirect URL for password resets, or no default; give reset_password_redirect_url.";
    SessionTooOldToResetPassword = 401 "session_too_old_to_reset_password" "Setting a password takes a session with a proof that is at most 5 minutes old. Log in again.";
    CannotResetWithExistingPassword = 400 "cannot_reset_password_with_existing_password" "The new password is the old one. Choose another one.";
    InvalidHash = 400 "invalid_hash" "hash has 1 to 2048 characters.";
    InvalidHashType = 400 "invalid_hash_type" "There is no such hash_type.";
    InvalidBcryptCost = 400 "invalid_bcrypt_cost" "bcrypt has a cost from 4 to 31.";
    InvalidBcryptHash = 400 "invalid_bcrypt_hash" "This is no bcrypt hash.";
    InvalidArgon2IterationAmount = 400 "invalid_argon_2_iteration_amount" "Argon2 has at least one iteration.";
    InvalidArgon2KeyLength = 400 "invalid_argon_2_key_length" "An Argon2 hash has 16 to 512 bytes.";
    Argon2KeyLengthMismatch = 400 "argon_2_key_length_mismatch" "The hash is not as long as key_length says.";
    InvalidArgon2Memory = 400 "invalid_argon_2_memory" "Argon2 takes at least 8 KiB for each thread.";
    InvalidArgon2Salt = 400 "invalid_argon_2_salt" "Argon2 has a salt of at least 8 bytes.";
    InvalidArgon2Threads = 400 "invalid_argon_2_threads" "Argon2 has at least one thread.";
    InvalidBase64ScryptHash = 400 "invalid_base64_scrypt_hash" "The hash is not base64.";
    InvalidBase64ScryptSalt = 400 "invalid_base64_scrypt_salt" "The salt is not base64.";
    InvalidScryptNParameter = 400 "invalid_scrypt_n_parameter" "n_parameter is a power of two, from 2 to 262144.";
    InvalidScryptParameters = 400 "invalid_scrypt_parameters" "scrypt cannot do with these parameters.";
    InvalidScryptSaltLength = 400 "invalid_scrypt_salt_length" "The salt is too long or too short.";
    ScryptKeyLengthMismatch = 400 "scrypt_key_length_mismatch" "The hash is not as long as key_length says.";
    InvalidPbkdf2Algorithm = 400 "invalid_pbkdf_2_algorithm" "algorithm is sha256 or sha512.";
    InvalidPbkdf2Hash = 400 "invalid_pbkdf_2_hash" "The hash is not base64.";
    InvalidPbkdf2IterationAmount = 400 "invalid_pbkdf_2_iteration_amount" "PBKDF2 has at least one iteration.";
    InvalidPbkdf2Salt = 400 "invalid_pbkdf_2_salt" "The salt is not base64.";
    Pbkdf2KeyLengthMismatch = 400 "pbkdf_2_key_length_mismatch" "The hash is not as long as key_length says.";
    InvalidMd5Hash = 400 "invalid_md_5_hash" "This is no MD5 in hexadecimal.";
    InvalidSha1Hash = 400 "invalid_sha_1_hash" "This is no SHA-1 in hexadecimal.";
    InvalidSha512Hash = 400 "invalid_sha_512_hash" "This is no SHA-512 in hexadecimal.";
    InvalidPrependSalt = 400 "invalid_prepend_salt" "prepend_salt is too long.";
    InvalidAppendSalt = 400 "invalid_append_salt" "append_salt is too long.";
    InvalidPhpassHashFormat = 400 "invalid_phpass_hash_format" "This is no hash of phpass.";
    InvalidPhpassHashPrefix = 400 "invalid_phpass_hash_prefix" "A hash of phpass begins with $P$ or $H$.";
    PasswordValidationTimeout = 408 "password_validation_timeout" "Verifying this hash takes more time or memory than a login may.";
    MemberPasswordNotFound = 404 "member_password_not_found" "No member of this organization has this password.";
    PasswordAlreadyExists = 400 "password_already_exists" "This email address has a password already.";
    CrossOrgPasswordsEnabled = 400 "cross_org_passwords_enabled" "Passwords of this project are of addresses, in all organizations; use require_reset.";
    CrossOrgPasswordsNotEnabled = 400 "cross_org_passwords_not_enabled" "Passwords of this project are each a member's, in one organization.";
    CannotToggleCrossOrgPasswords = 400 "cannot_toggle_cross_org_passwords_when_password_in_use" "There are passwords in this project, so whose they are cannot be changed.";

    IntermediateSessionNotFound = 404 "intermediate_session_not_found" "There is no such intermediate session, or it has expired. Start the login again.";
    MissingIntermediateSession = 400 "missing_intermediate_session_token" "This call needs an intermediate_session_token.";
    IntermediateSessionWrongOrganization = 400 "invalid_intermediate_session_token_for_organization" "This intermediate session belongs to another organization or another address.";
    SessionNotFound = 404 "session_not_found" "There is no such session; it may have expired or been revoked.";
    InvalidSessionToken = 400 "invalid_session_token" "This is not a session token.";
    UnableToParseSessionJwt = 400 "unable_to_parse_session_jwt" "This is not a session JWT of this project.";
    NoSessionArguments = 400 "no_session_arguments" "Give a session_token or a session_jwt.";
    InvalidCode = 400 "invalid_code" "A code is six digits, as it was sent.";
    OtpCodeNotFound = 404 "otp_code_not_found" "This is not the code that was sent last. Only the newest counts.";
    UnableToAuthOtpCode = 401 "unable_to_auth_otp_code" "This code was used already or has expired. Request another one.";
    TooManySessionArguments = 400 "too_many_session_arguments" "Give only one of session_token, session_jwt and intermediate_session_token.";
    NoSessionRevokeArguments = 400 "no_session_revoke_arguments" "Give one of member_session_id, session_token, session_jwt and member_id.";
    TooManySessionRevokeArguments = 400 "too_many_session_revoke_arguments" "Give only one of member_session_id, session_token, session_jwt and member_id.";
    InvalidSessionDuration = 400 "invalid_session_duration_minutes" "A session lasts 5 to 527040 minutes; browsers may be held to less.";
    CustomClaimsTooLarge = 400 "custom_claims_too_large" "Custom claims take at most 4 KB as JSON.";
    StytchClaimsInCustomClaims = 400 "stytch_claims_in_custom_claims" "Claims that begin with https://stytch.com/ are reserved.";
    SessionOfAnotherMember = 400 "session_on_code_does_not_match_session_passed_in" "This session is another member's, or of another organization.";
    PrimaryAuthenticationFirst = 400 "action_available_only_once_primary_authentication_is_met" "The first factors of this login do not suffice yet: prove one of the methods in primary_required first.";
    RestrictedMfaMethod = 400 "operation_restricted_by_organization_mfa_methods" "The organization does not allow this second factor.";
    InsufficientFactors = 401 "insufficient_factors" "This takes a session in which a second factor was proven.";
    StaleFactors = 401 "stale_factors" "The second factor was proven too long ago. Prove it again in this session.";
    ActiveTotpExists = 400 "active_totp_exists" "The member has an authenticator app already; delete it first.";
    PendingTotpExists = 400 "pending_totp_exists" "The member is registering an authenticator app at the moment; delete that first, or give their session or intermediate session to begin anew.";
    TotpNotFound = 404 "totp_not_found" "The member has no authenticator app.";
    ExpiredTotp = 400 "expired_totp" "This registration was not completed in time. Create another one.";
    InvalidTotpCode = 400 "invalid_totp_code" "A code of an authenticator app has six digits.";
    UnableToAuthenticateTotp = 401 "unable_to_authenticate_totp" "The code is not right. Wait for the next one, and look whether the clock of the device is.";
    TotpCodeAlreadyAuthenticated = 400 "totp_code_already_authenticated" "This code was used already. Wait for the next one.";
    RecoveryCodeUsedAsTotpCode = 400 "recovery_code_used_as_totp_code" "This is a recovery code: recovery_codes/recover takes it.";
    TotpCodeUsedAsRecoveryCode = 400 "totp_code_used_as_recovery_code" "This is a code of an authenticator app: totp/authenticate takes it.";
    InvalidRecoveryCode = 400 "invalid_recovery_code" "Recovery codes have 8 to 64 letters and digits, and there are at most 100, none of them twice.";
    UnableToAuthenticateRecoveryCode = 401 "unable_to_authenticate_recovery_code" "There is no such recovery code, or it was used already.";
    NoRecoveryCodeBackedFactor = 400 "no_active_recovery_code_backed_factor" "The member has no authenticator app, and so no recovery codes.";
    RecoveryCodesNotFound = 404 "recovery_codes_not_found" "The member has no authenticator app, and so no recovery codes.";
    InvalidPasskeyPolicy = 400 "invalid_organization_passkey_policy" "passkey_policy is UNLESS_RESTRICTED, ALLOWED, REQUIRED or NOT_ALLOWED.";
    RestrictedPasskeys = 400 "operation_restricted_by_organization_passkey_policy" "The organization does not allow passkeys.";
    InvalidPasskeyDomain = 400 "invalid_passkey_domain" "This is no domain of the project's pages, so no passkey can be made or used there.";
    InvalidPublicKeyCredential = 400 "invalid_public_key_credential" "public_key_credential is not what the browser gives for these options.";
    WebauthnChallengeNotFound = 401 "webauthn_challenge_not_found" "There is no such challenge, or it was answered already, or it is more than 5 minutes old. Start again.";
    UnableToAuthenticateWebauthn = 401 "unable_to_authenticate_webauthn" "This passkey opens nothing here: it is not known, or what it has signed does not hold.";
    WebauthnRegistrationNotFound = 404 "webauthn_registration_not_found" "The member has no such passkey.";
    DuplicateWebauthnRegistration = 400 "duplicate_webauthn_registration" "This passkey is registered already.";
    TooManyWebauthnRegistrations = 400 "too_many_webauthn_registrations" "A member has at most 20 passkeys; delete one first.";
    InvalidWebauthnRegistrationName = 400 "invalid_webauthn_registration_name" "The name of a passkey is one line of 1 to 128 characters.";
    InvalidTextLocale = 400 "invalid_locale" "The locale of a text message is one of en, es, pt-br, fr, it, de-DE, zh-Hans, ca-ES, ja, ru, nl, pl, tr, fa, vi, cs.";
    InvalidPhoneNumberCountryCode = 400 "invalid_phone_number_country_code" "The project sends no text messages to the country of this phone number.";
    MemberPhoneNumberNotFound = 404 "member_phone_number_not_found" "The member has no phone number.";
    UnableToAuthImpersonationToken = 401 "unable_to_auth_impersonation_token" "This impersonation token is not valid: it was used, or is more than 5 minutes old. Begin again on the dashboard.";
    MemberImpersonationNotAllowed = 400 "member_impersonation_not_allowed" "Nobody may act in this member's place: the project does not allow it, or the member is not active.";
    InvalidImpersonationReason = 400 "invalid_impersonation_reason" "The reason for acting in a member's place is one line of 1 to 500 characters.";
    UserLockLimitReached = 429 "user_lock_limit_reached" "This member is locked after too many failed attempts.";

    RbacRoleDuplicate = 400 "rbac_role_duplicate" "Two roles have the same role_id.";
    InvalidRbacRoleId = 400 "invalid_rbac_role_id" "A role_id has 1 to 128 characters: letters, digits, and . _ - :";
    EmptyRbacRoleId = 400 "empty_rbac_role_id" "A role has a role_id.";
    InvalidRbacCustomRole = 400 "invalid_rbac_custom_role" "An organization's role cannot have the role_id of a role of the project.";
    InvalidRbacRoleEdit = 400 "invalid_rbac_stytch_role_edit" "The default roles cannot be removed or renamed.";
    InvalidPermissionResource = 400 "invalid_permission_resource" "A permission names a resource that the project's policy does not have.";
    InvalidPermissionAction = 400 "invalid_permission_action" "A permission names an action that its resource does not have.";
    RbacPermissionMissingActions = 400 "rbac_permission_missing_actions" "A permission lists at least one action.";
    WildcardWithOtherActions = 400 "cannot_specify_wildcard_with_other_actions" "The action * stands alone.";
    RbacDescriptionTooLong = 400 "rbac_description_too_long" "A description has at most 1024 characters.";
    TooManyRoles = 400 "too_many_roles" "A policy has at most 100 roles.";
    RbacResourceDuplicate = 400 "rbac_resource_duplicate" "Two resources have the same resource_id.";
    RbacActionDuplicate = 400 "rbac_action_duplicate" "An action is listed twice.";
    RbacResourceMissingActions = 400 "rbac_resource_missing_actions" "A resource lists at least one action.";
    InvalidStytchPrefixedResource = 400 "invalid_stytch_prefixed_resource" "A custom resource_id cannot begin with stytch.";

    OperatorUnauthenticated = 401 "operator_unauthenticated" "Nobody is signed in to the dashboard, or no longer. Sign in at /dashboard/sign-in.";
    OperatorNotFound = 404 "operator_not_found" "There is no such operator. On the server, guildhall operator list shows those that there are.";
    DuplicateOperator = 409 "duplicate_operator" "There is an operator with this address already. guildhall operator reset gives them another password.";
    ProjectNotFound = 404 "project_not_found" "There is no such project. On the server, guildhall project list shows those that there are.";
    InvalidProjectName = 400 "invalid_project_name" "A project name has 1 to 128 characters.";
}

impl ApiError {
    /// This error with a sentence that says more about the case at hand.
    pub fn because(self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::Api(self, Some(message.into()))
    }

    /// The first error of the table with this `error_type`.
    pub fn of_type(error_type: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|error| error.error_type() == error_type)
    }
}

/// What becomes of a transaction that came to this: a refusal that is kept is committed, and is an answer afterwards.
///
/// # Errors
/// All others, which are rolled back.
pub fn keep<T>(result: Result<T>) -> Result<Result<T>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Kept(error, message)) => Ok(Err(Error::Api(error, message))),
        Err(error) => Err(error),
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Error::Api(error, None)
    }
}

impl From<database::Error> for Error {
    fn from(error: database::Error) -> Self {
        match error {
            database::Error::Conflict => Error::Conflict,
            database::Error::Unavailable(cause) | database::Error::NoSpace(cause) => Error::Unavailable(cause),
            database::Error::TooSlow(_) => Error::TooMany(TOO_SLOW.into(), 1),
            other => Error::Internal(Box::new(other)),
        }
    }
}

const TOO_SLOW: &str = "Too much would have to be searched now. Try again, or search with a narrower query.";
