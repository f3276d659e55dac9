//! What GitHub refuses about the text, labels and milestone of an issue, before anything changes.

use super::catalog::LABEL_NAME;
use super::{ApiError, FieldProblem, Repository, same};

/// GitHub's limits: title documented, the others reported.
const TITLE: usize = 256;
const BODY: usize = 65_536;
const LABELS: usize = 100;

pub(super) fn check_text(title: Option<&str>, body: Option<&str>) -> Result<(), ApiError> {
    let mut problems = Vec::new();
    if let Some(title) = title {
        if title.trim().is_empty() {
            problems.push(FieldProblem::new("Issue", "missing_field", "title"));
        } else if title.chars().count() > TITLE {
            problems.push(FieldProblem::too_long("Issue", "title", TITLE));
        }
    }
    if body.is_some_and(|body| body.chars().count() > BODY) {
        problems.push(FieldProblem::too_long("Issue", "body", BODY));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(problems))
    }
}

pub(super) fn check_comment(body: &str) -> Result<(), ApiError> {
    if body.trim().is_empty() {
        return Err(ApiError::invalid(vec![FieldProblem::new(
            "IssueComment",
            "missing_field",
            "body",
        )]));
    }
    if body.chars().count() > BODY {
        return Err(ApiError::invalid(vec![FieldProblem::too_long(
            "IssueComment",
            "body",
            BODY,
        )]));
    }
    Ok(())
}

pub(super) fn check_milestone(
    repository: &Repository,
    number: Option<u64>,
) -> Result<(), ApiError> {
    match number {
        Some(number) if !repository.milestones.contains_key(&number) => {
            Err(ApiError::invalid(vec![
                FieldProblem::new("Issue", "invalid", "milestone").value(number),
            ]))
        }
        _ => Ok(()),
    }
}

/// Trims, forgets what is there twice, and refuses what GitHub would.
pub(super) fn check_labels(names: Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut kept: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let name = name.trim();
        if name.is_empty() {
            return Err(ApiError::invalid(vec![FieldProblem::new(
                "Label",
                "missing_field",
                "name",
            )]));
        }
        if name.chars().count() > LABEL_NAME {
            return Err(ApiError::invalid(vec![FieldProblem::too_long(
                "Label", "name", LABEL_NAME,
            )]));
        }
        if !kept.iter().any(|other| same(other, name)) {
            kept.push(name.to_owned());
        }
    }
    if kept.len() > LABELS {
        return Err(ApiError::invalid(vec![FieldProblem::too_long(
            "Issue", "labels", LABELS,
        )]));
    }
    Ok(kept)
}
