//! The groups of operations, each a page of the reference.

/// A group: the subject of its operations, its name, and what it is about.
pub(super) struct Group {
    pub(super) subject: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
}

macro_rules! groups {
    ($($subject:literal $name:literal $about:literal;)*) => {
        /// All of them, in the order in which an app needs them.
        pub(super) const GROUPS: &[Group] = &[$(Group { subject: $subject, name: $name, about: $about }),*];
    };
}

groups! {
    "organizations" "Organizations" "Tenants: who they are, who may join them, and how their members log in.";
    "members" "Members" "The accounts of people, each in one organization.";
    "sessions" "Sessions" "What a login ends in: to check, to prolong, to switch, to end.";
    "discovery" "Discovery" "For people who have shown who they are and not yet said where they want to go.";
    "magic_links" "Magic links" "Logging in, being invited and joining by a link in a mail.";
    "email_codes" "Codes by mail" "Logging in by six digits in a mail.";
    "passwords" "Passwords" "Logging in with a password, setting one, and bringing hashes along.";
    "oauth" "OAuth" "Logging in with an account at Google, Microsoft, GitHub, Slack, HubSpot or another OpenID Connect provider.";
    "sso" "SSO" "Logging in at an organization's identity provider, and what all connections have in common.";
    "sso_saml" "SSO by SAML" "Connections to identity providers that speak SAML 2.0.";
    "sso_oidc" "SSO by OpenID Connect" "Connections to OpenID Connect providers.";
    "sso_external" "SSO of another organization" "Connections that stand for another organization's.";
    "scim_connection" "Directory sync" "Connections of directories that speak SCIM 2.0: their tokens, groups, and the roles that groups give.";
    "setup_links" "Setup links" "Links with which an organization's IT person sets up single sign-on and the rest, without an account.";
    "branding" "Branding" "Logo and colors of the project, and of organizations in their place, on pages and in mails.";
    "otps" "Codes by text message" "A second factor: six digits by text message.";
    "totp" "Authenticator apps" "A second factor: the code that an app on the person's telephone shows.";
    "recovery_codes" "Recovery codes" "For people who have lost their authenticator app.";
    "webauthn" "Passkeys" "Logging in with a passkey, as a first or a second factor: registering, using, naming and removing them.";
    "impersonation" "Impersonation" "Sessions in which an operator acts in a member's place, to see what they see.";
    "rbac" "Roles" "What there is to be allowed, and which role allows it.";
    "audit" "Audit log" "Who did what, when, to whom.";
    "projects" "Projects" "The project itself: what its credentials are, what its login pages have to know, how large it is.";
    "admin_portal" "Admin portal" "What the prebuilt admin portal shows.";
    "telemetry" "Telemetry" "What the SDK for browsers sends of itself.";
}

/// The group with this subject.
pub(super) fn of_subject(subject: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.subject == subject)
}
