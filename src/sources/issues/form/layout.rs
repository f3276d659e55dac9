//! Takes an issue's body, gives the answers to the template's fields as text.
//!
//! A field is a heading of its own, as GitHub renders an issue form, or an item of a list (`- K8s-Release: v1.38`)
//! below a heading about the KEP, as containerd's template has it. Nothing else in a body is a field.

use super::others::is_another;

/// A field of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TemplateField {
    Keps,
    Stage,
    Issue,
    PullRequests,
    Release,
    Owner,
    Liaison,
    Shepherd,
}

impl TemplateField {
    /// The field's name in a remark.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Keps => "KEP(s)",
            Self::Stage => "Stage",
            Self::Issue => "KEP Issue",
            Self::PullRequests => "KEP PR",
            Self::Release => "Kubernetes release",
            Self::Owner => "KEP owner",
            Self::Liaison => "Liaison",
            Self::Shepherd => "Shepherd",
        }
    }

    /// The field that a heading or the label of an item names.
    fn named(label: &str) -> Option<Self> {
        let words = label_words(label)?;
        let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
        let kep = has(&["kep", "enhancement"]);
        // A label may also name a KEP's file, title or description: those are no fields.
        let kep_alone = ["kep", "number", "id", "link", "url", "related", "the"];
        let fields = [
            (has(&["shepherd"]), Self::Shepherd),
            (has(&["liaison", "liason", "liasion"]), Self::Liaison),
            (has(&["owner"]), Self::Owner),
            (has(&["stage"]), Self::Stage),
            (
                has(&["release"]) && !has(&["note"]) && !words.iter().any(|word| is_another(word)),
                Self::Release,
            ),
            (kep && has(&["pr", "pull"]), Self::PullRequests),
            (kep && has(&["issue"]), Self::Issue),
            (
                kep && words.iter().all(|word| kep_alone.contains(&word.as_str())),
                Self::Keps,
            ),
        ];
        fields
            .into_iter()
            .find_map(|(fits, field)| fits.then_some(field))
    }
}

/// A label's words in lower case and without plural; `None` for what is too long to be a label.
fn label_words(label: &str) -> Option<Vec<String>> {
    let words: Vec<String> = label
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| word.to_ascii_lowercase().trim_end_matches('s').to_owned())
        .filter(|word| !word.is_empty())
        .take(7)
        .collect();
    (words.len() < 7).then_some(words)
}

/// The answers to the fields.
#[derive(Default)]
pub(super) struct Answers {
    by_field: [String; 8],
    /// Which fields are there, answered or not.
    there: [bool; 8],
}

/// How many of its fields a body has at least that was made from the template.
const TEMPLATE: usize = 3;

impl Answers {
    /// The answers in an issue's body.
    pub(super) fn of(body: &str) -> Self {
        let mut answers = Self::default();
        for (heading, text) in sections(&without_comments(&visible(body))) {
            let about_kep = |words: Vec<String>| words.iter().any(|w| w == "kep" || w == "sig");
            if let Some(field) = TemplateField::named(heading) {
                answers.add(field, &text);
            } else if label_words(heading).is_some_and(about_kep) {
                for (field, answer) in items(&text) {
                    answers.add(field, &answer);
                }
            }
        }
        answers
    }

    /// The answer to a field: empty if there is none.
    pub(super) fn to(&self, field: TemplateField) -> &str {
        self.by_field.get(field as usize).map_or("", String::as_str)
    }

    /// Whether the body was made from the template: it asks for the KEP, and for more.
    pub(super) fn is_template(&self) -> bool {
        let asks_for_keps = self.there.get(TemplateField::Keps as usize) == Some(&true);
        asks_for_keps && self.there.iter().filter(|is_there| **is_there).count() >= TEMPLATE
    }

    /// The first answer to a field stands. Only pull requests add up: people give them a field for each stage.
    fn add(&mut self, field: TemplateField, answer: &str) {
        if let Some(there) = self.there.get_mut(field as usize) {
            *there = true;
        }
        let plain = answer.trim_matches(|c: char| c.is_whitespace() || "_*-".contains(c));
        let given = !plain.is_empty() && !plain.eq_ignore_ascii_case("no response");
        if let Some(known) = self.by_field.get_mut(field as usize)
            && given
            && (known.is_empty() || field == TemplateField::PullRequests)
        {
            known.push_str(answer.trim());
            known.push('\n');
        }
    }
}

