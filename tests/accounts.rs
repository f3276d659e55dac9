//! People who change their names: what `kepherd maintainers pull` makes of GitHub's accounts behind the handles on the roster.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use common::{Hub, PATH, record};

const LIST: &str = "# COMMITTERS\n\"mikebrow\",\"Mike Brown\",\"m@example.com\",\"\"\n\"samuelkarp\",\"Samuel Karp\",\"s@example.com\",\"\"\n\
    \"fuweid\",\"Wei Fu\",\"f@example.com\",\"\"\n";

/// A hub with a list of maintainers beside the registry, and a record, a work item and a cycle that name people.
fn hub() -> Hub {
    let hub = Hub::with(&[
        (
            PATH,
            &record(
                9001,
                "owners = [\"mikebrow\"]\nshepherds = [\n  \"MikeBrow\", # since 2024\n  \"samuelkarp\",\n]\nissue = 7\n\n\
                 [design]\napproved-by = { containerd = \"mikebrow\" }\n",
            ),
        ),
        (
            "work-items/critest.toml",
            "id = \"critest\"\ntitle = \"x\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\n",
        ),
    ]);
    let cycles = hub.folder.read("releases/kubernetes.toml");
    let cycles = cycles.replace(
        "planned = 2026-12-16\n",
        "planned = 2026-12-16\nliaisons = [\"mikebrow\"]\n",
    );
    hub.folder.write("releases/kubernetes.toml", cycles);
    hub.folder.write("MAINTAINERS", LIST);
    hub
}

const PULL: [&str; 5] = ["maintainers", "pull", "--file", "MAINTAINERS", "--quiet"];

fn pulled(hub: &Hub) -> String {
    hub.edited(&PULL)
}

#[track_caller]
fn is_done(hub: &Hub) {
    hub.is_settled(&PULL);
}

