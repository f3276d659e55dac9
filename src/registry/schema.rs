//! The kinds of files in a registry, and the JSON Schema of each, generated from its wire type.
//!
//! One schema serves twice: editors read it from `schema/`, and `verdict.rs` holds every file to it, so that both say the
//! same.

use std::sync::LazyLock;

use jsonschema::Validator;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::Value;

use super::calendars::{KubernetesCalendar, Roster, RuntimeCalendar};
use super::config::Config;
use super::kep::KepRecord;
use super::work_item::WorkItem;
use crate::terms::spelling::DATE_MARK;

/// What the line begins with that leads editors to the schema of a file: taplo's directive, which tombi reads too.
const LINE: &str = "#:schema ";

/// Where the first line of a file says that its schema is.
pub fn schema_address(text: &str) -> Option<&str> {
    let address = text.lines().next()?.strip_prefix(LINE)?;
    Some(address.trim())
}

/// A file without the line that leads editors to its schema.
pub fn without_schema_line(text: &str) -> &str {
    match text.starts_with(LINE) {
        true => text.split_once('\n').map_or("", |(_, rest)| rest),
        false => text,
    }
}

/// The kinds of files in a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `registry.toml`
    Config,
    /// `maintainers.toml`
    Roster,
    /// `releases/kubernetes.toml`
    Kubernetes,
    /// `releases/<runtime>.toml`
    Runtime,
    /// `<sig>/<number>-<slug>.toml`
    Kep,
    /// `work-items/<id>.toml`
    WorkItem,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Config,
        Self::Roster,
        Self::Kubernetes,
        Self::Runtime,
        Self::Kep,
        Self::WorkItem,
    ];

    /// The kind of the file at a path below the registry's root, if a registry knows such a file.
    pub fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        if !path.ends_with(".toml") {
            return None;
        }
        match parts.as_slice() {
            ["registry.toml"] => Some(Self::Config),
            ["maintainers.toml"] => Some(Self::Roster),
            ["releases", "kubernetes.toml"] => Some(Self::Kubernetes),
            ["releases", _] => Some(Self::Runtime),
            ["work-items", _] => Some(Self::WorkItem),
            [_, _] => Some(Self::Kep),
            _ => None,
        }
    }

    /// The name of its schema's file.
    pub fn schema_file(self) -> &'static str {
        match self {
            Self::Config => "registry.schema.json",
            Self::Roster => "maintainers.schema.json",
            Self::Kubernetes => "kubernetes-releases.schema.json",
            Self::Runtime => "runtime-releases.schema.json",
            Self::Kep => "kep.schema.json",
            Self::WorkItem => "work-item.schema.json",
        }
    }

    /// The first line of a file at a path below the registry's root: it leads editors to the schema, which lies in a folder below the root or
    /// at an address.
    pub fn schema_line(self, path: &str, folder: &str) -> String {
        let up = match folder.contains("://") || folder.starts_with('/') {
            true => String::new(),
            false => "../".repeat(path.matches('/').count()),
        };
        let folder = folder.strip_prefix("./").unwrap_or(folder);
        format!("{LINE}{up}{folder}/{}\n", self.schema_file())
    }

    /// As a finding speaks of it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Config => "`registry.toml`",
            Self::Roster => "`maintainers.toml`",
            Self::Kubernetes => "the Kubernetes calendar",
            Self::Runtime => "a runtime's calendar",
            Self::Kep => "a KEP record",
            Self::WorkItem => "a work item",
        }
    }

    fn compiled(self) -> &'static Compiled {
        static CONFIG: LazyLock<Compiled> = LazyLock::new(Compiled::of::<Config>);
        static ROSTER: LazyLock<Compiled> = LazyLock::new(Compiled::of::<Roster>);
        static KUBERNETES: LazyLock<Compiled> = LazyLock::new(Compiled::of::<KubernetesCalendar>);
        static RUNTIME: LazyLock<Compiled> = LazyLock::new(Compiled::of::<RuntimeCalendar>);
        static KEP: LazyLock<Compiled> = LazyLock::new(Compiled::of::<KepRecord>);
        static WORK_ITEM: LazyLock<Compiled> = LazyLock::new(Compiled::of::<WorkItem>);
        match self {
            Self::Config => &CONFIG,
            Self::Roster => &ROSTER,
            Self::Kubernetes => &KUBERNETES,
            Self::Runtime => &RUNTIME,
            Self::Kep => &KEP,
            Self::WorkItem => &WORK_ITEM,
        }
    }

    /// Judges a document against the schema; dates carry [`DATE_MARK`].
    pub(super) fn validator(self) -> &'static Validator {
        &self.compiled().validator
    }

    /// The schema, as editors read it.
    pub fn schema(self) -> &'static Value {
        &self.compiled().schema
    }
}

