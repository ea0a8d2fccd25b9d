//! Enumerations of the wire: words that are checked when they are read, each kind with its own error type. What a word says
//! is its doc comment, which the API description has, too.

/// `wire_enum! { /// … pub MfaPolicy(InvalidMfaPolicy) { Optional = "OPTIONAL", … } }`
#[macro_export]
macro_rules! wire_enum {
    ($($(#[doc = $doc:literal])* $vis:vis $name:ident($error:ident) { $($(#[doc = $about:literal])* $variant:ident = $word:literal),* $(,)? })*) => { $(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
        $vis enum $name { $($(#[doc = $about])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// All of them, in the order of the protocol.
            #[allow(dead_code, reason = "not every kind is listed")]
            $vis const ALL: &[$name] = &[$($name::$variant),*];
            /// The word on the wire.
            $vis fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            /// What the word stands for.
            #[allow(dead_code, reason = "not every kind is read from words that stand elsewhere than in requests")]
            $vis fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&word).ok_or_else(|| serde::de::Error::custom($crate::error::typed($crate::error::ApiError::$error)))
            }
        }
    )* };
}
