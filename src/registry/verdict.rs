//! What a schema's verdict means: what is wrong is called by its name, and what was probably meant is suggested.
//!
//! The library says that a value is not valid under any of the schemas; people want to know that `betta` is a slip for
//! `beta`. A suggestion is only made if the schema takes it.

use std::collections::BTreeSet;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;
use toml::Spanned;
use toml::de::DeTable;

use super::config::Config;
use super::schema::FileKind;
use crate::findings::diagnostic::{Certainty, Finding, Place, Pointer};
use crate::findings::document;
use crate::findings::sources::FileId;
use crate::findings::syntax;
use crate::terms::spelling::DATE_MARK;
use crate::terms::{PlannedDate, Release, RepositoryName};
use crate::text::source::{SourceFile, Span};
use crate::text::words::{nearest, one_of, same_name};

/// The most findings in one file that are put into words: a little more than are shown.
const MOST_VERDICTS: usize = 2_000;

/// A finding, and what cannot be relied on because of it.
#[derive(Debug)]
pub(super) struct Verdict {
    /// What is wrong.
    pub finding: Finding,
    /// What it damages.
    pub damages: Vec<Damage>,
}

/// What cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Damage {
    /// A top-level key: that of the finding, or the one that was probably meant; `*` where the document itself is meant.
    Key(String),
    /// An entry of `[[allow]]`: each stands for itself.
    Allow(usize),
}

/// What a mistake at a place damages; at the document itself, this key.
fn damage(at: &Pointer, key: &str) -> Damage {
    let mut steps = at.steps();
    let (top, index) = (steps.next(), steps.next());
    match (top, index.and_then(|index| index.parse().ok())) {
        (Some(top), Some(index)) if top == "allow" => Damage::Allow(index),
        (top, _) => Damage::Key(top.unwrap_or_else(|| key.to_owned())),
    }
}

/// Holds a document to the schema of its kind: every mistake, each once. What a bare number means, the configuration says.
pub(super) fn judge(
    kind: FileKind,
    file: FileId,
    source: &SourceFile,
    table: &Spanned<DeTable<'_>>,
    tree: &Value,
    config: Option<&Config>,
) -> Vec<Verdict> {
    let validator = kind.validator();
    if validator.is_valid(tree) {
        return Vec::new();
    }
    let mut judgement = Judgement {
        kind,
        file,
        source,
        table,
        schema: kind.schema(),
        validator,
        repository: repository_of(tree, config),
        misspelt: BTreeSet::new(),
    };
    let errors: Vec<ValidationError<'_>> =
        validator.iter_errors(tree).take(MOST_VERDICTS).collect();
    judgement.misspelt = errors
        .iter()
        .flat_map(|error| judgement.meant(error))
        .collect();
    errors
        .iter()
        .flat_map(|error| judgement.verdicts(error))
        .take(MOST_VERDICTS)
        .collect()
}

struct Judgement<'a> {
    kind: FileKind,
    file: FileId,
    source: &'a SourceFile,
    table: &'a Spanned<DeTable<'a>>,
    schema: &'a Value,
    validator: &'a Validator,
    /// The record's repository, in which a number without one is meant.
    repository: Option<RepositoryName>,
    /// Keys that were probably meant by others, each with the place of its table.
    misspelt: BTreeSet<(Pointer, String)>,
}

