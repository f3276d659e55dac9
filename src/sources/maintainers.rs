//! The project's list of maintainers → what the roster should say.
//!
//! The list says who they are now. Whoever is on the roster and not in the list may have left, or may have come after the list was
//! written: only the list's own history tells, so without it nobody is dropped.

pub mod accounts;
pub mod list;

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use self::accounts::{Accounts, Is};
use self::list::Person;
use super::file::{self, LeftAlone};
use super::proposal::{Change, Misread, Origin, Place, Proposals, Source};
use crate::findings::diagnostic::{Place as InDocument, Pointer};
use crate::findings::document::Located;
use crate::findings::loader::FILE_NAME;
use crate::registry::Registry;
use crate::registry::calendars::{Maintainer, Roster};
use crate::registry::edit;
use crate::registry::load::Loaded;
use crate::terms::{Handle, Role};
use crate::text::words::counted;

/// Where a registry names its maintainers.
const ROSTER: &str = "maintainers.toml";

/// The keys of a maintainer, in the order in which the documentation shows them.
const ORDER: &[&str] = &[
    "github",
    "name",
    "role",
    "id",
    "kubernetes-org-member",
    "sig-node-member",
];

/// A list of maintainers as it was read.
#[derive(Debug)]
pub struct List<'a> {
    /// How people named it.
    pub named: &'a str,
    /// Which file it is, and at which commit; empty: a file on disk.
    pub read_at: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Its texts before that, in any order; absent: its history is not known, or not whole.
    pub earlier: Option<Vec<String>>,
}

/// Why nothing follows from a list.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It names nobody.
    #[error(
        "`{0}` names nobody: a list of maintainers has lines below `# COMMITTERS` and `# REVIEWERS` as containerd's, a line \
         `Name <address> (@handle)` for each as runc's, or `approvers` and `reviewers` as an OWNERS file"
    )]
    Nobody(String),
    /// The roster is left alone.
    #[error(transparent)]
    LeftAlone(#[from] LeftAlone),
}

/// The handles worth asking GitHub for: those on the roster, and those in a list.
pub fn wanted(registry: &Registry, list: &str) -> Vec<Handle> {
    let roster = registry.roster.iter();
    let known = roster.flat_map(|entry| &entry.value.maintainers);
    let known = known.map(|one| one.github.clone());
    let listed = list::read(list).0.into_iter().map(|person| person.github);
    let all: BTreeSet<Handle> = known.chain(listed).collect();
    all.into_iter().collect()
}

/// What a list proposes for the roster, and what GitHub says of the accounts on it. `prefix` leads to the registry, for words.
///
/// # Errors
///
/// It is no such list, or the roster cannot be edited.
pub fn propose(
    loaded: &Loaded,
    list: &List<'_>,
    prefix: &str,
    accounts: &Accounts,
) -> Result<Proposals, NotTaken> {
    let registry = &loaded.registry;
    let named = list.named;
    let (mut people, misread) = list::read(list.text);
    if people.is_empty() {
        return Err(NotTaken::Nobody(named.to_owned()));
    }
    let mut roster = match &registry.roster {
        Some(roster) => roster.value.clone(),
        None => Roster {
            maintainers: Vec::new(),
        },
    };
    let mut proposals = Proposals::of(Source::Maintainers);
    let Names { renamed, warnings } = Names::of(&roster, &mut people, named, accounts);
    // From here on everybody has the name that they have now; the file is given it with the rest.
    let before = roster.clone();
    for maintainer in &mut roster.maintainers {
        if let Some(now) = renamed.get(&maintainer.github) {
            maintainer.github = now.clone();
        }
    }
    proposals.read = match list.read_at {
        "" => format!("read from {named}"),
        commit => format!("read from {named} at {commit}"),
    };
    proposals.warnings.extend(warnings);
    let warnings = &mut proposals.warnings;
    warnings.extend(misread.iter().map(|one| format!("{named}:{one}")));
    let earlier = list
        .earlier
        .as_ref()
        .map(|texts| Earlier::of(texts, &renamed));
    let cut = is_not_whole(loaded, &roster, &people, &misread);
    let tasks = tasks(registry, prefix);
    let leaving = |handle: &Handle| match (tasks.get(handle), &earlier) {
        _ if cut.is_some() => Leaving::Cut,
        (Some(tasks), _) => Leaving::Needed(tasks.clone()),
        (None, Some(earlier)) if earlier.named(handle) => Leaving::Left,
        (None, Some(_)) => Leaving::Never,
        (None, None) => Leaving::Unknown,
    };
    let schema = "../schema/maintainers.schema.json";
    let is_sound = registry.roster.is_some();
    let is_newer = |maintainer: &Maintainer| {
        let earlier = earlier.as_ref();
        earlier.is_some_and(|earlier| !earlier.said_role(maintainer))
    };
    let proposal = file::propose(registry, ROSTER, schema, is_sound, |document| {
        let mut changes = named_anew(document, &before, &renamed, accounts)?;
        changes.extend(update(
            document,
            &roster,
            (&people, named),
            leaving,
            (is_newer, accounts),
        )?);
        Some(changes)
    })?;
    if let Some(why) = &cut {
        let stay = proposal.kept().count();
        if stay > 0 {
            let stay = counted(stay, "maintainer");
            proposals.warnings.push(format!(
                "nobody is dropped: {why}; {stay} whom {named} does not name stay in {ROSTER}"
            ));
        }
    }
    proposals.nothing = Some(format!("nothing to change in {ROSTER}"));
    proposals.proposals.push(proposal);
    proposals
        .proposals
        .extend(accounts::renames(registry, &renamed));
    Ok(proposals)
}

