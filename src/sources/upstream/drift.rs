//! A record beside what upstream says: where they differ, why, and what `upstream pull` does about it. Pure.
//!
//! It is three-way: what upstream said when the record was last read tells whether upstream has changed a fact or people have.

use toml_edit::DocumentMut;

use super::facts::{Facts, Field, FieldValue, recorded};
use crate::registry::edit::{self, Listed, add_to_list, date, get, set, take_from_list, unset};
use crate::registry::kep::KepRecord;
use crate::terms::{Date, Release, Stage, Status};
use crate::text::words::has_name;

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
    /// The KEP is over, so that nothing is aimed at.
    Over(Status),
    /// kep.yaml says what it said, and this release has shipped since.
    Shipped(Release),
    /// People and upstream have both changed it since; upstream said this before.
    Conflict(Option<FieldValue>),
    /// Upstream changed it on the day when the record was read, and nobody knows whether before or after that.
    SameDay,
    /// What upstream said when the record was read was not understood, so nobody knows who changed it.
    Unclear,
    /// People made it what it is; upstream says what it said when the record was read.
    People,
    /// People wrote it; the record was never read from upstream.
    Own,
    /// What upstream said when the record was read is not known.
    Lost,
    /// Another release is on record than upstream names now, and what shipped does not change because a plan does. Whether upstream
    /// has changed its word since the record was read.
    Denied {
        /// It is news.
        is_news: bool,
    },
    /// Upstream does not count as reached what is on record; what shipped is not taken out.
    OnRecord,
    /// The record aims at that stage in a later release, which upstream knows nothing of.
    StillAhead(Release),
    /// The record was read at a later commit than the one that is looked at.
    Older(Date),
}

/// What upstream said when a record was last read.
#[derive(Debug, Clone, Copy)]
pub enum Base<'a> {
    /// It was never read.
    Never,
    /// This, at the last commit of that day; then what it said at those before, on the same day.
    Known(&'a Facts, &'a [Facts]),
    /// The clone does not tell.
    Lost,
}

impl<'a> Base<'a> {
    /// What is known of a record.
    pub fn of(record: &KepRecord, known: &'a [Facts]) -> Self {
        match (record.upstream_seen, known) {
            (None, _) => Self::Never,
            (Some(_), [last, before @ ..]) => Self::Known(last, before),
            (Some(_), []) => Self::Lost,
        }
    }
}

/// How fields that people and upstream both changed are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// They are not: a person decides.
    Not,
    /// By what people wrote.
    Ours,
    /// By what upstream says.
    Theirs,
}

impl Drift {
    /// The field of kep.yaml that it comes from.
    pub fn source(&self) -> Field {
        match self.cause {
            Cause::Over(_) => Field::Status,
            _ => self.field,
        }
    }

    /// Whether `upstream pull` takes upstream's word for it, whatever people decide.
    pub fn is_taken(&self) -> bool {
        match self.cause {
            Cause::New | Cause::Changed | Cause::Over(_) | Cause::Shipped(_) => true,
            Cause::Conflict(_) | Cause::SameDay | Cause::People | Cause::Own => false,
            Cause::Lost | Cause::Denied { .. } | Cause::OnRecord | Cause::Unclear => false,
            Cause::StillAhead(_) | Cause::Older(_) => false,
        }
    }

    /// Whether people and upstream have both changed it, so that a person has to decide.
    pub fn is_conflict(&self) -> bool {
        matches!(
            self.cause,
            Cause::Conflict(_) | Cause::SameDay | Cause::Unclear
        )
    }

