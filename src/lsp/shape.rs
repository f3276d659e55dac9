//! What the schema of a file says of a key or a value: the texts that editors with the schema show, and the words that may stand there.

use serde_json::Value;

use super::outline::Step;
use crate::registry::schema::FileKind;

/// What a schema says of a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'s> {
    root: &'s Value,
    /// The schema of the place itself, which may lead elsewhere.
    own: &'s Value,
}

/// A key that a table may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'s> {
    pub(super) name: &'s str,
    pub(super) shape: Shape<'s>,
    pub(super) is_required: bool,
}

/// What sort of value stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Text, between quotes.
    Text,
    /// A number, a date, or a truth value.
    Plain,
    /// A list of text.
    Texts,
    /// Another list.
    List,
    /// A list of tables.
    Tables,
    /// A table.
    Table,
}

impl Shape<'static> {
    /// What the schema of a kind of file says of the place at the end of a way; absent: no such place is known.
    pub(super) fn at(kind: FileKind, path: &[Step]) -> Option<Self> {
        let root = kind.schema();
        let start = Self { root, own: root };
        path.iter().try_fold(start, |shape, step| shape.step(step))
    }
}

impl<'s> Shape<'s> {
    fn of(self, own: &'s Value) -> Self {
        Self {
            root: self.root,
            own,
        }
    }

    /// Where `$ref` leads to.
    fn resolved(self) -> &'s Value {
        let mut schema = self.own;
        // A schema that leads to itself leads nowhere.
        for _ in 0..8 {
            let reference = schema.get("$ref").and_then(Value::as_str);
            let Some(target) = reference
                .and_then(|reference| reference.strip_prefix('#'))
                .and_then(|pointer| self.root.pointer(pointer))
            else {
                break;
            };
            schema = target;
        }
        schema
    }

    fn step(self, step: &Step) -> Option<Self> {
        let schema = self.resolved();
        let next = match step {
            Step::Key(key) => schema
                .get("properties")
                .and_then(|keys| keys.get(key))
                .or_else(|| free(schema)),
            Step::Item(_) => schema.get("items"),
        };
        next.map(|next| self.of(next))
    }

    /// The keys that a table here may have, those first that it must.
    pub(super) fn keys(self) -> Vec<Key<'s>> {
        let schema = self.resolved();
        let required = schema.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        let keys = schema.get("properties").and_then(Value::as_object);
        let mut keys: Vec<Key<'s>> = keys
            .into_iter()
            .flatten()
            .map(|(name, own)| Key {
                name,
                shape: self.of(own),
                is_required: is_required(name),
            })
            .collect();
        keys.sort_by_key(|key| !key.is_required);
        keys
    }

    /// Whether a table here has keys of any name.
    pub(super) fn has_free_keys(self) -> bool {
        free(self.resolved()).is_some()
    }

    /// What the place itself is for; where it says nothing, what such values are.
    pub(super) fn description(self) -> Option<&'s str> {
        let text = |schema: &'s Value| schema.get("description").and_then(Value::as_str);
        text(self.own).or_else(|| text(self.resolved()))
    }

    /// What a value here is called: "a minor release".
    pub(super) fn noun(self) -> Option<&'s str> {
        let schema = self.resolved();
        if let Some(title) = schema.get("title").and_then(Value::as_str) {
            return Some(title);
        }
        if !self.words().is_empty() {
            return Some("a word");
        }
        Some(match schema.get("type").and_then(Value::as_str)? {
            "string" => match schema.get("format").and_then(Value::as_str) {
                Some("date") => "a date",
                Some("date-time") => "an instant",
                _ => "text",
            },
            "integer" | "number" => "a number",
            "boolean" => "true or false",
            "array" => "a list",
            _ => "a table",
        })
    }

    /// The words that may stand here, each with what it means.
    pub(super) fn words(self) -> Vec<(&'s str, Option<&'s str>)> {
        let schema = self.resolved();
        let one_of = schema.get("oneOf").and_then(Value::as_array);
        let described = one_of.into_iter().flatten().filter_map(|choice| {
            let word = choice.get("const")?.as_str()?;
            Some((word, choice.get("description").and_then(Value::as_str)))
        });
        let plain = schema.get("enum").and_then(Value::as_array);
        let plain = plain.into_iter().flatten();
        let plain = plain.filter_map(|word| Some((word.as_str()?, None)));
        described.chain(plain).collect()
    }

    /// What sort of value stands here.
    pub(super) fn sort(self) -> Sort {
        let schema = self.resolved();
        match schema.get("type").and_then(Value::as_str) {
            Some("array") => match self.step(&Step::Item(0)).map(Self::sort) {
                Some(Sort::Text) => Sort::Texts,
                Some(Sort::Table) => Sort::Tables,
                _ => Sort::List,
            },
            Some("object") => Sort::Table,
            Some("string") if schema.get("format").is_none() => Sort::Text,
            None if !self.words().is_empty() => Sort::Text,
            _ => Sort::Plain,
        }
    }
}