impl Judgement<'_> {
    /// The keys that were probably meant by those that nobody knows.
    fn meant(&self, error: &ValidationError<'_>) -> Vec<(Pointer, String)> {
        let at = Pointer::parse(error.instance_path().as_str());
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
                .iter()
                .filter_map(|key| Some((at.clone(), self.similar_key(&at, key)?.to_owned())))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn verdicts(&self, error: &ValidationError<'_>) -> Vec<Verdict> {
        let at = Pointer::parse(error.instance_path().as_str());
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
                .iter()
                .map(|key| Verdict {
                    finding: self.unknown_key(&at, key),
                    damages: match at.top() {
                        Some(_) => vec![damage(&at, key)],
                        None => std::iter::once(key.as_str())
                            .chain(self.similar_key(&at, key))
                            .map(|key| Damage::Key(key.to_owned()))
                            .collect(),
                    },
                })
                .collect(),
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                // A key that looks like it stands there, and is found as that.
                if self.misspelt.contains(&(at.clone(), key.to_owned())) {
                    return Vec::new();
                }
                vec![Verdict {
                    finding: self.missing_key(&at, key),
                    damages: vec![damage(&at, key)],
                }]
            }
            ValidationErrorKind::PropertyNames { .. } => Vec::new(),
            kind => vec![Verdict {
                finding: self.wrong_value(&at, error.instance(), kind),
                damages: vec![damage(&at, "*")],
            }],
        }
    }

    fn unknown_key(&self, at: &Pointer, key: &str) -> Finding {
        let place = at.clone().key(key);
        let schema = self.schema_at(at);
        if let Some(spelling) = key_spelling(schema) {
            // A table whose keys are values themselves, such as releases.
            let finding = Finding::new(
                self.file,
                Place::Key(place),
                format!("`{}` is not {spelling}", shown(key)),
            )
            .label(format!("the keys of {} are releases", self.name_of(at)));
            let bare = key.trim().trim_start_matches(['v', 'V']);
            let minor = bare.split('.').take(2).collect::<Vec<_>>().join(".");
            return if minor.parse::<Release>().is_ok() {
                finding.replace_with("write the minor release alone", syntax::quoted(&minor))
            } else {
                finding
            };
        }
        let known = self.known_keys(at);
        let finding = Finding::new(
            self.file,
            Place::Key(place),
            format!("`{}` is not a key of {}", shown(key), self.name_of(at)),
        )
        .label("unknown key")
        .because("a key that nobody knows is not read, and what it says would be lost");
        let of_the_file = self.schema.get("properties");
        match self.similar_key(at, key) {
            Some(similar) => finding.replace_with("a key has a similar name", similar),
            None if of_the_file.is_some_and(|keys| keys.get(key).is_some()) => {
                finding.help(format!(
                    "`{key}` is a key of {}: move it above the first `[…]`",
                    self.kind.noun()
                ))
            }
            None => finding.help(format!("the keys are {}", known.join(", "))),
        }
    }

    fn known_keys(&self, at: &Pointer) -> Vec<&str> {
        let properties = self.schema_at(at).get("properties");
        properties
            .and_then(Value::as_object)
            .map(|properties| properties.keys().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// The key that was probably meant.
    fn similar_key(&self, at: &Pointer, key: &str) -> Option<&str> {
        nearest(key, self.known_keys(at))
    }

    fn missing_key(&self, at: &Pointer, key: &str) -> Finding {
        let place = if at.as_str().is_empty() {
            Place::Span(Span::default())
        } else {
            Place::Key(at.clone())
        };
        let missing = at.clone().key(key);
        let schema = self.schema_at(&missing);
        let owner = self.name_of(at);
        let finding = Finding::new(self.file, place, format!("`{key}` is missing from {owner}"));
        let example = self
            .example_at(&missing)
            .map_or_else(String::new, |example| format!(", like `{key} = {example}`"));
        let choices = choices_of(schema);
        let tables = self.required_of_each(schema);
        let finding = if !tables.is_empty() {
            let keys = tables.join("` and `");
            finding.help(format!("add it: `[[{key}]]` for each, with `{keys}`"))
        } else if choices.is_empty() {
            finding.help(format!("add it{example}"))
        } else {
            let choices = one_of(choices.iter().map(String::as_str));
            finding.help(format!("add it, as {choices}"))
        };
        self.described(finding, &missing)
    }

    /// Adds what the key is for: the words that an editor shows too.
    fn described(&self, mut finding: Finding, at: &Pointer) -> Finding {
        let key = at
            .steps()
            .filter(|step| step.parse::<usize>().is_err())
            .last();
        if let (Some(key), Some(description)) = (key, self.description_of(at)) {
            finding.notes.push(format!("`{key}`: {description}"));
        }
        finding
    }

    fn wrong_value(&self, at: &Pointer, value: &Value, kind: &ValidationErrorKind) -> Finding {
        let schema = self.schema_at(at);
        let place = Place::Value(at.clone());
        let choices = choices_of(schema);
        let mut written = self.written(&place, value);
        if written.starts_with('`')
            && value.is_string()
            && self.is_of_wrong_type(schema, value, kind)
        {
            written.insert_str(0, "the text ");
        }
        let finding =
            |message: String| Finding::new(self.file, place.clone(), message).without_why();
        let name = self.name_of(at);
        match kind {
            ValidationErrorKind::MinItems { limit } => {
                return finding(format!(
                    "{name} needs at least {limit} {}",
                    plural(*limit, "entry", "entries")
                ))
                .help("name one, or leave the key out if it is optional");
            }
            ValidationErrorKind::MaxItems { limit } => {
                return finding(format!("{name} has more than {limit} entries"));
            }
            ValidationErrorKind::MaxLength { limit } => {
                return finding(format!("{name} has more than {limit} characters"))
                    .help("write it shorter");
            }
            ValidationErrorKind::Minimum { limit } => {
                return finding(format!(
                    "{written} is too small: {name} is at least {limit}"
                ));
            }
            ValidationErrorKind::Maximum { limit } => {
                return finding(format!("{written} is too large: {name} is at most {limit}"));
            }
            ValidationErrorKind::Pattern { pattern } => {
                if let Some(wrong) = wrong_filling(value, pattern) {
                    return self.described(finding(wrong), at);
                }
            }
            _ => {}
        }
        let expected = expected(&name, schema, &choices, kind);
        let message = if self.is_of_wrong_type(schema, value, kind) {
            format!("{written} stands where {expected} belongs")
        } else {
            format!("{written} is not {expected}")
        };
        let finding = self.described(finding(message), at);
        match self.remedy(at, value, schema, &choices) {
            Some((text, replacement, certainty)) => {
                finding.edit(text, place, replacement, certainty)
            }
            None if !choices.is_empty() => finding.help(format!(
                "write {}",
                one_of(choices.iter().map(String::as_str))
            )),
            None => match self.example_at(at) {
                Some(example) => finding.help(format!("write it like {example}")),
                None => finding,
            },
        }
    }

    /// What stands in the file, short enough for a message.
    fn written(&self, place: &Place, value: &Value) -> String {
        match value {
            Value::String(text) if text.trim().is_empty() => "an empty text".to_owned(),
            Value::String(text) if !text.starts_with(DATE_MARK) => format!("`{}`", shown(text)),
            Value::Object(_) => "a table".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            _ => {
                let what = match value {
                    Value::Number(_) => "the number ",
                    Value::String(_) => "the date ",
                    _ => "",
                };
                let span = document::span_of(self.source, self.table, place);
                format!("{what}`{}`", shown(self.source.slice(span)))
            }
        }
    }

    /// Whether the value is of the wrong type rather than misspelt.
    fn is_of_wrong_type(&self, schema: &Value, value: &Value, kind: &ValidationErrorKind) -> bool {
        let is_date = |text: &str| text.starts_with(DATE_MARK);
        match value {
            Value::String(text) if is_date(text) => true,
            // A date in quotes: its type is what is wrong with it.
            Value::String(text) if schema.get("format").is_some() => {
                text.parse::<PlannedDate>().is_ok()
            }
            _ => matches!(kind, ValidationErrorKind::Type { .. }) || !value.is_string(),
        }
    }

    /// The spelling that was meant, if a known slip explains the mistake and the schema takes what it gives.
    fn remedy(
        &self,
        at: &Pointer,
        value: &Value,
        schema: &Value,
        choices: &[String],
    ) -> Option<(&'static str, String, Certainty)> {
        if let Value::String(text) = value
            && let Some(choice) = nearest(text, choices.iter().map(String::as_str))
        {
            let certainty = match same_name(text.trim(), choice) {
                true => Certainty::Sure,
                false => Certainty::Guess,
            };
            return Some(("a similar value exists", syntax::quoted(choice), certainty));
        }
        if let Value::String(text) = value
            && let Some(meant) = meant_by(text.trim())
            && choices.iter().any(|choice| choice == meant)
        {
            return Some((
                "that is what it is called here",
                syntax::quoted(meant),
                Certainty::Guess,
            ));
        }
        let text = match value {
            Value::String(text) => text.trim_start_matches(DATE_MARK).to_owned(),
            Value::Number(_) => {
                let span = document::span_of(self.source, self.table, &Place::Value(at.clone()));
                self.source.slice(span).to_owned()
            }
            _ => return None,
        };
        // Elsewhere a number may be that of another repository.
        let repository = self.repository.as_ref();
        let repository = repository.filter(|_| at.top().as_deref() == Some("pull-requests"));
        let items = schema.get("items").map(|each| self.resolve(each));
        let listed = items.into_iter().flat_map(|each| {
            let of_each = slips(&text, each, repository).into_iter();
            of_each.map(|(why, value, written, certainty)| {
                (
                    why,
                    Value::Array(vec![value]),
                    format!("[{written}]"),
                    certainty,
                )
            })
        });
        let word = nearest(&text, words_of(schema)).map(|word| {
            let written = syntax::quoted(word);
            (
                "a similar word exists",
                Value::from(word),
                written,
                Certainty::Guess,
            )
        });
        slips(&text, schema, repository)
            .into_iter()
            .chain(listed)
            .chain(word)
            .find(|(_, candidate, ..)| candidate != value && self.accepts(at, candidate))
            .map(|(why, _, written, certainty)| (why, written, certainty))
    }

    /// Whether a value would be allowed at a place. Judged in a document with nothing else in it: what is missing
    /// elsewhere does not matter, and a large document costs no more than a small one.
    fn accepts(&self, at: &Pointer, candidate: &Value) -> bool {
        let mut tree = candidate.clone();
        let mut path = String::new();
        for step in at.steps().collect::<Vec<_>>().into_iter().rev() {
            if step.parse::<usize>().is_ok() {
                tree = Value::Array(vec![tree]);
                path.insert_str(0, "/0");
            } else {
                path.insert_str(0, Pointer::to(&step).as_str());
                tree = Value::Object([(step, tree)].into_iter().collect());
            }
        }
        let below = format!("{path}/");
        self.validator.iter_errors(&tree).all(|error| {
            let found = error.instance_path().as_str();
            found != path && !found.starts_with(&below)
        })
    }

    /// What the schema says about a place, in one line: its own words, or those of its type.
    fn description_of(&self, at: &Pointer) -> Option<String> {
        let own = self.property_at(at);
        [own, self.resolve(own)]
            .into_iter()
            .find_map(|schema| schema.get("description")?.as_str())
            .map(|text| {
                let first = text.split("\n\n").next().unwrap_or_default();
                first.replace('\n', " ").trim_end_matches('.').to_owned()
            })
    }

    /// The keys that each table of a list needs; none, where it is no list of tables.
    fn required_of_each<'s>(&'s self, schema: &'s Value) -> Vec<&'s str> {
        let each = schema.get("items").map(|each| self.resolve(each));
        let required = each.and_then(|each| each.get("required")?.as_array());
        let required = required.into_iter().flatten();
        required.filter_map(Value::as_str).collect()
    }

    /// What may stand at a place, as it is written: the example of the place itself, or that of its type.
    fn example_at(&self, at: &Pointer) -> Option<String> {
        let schema = self.schema_at(at);
        example_of(self.property_at(at), schema).or_else(|| example_of(schema, schema))
    }

    /// The schema that holds at a place, with references followed.
    fn schema_at(&self, at: &Pointer) -> &Value {
        self.resolve(self.property_at(at))
    }

    /// The schema of a place, as the one around it gives it.
    fn property_at(&self, at: &Pointer) -> &Value {
        let mut schema = self.schema;
        for step in at.steps() {
            let resolved = self.resolve(schema);
            let next = resolved
                .get("properties")
                .and_then(|properties| properties.get(&step))
                .or_else(|| resolved.get("items"))
                .or_else(|| {
                    let patterns = resolved.get("patternProperties")?.as_object()?;
                    patterns.values().next()
                })
                .or_else(|| resolved.get("additionalProperties"));
            match next {
                Some(next) => schema = next,
                None => return &Value::Null,
            }
        }
        schema
    }

    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.schema.pointer(reference.strip_prefix('#')?))
            .unwrap_or(schema)
    }

    /// What a place is called: its kind of file, or its key.
    fn name_of(&self, at: &Pointer) -> String {
        let keys: Vec<String> = at
            .steps()
            .filter(|step| step.parse::<usize>().is_err())
            .collect();
        match keys.as_slice() {
            [] => self.kind.noun().to_owned(),
            keys => format!("`{}`", keys.join(".")),
        }
    }
}

