//! Reads a tracking issue that was opened with containerd's issue template.
//!
//! Takes an issue's title and body, gives what its fields say: KEPs, stage and release, people, pull requests. Whatever
//! people wrote, something is read and nothing fails: what was guessed or not understood becomes a remark. Text in,
//! values out, in time linear in the text. It does not know which KEPs, releases or people exist.

use addresses::{Destination, apart, kep_numbers, kep_of, references};
use aims::{Paired, aims, combined};
use layout::{Answers, TemplateField};
use people::people;
use title::headline;

use crate::terms::{Aim, Handle, IssueRef, Line, Link};

mod addresses;
mod aims;
mod layout;
mod others;
mod people;
#[cfg(test)]
mod tests;
mod title;

/// No list grows beyond this: nobody fills in more by hand.
const MOST: usize = 50;
/// The most characters of an answer that a remark repeats.
const QUOTED: usize = 80;

/// What an issue says in the fields of the template, as people filled them in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Whether it was opened with the template: its fields are there, whatever stands in them.
    pub is_template: bool,
    /// The issue's title without SIG, KEP number, separators and angle brackets.
    pub title: Option<Line>,
    /// The SIG that the title opens with: `[SIG-Node]` is "sig-node".
    pub sig: Option<String>,
    /// The KEPs that the KEP(s) field names, then those whose enhancement issue or directory the KEP Issue field names.
    pub keps: Vec<u32>,
    /// Those of them that it names by the address of their enhancement issue or directory: nobody mistypes these.
    pub addressed: Vec<u32>,
    /// Stages and releases in the order written, paired as far as the text allows.
    pub aims: Vec<Aim>,
    /// The KEP's owners: handles without `@`.
    pub owners: Vec<Handle>,
    /// The liaisons: handles without `@`.
    pub liaisons: Vec<Handle>,
    /// The shepherds: handles without `@`.
    pub shepherds: Vec<Handle>,
    /// The pull requests in the KEP Issue and KEP PR fields.
    pub pull_requests: Vec<IssueRef>,
    /// The other https addresses in these two fields, except the KEP's own enhancement issue.
    pub links: Vec<Link>,
    /// What was understood with good will or not at all, in words for people.
    pub remarks: Vec<String>,
}

/// Reads an issue.
#[must_use]
pub fn read(title: &str, body: &str) -> Form {
    let (sig, title) = headline(title);
    let answers = Answers::of(body);
    let mut form = Form {
        is_template: answers.is_template(),
        title,
        sig,
        ..Form::default()
    };
    form.read_keps(answers.to(TemplateField::Keps));
    form.read_references(TemplateField::Issue, answers.to(TemplateField::Issue));
    form.read_references(
        TemplateField::PullRequests,
        answers.to(TemplateField::PullRequests),
    );
    form.read_aims(
        answers.to(TemplateField::Stage),
        answers.to(TemplateField::Release),
    );
    form.owners = form.read_people(TemplateField::Owner, answers.to(TemplateField::Owner));
    form.liaisons = form.read_people(TemplateField::Liaison, answers.to(TemplateField::Liaison));
    form.shepherds = form.read_people(TemplateField::Shepherd, answers.to(TemplateField::Shepherd));
    let people = [&form.owners, &form.liaisons, &form.shepherds].map(Vec::len);
    let others = [form.pull_requests.len(), form.links.len(), form.keps.len()];
    if [people, others].concat().contains(&MOST) || form.aims.len() == MOST {
        let remark = format!("a field names very much: at most {MOST} of a kind are read");
        form.remarks.push(remark);
    }
    form
}

impl Form {
    fn remark(&mut self, field: TemplateField, answer: &str, what: &str) {
        let remark = format!("{}: {} {what}", field.name(), quoted(answer));
        self.remarks.push(remark);
    }

    fn read_keps(&mut self, answer: &str) {
        for line in answer.lines() {
            let (addresses, text) = apart(line);
            for number in kep_numbers(&text) {
                add(&mut self.keps, number);
            }
            for address in &addresses {
                match Destination::of(address) {
                    Destination::Enhancement(number, _) | Destination::KepDirectory(number) => {
                        add(&mut self.keps, number);
                        add(&mut self.addressed, number);
                    }
                    Destination::PullRequest(_) | Destination::Issue(_) | Destination::Other => {}
                }
            }
        }
        if self.keps.is_empty() && !answer.is_empty() {
            self.remark(TemplateField::Keps, answer, "names no KEP");
        }
    }

