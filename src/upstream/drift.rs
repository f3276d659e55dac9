//! A record beside what upstream says: where they differ, why, and what `upstream pull` does about it. Pure.
//!
//! It is three-way: what upstream said when the record was last read tells whether upstream has changed a fact or people have.

use toml_edit::DocumentMut;

use super::facts::{Facts, Field, FieldValue, recorded};
use crate::edit::{date, get, set, unset};
use crate::registry::kep::KepRecord;
use crate::registry::values::{Date, Release};

/// A field in which a record and upstream differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Which one.
    pub field: Field,
    /// What the record says; absent: nothing.
    pub recorded: Option<FieldValue>,
    /// What upstream says; absent: nothing.
    pub upstream: Option<FieldValue>,
    /// Why they differ.
    pub cause: Cause,
}

/// Why a record and upstream differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The record says nothing yet.
    New,
    /// Upstream has changed it since the record was read.
    Changed,
    /// People and upstream have both changed it since; upstream said this before.
    ChangedInBoth(Option<FieldValue>),
    /// kep.yaml says what it said, and this release has shipped since.
    Shipped(Release),
    /// People made it what it is; upstream says what it said when the record was read.
    People,
    /// The record has words of its own, and what upstream said when it was read is not known.
    Unknown,
    /// What shipped is on record, and a fact does not change because a plan does.
    Fact,
    /// The record aims at that stage in a later release, which upstream knows nothing of.
    StillAhead(Release),
    /// The record was read at a later commit than the one that is looked at.
    Older(Date),
}

impl Drift {
    /// Whether `upstream pull` takes upstream's word for it.
    pub fn is_taken(&self) -> bool {
        match self.cause {
            Cause::New | Cause::Changed | Cause::ChangedInBoth(_) | Cause::Shipped(_) => true,
            Cause::People | Cause::Unknown | Cause::Fact => false,
            Cause::StillAhead(_) | Cause::Older(_) => false,
        }
    }

    /// Why, in a few words.
    pub fn why(&self, seen: Option<Date>) -> String {
        let said = |value: &Option<FieldValue>| match value {
            Some(value) => value.to_string(),
            None => "nothing".to_owned(),
        };
        let since = match seen {
            Some(seen) => format!("since {seen}"),
            None => "since the record was read".to_owned(),
        };
        match &self.cause {
            Cause::New => "the record says nothing of it yet".to_owned(),
            Cause::Changed => format!("upstream changed it {since}"),
            Cause::ChangedInBoth(before) => format!(
                "upstream changed it {since}, from {}, and so did people here",
                said(before)
            ),
            Cause::Shipped(release) => format!("Kubernetes {release} has shipped {since}"),
            Cause::People => {
                format!("people made it so here; upstream has not changed it {since}")
            }
            Cause::Unknown => "what upstream said when the record was read is not known".to_owned(),
            Cause::Fact => "what has shipped stays on record when a plan changes".to_owned(),
            Cause::StillAhead(release) => {
                format!("the record aims at that stage in {release}")
            }
            Cause::Older(seen) => format!("the record was read later, on {seen}"),
        }
    }
}

/// Where a record and upstream on a day differ. `base` is what upstream said at the record's `upstream-seen`, as far as that
/// is known.
pub fn drift(record: &KepRecord, base: Option<&Facts>, now: &Facts, day: Date) -> Vec<Drift> {
    let later = record.upstream_seen.filter(|seen| *seen > day);
    let fields = Field::ALL.into_iter();
    fields
        .filter_map(|field| {
            let (recorded, upstream) = (recorded(record, field), now.value(field));
            (recorded != upstream).then(|| Drift {
                cause: match later {
                    Some(seen) => Cause::Older(seen),
                    None => cause(record, field, recorded.as_ref(), base, now),
                },
                field,
                recorded,
                upstream,
            })
        })
        .collect()
}