/// The words among what may stand at a place: examples without a digit in them.
fn words_of(schema: &Value) -> impl Iterator<Item = &str> {
    let examples = schema.get("examples").and_then(Value::as_array);
    let texts = examples.into_iter().flatten().filter_map(Value::as_str);
    let is_word = |text: &&str| {
        text.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    let is_choice = |pattern: &str| pattern.starts_with("^(planned|");
    let has_words = schema
        .get("pattern")
        .and_then(Value::as_str)
        .is_some_and(is_choice);
    texts.filter(is_word).filter(move |_| has_words)
}

/// The repository of a record: the one that it names, or the registry's first.
fn repository_of(tree: &Value, config: Option<&Config>) -> Option<RepositoryName> {
    match tree.get("repository") {
        Some(named) => named.as_str()?.parse().ok(),
        None => config?.default_repository().cloned(),
    }
}

/// What people call some of the values of records elsewhere.
fn meant_by(word: &str) -> Option<&'static str> {
    let meant = [
        ("ga", "stable"),
        ("generally available", "stable"),
        ("superseded", "replaced"),
        ("draft", "provisional"),
        ("approved", "accepted"),
        ("wip", "in-progress"),
        ("in progress", "in-progress"),
        ("shipped", "released"),
    ];
    let word = word.to_lowercase();
    let found = meant.iter().find(|(said, _)| *said == word);
    found.map(|(_, meant)| *meant)
}

