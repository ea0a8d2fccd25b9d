//! What is mailed is for.

use foundation::keys::token::TokenKind;

/// What a token or a code is good for. It is accepted for nothing else (threat T-32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Log in to one organization, as a member who exists.
    Login,
    /// Accept an invitation.
    Invite,
    /// Prove a new address.
    EmailUpdate,
    /// Prove an address, to see which organizations are open to it.
    Discovery,
    /// Set a member's password.
    PasswordReset,
    /// Set the password of an address, which is the same in all organizations.
    DiscoveryPasswordReset,
    /// Have passwords and codes accepted again after too many failed. It logs nobody in.
    UnlockPrimary,
    /// The same for second factors.
    UnlockSecond,
    /// Have an app take over what was proven on our own pages.
    Handover,
    /// Act in a member's place, as an operator.
    Impersonation,
}

impl Purpose {
    const ALL: &[Purpose] = &[
        Purpose::Login,
        Purpose::Invite,
        Purpose::EmailUpdate,
        Purpose::Discovery,
        Purpose::PasswordReset,
        Purpose::DiscoveryPasswordReset,
        Purpose::UnlockPrimary,
        Purpose::UnlockSecond,
        Purpose::Handover,
        Purpose::Impersonation,
    ];

    /// The kind of token that is mailed for it.
    pub(super) fn kind(self) -> TokenKind {
        match self {
            Purpose::Login | Purpose::Invite | Purpose::EmailUpdate | Purpose::Handover => TokenKind::MagicLink,
            Purpose::Discovery => TokenKind::Discovery,
            Purpose::PasswordReset => TokenKind::PasswordReset,
            Purpose::DiscoveryPasswordReset => TokenKind::DiscoveryPasswordReset,
            Purpose::UnlockPrimary | Purpose::UnlockSecond => TokenKind::Unlock,
            Purpose::Impersonation => TokenKind::Impersonation,
        }
    }

    /// Whether a password is set with it.
    pub(crate) fn is_password_reset(self) -> bool {
        matches!(self, Purpose::PasswordReset | Purpose::DiscoveryPasswordReset)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Purpose::Login => "login",
            Purpose::Invite => "invite",
            Purpose::EmailUpdate => "email_update",
            Purpose::Discovery => "discovery",
            Purpose::PasswordReset => "password_reset",
            Purpose::DiscoveryPasswordReset => "discovery_password_reset",
            Purpose::UnlockPrimary => "unlock_primary",
            Purpose::UnlockSecond => "unlock_second",
            Purpose::Handover => "handover",
            Purpose::Impersonation => "impersonation",
        }
    }

    /// `None` for one that only a newer program has.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|purpose| purpose.as_str() == text)
    }
}
