//! kep.yaml → facts, and facts → edits of a record.
//!
//! The real files disagree with their own rules: a status is misspelt, a milestone says `TBD`, handles come with and without
//! `@`. What can be understood is taken, what cannot is a remark, and nothing here is fatal but a file that is not YAML.
//!
//! Facts belong to the day of their commit: a release in the `milestone` table is a plan, and becomes `reached` only if
//! that Kubernetes release had shipped by then. An update is three-way: a fact that upstream has changed since the record
//! was last read is taken over; one that it has not changed stays as people wrote it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml_edit::{DocumentMut, Value};

use crate::edit::{date, get, list, plain, set, unset};
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::kep::{Reached, Stage, Status};
use crate::registry::values::{Date, Handle, Line, Release};
use crate::words::nearest;

/// The largest kep.yaml that is read, in bytes. The largest real one has 4 KiB.
pub const MAX_KEP_YAML: u64 = 1 << 18;

/// What kep.yaml says of a KEP, as of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The number.
    pub number: u32,
    /// The title.
    pub title: Line,
    /// The status.
    pub status: Status,
    /// The stage that is worked on.
    pub stage: Option<Stage>,
    /// The release that is aimed at, unless it has shipped.
    pub target: Option<Release>,
    /// The authors.
    pub owners: Vec<Handle>,
    /// The feature gates.
    pub feature_gates: Vec<Line>,
    /// What has shipped.
    pub reached: Reached,
}

/// A kep.yaml that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// kep.yaml, as far as records go. Scalars are text: `1.30` without quotes must not become the number 1.3.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct KepYaml {
    title: Option<String>,
    kep_number: Option<String>,
    authors: Option<Vec<Option<String>>>,
    status: Option<String>,
    stage: Option<String>,
    latest_milestone: Option<String>,
    milestone: Option<BTreeMap<String, Option<String>>>,
    feature_gates: Option<Vec<Option<Gate>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Gate {
    name: Option<String>,
}

/// Reads a kep.yaml as it was on a day. The remarks say what was understood with good will, or not at all.
pub fn read(
    text: &str,
    calendar: Option<&KubernetesCalendar>,
    day: Date,
) -> Result<(Facts, Vec<String>), Malformed> {
    let yaml: KepYaml = serde_saphyr::from_str(text).map_err(|error| Malformed {
        line: error
            .location()
            .and_then(|location| usize::try_from(location.line()).ok())
            .unwrap_or(1),
        reason: plain_reason(&error.to_string()),
    })?;
    let line_of = |key: &str| {
        let at = text
            .lines()
            .position(|line| line.starts_with(&format!("{key}:")));
        at.map_or(1, |at| at + 1)
    };
    let missing = |key: &str| Malformed {
        line: line_of(key),
        reason: format!("`{key}` is missing or cannot be understood"),
    };
    let mut remarks = Vec::new();
    let number = yaml
        .kep_number
        .as_deref()
        .and_then(|number| number.trim().parse().ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| missing("kep-number"))?;
    let title = yaml
        .title
        .map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "))
        .and_then(|title| title.parse().ok())
        .ok_or_else(|| missing("title"))?;
    let status = word(
        yaml.status.as_deref(),
        &Status::ALL,
        Status::as_str,
        "status",
        &mut remarks,
    )
    .ok_or_else(|| missing("status"))?;
    let stage = word(
        yaml.stage.as_deref(),
        &Stage::ALL,
        Stage::as_str,
        "stage",
        &mut remarks,
    );
    let latest = yaml
        .latest_milestone
        .as_deref()
        .and_then(|text| release(text, "latest-milestone", &mut remarks));
    let milestones: BTreeMap<String, Release> = yaml
        .milestone
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(stage, text)| {
            let release = release(&text?, &format!("milestone.{stage}"), &mut remarks)?;
            Some((stage, release))
        })
        .collect();
    let has_shipped =
        |release: Release| calendar.is_some_and(|calendar| calendar.shipped_by(release, day));
    // A stage counts as reached when work has come to it, not when somebody once planned it.
    let reached = |name: Stage| {
        let release = *milestones.get(name.as_str())?;
        let came_to_it = stage.is_some_and(|stage| name <= stage)
            && latest.is_some_and(|latest| release <= latest);
        (came_to_it && has_shipped(release)).then_some(release)
    };
    let facts = Facts {
        number,
        title,
        status,
        stage,
        target: latest.filter(|latest| status.is_live() && !has_shipped(*latest)),
        owners: owners(yaml.authors.unwrap_or_default(), &mut remarks),
        feature_gates: yaml
            .feature_gates
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .filter_map(|gate| gate.name?.trim().parse().ok())
            .collect(),
        reached: Reached {
            alpha: reached(Stage::Alpha),
            beta: reached(Stage::Beta),
            beta_on: None,
            stable: reached(Stage::Stable),
        },
    };
    Ok((facts, remarks))
}