/// What was probably meant by a text of the wrong spelling or type: why, as JSON, as TOML, and whether it can be anything else.
fn slips(
    text: &str,
    schema: &Value,
    repository: Option<&RepositoryName>,
) -> Vec<(&'static str, Value, String, Certainty)> {
    use Certainty::{Guess, Sure};
    let bare = text.trim().trim_start_matches(['@', '#']);
    if bare.is_empty() {
        return Vec::new();
    }
    let mut texts: Vec<(&'static str, String, Certainty)> = vec![
        ("write it in quotes", text.to_owned(), Sure),
        ("write it without white space", text.trim().to_owned(), Sure),
        ("write it without the sign", bare.to_owned(), Sure),
        (
            "write it without the `v`",
            bare.trim_start_matches(['v', 'V']).to_owned(),
            Sure,
        ),
        ("write it in lower case", bare.to_lowercase(), Sure),
    ];
    if bare.contains('.') {
        // Which one has it is for a person to say.
        texts.push(("name the patch release too", format!("{bare}.0"), Guess));
    }
    if let Some((release, _patch)) = bare.trim_start_matches(['v', 'V']).rsplit_once('.') {
        texts.push(("name the minor release only", release.to_owned(), Guess));
    }
    let last = bare.split_whitespace().next_back();
    let is_number = |word: &&str| {
        let word = word.trim_start_matches(['v', 'V']);
        word.starts_with(|c: char| c.is_ascii_digit())
    };
    if let Some(last) = last.filter(is_number) {
        texts.push((
            "write it alone",
            last.trim_start_matches(['v', 'V']).to_owned(),
            Guess,
        ));
    }
    // Ranges of releases, as people write them elsewhere.
    let ends = bare.trim_start_matches(['>', '=', '^', '~', ' ']);
    let (range, why) = (
        bare.replace("...", ".."),
        "write the two ends with `..` between them",
    );
    texts.extend([
        (why, range, Guess),
        (
            why,
            bare.replacen(['-', '–'], "..", 1).replace(' ', ""),
            Guess,
        ),
        (
            "write `..` behind the first release",
            format!("{}..", ends.trim_end_matches('+')),
            Guess,
        ),
        (
            "write the two ends, if it is this one alone",
            format!("{bare}..{bare}"),
            Guess,
        ),
    ]);
    let reference = reference_of(bare).or_else(|| in_repository(bare, repository?));
    if let Some(reference) = &reference {
        texts.push(("write it as owner/name#number", reference.clone(), Sure));
    }
    let mut all: Vec<(&'static str, Value, String, Certainty)> = texts
        .iter()
        .map(|(why, text, certainty)| {
            let value = Value::from(text.as_str());
            (*why, value, syntax::quoted(text), *certainty)
        })
        .collect();
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    if let Ok(number) = digits.parse::<u64>() {
        let written = number.to_string();
        all.push(("write the number alone", number.into(), written, Guess));
    }
    let truth = match bare.to_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    };
    if let Some(truth) = truth {
        all.push((
            "write `true` or `false`, without quotes",
            truth.into(),
            truth.to_string(),
            Sure,
        ));
    }
    let date = Value::from(format!("{DATE_MARK}{bare}"));
    all.push(("write a date without quotes", date, bare.to_owned(), Sure));
    if schema.get("type") == Some(&"array".into()) {
        // A comma may have been meant to part two.
        let certainty = match text.contains(',') {
            true => Guess,
            false => Sure,
        };
        let whole = text.trim();
        let list = Value::Array(vec![Value::from(whole)]);
        let written = format!("[{}]", syntax::quoted(whole));
        all.push(("write it as a list", list, written, certainty));
        let list = Value::Array(vec![Value::from(bare)]);
        all.push((
            "write it as a list",
            list,
            format!("[{}]", syntax::quoted(bare)),
            certainty,
        ));
    }
    let required = schema.get("required").and_then(Value::as_array);
    if let Some([Value::String(key)]) = required.map(Vec::as_slice) {
        for text in [bare, &reference.unwrap_or_default()] {
            let table = serde_json::json!({ key: text });
            let written = format!("{{ {key} = {} }}", syntax::quoted(text));
            all.push(("write it as a table", table, written, Sure));
        }
    }
    all
}

