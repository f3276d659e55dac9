//! Comments on issues and pull requests: who may write, edit and delete them.
//!
//! It must not change anything of an issue but its comments.

use super::checks::check_comment;
use super::{ApiError, Comment, Issue, World, same};

impl World {
    /// Comments on an issue and returns the comment's id. A locked issue takes comments only from those
    /// with push access.
    /// <https://docs.github.com/en/communities/moderating-comments-and-conversations/locking-conversations>
    pub fn add_comment(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        body: &str,
    ) -> Result<u64, ApiError> {
        let issue = self.issue(repository, number)?;
        let found = self.writable(repository)?;
        if issue.locked && !self.can_push(actor, found) {
            return Err(ApiError::new(
                403,
                "Unable to create comment because issue is locked.",
            ));
        }
        check_comment(body)?;
        self.add_user(actor);
        let (id, at) = (self.take_id(), self.tick());
        self.revise(actor, repository, number, at, |issue, _| {
            issue.updated_at = at;
            issue.comments.push(Comment {
                id,
                author: actor.to_owned(),
                body: body.to_owned(),
                created_at: at,
                updated_at: at,
            });
        })?;
        self.refer(actor, repository, number, body);
        Ok(id)
    }

    /// A comment of a repository, with the issue that it is on.
    pub fn comment(&self, repository: &str, id: u64) -> Result<(&Issue, &Comment), ApiError> {
        self.repository(repository)?
            .issues
            .values()
            .flat_map(|issue| issue.comments.iter().map(move |comment| (issue, comment)))
            .find(|(_, comment)| comment.id == id)
            .ok_or_else(ApiError::not_found)
    }

    /// Changes the text of a comment.
    pub fn edit_comment(
        &mut self,
        actor: &str,
        repository: &str,
        id: u64,
        body: &str,
    ) -> Result<(), ApiError> {
        let number = self.own_comment(actor, repository, id)?;
        check_comment(body)?;
        let at = self.tick();
        self.revise(actor, repository, number, at, |issue, _| {
            for comment in issue.comments.iter_mut().filter(|comment| comment.id == id) {
                comment.body = body.to_owned();
                comment.updated_at = at;
            }
        })
    }

    /// Deletes a comment.
    pub fn delete_comment(
        &mut self,
        actor: &str,
        repository: &str,
        id: u64,
    ) -> Result<(), ApiError> {
        let number = self.own_comment(actor, repository, id)?;
        let at = self.tick();
        self.revise(actor, repository, number, at, |issue, _| {
            issue.comments.retain(|comment| comment.id != id);
        })
    }

    /// The number of the issue with a comment that this actor may change.
    fn own_comment(&self, actor: &str, repository: &str, id: u64) -> Result<u64, ApiError> {
        let (issue, comment) = self.comment(repository, id)?;
        let found = self.writable(repository)?;
        if !self.can_push(actor, found) && !same(&comment.author, actor) {
            return Err(ApiError::new(403, "Must have admin rights to Repository."));
        }
        Ok(issue.number)
    }
}
