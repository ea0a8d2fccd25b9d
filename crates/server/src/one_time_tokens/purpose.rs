//! What one-time tokens are for.

/// What a token is good for. It is accepted for nothing else (threat T-32).
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
}

impl Purpose {
    const ALL: &[Purpose] = &[Purpose::Login, Purpose::Invite, Purpose::EmailUpdate, Purpose::Discovery];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Purpose::Login => "login",
            Purpose::Invite => "invite",
            Purpose::EmailUpdate => "email_update",
            Purpose::Discovery => "discovery",
        }
    }

    /// `None` for one that only a newer program has.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|purpose| purpose.as_str() == text)
    }
}
