//! Who may use the doors of a twin: programs on this machine.

use crate::pages::is_of_this_machine;
use database::Tx;
use foundation::app::App;
use foundation::cx::Via;
use foundation::error::{ApiError, Result};
use foundation::project::Project;
use frame::{Caller, Dialect, Head, Identified};
use std::sync::Arc;

/// A program on this machine, which needs no credential. A page in a browser on it is none, wherever it comes from: the
/// developer's browser has pages of others open, too (threat T-78).
pub(super) struct Developer;

impl Caller for Developer {
    const NAME: &'static str = "developer";
    const ERRORS: &'static [ApiError] = &[ApiError::UnauthorizedAction];

    fn identify(app: &App, _tx: &mut Tx, head: &Head) -> Result<Identified<Self>> {
        identify(app, head)
    }

    fn remembered(app: &App, head: &Head) -> Option<Result<Identified<Self>>> {
        Some(identify(app, head))
    }

    fn security(_dialect: Dialect) -> &'static [&'static [&'static str]] {
        &[]
    }
}

fn identify(app: &App, head: &Head) -> Result<Identified<Developer>> {
    if !is_of_this_machine(app, head) {
        return Err(ApiError::UnauthorizedAction.because(
            "What is below /dev is for programs on this machine: ask 127.0.0.1 or localhost for it, and through no proxy.",
        ));
    }
    if is_of_page(head) {
        return Err(ApiError::UnauthorizedAction.because(
            "What is below /dev is not for pages in a browser: ask for it from the program that runs the tests.",
        ));
    }
    let project = Arc::new(Project::none());
    Ok(Identified { caller: Developer, project, via: Via::Backend, acting: None, keeps_cookies: false })
}

/// Whether a page sends the request. Browsers say so themselves, and no page can keep them from it (Fetch, section 3.2; Fetch
/// Metadata, section 2.4). What a person types into the address line is of no page.
fn is_of_page(head: &Head) -> bool {
    let site = head.header("sec-fetch-site");
    head.headers.contains_key("origin") || site.is_some_and(|site| site != "none")
}
