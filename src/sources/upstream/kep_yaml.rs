//! kep.yaml, as far as records go: its facts, where each stands, and what was understood with good will.
//!
//! The real files disagree with their own rules: a status is misspelt, a milestone says `TBD`, handles come with and without
//! `@`. What can be understood is taken, what cannot is a remark with its line, and nothing here is fatal but a file that is
//! not YAML or does not say which KEP it is about and how that stands.

#[cfg(test)]
pub(crate) mod tests;
mod wire;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use self::wire::{Gate, Item, KepYaml, Text, Texts, line_of};
use self::words::{handles_in, kep_in, plain_reason};
use super::facts::{Facts, Field};
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::kep::Reached;
use crate::terms::{Date, Handle, Line, Release, Stage, Status};
use crate::text::source::{SourceFile, Span};
use crate::text::words::{nearest, visible_line};

/// The largest kep.yaml that is read, in bytes. The largest real one has 4 KiB.
pub const MAX_KEP_YAML: u64 = 1 << 18;

/// A kep.yaml that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kep {
    /// What it says, as of a day.
    pub facts: Facts,
    /// Where each fact stands.
    pub places: Places,
    /// What it says of its surroundings.
    pub surroundings: Surroundings,
    /// What was understood with good will, or not at all.
    pub remarks: Vec<Remark>,
}

/// Where facts stand in a kep.yaml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    number: Span,
    fields: BTreeMap<Field, Span>,
}

impl Places {
    /// Where a fact stands, or would be expected: a fact that is not there has the place of the number.
    pub fn of(&self, field: Field) -> Span {
        self.fields.get(&field).copied().unwrap_or(self.number)
    }

    /// Where a fact stands, if it is there.
    pub fn get(&self, field: Field) -> Option<Span> {
        self.fields.get(&field).copied()
    }

    /// Where the number stands.
    pub fn number(&self) -> Span {
        self.number
    }
}

/// What a kep.yaml says of SIGs, components and other KEPs. Records do not hold it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The SIG that owns the KEP.
    pub owning_sig: Option<String>,
    /// The SIGs that take part.
    pub participating_sigs: Vec<String>,
    /// The feature gates that the kubelet has.
    pub kubelet_gates: Vec<String>,
    /// The KEPs that it names as related: seen also, replaced, or replacing it.
    pub related: Vec<u32>,
}

/// Something that a kep.yaml says otherwise than it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The line, from 1.
    pub line: usize,
    /// What about it.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.text)
    }
}

/// Why a kep.yaml cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{line}: {reason}")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// A file while it is read: its text, and what there is to say about it.
struct Reading<'t> {
    file: &'t SourceFile,
    remarks: Vec<Remark>,
    /// Fields that say something which is not understood: that is not the same as nothing.
    unclear: BTreeSet<Field>,
}

/// A text says something, and it is not understood.
struct Unclear;

