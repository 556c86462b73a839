//! Two replicas at once: each conversation in order, each message once.

use ubermench_simulator::Outcome;

use crate::harness::{World, notification, text};

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_keep_every_conversation_in_order() {
    let world = World::new().await;
    let bots = [world.bot(&[]).await, world.bot(&[]).await];
    let people: Vec<String> = (0..20).map(|n| format!("120255502{n:02}")).collect();
    let words = ["hi", "plumbing", "Tom Reed", "menu", "help", "cancel"];
    let talk = |person: usize| {
        let (world, bots, people) = (&world, &bots, &people);
        async move {
            for (turn, word) in words.iter().enumerate() {
                let body = notification(&[text(
                    &format!("wamid.{person}.{turn}"),
                    &people[person],
                    word,
                )]);
                let bot = &bots[(person + turn) % 2];
                assert_eq!(world.post(bot, &body).await.status(), 200);
            }
        }
    };
    futures::future::join_all((0..people.len()).map(talk)).await;
    world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
    world
        .until_count("select count(*) from outbox where state = 'pending'", 0)
        .await;
    // Everybody had the same talk, so everybody got the same answers in the same order.
    let sent = world.simulator.control.sent(None, 0);
    assert!(sent.iter().all(|sent| sent.outcome == Outcome::Accepted));
    let talk_of = |person: &str| -> Vec<serde_json::Value> {
        let own = sent.iter().filter(|sent| sent.to == person);
        own.map(|sent| {
            let mut payload = sent.payload.clone();
            payload["to"] = serde_json::Value::Null;
            payload
        })
        .collect()
    };
    let first = talk_of(&people[0]);
    assert!(first.len() >= 8, "{first:?}");
    for person in &people {
        assert_eq!(talk_of(person), first, "{person}");
    }
    assert_eq!(
        world
            .count("select count(*) from users where name = 'Tom Reed'")
            .await,
        20
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_away_only_slows() {
    let world = World::new().await;
    let bot = world.bot(&[("REDIS_URL", "redis://127.0.0.1:1")]).await;
    let other = world.bot(&[("REDIS_URL", "redis://127.0.0.1:1")]).await;
    let body = notification(&[text("wamid.1", "12025550118", "hi")]);
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    let health: serde_json::Value = other.get("/health").await.json().await.unwrap();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["checks"]["redis"], "error");
}