/// The reference to an issue or pull request that has this address, whatever of its page is meant.
fn reference_of(address: &str) -> Option<String> {
    let path = address.strip_prefix("https://github.com/")?;
    let mut parts = path.split('/');
    let (owner, name, kind) = (parts.next()?, parts.next()?, parts.next()?);
    let number = parts.next()?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    let is_one = matches!(kind, "pull" | "issues") && !digits.is_empty();
    is_one.then(|| format!("{owner}/{name}#{digits}"))
}

/// The reference to what has this number in a repository.
fn in_repository(number: &str, repository: &RepositoryName) -> Option<String> {
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{repository}#{number}"))
}

/// The values of a documented or plain enum.
fn choices_of(schema: &Value) -> Vec<String> {
    let constants = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|key| schema.get(*key)?.as_array())
        .flatten()
        .filter_map(|choice| choice.get("const"));
    let plain = schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let nested = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|key| schema.get(*key)?.as_array())
        .flatten()
        .filter_map(|choice| choice.get("enum")?.as_array())
        .flatten();
    constants
        .chain(plain)
        .chain(nested)
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// What the keys of a table must be, where they are values themselves.
fn key_spelling(schema: &Value) -> Option<&'static str> {
    let patterns = schema.get("patternProperties")?.as_object()?;
    patterns.keys().next().map(|_| "a minor release")
}

