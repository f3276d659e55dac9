//! The managed section: the part of an issue's body that is kepherd's, between its two markers.
//!
//! It carries the status for people and, in a comment, what kepherd last applied ([`Applied`]): the base of the three-way
//! comparison. A body whose markers are not exactly one pair is never written to. Everything outside the markers belongs
//! to people and stays byte for byte. Pure text in, text out.

mod quoted;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::registry::config::Announcement;
use crate::terms::spelling::words_of_records;
use crate::terms::{IssueRef, Release, Subject};
use crate::text::digest;
use crate::text::words::same_name;

const MARKER: &str = "kepherd:";
const BEGIN: &str = "kepherd:begin ";
const END: &str = "kepherd:end ";
const APPLIED: &str = "kepherd:applied ";

/// What kepherd last applied to an issue. A hint: where it is missing, nothing is removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Applied {
    /// The labels that kepherd put on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// What these labels, and those on pull requests, say; absent of one that every issue has.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub says: BTreeMap<String, Said>,
    /// The people that kepherd assigned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<String>,
    /// Who was assigned by people when the registry first wanted nobody beside the record's people: they stay. Absent: it
    /// does not want that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guests: Option<Vec<String>>,
    /// The milestone on which record and issue last agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Agreed>,
    /// The title that kepherd gave, where it gives titles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The labels that kepherd put on pull requests, by `owner/name#number`: these have no section of their own.
    #[serde(
        rename = "pulls",
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "by_text"
    )]
    pub pull_requests: PullRequestLabels,
    /// Whether kepherd closed the issue.
    #[serde(skip_serializing_if = "is_false")]
    pub closed: bool,
    /// What was last announced, or was the case when announcements began; absent: nothing is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announced>,
    /// What the fields of the issue's template said; absent: nobody wrote that down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
    /// A digest of the status: text that no longer fits it was edited by somebody.
    pub status: String,
    /// A digest of all of the above.
    pub sum: String,
}

/// What a label said when kepherd put it on, whatever the registry calls it since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The release that a record aims at.
    Release(Release),
    /// Something else that a record says.
    Fact,
}

/// What fields of an issue's template said, those that said anything.
pub type Template = BTreeMap<TemplateField, Asked>;

words_of_records! {
    /// A field of the issue's template that a record has as well; its key there.
    TemplateField {
        /// The Kubernetes release.
        Target = "target",
        /// Which stage is next.
        Stage = "stage",
        /// Who sees the work through.
        Shepherds = "shepherds",
    }
}

impl TemplateField {
    /// As the template calls it.
    pub fn said(self) -> &'static str {
        match self {
            Self::Target => "K8s-Release",
            Self::Stage => "stage",
            Self::Shepherds => "KEP-Shepherd",
        }
    }
}

/// What a field of the template said, and what the record said then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Asked {
    /// The field.
    pub said: String,
    /// The record.
    pub recorded: String,
}

impl Asked {
    /// Whether the record says what it said then. Of a field that said nothing that was not written down.
    pub fn recorded_is(&self, recorded: &str) -> bool {
        self.said.is_empty() || self.recorded == recorded
    }
}

/// A value on which record and issue agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Agreed {
    /// The value.
    pub value: String,
    /// Whether kepherd set it: only then does kepherd take it away again.
    #[serde(default)]
    pub set: bool,
}

/// What readers of an issue have been told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Announced {
    /// How many announcements there have been. It tells two with the same words apart.
    pub count: u32,
    /// The facts, in plain words. One that is absent was not on record.
    pub facts: Facts,
}

impl Applied {
    /// What a label said when kepherd put it on, if that was written down.
    pub fn said_by(&self, label: &str) -> Option<Said> {
        let mut says = self.says.iter();
        says.find(|(name, _)| same_name(name, label))
            .map(|(_, said)| *said)
    }
}

/// Labels of pull requests.
pub type PullRequestLabels = BTreeMap<IssueRef, Vec<String>>;

/// In the order of their text, whatever else orders references: the sum of a section that was written before stays true.
fn by_text<S: Serializer>(labels: &PullRequestLabels, serializer: S) -> Result<S::Ok, S::Error> {
    let by_text: BTreeMap<String, &Vec<String>> = labels
        .iter()
        .map(|(reference, labels)| (reference.to_string(), labels))
        .collect();
    by_text.serialize(serializer)
}

/// What can be announced of a record, in plain words.
pub type Facts = BTreeMap<Announcement, String>;

fn is_false(value: &bool) -> bool {
    !value
}

