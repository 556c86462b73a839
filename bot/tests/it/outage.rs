//! The database goes away and comes back.

use crate::harness::proxy::Proxy;
use crate::harness::{World, eventually, notification, text};

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_get_503_while_the_database_is_away_and_all_heals_by_itself() {
    let world = World::new().await;
    let url = world.database_url();
    let server = url.split('@').nth(1).unwrap().split('/').next().unwrap();
    let proxy = Proxy::to(server.to_owned()).await;
    let through = url.replace(server, &proxy.address.to_string());
    let bot = world.bot(&[("DATABASE_URL", &through)]).await;
    let body = |n: u32| notification(&[text(&format!("wamid.{n}"), "12025550118", "hi")]);
    assert_eq!(world.post(&bot, &body(1)).await.status(), 200);
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;

    proxy.cut();
    assert_eq!(world.post(&bot, &body(2)).await.status(), 503);
    assert_eq!(bot.get("/health/live").await.status(), 200);
    // A dependency that all pods share must not empty the Service.
    assert_eq!(bot.get("/health/pod").await.status(), 200);
    let started = std::time::Instant::now();
    let ready = bot.get("/health/ready").await;
    assert_eq!(ready.status(), 503);
    assert!(started.elapsed() < std::time::Duration::from_secs(2));
    assert_eq!(
        ready.json::<serde_json::Value>().await.unwrap()["status"],
        "not_ready"
    );
    let health = bot.get("/health").await;
    assert_eq!(health.status(), 503);
    let health: serde_json::Value = health.json().await.unwrap();
    assert_eq!(
        (&health["status"], &health["checks"]["database"]),
        (&"error".into(), &"error".into())
    );

    proxy.mend();
    eventually("webhooks are taken again", || async {
        let status = world.post(&bot, &body(2)).await.status();
        if status == 200 {
            Ok(())
        } else {
            Err(status.to_string())
        }
    })
    .await;
    world
        .until_count("select count(*) from inbox where worked_at is not null", 2)
        .await;
    world
        .until_count("select count(*) from outbox where state = 'pending'", 0)
        .await;
    assert_eq!(bot.get("/health/ready").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_starts_before_its_database_waits_for_it() {
    let world = World::new().await;
    let url = world.database_url();
    let server = url.split('@').nth(1).unwrap().split('/').next().unwrap();
    let proxy = Proxy::to(server.to_owned()).await;
    proxy.cut();
    let bot = world
        .starting_bot(&[(
            "DATABASE_URL",
            &url.replace(server, &proxy.address.to_string()),
        )])
        .await;
    assert_eq!(bot.get("/health/live").await.status(), 200);
    assert_eq!(bot.get("/health/pod").await.status(), 503);
    proxy.mend();
    bot.until_ready().await;
}
