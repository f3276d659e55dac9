//! The fields of a request body, with GitHub's refusal for a field of the wrong type.
//!
//! It must not know which fields an operation has; unknown ones are ignored, as GitHub does.

use crate::sandbox::world::ApiError;
use serde_json::{Map, Value};

/// A JSON object, or nothing.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    fields: Option<&'a Map<String, Value>>,
    /// GitHub takes the labels of an issue as a bare list, too.
    list: Option<&'a Value>,
}

impl<'a> Body<'a> {
    pub(super) fn new(value: Option<&'a Value>) -> Result<Self, ApiError> {
        match value {
            None => Ok(Body {
                fields: None,
                list: None,
            }),
            Some(Value::Object(fields)) => Ok(Body {
                fields: Some(fields),
                list: None,
            }),
            Some(list @ Value::Array(_)) => Ok(Body {
                fields: None,
                list: Some(list),
            }),
            Some(_) => Err(ApiError::new(400, "Body should be a JSON object")),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// A string; null counts as absent.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, ApiError> {
        Ok(self.nullable_text(key)?.flatten())
    }

    /// A string or null.
    pub(super) fn nullable_text(&self, key: &str) -> Result<Option<Option<String>>, ApiError> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) => Ok(Some(Some(text.clone()))),
            // Titles may be numbers, says GitHub's description.
            Some(Value::Number(number)) if key == "title" => Ok(Some(Some(number.to_string()))),
            Some(other) => Err(wrong(key, other, "a string")),
        }
    }

    /// A string that must be there.
    pub(super) fn required(&self, key: &str) -> Result<String, ApiError> {
        self.text(key)?.ok_or_else(|| {
            ApiError::new(
                422,
                format!("Invalid request.\n\n\"{key}\" wasn't supplied."),
            )
        })
    }

    /// A number, as digits or as a string of digits, or null.
    pub(super) fn nullable_number(&self, key: &str) -> Result<Option<Option<u64>>, ApiError> {
        let number = match self.get(key) {
            None => return Ok(None),
            Some(Value::Null) => return Ok(Some(None)),
            Some(Value::String(text)) => text.parse().ok(),
            Some(other) => other.as_u64(),
        };
        match (number, self.get(key)) {
            (Some(number), _) => Ok(Some(Some(number))),
            (None, Some(other)) => Err(wrong(key, other, "a number")),
            (None, None) => Ok(None),
        }
    }

    /// A list of names: strings, or objects with `name` or `login`.
    pub(super) fn names(&self, key: &str) -> Result<Option<Vec<String>>, ApiError> {
        let value = match self.get(key).or(self.list) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => value,
        };
        let items = value
            .as_array()
            .ok_or_else(|| wrong(key, value, "an array"))?;
        items
            .iter()
            .map(|item| {
                item.as_str()
                    .or_else(|| item.get("name").and_then(Value::as_str))
                    .or_else(|| item.get("login").and_then(Value::as_str))
                    .map(str::to_owned)
                    .ok_or_else(|| wrong(key, item, "a string"))
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// One of a few words.
    pub(super) fn word<T: serde::de::DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, ApiError> {
        match self.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|_| wrong(key, value, "a possible value")),
        }
    }

    /// An instant or null.
    pub(super) fn nullable_time(&self, key: &str) -> Result<Option<Option<i64>>, ApiError> {
        let Some(text) = self.nullable_text(key)? else {
            return Ok(None);
        };
        let Some(text) = text else {
            return Ok(Some(None));
        };
        text.parse::<jiff::Timestamp>()
            .map(|instant| Some(Some(instant.as_second())))
            .map_err(|_| wrong(key, &Value::String(text), "a date-time"))
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.fields.and_then(|fields| fields.get(key))
    }
}

fn wrong(key: &str, value: &Value, expected: &str) -> ApiError {
    ApiError::new(
        422,
        format!("Invalid request.\n\nFor 'properties/{key}', {value} is not {expected}."),
    )
}
