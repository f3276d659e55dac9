//! A document as a value of a type, straight from its tree of TOML. Nothing here knows what a record is.
//!
//! It says only whether the document is such a value. What is wrong otherwise, and where, is for the schema to say: its judgement
//! costs more than the reading of many documents, and most have nothing wrong.
//!
//! It takes no more than the schema of a type does, where serde alone would: a table is no list, a text no date, and a choice is a
//! text.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer as _, Visitor};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::terms::spelling::DATE;

/// The document as a value of this type; `None` if it is none.
pub fn read<T: DeserializeOwned>(document: &DeTable<'_>) -> Option<T> {
    T::deserialize(Table(document)).ok()
}

/// The document is not of the type. Nobody reads why: see above.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not of the type")
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A table, as a value.
struct Table<'de, 'i>(&'de DeTable<'i>);

/// Any value.
struct Value<'de, 'i>(&'de Spanned<DeValue<'i>>);

impl<'de> de::Deserializer<'de> for Table<'de, '_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_map(Entries {
            rest: self.0.iter(),
            value: None,
        })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> de::Deserializer<'de> for Value<'de, '_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0.get_ref() {
            DeValue::String(text) => visitor.visit_borrowed_str(text),
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => visitor.visit_i64(number),
                    Err(_) => Err(Refused),
                }
            }
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => visitor.visit_f64(number),
                Err(_) => Err(Refused),
            },
            DeValue::Boolean(truth) => visitor.visit_bool(*truth),
            // Only a type that asks for one gets it.
            DeValue::Datetime(_) => Err(Refused),
            DeValue::Array(items) => visitor.visit_seq(Items(items.iter())),
            DeValue::Table(table) => Table(table).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        // TOML has no null: what stands there is something.
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.0.get_ref() {
            DeValue::Datetime(instant) if name == DATE => {
                let text = instant.to_string();
                visitor.visit_newtype_struct(StrDeserializer::new(&text))
            }
            DeValue::String(text) if name == DATE => visitor.visit_borrowed_str(text),
            _ if name == DATE => Err(Refused),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.0.get_ref() {
            DeValue::String(text) => visitor.visit_enum((&**text).into_deserializer()),
            _ => Err(Refused),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.0.get_ref() {
            DeValue::Table(table) => Table(table).deserialize_any(visitor),
            _ => Err(Refused),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

/// The items of a list.
struct Items<'de, 'i>(std::slice::Iter<'de, Spanned<DeValue<'i>>>);

impl<'de> de::SeqAccess<'de> for Items<'de, '_> {
    type Error = Refused;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refused> {
        self.0
            .next()
            .map(|item| seed.deserialize(Value(item)))
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The entries of a table.
struct Entries<'de, 'i, I> {
    rest: I,
    value: Option<&'de Spanned<DeValue<'i>>>,
}

impl<'de, 'i: 'de, K, I> de::MapAccess<'de> for Entries<'de, 'i, I>
where
    K: AsRef<str> + 'de,
    I: Iterator<Item = (&'de Spanned<K>, &'de Spanned<DeValue<'i>>)>,
{
    type Error = Refused;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refused> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        let key = BorrowedStrDeserializer::new(key.get_ref().as_ref());
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refused> {
        let value = self.value.take().ok_or(Refused)?;
        seed.deserialize(Value(value))
    }
}
