//! Calls of one address, counted for all replicas, and by each for itself while Redis is away.

use reqwest::{Method, StatusCode};
use secrecy::SecretString;
use ubermench_bot::admin::token;

use crate::admin::ADMIN;
use crate::harness::proxy::Proxy;
use crate::harness::{Bot, World, eventually, notification, text};

/// A call without credentials.
async fn call(bot: &Bot) -> StatusCode {
    bot.get("/api/admin/users").await.status()
}

/// How many of so many calls, to one replica after the other, are not told to wait.
async fn taken(bots: &[Bot], calls: usize) -> usize {
    let mut taken = 0;
    for bot in bots.iter().cycle().take(calls) {
        match call(bot).await {
            StatusCode::UNAUTHORIZED => taken += 1,
            status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS),
        }
    }
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_count_a_stranger_together() {
    let world = World::new().await;
    let bots = [world.bot(&ADMIN).await, world.bot(&ADMIN).await];
    assert_eq!(taken(&bots, 120).await, 100);
    for bot in &bots {
        let answer = bot.get("/api/openapi.json").await;
        assert_eq!(answer.status(), 429);
        let wait = answer.headers()["retry-after"].to_str().unwrap();
        assert!((1..=900).contains(&wait.parse::<u32>().unwrap()), "{wait}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_count_a_caller_with_credentials_together() {
    let world = World::new().await;
    let bots = [world.bot(&ADMIN).await, world.bot(&ADMIN).await];
    let now = ubermench_bot::telemetry::now();
    let token = token::issue(&SecretString::from(ADMIN[2].1), "ana", now.timestamp());
    let calls = (0..1010).map(|place| {
        let url = format!("{}/api/admin/nothing", bots[place % 2].url);
        let call = world.client.request(Method::GET, url).bearer_auth(&token);
        async { call.send().await.unwrap().status() }
    });
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await);
    }
    let (first, rest) = statuses.split_at(1000);
    assert!(first.iter().all(|status| *status == StatusCode::NOT_FOUND));
    assert!(
        rest.iter()
            .all(|status| *status == StatusCode::TOO_MANY_REQUESTS)
    );
    assert_eq!(call(&bots[0]).await, 401, "strangers are counted apart");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_count_wrong_signatures_together_and_take_right_ones() {
    let world = World::new().await;
    let bots = [world.bot(&[]).await, world.bot(&[]).await];
    let body = notification(&[text("wamid.1", "12025550118", "hi")]);
    for place in 0..70 {
        let answer = world
            .post_signed(&bots[place % 2], &body, Some("sha256=00"))
            .await;
        let expected = if place < 60 { 401 } else { 429 };
        assert_eq!(answer.status(), expected, "{place}");
        if place >= 60 {
            let wait = answer.headers()["retry-after"].to_str().unwrap();
            assert!((1..=60).contains(&wait.parse::<u32>().unwrap()), "{wait}");
        }
    }
    assert_eq!(world.post(&bots[0], &body).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_replica_counts_for_itself_while_redis_is_away() {
    let world = World::new().await;
    let address = world.redis_url.trim_start_matches("redis://");
    let (server, database) = address.split_once('/').unwrap();
    let proxy = Proxy::to(server.to_owned()).await;
    let through = format!("redis://{}/{database}", proxy.address);
    let changes = [&ADMIN[..], &[("REDIS_URL", &through)]].concat();
    let bots = [world.bot(&changes).await, world.bot(&changes).await];
    assert_eq!(taken(&bots, 60).await, 60);

    proxy.cut();
    assert_eq!(taken(&bots[..1], 110).await, 100);
    assert_eq!(taken(&bots[1..], 110).await, 100);

    proxy.mend();
    // Of the hundred that all of them share, forty are left.
    let healed = eventually("the count is shared again", || async {
        match call(&bots[0]).await {
            StatusCode::UNAUTHORIZED => Ok(1),
            status => Err(status.to_string()),
        }
    })
    .await;
    eventually("the other shares it too", || async {
        match call(&bots[1]).await {
            StatusCode::UNAUTHORIZED => Ok(()),
            status => Err(status.to_string()),
        }
    })
    .await;
    assert_eq!(healed + 1 + taken(&bots, 60).await, 40);
}
