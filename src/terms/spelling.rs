//! How the words of records are spelled: once each, for the parser, for files, and for the schemas that editors read.

/// Marks a string that stands for a TOML date or time in a tree of JSON: see `findings/document.rs`.
///
/// JSON has no dates, and a quoted date in TOML is a string: without the mark, `"2026-04-30"` and `2026-04-30` would
/// look the same to the schema. TOML forbids the bare character, so only an escape on purpose could forge it, and the
/// types then refuse what follows.
pub const DATE_MARK: char = '\u{1}';

/// A text that is not spelled as its type asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct Misspelt {
    text: String,
    expected: &'static str,
}

impl Misspelt {
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            expected,
        }
    }
}

/// Serde and schema for a type that is written as a string.
macro_rules! spelled_as_string {
    ($type:ident, $title:literal, $schema:tt) => {
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(
                    deserializer,
                )?;
                text.strip_prefix($crate::terms::spelling::DATE_MARK)
                    .unwrap_or(&text)
                    .parse()
                    .map_err(::serde::de::Error::custom)
            }
        }

        impl ::schemars::JsonSchema for $type {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let mut schema = ::schemars::json_schema!($schema);
                schema.insert("title".to_owned(), $title.into());
                schema
            }
        }
    };
}

/// An enum whose values are words of a record: its list of them, and the spelling of each, stand here once.
macro_rules! words_of_records {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $written:literal,)+ }) => {
        $(#[$about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema,
        )]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $written)] $value,)+
        }

        impl $name {
            /// Every value, in this order.
            pub const ALL: [Self; [$($written),+].len()] = [$(Self::$value),+];

            /// As written in a record.
            pub const fn written(self) -> &'static str {
                match self {
                    $(Self::$value => $written,)+
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::terms::Misspelt;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.into_iter().find(|value| value.written() == text);
                known.ok_or_else(|| $crate::terms::Misspelt::new(text, concat!("one of the words of ", stringify!($name))))
            }
        }
    };
}

pub(super) use spelled_as_string;
pub(crate) use words_of_records;
