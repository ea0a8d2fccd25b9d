//! The kinds of mail, what each is told, and what comes out.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::brand::Brand;

/// The kinds of mail this server writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// A sign-in link for a member who exists.
    Login,
    /// A sign-in link for a member who is being created.
    Signup,
    /// Someone asked this person to join an organization.
    Invite,
    /// A link that shows which organizations this address can enter.
    Discovery,
    /// A new address has to be confirmed before it replaces the old one.
    EmailUpdate,
    /// Tells the old address that a new one has replaced it.
    EmailChanged,
    /// A link to set a password, and one to log in without.
    PasswordReset,
    /// Tells somebody that their password was changed.
    PasswordChanged,
    /// Tells somebody that a second factor was set up for them.
    SecondFactorAdded,
    /// Tells somebody that a second factor of theirs was removed.
    SecondFactorRemoved,
    /// Tells somebody that one of their recovery codes was used.
    RecoveryCodeUsed,
    /// Too many proofs have failed; the link ends the lock.
    Locked,
    /// A code to sign in with, for a member who exists.
    LoginCode,
    /// A code to sign in with, for a member who is being created.
    SignupCode,
    /// A code that shows which organizations this address can enter.
    DiscoveryCode,
    /// A code that confirms a new address.
    EmailUpdateCode,
    /// Tells an administrator that a certificate of single sign-on is about to end.
    CertificateEnding,
}

impl Template {
    /// Every kind, for checks that must not forget one.
    pub const ALL: [Self; 17] = [
        Self::Login,
        Self::Signup,
        Self::Invite,
        Self::Discovery,
        Self::EmailUpdate,
        Self::EmailChanged,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::SecondFactorAdded,
        Self::SecondFactorRemoved,
        Self::RecoveryCodeUsed,
        Self::Locked,
        Self::LoginCode,
        Self::SignupCode,
        Self::DiscoveryCode,
        Self::EmailUpdateCode,
        Self::CertificateEnding,
    ];

    /// Whether it is about a code, and has no link.
    pub fn is_of_code(self) -> bool {
        matches!(self, Self::LoginCode | Self::SignupCode | Self::DiscoveryCode | Self::EmailUpdateCode)
    }

    /// Whether it tells of what has happened, and need not lead anywhere.
    pub(crate) fn is_notice(self) -> bool {
        matches!(
            self,
            Self::EmailChanged
                | Self::PasswordChanged
                | Self::SecondFactorAdded
                | Self::SecondFactorRemoved
                | Self::RecoveryCodeUsed
                | Self::CertificateEnding
        )
    }

    /// What it is for, in a few words.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Login => "a link to sign in, for an active member",
            Self::Signup => "a link to sign in, for somebody who becomes a member",
            Self::Invite => "an invitation",
            Self::Discovery => "a link to sign in and choose an organization",
            Self::EmailUpdate => "a link that confirms a new address",
            Self::EmailChanged => "tells the old address that it was replaced",
            Self::PasswordReset => "a link to set a password",
            Self::PasswordChanged => "tells a member that their password was changed",
            Self::SecondFactorAdded => "tells a member that a second factor was set up for them",
            Self::SecondFactorRemoved => "tells a member that a second factor was removed",
            Self::RecoveryCodeUsed => "tells a member that a recovery code was used",
            Self::Locked => "tells a member that their account is locked, with a link that unlocks it",
            Self::LoginCode => "a code to sign in, for an active member",
            Self::SignupCode => "a code to sign in, for somebody who becomes a member",
            Self::DiscoveryCode => "a code to sign in and choose an organization",
            Self::EmailUpdateCode => "a code that confirms a new address",
            Self::CertificateEnding => "tells an administrator that a certificate of single sign-on is about to end",
        }
    }

    /// The name that the files of this kind bear.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Signup => "signup",
            Self::Invite => "invite",
            Self::Discovery => "discovery",
            Self::EmailUpdate => "email_update",
            Self::EmailChanged => "email_changed",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorAdded => "second_factor_added",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::Locked => "locked",
            Self::LoginCode => "login_code",
            Self::SignupCode => "signup_code",
            Self::DiscoveryCode => "discovery_code",
            Self::EmailUpdateCode => "email_update_code",
            Self::CertificateEnding => "certificate_ending",
        }
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|template| template.name() == name)
            .ok_or_else(|| format!("no mail is called {name}; there are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// What a mail is about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The product that the reader knows.
    pub project_name: String,
    /// The organization, where the mail concerns one.
    pub organization_name: Option<String>,
    /// The reader's name, where it is known.
    pub member_name: Option<String>,
    /// Who invites the reader, where somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<Inviter>,
    /// How the mail looks.
    #[serde(default, skip_serializing_if = "Brand::is_none")]
    pub brand: Brand,
    /// The link, with its token in it, where there is one to follow.
    pub link: Option<String>,
    /// A link to log in without a password, beside one to set it.
    #[serde(default)]
    pub login_link: Option<String>,
    /// How long the link works.
    pub expires_in_minutes: i64,
    /// The code, where there is one to enter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The name of a connection to an identity provider, where the mail is about one that has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_name: Option<String>,
}

/// A member who invites somebody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inviter {
    /// What they call themselves.
    pub name: Option<String>,
    /// Their address, which says more than a name that anybody may choose.
    pub email: String,
}

/// A code to enter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Its digits, with nothing between them, so that they can be copied.
    pub digits: String,
    /// How long it works.
    pub expires_in_minutes: i64,
}

/// A rendered mail.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The one address it goes to.
    pub to: String,
    /// The subject, a single line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The plain part.
    pub text: String,
}

// A link and a code are credentials until they are used, so no type prints one.

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("project_name", &self.project_name)
            .field("organization_name", &self.organization_name)
            .field("expires_in_minutes", &self.expires_in_minutes)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Code").field("expires_in_minutes", &self.expires_in_minutes).finish_non_exhaustive()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Message").field("to", &self.to).field("subject", &self.subject).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_is_the_wire_name() {
        for template in Template::ALL {
            assert_eq!(serde_json::to_value(template).unwrap(), template.name());
        }
    }

    #[test]
    fn debug_output_carries_no_link_and_no_code() {
        let link = "https://acme.example/?token=hush".to_owned();
        let message =
            Message { to: "a@b.example".into(), subject: "Hi".into(), html: link.clone(), text: link.clone() };
        let context = Context {
            project_name: "Acme".into(),
            organization_name: None,
            member_name: None,
            inviter: None,
            brand: Brand::default(),
            link: Some(link.clone()),
            login_link: Some(link),
            expires_in_minutes: 60,
            code: Some(Code { digits: "hush".into(), expires_in_minutes: 10 }),
            connection_name: None,
        };
        assert!(!format!("{message:?} {context:?} {:?}", context.code).contains("hush"));
    }
}