/// The first sentence of a parser's report, without the excerpt that it draws.
fn plain_reason(report: &str) -> String {
    let first = report.lines().next().unwrap_or_default();
    first.trim_start_matches("error: ").to_owned()
}

fn word<T: Copy>(
    text: Option<&str>,
    all: &[T],
    spelling: fn(T) -> &'static str,
    key: &str,
    remarks: &mut Vec<String>,
) -> Option<T> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    let find = |word: &str| all.iter().copied().find(|value| spelling(*value) == word);
    if let Some(value) = find(text) {
        return Some(value);
    }
    let similar = nearest(text, all.iter().map(|value| spelling(*value)));
    match similar {
        Some(similar) => remarks.push(format!("{key} `{text}` is read as `{similar}`")),
        None => remarks.push(format!("{key} `{text}` is not understood")),
    }
    similar.and_then(find)
}

fn release(text: &str, key: &str, remarks: &mut Vec<String>) -> Option<Release> {
    let text = text.trim();
    // What people write for "not decided".
    let open = [
        "", "0.0", "v0.0", "tbd", "never", "n/a", "na", "none", "null", "~",
    ];
    if open.contains(&text.to_lowercase().as_str()) {
        return None;
    }
    let parsed = text.trim_start_matches(['v', 'V']).parse().ok();
    if parsed.is_none() {
        remarks.push(format!("{key} `{text}` is not a release"));
    }
    parsed
}

fn owners(authors: Vec<Option<String>>, remarks: &mut Vec<String>) -> Vec<Handle> {
    let mut owners: Vec<Handle> = Vec::new();
    for author in authors.into_iter().flatten().flat_map(handles_in) {
        if ["TBD", "TODO", "N/A"].contains(&author.to_uppercase().as_str()) {
            continue;
        }
        match author.trim_start_matches('@').parse::<Handle>() {
            Ok(handle) if !owners.contains(&handle) => owners.push(handle),
            Ok(_) => {}
            Err(_) => remarks.push(format!("author `{author}` is not a GitHub handle")),
        }
    }
    owners
}

/// Several handles may share an entry; a name with words in it is one entry, unless it says its handle.
fn handles_in(entry: String) -> Vec<String> {
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

/// A field of a record that a pull has changed: its key, and its value before and after, as TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The key.
    pub key: String,
    /// What the record said; absent: nothing.
    pub before: Option<String>,
    /// What it says now; absent: nothing.
    pub after: Option<String>,
}

/// A new record with these facts, as text. What nobody has triaged says so.
pub fn new_record(facts: &Facts, seen: Date) -> String {
    let mut document = DocumentMut::new();
    for (key, value) in entries(facts) {
        if let Some(value) = value {
            set(&mut document, key, value);
        }
        if key == "target" {
            set(&mut document, "triage", "pending".into());
        }
    }
    set(&mut document, "upstream-seen", date(seen));
    let mut text = String::from("#:schema ../../schema/kep.schema.json\n");
    text.push_str(&document.to_string());
    text
}

