//! The vocabulary: one type a word, and nobody has a second one.
//!
//! Every type knows its spelling (`FromStr`), prints it back, and describes itself to editors (`JsonSchema`: title, pattern
//! and examples, which `check` also uses to say what to write). A value of one of these types is well-formed; whether it
//! exists (a release in its calendar, a maintainer) is for the rules.

mod aim;
mod commit;
mod consensus;
mod date;
mod ending;
mod evidence;
mod freeze;
pub mod github_limits;
mod guess;
mod handle;
mod line;
pub mod links;
mod pull_request_state;
mod reached_stage;
mod reference;
mod release;
mod repository_file;
mod role;
mod runtime_state;
pub mod spelling;
mod stage;
mod status;
mod subject;
mod triage;
mod when;
mod work_kind;

pub use aim::Aim;
pub use commit::CommitId;
pub use consensus::Consensus;
pub use date::{Date, Instant, Month, PlannedDate};
pub use ending::Ending;
pub use evidence::{Evidence, Named};
pub use freeze::Freeze;
pub use guess::Guess;
pub use handle::{Account, Handle};
pub use line::{Line, Link};
pub use pull_request_state::PullRequestState;
pub use reached_stage::ReachedStage;
pub use reference::{IssueRef, RepositoryName};
pub use release::{BranchDecision, KubernetesRange, Release, Version};
pub use repository_file::RepositoryFile;
pub use role::Role;
pub use runtime_state::RuntimeState;
pub use spelling::Misspelt;
pub use stage::Stage;
pub use status::Status;
pub use subject::{Subject, kep_number};
pub use triage::Triage;
pub use when::{DatedRelease, When};
pub use work_kind::WorkKind;

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::str::FromStr;

    use schemars::JsonSchema;

    use super::*;

    fn accepts<T: FromStr + fmt::Display>(text: &str) -> bool {
        text.parse::<T>()
            .is_ok_and(|value| value.to_string() == text)
    }

    #[test]
    fn releases_are_written_as_spoken() {
        assert!(accepts::<Release>("1.38"));
        for text in [
            "v1.38", "1.38.0", "1", "1.", ".1", "01.2", "1.038", "1.99999", "", "1.-2",
        ] {
            assert!(text.parse::<Release>().is_err(), "{text}");
        }
        assert!("1.9".parse::<Release>().ok() < "1.10".parse::<Release>().ok());
    }

    #[test]
    fn a_release_candidate_is_not_a_version() {
        assert!(accepts::<Version>("2.3.4"));
        for text in ["2.3", "v2.3.4", "2.3.4-rc.1", "2.3.4.5"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn dates_and_months() {
        assert!(accepts::<Date>("2026-02-28"));
        assert!("2026-02-30".parse::<Date>().is_err());
        assert!("2026-02-28T00:00:00".parse::<Date>().is_err());
        let month: PlannedDate = "2028-02".parse().unwrap();
        assert_eq!(month.latest().to_string(), "2028-02-29");
        assert_eq!(month.earliest().to_string(), "2028-02-01");
        assert_eq!(month.to_string(), "2028-02");
        assert!("2026-13".parse::<PlannedDate>().is_err());
        assert!(accepts::<Instant>("2026-09-30T12:00:00Z"));
        assert!("2026-09-30T12:00:00".parse::<Instant>().is_err());
    }

    #[test]
    fn handles_compare_without_case() {
        let handle = |text: &str| text.parse::<Handle>().unwrap();
        assert_eq!(handle("thaJeztah"), handle("thajeztah"));
        for text in ["@mikebrow", "", "mike brow", "-mike", "mike\nbrow"] {
            assert!(text.parse::<Handle>().is_err(), "{text}");
        }
    }

    #[test]
    fn references_name_a_repository_and_a_number() {
        assert!(accepts::<IssueRef>("containerd/containerd#12489"));
        for text in [
            "#1", "a#1", "a/b", "a/b#0", "a/b#01", "a/b#-1", "a/..#1", "a/b/c#1",
        ] {
            assert!(text.parse::<IssueRef>().is_err(), "{text}");
        }
    }

    #[test]
    fn links_cannot_break_out_of_markdown() {
        assert!(accepts::<Link>("https://example.com/a?b=c"));
        for text in [
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://a>",
            "https://a\\",
        ] {
            assert!(text.parse::<Link>().is_err(), "{text}");
        }
    }

    /// The schema that editors use and the parser that kepherd uses must agree on every spelling.
    #[test]
    fn schemas_and_parsers_agree() {
        fn agree<T: FromStr + JsonSchema>() {
            let schema = schemars::schema_for!(T);
            let validator = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .build(schema.as_value())
                .unwrap();
            let odd = (0..0x3100)
                .chain([0xfeff, 0xfffd, 0x1f600])
                .filter_map(char::from_u32)
                .filter(|c| !c.is_alphanumeric() || c.is_ascii());
            let odd: Vec<String> = odd
                .flat_map(|c| {
                    [
                        format!("{c}"),
                        format!("{c}a"),
                        format!("a{c}"),
                        format!("a{c}a"),
                        format!("https://a{c}"),
                        format!("a/b{c}"),
                        format!("a/b{c}1"),
                        format!("1{c}38"),
                    ]
                })
                .collect();
            let lengths = [38, 39, 40, 97, 98, 99, 100, 101].map(|length| {
                [
                    "a".repeat(length),
                    format!("a/{}", "b".repeat(length)),
                    format!("a/..{}", "b".repeat(length)),
                    format!("a/{}#1", "b".repeat(length)),
                ]
            });
            let texts = [
                "1.38",
                "v1.38",
                "2.3.4",
                "01.2",
                "2026-12-16",
                "2026-12",
                "2026-13",
                "2026-02-30",
                "2026-09-30T12:00:00Z",
                "mikebrow",
                "@mikebrow",
                "a_b",
                "-a",
                "containerd/containerd",
                "a/..",
                "a/.b",
                "a/.",
                "a/b#1",
                "a/b#0",
                "a/..b",
                "a/...b",
                "a/...#1",
                "a/b@0123456789abcdef0123456789abcdef01234567",
                "a/b@0123456789ABCDEF0123456789ABCDEF01234567",
                "a/b@0123456789abcdef0123456789abcdef0123456",
                "a/b@0123456789abcdef0123456789abcdef012345678",
                "a/b@",
                "a@0123456789abcdef0123456789abcdef01234567",
                "1.27..",
                "..1.30",
                "1.25..1.26",
                "1.26..1.25",
                "..",
                "1.27",
                "1.25...1.26",
                "1.25..1.26..",
                "1.27..x",
                "https://a.b/c",
                "https://a b",
                "ftp://a",
                "planned",
                "not-planned",
                "",
                " ",
                "two\nlines",
                "a line",
                "ünï",
                "a[bot]",
                "a[bot][bot]",
                "[bot]",
                "a[bOt]",
            ];
            let differ: Vec<&str> = texts
                .into_iter()
                .chain(odd.iter().map(String::as_str))
                .chain(lengths.iter().flatten().map(String::as_str))
                .filter(|text| text.parse::<T>().is_ok() != validator.is_valid(&(*text).into()))
                .collect();
            assert!(differ.is_empty(), "{} {differ:?}", T::schema_name());
        }
        agree::<Release>();
        agree::<Version>();
        agree::<Date>();
        agree::<Instant>();
        agree::<PlannedDate>();
        agree::<Account>();
        agree::<Handle>();
        agree::<RepositoryName>();
        agree::<IssueRef>();
        agree::<Evidence>();
        agree::<KubernetesRange>();
        agree::<Link>();
        agree::<BranchDecision>();
        agree::<Line>();
    }
}