    /// Why, in a few words; `seen` is the day when the record was read.
    pub fn why(&self, seen: Option<Date>) -> String {
        let since = match seen {
            Some(seen) => format!("since {seen}"),
            None => "since the record was read".to_owned(),
        };
        match &self.cause {
            Cause::New => "the record says nothing of it yet".to_owned(),
            Cause::Changed => format!("upstream changed it {since}"),
            Cause::Conflict(before) => {
                let before = match before {
                    Some(before) => format!("from {before} "),
                    None => String::new(),
                };
                format!("people changed it here, and upstream changed it {before}{since}")
            }
            Cause::SameDay => {
                let day = seen.map_or_else(String::new, |seen| format!(", {seen}"));
                format!(
                    "upstream changed it on the day when the record was read{day}, before that or after it"
                )
            }
            Cause::Unclear => {
                "what upstream said when the record was read was not understood".to_owned()
            }
            Cause::Over(status) => format!("upstream the KEP is {}", status.written()),
            Cause::Shipped(release) => format!("Kubernetes {release} has shipped {since}"),
            Cause::People => {
                format!("people made it so here; upstream has not changed it {since}")
            }
            Cause::Own => {
                "people wrote it; the record was never read from upstream before".to_owned()
            }
            Cause::Lost => {
                format!("the clone does not tell whether upstream or people changed it {since}")
            }
            Cause::Denied { .. } => "a release on record is not rewritten by a plan".to_owned(),
            Cause::OnRecord => "a release on record is not taken out by a plan".to_owned(),
            Cause::StillAhead(release) => {
                format!("the record aims at that stage in {release}")
            }
            Cause::Older(seen) => {
                format!("the record was read later, on {seen}, and people may have changed it")
            }
        }
    }
}

/// Where a record and upstream on a day differ.
pub fn drift(record: &KepRecord, base: Base<'_>, now: &Facts, day: Date) -> Vec<Drift> {
    let later = record.upstream_seen.filter(|seen| *seen > day);
    // What upstream says unclearly is neither the same nor another thing.
    let fields = Field::ALL.into_iter();
    fields
        .filter(|field| !now.unclear.contains(field))
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
    base: Base<'_>,
    now: &Facts,
) -> Cause {
    if let (Some(stage), Some(FieldValue::Release(release))) =
        (field.reached_stage(), now.value(field))
        && recorded.is_none()
        && record.stage == Some(stage)
        && now.plan.stage == Some(stage)
        && let Some(target) = record.target
        && target > release
        && now.target != Some(target)
        && !is_upstreams(target, base)
    {
        return Cause::StillAhead(target);
    }
    let is_on_record = field.reached_stage().is_some() && recorded.is_some();
    // Another release is a contradiction, whoever wrote it; that one has not shipped yet by then is none.
    let is_denied = now.said(field).is_some_and(|said| Some(&said) != recorded);
    if is_on_record && is_denied {
        let is_news = match base {
            Base::Known(base, _) => base.said(field) != now.said(field),
            Base::Never | Base::Lost => false,
        };
        return Cause::Denied { is_news };
    }
    let (base, same_day) = match (base, recorded) {
        (Base::Known(base, same_day), _) => (base, same_day),
        (Base::Lost, _) => return Cause::Lost,
        (Base::Never, None) => return Cause::New,
        (Base::Never, Some(_)) => return Cause::Own,
    };
    // A record that has what was understood then is as it was read.
    let is_untouched = recorded == base.value(field).as_ref();
    if base.unclear.contains(&field) {
        return match (recorded, is_untouched) {
            (None, _) => Cause::New,
            (Some(_), true) => Cause::Changed,
            (Some(_), false) => Cause::Unclear,
        };
    }
    if let (Some(stage), Some(FieldValue::Release(release)), None) =
        (field.reached_stage(), now.value(field), recorded)
        && (is_past(stage, now) || is_late(record, base))
    {
        return Cause::Shipped(release);
    }
    if let (Field::Target, Some(latest), true) = (field, base.plan.latest, is_late(record, base)) {
        return Cause::Shipped(latest);
    }
    let has_changed = base.written(field) != now.written(field);
    match (is_untouched, has_changed) {
        (false, false) => {
            let mut same_day = same_day.iter();
            match same_day.any(|said| said.value(field).as_ref() == recorded) {
                true => Cause::SameDay,
                false => Cause::People,
            }
        }
        (_, true) if is_on_record => Cause::OnRecord,
        (true, true) if field == Field::Target && !now.status.is_live() => Cause::Over(now.status),
        (true, true) => Cause::Changed,
        (false, true) => Cause::Conflict(base.value(field)),
        // kep.yaml says the same, and the day is another one.
        (true, false) => match base.written(field) {
            Some(FieldValue::Release(release)) => Cause::Shipped(release),
            _ => Cause::Changed,
        },
    }
}

