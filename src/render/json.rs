//! Findings as versioned JSON, for other tools. `schema/findings.schema.json` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::findings::diagnostic::{Certainty, Diagnostic, Label, Level};
use crate::findings::sources::Sources;
use crate::rules;
use crate::text::source::{Position, SourceFile, Span};

/// The version of the format; it grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// The findings of one check.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Findings {
    /// The version of this format.
    pub version: u32,
    /// The number of records that were checked.
    pub records: usize,
    /// The findings, by file and place.
    pub findings: Vec<FindingJson>,
}

/// One finding.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FindingJson {
    /// The name of the rule.
    pub rule: String,
    /// How loud it is.
    pub level: Level,
    /// Whether it was there before the change that is judged.
    pub known: bool,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: PlaceJson,
    /// Other places that belong to it.
    pub related: Vec<PlaceJson>,
    /// Why it matters.
    pub why: String,
    /// Facts that help to understand it.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Vec<HelpJson>,
    /// The same for the same finding after its line has moved.
    pub fingerprint: String,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlaceJson {
    /// Path below the registry's root; of a file elsewhere, its path there, `@`, and the commit.
    pub path: String,
    /// The first character; lines and columns count from 1.
    pub start: PositionJson,
    /// The character after the last one.
    pub end: PositionJson,
    /// What is said there; may be empty.
    pub label: String,
}

/// A line and a column, from 1; the column counts characters.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PositionJson {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A remedy.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct HelpJson {
    /// What to do.
    pub text: String,
    /// How to write it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<EditJson>,
    /// The path below the registry's root that `--fix` moves the file to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rename: Option<String>,
}

/// A replacement of a place's text.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EditJson {
    /// What is replaced.
    pub at: PlaceJson,
    /// What stands there afterwards.
    pub replacement: String,
    /// Whether there is no other answer, so that `--fix` writes it.
    pub sure: bool,
}

/// Why a finding matters: programs are told the rule's reason where people need none.
fn reason(diagnostic: &Diagnostic) -> &'static str {
    let of_the_rule = || rules::find(diagnostic.rule.0).map(|rule| rule.why);
    diagnostic.why.or_else(of_the_rule).unwrap_or_default()
}

/// Findings as JSON, with a newline at the end.
pub fn findings(diagnostics: &[Diagnostic], files: &Sources, records: usize) -> String {
    let place = |label: &Label<Span>| place(files.file(label.file), label.place, &label.text);
    let findings = Findings {
        version: VERSION,
        records,
        findings: diagnostics
            .iter()
            .map(|diagnostic| FindingJson {
                rule: diagnostic.rule.to_string(),
                level: diagnostic.level,
                known: diagnostic.known,
                message: diagnostic.message.clone(),
                at: place(&diagnostic.primary),
                related: diagnostic.related.iter().map(place).collect(),
                why: reason(diagnostic).to_owned(),
                notes: diagnostic.notes.clone(),
                help: diagnostic
                    .help
                    .iter()
                    .map(|help| HelpJson {
                        text: help.text.clone(),
                        edit: help.edit.as_ref().map(|edit| EditJson {
                            at: self::place(files.file(edit.file), edit.place, ""),
                            replacement: edit.replacement.clone(),
                            sure: edit.certainty == Certainty::Sure,
                        }),
                        rename: help.rename.clone(),
                    })
                    .collect(),
                fingerprint: diagnostic.fingerprint.clone(),
            })
            .collect(),
    };
    pretty(&findings)
}

fn place(file: &SourceFile, span: Span, label: &str) -> PlaceJson {
    let position = |offset| {
        let Position { line, column } = file.position(offset);
        PositionJson { line, column }
    };
    PlaceJson {
        path: file.path.to_string(),
        start: position(span.start),
        end: position(span.end),
        label: label.to_owned(),
    }
}

/// Any of kepherd's own types as indented JSON, with a newline at the end.
#[expect(
    clippy::expect_used,
    reason = "types with string keys always serialize"
)]
pub fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("plain data serializes");
    text.push('\n');
    text
}

/// The same on one line.
#[expect(
    clippy::expect_used,
    reason = "types with string keys always serialize"
)]
pub fn compact<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string(value).expect("plain data serializes");
    text.push('\n');
    text
}