/// Text as eyes see it: without characters that have no width or turn the direction; other controls become spaces.
pub(super) fn visible(text: &str) -> String {
    let invisible = |c: char| {
        matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let space = |c: char| c.is_control() && c != '\n' && c != '\t';
    let seen = text.chars().filter(|c| !invisible(*c));
    seen.map(|c| if space(c) { ' ' } else { c }).collect()
}

/// Text without HTML comments. One that is never closed hides the rest.
fn without_comments(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        shown.push_str(before);
        // `<!-->` and `<!--->` are whole comments.
        let short = comment
            .strip_prefix("->")
            .or_else(|| comment.strip_prefix('>'));
        let after = short.or_else(|| comment.split_once("-->").map(|(_, after)| after));
        rest = after.unwrap_or_default();
    }
    shown.push_str(rest);
    shown
}

/// The headings of a body, down to the third level, each with the text below it. In a code block nothing is a heading;
/// its fences are left out, since an issue form can put a whole answer into one.
fn sections(body: &str) -> Vec<(&str, String)> {
    let mut sections: Vec<(&str, String)> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in body.lines() {
        let text = line.trim();
        let opens_with = |c: char| text.len() - text.trim_start_matches(c).len();
        let (mark, info) = text.split_at(opens_with('`').max(opens_with('~')));
        match fence {
            Some(open) if info.is_empty() && mark.starts_with(open) => fence = None,
            None if mark.len() >= 3 && !info.contains('`') => fence = Some(mark),
            _ => {
                let (level, heading) = text.split_at(opens_with('#'));
                let spaced = heading.starts_with([' ', '\t']) && indent(line) < 4;
                if fence.is_none() && spaced && (1..=3).contains(&level.len()) {
                    sections.push((heading, String::new()));
                } else if let Some((_, below)) = sections.last_mut() {
                    below.push_str(line);
                    below.push('\n');
                }
            }
        }
    }
    sections
}

/// The fields in a list of `- TemplateField: answer`. An answer goes on in deeper items and in lines that belong to its item.
fn items(text: &str) -> Vec<(TemplateField, String)> {
    let mut fields: Vec<(TemplateField, String)> = Vec::new();
    let mut top = None;
    let mut in_field = false;
    let mut after_blank = false;
    for line in text.lines() {
        let item = line.trim_start().strip_prefix(['-', '*', '+']);
        let item = item.filter(|item| item.is_empty() || item.starts_with([' ', '\t']));
        let deeper = top.is_some_and(|top| indent(line) >= top + 2);
        let blank = line.trim().is_empty();
        if let Some(item) = item
            && !(deeper && in_field)
        {
            top = top.or(Some(indent(line)));
            let found = labelled(item);
            in_field = found.is_some();
            fields.extend(found.map(|(field, answer)| (field, answer.to_owned())));
        } else if !blank && after_blank && !deeper {
            in_field = false;
        } else if in_field && let Some((_, answer)) = fields.last_mut() {
            answer.push('\n');
            answer.push_str(line);
        }
        after_blank = blank;
    }
    fields
}

/// The field and the answer in an item, behind its checkbox.
fn labelled(item: &str) -> Option<(TemplateField, &str)> {
    let item = item.trim_start();
    let checked = |mark: &&str| item.strip_prefix(*mark);
    let item = ["[ ]", "[x]", "[X]"]
        .iter()
        .find_map(checked)
        .unwrap_or(item);
    let (label, answer) = item.split_once(':')?;
    // The label may be bold, with its colon. An address is no label.
    let answer = answer.trim_start_matches(['*', '_', ' ']);
    let field = TemplateField::named(label).filter(|_| !answer.starts_with("//"))?;
    Some((field, answer))
}