/// What accounts say of the names on a roster and in a list.
struct Names {
    /// The names that people have now, by those that the roster has.
    renamed: BTreeMap<Handle, Handle>,
    warnings: Vec<String>,
}

impl Names {
    /// Looks everybody up. Who stands in the list under a name that they do not have any more gets the one that they have.
    fn of(roster: &Roster, people: &mut Vec<Person>, named: &str, accounts: &Accounts) -> Self {
        let mut renamed = BTreeMap::new();
        let mut warnings = Vec::new();
        let is_twice = |id: Option<u64>| {
            let maintainers = roster.maintainers.iter();
            id.is_some() && maintainers.filter(|one| one.id == id).count() > 1
        };
        // Whoever keeps their handle: nobody else can have it now.
        let stay = roster.maintainers.iter();
        let stay = stay.filter(|one| !matches!(accounts.of(one), Is::Renamed(_)));
        let stay: BTreeSet<&Handle> = stay.map(|one| &one.github).collect();
        for maintainer in &roster.maintainers {
            let handle = &maintainer.github;
            match accounts.of(maintainer) {
                Is::Renamed(now) if is_twice(maintainer.id) || stay.contains(&now) => {
                    warnings.push(format!(
                        "{ROSTER}: the `id` of `{handle}` is that of `{now}`, who is on the roster as well: take one of them out, or mend the id"
                    ));
                }
                Is::Renamed(now) => {
                    renamed.insert(handle.clone(), now);
                }
                Is::Gone => warnings.push(format!(
                    "{ROSTER}: the account of `{handle}` is gone: hand the work over, and take them out"
                )),
                Is::Unknown => warnings.push(format!(
                    "{ROSTER}: nobody on GitHub has the handle `{handle}`, and without an `id` nobody can tell who it was: write the name that they \
                     have now"
                )),
                Is::NotAsked | Is::Themselves(_) => {}
            }
        }
        // Projects write a new name down late. Where two have changed places, their names tell which of both the list means.
        for person in people.iter_mut() {
            let Some(now) = renamed.get(&person.github) else {
                continue;
            };
            let mut maintainers = roster.maintainers.iter();
            let is_somebodys = maintainers.any(|one| {
                let is_theirs = renamed.get(&one.github) == Some(&person.github);
                is_theirs && (one.name.is_none() || one.name == person.name)
            });
            if !is_somebodys {
                person.github = now.clone();
            }
        }
        let listed: BTreeSet<Handle> = people.iter().map(|person| person.github.clone()).collect();
        let known = |handle: &Handle| {
            let mut maintainers = roster.maintainers.iter();
            maintainers.any(|one| renamed.get(&one.github).unwrap_or(&one.github) == handle)
        };
        people.retain_mut(|person| {
            if known(&person.github) {
                return true;
            }
            // Of the same name, known by an id, and not in the list: that is the one who was meant, whoever has the old handle now.
            let mut maintainers = roster.maintainers.iter();
            let same = maintainers.find(|one| {
                let is_named = one.name.is_some() && one.name == person.name;
                is_named && one.id.is_some()
            });
            match same {
                Some(same) if listed.contains(&same.github) => {
                    warnings.push(format!(
                        "{named}:{}: `{}` has the name of `{}`, who is in the list as well: one person under two handles, or two? Write the new one into {ROSTER} by hand",
                        person.line, person.github, same.github
                    ));
                    false
                }
                Some(same) => {
                    person.github = same.github.clone();
                    true
                }
                None if !accounts.is_nobody(&person.github) => true,
                None => {
                    warnings.push(format!(
                        "{named}:{}: nobody on GitHub has the handle `{}`, which is not taken over",
                        person.line, person.github
                    ));
                    false
                }
            }
        });
        Self { renamed, warnings }
    }
}

