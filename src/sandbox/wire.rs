//! The JSON that GitHub's REST interface speaks: one function per kind of object.
//!
//! Only shapes: nothing here decides or changes anything. `url` fields lead to the sandbox, `html_url`
//! fields are github.com's, as the text of issues has them.

use super::world::{
    ApiError, Comment, Issue, Label, Milestone, PullRequest, Repository, State, World,
};
use crate::text::percent;
use serde_json::{Value, json};

/// GitHub's web site.
pub(super) const WEB: &str = "https://github.com";
const DOCS: &str = "https://docs.github.com/rest";

/// What the objects of one world look like from outside.
#[derive(Clone, Copy)]
pub(super) struct Wire<'a> {
    pub base: &'a str,
    pub world: &'a World,
}

impl Wire<'_> {
    pub(super) fn user(&self, login: &str) -> Value {
        let known = self.world.user(login);
        let login = known.map_or(login, |user| user.login.as_str());
        let id = known.map_or(0, |user| user.id);
        let url = format!("{}/users/{}", self.base, percent::part(login));
        json!({
            "login": login,
            "id": id,
            "node_id": node_id("U", id),
            "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
            "gravatar_id": "",
            "url": url,
            "html_url": format!("{WEB}/{}", percent::part(login)),
            "followers_url": format!("{url}/followers"),
            "following_url": format!("{url}/following{{/other_user}}"),
            "gists_url": format!("{url}/gists{{/gist_id}}"),
            "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{url}/subscriptions"),
            "organizations_url": format!("{url}/orgs"),
            "repos_url": format!("{url}/repos"),
            "events_url": format!("{url}/events{{/privacy}}"),
            "received_events_url": format!("{url}/received_events"),
            "type": if is_bot(login) { "Bot" } else { "User" },
            "user_view_type": "public",
            "site_admin": false,
        })
    }

    /// The account behind the token, with what a public profile adds.
    /// Whoever the token belongs to.
    pub(super) fn viewer(&self) -> Value {
        self.account(&self.world.viewer)
    }

    /// An account, with what its page says.
    pub(super) fn account(&self, login: &str) -> Value {
        let mut user = self.user(login);
        merge(
            &mut user,
            json!({
                "name": null, "company": null, "blog": null, "location": null, "email": null,
                "hireable": null, "bio": null, "public_repos": 0, "public_gists": 0, "followers": 0,
                "following": 0, "created_at": time(super::world::EPOCH),
                "updated_at": time(super::world::EPOCH),
            }),
        );
        user
    }

    pub(super) fn label(&self, repository: &Repository, label: &Label) -> Value {
        json!({
            "id": label.id,
            "node_id": node_id("LA", label.id),
            "url": format!("{}/labels/{}", self.repository_url(repository), percent::part(&label.name)),
            "name": label.name,
            "color": label.color,
            "default": false,
            "description": label.description,
        })
    }

    /// The labels of an issue.
    pub(super) fn labels(&self, repository: &Repository, issue: &Issue) -> Vec<Value> {
        issue
            .labels
            .iter()
            .filter_map(|name| repository.label(name))
            .map(|label| self.label(repository, label))
            .collect()
    }

    pub(super) fn milestone(&self, repository: &Repository, milestone: &Milestone) -> Value {
        let number = milestone.number;
        let url = format!("{}/milestones/{number}", self.repository_url(repository));
        let count = |state| {
            repository
                .issues
                .values()
                .filter(|issue| issue.milestone == Some(number) && issue.state == state)
                .count()
        };
        json!({
            "url": url,
            "html_url": format!("{WEB}/{}/milestone/{number}", repository.full_name()),
            "labels_url": format!("{url}/labels"),
            "id": milestone.id,
            "node_id": node_id("MI", milestone.id),
            "number": number,
            "title": milestone.title,
            "description": milestone.description,
            "creator": self.user(&milestone.creator),
            "open_issues": count(State::Open),
            "closed_issues": count(State::Closed),
            "state": milestone.state.as_str(),
            "created_at": time(milestone.created_at),
            "updated_at": time(milestone.updated_at),
            "due_on": milestone.due_on.map(time),
            "closed_at": milestone.closed_at.map(time),
        })
    }

    pub(super) fn issue(&self, repository: &Repository, issue: &Issue) -> Value {
        let home = self.repository_url(repository);
        let url = format!("{home}/issues/{}", issue.number);
        let milestone = issue
            .milestone
            .and_then(|number| repository.milestones.get(&number))
            .map(|milestone| self.milestone(repository, milestone));
        let assignees: Vec<Value> = issue.assignees.iter().map(|who| self.user(who)).collect();
        let mut shape = json!({
            "id": issue.id,
            "node_id": issue_node_id(issue),
            "url": url,
            "repository_url": home,
            "labels_url": format!("{url}/labels{{/name}}"),
            "comments_url": format!("{url}/comments"),
            "events_url": format!("{url}/events"),
            "timeline_url": format!("{url}/timeline"),
            "html_url": html_url(repository, issue),
            "number": issue.number,
            "state": issue.state.as_str(),
            "state_reason": issue.state_reason.map(|reason| reason.as_str()),
            "title": issue.title,
            // GitHub has null for an issue without text.
            "body": (!issue.body.is_empty()).then_some(&issue.body),
            "user": self.user(&issue.author),
            "labels": self.labels(repository, issue),
            "assignee": assignees.first(),
            "assignees": assignees,
            "milestone": milestone,
            "locked": issue.locked,
            "active_lock_reason": null,
            "comments": issue.comments.len(),
            "created_at": time(issue.created_at),
            "updated_at": time(issue.updated_at),
            "closed_at": issue.closed_at.map(time),
            "closed_by": issue.closed_by.as_deref().map(|login| self.user(login)),
            "author_association": self.association(repository, &issue.author),
        });
        if let Some(PullRequest {
            merged: _,
            merged_at,
            draft,
            base: _,
            head: _,
        }) = &issue.pull_request
        {
            let page = html_url(repository, issue);
            merge(
                &mut shape,
                json!({
                    "draft": draft,
                    "pull_request": {
                        "url": format!("{home}/pulls/{}", issue.number),
                        "html_url": page,
                        "diff_url": format!("{page}.diff"),
                        "patch_url": format!("{page}.patch"),
                        "merged_at": merged_at.map(time),
                    },
                }),
            );
        }
        shape
    }

    pub(super) fn comment(
        &self,
        repository: &Repository,
        issue: &Issue,
        comment: &Comment,
    ) -> Value {
        let home = self.repository_url(repository);
        let page = html_url(repository, issue);
        json!({
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "url": format!("{home}/issues/comments/{}", comment.id),
            "html_url": format!("{page}#issuecomment-{}", comment.id),
            "issue_url": format!("{home}/issues/{}", issue.number),
            "body": comment.body,
            "user": self.user(&comment.author),
            "created_at": time(comment.created_at),
            "updated_at": time(comment.updated_at),
            "author_association": self.association(repository, &comment.author),
        })
    }

    pub(super) fn repository(&self, repository: &Repository) -> Value {
        let full = repository.full_name();
        let url = self.repository_url(repository);
        let open = repository
            .issues
            .values()
            .filter(|issue| issue.state == State::Open)
            .count();
        let push = repository.viewer_can_push;
        let at = time(repository.created_at);
        let mut shape = json!({
            "id": repository.id,
            "node_id": node_id("R", repository.id),
            "name": repository.name,
            "full_name": full,
            "owner": self.user(&repository.owner),
            "private": false,
            "html_url": format!("{WEB}/{full}"),
            "description": null,
            "fork": false,
            "url": url,
            "git_url": format!("git://github.com/{full}.git"),
            "ssh_url": format!("git@github.com:{full}.git"),
            "clone_url": format!("{WEB}/{full}.git"),
            "svn_url": format!("{WEB}/{full}"),
            "mirror_url": null,
            "homepage": null,
            "language": null,
            "license": null,
            "open_issues": open,
            "open_issues_count": open,
            "default_branch": "main",
            "has_issues": repository.has_issues,
            "archived": repository.archived,
            "disabled": false,
            "visibility": "public",
            "pushed_at": at, "created_at": at, "updated_at": at,
            "permissions": {
                "admin": false, "maintain": false, "push": push, "triage": push, "pull": true,
            },
        });
        for name in [
            "forks",
            "forks_count",
            "network_count",
            "size",
            "stargazers_count",
            "subscribers_count",
            "watchers",
            "watchers_count",
        ] {
            shape[name] = json!(0);
        }
        for name in ["has_discussions", "has_pages", "has_projects", "has_wiki"] {
            shape[name] = json!(false);
        }
        // Addresses that every repository lists, with GitHub's templates.
        for (name, tail) in [
            ("archive", "{archive_format}{/ref}"),
            ("assignees", "assignees{/user}"),
            ("blobs", "git/blobs{/sha}"),
            ("branches", "branches{/branch}"),
            ("collaborators", "collaborators{/collaborator}"),
            ("comments", "comments{/number}"),
            ("commits", "commits{/sha}"),
            ("compare", "compare/{base}...{head}"),
            ("contents", "contents/{+path}"),
            ("contributors", "contributors"),
            ("deployments", "deployments"),
            ("downloads", "downloads"),
            ("events", "events"),
            ("forks", "forks"),
            ("git_commits", "git/commits{/sha}"),
            ("git_refs", "git/refs{/sha}"),
            ("git_tags", "git/tags{/sha}"),
            ("hooks", "hooks"),
            ("issue_comment", "issues/comments{/number}"),
            ("issue_events", "issues/events{/number}"),
            ("issues", "issues{/number}"),
            ("keys", "keys{/key_id}"),
            ("labels", "labels{/name}"),
            ("languages", "languages"),
            ("merges", "merges"),
            ("milestones", "milestones{/number}"),
            ("notifications", "notifications{?since,all,participating}"),
            ("pulls", "pulls{/number}"),
            ("releases", "releases{/id}"),
            ("stargazers", "stargazers"),
            ("statuses", "statuses/{sha}"),
            ("subscribers", "subscribers"),
            ("subscription", "subscription"),
            ("tags", "tags"),
            ("teams", "teams"),
            ("trees", "git/trees{/sha}"),
        ] {
            shape[format!("{name}_url")] = json!(format!("{url}/{tail}"));
        }
        shape
    }

    /// The body of a refusal, and where the thing has gone if it has moved.
    pub(super) fn error(&self, error: &ApiError) -> (Value, Option<String>) {
        let location = error.moved.as_ref().map(|(name, number)| {
            let id = self.world.repository(name).map_or(0, |found| found.id);
            format!("{}/repositories/{id}/issues/{number}", self.base)
        });
        let mut shape = json!({
            "message": error.message,
            "documentation_url": DOCS,
            "status": error.status.to_string(),
        });
        if !error.errors.is_empty() {
            shape["errors"] = json!(error.errors);
        }
        if let Some(location) = &location {
            shape["url"] = json!(location);
        }
        (shape, location)
    }

    pub(super) fn repository_url(&self, repository: &Repository) -> String {
        format!("{}/repos/{}", self.base, repository.full_name())
    }

    fn association(&self, repository: &Repository, login: &str) -> &'static str {
        let collaborates = repository.assignable.contains(&login.to_lowercase());
        if collaborates { "MEMBER" } else { "NONE" }
    }
}

/// A GraphQL node id, which REST shows too.
pub(super) fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_sandbox{id:08}")
}

pub(super) fn issue_node_id(issue: &Issue) -> String {
    node_id(
        if issue.pull_request.is_some() {
            "PR"
        } else {
            "I"
        },
        issue.id,
    )
}

/// The page of an issue or pull request.
pub(super) fn html_url(repository: &Repository, issue: &Issue) -> String {
    let kind = if issue.pull_request.is_some() {
        "pull"
    } else {
        "issues"
    };
    format!("{WEB}/{}/{kind}/{}", repository.full_name(), issue.number)
}

/// Accounts of GitHub Apps end so in REST.
pub(super) fn is_bot(login: &str) -> bool {
    login.ends_with("[bot]")
}

/// `2026-01-01T00:00:00Z`.
pub(super) fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}

fn merge(shape: &mut Value, more: Value) {
    if let (Value::Object(shape), Value::Object(more)) = (shape, more) {
        shape.extend(more);
    }
}
