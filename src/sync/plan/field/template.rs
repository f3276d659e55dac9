//! The fields of the issue's template. They are people's and never written; what people edit there is said, and `adopt` takes it into the
//! record.
//!
//! An issue is opened once, and its fields grow old while the record moves on. So they are not compared with the record but with what
//! they said when the section was last written: only a field that says something else since then is news, until the record changes.

use std::collections::BTreeMap;

use crate::sources::issues::form::{self, Form};
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::ObservedIssue;
use crate::sync::plan::notice::Notice;
use crate::sync::section::{Applied, Asked, Section, Template, TemplateField};
use crate::terms::{Handle, Stage, Subject};

/// What people edited, and what the section remembers of it.
pub(in crate::sync::plan) struct Outcome {
    pub(in crate::sync::plan) news: Vec<Notice>,
    pub(in crate::sync::plan) applied: Option<Template>,
}

pub(in crate::sync::plan) fn compare(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    present: Option<&Section>,
    last: Option<&Applied>,
) -> Outcome {
    let mut news = Vec::new();
    let Subject::Kep(_) = wanted.subject else {
        return Outcome {
            news,
            applied: None,
        };
    };
    // What kepherd wrote there itself is no answer of anybody's.
    let body = match present {
        Some(section) => section.outside(&issue.body),
        None => issue.body.clone(),
    };
    let form = form::read("", &body);
    let remembered = last.and_then(|last| last.template.as_ref());
    let mut applied = BTreeMap::new();
    for field in TemplateField::ALL {
        let (said, recorded) = (answer(&form, field), recorded(wanted, field));
        let before = remembered.map(|all| all.get(&field).cloned().unwrap_or_default());
        let is_edited = |before: &Asked| before.said != said && before.recorded_is(&recorded);
        match before.filter(is_edited) {
            Some(before) if said != recorded && !said.is_empty() => {
                news.push(Notice::Template {
                    field,
                    before: before.said.clone(),
                    says: said,
                });
                if !before.said.is_empty() {
                    applied.insert(field, before);
                }
            }
            _ if said.is_empty() => {}
            _ => drop(applied.insert(field, Asked { said, recorded })),
        }
    }
    Outcome {
        news,
        applied: Some(applied),
    }
}

/// What a field of the template says, in one spelling; empty: nothing.
fn answer(form: &Form, field: TemplateField) -> String {
    match field {
        TemplateField::Target => {
            let mut releases: Vec<_> = form.aims.iter().filter_map(|aim| aim.target).collect();
            releases.sort_unstable();
            releases.dedup();
            let releases: Vec<String> = releases.iter().map(ToString::to_string).collect();
            releases.join(", ")
        }
        TemplateField::Stage => {
            let mut stages: Vec<_> = form.aims.iter().filter_map(|aim| aim.stage).collect();
            stages.sort_unstable();
            stages.dedup();
            let stages: Vec<&str> = stages.into_iter().map(Stage::written).collect();
            stages.join(", ")
        }
        TemplateField::Shepherds => handles(&form.shepherds),
    }
}

/// What the record says of it, in the same spelling.
fn recorded(wanted: &DesiredIssue, field: TemplateField) -> String {
    match field {
        TemplateField::Target => wanted
            .target
            .map_or_else(String::new, |one| one.to_string()),
        TemplateField::Stage => wanted
            .stage
            .map_or_else(String::new, |one| one.written().to_owned()),
        TemplateField::Shepherds => handles(&wanted.assignees),
    }
}

fn handles(all: &[Handle]) -> String {
    let mut all: Vec<String> = all.iter().map(Handle::folded).collect();
    all.sort_unstable();
    all.dedup();
    all.join(", ")
}
