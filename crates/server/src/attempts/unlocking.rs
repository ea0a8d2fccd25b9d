//! What the link does that a locked member is mailed. It leads to a page of this server, whose button ends the lock.

use super::{Target, lock};
use crate::members::{self, Member};
use crate::one_time_tokens::{self, OneTimeToken, Purpose};
use crate::organizations::{self, Organization};
use crate::projects;
use crate::redirect_urls;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::keys::token::{Token, TokenKind};
use foundation::project::Project;
use std::sync::Arc;

/// For the page behind the link.
#[derive(Default)]
pub(crate) struct Unlocking {
    project: Option<Arc<Project>>,
    /// Whose lock the link ends; `None` when the link is unknown, used or expired.
    found: Option<(OneTimeToken, Organization, Member)>,
    /// Where the app is.
    pub(crate) app: Option<String>,
}

impl Unlocking {
    pub(crate) fn is_possible(&self) -> bool {
        self.found.is_some()
    }
    pub(crate) fn project(&self) -> Option<&Project> {
        self.project.as_deref()
    }
    pub(crate) fn organization(&self) -> Option<&Organization> {
        self.found.as_ref().map(|(_, organization, _)| organization)
    }
}

/// Looks a link up without using it.
pub(crate) fn unlocking(tx: &mut Tx, app: &App, public_token: &str, token: &str, now: Timestamp) -> Result<Unlocking> {
    let mut unlocking = Unlocking::default();
    let Some(project) = projects::by_public_token(app, tx, public_token)? else { return Ok(unlocking) };
    unlocking.app = redirect_urls::app_of_project(tx, app, &project)?;
    unlocking.found = find(tx, app, &project, token, now)?;
    unlocking.project = Some(project);
    Ok(unlocking)
}

fn find(
    tx: &mut Tx,
    app: &App,
    project: &Project,
    token: &str,
    now: Timestamp,
) -> Result<Option<(OneTimeToken, Organization, Member)>> {
    let Some(token) = Token::parse(TokenKind::Unlock, token) else { return Ok(None) };
    let link = one_time_tokens::look_up(tx, project, TokenKind::Unlock, &token, &token.hash(app.keys()))?;
    let Some(link) = link.filter(|link| link.is_usable(now)) else { return Ok(None) };
    let (Some(id), Some(member)) = (link.organization_id(), &link.member_id) else { return Ok(None) };
    let Some(organization) = organizations::find_by_id(tx, project, &id)? else { return Ok(None) };
    let member = members::find_any(tx, &organization, member)?;
    let member = member.filter(|member| member.email_address == link.email && !link.has_ended_with_all_of(member));
    Ok(member.map(|member| (link, organization, member)))
}

/// Uses the link up: what it is for is accepted again. Whether it could be.
pub(crate) fn unlock(tx: &mut Tx, cx: &Cx, unlocking: &mut Unlocking) -> Result<bool> {
    let (Some(project), Some((link, organization, member))) = (&unlocking.project, &mut unlocking.found) else {
        return Ok(false);
    };
    let cx = cx.of_browser(project.clone());
    one_time_tokens::consume(tx, &cx, link)?;
    let second = link.purpose == Purpose::UnlockSecond;
    lock::end(tx, &cx, organization, member, |target| matches!(target, Target::Second { .. }) == second)?;
    Ok(true)
}
