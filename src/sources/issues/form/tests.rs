//! Whole issues, as people opened them: every field at once, in both layouts, mutilated, and very large.

use super::is_login;
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
    let title = form.title.as_ref().map(Line::to_string);
    let mut lines = vec![title.unwrap_or_default()];
    let mut part = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            lines.push(format!("{name}: {}", values.join(", ")));
        }
    };
    fn texts<T: ToString>(values: &[T]) -> Vec<String> {
        values.iter().map(ToString::to_string).collect()
    }
    part("sig", form.sig.clone().into_iter().collect());
    part("keps", texts(&form.keps));
    part("aims", texts(&form.aims));
    part("owners", texts(&form.owners));
    part("liaisons", texts(&form.liaisons));
    part("shepherds", texts(&form.shepherds));
    part("pulls", texts(&form.pull_requests));
    part("links", texts(&form.links));
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
            title: title.parse().ok(),
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
    let many = |word: &dyn Fn(usize) -> String| (1..5000).map(word).collect::<Vec<_>>().join(" ");
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
        let mut texts = [title.to_owned(), body].map(|text| text.chars().collect::<Vec<char>>());
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
                .all(|handle| is_login(handle.as_str()))
        );
        assert!(
            form.links
                .iter()
                .map(Link::as_str)
                .all(|link| link.starts_with("https://") && link.is_ascii())
        );
        let title = form.title.as_ref().map(Line::to_string);
        let texts = form.remarks.iter().chain(&title).chain(&form.sig);
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
