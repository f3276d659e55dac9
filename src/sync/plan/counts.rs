//! How many issues meet which fate, and how many requests that makes.

use super::{Action, Plan, PullRequestAction, RepositoryPlan};

/// How many issues meet which fate; each counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Created.
    pub create: usize,
    /// Updated.
    pub update: usize,
    /// Left as somebody changed them.
    pub drifted: usize,
    /// Waiting for a person.
    pub blocked: usize,
    /// As they should be.
    pub in_sync: usize,
    /// Without an issue, and without need for one.
    pub not_tracked: usize,
    /// Labels and milestones created or put right.
    pub definitions: usize,
    /// Announcements posted.
    pub announcements: usize,
    /// Sections written a second time.
    pub afterwards: usize,
    /// Pull requests labelled.
    pub pull_requests: usize,
    /// Repositories that could not be read.
    pub unread: usize,
    /// Notices.
    pub notices: usize,
}

impl Counts {
    /// Requests that write.
    pub fn writes(self) -> usize {
        self.creations() + self.definitions + self.update + self.pull_requests + self.afterwards
    }

    /// Those of them that create issues and comments: GitHub limits these apart.
    pub fn creations(self) -> usize {
        self.create + self.announcements
    }

    /// Whether something waits for a person: the rest is done without it.
    pub fn needs_a_person(self) -> bool {
        self.blocked + self.unread > 0
    }
}

impl RepositoryPlan {
    /// Requests that write.
    pub fn writes(&self) -> usize {
        let mut counts = Counts::default();
        self.count(&mut counts);
        counts.writes()
    }

    fn count(&self, counts: &mut Counts) {
        counts.unread += usize::from(self.problem.is_some());
        counts.definitions += self.labels.len() + self.milestones.len() + self.mended.len();
        counts.notices += self.notices.len();
        for issue in &self.issues {
            match &issue.action {
                Action::Create(_) => counts.create += 1,
                Action::Update(update) => {
                    counts.update += 1;
                    counts.announcements += usize::from(update.announcement.is_some());
                }
                Action::InSync if !issue.drift.is_empty() => counts.drifted += 1,
                Action::InSync => counts.in_sync += 1,
                Action::NotTracked => counts.not_tracked += 1,
                Action::Blocked(_) => counts.blocked += 1,
            }
            counts.afterwards += usize::from(issue.afterwards.is_some());
            counts.notices += issue.notices.len();
        }
        for pull_request in &self.pull_requests {
            let labelled = matches!(pull_request.action, PullRequestAction::Label(_));
            counts.pull_requests += usize::from(labelled);
        }
    }
}

impl Plan {
    /// How many issues meet which fate.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for repository in &self.repositories {
            repository.count(&mut counts);
        }
        counts
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.counts().writes() == 0
    }
}