fn cause(
    record: &KepRecord,
    field: Field,
    recorded: Option<&FieldValue>,
    base: Option<&Facts>,
    now: &Facts,
) -> Cause {
    let is_shipped_fact = field.reached_stage().is_some() && recorded.is_some();
    if let (Some(stage), Some(FieldValue::Release(release))) =
        (field.reached_stage(), now.value(field))
        && recorded.is_none()
        && record.stage == Some(stage)
        && let Some(target) = record.target
        && target > release
        && now.target != Some(target)
    {
        return Cause::StillAhead(target);
    }
    let Some(base) = base else {
        return match recorded {
            None => Cause::New,
            Some(_) if is_shipped_fact => Cause::Fact,
            Some(_) => Cause::Unknown,
        };
    };
    let is_untouched = recorded == base.value(field).as_ref();
    let has_changed = base.written(field) != now.written(field);
    match (is_untouched, has_changed) {
        (false, false) => Cause::People,
        (_, _) if is_shipped_fact => Cause::Fact,
        (true, true) => Cause::Changed,
        (false, true) => Cause::ChangedInBoth(base.value(field)),
        // kep.yaml says the same, and the day is another one.
        (true, false) => match (field, base.written(field)) {
            (_, Some(FieldValue::Release(release))) => Cause::Shipped(release),
            _ => Cause::Changed,
        },
    }
}

/// A new record with these facts, as text. What nobody has triaged says so.
pub fn new_record(facts: &Facts, seen: Date) -> String {
    let mut document = DocumentMut::new();
    set(&mut document, "number", i64::from(facts.number).into());
    for field in Field::ALL {
        if let Some(value) = facts.value(field) {
            set(&mut document, field.key(), value.to_toml());
        }
    }
    set(&mut document, "triage", "pending".into());
    set(&mut document, "upstream-seen", date(seen));
    let mut text = String::from("#:schema ../../schema/kep.schema.json\n");
    text.push_str(&document.to_string());
    text
}

/// What became of a record's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The key.
    pub key: &'static str,
    /// What upstream says of it; absent: it is not upstream's.
    pub field: Option<Field>,
    /// What the record said, as TOML; absent: nothing.
    pub before: Option<String>,
    /// What it says now; absent: nothing.
    pub after: Option<String>,
    /// Why.
    pub why: String,
}

