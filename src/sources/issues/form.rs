//! Reads a tracking issue that was opened with containerd's issue template.
//!
//! Takes an issue's title and body, gives what its fields say: KEPs, stage and release, people, pull requests. Whatever
//! people wrote, something is read and nothing fails: what was guessed or not understood becomes a remark. Text in,
//! values out, in time linear in the text. It does not know which KEPs, releases or people exist.

use std::fmt;

use addresses::{Address, apart, kep_numbers, references};
use aims::{Paired, aims, combined};
use layout::{Answers, Field};
use title::headline;

mod addresses;
mod aims;
mod layout;
mod title;

/// No list grows beyond this: nobody fills in more by hand.
const MOST: usize = 50;
/// The most characters of an answer that a remark repeats.
const QUOTED: usize = 80;

/// What an issue says in the fields of the template, as people filled them in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// The issue's title without SIG, KEP number, separators and angle brackets.
    pub title: Option<String>,
    /// The SIG that the title opens with: `[SIG-Node]` is "sig-node".
    pub sig: Option<String>,
    /// The KEPs that the KEP(s) field names, then those whose enhancement issue or directory the KEP Issue field names.
    pub keps: Vec<u32>,
    /// Stages and releases in the order written, paired as far as the text allows.
    pub aims: Vec<Aim>,
    /// The KEP's owners: handles without `@`.
    pub owners: Vec<String>,
    /// The liaisons: handles without `@`.
    pub liaisons: Vec<String>,
    /// The shepherds: handles without `@`.
    pub shepherds: Vec<String>,
    /// The pull requests in the KEP Issue and KEP PR fields.
    pub pull_requests: Vec<Reference>,
    /// The other https addresses in these two fields, except the KEP's own enhancement issue.
    pub links: Vec<String>,
    /// What was understood with good will or not at all, in words for people.
    pub remarks: Vec<String>,
}

/// A stage and the release it is meant for, as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Aim {
    /// The stage.
    pub stage: Option<Stage>,
    /// The Kubernetes release.
    pub release: Option<Release>,
    /// Whether the feature gate is on by default.
    pub enabled_by_default: Option<bool>,
}

/// A KEP's stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// "alpha".
    Alpha,
    /// "beta".
    Beta,
    /// "stable" or "GA".
    Stable,
}

/// A minor release of Kubernetes: "v1.38", "1.38" and "1.38.0" are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// The number before the dot.
    pub major: u32,
    /// The number after the dot.
    pub minor: u32,
}

/// An issue or a pull request: "kubernetes/kubernetes#130556".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The repository's owner.
    pub owner: String,
    /// The repository's name.
    pub name: String,
    /// The number in the repository.
    pub number: u64,
}

/// Reads an issue.
#[must_use]
pub fn read(title: &str, body: &str) -> Form {
    let (sig, title) = headline(title);
    let answers = Answers::of(body);
    let mut form = Form {
        title,
        sig,
        ..Form::default()
    };
    form.read_keps(answers.to(Field::Keps));
    form.read_references(Field::Issue, answers.to(Field::Issue));
    form.read_references(Field::PullRequests, answers.to(Field::PullRequests));
    form.read_aims(answers.to(Field::Stage), answers.to(Field::Release));
    form.owners = form.people(Field::Owner, answers.to(Field::Owner));
    form.liaisons = form.people(Field::Liaison, answers.to(Field::Liaison));
    form.shepherds = form.people(Field::Shepherd, answers.to(Field::Shepherd));
    let people = [&form.owners, &form.liaisons, &form.shepherds].map(Vec::len);
    let others = [form.pull_requests.len(), form.links.len(), form.keps.len()];
    if [people, others].concat().contains(&MOST) || form.aims.len() == MOST {
        let remark = format!("a field names very much: at most {MOST} of a kind are read");
        form.remarks.push(remark);
    }
    form
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Stable => "stable",
        })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}#{}", self.owner, self.name, self.number)
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = self.stage.map(|stage| stage.to_string());
        let release = self.release.map(|release| release.to_string());
        let switch = |on| if on { "on" } else { "off" };
        let default = self
            .enabled_by_default
            .map(|on| format!("{} by default", switch(on)));
        let parts: Vec<String> = [stage, release, default].into_iter().flatten().collect();
        f.write_str(&parts.join(" "))
    }
}