/// What the body of an issue holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Markers {
    /// No marker.
    Absent,
    /// One section.
    Present(Box<Section>),
    /// Markers that are not one pair: never overwritten, always reported.
    Broken {
        /// What is wrong with them.
        damage: Damage,
        /// The subjects that they name.
        subjects: Vec<Subject>,
    },
}

/// What is wrong with the markers in a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// One of them cannot be read.
    Unreadable,
    /// The end marker stands before the begin marker.
    Reversed,
    /// They name different records.
    Different,
    /// There is only a begin marker; the record that it names.
    NoEnd(Option<Subject>),
    /// There is only an end marker; the record that it names.
    NoBegin(Option<Subject>),
    /// One of them names no record.
    Nameless,
    /// There are more than one pair.
    Several,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = |f: &mut fmt::Formatter<'_>, marker: &str, name: &Option<Subject>| {
            let name = name.as_ref().map(ToString::to_string);
            let name = name.as_deref().unwrap_or("…");
            write!(f, "the line `<!-- {marker}{name} -->` is missing")
        };
        match self {
            Self::Unreadable => write!(f, "a marker of kepherd was edited and cannot be read"),
            Self::Reversed => write!(f, "the end marker stands before the begin marker"),
            Self::Different => write!(
                f,
                "the begin marker and the end marker name different records"
            ),
            Self::NoEnd(name) => missing(f, END, name),
            Self::NoBegin(name) => missing(f, BEGIN, name),
            Self::Nameless => write!(f, "a marker names no record"),
            Self::Several => write!(f, "there are several markers where one pair belongs"),
        }
    }
}

/// A section in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Whose status it is.
    pub subject: Subject,
    /// What kepherd last applied, if it can be read.
    pub applied: Option<Applied>,
    /// The section with its markers, with line ends folded to `\n`.
    pub text: String,
    /// Whether its status is as kepherd wrote it; `None` if that cannot be told.
    pub untouched: Option<bool>,
    range: Range<usize>,
}

impl Section {
    /// What a body holds beside this section of it: people's words.
    pub fn outside(&self, body: &str) -> String {
        let before = body.get(..self.range.start).unwrap_or(body);
        let after = body.get(self.range.end..).unwrap_or_default();
        format!("{before}{after}")
    }
}

/// The section of a subject: its markers, the status, and what was applied.
pub fn render(subject: &Subject, status: &str, applied: &Applied) -> String {
    let applied = Applied {
        status: digest::short(status),
        ..applied.clone()
    };
    let hint = hint(&applied);
    format!("<!-- {BEGIN}{subject} -->\n{status}\n{hint}\n<!-- {END}{subject} -->")
}

/// A section as somebody left it, with another hint: what kepherd remembers must stay true even where its status is left
/// alone. `None` if the section has no hint to replace.
pub fn with_applied(section: &Section, applied: &Applied) -> Option<String> {
    let last = section.applied.as_ref()?;
    let applied = Applied {
        status: last.status.clone(),
        ..applied.clone()
    };
    let lines: Vec<&str> = section.text.lines().collect();
    let at = lines
        .iter()
        .rposition(|line| applied_json(line).is_some())?;
    let hint = hint(&applied);
    let mut lines: Vec<&str> = lines;
    lines[at] = &hint;
    Some(lines.join("\n"))
}

/// The comment that carries what was applied.
fn hint(applied: &Applied) -> String {
    let applied = Applied {
        sum: checksum(applied),
        ..applied.clone()
    };
    let json = serde_json::to_string(&applied).unwrap_or_default();
    // No key has these three, so they stand in strings only, where an escape keeps them from ending the comment.
    let json = json
        .replace('-', "\\u002d")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e");
    format!("<!-- {APPLIED}{json} -->")
}

/// A digest of the hint itself: one that was edited by hand is no hint.
fn checksum(applied: &Applied) -> String {
    let bare = Applied {
        sum: String::new(),
        ..applied.clone()
    };
    digest::short(&serde_json::to_string(&bare).unwrap_or_default())
}

/// Finds the section in a body.
///
/// A line that only looks like a marker, because it is quoted (`quoted.rs`), neither makes a section nor breaks one. Only a quoted
/// section that is whole, hint and all, with no other beside it counts: it is more likely kepherd's own than a copy.
pub fn find(body: &str) -> Markers {
    let all = Found::in_lines(body, |_| true);
    let found = all.section(body);
    let is_sure = match &found {
        Markers::Present(section) => section.applied.is_some(),
        Markers::Absent => true,
        Markers::Broken { .. } => false,
    };
    if is_sure {
        return found;
    }
    let quoted = quoted::quoted(body);
    let unquoted = Found::in_lines(body, |line| !quoted.get(line).copied().unwrap_or_default());
    match unquoted.count == all.count {
        true => found,
        false => unquoted.section(body),
    }
}

