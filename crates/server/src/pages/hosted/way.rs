//! What the addresses of these pages say.

use crate::one_time_tokens::pkce::Challenge;
use crate::redirect_urls::Asked;
use foundation::text::OrEmpty;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where somebody comes from, and where they go on to. It stands in the address of every page, so nothing of it is lost, whatever
/// browser a mailed link is opened in.
#[derive(Clone, Default, Deserialize, Serialize, JsonSchema)]
pub(super) struct Way {
    /// The public token of the project; not needed where there is only one.
    pub(super) public_token: Option<String>,
    /// The slug of the organization to sign in to.
    pub(super) organization: Option<String>,
    /// Where the app takes over; a registered URL of the flow `login`. Without one the account page is where one gets to.
    #[schemars(with = "Option<Asked>")]
    pub(super) redirect_url: Option<String>,
    /// PKCE: the SHA-256 of a verifier that the app keeps, as base64url. With it the token works only for that app.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pub(super) pkce_code_challenge: Option<String>,
    /// What the app gets back as it is.
    pub(super) state: Option<String>,
    /// So many minutes old may the last proof be; with an older one the person proves again who they are.
    #[schemars(range(min = 1))]
    pub(super) max_age_minutes: Option<i64>,
    /// The language of the pages, the mails and the text messages; what the browser asks for when absent.
    pub(super) locale: Option<String>,
}

impl Way {
    /// As it stands in an address.
    pub(super) fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Ok(Value::Object(fields)) = serde_json::to_value(self) {
            for (name, value) in fields {
                match value {
                    Value::String(text) if !text.is_empty() => query.append_pair(&name, &text),
                    Value::Number(number) => query.append_pair(&name, &number.to_string()),
                    _ => &mut query,
                };
            }
        }
        query.finish()
    }

    /// The app's URL, if there is one.
    pub(super) fn redirect_url(&self) -> Option<&str> {
        self.redirect_url.as_deref().filter(|url| !url.is_empty())
    }

    /// The organization, if one is said.
    pub(super) fn organization(&self) -> Option<&str> {
        self.organization.as_deref().filter(|slug| !slug.is_empty())
    }
}
