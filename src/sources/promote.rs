//! A KEP's next aim: what has shipped goes into `reached`, and stage and target move together. Pure.

use toml_edit::DocumentMut;

use super::proposal::{Change, Place, Proposal, Proposals, Source};
use crate::registry::edit::{NoToml, comments_of, edited, get, is_decided, plain, set, unset};
use crate::registry::kep::KepRecord;
use crate::registry::{Entry, Registry};
use crate::terms::{Date, Handle, Release, Stage, Status, Subject};

/// The key that says whether the stage that is aimed at has its gate on.
const ENABLED: &str = "enabled-by-default";

/// A new aim.
#[derive(Debug, Clone, Copy)]
pub struct NextAim {
    /// The stage.
    pub stage: Stage,
    /// The Kubernetes release.
    pub target: Release,
    /// Whether the feature is on by default at that stage, if somebody says so.
    pub on_by_default: Option<bool>,
}

/// Why a KEP cannot have an aim.
#[derive(Debug, thiserror::Error)]
pub enum NoAim {
    /// Nothing comes after what it is.
    #[error("KEP-{number} is {}: it has no next stage", status.written())]
    Over {
        /// Its number.
        number: u32,
        /// What it is.
        status: Status,
    },
    /// The release has shipped.
    #[error(
        "Kubernetes {0} has shipped: nothing can aim at it any more; what was reached in it goes into `reached`"
    )]
    Shipped(Release),
    /// The record cannot be edited.
    #[error(transparent)]
    NoToml(#[from] NoToml),
}

/// The proposal that gives a record another aim.
///
/// # Errors
///
/// A KEP that is over has no aim, and a release that has shipped is none.
pub fn propose(
    registry: &Registry,
    entry: &Entry<KepRecord>,
    aim: NextAim,
    today: Date,
) -> Result<Proposals, NoAim> {
    let source = registry.file(entry.file);
    let record = &entry.value;
    let number = record.number;
    let mut proposal = Proposal::about(Some(Subject::Kep(number)), source);
    let mut proposals = Proposals::of(Source::Person);
    let edited = edited(&source.text, |document| {
        promote(registry, record, aim, today, document).map(Some)
    })?;
    if let Some((text, Promotion { edits, remarks })) = edited {
        proposals.notes = remarks;
        if !edits.is_empty() {
            proposal.after = text;
        }
        proposal.changes = edits;
    }
    let (stage, target) = (aim.stage.written(), aim.target);
    proposals.nothing = Some(format!(
        "nothing to change: KEP-{number} aims at {stage} in {target} already"
    ));
    proposals.proposals.push(proposal);
    Ok(proposals)
}

/// What becomes of a record.
#[derive(Debug, Default, PartialEq, Eq)]
struct Promotion {
    /// What is changed.
    edits: Vec<Change>,
    /// What a person should know.
    remarks: Vec<String>,
}