/// The first example of a schema, as a value of this type is written.
fn example_of(schema: &Value, of: &Value) -> Option<String> {
    let is_date = matches!(
        of.get("format").and_then(Value::as_str),
        Some("date" | "date-time")
    );
    let example = schema.get("examples")?.as_array()?.first()?;
    match example {
        Value::String(text) if is_date => Some(text.clone()),
        Value::String(text) => Some(syntax::quoted(text)),
        other => Some(other.to_string()),
    }
}

/// What is wrong with the `{parts}` of a text in which some are filled in, in the words of those who write it.
fn wrong_filling(value: &Value, pattern: &str) -> Option<String> {
    let text = value.as_str()?;
    let escaped = pattern.split("\\{").skip(1);
    let known: BTreeSet<&str> = escaped
        .filter_map(|part| part.split_once("\\}"))
        .map(|(part, _)| part)
        .collect();
    if known.is_empty() {
        return None;
    }
    let mut parts = text.split('{').skip(1);
    let unknown = parts.find_map(|part| {
        let (part, _) = part.split_once('}')?;
        (!known.contains(part)).then_some(part)
    });
    let all = known.iter().map(|part| format!("{{{part}}}"));
    let all: Vec<String> = all.collect();
    let verb = if all.len() == 1 { "is" } else { "are" };
    if let Some(unknown) = unknown {
        let all = one_of(all.iter().map(String::as_str)).replace(" or ", " and ");
        return Some(format!(
            "nothing is filled in for `{{{}}}`; {all} {verb}",
            shown(unknown)
        ));
    }
    // What a pattern has once, and outside of its choices, cannot be left out.
    let mut needed = known.iter().filter(|part| {
        let escaped = format!("\\{{{part}\\}}");
        let is_there = text.contains(&format!("{{{part}}}"));
        let without_choices = pattern.replace(&format!("|{escaped}"), "");
        !is_there && without_choices.contains(&escaped)
    });
    needed
        .next()
        .map(|part| format!("`{{{part}}}` is missing, so that all would be the same"))
}