/// The lines of a body that are markers.
#[derive(Default)]
struct Found {
    begins: Vec<(Range<usize>, Option<Subject>)>,
    ends: Vec<(Range<usize>, Option<Subject>)>,
    /// Whether one of them cannot be read.
    unreadable: bool,
    /// How many there are.
    count: usize,
}

impl Found {
    /// Those of the lines that are looked at.
    fn in_lines(body: &str, is_looked_at: impl Fn(usize) -> bool) -> Self {
        let mut found = Self::default();
        let mut offset = 0;
        for (at, line) in body.split_inclusive('\n').enumerate() {
            let start = offset;
            offset += line.len();
            let text = line.trim_end();
            let Some(comment) = text.trim_start().strip_prefix("<!--") else {
                continue;
            };
            if !comment.trim_start().starts_with(MARKER) || !is_looked_at(at) {
                continue;
            }
            found.count += 1;
            let range = start..start + text.len();
            let exact = text
                .strip_prefix("<!-- ")
                .and_then(|text| text.strip_suffix(" -->"));
            match exact {
                Some(text) if text.starts_with(BEGIN) => {
                    let subject = text[BEGIN.len()..].parse().ok();
                    found.begins.push((range, subject));
                }
                Some(text) if text.starts_with(END) => {
                    let subject = text[END.len()..].parse().ok();
                    found.ends.push((range, subject));
                }
                Some(text) if text.starts_with(APPLIED) => {}
                _ => found.unreadable = true,
            }
        }
        found
    }

    /// The section that they make.
    fn section(&self, body: &str) -> Markers {
        let Self {
            begins,
            ends,
            unreadable,
            count: _,
        } = self;
        let all = begins.iter().chain(ends);
        let subjects: Vec<Subject> = all.filter_map(|(_, subject)| subject.clone()).collect();
        let broken = |damage| Markers::Broken {
            damage,
            subjects: subjects.clone(),
        };
        if *unreadable {
            return broken(Damage::Unreadable);
        }
        match (begins.as_slice(), ends.as_slice()) {
            ([], []) => Markers::Absent,
            ([(begin, Some(name))], [(end, Some(closing))]) => {
                if end.start < begin.end {
                    return broken(Damage::Reversed);
                }
                if name != closing {
                    return broken(Damage::Different);
                }
                Markers::Present(Box::new(section(body, name.clone(), begin.start..end.end)))
            }
            ([(_, name)], []) => broken(Damage::NoEnd(name.clone())),
            ([], [(_, name)]) => broken(Damage::NoBegin(name.clone())),
            ([_], [_]) => broken(Damage::Nameless),
            _ => broken(Damage::Several),
        }
    }
}

/// What damaged markers in a body still say that it is about: in whatever case, however indented, quoted or cut.
pub fn mentioned(body: &str) -> BTreeSet<Subject> {
    let lower = body.to_lowercase();
    [BEGIN, END]
        .into_iter()
        .flat_map(|marker| lower.match_indices(marker))
        .filter_map(|(at, marker)| {
            let rest = &lower[at + marker.len()..];
            let name: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "- ".contains(*c))
                .collect();
            let name = name.trim().trim_end_matches('-').trim();
            name.replacen("kep-", "KEP-", 1).parse().ok()
        })
        .collect()
}

/// The body with the section put in place: instead of the one it has, or after everything that people wrote.
///
/// `None` if the body's markers are broken.
pub fn put(body: &str, section: &str) -> Option<String> {
    match find(body) {
        Markers::Broken { .. } => None,
        Markers::Present(present) => {
            let mut new = body.to_owned();
            new.replace_range(present.range, section);
            Some(new)
        }
        Markers::Absent if body.is_empty() => Some(section.to_owned()),
        Markers::Absent => {
            let gap = if body.ends_with("\n\n") || body.ends_with("\n\r\n") {
                ""
            } else if body.ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            };
            Some(format!("{body}{gap}{section}"))
        }
    }
}

/// The line by which an announcement of a subject is found again among an issue's comments.
pub fn announcement_marker(subject: &Subject, id: &str) -> String {
    format!("<!-- kepherd:announcement {subject} {id} -->")
}