/// Edits a record so that it has another aim, and keeps what it reached. Comments and order stay. A KEP that is over has no aim, and
/// a release that has shipped is none.
fn promote(
    registry: &Registry,
    record: &KepRecord,
    aim: NextAim,
    today: Date,
    document: &mut DocumentMut,
) -> Result<Promotion, NoAim> {
    if !record.status.is_live() {
        return Err(NoAim::Over {
            number: record.number,
            status: record.status,
        });
    }
    let mut promotion = Promotion::default();
    let calendar = registry.kubernetes.as_ref().map(|entry| &entry.value);
    let shipped = |release| calendar.is_some_and(|calendar| calendar.shipped_by(release, today));
    if shipped(aim.target) {
        return Err(NoAim::Shipped(aim.target));
    }
    let is_new = record.stage != Some(aim.stage) || record.target != Some(aim.target);
    if let (Some(stage), Some(target)) = (record.stage, record.target)
        && is_new
    {
        match reached_key(record, stage) {
            // Whoever aims at the same stage again has slipped, as far as anybody knows.
            Some(key)
                if shipped(target)
                    && stage < aim.stage
                    && get(document, &format!("reached.{key}")).is_none() =>
            {
                promotion.put(document, &format!("reached.{key}"), &target.to_string(), "it has shipped");
            }
            // A stage may last several releases; of a beta it matters when its gate came on.
            Some(key) if shipped(target) && stage == Stage::Beta => {
                let there = get(document, &format!("reached.{key}")).unwrap_or_default();
                if there != format!("\"{target}\"") {
                    promotion.remarks.push(format!(
                        "Kubernetes {target} has shipped, and `reached.{key}` says {there} already: if {target} was the first \
                         one with it on by default, write `beta-on = \"{target}\"`"
                    ));
                }
            }
            Some(key) if shipped(target) && stage >= aim.stage => promotion.remarks.push(format!(
                "Kubernetes {target} has shipped; if it brought {} after all, write `{key} = \"{target}\"` below `[reached]`",
                stage.written()
            )),
            Some(_) if !shipped(target) && stage < aim.stage => promotion.remarks.push(format!(
                "Kubernetes {target} has not shipped, so that `reached` does not say that {} was reached in it",
                stage.written()
            )),
            _ => {}
        }
    }
    promotion.put(document, "stage", aim.stage.written(), "");
    promotion.put(document, "target", &aim.target.to_string(), "");
    match aim.on_by_default {
        Some(on) if record.enabled_by_default != Some(on) => {
            let before = get(document, ENABLED);
            set(document, ENABLED, on.into());
            is_decided(document, ENABLED);
            let change = Change::made(Place::key(ENABLED), before, Some(on.to_string()));
            promotion.edits.push(change);
        }
        None if record.stage != Some(aim.stage) && record.enabled_by_default.is_some() => {
            let comments = comments_of(document, ENABLED).join(" ");
            let why = match comments.as_str() {
                "" => "it was that of the stage before".to_owned(),
                comments => {
                    format!("it was that of the stage before; its comment goes with it: {comments}")
                }
            };
            let before = get(document, ENABLED);
            unset(document, ENABLED);
            let change = Change::made(Place::key(ENABLED), before, None);
            promotion.edits.push(change.because(why));
        }
        _ => {}
    }
    Ok(promotion)
}

/// Who can do something about a record.
pub fn who_can_act(registry: &Registry, record: &KepRecord, target: Release) -> String {
    let cycle = registry
        .kubernetes
        .as_ref()
        .and_then(|calendar| calendar.value.cycle(target));
    let liaisons: &[Handle] = cycle.map_or(&[], |cycle| &cycle.liaisons);
    let groups = [
        ("its shepherds", record.shepherds.as_slice()),
        ("the liaisons of the cycle", liaisons),
        ("its owners upstream", record.owners.as_slice()),
    ];
    let named = groups.into_iter().map(|(who, handles)| {
        let handles: Vec<String> = handles.iter().map(ToString::to_string).collect();
        match handles.is_empty() {
            true => format!("{who} (none recorded)"),
            false => format!("{who} ({})", handles.join(", ")),
        }
    });
    named.collect::<Vec<_>>().join(", ")
}

/// Where a stage that has shipped is written down. A beta that was not on by default at first is one of its own when it is.
fn reached_key(record: &KepRecord, stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Alpha => Some("alpha"),
        Stage::Beta if record.enabled_by_default == Some(true) && record.reached.beta.is_some() => {
            Some("beta-on")
        }
        Stage::Beta => Some("beta"),
        Stage::Stable => Some("stable"),
        Stage::Deprecated | Stage::Disabled | Stage::Removed => None,
    }
}

