//! What a pull makes of a record, and what it leaves.

use super::edits::{Updated, new_record, update};
use super::*;
use crate::sources::proposal::Settled;
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
        update(&mut document, &record, &drifts, settled, (now, day), |_| {
            None
        });
    assert_eq!(commented, []);
    let words = changes.iter().map(|change| {
        let side = |side: &Option<String>| side.clone().unwrap_or_default();
        format!(
            "{}: {} → {} ({})",
            change.place,
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
        text.contains("target = \"1.38\" # by hand") && text.contains("upstream-seen = 2026-07-24"),
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
        text.contains("target = \"1.38\" # by hand") && text.contains("upstream-seen = 2026-09-01"),
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
        &read,
        &drifts,
        Settled::Not,
        (&now, day),
        |_| None,
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
