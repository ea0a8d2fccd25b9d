//! What a key is used for.

macro_rules! purposes {
    ($($(#[doc = $doc:literal])* $name:ident = $label:literal;)*) => {
        /// What a key is used for; each has its own label and so its own key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Purpose { $($(#[doc = $doc])* $name),* }
        impl Purpose {
            /// All of them, in the order of their discriminants.
            pub const ALL: &[Purpose] = &[$(Purpose::$name),*];
            /// The label that separates it (the `info` of RFC 5869).
            pub fn label(self) -> &'static [u8] {
                match self { $(Purpose::$name => $label.as_bytes()),* }
            }
        }
    };
}

purposes! {
    /// The stored hash of a project secret.
    ProjectSecret = "project secret";
    /// The stored hash of a session, intermediate session or one-time token.
    Token = "token";
    /// The stored hash of a code by mail, with all that it is bound to.
    EmailCode = "email code";
    /// The secret part of a session token, derived from the session's id.
    SessionToken = "session token";
    /// The authentication code of a pagination cursor.
    Cursor = "cursor";
    /// The private key that signs session JWTs.
    SigningKey = "signing key";
    /// The stored hash of a code by text message, with all that it is bound to.
    SmsCode = "sms code";
    /// The id of a member's phone number, derived from it.
    PhoneNumberId = "phone number id";
    /// The secret of an authenticator app, with its recovery codes.
    SecondFactor = "second factor";
    /// The secrets of an SSO connection: of the client, and private keys.
    SsoConnection = "sso connection";
    /// What a login by SSO shows to be in one browser, to the provider, and in its requests: derived from the login's state.
    SsoLogin = "sso login";
    /// The stored hash of what an identity provider calls a person, or an assertion.
    SsoIdentity = "sso identity";
    /// The secret of a client at an OAuth provider.
    OauthProvider = "oauth provider";
    /// What a login at an OAuth provider shows to be in one browser, and to the provider: derived from the login's state.
    OauthLogin = "oauth login";
    /// The stored hash of what an OAuth provider calls a person.
    OauthIdentity = "oauth identity";
    /// What an OAuth provider has said in a login, with its tokens, until the app takes it.
    OauthArrival = "oauth arrival";
    /// An OAuth provider's tokens for a member's account there.
    OauthTokens = "oauth tokens";
    /// A message in the outbox.
    OutboxBody = "outbox body";
}
