//! Findings as SARIF 2.1.0, for GitHub's code scanning and other viewers.
//!
//! What GitHub takes of it: <https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning>.
//! The types are the part of the standard that is written.

use serde::Serialize;

use crate::findings::diagnostic::{Certainty, Diagnostic, Edit, Label, Level};
use crate::findings::sources::Sources;
use crate::rules::{RULES, Rule};
use crate::text::percent;
use crate::text::source::{SourceFile, Span};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Result<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 1],
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints<'a>,
    /// Absent: no change is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

/// GitHub goes by the first; it would else take the text of the line, and lose sight of a finding whose line is edited.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints<'a> {
    primary_location_line_hash: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    /// Where the reference leads from; an address needs nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Text,
    artifact_changes: [Change; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

/// Findings as a SARIF log, with a newline at the end. `prefix` leads from the repository's root to the registry; `judged`:
/// whether they are those of a change, so that each is new or was there before.
pub fn sarif(diagnostics: &[Diagnostic], files: &Sources, prefix: &str, judged: bool) -> String {
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "kepherd",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: RULES.iter().map(|rule| descriptor(rule)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: diagnostics
                .iter()
                .map(|one| result(one, files, prefix, judged))
                .collect(),
        }],
    };
    // On one line: a log of thousands of findings is for programs, and the spaces would be most of it.
    super::json::compact(&log)
}

fn descriptor(rule: &Rule) -> Descriptor {
    let Rule {
        id,
        group: _,
        level,
        summary,
        why,
        source,
        example: _,
        remedy,
        ..
    } = rule;
    let name = id.0.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    Descriptor {
        id: id.0,
        name: name.collect(),
        short_description: Text {
            text: (*summary).to_owned(),
        },
        full_description: Text {
            text: format!("{summary}: {why}"),
        },
        help: Help {
            text: format!("Why: {why}.\nSource: {source}.\nWhat to do: {remedy}"),
            markdown: super::rule_docs::section(rule),
        },
        default_configuration: Configuration {
            level: self::level(*level),
        },
        properties: Properties { tags: ["kep"] },
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
        Level::Off => "none",
    }
}

fn result<'a>(
    diagnostic: &'a Diagnostic,
    files: &Sources,
    prefix: &str,
    judged: bool,
) -> Result<'a> {
    let place = |label: &Label<Span>| Location {
        physical_location: physical(files.file(label.file), label.place, prefix),
        message: (!label.text.is_empty()).then(|| Text {
            text: label.text.clone(),
        }),
    };
    let edits = diagnostic.help.iter().filter_map(|help| {
        let edit = help.edit.as_ref()?;
        (edit.certainty == Certainty::Sure).then(|| fix(&help.text, edit, files, prefix))
    });
    Result {
        rule_id: diagnostic.rule.0,
        rule_index: RULES
            .iter()
            .position(|rule| rule.id == diagnostic.rule)
            .unwrap_or_default(),
        level: level(diagnostic.level),
        message: Text {
            text: in_words(diagnostic),
        },
        locations: [place(&diagnostic.primary)],
        related_locations: diagnostic.related.iter().map(place).collect(),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: &diagnostic.fingerprint,
        },
        baseline_state: judged.then_some(if diagnostic.known { "unchanged" } else { "new" }),
        fixes: edits.collect(),
    }
}

/// What there is to say of a finding beside what stands once with its rule.
fn in_words(diagnostic: &Diagnostic) -> String {
    let rule = RULES.iter().find(|rule| rule.id == diagnostic.rule);
    if diagnostic.why == rule.map(|rule| rule.why) {
        let without = Diagnostic {
            why: None,
            ..diagnostic.clone()
        };
        return without.in_words();
    }
    diagnostic.in_words()
}

fn fix(text: &str, edit: &Edit<Span>, files: &Sources, prefix: &str) -> Fix {
    let Physical {
        artifact_location,
        region,
    } = physical(files.file(edit.file), edit.place, prefix);
    Fix {
        description: Text {
            text: text.to_owned(),
        },
        artifact_changes: [Change {
            artifact_location,
            replacements: [Replacement {
                deleted_region: region,
                inserted_content: Text {
                    text: edit.replacement.clone(),
                },
            }],
        }],
    }
}

fn physical(file: &SourceFile, span: Span, prefix: &str) -> Physical {
    let (start, end) = (file.position(span.start), file.position(span.end));
    Physical {
        artifact_location: Artifact {
            uri: match file.address() {
                Some(address) => address.to_owned(),
                None => percent::path(&file.below(prefix)),
            },
            uri_base_id: file.address().is_none().then_some("%SRCROOT%"),
        },
        region: Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        },
    }
}
