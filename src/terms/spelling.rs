//! How the words of records are spelled: once each, for the parser, for files, and for the schemas that editors read.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};

/// Marks a string that stands for a TOML date or time in a tree of JSON: see `findings/document.rs`.
///
/// JSON has no dates, and a quoted date in TOML is a string: without the mark, `"2026-04-30"` and `2026-04-30` would
/// look the same to the schema. TOML forbids the bare character, so only an escape on purpose could forge it, and the
/// types then refuse what follows.
pub const DATE_MARK: char = '\u{1}';

/// The order of two names as GitHub has them: it compares without the case of ASCII's letters.
pub(super) fn folded_order(one: &str, other: &str) -> Ordering {
    let folded = |text| str::bytes(text).map(|byte| byte.to_ascii_lowercase());
    folded(one).cmp(folded(other))
}

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

/// By this name a type asks for a date: a document gives it one, or a text in quotes as what it is; where there are no dates, the
/// text is the date.
pub const DATE: &str = "$kepherd::date";

/// Reads a type that is written as a string.
pub(super) struct Spelled<T>(pub(super) PhantomData<T>);

impl<T: FromStr<Err = Misspelt>> Visitor<'_> for Spelled<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Reads a type that is written as a date; the function reads what such a type has in quotes.
pub(super) struct Dated<T>(pub(super) fn(&str) -> Option<T>);

impl<'de, T: FromStr<Err = Misspelt>> Visitor<'de> for Dated<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, date: D) -> Result<T, D::Error> {
        let text = <std::borrow::Cow<'de, str> as de::Deserialize>::deserialize(date)?;
        let date = text.strip_prefix(DATE_MARK).unwrap_or(&text);
        date.parse().map_err(de::Error::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).ok_or_else(|| E::invalid_type(de::Unexpected::Str(text), &self))
    }
}

/// Serde and schema for a type that is written as a string.
macro_rules! spelled_as_string {
    ($type:ident, $title:literal, $schema:tt) => {
        $crate::terms::spelling::spelled!($type, $title, $schema, |deserializer| {
            let spelled = $crate::terms::spelling::Spelled(::std::marker::PhantomData);
            deserializer.deserialize_str(spelled)
        });
    };
}

/// Serde and schema for a type that is written as a date, or in quotes as a text that the function reads.
macro_rules! spelled_as_date {
    ($type:ident, $title:literal, $in_quotes:expr, $schema:tt) => {
        $crate::terms::spelling::spelled!($type, $title, $schema, |deserializer| {
            let dated = $crate::terms::spelling::Dated($in_quotes);
            deserializer.deserialize_newtype_struct($crate::terms::spelling::DATE, dated)
        });
    };
}

macro_rules! spelled {
    ($type:ident, $title:literal, $schema:tt, |$deserializer:ident| $read:block) => {
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                $deserializer: D,
            ) -> Result<Self, D::Error> {
                $read
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

pub(crate) use words_of_records;
pub(super) use {spelled, spelled_as_date, spelled_as_string};
