//! What requests say of branding.

use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::rbac::resource::ORGANIZATION;
use foundation::text;
use mail::Color;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;

text! {
    /// The URL of a logo.
    LogoUrl: Bytes { length: 0..=2048 };
}

/// A color, as a request writes it, or an empty text.
struct ColorText;

impl JsonSchema for ColorText {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Color".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6})?$" })
    }
}

/// What is to change. What is absent stays as it is; an empty text takes it away.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct Wanted {
    /// Where the logo is: an https URL without a password in it.
    #[schemars(with = "Option<LogoUrl>")]
    pub logo_url: Option<String>,
    /// The color of buttons and links, as in `#1f5f8b`.
    #[schemars(with = "Option<ColorText>")]
    pub brand_color: Option<String>,
    /// The color of what is behind: around the forms of the hosted login, and at the head of other pages and of mails.
    #[schemars(with = "Option<ColorText>")]
    pub background_color: Option<String>,
}

/// The same, read.
#[derive(Clone)]
pub(super) struct Read {
    pub(super) logo_url: Option<Option<String>>,
    pub(super) brand_color: Option<Option<Color>>,
    pub(super) background_color: Option<Option<Color>>,
}

/// What can be wrong with it.
pub(super) const WANTED: &[ApiError] =
    &[ApiError::OrganizationLogoUrlTooLong, ApiError::InvalidUrl, ApiError::InvalidColor];

impl Wanted {
    /// A member needs a permission for what they change.
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub(super) fn require(&self, cx: &Cx) -> Result<()> {
        if self.logo_url.is_some() {
            cx.require(ORGANIZATION, "update.info.logo-url")?;
        }
        if self.brand_color.is_some() || self.background_color.is_some() {
            cx.require(ORGANIZATION, "update.info.colors")?;
        }
        Ok(())
    }

    /// # Errors
    /// [`WANTED`].
    pub(super) fn read(&self) -> Result<Read> {
        Ok(Read {
            logo_url: self.logo_url.as_deref().map(logo_url).transpose()?,
            brand_color: self.brand_color.as_deref().map(color).transpose()?,
            background_color: self.background_color.as_deref().map(color).transpose()?,
        })
    }
}

fn logo_url(text: &str) -> Result<Option<String>> {
    match text {
        "" => Ok(None),
        url if !LogoUrl::fits(url) => Err(ApiError::OrganizationLogoUrlTooLong.into()),
        url if !mail::is_logo_url(url) => {
            Err(ApiError::InvalidUrl.because("A logo is at an https URL without a password in it."))
        }
        url => Ok(Some(url.to_owned())),
    }
}

fn color(text: &str) -> Result<Option<Color>> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| ApiError::InvalidColor.into()),
    }
}