    /// Reads the KEP Issue or the KEP PR field. People mix the two up, so an address says itself what it is; a short
    /// `owner/name#1` is an enhancement in the one and a pull request in the other.
    fn read_references(&mut self, field: TemplateField, answer: &str) {
        let (addresses, text) = apart(answer);
        let mut found = !addresses.is_empty();
        let mut issues = Vec::new();
        let before = self.pull_requests.len();
        for address in addresses {
            let place = Destination::of(&address);
            match place {
                Destination::Enhancement(number, _) | Destination::KepDirectory(number)
                    if field == TemplateField::Issue =>
                {
                    add(&mut self.keps, number);
                    add(&mut self.addressed, number);
                }
                _ => {}
            }
            match place {
                Destination::PullRequest(pull_request) => {
                    add(&mut self.pull_requests, pull_request)
                }
                Destination::Enhancement(number, issue) if self.keps.contains(&number) => {
                    issues.push(issue);
                }
                Destination::Enhancement(_, issue) | Destination::Issue(issue) => {
                    issues.push(issue);
                    self.link(&address);
                }
                Destination::KepDirectory(_) | Destination::Other => self.link(&address),
            }
        }
        if field == TemplateField::Issue && self.pull_requests.len() > before {
            self.remark(field, answer, "is read as a pull request");
        }
        issues.truncate(MOST);
        for reference in references(&text) {
            match (field, kep_of(&reference)) {
                (TemplateField::Issue, Some(number)) => {
                    add(&mut self.keps, number);
                    add(&mut self.addressed, number);
                }
                (TemplateField::Issue, None) => continue,
                // The text of a link whose address is an issue's.
                _ if issues.contains(&reference) => {}
                _ => add(&mut self.pull_requests, reference),
            }
            found = true;
        }
        if !found && !answer.is_empty() {
            self.remark(field, answer, "is not understood");
        }
    }

    /// Keeps an address that is nothing else.
    fn link(&mut self, address: &str) {
        let link = address.parse().ok();
        if let Some(link) = link.filter(|_| address.starts_with("https:")) {
            add(&mut self.links, link);
        }
    }

    fn read_aims(&mut self, stage: &str, release: &str) {
        let (by_stage, stage_is_plain) = aims(stage);
        let (by_release, release_is_plain) = aims(release);
        let names_stage = by_stage.iter().any(|aim| aim.stage.is_some());
        let names_release = by_release.iter().any(|aim| aim.target.is_some());
        self.reading(
            TemplateField::Stage,
            stage,
            &by_stage,
            names_stage && stage_is_plain,
        );
        self.reading(
            TemplateField::Release,
            release,
            &by_release,
            names_release && release_is_plain,
        );

        let loose = by_release.iter().filter(|aim| aim.stage.is_none()).count();
        let several = by_stage.is_empty() && loose > 1;
        let (aims, paired) = combined(by_stage, by_release);
        self.aims = aims;
        let [stage, release] = [stage, release].map(quoted);
        let remark = match paired {
            Paired::Clearly if several => format!("{release} has no stage for each"),
            Paired::Clearly => return,
            Paired::InOrder => format!("{release} is paired with {stage} in the order written"),
            Paired::InPart => format!("{release} cannot be paired with {stage}"),
        };
        self.remarks.push(format!("several releases: {remark}"));
    }

    fn read_people(&mut self, field: TemplateField, answer: &str) -> Vec<Handle> {
        let (people, what) = people(answer);
        if let Some(what) = what {
            self.remark(field, answer, what);
        }
        people
    }

    /// Says how an answer is read, unless that is plain.
    fn reading(&mut self, field: TemplateField, answer: &str, aims: &[Aim], plain: bool) {
        let aims: Vec<String> = aims.iter().take(5).map(Aim::to_string).collect();
        if plain || answer.is_empty() {
        } else if aims.is_empty() {
            self.remark(field, answer, "is not understood");
        } else {
            self.remark(field, answer, &format!("is read as {}", aims.join(", ")));
        }
    }
}

/// Whether a login could exist on GitHub: 1 to 39 letters, digits and single hyphens between them. In running text that is
/// less than a [`Handle`] may have: an underscore is more likely Markdown's.
fn is_login(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (1..=39).contains(&text.len()) && text.split('-').all(part)
}

/// Adds a value that is new, while there is room.
fn add<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if list.len() < MOST && !list.contains(&value) {
        list.push(value);
    }
}

/// An answer for a remark: one line in backticks, cut where it is long.
fn quoted(answer: &str) -> String {
    let start: String = answer.chars().take(4 * QUOTED).collect();
    let words: Vec<&str> = start.split_whitespace().collect();
    let line = words.join(" ").replace('`', "'");
    if line.chars().count() <= QUOTED && start.len() == answer.len() {
        return format!("`{line}`");
    }
    let cut: String = line.chars().take(QUOTED - 1).collect();
    format!("`{}…`", cut.trim_end())
}
