//! A world as it looks before kepherd: the issues and pull requests that a registry names, as people wrote them.
//!
//! Pure: registry in, world out. What the registry does not say (who wrote an issue, what else stands in it) is made up in
//! the form of containerd's issue template.

use super::world::{Label, World};
use crate::registry::Registry;
use crate::registry::kep::{KepRecord, PullRequest};
use crate::terms::{Account, RepositoryName};

/// The login that the sandbox's token belongs to, if the registry names no bot.
const VIEWER: &str = "kepherd-bot";
/// What people open issues about.
const STRANGERS: [&str; 4] = [
    "crashes on start with SELinux",
    "pulls of large images time out",
    "docs: the link to the tutorial is dead",
    "memory grows while containers are idle",
];
/// Who wrote what nobody is known to have written.
const SOMEBODY: &str = "octocat";

/// What the issues are about that records pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pinned {
    /// What the records say: people wrote them in the form of the template.
    TheirOwn,
    /// Something else, as in a registry that was copied from another project.
    Strangers,
}

/// The world of a registry before kepherd's first run.
pub fn world(registry: &Registry, pinned: Pinned) -> World {
    let bot = registry.config.value.bots.first();
    let mut seed = Seed {
        world: World::new(bot.map_or(VIEWER, Account::as_str)),
        registry,
        pinned,
    };
    seed.world.add_user(SOMEBODY);
    for repository in &registry.config.value.repositories {
        seed.repository(repository);
    }
    for entry in &registry.keps {
        seed.kep(registry.sig_of(entry), &entry.value);
    }
    for entry in &registry.items {
        let item = &entry.value;
        if let Some(repository) = registry.repository_of(item.repository.as_ref()) {
            if let Some(number) = item.issue {
                let title = registry.config.value.issue.title_of_item(&item.title);
                seed.issue(
                    repository,
                    number,
                    SOMEBODY,
                    &title,
                    "What is to be done, and why.\n",
                );
            }
            seed.pull_requests(&item.pull_requests);
        }
    }
    seed.world
}

struct Seed<'a> {
    world: World,
    registry: &'a Registry,
    pinned: Pinned,
}

impl Seed<'_> {
    fn repository(&mut self, name: &RepositoryName) {
        let name = name.to_string();
        self.world.add_repository(&name);
        for maintainer in self
            .registry
            .roster
            .iter()
            .flat_map(|roster| &roster.value.maintainers)
        {
            // The repository was added just now, so this cannot be refused.
            let _ = self.world.add_assignable(&name, maintainer.github.as_str());
        }
        for label in &self.registry.config.value.issue.labels {
            let label = label.to_string();
            let id = self.world.next_id;
            self.world.next_id += 1;
            let created_at = self.world.clock;
            if let Ok(repository) = self.world.repository_mut(&name) {
                repository.labels.insert(
                    label.to_lowercase(),
                    Label {
                        id,
                        name: label,
                        color: "c7def8".to_owned(),
                        description: None,
                        created_at,
                    },
                );
            }
        }
    }

    fn kep(&mut self, sig: &str, record: &KepRecord) {
        let Some(repository) = self
            .registry
            .repository_of(record.repository.as_ref())
            .cloned()
        else {
            return;
        };
        let author = record
            .owners
            .first()
            .map_or(SOMEBODY, |owner| owner.as_str());
        let title =
            self.registry
                .config
                .value
                .issue
                .title_of_kep(sig, record.number, &record.title);
        if let Some(number) = record.issue {
            self.issue(&repository, number, author, &title, &template(record));
        }
        for number in &record.related_issues {
            let title = format!("Part of {}", record.title);
            self.issue(
                &repository,
                *number,
                SOMEBODY,
                &title,
                "A part of the work.\n",
            );
        }
        for number in &record.former_issues {
            let title = format!("{} (moved)", record.title);
            self.issue(
                &repository,
                *number,
                SOMEBODY,
                &title,
                "Tracked elsewhere now.\n",
            );
        }
        self.pull_requests(&record.pull_requests);
    }

    fn issue(
        &mut self,
        repository: &RepositoryName,
        number: u64,
        author: &str,
        title: &str,
        body: &str,
    ) {
        let (author, title, body) = match self.pinned {
            Pinned::TheirOwn => (author, title, body),
            Pinned::Strangers => {
                let about = STRANGERS[number as usize % STRANGERS.len()];
                (SOMEBODY, about, "It does, since the last update.\n")
            }
        };
        self.world.add_user(author);
        let labels: Vec<String> = self
            .registry
            .config
            .value
            .issue
            .labels
            .iter()
            .map(ToString::to_string)
            .collect();
        // A number that is taken was named twice, for instance by a KEP and the work item that is a part of it.
        if let Ok(issue) =
            self.world
                .add_issue(author, &repository.to_string(), number, title, body)
            && self.pinned == Pinned::TheirOwn
        {
            issue.labels = labels;
        }
    }

    fn pull_requests(&mut self, pull_requests: &[PullRequest]) {
        for pull_request in pull_requests {
            let id = &pull_request.id;
            if self
                .registry
                .config
                .value
                .repositories
                .contains(&id.repository)
            {
                // Taken numbers as above.
                let _ = self.world.add_pull_request(
                    SOMEBODY,
                    &id.repository.to_string(),
                    id.number,
                    "Do a part of the work",
                    "",
                );
            }
        }
    }
}

/// The body of an issue in the form of containerd's template for KEPs: a list below a heading.
fn template(record: &KepRecord) -> String {
    let handles = |all: &[crate::terms::Handle]| {
        all.iter()
            .map(|handle| format!("@{handle}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let stage = record.stage.map(|stage| stage.written().to_owned());
    let target = record.target.map(|target| format!("v{target}"));
    let fields = [
        ("KEP(s)", format!("KEP-{}", record.number)),
        ("stage", stage.unwrap_or_default()),
        (
            "KEP Issue",
            format!(
                "https://github.com/kubernetes/enhancements/issues/{}",
                record.number
            ),
        ),
        ("K8s-Release", target.unwrap_or_default()),
        ("KEP-Owner", handles(&record.owners)),
        ("KEP-Shepherd", handles(&record.shepherds)),
    ];
    let items: String = fields
        .iter()
        .map(|(name, value)| format!("- {name}: {value}\r\n"))
        .collect();
    format!(
        "### What is the problem you're trying to solve\r\n\r\n_No response_\r\n\r\n### KEP/SIG-Node References\r\n\r\n{items}"
    )
}