/// Reads a kep.yaml as it was on a day. Without a calendar nobody knows what has shipped, and nothing has.
pub fn read(
    file: &SourceFile,
    calendar: Option<&KubernetesCalendar>,
    day: Date,
) -> Result<Kep, Malformed> {
    let yaml: KepYaml = serde_saphyr::from_str(&file.text).map_err(|error| Malformed {
        line: error
            .location()
            .and_then(|location| usize::try_from(location.line()).ok())
            .unwrap_or(1)
            .max(1),
        reason: plain_reason(&error.to_string()),
    })?;
    let KepYaml {
        title,
        kep_number,
        authors,
        owning_sig,
        participating_sigs,
        status,
        stage,
        latest_milestone,
        milestone,
        feature_gates,
        see_also,
        replaces,
        superseded_by,
    } = yaml;
    let mut reading = Reading {
        file,
        remarks: Vec::new(),
        unclear: BTreeSet::new(),
    };
    let number = reading.number(kep_number.as_ref())?;
    let planned: BTreeMap<String, (Release, Span)> = milestone
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(stage, text)| {
            let text = text?;
            let release = reading.release(&text, &format!("milestone.{stage}"));
            if let (Err(Unclear), Some(field)) = (&release, reached_in(&stage)) {
                reading.unclear.insert(field);
            }
            Some((stage, (release.ok()??, reading.span(&text))))
        })
        .collect();
    let plan = |stage: Stage| planned.get(stage.written()).map(|(release, _)| *release);
    let planned_releases = Reached {
        alpha: plan(Stage::Alpha),
        beta: plan(Stage::Beta),
        beta_on: None,
        stable: plan(Stage::Stable),
    };
    let (gates, kubelet_gates) = reading.gates(feature_gates.unwrap_or_default());
    let mut places = BTreeMap::new();
    for (field, key) in [
        (Field::Owners, "authors"),
        (Field::FeatureGates, "feature-gates"),
    ] {
        places.extend(reading.key(key).map(|span| (field, span)));
    }
    let scalars = [
        (Field::Title, &title),
        (Field::Status, &status),
        (Field::Stage, &stage),
        (Field::Target, &latest_milestone),
    ];
    for (field, text) in scalars {
        places.extend(text.as_ref().map(|text| (field, reading.span(text))));
    }
    for (field, stage) in [
        (Field::Alpha, Stage::Alpha),
        (Field::Beta, Stage::Beta),
        (Field::Stable, Stage::Stable),
    ] {
        places.extend(planned.get(stage.written()).map(|(_, span)| (field, *span)));
    }
    let is_said = |text: &Option<Text>| {
        let text = text.as_ref();
        text.is_some_and(|text| !text.value.trim().is_empty())
    };
    let stage_said = stage
        .as_ref()
        .and_then(|text| reading.word(text, "stage", &Stage::ALL, Stage::written));
    // Which stages were come to follows from both.
    let follows = [Field::Alpha, Field::Beta, Field::Stable];
    if stage_said.is_none() && is_said(&stage) {
        reading.unclear.insert(Field::Stage);
        reading.unclear.extend(follows);
    }
    let latest = latest_milestone
        .as_ref()
        .map_or(Ok(None), |text| reading.release(text, "latest-milestone"));
    if latest.is_err() {
        reading.unclear.insert(Field::Target);
        reading.unclear.extend(follows);
    }
    let plan = super::facts::Plan {
        stage: stage_said,
        latest: latest.unwrap_or_default(),
        stages: planned_releases,
    };
    let title = title
        .as_ref()
        .map(|title| visible_line(&title.value))
        .and_then(|title| title.parse().ok())
        .ok_or_else(|| reading.missing("title", title.as_ref()))?;
    let status = reading.status(status.as_ref())?;
    let owners = reading.owners(authors);
    let related = [see_also, replaces, superseded_by]
        .into_iter()
        .flat_map(Texts::into_strings)
        .filter_map(|text| kep_in(&text))
        .filter(|other| *other != number)
        .collect();
    let places = Places {
        number: kep_number
            .as_ref()
            .map(|text| reading.span(text))
            .unwrap_or_default(),
        fields: places,
    };
    let has_shipped =
        |release: Release| calendar.is_some_and(|calendar| calendar.shipped_by(release, day));
    let mut facts = Facts::new(number, title, status, plan, owners, gates, has_shipped);
    facts.unclear = reading.unclear;
    let mut remarks = reading.remarks;
    remarks.sort_by_key(|remark| remark.line);
    Ok(Kep {
        facts,
        places,
        surroundings: Surroundings {
            owning_sig: owning_sig.map(|sig| sig.value.trim().to_owned()),
            participating_sigs: participating_sigs.into_strings().collect(),
            kubelet_gates,
            related,
        },
        remarks,
    })
}