impl Form {
    fn remark(&mut self, field: Field, answer: &str, what: &str) {
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
                match Address::of(address) {
                    Address::Enhancement(number, _) | Address::KepDirectory(number) => {
                        add(&mut self.keps, number);
                    }
                    Address::PullRequest(_) | Address::Issue(_) | Address::Other => {}
                }
            }
        }
        if self.keps.is_empty() && !answer.is_empty() {
            self.remark(Field::Keps, answer, "names no KEP");
        }
    }

    /// Reads the KEP Issue or the KEP PR field. People mix the two up, so an address says itself what it is; a short
    /// `owner/name#1` is an enhancement in the one and a pull request in the other.
    fn read_references(&mut self, field: Field, answer: &str) {
        let (addresses, text) = apart(answer);
        let mut found = !addresses.is_empty();
        let mut issues = Vec::new();
        let before = self.pull_requests.len();
        for address in addresses {
            let place = Address::of(&address);
            match place {
                Address::Enhancement(number, _) | Address::KepDirectory(number)
                    if field == Field::Issue =>
                {
                    add(&mut self.keps, number);
                }
                _ => {}
            }
            match place {
                Address::PullRequest(pull_request) => add(&mut self.pull_requests, pull_request),
                Address::Enhancement(number, issue) if self.keps.contains(&number) => {
                    issues.push(issue);
                }
                Address::Enhancement(_, issue) | Address::Issue(issue) => {
                    issues.push(issue);
                    self.link(address);
                }
                Address::KepDirectory(_) | Address::Other => self.link(address),
            }
        }
        if field == Field::Issue && self.pull_requests.len() > before {
            self.remark(field, answer, "is read as a pull request");
        }
        issues.truncate(MOST);
        for reference in references(&text) {
            match (field, reference.kep()) {
                (Field::Issue, Some(number)) => add(&mut self.keps, number),
                (Field::Issue, None) => continue,
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

    fn link(&mut self, address: String) {
        if address.starts_with("https:") {
            add(&mut self.links, address);
        }
    }

    fn read_aims(&mut self, stage: &str, release: &str) {
        let (by_stage, stage_is_plain) = aims(stage);
        let (by_release, release_is_plain) = aims(release);
        let names_stage = by_stage.iter().any(|aim| aim.stage.is_some());
        let names_release = by_release.iter().any(|aim| aim.release.is_some());
        self.reading(
            Field::Stage,
            stage,
            &by_stage,
            names_stage && stage_is_plain,
        );
        self.reading(
            Field::Release,
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

    /// Says how an answer is read, unless that is plain.
    fn reading(&mut self, field: Field, answer: &str, aims: &[Aim], plain: bool) {
        let aims: Vec<String> = aims.iter().take(5).map(Aim::to_string).collect();
        if plain || answer.is_empty() {
        } else if aims.is_empty() {
            self.remark(field, answer, "is not understood");
        } else {
            self.remark(field, answer, &format!("is read as {}", aims.join(", ")));
        }
    }

    fn people(&mut self, field: Field, answer: &str) -> Vec<String> {
        let (_, text) = apart(answer);
        let mut people: Vec<String> = Vec::new();
        let mut more = false;
        for word in text.split(|c: char| c.is_whitespace() || ",;:()[]{}<>|&+\"'`*".contains(c)) {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !"@-_".contains(c));
            // `@one/@two` are two people, `@kubernetes/sig-node` is a team.
            let mentions = || word.split('/').map(|part| part.strip_prefix('@'));
            if mentions().all(|handle| handle.is_some_and(is_handle)) {
                for handle in mentions().flatten() {
                    if !people
                        .iter()
                        .any(|known| known.eq_ignore_ascii_case(handle))
                    {
                        add(&mut people, handle.to_owned());
                    }
                }
            } else {
                more |= word.chars().any(char::is_alphanumeric) && word != "and";
            }
        }
        let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
        match people.as_slice() {
            _ if answer.is_empty() => {}
            [] if is_bare_handle(bare) => {
                people.push(bare.to_owned());
                self.remark(field, answer, "is read as a handle");
            }
            [] => self.remark(field, answer, "names nobody"),
            _ if more => self.remark(field, answer, "says more than the handles in it"),
            _ => {}
        }
        people
    }
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

/// Whether a login could exist on GitHub: 1 to 39 letters, digits and single hyphens between them.
fn is_handle(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (1..=39).contains(&text.len()) && text.split('-').all(part)
}

/// Whether a word without `@`, as the whole answer, is meant as a handle.
fn is_bare_handle(text: &str) -> bool {
    const PLACEHOLDERS: &str = " tbd tba tbc todo none na no yes null nil nobody noone unknown unassigned unclear any \
        anyone anybody someone somebody everyone volunteer volunteers wanted needed open pending self me author same \
        team community maintainer maintainers committers owner owners various multiple no-response not-yet xxx node \
        sig containerd kubernetes ";
    let word = text.to_ascii_lowercase();
    let of_a_group = word.starts_with("sig-") || word.starts_with("wg-");
    let spelled = word.len() > 1 && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_handle(text) && spelled && !of_a_group && !PLACEHOLDERS.contains(&format!(" {word} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 8] = [
        "KEP(s)",
        "stage",
        "KEP Issue",
        "KEP PR",
        "K8s-Release",
        "KEP-Owner",
        "SIG-Node member liason",
        "KEP-Shepherd",
    ];

    /// A body as GitHub renders a form with one input for each field.
    fn headings(answers: &[&str; 8]) -> String {
        let block = |(field, answer): (&&str, &&str)| {
            let answer = if answer.is_empty() {
                "_No response_"
            } else {
                *answer
            };
            format!("### {field}\r\n\r\n{answer}\r\n\r\n")
        };
        FIELDS.iter().zip(answers).map(block).collect()
    }

    /// A body as containerd's template has it.
    fn list(answers: &[&str; 8]) -> String {
        let item = |(field, answer): (&&str, &&str)| format!("- {field}: {answer}\n");
        let items: String = FIELDS.iter().zip(answers).map(item).collect();
        format!(
            "### KEP/SIG-Node References\n\n{items}\n\
             ### What is the SIG-Node problem you are trying to solve\n\nStage fright.\n- stage: GA\n\n\
             ### Additional context\n\n_No response_\n"
        )
    }

    /// What a form says, on one line for each of its parts.
    fn told(form: &Form) -> String {
        let mut lines = vec![form.title.clone().unwrap_or_default()];
        let mut part = |name: &str, values: Vec<String>| {
            if !values.is_empty() {
                lines.push(format!("{name}: {}", values.join(", ")));
            }
        };
        let texts = |values: &[&dyn ToString]| values.iter().map(|v| v.to_string()).collect();
        part("sig", form.sig.clone().into_iter().collect());
        part("keps", form.keps.iter().map(u32::to_string).collect());
        part("aims", form.aims.iter().map(Aim::to_string).collect());
        part("owners", form.owners.clone());
        part("liaisons", form.liaisons.clone());
        part("shepherds", form.shepherds.clone());
        let pull_requests: Vec<&dyn ToString> = form
            .pull_requests
            .iter()
            .map(|p| p as &dyn ToString)
            .collect();
        part("pulls", texts(&pull_requests));
        part("links", form.links.clone());
        for remark in &form.remarks {
            part("remark", vec![remark.clone()]);
        }
        lines.join("\n")
    }

    fn answered(field: &str, answer: &str) -> Form {
        read("", &format!("### {field}\n\n{answer}\n\n"))
    }

    /// The titles and the answers of containerd's own issues.
    const ISSUES: [(u32, &str, [&str; 8], &str); 10] = [
        (
            11617,
            "[SIG-Node]: KEP-4960 - Container Stop Signals",
            [
                "4960",
                "alpha",
                "https://github.com/kubernetes/kubernetes/pull/130556",
                "https://github.com/kubernetes/kubernetes/pull/130556",
                "v1.33",
                "@sreeram-venkitesh",
                "@mikebrow (@samuelkarp, @fuweid)",
                "@mikebrow or other volunteer",
            ],
            "Container Stop Signals\n\
             sig: sig-node\n\
             keps: 4960\n\
             aims: alpha 1.33\n\
             owners: sreeram-venkitesh\n\
             liaisons: mikebrow, samuelkarp, fuweid\n\
             shepherds: mikebrow\n\
             pulls: kubernetes/kubernetes#130556\n\
             remark: KEP Issue: `https://github.com/kubernetes/kubernetes/pull/130556` is read as a pull request\n\
             remark: Shepherd: `@mikebrow or other volunteer` says more than the handles in it",
        ),
        (
            12252,
            "[SIG-Node]: KEP-5474 - Enable Writable cgroups for unprivileged containers",
            [
                "[KEP-5474](https://github.com/kubernetes/enhancements/pull/5475)",
                "Alpha",
                "[kubernetes/enhancements#5474](https://github.com/kubernetes/enhancements/issues/5474)",
                "[kubernetes/enhancements#5475](https://github.com/kubernetes/enhancements/pull/5475)",
                "v1.38",
                "@Divya063",
                "TBD",
                "@chrishenzie (Volunteering)",
            ],
            "Enable Writable cgroups for unprivileged containers\n\
             sig: sig-node\n\
             keps: 5474\n\
             aims: alpha 1.38\n\
             owners: Divya063\n\
             shepherds: chrishenzie\n\
             pulls: kubernetes/enhancements#5475\n\
             remark: Liaison: `TBD` names nobody\n\
             remark: Shepherd: `@chrishenzie (Volunteering)` says more than the handles in it",
        ),
        (
            12489,
            "[SIG-Node]: <KEP-5607 - Allow HostNetwork Pods to Use User Namespaces>",
            [
                "5607",
                "Alpha",
                "https://github.com/kubernetes/enhancements/issues/5607 ",
                "https://github.com/kubernetes/enhancements/pull/5608",
                "v1.35",
                "@HirazawaUi",
                "@HirazawaUi",
                "@mikebrow",
            ],
            "Allow HostNetwork Pods to Use User Namespaces\n\
             sig: sig-node\n\
             keps: 5607\n\
             aims: alpha 1.35\n\
             owners: HirazawaUi\n\
             liaisons: HirazawaUi\n\
             shepherds: mikebrow\n\
             pulls: kubernetes/enhancements#5608",
        ),
        (
            12814,
            "[SIG-Node]: KEP-5825: CRI List Streaming",
            [
                "KEP-5825: CRI List Streaming",
                "Alpha - v1.36",
                "https://github.com/kubernetes/enhancements/issues/5825",
                "https://github.com/kubernetes/enhancements/pull/5826",
                "v1.36",
                "@bitoku",
                "@samuelkarp",
                "@samuelkarp",
            ],
            "CRI List Streaming\n\
             sig: sig-node\n\
             keps: 5825\n\
             aims: alpha 1.36\n\
             owners: bitoku\n\
             liaisons: samuelkarp\n\
             shepherds: samuelkarp\n\
             pulls: kubernetes/enhancements#5826",
        ),
        (
            13546,
            "[SIG-Node]: KEP-6061 - OCI Artifact-Based Security Profile Distribution",
            [
                "KEP-6061",
                "alpha",
                "https://github.com/kubernetes/enhancements/issues/6061",
                "https://github.com/kubernetes/enhancements/pull/6062",
                "v1.38 (TBD when opened)",
                "@saschagrunert",
                "@SergeyKanzhelev",
                "@mikebrow",
            ],
            "OCI Artifact-Based Security Profile Distribution\n\
             sig: sig-node\n\
             keps: 6061\n\
             aims: alpha 1.38\n\
             owners: saschagrunert\n\
             liaisons: SergeyKanzhelev\n\
             shepherds: mikebrow\n\
             pulls: kubernetes/enhancements#6062\n\
             remark: Kubernetes release: `v1.38 (TBD when opened)` is read as 1.38",
        ),
        (
            13979,
            "[SIG-Node]: KEP-5823: Pod-Level Checkpoint/Restore",
            [
                "KEP-5823",
                "alpha",
                "https://github.com/kubernetes/enhancements/issues/5823",
                "https://github.com/kubernetes/enhancements/pull/5851",
                "v1.37 (target for Alpha)",
                "@rst0git @viktoriaas @adrianreber @andreyvelich",
                "@haircommander",
                "TBD",
            ],
            "Pod-Level Checkpoint/Restore\n\
             sig: sig-node\n\
             keps: 5823\n\
             aims: alpha 1.37\n\
             owners: rst0git, viktoriaas, adrianreber, andreyvelich\n\
             liaisons: haircommander\n\
             pulls: kubernetes/enhancements#5851\n\
             remark: Shepherd: `TBD` names nobody",
        ),
        (
            14172,
            "[SIG-Node]: KEP-5365 - ImageVolume with an image digest",
            [
                "KEP-5365 - ImageVolume with an image digest",
                "Alpha: 1.36. Beta: 1.38 (hopefully).",
                "https://github.com/kubernetes/enhancements/issues/5365.",
                "https://github.com/kubernetes/enhancements/pull/5375.",
                "1.36/1.38",
                "@iholder101",
                "",
                "",
            ],
            "ImageVolume with an image digest\n\
             sig: sig-node\n\
             keps: 5365\n\
             aims: alpha 1.36, beta 1.38\n\
             owners: iholder101\n\
             pulls: kubernetes/enhancements#5375\n\
             remark: Stage: `Alpha: 1.36. Beta: 1.38 (hopefully).` is read as alpha 1.36, beta 1.38",
        ),
        (
            14267,
            "[SIG-Node]: KEP-5714: cgroup namespaces",
            [
                "5714",
                "alpha",
                "https://github.com/kubernetes/enhancements/issues/5714",
                "https://github.com/kubernetes/enhancements/pull/5715",
                "1.38",
                "@AkihiroSuda",
                "@AkihiroSuda",
                "@AkihiroSuda",
            ],
            "cgroup namespaces\n\
             sig: sig-node\n\
             keps: 5714\n\
             aims: alpha 1.38\n\
             owners: AkihiroSuda\n\
             liaisons: AkihiroSuda\n\
             shepherds: AkihiroSuda\n\
             pulls: kubernetes/enhancements#5715",
        ),
        (
            14279,
            "[SIG-Node]: KEP-6313 - Non Network Pods",
            [
                "",
                "alpha",
                "https://github.com/kubernetes/enhancements/issues/6313",
                "https://github.com/kubernetes/enhancements/pull/6317",
                "1.38",
                "sig-network",
                "",
                "@MikeZappa87 ",
            ],
            "Non Network Pods\n\
             sig: sig-node\n\
             keps: 6313\n\
             aims: alpha 1.38\n\
             shepherds: MikeZappa87\n\
             pulls: kubernetes/enhancements#6317\n\
             remark: KEP owner: `sig-network` names nobody",
        ),
        (
            14310,
            "[SIG-Node]: KEP-5855 - bindMountOptions (noexec, nosuid, nodev) support for CRI mounts",
            ["KEP-5855", "beta w/gate on", "", "", "", "", "", ""],
            "bindMountOptions (noexec, nosuid, nodev) support for CRI mounts\n\
             sig: sig-node\n\
             keps: 5855\n\
             aims: beta on by default",
        ),
    ];

    #[test]
    fn every_issue_of_the_template_is_read_from_either_layout() {
        for (number, title, answers, expected) in ISSUES {
            for body in [headings(&answers), list(&answers)] {
                assert_eq!(told(&read(title, &body)), expected, "#{number}: {body}");
            }
        }
    }

    #[test]
    fn an_issue_without_the_template_has_a_title_only() {
        let titles = [
            "Enhance CRI workflow to support pod level user namespace",
            "Add OCI Volume Source support",
            "[CRI] The `ListPodSandboxMetrics` method in containerd is not yet implemented",
            "Support CRI `image_sub_path` for OCI image volume mounts",
            "CRI: Implement SwapUsage and PSI stall information in ContainerStats",
            "Implement missing metrics in ListMetricDescriptors and ListPodSandboxMetrics",
        ];
        let body = "### What is the problem you're trying to solve\r\n\r\nKEP-127 is beta in 1.30. cc @somebody\r\n\
                    - stage: beta\r\n\r\n### Describe the solution you'd like\r\n\r\nhttps://example.com/\r\n";
        for title in titles {
            let expected = Form {
                title: Some(title.to_owned()),
                ..Form::default()
            };
            assert_eq!(read(title, body), expected);
            assert_eq!(read(title, ""), expected);
        }
    }

    #[test]
    fn a_list_is_read_as_people_lay_it_out() {
        let body = "### KEP/SIG-Node References\n\n\
            - **KEP(s):** KEP-5758 - Ulimits for a container\n\
            \t- https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/5758-ulimits\n\
            - [x] **Stage**:\n\
            \t- Alpha: 1.36.\n\
            \t- Beta: 1.38, gate off by default\n\
            - KEP Issue: https://github.com/kubernetes/enhancements/issues/5758.\n\
            - KEP PR (alpha):\n\
            \x20 - https://github.com/kubernetes/enhancements/pull/5762\n\n\
            \x20 - https://github.com/kubernetes/enhancements/pull/6157/files#diff\n\
            - KEP PR (beta): k/enhancements#6200, k/k#140013\n\
            - KEP File: https://github.com/kubernetes/enhancements/blob/master/keps/sig-node/5758-ulimits/README.md.\n\
            - K8s-Release: 1.36/1.38.\n\
            - KEP-Owner: @iholder101.\n\
            @bitoku\n\
            - SIG-Node member liason: kannon92\n\n\
            - KEP-Shepherd: [@mikebrow](https://github.com/mikebrow)\n\n\
            More words of @somebody about it, no field.\n";
        let expected = "Per-container ulimits\n\
            sig: sig-node\n\
            keps: 5758\n\
            aims: alpha 1.36, beta 1.38 off by default\n\
            owners: iholder101, bitoku\n\
            liaisons: kannon92\n\
            shepherds: mikebrow\n\
            pulls: kubernetes/enhancements#5762, kubernetes/enhancements#6157, kubernetes/enhancements#6200, \
            kubernetes/kubernetes#140013\n\
            remark: Liaison: `kannon92` is read as a handle";
        let form = read("[SIG-Node]: 5758 - Per-container ulimits", body);
        assert_eq!(told(&form), expected);
        let windows = body.replace('\n', "\r\n");
        assert_eq!(
            read("[SIG-Node]: 5758 - Per-container ulimits", &windows),
            form
        );
    }

    #[test]
    fn handles_are_valid_ones_only() {
        let cases: [(&str, &[&str]); 21] = [
            ("@mikebrow", &["mikebrow"]),
            (
                "@a, @B-c; (@d) **@e** `@f`, cc:@g.",
                &["a", "B-c", "d", "e", "f", "g"],
            ),
            ("@Mike @mike @MIKE", &["Mike"]),
            ("@one/@two", &["one", "two"]),
            ("@kubernetes/sig-node-leads", &[]),
            ("@-a @a- @a--b @a_b @ö @", &[]),
            ("someone@example.com, @example.com", &[]),
            (
                "@aaaaaaaaaabbbbbbbbbbccccccccccddddddddd",
                &["aaaaaaaaaabbbbbbbbbbccccccccccddddddddd"],
            ),
            ("@aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", &[]),
            ("https://medium.com/@nobody", &[]),
            ("<!-- @hidden --> @seen", &["seen"]),
            ("kannon92", &["kannon92"]),
            ("[mikebrow](https://github.com/mikebrow)", &["mikebrow"]),
            ("_TBD_", &[]),
            ("None.", &[]),
            ("N/A", &[]),
            ("anyone", &[]),
            ("SIG-Network", &[]),
            ("two words", &[]),
            ("42", &[]),
            ("?", &[]),
        ];
        for (answer, handles) in cases {
            let form = answered("Shepherd(s)", answer);
            assert_eq!(form.shepherds, handles, "{answer}");
            let nobody = form
                .remarks
                .iter()
                .any(|remark| remark.ends_with("names nobody"));
            assert_eq!(nobody, handles.is_empty(), "{answer}");
        }
    }

    #[test]
    fn a_remark_quotes_one_short_line() {
        let long = format!("a\n\n`b`\u{1b}\t{}", "ö ".repeat(5000));
        let remarks = answered("Stage", &long).remarks.join("");
        let quote: Vec<&str> = remarks.split('`').collect();
        assert_eq!(quote.len(), 3);
        assert!(
            quote[1].starts_with("a 'b' ö ö") && quote[1].ends_with('…'),
            "{remarks}"
        );
        assert!(quote[1].chars().count() <= QUOTED);
        let exact = "x".repeat(QUOTED);
        let remarks = answered("Stage", &exact).remarks;
        assert_eq!(remarks, [format!("Stage: `{exact}` is not understood")]);
    }

    #[test]
    fn a_list_ends_where_nobody_fills_in_more_by_hand() {
        let many =
            |word: &dyn Fn(usize) -> String| (1..5000).map(word).collect::<Vec<_>>().join(" ");
        let form = read(
            "",
            &headings(&[
                &many(&|n| format!("KEP-{n}")),
                &many(&|n| format!("alpha 1.{}", n % 1000)),
                &many(&|n| format!("https://github.com/o/r/pull/{n}")),
                &many(&|n| format!("https://example.com/{n} o/r#{n}")),
                &many(&|n| format!("1.{}", n % 1000)),
                &many(&|n| format!("@a{n}")),
                &many(&|n| format!("@b{n}")),
                &many(&|n| format!("@c{n}")),
            ]),
        );
        let people = [&form.owners, &form.liaisons, &form.shepherds].map(Vec::len);
        assert_eq!(people, [MOST; 3]);
        let others = [
            form.keps.len(),
            form.aims.len(),
            form.pull_requests.len(),
            form.links.len(),
        ];
        assert_eq!(others, [MOST; 4]);
        let last = form.remarks.last().map(String::as_str);
        assert_eq!(
            last,
            Some("a field names very much: at most 50 of a kind are read")
        );
    }

    /// Numbers that look random and are the same every time.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % sides
        }
    }

    #[test]
    fn mutilated_issues_are_read_without_harm() {
        const SCRAPS: [&str; 40] = [
            "\n",
            "\r",
            "\r\n",
            "\0",
            "\t",
            "\u{202e}",
            "\u{feff}",
            "é",
            "𝛼",
            "İ",
            "<!--",
            "-->",
            "<!-->",
            "```",
            "~~~~",
            "### ",
            "#",
            "### Stage\n",
            "- ",
            "- [x] ",
            "- KEP PR:",
            ":",
            "@",
            "@@a",
            "-",
            "://",
            "https://",
            "(",
            ")",
            "[",
            "]",
            "<",
            ">",
            "`",
            "KEP",
            "KEP-",
            "v1.",
            "1.38",
            "alpha",
            "4294967296",
        ];
        let mut dice = Dice(1);
        for round in 0..2000 {
            let (_, title, answers, _) = ISSUES[round % ISSUES.len()];
            let body = if round % 2 == 0 {
                headings(&answers)
            } else {
                list(&answers)
            };
            let mut texts =
                [title.to_owned(), body].map(|text| text.chars().collect::<Vec<char>>());
            for _ in 0..=dice.roll(30) {
                let text = &mut texts[usize::from(dice.roll(5) > 0)];
                let at = dice.roll(text.len() + 1);
                let to = (at + dice.roll(12)).min(text.len());
                let scrap: Vec<char> = match dice.roll(3) {
                    0 => Vec::new(),
                    1 => SCRAPS[dice.roll(SCRAPS.len())].chars().collect(),
                    _ => text[at..to].repeat(2),
                };
                text.splice(at..to, scrap);
            }
            let [title, body] = texts.map(|text| text.into_iter().collect::<String>());
            let form = read(&title, &body);
            assert_eq!(read(&title, &body), form);
            assert!(
                [&form.owners, &form.liaisons, &form.shepherds]
                    .into_iter()
                    .flatten()
                    .all(|h| is_handle(h))
            );
            assert!(
                form.links
                    .iter()
                    .all(|link| link.starts_with("https://") && link.is_ascii())
            );
            let texts = form.remarks.iter().chain(&form.title).chain(&form.sig);
            for text in texts {
                assert!(!text.chars().any(char::is_control), "{text:?}");
            }
            assert!(
                form.remarks
                    .iter()
                    .all(|remark| remark.chars().count() < 300),
                "{:?}",
                form.remarks
            );
        }
    }

    #[test]
    fn a_huge_body_of_one_thing_is_read_like_any_other() {
        let scraps = [
            "### Stage\n",
            "### KEP(s)\n\n",
            "### KEP PR\n\na/b#1\n",
            "### KEP x\n- KEP PR 1: a\n",
            "# ",
            "#",
            "-",
            "- ",
            "- -",
            "<!--",
            "<!---->",
            "-->",
            "```\n",
            "`",
            "~~~\n",
            "~~~~ x\n",
            "@",
            "@a ",
            "@a/",
            "a-",
            "://",
            "https://",
            "https://a.b ",
            "https://a.b(",
            ")",
            "KEP-1 ",
            "KEP ",
            "#1 ",
            "1",
            "1 ",
            "1.",
            "1.1 ",
            "alpha ",
            "alpha 1.1 beta ",
            "on by default ",
            "general ",
            "o/r#1 ",
            "\n",
            "\r\n",
            "\t",
            " ",
            "\u{200b}",
            "\0",
            "é",
            "[",
            "(",
            "<",
            ">",
            "&",
        ];
        for scrap in scraps {
            let much = scrap.repeat((1 << 16) / scrap.len());
            let _ = read("", &much);
            let much = scrap.repeat((1 << 12) / scrap.len());
            let _ = read(&much, "");
            let _ = read(
                "[SIG-Node]: KEP-1",
                &headings(&["", &much, "", &much, "", "", "", &much]),
            );
            let _ = read("", &list(&[&much, "", &much, "", &much, &much, "", ""]));
        }
    }
}
