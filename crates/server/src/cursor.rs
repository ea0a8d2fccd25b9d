//! Pagination cursors: opaque to clients, authenticated with a key of this installation, and typed, so that a cursor
//! can neither be made up nor used for another listing or project (threat T-66).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use foundation::app::App;
use foundation::error::{ApiError, Result};
use foundation::id::ProjectId;
use foundation::keys::{Purpose, equal};

/// What a cursor pages through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Listing {
    Organizations,
    Members,
    AuditEvents,
    ScimGroups,
}

impl Listing {
    fn label(self) -> &'static str {
        match self {
            Listing::Organizations => "organizations",
            Listing::Members => "members",
            Listing::AuditEvents => "audit events",
            Listing::ScimGroups => "scim groups",
        }
    }
}

/// Writes and reads cursors.
pub(crate) struct Cursor;

impl Cursor {
    /// A cursor that goes on after the row with this key.
    pub(crate) fn write(app: &App, project: &ProjectId, listing: Listing, last: &str) -> String {
        let mac = mac(app, project, listing, last);
        URL_SAFE_NO_PAD.encode([&mac[..16], last.as_bytes()].concat())
    }

    /// The key that a cursor goes on after; `None` for the first page.
    pub(crate) fn read(app: &App, project: &ProjectId, listing: Listing, text: Option<&str>) -> Result<Option<String>> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
        let bad = || ApiError::InvalidArgument.because("This cursor was not given out for this listing.");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let (given, last) = bytes.split_at_checked(16).ok_or_else(bad)?;
        let last = String::from_utf8(last.to_vec()).map_err(|_| bad())?;
        if equal(given, &mac(app, project, listing, &last)[..16]) { Ok(Some(last)) } else { Err(bad()) }
    }
}

fn mac(app: &App, project: &ProjectId, listing: Listing, last: &str) -> [u8; 32] {
    app.keys().hash(Purpose::Cursor, format!("{}\0{project}\0{last}", listing.label()).as_bytes())
}