/// Gives the tables of a roster the names that people have now, and the ids that are not on record.
fn named_anew(
    document: &mut DocumentMut,
    roster: &Roster,
    renamed: &BTreeMap<Handle, Handle>,
    accounts: &Accounts,
) -> Option<Vec<Change>> {
    let tables = edit::tables(document, "maintainers")?;
    let mut changes = Vec::new();
    for (index, maintainer) in roster.maintainers.iter().enumerate() {
        let Some(table) = tables.get_mut(index) else {
            continue;
        };
        let handle = &maintainer.github;
        let is = accounts.of(maintainer);
        if let Some(now) = renamed.get(handle) {
            edit::set_in(table, "github", now.to_string().into(), ORDER);
            let place = Place::in_entry(handle.to_string(), "github");
            let (before, after) = (quoted(handle.as_str()), quoted(now.as_str()));
            changes.push(
                Change::made(place, Some(before), Some(after))
                    .because("the account has another name now")
                    .from(Some(accounts::origin(now))),
            );
        }
        if let (Is::Themselves(id), None) = (is, maintainer.id) {
            let value = i64::try_from(id).unwrap_or_default();
            edit::set_in(table, "id", value.into(), ORDER);
            let place = Place::in_entry(handle.to_string(), "id");
            changes.push(
                Change::made(place, None, Some(id.to_string()))
                    .from(Some(accounts::origin(handle))),
            );
        }
    }
    Some(changes)
}

/// Whom earlier texts of the list named.
struct Earlier(BTreeMap<Handle, BTreeSet<Role>>);

impl Earlier {
    /// Under the names that people have now.
    fn of(texts: &[String], renamed: &BTreeMap<Handle, Handle>) -> Self {
        let mut roles: BTreeMap<Handle, BTreeSet<Role>> = BTreeMap::new();
        for person in texts.iter().flat_map(|text| list::read(text).0) {
            let now = renamed.get(&person.github).cloned();
            let handle = now.unwrap_or(person.github);
            roles.entry(handle).or_default().insert(person.role);
        }
        Self(roles)
    }

    fn named(&self, handle: &Handle) -> bool {
        self.0.contains_key(handle)
    }

    /// Whether a text of the list gave somebody the role that they have on the roster.
    fn said_role(&self, maintainer: &Maintainer) -> bool {
        let Maintainer { github, role, .. } = maintainer;
        let roles = self.0.get(github);
        roles.is_some_and(|roles| roles.contains(role))
    }
}

/// Why nobody is missing from a list: it was not read whole, does not look whole, or nobody knows whom the registry needs.
fn is_not_whole(
    loaded: &Loaded,
    roster: &Roster,
    people: &[Person],
    misread: &[Misread],
) -> Option<String> {
    if !misread.is_empty() {
        return Some("it could not be read whole".to_owned());
    }
    let most = loaded.registry.config.value.guards.removals_percent;
    is_cut(roster, people, most).or_else(|| {
        // Whom a record needs that cannot be read is not known.
        let mut findings = loaded.findings.iter();
        let is_damaged = findings.any(|one| one.rule != FILE_NAME);
        is_damaged.then(|| "the registry has errors, so that nobody knows whom it needs".to_owned())
    })
}