/// Whether upstream has come past a stage, so that it was reached whatever people aimed at.
fn is_past(stage: Stage, now: &Facts) -> bool {
    now.plan.stage > Some(stage) || now.status == Status::Implemented
}

/// Whether the record still aims at a release that had shipped when it was read: the calendar did not know that yet.
fn is_late(record: &KepRecord, base: &Facts) -> bool {
    record.target.is_some()
        && record.target == base.plan.latest
        && base.target.is_none()
        && base.status.is_live()
}

/// Whether the target is the one that upstream had when the record was read, so that it is no word of people's.
fn is_upstreams(target: Release, base: Base<'_>) -> bool {
    match base {
        Base::Known(facts, _) => facts.target == Some(target),
        Base::Never | Base::Lost => false,
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
    set(&mut document, SEEN, date(seen));
    let mut text = String::from("#:schema ../../schema/kep.schema.json\n");
    text.push_str(&document.to_string());
    text
}

/// What became of a record's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The key.
    pub key: &'static str,
    /// The field of kep.yaml that it comes from; absent: it is not upstream's.
    pub field: Option<Field>,
    /// What the record said, as TOML; absent: nothing.
    pub before: Option<String>,
    /// What it says now; absent: nothing.
    pub after: Option<String>,
    /// Why.
    pub why: String,
}

/// What an update came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// What changed.
    pub changes: Vec<FieldChange>,
    /// Lists that have comments inside, so that nobody knows beside which text each belongs: people edit them.
    pub commented: Vec<Drift>,
}

/// Takes over into a record what upstream has changed, and writes down when that was read; gives what changed. If something is
/// left to decide or to do, nothing changes.
///
/// Comments, order and everything that upstream does not own stay as they are.
pub fn update(
    document: &mut DocumentMut,
    drifts: &[Drift],
    settled: Settled,
    seen_before: Option<Date>,
    seen: Date,
) -> Updated {
    let mut updated = Updated::default();
    // A record that waits for a person waits as a whole: what is taken over and what is not were read on one day.
    if settled == Settled::Not && drifts.iter().any(Drift::is_conflict) {
        return updated;
    }
    let mut edited = document.clone();
    let is_taken =
        |drift: &&Drift| drift.is_taken() || (drift.is_conflict() && settled == Settled::Theirs);
    for drift in drifts.iter().filter(is_taken) {
        let key = drift.field.key();
        let before = get(&edited, key);
        let listed = match &drift.upstream {
            Some(value) => match value.list() {
                Some(list) => set_list(&mut edited, key, &list),
                None => {
                    set(&mut edited, key, value.to_toml());
                    Listed::Edited
                }
            },
            None => {
                unset(&mut edited, key);
                Listed::Edited
            }
        };
        match listed {
            Listed::Commented => updated.commented.push(drift.clone()),
            Listed::Edited => updated.changes.push(FieldChange {
                key,
                field: Some(drift.source()),
                before,
                after: get(&edited, key),
                why: drift.why(seen_before),
            }),
        }
    }
    if !updated.commented.is_empty() {
        updated.changes.clear();
        return updated;
    }
    if seen_before != Some(seen) {
        let before = get(&edited, SEEN);
        set(&mut edited, SEEN, date(seen));
        updated.changes.push(FieldChange {
            key: SEEN,
            field: None,
            before,
            after: Some(seen.to_string()),
            why: "the day of the commit that was read".to_owned(),
        });
    }
    *document = edited;
    updated
}