impl Reading<'_> {
    fn number(&self, text: Option<&Text>) -> Result<u32, Malformed> {
        let Some(written) = text.map(|text| text.value.trim()) else {
            return Err(self.missing("kep-number", text));
        };
        match written.parse() {
            Ok(0) => Err(self.malformed(
                "kep-number",
                text,
                "`kep-number` is 0: none was assigned".to_owned(),
            )),
            Ok(number) if number <= 999_999 => Ok(number),
            _ => Err(self.malformed(
                "kep-number",
                text,
                format!("`kep-number` is `{written}`, which is no number of a KEP"),
            )),
        }
    }

    fn status(&mut self, text: Option<&Text>) -> Result<Status, Malformed> {
        let written = text
            .filter(|text| !text.value.trim().is_empty())
            .ok_or_else(|| self.missing("status", text))?;
        let before = self.remarks.len();
        if let Some(status) = self.word(written, "status", &Status::ALL, Status::written) {
            return Ok(status);
        }
        self.remarks.truncate(before);
        let word = written.value.trim();
        let reason = format!("`status` is `{word}`, which is no status of a KEP");
        Err(self.malformed("status", text, reason))
    }

    /// One of these words, also in another case, with something in brackets behind it, or misspelt.
    fn word<T: Copy>(
        &mut self,
        text: &Text,
        key: &str,
        all: &[T],
        spelling: fn(T) -> &'static str,
    ) -> Option<T> {
        let written = text.value.trim();
        if written.is_empty() {
            return None;
        }
        let find = |word: &str| all.iter().copied().find(|value| spelling(*value) == word);
        if let Some(value) = find(written) {
            return Some(value);
        }
        let bare = written.split(" (").next().unwrap_or(written).to_lowercase();
        let bare = match bare.as_str() {
            // kep.yaml has a key of this name beside the status.
            "superseded" => "replaced",
            bare => bare,
        };
        let found = find(bare)
            .or_else(|| nearest(bare, all.iter().map(|value| spelling(*value))).and_then(find));
        self.remark(
            text,
            match found {
                Some(value) => format!("`{key}` `{written}` is read as `{}`", spelling(value)),
                None => format!("`{key}` `{written}` is not understood"),
            },
        );
        found
    }

    /// The release that a text names, if it is decided.
    fn release(&mut self, text: &Text, key: &str) -> Result<Option<Release>, Unclear> {
        let written = text.value.trim();
        // What people write for "not decided".
        let open = [
            "", "0.0", "v0.0", "tbd", "tba", "todo", "never", "n/a", "na", "none", "null", "~",
            "x.y", "vx.y",
        ];
        if open.contains(&written.to_lowercase().as_str()) {
            return Ok(None);
        }
        match written.trim_start_matches(['v', 'V']).parse() {
            Ok(release) => Ok(Some(release)),
            Err(_) => {
                self.remark(text, format!("`{key}` `{written}` is not a release"));
                Err(Unclear)
            }
        }
    }

    /// The names of all feature gates, and of those that the kubelet has.
    fn gates(&mut self, gates: Vec<Option<Gate>>) -> (Vec<Line>, Vec<String>) {
        let (mut all, mut kubelet) = (Vec::new(), Vec::new());
        for Gate { name, components } in gates.into_iter().flatten() {
            let Some(name) = name else {
                let key = self.key("feature-gates").unwrap_or_default();
                self.unclear.insert(Field::FeatureGates);
                self.remarks.push(Remark {
                    line: self.file.position(key.start).line,
                    text: "a feature gate has no `name`".to_owned(),
                });
                continue;
            };
            let written = name.value.trim();
            let is_seen = visible_line(written) == written;
            let Some(line) = written.parse::<Line>().ok().filter(|_| is_seen) else {
                let written = written.escape_debug().to_string();
                self.remark(&name, format!("feature gate `{written}` is no name"));
                self.unclear.insert(Field::FeatureGates);
                continue;
            };
            if components.into_strings().any(|one| one.trim() == "kubelet") {
                kubelet.push(line.to_string());
            }
            all.push(line);
        }
        (all, kubelet)
    }

    fn owners(&mut self, authors: Texts) -> Vec<Handle> {
        let mut owners: Vec<Handle> = Vec::new();
        let key = self.key("authors").unwrap_or_default();
        let key_line = self.file.position(key.start).line;
        for Item { text, line } in authors.0 {
            for author in handles_in(&text) {
                if ["TBD", "TODO", "N/A"].contains(&author.to_uppercase().as_str()) {
                    continue;
                }
                match author.trim_start_matches('@').parse::<Handle>() {
                    Ok(handle) if !owners.contains(&handle) => owners.push(handle),
                    Ok(_) => {}
                    Err(_) => {
                        self.unclear.insert(Field::Owners);
                        self.remarks.push(Remark {
                            line: line.unwrap_or(key_line),
                            text: format!("author `{author}` is not a GitHub handle"),
                        });
                    }
                }
            }
        }
        // A KEP without anybody is one whose authors are spelled in another way.
        if owners.is_empty() {
            self.unclear.insert(Field::Owners);
        }
        owners
    }

    fn remark(&mut self, at: &Text, text: String) {
        self.remarks.push(Remark {
            line: line_of(at).unwrap_or(1),
            text,
        });
    }

    fn missing(&self, key: &str, text: Option<&Text>) -> Malformed {
        let reason = match text {
            None => format!("`{key}` is missing or empty"),
            Some(_) => format!("`{key}` is empty or cannot be understood"),
        };
        self.malformed(key, text, reason)
    }

    fn malformed(&self, key: &str, text: Option<&Text>, reason: String) -> Malformed {
        let line = text.and_then(line_of).unwrap_or_else(|| {
            let key = self.key(key).unwrap_or_default();
            self.file.position(key.start).line
        });
        Malformed { line, reason }
    }

    /// Where a value stands, its first line.
    fn span(&self, text: &Text) -> Span {
        let span = text.referenced.span();
        let start = span.byte_offset().and_then(|at| usize::try_from(at).ok());
        let length = span.byte_len().and_then(|len| usize::try_from(len).ok());
        match (start, length) {
            (Some(start), Some(length)) => self.file.first_line_of(Span {
                start,
                end: start.saturating_add(length),
            }),
            _ => Span::default(),
        }
    }

    /// Where a key of the document stands, if it is there.
    fn key(&self, key: &str) -> Option<Span> {
        let mut start = 0;
        for line in self.file.text.split_inclusive('\n') {
            if line
                .strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
            {
                return Some(Span {
                    start,
                    end: start + key.len(),
                });
            }
            start += line.len();
        }
        None
    }
}

/// The field that a milestone of this stage is about.
fn reached_in(stage: &str) -> Option<Field> {
    let fields = [Field::Alpha, Field::Beta, Field::Stable].into_iter();
    let mut fields =
        fields.filter(|field| field.reached_stage().map(Stage::written) == Some(stage));
    fields.next()
}