/// What stands behind keys of any name: where names have a pattern, behind those.
fn free(schema: &Value) -> Option<&Value> {
    let any = schema.get("additionalProperties");
    let any = any.filter(|any| any.is_object());
    any.or_else(|| {
        let patterns = schema.get("patternProperties")?.as_object()?;
        patterns.values().next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(path: &str) -> Vec<Step> {
        let step = |step: &str| match step.parse() {
            Ok(index) => Step::Item(index),
            Err(_) => Step::Key(step.to_owned()),
        };
        path.split('.')
            .filter(|step| !step.is_empty())
            .map(step)
            .collect()
    }

    fn said(path: &str) -> String {
        let Some(shape) = Shape::at(FileKind::Kep, &way(path)) else {
            return "unknown".to_owned();
        };
        let description = shape
            .description()
            .unwrap_or("-")
            .lines()
            .next()
            .unwrap_or_default();
        format!(
            "{:?} {} {description}",
            shape.sort(),
            shape.noun().unwrap_or("-")
        )
    }

    #[test]
    fn a_place_is_what_its_schema_says() {
        let paths = [
            "target",
            "number",
            "upstream-seen",
            "shepherds",
            "shepherds.0",
            "pull-requests",
            "pull-requests.3.kubernetes",
            "reached",
            "reached.beta-on",
            "runtimes",
            "runtimes.containerd.state",
            "runtimes.containerd.branches.x",
            "allow",
            "allow.0.rule",
            "nothing",
            "target.x",
        ];
        let said: Vec<String> = paths
            .iter()
            .map(|path| format!("{path}: {}", said(path)))
            .collect();
        insta::assert_snapshot!(said.join("\n"), @"
        target: Text a minor release The Kubernetes release aimed for. Absent: none is planned.
        number: Plain a number The KEP's number: that of its issue in kubernetes/enhancements. It never changes.
        upstream-seen: Plain a date The date of the upstream commit that these facts were read at.
        shepherds: Texts a list The maintainers who see the work through: at least one, preferably two.
        shepherds.0: Text a GitHub handle A GitHub handle without `@`. Handles compare without case.
        pull-requests: Tables a list The pull requests that do the work.
        pull-requests.3.kubernetes: Text a minor release The Kubernetes release it is for, if it is not the KEP's target.
        reached: Table a table Shipped facts: the Kubernetes release in which each stage was reached.
        reached.beta-on: Text a minor release The first release with beta on by default, if that was not the first one with beta.
        runtimes: Table a table What each container runtime has of the feature. A runtime that is absent is not known.
        runtimes.containerd.state: Text a word How far the runtime is.
        runtimes.containerd.branches.x: Text a version or a decision What an older supported branch gets: the first version that has the feature, `planned` or `not-planned`.
        allow: Tables a list Findings that people have looked at and accepted.
        allow.0.rule: Text one line of text The rule whose finding is accepted.
        nothing: unknown
        target.x: unknown
        ");
    }

    #[test]
    fn what_must_be_there_comes_first_and_words_come_with_what_they_mean() {
        let root = Shape::at(FileKind::Kep, &[]).unwrap();
        let keys: Vec<&str> = root.keys().iter().map(|key| key.name).take(5).collect();
        assert_eq!(keys, ["number", "title", "status", "stage", "target"]);
        let words = Shape::at(FileKind::Kep, &way("triage")).unwrap().words();
        assert_eq!(words[0], ("pending", Some("Nobody has looked at it yet.")));
        let free = |path: &str| {
            Shape::at(FileKind::Kep, &way(path))
                .unwrap()
                .has_free_keys()
        };
        assert!(free("runtimes") && !free("reached"));
    }
}
