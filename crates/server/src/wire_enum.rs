//! Enumerations of the wire: words that are checked when they are read, each kind with its own error type.

/// `wire_enum! { /// … MfaPolicy(InvalidMfaPolicy) { Optional = "OPTIONAL", … } }`
macro_rules! wire_enum {
    ($($(#[doc = $doc:literal])* $name:ident($error:ident) { $($variant:ident = $word:literal),* $(,)? })*) => { $(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
        pub(crate) enum $name { $(#[serde(rename = $word)] $variant),* }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                match word.as_ref() {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(serde::de::Error::custom($crate::http::input::parse_error($crate::error::ApiError::$error))),
                }
            }
        }
    )* };
}
pub(crate) use wire_enum;