/// What people do, by handle: which KEPs they shepherd, and which cycles they are liaisons of; each with its place.
fn tasks(registry: &Registry, prefix: &str) -> BTreeMap<Handle, Vec<String>> {
    let mut tasks: BTreeMap<Handle, Vec<String>> = BTreeMap::new();
    let mut add = |handle: &Handle, task: String| {
        tasks.entry(handle.clone()).or_default().push(task);
    };
    for entry in &registry.keps {
        let source = registry.file(entry.file);
        let shepherds = &entry.value.shepherds;
        if shepherds.is_empty() {
            continue;
        }
        let located = Located::of(source);
        for (index, shepherd) in shepherds.iter().enumerate() {
            let place = InDocument::Value(Pointer::to("shepherds").index(index));
            let line = source.position(located.span_of(&place).start).line;
            let number = entry.value.number;
            add(
                shepherd,
                format!("shepherd of KEP-{number} ({prefix}{}:{line})", source.path),
            );
        }
    }
    let calendars = registry.kubernetes.iter();
    for cycle in calendars.flat_map(|entry| &entry.value.cycles) {
        for liaison in &cycle.liaisons {
            add(liaison, format!("liaison of Kubernetes {}", cycle.release));
        }
    }
    tasks
}

/// Why a list does not look whole, so that nobody is missing from it: a role is gone, or more people than a guard allows, in
/// per cent of the roster.
fn is_cut(roster: &Roster, people: &[Person], most_percent: usize) -> Option<String> {
    for role in Role::ALL {
        let was = roster.maintainers.iter().any(|one| one.role == role);
        if was && !people.iter().any(|person| person.role == role) {
            return Some(format!("it names no {} any more", role.written()));
        }
    }
    let known = roster.maintainers.len();
    let named: BTreeSet<&Handle> = people.iter().map(|person| &person.github).collect();
    let is_gone = |one: &&Maintainer| !named.contains(&one.github);
    let gone = roster.maintainers.iter().filter(is_gone).count();
    // Below this many, a share says nothing.
    let is_many = known >= 10 && gone * 100 > known * most_percent;
    is_many.then(|| {
        format!(
            "{gone} of {known} would leave, and `guards.removals-percent` allows {most_percent} per cent"
        )
    })
}

/// What is known of somebody who is on the roster and not in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Leaving {
    /// They were in the list before, and nothing names them.
    Left,
    /// Records name them: what they do.
    Needed(Vec<String>),
    /// No earlier text of the list names them.
    Never,
    /// The history of the list is not known.
    Unknown,
    /// The list is not whole.
    Cut,
}

/// Makes a roster say what the list says; gives what differs. A roster that is no list of tables has no answer.
///
/// A role that `is_newer` than the list is left to a person. What the list does not speak of, such as memberships, stays as it is; so does the spelling of a handle.
fn update(
    document: &mut DocumentMut,
    roster: &Roster,
    (people, named): (&[Person], &str),
    leaving: impl Fn(&Handle) -> Leaving,
    (is_newer, accounts): (impl Fn(&Maintainer) -> bool, &Accounts),
) -> Option<Vec<Change>> {
    let tables = edit::tables(document, "maintainers")?;
    let mut changes = Vec::new();
    let by_handle: BTreeMap<&Handle, &Person> = people
        .iter()
        .map(|person| (&person.github, person))
        .collect();
    // From the end, so that places do not move.
    for (index, maintainer) in roster.maintainers.iter().enumerate().rev() {
        let Maintainer {
            github,
            name,
            role,
            id: _,
            kubernetes_org_member: _,
            sig_node_member: _,
        } = maintainer;
        let Some(person) = by_handle.get(github).copied() else {
            let leaving = leaving(github);
            if leaving == Leaving::Left {
                edit::remove_table(tables, index);
            }
            changes.push(left(github, *role, leaving));
            continue;
        };
        let Some(table) = tables.get_mut(index) else {
            continue;
        };
        let mut set = |key: &str, before: Option<String>, after: &str| {
            edit::set_in(table, key, after.into(), ORDER);
            let place = Place::in_entry(github.to_string(), key);
            changes.push(
                Change::made(place, before, Some(quoted(after)))
                    .from(Some(Origin::line(named, person.line))),
            );
        };
        if *role != person.role && !is_newer(maintainer) {
            set("role", Some(quoted(role.written())), person.role.written());
        }
        if let Some(new) = &person.name
            && name.as_ref() != Some(new)
        {
            let before = name.as_ref().map(|name| quoted(name.as_str()));
            set("name", before, new.as_str());
        }
        if *role != person.role && is_newer(maintainer) {
            let place = Place::in_entry(github.to_string(), "role");
            let role = |role: Role| Some(quoted(role.written()));
            let change = Change::made(place, role(maintainer.role), role(person.role));
            let why = "no text of the list up to this one ever said what stands here, so people wrote it, or the list is older";
            let change = change
                .because(why)
                .from(Some(Origin::line(named, person.line)));
            changes.push(change.open("write what is right, or pull from a newer clone"));
        }
    }
    changes.reverse();
    let known: BTreeSet<&Handle> = roster.maintainers.iter().map(|one| &one.github).collect();
    for person in people {
        if !known.contains(&person.github) {
            let account = accounts.by_login.get(&person.github);
            let id = account.and_then(|account| Some(account.as_ref()?.id));
            insert(tables, person, id);
            let role = person.role.written().to_owned();
            let place = Place::entry(person.github.to_string());
            changes.push(
                Change::made(place, None, Some(role)).from(Some(Origin::line(named, person.line))),
            );
        }
    }
    Some(changes)
}