fn expected(name: &str, schema: &Value, choices: &[String], kind: &ValidationErrorKind) -> String {
    if let Some(title) = schema.get("title").and_then(Value::as_str) {
        return title.to_owned();
    }
    if !choices.is_empty() {
        return match choices {
            [first, second] => format!("`{first}` or `{second}`"),
            // The help names them, and the message can be read in one breath.
            _ => format!("a value of {name}"),
        };
    }
    if let ValidationErrorKind::Pattern { pattern } = kind {
        return match schema.get("description") {
            Some(_) => "of the form that is asked for".to_owned(),
            None => format!("of the form `{pattern}`"),
        };
    }
    let words: BTreeSet<String> = match kind {
        ValidationErrorKind::Type {
            kind: TypeKind::Single(kind),
        } => BTreeSet::from([kind.to_string()]),
        _ => schema
            .get("type")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .into_iter()
            .collect(),
    };
    match words.first().map(String::as_str) {
        Some("string") => "a text in quotes".to_owned(),
        Some("integer") => "a whole number".to_owned(),
        Some("number") => "a number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("array") => "a list".to_owned(),
        Some("object") => "a table".to_owned(),
        _ => "what may stand here".to_owned(),
    }
}

/// A text of the file, cut so that a message stays readable; control characters become visible.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .flat_map(|c| {
            let printed: Vec<char> = if c.is_control() {
                c.escape_default().collect()
            } else {
                vec![c]
            };
            printed
        })
        .collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}

fn plural<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}