/// Makes a list hold these texts, with as few edits as that takes.
fn set_list(document: &mut DocumentMut, key: &str, list: &[String]) -> Listed {
    if get(document, key).is_none() {
        set(document, key, edit::list(list.to_vec()));
        return Listed::Edited;
    }
    let before = edit::texts(document, key);
    // Those that come are added first: a list without any text would go away, and its place with it.
    let come = list.iter().filter(|one| !has_name(&before, one));
    let go = before.iter().filter(|one| !has_name(list, one));
    let mut edits = Vec::new();
    edits.extend(come.map(|one| add_to_list(document, key, one)));
    edits.extend(go.map(|one| take_from_list(document, key, one)));
    match edits.contains(&Listed::Commented) {
        true => Listed::Commented,
        false => Listed::Edited,
    }
}

/// The key that says when a record was last read.
const SEEN: &str = "upstream-seen";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::upstream::kep_yaml::tests::{YAML, kep};

    fn facts(yaml: &str, day: &str) -> Facts {
        kep(yaml, day).facts
    }

    fn record(text: &str) -> KepRecord {
        let file = crate::text::source::SourceFile::new("x.toml", text);
        let (table, _) = crate::findings::document::parse(&file);
        serde_json::from_value(crate::findings::document::to_json(table.get_ref())).unwrap()
    }

    /// What a pull makes of a record, and why.
    fn pulled(text: &str, base: Base<'_>, now: &Facts, day: &str) -> (String, Vec<String>) {
        settled(text, base, now, day, Settled::Not)
    }

    fn settled(
        text: &str,
        base: Base<'_>,
        now: &Facts,
        day: &str,
        settled: Settled,
    ) -> (String, Vec<String>) {
        let record = record(text);
        let day = day.parse().unwrap();
        let drifts = drift(&record, base, now, day);
        let mut document = text.parse().unwrap();
        let Updated { changes, commented } =
            update(&mut document, &drifts, settled, record.upstream_seen, day);
        assert_eq!(commented, []);
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
    fn kept(text: &str, base: Base<'_>, now: &Facts, day: &str) -> Vec<String> {
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
            drift(
                &record(&text),
                Base::Never,
                &facts,
                "2026-07-24".parse().unwrap()
            ),
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
        let (text, changes) = pulled(&edited(), Base::Known(&base, &[]), &base, "2026-07-24");
        assert_eq!(
            (text, changes),
            (edited(), Vec::new()),
            "nothing new upstream"
        );

        let moved = YAML.replace("title: Pod Lullabies", "title: Pod Songs");
        let now = facts(&moved, "2026-08-01");
        let (text, changes) = pulled(&edited(), Base::Known(&base, &[]), &now, "2026-08-01");
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
        insta::assert_debug_snapshot!(kept(&edited(), Base::Known(&base, &[]), &now, "2026-08-01"), @r#"
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
            Base::Known(&base, &[]),
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
        let (text, _) = pulled(&edited(), Base::Known(&base, &[]), &now, "2026-09-01");
        assert!(
            text.contains("target = \"1.38\"") && !text.contains("beta = \"1.37\""),
            "{text}"
        );
        insta::assert_debug_snapshot!(kept(&edited(), Base::Known(&base, &[]), &now, "2026-09-01"), @r#"
        [
            "target: people made it so here; upstream has not changed it since 2026-07-24",
            "reached.beta: the record aims at that stage in 1.38",
        ]
        "#);
    }

    #[test]
    fn where_people_and_upstream_changed_a_field_a_person_decides() {
        let base = facts(YAML, "2026-07-24");
        let now = facts(
            &YAML
                .replace("\"v1.37\"", "v1.39")
                .replace("Lullabies", "Songs"),
            "2026-09-01",
        );
        let base = Base::Known(&base, &[]);
        let (text, changes) = pulled(&edited(), base, &now, "2026-09-01");
        assert!(
            text.contains("target = \"1.38\" # by hand")
                && text.contains("upstream-seen = 2026-07-24"),
            "{text}"
        );
        insta::assert_debug_snapshot!(changes, @"[]");
        // Nothing is forgotten by that: the next pull asks again.
        insta::assert_debug_snapshot!(kept(&text, base, &now, "2026-09-01"), @r#"
        [
            "target: people changed it here, and upstream changed it from \"1.37\" since 2026-07-24",
            "reached.beta: the record aims at that stage in 1.38",
        ]
        "#);
        let (text, _) = settled(&edited(), base, &now, "2026-09-01", Settled::Theirs);
        assert!(
            text.contains("# slipped, see the issue\ntarget = \"1.39\" # by hand")
                && text.contains("upstream-seen = 2026-09-01"),
            "{text}"
        );
        let (text, _) = settled(&edited(), base, &now, "2026-09-01", Settled::Ours);
        assert!(
            text.contains("target = \"1.38\" # by hand")
                && text.contains("upstream-seen = 2026-09-01"),
            "{text}"
        );
    }

    #[test]
    fn where_the_clone_does_not_tell_nothing_is_taken_over() {
        let now = facts(YAML, "2026-09-01");
        let (text, changes) = pulled(&edited(), Base::Lost, &now, "2026-09-01");
        assert_eq!(changes.len(), 1, "the day alone: {changes:?}");
        assert!(text.contains("target = \"1.38\""), "{text}");
        insta::assert_debug_snapshot!(kept(&edited(), Base::Lost, &now, "2026-09-01"), @r#"
        [
            "target: the clone does not tell whether upstream or people changed it since 2026-07-24",
            "reached.beta: the record aims at that stage in 1.38",
        ]
        "#);
    }

    #[test]
    fn what_changed_on_the_day_of_the_reading_is_asked_about() {
        let first = facts(YAML, "2026-07-24");
        let last = facts(&YAML.replace("Lullabies", "Songs"), "2026-07-24");
        let record = new_record(&first, "2026-07-24".parse().unwrap());
        let base = Base::Known(&last, std::slice::from_ref(&first));
        insta::assert_debug_snapshot!(kept(&record, base, &last, "2026-07-24"), @r#"
        [
            "title: upstream changed it on the day when the record was read, 2026-07-24, before that or after it",
            "feature-gates: upstream changed it on the day when the record was read, 2026-07-24, before that or after it",
        ]
        "#);
        let (text, _) = settled(&record, base, &last, "2026-07-25", Settled::Theirs);
        assert!(text.contains("Pod Songs"), "{text}");
        // What stood there on no commit of that day is a word of people's.
        let record = record.replace("Lullabies", "Hymns");
        insta::assert_debug_snapshot!(kept(&record, base, &last, "2026-07-24"), @r#"
        [
            "title: people made it so here; upstream has not changed it since 2026-07-24",
            "feature-gates: people made it so here; upstream has not changed it since 2026-07-24",
        ]
        "#);
    }

    #[test]
    fn what_is_not_understood_takes_nothing_out() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let unclear = YAML
            .replace("\"v1.37\"", "v1.3x")
            .replace("stage: beta", "stage: group")
            .replace(
                "'@someone' # the owner\n  - other\n  - TBD",
                "Jane Doe, of Node",
            )
            .replace("PodLullabies", "\"a\\nb\"");
        let now = facts(&unclear, "2026-08-01");
        let (text, changes) = pulled(&record, Base::Known(&base, &[]), &now, "2026-08-01");
        assert_eq!(changes.len(), 1, "the day alone: {changes:?}");
        assert!(
            text.contains("target = \"1.37\"") && text.contains("stage = \"beta\""),
            "{text}"
        );
    }

    #[test]
    fn the_comments_of_a_list_stay() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let now = facts(&YAML.replace("  - TBD", "  - third"), "2026-08-01");
        let (text, _) = pulled(&record, Base::Known(&base, &[]), &now, "2026-08-01");
        assert!(
            text.contains("owners = [\"someone\", \"other\", \"third\"]"),
            "{text}"
        );
        let commented = record.replace("[\"someone\", ", "[\n  \"someone\", # on leave\n  ");
        let read = self::record(&commented);
        let day = "2026-08-01".parse().unwrap();
        let drifts = drift(&read, Base::Known(&base, &[]), &now, day);
        let mut document = commented.parse().unwrap();
        let updated = update(
            &mut document,
            &drifts,
            Settled::Not,
            read.upstream_seen,
            day,
        );
        assert_eq!(updated.commented.len(), 1, "{updated:?}");
        assert_eq!(document.to_string(), commented, "it waits for a person");
    }

    #[test]
    fn a_record_that_waits_waits_as_a_whole() {
        let base = facts(YAML, "2026-07-24");
        let base = Base::Known(&base, &[]);
        let songs = YAML.replace("Lullabies", "Songs");
        let now = facts(&songs.replace("\"v1.37\"", "v1.39"), "2026-08-01");
        assert_eq!(
            pulled(&edited(), base, &now, "2026-08-01"),
            (edited(), Vec::new())
        );
        // Upstream takes back what was not read.
        let now = facts(&YAML.replace("\"v1.37\"", "v1.39"), "2026-08-02");
        let (text, _) = settled(&edited(), base, &now, "2026-08-02", Settled::Ours);
        assert!(text.contains("Pod Lullabies\""), "{text}");
    }

    #[test]
    fn a_calendar_that_came_late_loses_no_release() {
        // Read after 1.37 had shipped, when the calendar did not say so yet.
        let read = facts(YAML, "2026-07-24");
        let record = new_record(&read, "2026-09-01".parse().unwrap());
        let now = facts(YAML, "2026-09-02");
        let base = facts(YAML, "2026-09-01");
        let (text, _) = pulled(&record, Base::Known(&base, &[]), &now, "2026-09-02");
        assert!(
            text.contains("beta = \"1.37\"") && !text.contains("target"),
            "{text}"
        );
    }

    #[test]
    fn what_was_not_understood_at_the_reading_is_asked_about() {
        let first = facts(YAML, "2026-07-24");
        let record = new_record(&first, "2026-07-24".parse().unwrap());
        let base = facts(&YAML.replace("stage: beta", "stage: group"), "2026-07-25");
        let now = facts(&YAML.replace("stage: beta", "stage: stable"), "2026-07-26");
        let kept = kept(&record, Base::Known(&base, &[]), &now, "2026-07-26");
        assert_eq!(
            kept,
            ["stage: what upstream said when the record was read was not understood"]
        );
        let partly = facts(&YAML.replace("- other", "- ot her"), "2026-07-24");
        let record = new_record(&partly, "2026-07-24".parse().unwrap());
        let (text, _) = pulled(&record, Base::Known(&partly, &[]), &first, "2026-07-26");
        assert!(text.contains("\"someone\", \"other\""), "{text}");
        let bare = record.replace("stage = \"beta\"\n", "");
        let (text, _) = pulled(&bare, Base::Known(&base, &[]), &now, "2026-07-26");
        assert!(text.contains("stage = \"stable\""), "{text}");
    }

    #[test]
    fn a_stage_that_upstream_has_come_past_is_reached() {
        let base = facts(YAML, "2026-09-01");
        let now = facts(&YAML.replace("stage: beta", "stage: stable"), "2026-10-01");
        // People had moved the target on, and upstream's word for the stage was held back.
        let record = edited().replace("upstream-seen = 2026-07-24", "upstream-seen = 2026-09-01");
        let (text, _) = settled(
            &record,
            Base::Known(&base, &[]),
            &now,
            "2026-10-01",
            Settled::Theirs,
        );
        assert!(text.contains("beta = \"1.37\""), "{text}");
    }

    #[test]
    fn a_correction_is_not_held_back_by_a_target_that_goes() {
        let stuck = YAML.replace("stage: beta", "stage: alpha");
        let early = stuck.replace("alpha: v1.30", "alpha: v1.37");
        let base = facts(&early, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        assert!(record.contains("target = \"1.37\""), "{record}");
        let now = facts(&stuck, "2026-09-01");
        let (text, _) = pulled(&record, Base::Known(&base, &[]), &now, "2026-09-01");
        assert!(
            text.contains("alpha = \"1.30\"") && !text.contains("target"),
            "{text}"
        );
    }

    #[test]
    fn a_release_on_record_that_upstream_denies_stays_in_question() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let now = facts(&YAML.replace("alpha: v1.30", "alpha: v1.29"), "2026-08-01");
        let (text, _) = pulled(&record, Base::Known(&base, &[]), &now, "2026-08-01");
        assert!(text.contains("upstream-seen = 2026-08-01"), "{text}");
        let later = drift(
            &self::record(&text),
            Base::Known(&now, &[]),
            &now,
            "2026-08-01".parse().unwrap(),
        );
        let cause = &later[0].cause;
        assert_eq!(
            *cause,
            Cause::Denied { is_news: false },
            "it is no word of people's"
        );
    }

    #[test]
    fn what_has_shipped_stays_when_a_plan_changes() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        for other in ["alpha: v1.29", "#"] {
            let now = facts(&YAML.replace("alpha: v1.30", other), "2026-08-01");
            let (text, _) = pulled(&record, Base::Known(&base, &[]), &now, "2026-08-01");
            assert!(text.contains("alpha = \"1.30\""), "{text}");
            let kept = kept(&record, Base::Known(&base, &[]), &now, "2026-08-01");
            assert!(kept[0].contains("a release on record is not"), "{kept:?}");
        }
    }

    #[test]
    fn a_kep_that_ends_aims_at_nothing() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let now = facts(&YAML.replace("implementable", "withdrawn"), "2026-08-01");
        let (_, changes) = pulled(&record, Base::Known(&base, &[]), &now, "2026-08-01");
        insta::assert_debug_snapshot!(changes, @r#"
        [
            "status: \"implementable\" → \"withdrawn\" (upstream changed it since 2026-07-24)",
            "target: \"1.37\" →  (upstream the KEP is withdrawn)",
            "upstream-seen: 2026-07-24 → 2026-08-01 (the day of the commit that was read)",
        ]
        "#);
    }

    #[test]
    fn without_a_base_only_what_is_absent_is_filled_in() {
        let now = facts(YAML, "2026-07-24");
        let record = "number = 9001\ntitle = \"My own words\"\nstatus = \"provisional\"\n";
        let (text, _) = pulled(record, Base::Never, &now, "2026-07-24");
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
        insta::assert_debug_snapshot!(kept(record, Base::Never, &now, "2026-07-24"), @r#"
        [
            "title: people wrote it; the record was never read from upstream before",
            "status: people wrote it; the record was never read from upstream before",
        ]
        "#);
    }

    #[test]
    fn a_record_that_was_read_later_is_left_alone() {
        let base = facts(YAML, "2026-07-24");
        let record = new_record(&base, "2026-07-24".parse().unwrap());
        let now = facts(&YAML.replace("stage: beta", "stage: alpha"), "2026-05-01");
        assert_eq!(
            kept(&record, Base::Known(&base, &[]), &now, "2026-05-01"),
            ["stage: the record was read later, on 2026-07-24, and people may have changed it"]
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
            Base::Known(&base, &[]),
            &now,
            "2026-08-01".parse().unwrap(),
        );
        assert_eq!(drifts, []);
    }
}
