//! A connection pooler in transaction mode between bot and database: sessions are shared, so nothing
//! may be kept in them.

use std::process::Stdio;

use reqwest::Url;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use ubermench_bot::metrics::Metrics;
use ubermench_bot::store::Store;

use crate::harness::{World, notification, text};

/// A pooler before the server; it ends with the returned process's standard input.
async fn pooler(world: &World) -> (Child, String) {
    let mut url = Url::parse(&world.database_url()).unwrap();
    let port = url.port().unwrap_or(5432).to_string();
    let mut keeper = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/pooler.sh"))
        .args([
            url.host_str().unwrap(),
            &port,
            url.username(),
            url.password().unwrap_or_default(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(keeper.stdout.take().unwrap()).lines();
    let port = lines
        .next_line()
        .await
        .unwrap()
        .expect("PgBouncer starts; its package is needed");
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(port.parse().unwrap())).unwrap();
    (keeper, url.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_kept_only_in_sessions_of_our_own() {
    let world = World::new().await;
    let (_keeper, through) = pooler(&world).await;
    for (url, are_own) in [(world.database_url(), true), (through, false)] {
        let seconds = Metrics::new().unwrap().query_seconds;
        let stores = [(); 4].map(|()| Store::new(url.parse().unwrap(), &seconds));
        for _ in 0..5 {
            let learnt = stores.iter().map(Store::learn_sessions);
            let learnt = futures::future::join_all(learnt).await;
            assert!(learnt.into_iter().all(|it| it.unwrap() == are_own), "{url}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_bots_share_two_sessions_through_a_pooler() {
    let world = World::new().await;
    let (_keeper, through) = pooler(&world).await;
    let changes = [("DATABASE_URL", through.as_str())];
    let bots = [world.bot(&changes).await, world.bot(&changes).await];
    let bodies: Vec<Vec<u8>> = (0..200)
        .map(|n| {
            notification(&[text(
                &format!("wamid.{n}"),
                &format!("1202555{:04}", n % 20),
                "menu",
            )])
        })
        .collect();
    let posts = bodies
        .iter()
        .enumerate()
        .map(|(n, body)| world.post(&bots[n % 2], body));
    let answers = futures::future::join_all(posts).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
    // Each of 20 people is welcomed before the menu of their first message.
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 220)
        .await;
    assert_eq!(world.simulator.control.sent(None, 0).len(), 220);
    let health: serde_json::Value = bots[0].get("/health").await.json().await.unwrap();
    assert_eq!(health["status"], "ok");
}
