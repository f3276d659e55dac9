//! How a KEP moved: what its kep.yaml said at one commit after the other. Pure.

use super::facts::{Facts, Field, FieldValue};
use super::snapshot::Unusable;
use crate::terms::Date;

/// What kep.yaml was at a commit that changed it.
#[derive(Debug, Clone)]
pub struct Version {
    /// The commit's id, as people name it.
    pub commit: String,
    /// Its day.
    pub date: Date,
    /// The folder.
    pub folder: String,
    /// What it said, or why it cannot be used; absent: it was not there any more.
    pub said: Option<Result<Facts, Unusable>>,
}

/// What a commit did to a KEP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// The first that the clone knows of it.
    First,
    /// It came back, or can be read again.
    Back,
    /// Its kep.yaml cannot be used.
    Unusable(Unusable),
    /// It went away.
    Gone,
    /// It said something else than before; empty: nothing that a record holds.
    Changed(Vec<FieldMove>),
}

/// What became of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMove {
    /// Which one.
    pub field: Field,
    /// What it said before; absent: nothing.
    pub before: Option<FieldValue>,
    /// What it says since; absent: nothing.
    pub after: Option<FieldValue>,
}

/// What each commit did, for versions from the newest to the oldest.
pub fn moves(versions: &[Version]) -> Vec<Move> {
    (0..versions.len())
        .map(|at| {
            let before = versions[at + 1..]
                .iter()
                .find_map(|version| version.said.as_ref()?.as_ref().ok());
            match &versions[at].said {
                None => Move::Gone,
                Some(Err(unusable)) => Move::Unusable(unusable.clone()),
                Some(Ok(facts)) => match before {
                    None if at + 1 == versions.len() => Move::First,
                    None => Move::Back,
                    Some(before) => Move::Changed(changes(before, facts)),
                },
            }
        })
        .collect()
}

fn changes(before: &Facts, after: &Facts) -> Vec<FieldMove> {
    let fields = Field::ALL.into_iter();
    fields
        .map(|field| FieldMove {
            field,
            before: before.said(field),
            after: after.said(field),
        })
        .filter(|one| one.before != one.after)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::upstream::kep_yaml::Malformed;
    use crate::sources::upstream::kep_yaml::tests::{YAML, kep};

    fn version(said: Option<Result<&str, &str>>) -> Version {
        Version {
            commit: "0123456789".to_owned(),
            date: "2026-07-24".parse().unwrap(),
            folder: "keps/sig-node/9001-pod-lullabies".to_owned(),
            said: said.map(|said| {
                said.map(|yaml| kep(yaml, "2026-07-24").facts)
                    .map_err(|reason| {
                        Unusable::Malformed(Malformed {
                            line: 1,
                            reason: reason.to_owned(),
                        })
                    })
            }),
        }
    }

    #[test]
    fn each_version_is_compared_with_the_last_one_that_could_be_read() {
        let alpha = YAML.replace("stage: beta", "stage: alpha");
        let reviewed = format!("{alpha}reviewers: []\n");
        let versions = [
            version(Some(Ok(YAML))),
            version(Some(Err("broken"))),
            version(Some(Ok(&reviewed))),
            version(None),
            version(Some(Ok(&alpha))),
        ];
        let moves = moves(&versions);
        let Move::Changed(changes) = &moves[0] else {
            panic!("{moves:?}");
        };
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(changes[0].field, Field::Stage);
        assert!(matches!(moves[1], Move::Unusable(_)));
        assert_eq!(moves[2], Move::Changed(Vec::new()));
        assert_eq!(moves[3], Move::Gone);
        assert_eq!(moves[4], Move::First);
        let back = [version(Some(Ok(YAML))), version(Some(Err("broken")))];
        assert_eq!(self::moves(&back)[0], Move::Back);
    }
}
