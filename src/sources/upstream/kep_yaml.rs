//! kep.yaml, as far as records go: its facts, where each stands, and what was understood with good will.
//!
//! The real files disagree with their own rules: a status is misspelt, a milestone says `TBD`, handles come with and without
//! `@`. What can be understood is taken, what cannot is a remark with its line, and nothing here is fatal but a file that is
//! not YAML or does not say which KEP it is about and how that stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::facts::{Facts, Field};
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::kep::Reached;
use crate::registry::load::leading_number;
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

/// Scalars are text: `1.30` without quotes must not become the number 1.3.
type Text = Spanned<String>;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct KepYaml {
    title: Option<Text>,
    kep_number: Option<Text>,
    authors: Texts,
    owning_sig: Option<Text>,
    participating_sigs: Texts,
    status: Option<Text>,
    stage: Option<Text>,
    latest_milestone: Option<Text>,
    milestone: Option<BTreeMap<String, Option<Text>>>,
    feature_gates: Option<Vec<Option<Gate>>>,
    see_also: Texts,
    replaces: Texts,
    superseded_by: Texts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Gate {
    name: Option<Text>,
    components: Texts,
}

/// A list of texts; a single text is a list of one.
#[derive(Debug, Default)]
struct Texts(Vec<Item>);

#[derive(Debug)]
struct Item {
    text: String,
    /// The line, where the parser tells it.
    line: Option<usize>,
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
    fn into_strings(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|item| item.text)
    }
}

