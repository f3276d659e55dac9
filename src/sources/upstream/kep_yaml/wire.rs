//! kep.yaml as it is written: keys and texts, and whatever else may stand where a text should. Nothing is understood here.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// Scalars are text: `1.30` without quotes must not become the number 1.3.
pub(super) type Text = Spanned<String>;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct KepYaml {
    pub(super) title: Option<Text>,
    pub(super) kep_number: Option<Text>,
    pub(super) authors: Texts,
    pub(super) owning_sig: Option<Text>,
    pub(super) participating_sigs: Texts,
    pub(super) status: Option<Text>,
    pub(super) stage: Option<Text>,
    pub(super) latest_milestone: Option<Text>,
    pub(super) milestone: Option<BTreeMap<String, Option<Text>>>,
    pub(super) feature_gates: Option<Vec<Option<Gate>>>,
    pub(super) see_also: Texts,
    pub(super) replaces: Texts,
    pub(super) superseded_by: Texts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Gate {
    pub(super) name: Option<Text>,
    pub(super) components: Texts,
}

/// A list of texts; a single text is a list of one.
#[derive(Debug, Default)]
pub(super) struct Texts(pub(super) Vec<Item>);

#[derive(Debug)]
pub(super) struct Item {
    pub(super) text: String,
    /// The line, where the parser tells it.
    pub(super) line: Option<usize>,
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element::<Option<Text>>()? {
                    items.extend(item.map(|item| Item {
                        line: line_of(&item),
                        text: item.value,
                    }));
                }
                Ok(Texts(items))
            }

            fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![Item {
                    text: text.to_owned(),
                    line: None,
                }]))
            }

            // Numbers and truth values are no names of anything.
            fn visit_bool<E>(self, _: bool) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_i64<E>(self, _: i64) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_u64<E>(self, _: u64) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_f64<E>(self, _: f64) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_unit<E>(self) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_none<E>(self) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Texts::default())
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

impl Texts {
    pub(super) fn into_strings(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|item| item.text)
    }
}

pub(super) fn line_of(text: &Text) -> Option<usize> {
    usize::try_from(text.referenced.line())
        .ok()
        .filter(|line| *line > 0)
}