/// Brings a record up to date: `base` are the facts at the record's `upstream-seen`, as far as they are known.
///
/// Gives the new text and what changed; comments, order and everything that upstream does not own stay as they are.
pub fn update_record(
    text: &str,
    base: Option<&Facts>,
    now: &Facts,
    seen: Date,
) -> Result<(String, Vec<FieldChange>), toml_edit::TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let mut changes = Vec::new();
    let base = base.map(entries);
    for (index, (key, value)) in entries(now).into_iter().enumerate() {
        let written = get(&document, key);
        let before_upstream = base.as_ref().map(|base| plain(base[index].1.as_ref()));
        let now = plain(value.as_ref());
        // Upstream has not changed it since: what the record says is what people made of it.
        let stays = match &before_upstream {
            Some(before) => *before == now,
            None => written.is_some(),
        };
        if stays || written == now {
            continue;
        }
        match value {
            Some(value) => set(&mut document, key, value),
            None => unset(&mut document, key),
        }
        changes.push(FieldChange {
            key: key.to_owned(),
            before: written,
            after: now,
        });
    }
    let seen_before = get(&document, "upstream-seen");
    let seen_now = date(seen);
    if seen_before.as_deref() != Some(&seen.to_string()) {
        set(&mut document, "upstream-seen", seen_now);
        changes.push(FieldChange {
            key: "upstream-seen".to_owned(),
            before: seen_before,
            after: Some(seen.to_string()),
        });
    }
    Ok((document.to_string(), changes))
}

