//! What follows when a second factor was proven.

use super::holder::{Begun, HolderInput, require_enrolment};
use super::notice;
use crate::actor::Ambient;
use crate::factors::Factor;
use crate::login::{self, Evidence, Outcome};
use crate::members::{self, Member};
use crate::organizations::{MfaMethod, MfaPolicy, Organization};
use crate::sessions::{Terms, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::wire_enum;
use schemars::JsonSchema;
use serde::Deserialize;

wire_enum! {
    /// Whether the member is to be asked for a second factor from now on.
    pub(crate) Enrollment(InvalidArgument) {
        /// They are.
        Enroll = "enroll",
        /// They are not, as far as the organization lets them.
        Unenroll = "unenroll",
    }
}

/// What every way to prove a second factor takes, besides the proof.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct CompletingInput {
    #[serde(flatten)]
    holder: HolderInput,
    #[serde(flatten)]
    terms: TermsInput,
}

/// What is to become of the factor that was proven.
#[derive(Default, Deserialize, JsonSchema)]
pub(crate) struct Wishes {
    /// Nothing changes where the organization asks everybody for a second factor: whoever proves one is enrolled.
    set_mfa_enrollment: Option<Enrollment>,
    /// Whether this becomes the method that is asked for first. The first one that is proven is.
    set_default_mfa: Option<bool>,
}

/// A member who is about to prove a second factor.
pub(crate) struct Completing {
    pub(crate) organization: Organization,
    pub(crate) member: Member,
    pub(crate) begun: Begun,
    terms: Terms,
}

impl CompletingInput {
    /// The member, if they have come far enough.
    pub(crate) fn begin(self, tx: &mut Tx, cx: &Cx, ambient: &Ambient) -> Result<Completing> {
        let terms = self.terms.check(cx)?;
        let (organization, member, begun) = self.holder.required(tx, cx, ambient)?;
        Ok(Completing { organization, member, begun, terms })
    }
}

impl Completing {
    /// Whether the member may set up what they are about to prove.
    ///
    /// # Errors
    /// [`ENROL`](super::holder::ENROL).
    pub(super) fn require_enrolment(&self, method: MfaMethod) -> Result<()> {
        require_enrolment(&self.organization, &self.member, Some(&self.begun), method)
    }

    /// The member has proven a factor that they have, or have just set up as `set_up` says: the login or the session goes on.
    pub(crate) fn finish(
        mut self,
        tx: &mut Tx,
        cx: &Cx,
        factor: Factor,
        set_up: impl FnOnce(&mut Member),
        wishes: Wishes,
    ) -> Result<Outcome> {
        let before = self.member.clone();
        set_up(&mut self.member);
        if factor.is_second() {
            enrol(&self.organization, &mut self.member, factor.second_method(), &wishes);
        }
        members::save(tx, cx, "member.update", &self.organization, &before, &mut self.member)?;
        notice::tell_of_change(tx, cx, &self.organization, &before, &self.member)?;
        let (intermediate, session) = match self.begun {
            Begun::Login(intermediate) => (Some(intermediate), None),
            Begun::Session(session) => (None, Some(*session)),
        };
        let evidence = Evidence { factors: vec![factor], intermediate, session, ..Evidence::default() };
        login::finish(tx, cx, self.organization, self.member, evidence, self.terms)
    }
}

impl Wishes {
    /// Whether the member is to be asked for a second factor, and nothing else.
    pub(crate) fn enrolling(set_mfa_enrollment: Option<Enrollment>) -> Self {
        Self { set_mfa_enrollment, set_default_mfa: None }
    }
}

/// A passkey is no method that could be the default one: the browser offers it by itself.
fn enrol(organization: &Organization, member: &mut Member, method: Option<MfaMethod>, wishes: &Wishes) {
    member.mfa_enrolled = match (organization.settings.mfa_policy, wishes.set_mfa_enrollment) {
        (MfaPolicy::RequiredForAll, _) | (_, Some(Enrollment::Enroll)) => true,
        (MfaPolicy::Optional, Some(Enrollment::Unenroll)) => false,
        (MfaPolicy::Optional, None) => member.mfa_enrolled,
    };
    let Some(method) = method else { return };
    if (wishes.set_default_mfa == Some(true) || member.default_mfa_method.is_empty()) && member.has_mfa_method(method) {
        member.default_mfa_method = method.as_str().to_owned();
    }
}