/// Takes over into a record what upstream has changed, and writes down when that was read; gives what changed.
///
/// Comments, order and everything that upstream does not own stay as they are.
pub fn update(
    document: &mut DocumentMut,
    drifts: &[Drift],
    seen_before: Option<Date>,
    seen: Date,
) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for drift in drifts.iter().filter(|drift| drift.is_taken()) {
        let key = drift.field.key();
        let before = get(document, key);
        match &drift.upstream {
            Some(value) => set(document, key, value.to_toml()),
            None => unset(document, key),
        }
        changes.push(FieldChange {
            key,
            field: Some(drift.field),
            before,
            after: get(document, key),
            why: drift.why(seen_before),
        });
    }
    if seen_before != Some(seen) {
        let before = get(document, "upstream-seen");
        set(document, "upstream-seen", date(seen));
        changes.push(FieldChange {
            key: "upstream-seen",
            field: None,
            before,
            after: Some(seen.to_string()),
            why: "the day of the commit that was read".to_owned(),
        });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::kep_yaml::tests::{YAML, kep};

    fn facts(yaml: &str, day: &str) -> Facts {
        kep(yaml, day).facts
    }

    fn record(text: &str) -> KepRecord {
        let file = crate::source::SourceFile::new("x.toml", text);
        let (table, _) = crate::document::parse(&file);
        serde_json::from_value(crate::document::to_json(table.get_ref())).unwrap()
    }

    /// What a pull makes of a record, and why.
    fn pulled(text: &str, base: Option<&Facts>, now: &Facts, day: &str) -> (String, Vec<String>) {
        let record = record(text);
        let day = day.parse().unwrap();
        let drifts = drift(&record, base, now, day);
        let mut document = text.parse().unwrap();
        let changes = update(&mut document, &drifts, record.upstream_seen, day);
        let words = changes.iter().map(|change| {
            let side = |side: &Option<String>| side.clone().unwrap_or_default();
            format!(
                "{}: {} → {} ({})",
                change.key,
                side(&change.before),
                side(&change.after),
                change.why
            )
        });
        (document.to_string(), words.collect())
    }

    /// What a pull leaves, and why.
    fn kept(text: &str, base: Option<&Facts>, now: &Facts, day: &str) -> Vec<String> {
        let record = record(text);
        let drifts = drift(&record, base, now, day.parse().unwrap());
        let kept = drifts.iter().filter(|drift| !drift.is_taken());
        kept.map(|drift| format!("{}: {}", drift.field.key(), drift.why(record.upstream_seen)))
            .collect()
    }

    #[test]
    fn a_new_record_has_what_upstream_knows_and_no_more() {
        let facts = facts(YAML, "2026-07-24");
        let text = new_record(&facts, "2026-07-24".parse().unwrap());
        insta::assert_snapshot!(text, @r#"
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
        assert_eq!(
            drift(&record(&text), None, &facts, "2026-07-24".parse().unwrap()),
            []
        );
    }

    fn edited() -> String {
        new_record(&facts(YAML, "2026-07-24"), "2026-07-24".parse().unwrap())
            .replace("title = ", "title   =   ")
            .replace(
                "target = \"1.37\"",
                "# slipped, see the issue\ntarget = \"1.38\" # by hand\nshepherds = [ \"mikebrow\", ]",
            )
    }

    #[test]
    fn an_update_keeps_formatting_and_what_upstream_does_not_own() {
        let base = facts(YAML, "2026-07-24");
        let (text, changes) = pulled(&edited(), Some(&base), &base, "2026-07-24");
        assert_eq!(
            (text, changes),
            (edited(), Vec::new()),
            "nothing new upstream"
        );

        let moved = YAML.replace("title: Pod Lullabies", "title: Pod Songs");
        let now = facts(&moved, "2026-08-01");
        let (text, changes) = pulled(&edited(), Some(&base), &now, "2026-08-01");
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
        insta::assert_debug_snapshot!(changes, @r#"
        [
            "title: \"Pod Lullabies\" → \"Pod Songs\" (upstream changed it since 2026-07-24)",
            "upstream-seen: 2026-07-24 → 2026-08-01 (the day of the commit that was read)",
        ]
        "#);
        insta::assert_debug_snapshot!(kept(&edited(), Some(&base), &now, "2026-08-01"), @r#"
        [
            "target: people made it so here; upstream has not changed it since 2026-07-24",
        ]
        "#);
    }

    #[test]
    fn a_cycle_that_ships_moves_into_reached() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let (text, changes) = pulled(
            &record,
            Some(&base),
            &facts(YAML, "2026-09-01"),
            "2026-09-01",
        );
        assert!(
            text.contains("beta = \"1.37\"") && !text.contains("target"),
            "{text}"
        );
        insta::assert_debug_snapshot!(changes, @r#"
        [
            "target: \"1.37\" →  (Kubernetes 1.37 has shipped since 2026-07-24)",
            "reached.beta:  → \"1.37\" (Kubernetes 1.37 has shipped since 2026-07-24)",
            "upstream-seen: 2026-07-24 → 2026-09-01 (the day of the commit that was read)",
        ]
        "#);
    }

    #[test]
    fn a_stage_that_people_still_aim_at_is_not_reached_because_a_plan_has_passed() {
        let base = facts(YAML, "2026-07-24");
        let now = facts(YAML, "2026-09-01");
        let (text, _) = pulled(&edited(), Some(&base), &now, "2026-09-01");
        assert!(
            text.contains("target = \"1.38\"") && !text.contains("beta = \"1.37\""),
            "{text}"
        );
        insta::assert_debug_snapshot!(kept(&edited(), Some(&base), &now, "2026-09-01"), @r#"
        [
            "target: people made it so here; upstream has not changed it since 2026-07-24",
            "reached.beta: the record aims at that stage in 1.38",
        ]
        "#);
    }

    #[test]
    fn upstreams_word_is_the_later_one_where_both_changed() {
        let base = facts(YAML, "2026-07-24");
        let now = facts(&YAML.replace("\"v1.37\"", "v1.39"), "2026-09-01");
        let (text, changes) = pulled(&edited(), Some(&base), &now, "2026-09-01");
        assert!(
            text.contains("# slipped, see the issue\ntarget = \"1.39\" # by hand"),
            "{text}"
        );
        insta::assert_debug_snapshot!(changes, @r#"
        [
            "target: \"1.38\" → \"1.39\" (upstream changed it since 2026-07-24, from \"1.37\", and so did people here)",
            "upstream-seen: 2026-07-24 → 2026-09-01 (the day of the commit that was read)",
        ]
        "#);
    }

    #[test]
    fn what_has_shipped_stays_when_a_plan_changes() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        for other in ["alpha: v1.29", "#"] {
            let now = facts(&YAML.replace("alpha: v1.30", other), "2026-08-01");
            let (text, _) = pulled(&record, Some(&base), &now, "2026-08-01");
            assert!(text.contains("alpha = \"1.30\""), "{text}");
            let kept = kept(&record, Some(&base), &now, "2026-08-01");
            assert_eq!(
                kept,
                ["reached.alpha: what has shipped stays on record when a plan changes"]
            );
        }
    }

    #[test]
    fn a_kep_that_ends_aims_at_nothing() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let now = facts(&YAML.replace("implementable", "withdrawn"), "2026-08-01");
        let (_, changes) = pulled(&record, Some(&base), &now, "2026-08-01");
        insta::assert_debug_snapshot!(changes, @r#"
        [
            "status: \"implementable\" → \"withdrawn\" (upstream changed it since 2026-07-24)",
            "target: \"1.37\" →  (upstream changed it since 2026-07-24)",
            "upstream-seen: 2026-07-24 → 2026-08-01 (the day of the commit that was read)",
        ]
        "#);
    }

    #[test]
    fn without_a_base_only_what_is_absent_is_filled_in() {
        let now = facts(YAML, "2026-07-24");
        let record = "number = 9001\ntitle = \"My own words\"\nstatus = \"provisional\"\n";
        let (text, _) = pulled(record, None, &now, "2026-07-24");
        insta::assert_snapshot!(text, @r#"
        number = 9001
        title = "My own words"
        status = "provisional"
        stage = "beta"
        target = "1.37"
        owners = ["someone", "other"]
        feature-gates = ["PodLullabies"]
        upstream-seen = 2026-07-24

        [reached]
        alpha = "1.30"
        "#);
        insta::assert_debug_snapshot!(kept(record, None, &now, "2026-07-24"), @r#"
        [
            "title: what upstream said when the record was read is not known",
            "status: what upstream said when the record was read is not known",
        ]
        "#);
    }

    #[test]
    fn a_record_that_was_read_later_is_left_alone() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let now = facts(&YAML.replace("stage: beta", "stage: alpha"), "2026-05-01");
        assert_eq!(
            kept(&record, Some(&base), &now, "2026-05-01"),
            ["stage: the record was read later, on 2026-07-24"]
        );
    }

    #[test]
    fn lists_are_the_same_in_any_order_and_handles_in_any_case() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let now = facts(
            &YAML.replace("'@someone' # the owner\n  - other", "'@Other'\n  - SOMEONE"),
            "2026-08-01",
        );
        let drifts = drift(
            &self::record(&record),
            Some(&base),
            &now,
            "2026-08-01".parse().unwrap(),
        );
        assert_eq!(drifts, []);
    }
}