/// What upstream owns of a record, in the order of a new record's keys; a dotted key lies in a table.
fn entries(facts: &Facts) -> Vec<(&'static str, Option<Value>)> {
    let Facts {
        number,
        title,
        status,
        stage,
        target,
        owners,
        feature_gates,
        reached,
    } = facts;
    let Reached {
        alpha,
        beta,
        beta_on: _,
        stable,
    } = reached;
    let text = |text: String| Value::from(text);
    let release = |release: &Option<Release>| release.map(|release| text(release.to_string()));
    let list = |all: Vec<String>| (!all.is_empty()).then(|| list(all));
    vec![
        ("number", Some(Value::from(i64::from(*number)))),
        ("title", Some(text(title.to_string()))),
        ("status", Some(text(status.as_str().to_owned()))),
        ("stage", stage.map(|stage| text(stage.as_str().to_owned()))),
        ("target", release(target)),
        (
            "owners",
            list(owners.iter().map(ToString::to_string).collect()),
        ),
        (
            "feature-gates",
            list(feature_gates.iter().map(ToString::to_string).collect()),
        ),
        ("reached.alpha", release(alpha)),
        ("reached.beta", release(beta)),
        ("reached.stable", release(stable)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "\
title: Pod Lullabies
kep-number: \"9001\"
authors:
  - '@someone' # the owner
  - other
  - TBD
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

    fn calendar() -> KubernetesCalendar {
        serde_json::from_value(serde_json::json!({ "cycles": [
            { "release": "1.29", "released": "2023-12-13" },
            { "release": "1.30", "released": "2024-04-17" },
            { "release": "1.37", "released": "2026-08-26" },
            { "release": "1.38", "planned": "2026-12-16" },
        ] }))
        .unwrap()
    }

    fn facts(yaml: &str, day: &str) -> (Facts, Vec<String>) {
        read(yaml, Some(&calendar()), day.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_release_is_reached_only_once_it_has_shipped() {
        let (before, remarks) = facts(YAML, "2026-07-24");
        assert_eq!(before.target.unwrap().to_string(), "1.37");
        assert_eq!(before.reached.alpha.unwrap().to_string(), "1.30");
        assert_eq!(before.reached.beta, None);
        assert!(remarks.is_empty(), "{remarks:?}");

        let (after, _) = facts(YAML, "2026-08-26");
        assert_eq!(after.target, None);
        assert_eq!(after.reached.beta.unwrap().to_string(), "1.37");
    }

    #[test]
    fn a_plan_that_work_never_came_to_is_not_reached() {
        let stalled = YAML.replace("stage: beta", "stage: alpha");
        let (facts, _) = facts(&stalled, "2026-12-01");
        assert_eq!(facts.reached.beta, None);
    }

    #[test]
    fn releases_without_quotes_keep_their_digits() {
        let yaml = YAML.replace("v1.30", "1.30");
        let (facts, _) = facts(&yaml, "2026-07-24");
        assert_eq!(facts.reached.alpha.unwrap().to_string(), "1.30");
    }

    #[test]
    fn slips_are_understood_and_remarked_on() {
        let yaml = YAML
            .replace("status: implementable", "status: imlpemented")
            .replace("'@someone'", "'Jane D. <jane@example.com>'");
        let (facts, remarks) = facts(&yaml, "2026-07-24");
        assert_eq!(facts.status, Status::Implemented);
        assert_eq!(facts.owners.len(), 1, "{:?}", facts.owners);
        insta::assert_debug_snapshot!(remarks, @r#"
        [
            "status `imlpemented` is read as `implemented`",
            "author `Jane D. <jane@example.com>` is not a GitHub handle",
        ]
        "#);
    }

    #[test]
    fn malformed_files_are_refused_with_their_line() {
        let refused = |yaml: &str| read(yaml, None, "2026-07-24".parse().unwrap()).unwrap_err();
        assert_eq!(refused(&YAML.replace("\"9001\"", "NNNN")).line, 2);
        let duplicate = refused(&format!("{YAML}title: again\n"));
        assert_eq!(duplicate.line, 18, "{duplicate}");
        let tab = refused(&YAML.replace("  alpha", "\talpha"));
        assert_eq!(tab.line, 11, "{tab}");
        assert_eq!(refused("").line, 1);
        assert_eq!(refused("- a\n- b\n").line, 1);
    }

    #[test]
    fn aliases_cannot_explode() {
        let mut yaml = String::from("title: a\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            yaml.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        yaml.push_str("authors: *a11\n");
        assert!(read(&yaml, None, "2026-07-24".parse().unwrap()).is_err());
    }

    #[test]
    fn a_new_record_has_what_upstream_knows_and_no_more() {
        let (facts, _) = facts(YAML, "2026-07-24");
        insta::assert_snapshot!(new_record(&facts, "2026-07-24".parse().unwrap()), @r#"
        #:schema ../../schema/kep.schema.json
        number = 9001
        title = "Pod Lullabies"
        status = "implementable"
        stage = "beta"
        target = "1.37"
        owners = ["someone", "other"]
        feature-gates = ["PodLullabies"]
        triage = "pending"
        upstream-seen = 2026-07-24

        [reached]
        alpha = "1.30"
        "#);
    }

    fn update(
        text: &str,
        base: Option<&Facts>,
        now: &Facts,
        seen: &str,
    ) -> (String, Vec<FieldChange>) {
        update_record(text, base, now, seen.parse().unwrap()).unwrap()
    }

    #[test]
    fn an_update_keeps_formatting_and_what_upstream_does_not_own() {
        let (base, _) = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap())
            .replace("title = ", "title   =   ")
            .replace("target = \"1.37\"", "# slipped, see the issue\ntarget = \"1.38\" # by hand\nshepherds = [ \"mikebrow\", ]");
        let (same, changes) = update(&record, Some(&base), &base, "2026-07-24");
        assert_eq!(
            (same, changes),
            (record.clone(), Vec::new()),
            "nothing new upstream"
        );

        let moved = YAML.replace("title: Pod Lullabies", "title: Pod Songs");
        let (now, _) = facts(&moved, "2026-08-01");
        let (text, changes) = update(&record, Some(&base), &now, "2026-08-01");
        insta::assert_snapshot!(text, @r#"
        #:schema ../../schema/kep.schema.json
        number = 9001
        title   =   "Pod Songs"
        status = "implementable"
        stage = "beta"
        # slipped, see the issue
        target = "1.38" # by hand
        shepherds = [ "mikebrow", ]
        owners = ["someone", "other"]
        feature-gates = ["PodLullabies"]
        triage = "pending"
        upstream-seen = 2026-08-01

        [reached]
        alpha = "1.30"
        "#);
        let keys: Vec<&str> = changes.iter().map(|change| change.key.as_str()).collect();
        assert_eq!(keys, ["title", "upstream-seen"]);
    }

    #[test]
    fn a_cycle_that_ships_moves_into_reached() {
        let (base, _) = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let (now, _) = facts(YAML, "2026-09-01");
        let (text, changes) = update(&record, Some(&base), &now, "2026-09-01");
        assert!(text.contains("beta = \"1.37\""), "{text}");
        assert!(!text.contains("target"), "{text}");
        assert_eq!(changes.len(), 3, "{changes:?}");
    }

    #[test]
    fn without_a_base_only_what_is_absent_is_filled_in() {
        let (now, _) = facts(YAML, "2026-07-24");
        let record = "number = 9001\ntitle = \"My own words\"\nstatus = \"provisional\"\n";
        let (text, _) = update(record, None, &now, "2026-07-24");
        assert!(
            text.contains("My own words") && text.contains("provisional"),
            "{text}"
        );
        assert!(text.contains("owners = [\"someone\", \"other\"]"), "{text}");
    }
}