fn line_of(text: &Text) -> Option<usize> {
    usize::try_from(text.referenced.line())
        .ok()
        .filter(|line| *line > 0)
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

/// The first sentence of a parser's report, in plainer words where there are some; the place is said elsewhere.
fn plain_reason(report: &str) -> String {
    let first = report.lines().next().unwrap_or_default();
    let first = first.trim_start_matches("error: ");
    let is_place = |place: &str| {
        let words = place
            .strip_prefix("line ")
            .map(|rest| rest.split(" column "));
        words.is_some_and(|mut words| words.all(|word| word.parse::<usize>().is_ok()))
    };
    let reason = match first.split_once(": ") {
        Some((place, reason)) if is_place(place) => reason,
        _ => first,
    };
    if let Some(rest) = reason.strip_prefix("duplicate mapping key: ") {
        let key = rest.split(',').next().unwrap_or(rest);
        return format!("the key `{key}` stands here for the second time");
    }
    if reason.contains("from_str_multiple") {
        return "there is more than one document in this file".to_owned();
    }
    if reason.starts_with("budget breached") || reason.contains("recursi") {
        return "aliases or nesting make more of this than a kep.yaml can have".to_owned();
    }
    match reason {
        "expected string scalar" => "a text is expected here".to_owned(),
        "expected mapping start" => {
            "keys with values are expected, and this is something else".to_owned()
        }
        reason => reason.to_owned(),
    }
}

/// Several handles may share an entry; a name with words in it is one entry, unless it says its handle.
fn handles_in(entry: &str) -> Vec<String> {
    let parts = entry
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .flat_map(|part| {
            let handles: Vec<String> = part
                .split_whitespace()
                .filter(|word| word.starts_with('@'))
                .map(str::to_owned)
                .collect();
            if handles.is_empty() {
                vec![part.to_owned()]
            } else {
                handles
            }
        })
        .collect()
}

/// The KEP that a path or an address names: `/keps/sig-node/4960-…/README.md`, or its issue.
fn kep_in(text: &str) -> Option<u32> {
    if let Some((_, rest)) = text.split_once("kubernetes/enhancements/issues/") {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        return digits.parse().ok();
    }
    text.split('/').find_map(leading_number)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A kep.yaml of the shape of real ones.
    pub(crate) const YAML: &str = "\
title: Pod Lullabies
kep-number: \"9001\"
authors:
  - '@someone' # the owner
  - other
  - TBD
owning-sig: sig-node
participating-sigs: [sig-windows]
status: implementable
stage: beta
latest-milestone: \"v1.37\"
milestone:
  alpha: v1.30
  beta: 1.37
  stable: TBD
feature-gates:
  - name: PodLullabies
    components: [kubelet]
see-also:
";

    pub(crate) fn calendar() -> KubernetesCalendar {
        serde_json::from_value(serde_json::json!({ "cycles": [
            { "release": "1.29", "released": "2023-12-13" },
            { "release": "1.30", "released": "2024-04-17" },
            { "release": "1.37", "released": "2026-08-26" },
            { "release": "1.38", "planned": "2026-12-16" },
        ] }))
        .unwrap()
    }

    pub(crate) fn kep(yaml: &str, day: &str) -> Kep {
        let file = SourceFile::new("kep.yaml", yaml);
        read(&file, Some(&calendar()), day.parse().unwrap()).unwrap()
    }

    fn remarks(yaml: &str) -> Vec<String> {
        let kep = kep(yaml, "2026-07-24");
        kep.remarks.iter().map(Remark::to_string).collect()
    }

    fn refused(yaml: &str) -> String {
        let file = SourceFile::new("kep.yaml", yaml);
        let day = "2026-07-24".parse().unwrap();
        read(&file, None, day).unwrap_err().to_string()
    }

    #[test]
    fn a_release_is_reached_only_once_it_has_shipped() {
        let before = kep(YAML, "2026-07-24");
        assert_eq!(before.facts.target.unwrap().to_string(), "1.37");
        assert_eq!(before.facts.reached.alpha.unwrap().to_string(), "1.30");
        assert_eq!(before.facts.reached.beta, None);
        assert_eq!(before.remarks, []);

        let after = kep(YAML, "2026-08-26").facts;
        assert_eq!(after.target, None);
        assert_eq!(after.reached.beta.unwrap().to_string(), "1.37");
    }

    #[test]
    fn a_plan_that_work_never_came_to_is_not_reached() {
        let stalled = YAML.replace("stage: beta", "stage: alpha");
        assert_eq!(kep(&stalled, "2026-12-01").facts.reached.beta, None);
        let ahead = YAML.replace("latest-milestone: \"v1.37\"", "latest-milestone: v1.30");
        assert_eq!(kep(&ahead, "2026-12-01").facts.reached.beta, None);
    }

    #[test]
    fn a_kep_that_is_over_aims_at_nothing() {
        let over = YAML.replace("status: implementable", "status: withdrawn");
        assert_eq!(kep(&over, "2026-07-24").facts.target, None);
    }

    #[test]
    fn releases_without_quotes_keep_their_digits() {
        let yaml = YAML.replace("v1.30", "1.30");
        let kep = kep(&yaml, "2026-07-24");
        assert_eq!(kep.facts.reached.alpha.unwrap().to_string(), "1.30");
    }

    #[test]
    fn comments_say_what_they_say_to_people_and_are_no_values() {
        let yaml = YAML
            .replace(
                "status: implementable",
                "status: implementable #provisional|implemented",
            )
            .replace("stage: beta", "stage: beta # alpha|beta|stable")
            .replace("v1.37\"", "v1.37\" # slipped from 1.36")
            .replace("alpha: v1.30", "alpha: \"v1.30\" # 1.32 had an alpha2")
            .replace("see-also:", "#see-also:\n#  - /keps/sig-node/9002-x");
        let kep = kep(&yaml, "2026-07-24");
        assert_eq!(kep.remarks, []);
        assert_eq!(kep.facts, self::kep(YAML, "2026-07-24").facts);
        assert!(kep.surroundings.related.is_empty());
    }

    #[test]
    fn tabs_and_line_ends_are_no_part_of_values() {
        let yaml = YAML
            .replace("stage: beta", "stage:\tbeta\t")
            .replace("status: implementable", "status: implementable\t# done")
            .replace('\n', "\r\n");
        let kep = kep(&yaml, "2026-07-24");
        assert_eq!(kep.remarks, []);
        assert_eq!(kep.facts, self::kep(YAML, "2026-07-24").facts);
        let file = SourceFile::new("kep.yaml", yaml.as_str());
        assert_eq!(file.slice(kep.places.of(Field::Stage)), "beta");
    }

    /// Found by fuzzing: a schema takes such a character for a blank, and Rust does not.
    #[test]
    fn a_title_holds_what_people_see() {
        let yaml = YAML.replace(
            "Pod Lullabies",
            "\"\u{feff}Pod \u{202e}  Lullabies\u{feff}\"",
        );
        assert_eq!(
            kep(&yaml, "2026-07-24").facts.title.as_str(),
            "Pod Lullabies"
        );
        let gate = YAML.replace("name: PodLullabies", "name: \"Pod\u{200b}Lullabies\"");
        assert_eq!(
            remarks(&gate),
            ["17: feature gate `Pod\\u{200b}Lullabies` is no name"]
        );
    }

    #[test]
    fn what_is_not_decided_is_not_known() {
        for word in ["TBD", "never", "\"\"", "n/a", "0.0", "x.y", "TODO", "~"] {
            let yaml = YAML.replace(
                "latest-milestone: \"v1.37\"",
                &format!("latest-milestone: {word}"),
            );
            let kep = kep(&yaml, "2026-07-24");
            assert_eq!(
                (kep.facts.target, kep.remarks),
                (None, Vec::new()),
                "{word}"
            );
        }
        let empty = YAML
            .replace(
                "milestone:\n  alpha: v1.30\n  beta: 1.37\n  stable: TBD\n",
                "milestone:\n",
            )
            .replace("  - name: PodLullabies\n    components: [kubelet]\n", "");
        let kep = kep(&empty, "2026-07-24");
        assert_eq!(
            (kep.facts.feature_gates, kep.remarks),
            (Vec::new(), Vec::new())
        );
    }

    #[test]
    fn slips_are_understood_and_remarked_on_at_their_line() {
        let yaml = YAML
            .replace("status: implementable", "status: imlpemented")
            .replace("stage: beta", "stage: alpha (deprecated)")
            .replace("beta: 1.37", "beta: v1.21, v1.37")
            .replace("'@someone'", "'Jane D. <jane@example.com>'");
        insta::assert_debug_snapshot!(remarks(&yaml), @r#"
        [
            "4: author `Jane D. <jane@example.com>` is not a GitHub handle",
            "9: `status` `imlpemented` is read as `implemented`",
            "10: `stage` `alpha (deprecated)` is read as `alpha`",
            "14: `milestone.beta` `v1.21, v1.37` is not a release",
        ]
        "#);
        let status = |word: &str| {
            let yaml = YAML.replace("status: implementable", &format!("status: {word}"));
            kep(&yaml, "2026-07-24").facts.status
        };
        assert_eq!(status("superseded"), Status::Replaced);
        assert_eq!(status("implemented (alpha)"), Status::Implemented);
        assert_eq!(status("Implementable"), Status::Implementable);
    }

    #[test]
    fn handles_come_with_and_without_an_at_and_several_in_an_entry() {
        let yaml = YAML.replace(
            "  - TBD\n",
            "  - \"@Other, @third\"\n  - with input from @fourth\n  -\n",
        );
        let kep = kep(&yaml, "2026-07-24");
        let owners: Vec<&str> = kep.facts.owners.iter().map(Handle::as_str).collect();
        assert_eq!(owners, ["someone", "other", "third", "fourth"]);
        assert_eq!(kep.remarks, []);
        let one = YAML.replace(
            "authors:\n  - '@someone' # the owner\n  - other\n  - TBD\n",
            "authors: \"@someone\"\n",
        );
        assert_eq!(self::kep(&one, "2026-07-24").facts.owners.len(), 1);
    }

    #[test]
    fn facts_are_found_where_they_stand() {
        let file = SourceFile::new("kep.yaml", YAML);
        let kep = kep(YAML, "2026-07-24");
        let text = |field| file.slice(kep.places.of(field));
        assert_eq!(text(Field::Title), "Pod Lullabies");
        assert_eq!(text(Field::Status), "implementable");
        assert_eq!(text(Field::Target), "\"v1.37\"");
        assert_eq!(text(Field::Beta), "1.37");
        assert_eq!(text(Field::Owners), "authors");
        assert_eq!(file.slice(kep.places.number()), "\"9001\"");
        let without = YAML.replace("stage: beta\n", "");
        let kep = self::kep(&without, "2026-07-24");
        assert_eq!(kep.places.of(Field::Stage), kep.places.number());
    }

    #[test]
    fn related_keps_are_found_in_paths_and_addresses() {
        let yaml = YAML.replace(
            "see-also:\n",
            "see-also:\n  - /keps/sig-node/9002-songs/README.md\n  - keps/sig-node/9003-x\"\n  - N/A\n  - none\n  - https://github.com/kubernetes/enhancements/issues/9004\n  - https://github.com/kubernetes/kubernetes/pull/132296\nreplaces: /keps/sig-node/9005-y\nsuperseded-by: [/keps/sig-node/9001-pod-lullabies]\n",
        );
        let around = kep(&yaml, "2026-07-24").surroundings;
        assert_eq!(around.related, [9002, 9003, 9004, 9005]);
        assert_eq!(around.kubelet_gates, ["PodLullabies"]);
        assert_eq!(around.owning_sig.as_deref(), Some("sig-node"));
        assert_eq!(around.participating_sigs, ["sig-windows"]);
    }

    #[test]
    fn malformed_files_are_refused_with_their_line_and_a_reason() {
        let refused_with = |from: &str, to: &str| refused(&YAML.replace(from, to));
        insta::assert_debug_snapshot!([
            refused_with("\"9001\"", "NNNN"),
            refused_with("\"9001\"", "'0000'"),
            refused_with("\"9001\"", "9999999999"),
            refused_with("kep-number: \"9001\"\n", ""),
            refused_with("title: Pod Lullabies", "title:"),
            refused_with("status: implementable", "status: removed"),
            refused_with("status: implementable", "status: provisional|implementable"),
            refused_with("status: implementable\n", ""),
            refused(&format!("{YAML}title: again\n")),
            refused_with("  alpha", "\talpha"),
            refused(""),
            refused("- a\n- b\n"),
        ], @r#"
        [
            "2: `kep-number` is `NNNN`, which is no number of a KEP",
            "2: `kep-number` is 0: none was assigned",
            "2: `kep-number` is `9999999999`, which is no number of a KEP",
            "1: `kep-number` is missing or empty",
            "1: `title` is missing or empty",
            "9: `status` is `removed`, which is no status of a KEP",
            "9: `status` is `provisional|implementable`, which is no status of a KEP",
            "1: `status` is missing or empty",
            "20: the key `title` stands here for the second time",
            "13: tabs disallowed within this context (block indentation)",
            "1: `kep-number` is missing or empty",
            "1: keys with values are expected, and this is something else",
        ]
        "#);
    }

    #[test]
    fn aliases_cannot_explode() {
        let mut yaml = String::from("title: a\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            yaml.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        yaml.push_str("authors: *a11\n");
        let refused = refused(&yaml);
        assert!(refused.len() < 300, "{refused}");
    }
}