/// The schema of any serializable type, in the form that is published in `schema/`.
pub fn schema_of<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(WithoutNull))
        .into_generator();
    let schema = generator.into_root_schema_for::<T>().to_value();
    // What a reader looks for first comes first.
    let Value::Object(mut rest) = schema else {
        return schema;
    };
    let mut ordered = serde_json::Map::new();
    for key in ["$schema", "title", "description"] {
        ordered.extend(rest.shift_remove_entry(key));
    }
    ordered.extend(rest);
    Value::Object(ordered)
}

/// TOML has no null: an optional key is left out, and its schema is that of its value.
#[derive(Debug, Clone)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        let Some(object) = schema.as_object_mut() else {
            return;
        };
        if let Some(Value::Array(types)) = object.get_mut("type") {
            types.retain(|kind| kind != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                object.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(choices)) = object.get("anyOf") {
            let without: Vec<&Value> = choices
                .iter()
                .filter(|choice| choice.get("type") != Some(&"null".into()))
                .collect();
            if let [Value::Object(only)] = without.as_slice()
                && choices.len() == 2
            {
                let only = only.clone();
                object.remove("anyOf");
                for (key, value) in only {
                    object.entry(key).or_insert(value);
                }
            }
        }
        if object.get("default") == Some(&Value::Null) {
            object.remove("default");
        }
        // The widths of Rust's integers mean nothing to an editor.
        let width = object.get("format").and_then(Value::as_str);
        if width.is_some_and(|format| format.starts_with("uint") || format.starts_with("int")) {
            object.remove("format");
        }
    }
}

/// Has tombi, which formats and sorts keys only where a schema asks for it, keep keys in the order in which a schema has them.
fn keep_order(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(keep_order);
            // A key that is called `properties` is no list of them.
            let is_table = object.get("type").and_then(Value::as_str) == Some("object");
            if is_table && object.contains_key("properties") {
                object.insert("x-tombi-table-keys-order".to_owned(), "schema".into());
            }
        }
        Value::Array(all) => all.iter_mut().for_each(keep_order),
        _ => {}
    }
}

struct Compiled {
    schema: Value,
    validator: Validator,
}

impl Compiled {
    #[expect(
        clippy::expect_used,
        reason = "the schemas are our own, and a test compiles each"
    )]
    fn of<T: JsonSchema>() -> Self {
        let mut schema = schema_of::<T>();
        keep_order(&mut schema);
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .with_format("date", is_toml_date)
            .with_format("date-time", is_toml_instant)
            .build(&schema)
            .expect("the generated schema is a schema");
        Self { schema, validator }
    }
}

fn is_toml_date(text: &str) -> bool {
    text.strip_prefix(DATE_MARK)
        .is_some_and(|text| text.parse::<crate::terms::Date>().is_ok())
}

fn is_toml_instant(text: &str) -> bool {
    text.strip_prefix(DATE_MARK)
        .is_some_and(|text| text.parse::<crate::terms::Instant>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What editors and messages offer as an example can be taken as it is, and one line of text is not like another.
    #[test]
    fn every_line_of_text_has_an_example_of_its_own() {
        fn walk(schema: &Value, path: &str, without: &mut Vec<String>) {
            let Value::Object(object) = schema else {
                return;
            };
            for (name, inner) in object {
                let of_text = inner.get("$ref") == Some(&"#/$defs/Line".into());
                let is_listed = ["items", "additionalProperties"].contains(&name.as_str());
                if of_text && !is_listed && inner.get("examples").is_none() {
                    without.push(format!("{path}/{name}"));
                }
                walk(inner, &format!("{path}/{name}"), without);
            }
        }
        for kind in FileKind::ALL {
            let mut without = Vec::new();
            walk(kind.schema(), kind.noun(), &mut without);
            assert!(without.is_empty(), "{without:?}");
        }
    }
}