/// What is to be done about somebody who is not in the list.
fn left(github: &Handle, role: Role, leaving: Leaving) -> Change {
    let place = Place::entry(github.to_string());
    let change = Change::made(place, Some(role.written().to_owned()), None);
    match leaving {
        Leaving::Left => change.because("no longer in the list"),
        Leaving::Needed(tasks) => change
            .because(tasks.join(", "))
            .open("hand the work over, then pull again"),
        Leaving::Never => change
            .because("no text of the list ever named them, so people put them here, or the list is older than that")
            .kept(),
        Leaving::Unknown => change
            .because("whether they left, or came after this list was written, it does not tell")
            .open(
                "take them out of maintainers.toml by hand, or pull with `--repo CLONE`, whose history tells",
            ),
        Leaving::Cut => change.because("the list is not whole").kept(),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Adds somebody behind the last one in the same role.
fn insert(tables: &mut ArrayOfTables, person: &Person, id: Option<u64>) {
    let Person {
        github,
        name,
        role,
        line: _,
    } = person;
    let mut table = Table::new();
    table.insert("github", Item::Value(github.to_string().into()));
    if let Some(name) = name {
        table.insert("name", Item::Value(name.as_str().into()));
    }
    table.insert("role", Item::Value(role.written().into()));
    if let Some(id) = id.and_then(|id| i64::try_from(id).ok()) {
        table.insert("id", Item::Value(id.into()));
    }
    let role_of = |table: &Table| table.get("role").and_then(Item::as_str).map(str::to_owned);
    let same_role = (0..tables.len())
        .rev()
        .find(|at| tables.get(*at).and_then(role_of).as_deref() == Some(role.written()));
    let at = same_role.map_or(tables.len(), |last| last + 1);
    tables.insert(at, table);
}

#[cfg(test)]
mod tests {
    use super::list::read;
    use super::*;

    const FILE: &str = "\
# example project maintainers
#
# See GOVERNANCE.md for the roles
#
# COMMITTERS
# GitHub ID, Name, Email address, GPG fingerprint
\"mikebrow\",\"Mike Brown\",\"mike@example.com\",\"AAAA BBBB,CCCC DDDD\"
\"newcomer\",\"New \"\"Nick\"\" Comer\",\"new@example.com\",\"\"
#
# REVIEWERS
# GitHub ID, Name, Email address, GPG fingerprint
\"samuelkarp\",\"Samuel Karp\",\"sam@example.com\",\"\"
\"thaJeztah\",\"Sebastiaan van Stijn\",\"s@example.com\",\"\"
";

    const ROSTER: &str = "\
#:schema ../schema/maintainers.schema.json
#
# Who they are.

# the first
[[maintainers]]
github = \"leaver\"
role = \"committer\"

[[maintainers]]
github = \"mikebrow\" # also a liaison
name = \"Mike\"
role = \"committer\"
kubernetes-org-member = true

[[maintainers]]
github = \"samuelkarp\"
name = \"Samuel Karp\"
role = \"committer\" # once

[[maintainers]]
github = \"thajeztah\"
name = \"Sebastiaan van Stijn\"
role = \"reviewer\"
";

    fn updated(text: &str, leaving: Leaving) -> (String, Vec<Change>) {
        let (people, misread) = read(FILE);
        assert_eq!(misread, []);
        let roster: Roster = toml::from_str(text).unwrap();
        let mut document = text.parse().unwrap();
        let update = update(
            &mut document,
            &roster,
            (&people, "MAINTAINERS"),
            |_| leaving.clone(),
            (|_: &Maintainer| false, &Accounts::default()),
        )
        .unwrap();
        (document.to_string(), update)
    }

    #[test]
    fn people_come_go_and_change_and_what_was_added_stays() {
        let (text, update) = updated(ROSTER, Leaving::Left);
        insta::assert_snapshot!(text, @r##"
        #:schema ../schema/maintainers.schema.json
        #
        # Who they are.

        [[maintainers]]
        github = "mikebrow" # also a liaison
        name = "Mike Brown"
        role = "committer"
        kubernetes-org-member = true

        [[maintainers]]
        github = "newcomer"
        name = 'New "Nick" Comer'
        role = "committer"

        [[maintainers]]
        github = "samuelkarp"
        name = "Samuel Karp"
        role = "reviewer" # once

        [[maintainers]]
        github = "thajeztah"
        name = "Sebastiaan van Stijn"
        role = "reviewer"
        "##);
        let words: Vec<String> = update.iter().map(Change::to_string).collect();
        insta::assert_debug_snapshot!(words, @r#"
        [
            "leaver goes: was committer",
            "mikebrow name: \"Mike\" → \"Mike Brown\"",
            "samuelkarp role: \"committer\" → \"reviewer\"",
            "newcomer is new: committer",
        ]
        "#);
        let (again, update) = updated(&text, Leaving::Left);
        assert_eq!((again, update), (text, Vec::new()), "twice changes nothing");
    }

    #[test]
    fn somebody_whom_records_name_stays() {
        let (text, update) = updated(ROSTER, Leaving::Unknown);
        assert!(
            text.contains("# the first\n[[maintainers]]\ngithub = \"leaver\""),
            "{text}"
        );
        assert_eq!(update[0].place, Place::entry("leaver"));
        assert!(!update[0].is_made(), "{:?}", update[0]);
    }

    #[test]
    fn an_empty_roster_is_filled() {
        let (people, _) = read(FILE);
        let mut document = DocumentMut::new();
        let roster = Roster {
            maintainers: Vec::new(),
        };
        update(
            &mut document,
            &roster,
            (&people, "MAINTAINERS"),
            |_| Leaving::Left,
            (|_: &Maintainer| false, &Accounts::default()),
        )
        .unwrap();
        let roster: Roster = toml::from_str(&document.to_string()).unwrap();
        assert_eq!(roster.maintainers.len(), 4);
    }

    #[test]
    fn a_list_without_a_role_or_with_many_gone_is_not_whole() {
        let (people, _) = read(FILE);
        let roster: Roster = toml::from_str(ROSTER).unwrap();
        assert_eq!(is_cut(&roster, &people, 25), None, "too few to tell");
        let committers: Vec<Person> = people
            .iter()
            .filter(|person| person.role == Role::Committer)
            .cloned()
            .collect();
        let why = is_cut(&roster, &committers, 25).unwrap();
        assert_eq!(why, "it names no reviewer any more");
        let mut many = ROSTER.to_owned();
        for number in 0..8 {
            many.push_str(&format!(
                "[[maintainers]]\ngithub = \"r{number}\"\nrole = \"reviewer\"\n"
            ));
        }
        let roster: Roster = toml::from_str(&many).unwrap();
        let why = is_cut(&roster, &people, 25).unwrap();
        assert_eq!(
            why,
            "9 of 12 would leave, and `guards.removals-percent` allows 25 per cent"
        );
        assert_eq!(is_cut(&roster, &people, 75), None);
    }
}
