//! Who asks: a browser in which a setup link was opened.

use super::acting::acting;
use super::session::{self, Found};
use super::{Purpose, SetupLink};
use crate::organizations::{self, Organization, OrganizationRef};
use database::Tx;
use foundation::app::App;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Result};
use foundation::keys::token::Token;
use frame::{Caller, Dialect, Head, Identified};

/// A browser with an opened link. What it may do is what the link is for, in the link's organization (threats T-01, T-70).
#[derive(Clone)]
pub(crate) struct SetupCaller {
    pub(crate) link: SetupLink,
    /// As it was when the request came.
    pub(crate) organization: Organization,
    /// That of the browser's session.
    pub(crate) token: Token,
}

impl SetupCaller {
    /// Refuses what the link is not for.
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub(crate) fn require(&self, purpose: Purpose) -> Result<()> {
        match self.link.is_for(purpose) {
            true => Ok(()),
            false => Err(ApiError::UnauthorizedAction.because(format!(
                "This setup link is not for {}. Ask whoever sent it for another one.",
                purpose.as_str()
            ))),
        }
    }

    /// The name by which operations find the organization.
    pub(crate) fn organization_ref(&self) -> OrganizationRef {
        OrganizationRef::from(self.organization.organization_id.to_string())
    }

    /// The organization as it is in this transaction.
    ///
    /// # Errors
    /// `setup_link_required` where it is gone.
    pub(crate) fn find_organization(&self, tx: &mut Tx, cx: &Cx) -> Result<Organization> {
        let found = organizations::find_by_id(tx, cx.project(), &self.organization.organization_id)?;
        found.ok_or(ApiError::SetupLinkRequired.into())
    }
}

impl Caller for SetupCaller {
    const NAME: &'static str = "setup_link";
    const ERRORS: &'static [ApiError] = &[ApiError::SetupLinkRequired];

    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Identified<Self>> {
        let found = session::find(tx, app, head, head.now)?.ok_or(ApiError::SetupLinkRequired)?;
        let Found { project, organization, link, token } = found;
        let (acting, via) = (acting(tx, &project, &organization, &link)?, Via::SetupLink(link.setup_link_id.uuid()));
        let caller = Self { link, organization, token };
        Ok(Identified { caller, project, via, acting: Some(acting), keeps_cookies: false })
    }

    fn security(_dialect: Dialect) -> &'static [&'static [&'static str]] {
        &[]
    }
}