/// Text with its line ends folded to `\n`, as bodies are compared.
pub fn folded(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn section(body: &str, subject: Subject, range: Range<usize>) -> Section {
    let text = folded(&body[range.clone()]);
    let lines: Vec<&str> = text.lines().collect();
    let inner = lines
        .get(1..lines.len().saturating_sub(1))
        .unwrap_or_default();
    let applied_at = inner.iter().rposition(|line| applied_json(line).is_some());
    let applied: Option<Applied> = applied_at
        .and_then(|at| applied_json(inner[at]))
        .and_then(|json| serde_json::from_str(json).ok())
        .filter(|applied: &Applied| applied.sum == checksum(applied));
    let status = inner[..applied_at.unwrap_or(inner.len())].join("\n");
    let untouched = applied.as_ref().map(|applied| {
        // Only kepherd's own line stands after the status.
        digest::short(&status) == applied.status && applied_at == Some(inner.len() - 1)
    });
    Section {
        subject,
        applied,
        text,
        untouched,
        range,
    }
}

fn applied_json(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- ")?
        .strip_prefix(APPLIED)?
        .strip_suffix(" -->")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kep(number: u32) -> Subject {
        Subject::Kep(number)
    }

    fn rendered() -> String {
        let applied = Applied {
            labels: vec!["a-->b".to_owned()],
            milestone: Some(Agreed {
                value: "2.5".to_owned(),
                set: true,
            }),
            ..Applied::default()
        };
        render(&kep(7), "the status", &applied)
    }

    fn present(body: &str) -> Section {
        match find(body) {
            Markers::Present(section) => *section,
            other => panic!("{other:?}"),
        }
    }

    fn reason(body: &str) -> String {
        match find(body) {
            Markers::Broken { damage, .. } => damage.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_section_is_found_again_with_what_was_applied() {
        let body = format!("people wrote this\r\n\r\n{}\r\nand this", rendered());
        let section = present(&body);
        assert_eq!(section.subject, kep(7));
        assert_eq!(section.untouched, Some(true));
        let applied = section.applied.unwrap();
        assert_eq!(applied.labels, ["a-->b"]);
        assert!(applied.milestone.unwrap().set);
        assert!(
            !rendered().contains("a-->b"),
            "a label could end the comment"
        );
    }

    #[test]
    fn line_ends_do_not_count_as_edits() {
        let body = rendered().replace('\n', "\r\n");
        let section = present(&body);
        assert_eq!(section.untouched, Some(true));
        assert_eq!(section.text, rendered());
    }

    #[test]
    fn an_edit_inside_is_noticed() {
        let body = rendered().replace("the status", "my status");
        assert_eq!(present(&body).untouched, Some(false));
        let body = rendered().replace("<!-- kepherd:end", "more\n<!-- kepherd:end");
        assert_eq!(present(&body).untouched, Some(false));
    }

    #[test]
    fn a_hint_that_was_edited_is_no_hint() {
        let body = rendered().replace("2.5", "2.4");
        assert_eq!(present(&body).applied, None);
    }

    #[test]
    fn a_new_hint_leaves_the_status_as_it_is() {
        let edited = rendered().replace("the status", "my status");
        let section = present(&edited);
        let text = with_applied(&section, &Applied::default()).unwrap();
        let again = present(&text);
        assert!(again.text.contains("my status"));
        assert_eq!(again.untouched, Some(false), "the edit is still noticed");
        assert_eq!(again.applied.unwrap().labels, Vec::<String>::new());
    }

    #[test]
    fn references_are_written_in_the_order_of_their_text_and_read_without_case() {
        let reference = |text: &str| -> IssueRef { text.parse().unwrap() };
        let labels = |text: &str| (reference(text), vec!["l".to_owned()]);
        let applied = Applied {
            pull_requests: BTreeMap::from([labels("a/b#20"), labels("a/b#100")]),
            ..Applied::default()
        };
        let text = render(&kep(7), "status", &applied);
        assert!(text.contains(r#""pulls":{"a/b#100":["l"],"a/b#20":["l"]}"#));
        let found = present(&text).applied.unwrap();
        assert!(found.pull_requests.contains_key(&reference("A/B#20")));
    }

    #[test]
    fn an_unreadable_hint_is_no_hint() {
        let body = rendered().replace("\"labels\"", "labels");
        let section = present(&body);
        assert_eq!((section.applied, section.untouched), (None, None));
    }

    #[test]
    fn broken_markers_are_reported_and_never_written() {
        let good = rendered();
        let begin = "<!-- kepherd:begin KEP-7 -->";
        let end = "<!-- kepherd:end KEP-7 -->";
        let cases = [
            (
                good.replace(end, ""),
                "`<!-- kepherd:end KEP-7 -->` is missing",
            ),
            (
                good.replace(begin, ""),
                "`<!-- kepherd:begin KEP-7 -->` is missing",
            ),
            (format!("{good}\n{good}"), "several markers"),
            (format!("{begin}\n{good}\n{end}"), "several markers"),
            (format!("{end}\n{begin}"), "stands before"),
            (
                good.replace(end, "<!-- kepherd:end KEP-8 -->"),
                "different records",
            ),
            (
                good.replace(begin, "<!--kepherd:begin KEP-7-->"),
                "cannot be read",
            ),
            (
                good.replace(begin, " <!-- kepherd:begin KEP-7 -->"),
                "cannot be read",
            ),
            (
                format!("{good}\n<!-- kepherd:ends KEP-7 -->"),
                "cannot be read",
            ),
            (good.replace("KEP-7", "KEP-x"), "names no record"),
        ];
        for (body, expected) in cases {
            let reason = reason(&body);
            assert!(reason.contains(expected), "{reason}: {body}");
            assert_eq!(put(&body, &good), None);
        }
    }

    #[test]
    fn a_quoted_marker_is_not_a_marker() {
        assert_eq!(
            find("> <!-- kepherd:begin KEP-7 -->\nsee `<!-- kepherd:end KEP-7 -->`"),
            Markers::Absent
        );
    }

    /// A line that only looks like a marker breaks nothing, and makes nothing.
    #[test]
    fn a_marker_in_a_code_block_or_a_comment_of_people_s_is_not_a_marker() {
        let begin = "<!-- kepherd:begin KEP-7 -->";
        let quotes = [
            format!("```\n{begin}\n```"),
            format!("~~~html\n{begin}\n<!-- kepherd:end KEP-8 -->\n~~~"),
            format!("    {begin}"),
            format!("<!-- see\n{begin}\nfor what it is"),
            "```\n<!--kepherd:begin-->\n```".to_owned(),
            format!("```\n{}\n```", rendered().replace("2.5", "2.6")),
        ];
        for quote in &quotes {
            assert_eq!(
                find(&format!("text\n{quote}\n")),
                Markers::Absent,
                "{quote}"
            );
            for body in [
                format!("{quote}\n\n{}", rendered()),
                format!("{}\n\n{quote}\n", rendered()),
            ] {
                let section = present(&body);
                assert!(
                    section.applied.is_some() && section.text == rendered(),
                    "{body}"
                );
                let new = render(&kep(7), "other", &Applied::default());
                assert!(put(&body, &new).unwrap().contains(quote.as_str()));
            }
        }
        // A section that somebody wrote a fence around is still kepherd's; so is one behind a fence that is never closed.
        for body in [
            format!("```\n{}\n```", rendered()),
            format!("```\nsome text\n\n{}", rendered().replace("2.5", "2.6")),
        ] {
            present(&body);
        }
        // Outside, it is as broken as before.
        let body = format!("```\n{begin}\n```\n{begin}\n");
        assert!(reason(&body).contains("is missing"));
    }

    #[test]
    fn a_section_is_appended_after_a_blank_line() {
        for (body, start) in [
            ("", ""),
            ("text", "text\n\n"),
            ("text\n", "text\n\n"),
            ("text\r\n", "text\r\n\n"),
            ("text\n\n", "text\n\n"),
        ] {
            let new = put(body, &rendered()).unwrap();
            assert_eq!(new, format!("{start}{}", rendered()), "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn what_people_wrote_stays_byte_for_byte(before in "(?s).{0,80}", after in "(?s).{0,80}", status in "[a-z\n|]{0,40}") {
            let old = render(&kep(7), "old", &Applied::default());
            let body = format!("{before}\n{old}\n{after}");
            prop_assume!(matches!(find(&body), Markers::Present(_)));
            let new = render(&kep(7), &status, &Applied::default());
            let written = put(&body, &new).unwrap();
            prop_assert_eq!(&written, &format!("{before}\n{new}\n{after}"));
            // Putting the same section again changes nothing.
            prop_assert_eq!(put(&written, &new).unwrap(), written);
        }

        #[test]
        fn no_body_makes_it_panic(body in "(?s)(<!-- kepherd:(begin|end|applied) (KEP-7|item x|\\{\\}) -->\r?\n|.{0,9}){0,8}") {
            let _ = find(&body);
            let _ = put(&body, &rendered());
        }
    }
}