impl Promotion {
    fn put(&mut self, document: &mut DocumentMut, key: &str, value: &str, why: &str) {
        let value = toml_edit::Value::from(value);
        let (before, after) = (get(document, key), plain(Some(&value)));
        if before != after {
            let change = Change::made(Place::key(key), before, after);
            self.edits.push(change.because(why));
            set(document, key, value);
            is_decided(document, key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::load::{RawFile, load};

    const CALENDAR: &str = "[[cycles]]\nrelease = \"1.36\"\nreleased = 2026-04-22\n\n[[cycles]]\nrelease = \"1.37\"\n\
        released = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n\n[[cycles]]\nrelease = \"1.39\"\n";
    const HEAD: &str = "number = 9001\ntitle = \"x\"\nstatus = \"implementable\"\n";

    /// The record's lines after the head, and what was said.
    fn promoted(lines: &str, stage: Stage, target: &str, on: Option<bool>) -> (String, Promotion) {
        let (after, promotion) = tried(&format!("{HEAD}{lines}"), stage, target, on);
        (
            after.strip_prefix(HEAD).unwrap().to_owned(),
            promotion.unwrap(),
        )
    }

    fn tried(
        text: &str,
        stage: Stage,
        target: &str,
        on: Option<bool>,
    ) -> (String, Result<Promotion, NoAim>) {
        let raw = |path: &str, text: &str| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        };
        let loaded = load(vec![
            raw(
                "registry.toml",
                "home = \"containerd\"\nrepositories = [\"a/b\"]\n",
            ),
            raw("releases/kubernetes.toml", CALENDAR),
            raw("sig-node/9001-x.toml", text),
        ]);
        let mut document: DocumentMut = text.parse().unwrap();
        let record = &loaded.registry.kep(9001).unwrap().value;
        let aim = NextAim {
            stage,
            target: target.parse().unwrap(),
            on_by_default: on,
        };
        let today = "2026-11-24".parse().unwrap();
        let promotion = promote(&loaded.registry, record, aim, today, &mut document);
        (document.to_string(), promotion)
    }

    #[test]
    fn what_has_shipped_is_reached_and_comments_stay() {
        let lines = "stage = \"alpha\" # off\ntarget = \"1.37\" # slipped once\n";
        let (after, promotion) = promoted(lines, Stage::Beta, "1.38", Some(false));
        assert_eq!(
            after,
            "stage = \"beta\" # off\ntarget = \"1.38\" # slipped once\nenabled-by-default = false\n\n[reached]\nalpha = \"1.37\"\n"
        );
        assert_eq!(promotion.edits.len(), 4, "{promotion:?}");
        assert_eq!(promotion.remarks, Vec::<String>::new());
    }

    #[test]
    fn what_has_not_shipped_is_not_reached() {
        let (after, promotion) = promoted(
            "stage = \"alpha\"\ntarget = \"1.38\"\n",
            Stage::Beta,
            "1.39",
            None,
        );
        assert_eq!(after, "stage = \"beta\"\ntarget = \"1.39\"\n");
        assert!(
            promotion.remarks[0].contains("1.38 has not shipped"),
            "{promotion:?}"
        );
    }

    #[test]
    fn a_slip_reaches_nothing() {
        let (after, promotion) = promoted(
            "stage = \"alpha\"\ntarget = \"1.38\"\n",
            Stage::Alpha,
            "1.39",
            None,
        );
        assert_eq!(after, "stage = \"alpha\"\ntarget = \"1.39\"\n");
        assert_eq!(promotion.remarks, Vec::<String>::new());
    }

    #[test]
    fn a_beta_that_comes_on_later_has_a_release_of_its_own() {
        let lines = "stage = \"beta\"\ntarget = \"1.37\"\nenabled-by-default = true\n\n[reached]\nalpha = \"1.35\"\nbeta = \"1.36\"\n";
        let (after, promotion) = promoted(lines, Stage::Stable, "1.38", None);
        assert!(
            after.ends_with("beta = \"1.36\"\nbeta-on = \"1.37\"\n"),
            "{after}"
        );
        assert!(!after.contains("enabled-by-default"), "{after}");
        assert!(
            promotion
                .edits
                .iter()
                .any(|edit| edit.why.contains("that of the stage before"))
        );
    }

    #[test]
    fn what_is_written_already_stays() {
        let lines = "stage = \"alpha\"\ntarget = \"1.38\"\n\n[reached]\nalpha = \"1.36\"\n";
        let (after, promotion) = promoted(lines, Stage::Alpha, "1.38", None);
        assert_eq!(after, lines);
        assert_eq!(promotion, Promotion::default());
    }

    #[test]
    fn a_release_that_has_shipped_is_no_aim_and_a_kep_that_is_over_has_none() {
        let lines = "stage = \"alpha\"\ntarget = \"1.37\"\n";
        let text = format!("{HEAD}{lines}");
        let (after, refused) = tried(&text, Stage::Beta, "1.37", None);
        assert_eq!(after, text);
        let shipped: Release = "1.37".parse().unwrap();
        assert!(matches!(refused, Err(NoAim::Shipped(release)) if release == shipped));
        let over = text.replace("implementable", "implemented");
        let (after, refused) = tried(&over, Stage::Beta, "1.38", None);
        assert_eq!(after, over);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "KEP-9001 is implemented: it has no next stage"
        );
    }
}
