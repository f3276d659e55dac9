//! kep.yaml files as people write them.

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
