//! A65–A70: health, metrics, logs, the admin, retention.

use reqwest::Method;
use serde_json::{Value, json};

use super::journey::Journey;
use super::town::{ADMINISTERED, LUIS, PASSWORD, PIA, ROSA, Town};
use crate::harness::proxy::Proxy;
use crate::harness::{World, process};

#[tokio::test(flavor = "multi_thread")]
async fn a65_health_says_what_is_away() {
    let world = World::new().await;
    let url = world.database_url();
    let server = url
        .split('@')
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let proxy = Proxy::to(server.clone()).await;
    let through = url.replace(&server, &proxy.address.to_string());
    let bot = world.bot(&[("DATABASE_URL", &through)]).await;
    let health: Value = bot.get("/health").await.json().await.unwrap();
    assert_eq!(health["status"], "ok");
    assert_eq!(
        health["checks"],
        json!({"database": "ok", "redis": "ok", "whatsapp_api": "ok"})
    );
    assert!(health["uptime"].is_number() && health["timestamp"].is_string());
    assert_eq!(
        bot.get("/health/live").await.json::<Value>().await.unwrap(),
        json!({"status": "ok"})
    );
    assert_eq!(
        bot.get("/health/ready")
            .await
            .json::<Value>()
            .await
            .unwrap(),
        json!({"status": "ready"})
    );
    proxy.cut();
    let down = bot.get("/health").await;
    assert_eq!(down.status(), 503);
    let down: Value = down.json().await.unwrap();
    assert_eq!(
        (&down["status"], &down["checks"]["database"]),
        (&json!("error"), &json!("error"))
    );
    assert_eq!(bot.get("/health/ready").await.status(), 503);
    assert_eq!(bot.get("/health/live").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a66_the_six_metrics_are_there_and_grow() {
    let town = Town::new().await;
    let received = "whatsapp_messages_received_total{type=\"text\"}";
    let sent = "whatsapp_messages_sent_total{outcome=\"accepted\",type=\"text\"}";
    let before = (town.metric(received).await, town.metric(sent).await);
    for name in [
        "# TYPE whatsapp_messages_sent_total counter",
        "# TYPE whatsapp_messages_received_total counter",
        "# TYPE active_sessions gauge",
        "# TYPE service_requests_created_total counter",
        "# TYPE provider_responses_duration_seconds histogram",
        "# TYPE webhook_processing_duration_seconds histogram",
    ] {
        town.replicas[0].metric(name).await;
    }
    town.phone(LUIS).types("hola").await;
    let after = (town.metric(received).await, town.metric(sent).await);
    assert_eq!((after.0 - before.0, after.1 - before.1), (1.0, 1.0));
}

/// From registration to a rating.
const WHOLE_JOURNEY: [(&str, &str); 18] = [
    (ROSA, "register provider"),
    (ROSA, "Rosalinda"),
    (ROSA, "service_plumbing"),
    (ROSA, "btn_continue"),
    (ROSA, "Twentyfour years of pipes"),
    (ROSA, "go online"),
    (LUIS, "service_plumbing"),
    (LUIS, "Ludovico"),
    (LUIS, "provider_*"),
    (LUIS, "btn_book_provider"),
    (LUIS, "Callejuela 99"),
    (LUIS, "Kitchensink"),
    (ROSA, "btn_accept_request_*"),
    (LUIS, "btn_start_chat_*"),
    (LUIS, "Hellothere"),
    (ROSA, "complete"),
    (LUIS, "rating_ok_*"),
    (LUIS, "Marvellous"),
];
const SECRETS: [&str; 11] = [
    "5500000001",
    "5500000002",
    "Rosalinda",
    "Ludovico",
    "Callejuela",
    "Kitchensink",
    "Hellothere",
    "Marvellous",
    "Twentyfour",
    "simulator-access-token",
    "simulator-app-secret",
];

#[tokio::test(flavor = "multi_thread")]
async fn a67_logs_tell_what_happened_and_nothing_of_whom() {
    let world = World::new().await;
    let journey = Journey::start(&world, &world.environment()).await;
    for (phone, words) in WHOLE_JOURNEY {
        journey.says(phone, words).await;
    }
    let rated = world.count("select count(*) from rating").await;
    assert_eq!(rated, 1, "the journey went to its end");
    let lines = journey.process.lines();
    for secret in SECRETS {
        let line = lines.iter().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the logs");
    }
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |event: &str| {
        lines
            .iter()
            .filter(move |line| line["event"] == *event)
            .collect::<Vec<_>>()
    };
    for event in [
        "webhook_received",
        "message_sent",
        "state_transition",
        "provider_notified",
        "request_accepted",
    ] {
        let found = of(event);
        assert!(!found.is_empty(), "no {event}");
        assert!(
            found.iter().all(|line| line["request_id"].is_string()),
            "{found:?}"
        );
    }
    let steps = of("state_transition");
    let step = steps.iter().find(|line| line["phone"].is_string()).unwrap();
    assert!(step["phone"].as_str().unwrap().starts_with("***"), "{step}");
    assert!(step["state"].is_string() && step["next_state"].is_string());
    // One id from the webhook to what came of it elsewhere.
    let id = &of("request_accepted")[0]["request_id"];
    let traced = |event: &str| {
        of(event)
            .iter()
            .filter(|line| line["request_id"] == *id)
            .count()
    };
    assert!(
        traced("webhook_received") == 1 && traced("message_sent") >= 2,
        "{id}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a68_the_admin_needs_a_password_and_counts_what_is_there() {
    let town = Town::with(ADMINISTERED).await;
    town.booked().await;
    assert_eq!(town.get("/api/admin/dashboard").await.status(), 401);
    let login = async |password: &str| {
        let body = json!({"username": "admin", "password": password});
        let sent = town
            .world
            .client
            .post(town.url("/api/admin/login"))
            .json(&body)
            .send();
        sent.await.unwrap().status().as_u16()
    };
    assert_eq!(login("wrong").await, 401);
    assert_eq!(login(PASSWORD).await, 200);
    let (status, dashboard) = town.admin(Method::GET, "dashboard", None).await;
    assert_eq!(status, 200);
    for (field, expected) in [
        ("total_users", 2),
        ("total_customers", 1),
        ("total_providers", 1),
        ("providers_online", 1),
        ("active_requests", 1),
    ] {
        assert_eq!(dashboard[field], expected, "{field} in {dashboard}");
    }
    let (_, users) = town.admin(Method::GET, "users?search=Luis", None).await;
    assert_eq!(users["data"][0]["phone"], "***0001");
    assert_eq!(users["pagination"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a69_a_disabled_provider_is_gone_at_once() {
    let town = Town::with(ADMINISTERED).await;
    town.provider(PIA, "Pia", &["plumbing"]).await;
    let (luis, rosa, rid) = town.booked().await;
    let id = town
        .world
        .texts("select id::text from provider_profile where display_name = 'Rosa'")
        .await
        .remove(0);
    let body = Some(json!({"enabled": false}));
    let (status, _) = town
        .admin(Method::PUT, &format!("providers/{id}/status"), body)
        .await;
    assert_eq!(status, 200);
    let told = luis.awaits(&format!("btn_see_other_providers_{rid}")).await;
    assert!(!told.0.is_empty());
    assert_eq!(town.status(&rid).await, "searching");
    let list = luis.taps(&format!("btn_see_other_providers_{rid}")).await;
    assert!(
        list.says("Pia")
            && list
                .rows()
                .iter()
                .all(|(_, title, _)| !title.contains("Rosa"))
    );
    rosa.looks();
    rosa.types("go online").await;
    let ana = town.customer("5215500000004", "Ana").await;
    assert!(!ana.taps("service_plumbing").await.says("Rosa"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a70_retention_keeps_ratings_and_may_be_repeated() {
    let town = Town::new().await;
    let (luis, _rosa, rid) = town.completed().await;
    luis.taps(&format!("rating_great_{rid}")).await;
    luis.taps(&format!("star_5_{rid}")).await;
    luis.types("skip").await;
    town.world
        .execute(
            "update service_request set completed_at = now() - interval '366 days', updated_at = now() - interval '366 days',
                    created_at = now() - interval '366 days';
             update inbox set accepted_at = now() - interval '91 days', worked_at = now() - interval '91 days';
             update outbox set created_at = now() - interval '91 days', ended_at = now() - interval '91 days'",
        )
        .await;
    for _ in 0..2 {
        let output = process::run("cleanup", &town.world.environment()).await;
        assert!(output.status.success(), "{output:?}");
    }
    assert_eq!(
        town.world
            .count("select count(*) from service_request")
            .await,
        0
    );
    assert_eq!(town.world.count("select count(*) from outbox").await, 0);
    assert_eq!(
        town.world
            .count("select count(*) from rating where request_id is null and stars = 5")
            .await,
        1
    );
    let average = "select rating_hundredths || '/' || rating_count from provider_profile";
    assert_eq!(town.world.texts(average).await, ["500/1"]);
}
