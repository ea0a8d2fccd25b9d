//! What an administrator can do about a refusal. Why it was refused says which values were seen; this is where to turn.

use foundation::error::ApiError;

/// One sentence; empty where the person only has to begin anew.
pub(crate) fn remedy(error: ApiError) -> &'static str {
    match error {
        ApiError::InvalidAudienceSamlResponse => {
            "Enter the connection's audience_uri as entity ID (audience), and its acs_url, at the identity provider."
        }
        ApiError::SamlCertificateMismatch => {
            "Add the certificate that the identity provider signs with now (x509_certificate), or have its metadata read again."
        }
        ApiError::InvalidSignatureSamlResponse => {
            "Compare the certificate with the identity provider's; if that signs with SHA-1, have it take SHA-256."
        }
        ApiError::MissingSignatureSamlResponse => {
            "Have the identity provider sign the response, the assertion, or both."
        }
        ApiError::ExpiredSamlResponse | ApiError::NotYetValidSamlResponse => {
            "Set the clocks of both servers; a backend can allow for a wrong one with clock_skew_seconds, 600 at most."
        }
        ApiError::InvalidSamlResponseEmail | ApiError::OidcResponseEmailMissing => {
            "Set attribute_mapping: email to what is listed and has the address, or have the identity provider send it."
        }
        ApiError::OidcResponseUnverifiedEmail => {
            "Have the provider say email_verified, or let people in who log in another way first."
        }
        ApiError::InvalidSamlResponse => {
            "Compare the connection's idp_entity_id, acs_url and audience_uri with what is set at the identity provider."
        }
        ApiError::FailedSamlResponse => {
            "Look into the identity provider's log; often the person is not assigned to the application there."
        }
        ApiError::OidcAuthCodeError => {
            "Look at client_id, client_secret and the provider's redirect URL for this application; or into its log."
        }
        ApiError::OidcInvalidIdToken => "Compare issuer and client_id with the provider's, and the clocks.",
        ApiError::OidcInvalidUserinfo | ApiError::OidcResponseSubjectMismatch => {
            "Compare userinfo_url with what the provider's configuration says."
        }
        ApiError::InvalidConnectionForJit => {
            "Invite the person, or let the organization take in people by this connection (sso_jit_provisioning)."
        }
        ApiError::InvalidEmailForJit | ApiError::EmailDomainIsClaimed => {
            "Invite the person, or list their domain in the organization's email_allowed_domains."
        }
        ApiError::RestrictedAuthMethod => "Allow sso among the organization's allowed_auth_methods.",
        ApiError::MissingSamlCsrfCookie | ApiError::MissingOidcCsrfCookie => {
            "If it happens to everybody: logins have to begin at the host of --public-url, with https."
        }
        ApiError::SamlIdpInitiatedAuthDisabled => {
            "Take the application out of the identity provider's portal, or clear idp_initiated_auth_disabled."
        }
        ApiError::MissingSamlResponse => {
            "Have the identity provider POST its response to the connection's acs_url, in the field SAMLResponse."
        }
        ApiError::InvalidXmlSamlResponse => {
            "Look at the identity provider's settings for this application: it has to answer with a SAML 2.0 response."
        }
        ApiError::MissingOidcStateParam | ApiError::OidcInvalidCallbackRequest => {
            "Compare issuer with the provider's; it has to send back the state of the login, and its own issuer if any."
        }
        ApiError::RequiresActiveSsoConnection => {
            "Look at what the connection lacks (guildhall sso explain), and whether the organization still has it."
        }
        _ => "",
    }
}
