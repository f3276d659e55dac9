//! GitHub's limits, kept before they refuse anything, by a clock that moves when somebody waits.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::time::Duration;

use common::app::{APP_KEY, app};
use common::{Folder, REPO, borrowed, contract, many, registry, seeded};
use kepherd::clock::Clock;
use kepherd::github::client::{Address, Client};
use kepherd::github::credentials::Credentials;
use kepherd::github::patience::Patience;
use kepherd::sandbox::{self, Exchange, Limits, Sandbox};
use kepherd::sync::apply::{Outcome, Told, apply};
use kepherd::sync::plan::Options;
use kepherd::sync::reconcile::read_and_plan;
use kepherd::sync::remembered::Remembered;

/// What a run did, how long it took by the clock, and what was exchanged.
struct Run {
    outcome: Outcome,
    took: Duration,
    exchanges: Vec<Exchange>,
}

/// Creates issues of so many records against a sandbox that refuses what is over GitHub's limits, as an App whose token
/// lasts an hour.
async fn create(count: u32, patience: Patience) -> Run {
    let files = many(count, |_| String::new());
    let folder = Folder::with(&borrowed(&files));
    let clock = Clock::stopped_at("2026-11-24T12:00:00Z".parse().unwrap());
    let options = sandbox::Options {
        record: true,
        limits: Some(Limits::of_github()),
        clock: clock.clone(),
        app: Some(app(3_600)),
        ..sandbox::Options::default()
    };
    let sandbox = Sandbox::start(seeded(&folder), options).await.unwrap();
    let credentials =
        Credentials::app("1234", &APP_KEY.to_owned().into(), REPO.parse().unwrap()).unwrap();
    let patience = Patience {
        clock: clock.clone(),
        ..patience
    };
    let address = Address::of(&sandbox.url()).unwrap();
    let client = Client::new(address, credentials, &[], patience).unwrap();
    let nothing = Remembered::default();
    let (registry, asked) = (registry(&folder), Options::default());
    let read = read_and_plan(&registry, &client, &asked, &nothing, false);
    let (plan, observed) = read.await.unwrap();
    assert_eq!(plan.counts().create, count as usize);
    let began = clock.now();
    let told = Told {
        people: &mut |_| {},
        journal: &mut |_| Ok(()),
    };
    let outcome = apply(&plan, &observed, &nothing, &client, told).await;
    let exchanges = sandbox.exchanges();
    sandbox.stop().await;
    for exchange in &exchanges {
        contract::check(exchange).unwrap();
    }
    Run {
        outcome,
        took: clock.now().duration_since(began).try_into().unwrap(),
        exchanges,
    }
}

fn refused(run: &Run) -> usize {
    let refused = run.exchanges.iter();
    refused
        .filter(|one| matches!(one.status, 401 | 403 | 429))
        .count()
}

#[tokio::test]
async fn a_thousand_new_issues_are_never_over_a_limit_and_outlast_a_token() {
    let patience = Patience {
        max_wait: Duration::from_secs(86_400),
        ..Patience::default()
    };
    let run = create(1_000, patience).await;
    assert_eq!(
        (run.outcome.created, run.outcome.failures.len()),
        (1_000, 0)
    );
    assert_eq!(refused(&run), 0);
    // Five hundred, a second apart; the rest of the hour; five hundred more.
    let minutes = run.took.as_secs() / 60;
    assert!((68..=69).contains(&minutes), "{minutes}");
    let tokens = run.exchanges.iter();
    let tokens = tokens
        .filter(|one| one.path.ends_with("/access_tokens"))
        .count();
    assert_eq!(tokens, 2);
}

#[tokio::test]
async fn without_a_pause_the_limit_of_a_minute_is_kept() {
    let patience = Patience {
        interval: Duration::ZERO,
        ..Patience::default()
    };
    let run = create(200, patience).await;
    assert_eq!((run.outcome.created, run.outcome.failures.len()), (200, 0));
    assert_eq!(refused(&run), 0);
    assert!((122..130).contains(&run.took.as_secs()), "{:?}", run.took);
}

#[tokio::test]
async fn a_wait_longer_than_the_patience_ends_the_run_and_says_so() {
    let run = create(501, Patience::default()).await;
    assert_eq!((run.outcome.created, run.outcome.failures.len()), (500, 0));
    let why = run.outcome.stopped.unwrap();
    assert!(
        why.contains("500 issues and comments an hour, and the next is free in 52 min"),
        "{why}"
    );
}

/// The sandbox does refuse: a client that does not count is told.
#[tokio::test]
async fn a_client_that_keeps_no_limit_is_refused_and_waits_as_it_is_told() {
    let patience = Patience {
        interval: Duration::ZERO,
        limits: false,
        ..Patience::default()
    };
    let run = create(200, patience).await;
    assert_eq!((run.outcome.created, run.outcome.failures.len()), (200, 0));
    assert_eq!(refused(&run), 2);
    assert!((120..130).contains(&run.took.as_secs()), "{:?}", run.took);
}

/// GitHub may carry a request out after whoever sent it is gone: a run that comes right after it waits.
#[tokio::test]
async fn a_creation_without_an_answer_is_given_the_time_to_come() {
    let clock = Clock::stopped_at("2026-11-24T12:00:10Z".parse().unwrap());
    let files = many(1, |_| String::new());
    let folder = Folder::with(&borrowed(&files));
    let options = sandbox::Options {
        clock: clock.clone(),
        ..sandbox::Options::default()
    };
    let sandbox = Sandbox::start(seeded(&folder), options).await.unwrap();
    let line = |event: &str| format!("{{\"at\":\"2026-11-24T12:00:00Z\",\"event\":{event}}}\n");
    let api = sandbox.url();
    let run =
        format!("{{\"run\":{{\"version\":1,\"api\":\"{api}\",\"login\":\"x\",\"plan\":\"x\"}}}}");
    let begin = format!(
        "{{\"begin\":{{\"repository\":\"{REPO}\",\"write\":{{\"issue\":{{\"subject\":{{\"kep\":9001}},\"after\":0}}}}}}}}"
    );
    let remembered = Remembered::read((line(&run) + &line(&begin)).as_bytes(), &api).unwrap();
    let (registry, asked) = (registry(&folder), Options::default());
    for (max_wait, waited) in [(0, None), (900, Some(20))] {
        let patience = Patience {
            clock: clock.clone(),
            max_wait: Duration::from_secs(max_wait),
            ..Patience::default()
        };
        let client = common::client(&sandbox, patience);
        let began = clock.now();
        let read = read_and_plan(&registry, &client, &asked, &remembered, false).await;
        match waited {
            None => {
                let error = read.unwrap_err().to_string();
                assert!(
                    error.contains(
                        "no second issue while a first one may still come; it asks to wait 20 s"
                    ),
                    "{error}"
                );
            }
            Some(seconds) => {
                assert_eq!(read.unwrap().0.counts().create, 1);
                assert_eq!(clock.now().duration_since(began).as_secs(), seconds);
            }
        }
    }
    sandbox.stop().await;
}
