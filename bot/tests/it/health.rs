//! Probes and metrics.

use serde_json::Value;

use crate::harness::{World, eventually, notification, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_bot_says_so_in_every_form() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let health: Value = bot.get("/health").await.json().await.unwrap();
    assert_eq!(health["status"], "ok");
    for check in ["database", "redis", "whatsapp_api"] {
        assert_eq!(health["checks"][check], "ok", "{health}");
    }
    assert!(health["uptime"].is_u64() && health["timestamp"].as_str().unwrap().ends_with('Z'));
    let live: Value = bot.get("/health/live").await.json().await.unwrap();
    assert_eq!(live, serde_json::json!({"status": "ok"}));
    let ready: Value = bot.get("/health/ready").await.json().await.unwrap();
    assert_eq!(ready, serde_json::json!({"status": "ready"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_a_port_of_their_own_and_the_gauges_follow() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    assert_eq!(bot.get("/metrics").await.status(), 404);
    let body = notification(&[text("wamid.1", "12025550118", "hi")]);
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    eventually("the session is counted", || async {
        let sessions = bot.metric("active_sessions").await;
        if sessions == "1" {
            Ok(())
        } else {
            Err(sessions)
        }
    })
    .await;
    assert_eq!(
        bot.metric("whatsapp_messages_received_total{type=\"text\"}")
            .await,
        "1"
    );
    assert_eq!(
        bot.metric("http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}")
            .await,
        "1"
    );
    assert_ne!(
        bot.metric("db_query_duration_seconds_count{outcome=\"ok\"}")
            .await,
        "0"
    );
    assert_eq!(bot.metric("owns_work").await, "1");
}