fn indent(line: &str) -> usize {
    let space = line.chars().take_while(|c| c.is_whitespace());
    space.map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str, field: TemplateField) -> String {
        Answers::of(body).to(field).trim_end().to_owned()
    }

    #[test]
    fn labels_are_compared_loosely() {
        let cases = [
            ("KEP(s)", Some(TemplateField::Keps)),
            ("keps:", Some(TemplateField::Keps)),
            ("**KEP number**", Some(TemplateField::Keps)),
            ("Stage", Some(TemplateField::Stage)),
            ("KEP Issue", Some(TemplateField::Issue)),
            ("KEP-Issues", Some(TemplateField::Issue)),
            ("KEP PR", Some(TemplateField::PullRequests)),
            ("KEP PR(s) (beta)", Some(TemplateField::PullRequests)),
            ("KEP pull requests", Some(TemplateField::PullRequests)),
            ("Kubernetes release", Some(TemplateField::Release)),
            ("Kubernetes Release(s)", Some(TemplateField::Release)),
            ("K8s-Release", Some(TemplateField::Release)),
            ("Target release", Some(TemplateField::Release)),
            ("KEP owner(s)", Some(TemplateField::Owner)),
            ("Owners", Some(TemplateField::Owner)),
            ("Liaison", Some(TemplateField::Liaison)),
            ("SIG-Node member liason", Some(TemplateField::Liaison)),
            ("containerd liaison(s)", Some(TemplateField::Liaison)),
            ("KEP-SHEPHERDS #", Some(TemplateField::Shepherd)),
            ("KEP/SIG-Node References", None),
            ("KEP File", None),
            ("containerd release", None),
            ("Release note", None),
            ("Issue", None),
            ("What is the SIG-Node problem you are trying to solve", None),
            ("At what stage of the release does it happen", None),
            ("Ｓtage", None),
            ("", None),
        ];
        for (label, field) in cases {
            assert_eq!(TemplateField::named(label), field, "{label}");
        }
    }

    #[test]
    fn the_first_answer_stands() {
        let body = "### Stage\n\n_No response_\n\n### Stage\n\nalpha\n\n### stages\n\nbeta\n";
        assert_eq!(answer(body, TemplateField::Stage), "alpha");
        let body = "### KEP things\n- stage:\n- stage: beta\n- stage: GA\n### Stage\nalpha";
        assert_eq!(answer(body, TemplateField::Stage), "beta");
    }

    #[test]
    fn pull_requests_of_several_stages_add_up() {
        let body = "### KEP PR (alpha)\na\n### KEP PR (beta)\n\n### KEP PR (GA)\nb";
        assert_eq!(answer(body, TemplateField::PullRequests), "a\nb");
    }

    #[test]
    fn an_answer_that_says_nothing_was_not_given() {
        for nothing in [
            "",
            "_No response_",
            "*no response*",
            " \r\n\t",
            "-",
            "<!-- alpha -->",
            "\u{200b}",
        ] {
            assert_eq!(
                answer(&format!("### Stage\n\n{nothing}\n"), TemplateField::Stage),
                "",
                "{nothing}"
            );
        }
    }

    #[test]
    fn comments_are_not_read() {
        let cases = [
            ("### Stage\n<!-- beta\n### Stage\n -->alpha", "alpha"),
            ("<!-- ### Stage\nbeta -->\n### Stage\nal<!---->pha", "alpha"),
            ("### Stage\n<!-->alpha<!--->", "alpha"),
            ("### Stage\nalpha --> x", "alpha --> x"),
            ("### Stage\nalpha\n<!-- \n### Stage\nbeta", "alpha"),
        ];
        for (body, expected) in cases {
            assert_eq!(answer(body, TemplateField::Stage), expected, "{body}");
        }
    }

    #[test]
    fn a_code_block_holds_no_heading_and_may_hold_an_answer() {
        let body = "### Notes\n```sh\n### Stage\nbeta\n```\n### Stage\n~~~~\nalpha\n~~~\n### x\n~~~~\n### y\n";
        assert_eq!(answer(body, TemplateField::Stage), "alpha\n~~~\n### x");
        let body = "### KEP/SIG-Node References\n\n```markdown\n- stage: alpha\n- KEP(s): 1\n```\n";
        assert_eq!(answer(body, TemplateField::Stage), "alpha");
        assert_eq!(
            answer("### Stage\n```a``` alpha", TemplateField::Stage),
            "```a``` alpha"
        );
    }

    #[test]
    fn headings_of_the_first_three_levels_count() {
        for heading in ["# Stage", "## Stage ##", "   ### Stage", "###\tStage"] {
            assert_eq!(
                answer(&format!("{heading}\nalpha"), TemplateField::Stage),
                "alpha",
                "{heading}"
            );
        }
        for heading in [
            "#### Stage",
            "###Stage",
            "    ### Stage",
            "> ### Stage",
            "Stage\n---",
        ] {
            assert_eq!(
                answer(&format!("{heading}\nalpha"), TemplateField::Stage),
                "",
                "{heading}"
            );
        }
    }

    #[test]
    fn an_answer_goes_on_as_far_as_its_item() {
        let body = "### KEP\u{a0}data\n\n  - stage: a\n    b\nc\n\n    d\n  - KEP-File: e\n    f\n  * [ ] __KEP-Owner__: g\n\n\
                    h\n  + KEP Issue:i\n  - KEP PR: https\n  - KEP https://x\n";
        assert_eq!(answer(body, TemplateField::Stage), "a\n    b\nc\n\n    d");
        assert_eq!(answer(body, TemplateField::Owner), "g");
        assert_eq!(answer(body, TemplateField::Issue), "i");
        assert_eq!(answer(body, TemplateField::PullRequests), "https");
        assert_eq!(answer(body, TemplateField::Keps), "");
    }

    #[test]
    fn a_list_below_another_heading_is_no_form() {
        for heading in [
            "",
            "### Additional context\n",
            "### Describe the SIG's KEP in your own words\n",
        ] {
            let body = format!("{heading}- stage: alpha\n");
            assert_eq!(answer(&body, TemplateField::Stage), "", "{heading}");
        }
    }
}
