//! Labels and milestones of a repository: creating, changing and deleting them under GitHub's rules.
//!
//! It must not touch issues beyond what such a change does to them.

use super::{
    ApiError, EventKind, FieldProblem, Issue, Label, Milestone, Repository, State, World,
    post_increment, same,
};

/// GitHub's limits; those of name and number of labels are reported, not documented.
pub(super) const LABEL_NAME: usize = 50;
const LABEL_DESCRIPTION: usize = 100;
/// The colour of a label that an issue update brought into being.
const GREY: &str = "ededed";

/// A label to be created.
/// <https://docs.github.com/en/rest/issues/labels#create-a-label>
#[derive(Debug, Clone, Default)]
pub struct NewLabel {
    pub name: String,
    /// Absent: grey.
    pub color: Option<String>,
    pub description: Option<String>,
}

/// What to change about a label; absent fields stay.
#[derive(Debug, Clone, Default)]
pub struct LabelPatch {
    pub new_name: Option<String>,
    pub color: Option<String>,
    pub description: Option<Option<String>>,
}

/// A milestone to be created.
/// <https://docs.github.com/en/rest/issues/milestones#create-a-milestone>
#[derive(Debug, Clone, Default)]
pub struct NewMilestone {
    pub title: String,
    pub state: Option<State>,
    pub description: Option<String>,
    /// Any instant of the day meant, in Pacific time.
    pub due_on: Option<i64>,
}

/// What to change about a milestone; absent fields stay.
#[derive(Debug, Clone, Default)]
pub struct MilestonePatch {
    pub title: Option<String>,
    pub state: Option<State>,
    pub description: Option<Option<String>>,
    pub due_on: Option<Option<i64>>,
}

impl World {
    /// Creates a label and returns its id.
    pub fn create_label(
        &mut self,
        actor: &str,
        repository: &str,
        new: NewLabel,
    ) -> Result<u64, ApiError> {
        let found = self.pushable(actor, repository)?;
        check_label(
            Some(&new.name),
            new.color.as_deref(),
            new.description.as_deref(),
        )?;
        if found.label(&new.name).is_some() {
            return Err(already_exists("Label", "name"));
        }
        self.tick();
        Ok(self.insert_label(repository, new)?.id)
    }

    /// Renames, recolours or describes a label. A new name reaches every issue that carries it.
    pub fn edit_label(
        &mut self,
        actor: &str,
        repository: &str,
        name: &str,
        patch: LabelPatch,
    ) -> Result<(), ApiError> {
        let found = self.pushable(actor, repository)?;
        let current = found.label(name).ok_or_else(ApiError::not_found)?;
        let LabelPatch {
            new_name,
            color,
            description,
        } = patch;
        check_label(
            new_name.as_deref(),
            color.as_deref(),
            description.as_ref().and_then(|text| text.as_deref()),
        )?;
        let new_name = new_name.map(|name| name.trim().to_owned());
        if let Some(new) = &new_name
            && !same(new, &current.name)
            && found.label(new).is_some()
        {
            return Err(already_exists("Label", "name"));
        }
        self.tick();
        let found = self.repository_mut(repository)?;
        let mut label = found
            .labels
            .remove(&name.to_lowercase())
            .ok_or_else(ApiError::not_found)?;
        if let Some(color) = color {
            label.color = color.to_lowercase();
        }
        if let Some(description) = description {
            label.description = description.filter(|text| !text.is_empty());
        }
        if let Some(new) = new_name {
            // History speaks of the label itself, so it shows the new name as well.
            for issue in found.issues.values_mut() {
                let Issue {
                    labels, timeline, ..
                } = issue;
                let past = timeline
                    .iter_mut()
                    .filter_map(|event| match &mut event.kind {
                        EventKind::Labeled { label } | EventKind::Unlabeled { label } => {
                            Some(label)
                        }
                        _ => None,
                    });
                for carried in labels.iter_mut().chain(past) {
                    if same(carried, name) {
                        carried.clone_from(&new);
                    }
                }
            }
            label.name = new;
        }
        found.labels.insert(label.name.to_lowercase(), label);
        Ok(())
    }

    /// Deletes a label, which takes it off every issue.
    pub fn delete_label(
        &mut self,
        actor: &str,
        repository: &str,
        name: &str,
    ) -> Result<(), ApiError> {
        self.pushable(actor, repository)?
            .label(name)
            .ok_or_else(ApiError::not_found)?;
        self.tick();
        let found = self.repository_mut(repository)?;
        found.labels.remove(&name.to_lowercase());
        for issue in found.issues.values_mut() {
            issue.labels.retain(|carried| !same(carried, name));
        }
        Ok(())
    }

    /// Creates a milestone and returns its number.
    pub fn create_milestone(
        &mut self,
        actor: &str,
        repository: &str,
        new: NewMilestone,
    ) -> Result<u64, ApiError> {
        let found = self.pushable(actor, repository)?;
        check_milestone_title(found, &new.title, None)?;
        let due_on = new.due_on.map(pacific_day).transpose()?;
        let at = self.tick();
        let World {
            repositories,
            next_id,
            ..
        } = self;
        let found = repositories
            .get_mut(&repository.to_lowercase())
            .ok_or_else(ApiError::not_found)?;
        let number = found
            .milestones
            .keys()
            .next_back()
            .map_or(1, |last| last.saturating_add(1));
        let state = new.state.unwrap_or(State::Open);
        found.milestones.insert(
            number,
            Milestone {
                id: post_increment(next_id),
                number,
                title: new.title,
                description: new.description,
                state,
                due_on,
                creator: actor.to_owned(),
                created_at: at,
                updated_at: at,
                closed_at: (state == State::Closed).then_some(at),
            },
        );
        Ok(number)
    }