#[test]
fn ids_are_filled_in_with_one_query_and_somebody_who_has_another_name_is_found_by_theirs() {
    let hub = hub();
    insta::assert_snapshot!(pulled(&hub), @r#"
    updated  maintainers.toml
             mikebrow id: nothing → 1005  (GitHub's account mikebrow)
             samuelkarp id: nothing → 1006  (GitHub's account samuelkarp)
             fuweid id: nothing → 1007  (GitHub's account fuweid)
             mikebrow name: nothing → "Mike Brown"  (MAINTAINERS:2)
             samuelkarp name: nothing → "Samuel Karp"  (MAINTAINERS:3)
             fuweid name: nothing → "Wei Fu"  (MAINTAINERS:4)
    "#);
    assert_eq!(hub.requests_since(0), (1, 0, 0));
    is_done(&hub);

    hub.world(|world| world.rename_user("mikebrow", "mbrown-k8s"))
        .unwrap();
    let before = hub.exchanges().len();
    insta::assert_snapshot!(pulled(&hub), @r#"
    updated  maintainers.toml
             mikebrow github: "mikebrow" → "mbrown-k8s"  (GitHub's account mbrown-k8s: the account has another name now)
    updated  KEP-9001  sig-node/9001-pod-lullabies.toml
             shepherds: "MikeBrow" → "mbrown-k8s"  (GitHub's account mbrown-k8s: the account has another name now)
             owners: "mikebrow" → "mbrown-k8s"  (GitHub's account mbrown-k8s: the account has another name now)
             design.approved-by.containerd: "mikebrow" → "mbrown-k8s"  (GitHub's account mbrown-k8s: the account has another name now)
    updated  item critest  work-items/critest.toml
             assignees: "mikebrow" → "mbrown-k8s"  (GitHub's account mbrown-k8s: the account has another name now)
    updated  releases/kubernetes.toml
             1.38 liaisons: "mikebrow" → "mbrown-k8s"  (GitHub's account mbrown-k8s: the account has another name now)
    "#);
    // The handle leads nowhere, so that the account is asked for by its id.
    assert_eq!(hub.requests_since(before), (1, 1, 0));
    insta::assert_snapshot!(hub.folder.read(PATH), @r#"
    number = 9001
    title = "Pod Lullabies 9001"
    status = "implementable"
    owners = ["mbrown-k8s"]
    shepherds = [
      "mbrown-k8s", # since 2024
      "samuelkarp",
    ]
    issue = 7

    [design]
    approved-by = { containerd = "mbrown-k8s" }
    "#);
    insta::assert_snapshot!(hub.folder.read("maintainers.toml"), @r#"
    [[maintainers]]
    github = "mbrown-k8s"
    name = "Mike Brown"
    role = "committer"
    id = 1005

    [[maintainers]]
    github = "samuelkarp"
    name = "Samuel Karp"
    role = "committer"
    id = 1006

    [[maintainers]]
    github = "fuweid"
    name = "Wei Fu"
    role = "committer"
    id = 1007
    "#);
    assert!(
        hub.folder
            .read("work-items/critest.toml")
            .contains("assignees = [\"mbrown-k8s\"]")
    );
    assert!(
        hub.folder
            .read("releases/kubernetes.toml")
            .contains("liaisons = [\"mbrown-k8s\"]")
    );
    // The project's own list names them as before for a while.
    is_done(&hub);
    hub.run(&["check"]).expect(0);
}

#[test]
fn a_handle_that_somebody_else_took_is_not_theirs() {
    let hub = hub();
    pulled(&hub);
    hub.world(|world| {
        world.rename_user("mikebrow", "mbrown-k8s").unwrap();
        world.add_user("mikebrow");
    });
    pulled(&hub);
    assert!(
        hub.folder
            .read(PATH)
            .contains("\"mbrown-k8s\", # since 2024")
    );
    assert!(!hub.folder.read("maintainers.toml").contains("\"mikebrow\""));
    // The list still has the handle, which is somebody else's now.
    is_done(&hub);
}

#[test]
fn an_account_that_is_gone_is_reported_and_nobody_is_dropped() {
    let hub = hub();
    pulled(&hub);
    let roster = hub.folder.read("maintainers.toml");
    hub.folder.write(
        "maintainers.toml",
        roster
            .replacen("github = \"fuweid\"", "github = \"nobody-yet\"", 1)
            .replace("name = \"Wei Fu\"\n", ""),
    );
    let list = format!("{LIST}\"newcomer\",\"New Comer\",\"n@example.com\",\"\"\n");
    hub.folder.write("MAINTAINERS", list);
    hub.world(|world| {
        world.delete_user("samuelkarp").unwrap();
        world.delete_user("fuweid").unwrap();
    });
    let before = hub.folder.read("maintainers.toml");
    insta::assert_snapshot!(pulled(&hub), @"
    warning: maintainers.toml: the account of `samuelkarp` is gone: hand the work over, and take them out
    warning: maintainers.toml: the account of `nobody-yet` is gone: hand the work over, and take them out
    warning: MAINTAINERS:4: nobody on GitHub has the handle `fuweid`, which is not taken over
    warning: MAINTAINERS:5: nobody on GitHub has the handle `newcomer`, which is not taken over
    warning: maintainers.toml: `nobody-yet` is committer here and nothing in the list of maintainers: whether they left, or came after this list was written, it does not tell; take them out of maintainers.toml by hand, or pull with `--repo CLONE`, whose history tells
    ");
    assert_eq!(before, hub.folder.read("maintainers.toml"));
}

#[test]
fn without_a_token_and_with_a_github_that_does_not_answer_all_is_as_before() {
    let hub = hub();
    let before = hub.exchanges().len();
    let ran = hub
        .folder
        .run(&["maintainers", "pull", "--file", "MAINTAINERS"]);
    assert_eq!(ran.status, 0, "{}", ran.log);
    assert_eq!(hub.requests_since(before), (0, 0, 0));
    let roster = hub.folder.read("maintainers.toml");
    assert!(!roster.contains("id = "), "{roster}");

    let mut command = hub.command(
        "any",
        &[
            "maintainers",
            "pull",
            "--file",
            "MAINTAINERS",
            "--max-wait=0",
        ],
    );
    command.env("GITHUB_API_URL", "http://127.0.0.1:1");
    let ran = common::Ran::of(&mut command);
    assert_eq!(ran.status, 1, "{}", ran.log);
    assert!(
        ran.log.contains("the accounts could not be read"),
        "{}",
        ran.log
    );
    assert_eq!(roster, hub.folder.read("maintainers.toml"));
}

/// Two people who changed places: the list, the roster and the records go on to mean the same people.
#[test]
fn two_who_exchanged_their_handles_keep_their_names() {
    let hub = hub();
    pulled(&hub);
    hub.world(|world| {
        world.rename_user("mikebrow", "somebody").unwrap();
        world.rename_user("fuweid", "mikebrow").unwrap();
        world.rename_user("somebody", "fuweid").unwrap();
    });
    // The list has their new handles already.
    let list = LIST
        .replace("\"mikebrow\"", "\"x\"")
        .replace("\"fuweid\"", "\"mikebrow\"")
        .replace("\"x\"", "\"fuweid\"");
    hub.folder.write("MAINTAINERS", list);
    pulled(&hub);
    let roster = hub.folder.read("maintainers.toml");
    assert!(
        roster.contains("github = \"fuweid\"\nname = \"Mike Brown\""),
        "{roster}"
    );
    assert!(
        roster.contains("github = \"mikebrow\"\nname = \"Wei Fu\""),
        "{roster}"
    );
    assert!(hub.folder.read(PATH).contains("\"fuweid\", # since 2024"));
    is_done(&hub);
}

#[test]
fn a_list_with_both_handles_of_one_person_adds_nobody_and_two_with_one_id_are_told() {
    let hub = hub();
    pulled(&hub);
    hub.world(|world| {
        world.rename_user("fuweid", "fuweid2").unwrap();
        world.add_user("fuweid");
    });
    let list = format!("{LIST}\"fuweid2\",\"Wei Fu\",\"f@example.com\",\"\"\n");
    hub.folder.write("MAINTAINERS", list);
    pulled(&hub);
    is_done(&hub);
    let said = pulled(&hub);
    assert!(
        said.contains("has the name of `fuweid2`, who is in the list as well"),
        "{said}"
    );
    assert!(!hub.folder.read("maintainers.toml").contains("\"fuweid\""));

    // Somebody copied an entry, id and all.
    hub.folder
        .write("MAINTAINERS", LIST.replace("\"fuweid\"", "\"fuweid2\""));
    let roster = hub.folder.read("maintainers.toml");
    let id = roster.split("github = \"mikebrow\"").nth(1).unwrap();
    let id = id.split("id = ").nth(1).unwrap().lines().next().unwrap();
    let copied = roster.replace(
        "github = \"samuelkarp\"\nname = \"Samuel Karp\"\nrole = \"committer\"\nid = ",
        &format!(
            "github = \"samuelkarp\"\nname = \"Samuel Karp\"\nrole = \"committer\"\nid = {id} #"
        ),
    );
    hub.folder.write("maintainers.toml", &copied);
    let said = pulled(&hub);
    assert!(
        said.contains(
            "the `id` of `samuelkarp` is that of `mikebrow`, who is on the roster as well"
        ),
        "{said}"
    );
    assert_eq!(copied, hub.folder.read("maintainers.toml"));
}
