//! Accounts: they change their names, and go away. What they wrote stays, under the name that they have now, or under none.

use super::{ApiError, EventKind, FieldProblem, World, same};

impl World {
    /// The account of that id.
    pub fn user_by_id(&self, id: u64) -> Option<&super::User> {
        self.users.values().find(|user| user.id == id)
    }

    /// Gives an account another name: 422 if another account has it.
    /// <https://docs.github.com/en/account-and-profile/reference/username-reference>
    pub fn rename_user(&mut self, from: &str, to: &str) -> Result<(), ApiError> {
        if self.user(to).is_some_and(|_| !same(from, to)) {
            let problem = FieldProblem::new("User", "already_exists", "login");
            return Err(ApiError::invalid(vec![problem]));
        }
        let mut user = self
            .users
            .remove(&from.to_lowercase())
            .ok_or_else(ApiError::not_found)?;
        user.login = to.to_owned();
        self.users.insert(to.to_lowercase(), user);
        self.rewrite(from, to);
        Ok(())
    }

    /// Deletes an account: what it wrote is nobody's from then on.
    pub fn delete_user(&mut self, login: &str) -> Result<(), ApiError> {
        self.users
            .remove(&login.to_lowercase())
            .ok_or_else(ApiError::not_found)?;
        Ok(())
    }

    /// Writes another login wherever one stands.
    fn rewrite(&mut self, from: &str, to: &str) {
        let renamed = |login: &mut String| {
            if same(login, from) {
                *login = to.to_owned();
            }
        };
        renamed(&mut self.viewer);
        for repository in self.repositories.values_mut() {
            if repository.assignable.remove(&from.to_lowercase()) {
                repository.assignable.insert(to.to_lowercase());
            }
            for issue in repository.issues.values_mut() {
                renamed(&mut issue.author);
                issue.assignees.iter_mut().for_each(renamed);
                issue.closed_by.iter_mut().for_each(renamed);
                for comment in &mut issue.comments {
                    renamed(&mut comment.author);
                }
                for event in &mut issue.timeline {
                    renamed(&mut event.actor);
                    if let EventKind::Assigned { assignee } | EventKind::Unassigned { assignee } =
                        &mut event.kind
                    {
                        renamed(assignee);
                    }
                }
            }
        }
    }
}