    /// Changes a milestone.
    pub fn edit_milestone(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        patch: MilestonePatch,
    ) -> Result<(), ApiError> {
        let found = self.pushable(actor, repository)?;
        if !found.milestones.contains_key(&number) {
            return Err(ApiError::not_found());
        }
        let MilestonePatch {
            title,
            state,
            description,
            due_on,
        } = patch;
        if let Some(title) = &title {
            check_milestone_title(found, title, Some(number))?;
        }
        let due_on = due_on
            .map(|due| due.map(pacific_day).transpose())
            .transpose()?;
        let at = self.tick();
        let milestone = self
            .repository_mut(repository)?
            .milestones
            .get_mut(&number)
            .ok_or_else(ApiError::not_found)?;
        if let Some(title) = title {
            milestone.title = title;
        }
        if let Some(description) = description {
            milestone.description = description;
        }
        if let Some(due_on) = due_on {
            milestone.due_on = due_on;
        }
        if let Some(state) = state
            && state != milestone.state
        {
            milestone.state = state;
            milestone.closed_at = (state == State::Closed).then_some(at);
        }
        milestone.updated_at = at;
        Ok(())
    }

    /// Deletes a milestone, which takes it off every issue.
    pub fn delete_milestone(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
    ) -> Result<(), ApiError> {
        if !self
            .pushable(actor, repository)?
            .milestones
            .contains_key(&number)
        {
            return Err(ApiError::not_found());
        }
        self.tick();
        let found = self.repository_mut(repository)?;
        found.milestones.remove(&number);
        for issue in found.issues.values_mut() {
            if issue.milestone == Some(number) {
                issue.milestone = None;
            }
        }
        Ok(())
    }

    /// The repository's spelling of each name. A label that does not exist comes into being, grey and
    /// without a description, as in GitHub's issue updates (reported behaviour).
    pub(super) fn ensure_labels(
        &mut self,
        repository: &str,
        names: Vec<String>,
    ) -> Result<Vec<String>, ApiError> {
        let mut spelt = Vec::with_capacity(names.len());
        for name in names {
            let known = self
                .repository(repository)?
                .label(&name)
                .map(|label| label.name.clone());
            spelt.push(match known {
                Some(name) => name,
                None => self
                    .insert_label(
                        repository,
                        NewLabel {
                            name,
                            ..NewLabel::default()
                        },
                    )?
                    .name
                    .clone(),
            });
        }
        Ok(spelt)
    }

    fn insert_label(&mut self, repository: &str, new: NewLabel) -> Result<&Label, ApiError> {
        let World {
            repositories,
            next_id,
            clock,
            ..
        } = self;
        let found = repositories
            .get_mut(&repository.to_lowercase())
            .ok_or_else(ApiError::not_found)?;
        let name = new.name.trim().to_owned();
        Ok(found
            .labels
            .entry(name.to_lowercase())
            .or_insert_with(|| Label {
                id: post_increment(next_id),
                name,
                color: new.color.unwrap_or_else(|| GREY.to_owned()).to_lowercase(),
                description: new.description.filter(|text| !text.is_empty()),
                created_at: *clock,
            }))
    }
}

fn check_label(
    name: Option<&str>,
    color: Option<&str>,
    description: Option<&str>,
) -> Result<(), ApiError> {
    let mut problems = Vec::new();
    if let Some(name) = name {
        if name.trim().is_empty() {
            problems.push(FieldProblem::new("Label", "missing_field", "name"));
        } else if name.trim().chars().count() > LABEL_NAME {
            problems.push(FieldProblem::too_long("Label", "name", LABEL_NAME));
        }
    }
    if let Some(color) = color
        && !(color.len() == 6 && color.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        problems.push(FieldProblem::new("Label", "invalid", "color"));
    }
    if description.is_some_and(|text| text.chars().count() > LABEL_DESCRIPTION) {
        problems.push(FieldProblem::too_long(
            "Label",
            "description",
            LABEL_DESCRIPTION,
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(problems))
    }
}

/// Titles of milestones are compared with case (reported).
fn check_milestone_title(
    repository: &Repository,
    title: &str,
    own: Option<u64>,
) -> Result<(), ApiError> {
    if title.trim().is_empty() {
        return Err(ApiError::invalid(vec![FieldProblem::new(
            "Milestone",
            "missing_field",
            "title",
        )]));
    }
    let taken = repository
        .milestones
        .values()
        .any(|other| other.title == title && Some(other.number) != own);
    if taken {
        return Err(already_exists("Milestone", "title"));
    }
    Ok(())
}

fn already_exists(resource: &'static str, field: &'static str) -> ApiError {
    ApiError::invalid(vec![FieldProblem::new(resource, "already_exists", field)])
}

/// GitHub keeps the Pacific day of a due date and forgets the time (reported): the answer is that day's
/// midnight there, 07:00 or 08:00 UTC. So midnight UTC of a day comes back as the day before.
fn pacific_day(instant: i64) -> Result<i64, ApiError> {
    let invalid = || ApiError::invalid(vec![FieldProblem::new("Milestone", "invalid", "due_on")]);
    let pacific = jiff::tz::TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").map_err(|_| invalid())?;
    jiff::Timestamp::from_second(instant)
        .map_err(|_| invalid())?
        .to_zoned(pacific)
        .start_of_day()
        .map(|midnight| midnight.timestamp().as_second())
        .map_err(|_| invalid())
}
