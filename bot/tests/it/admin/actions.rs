//! What admins change, and which conversations hear of it.

use reqwest::StatusCode;
use serde_json::json;

use super::{Desk, seed};
use crate::harness::{notification, text};

const LUIS: &str = "525550001001";
const ROSA: &str = "525550001002";

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_provider_hears_of_it_and_who_waits_hears_when_enabled_again() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis", LUIS).await;
    let (user, rosa) = seed::provider(world, "Rosa", ROSA, "plumbing").await;
    let path = format!("providers/{rosa}/status");
    let (status, body) = desk.put(&path, json!({"enabled": false})).await;
    assert_eq!((status, &body["enabled"]), (StatusCode::OK, &json!(false)));
    assert_eq!(seed::heard(world, user).await, ["profile_disabled"]);
    // The same again changes nothing and tells nobody.
    desk.put(&path, json!({"enabled": false})).await;
    assert_eq!(seed::heard(world, user).await.len(), 1);
    world
        .execute(&format!(
            "insert into notify_me values ('{luis}', 'plumbing', now() + interval '1 day'),
                                          ('{user}', 'plumbing', now() + interval '1 day')"
        ))
        .await;
    desk.put(&path, json!({"enabled": true})).await;
    assert_eq!(seed::heard(world, luis).await, ["provider_available"]);
    assert_eq!(
        world.count("select count(*) from notify_me").await,
        1,
        "their own wish stays"
    );
    for (body, code) in [(json!({}), 400), (json!({"enabled": "x"}), 400)] {
        assert_eq!(desk.put(&path, body).await.0, code);
    }
    let trail = desk.get("audit").await;
    assert_eq!(trail["pagination"]["total"], 2);
    assert_eq!(trail["data"][0]["actor"], "ana");
    assert_eq!(trail["data"][0]["after"], json!({"enabled": true}));
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_is_heard_by_the_person_and_can_be_undone() {
    let desk = Desk::new().await;
    let luis = seed::customer(&desk.world, "Luis", LUIS).await;
    let path = format!("users/{luis}/status");
    let (status, body) = desk.put(&path, json!({"status": "blocked"})).await;
    assert_eq!(
        (status, &body["status"]),
        (StatusCode::OK, &json!("blocked"))
    );
    assert_eq!(seed::heard(&desk.world, luis).await, ["blocked"]);
    assert_eq!(desk.put(&path, json!({"status": "erased"})).await.0, 400);
    assert_eq!(desk.put(&path, json!({"status": "active"})).await.0, 200);
    assert_eq!(
        desk.get("users?status=blocked").await["pagination"]["total"],
        0
    );
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_ended_only_as_its_life_allows() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis", LUIS).await;
    let (_, rosa) = seed::provider(world, "Rosa", ROSA, "plumbing").await;
    for (from, to, code) in [
        ("created", "completed", 409),
        ("searching", "completed", 409),
        ("completed", "cancelled", 409),
        ("cancelled", "cancelled", 409),
        ("created", "cancelled", 200),
        ("searching", "cancelled", 200),
        ("created", "searching", 400),
    ] {
        let id = seed::request(world, luis, rosa, from).await;
        let (status, body) = desk
            .put(&format!("requests/{id}/status"), json!({"status": to}))
            .await;
        assert_eq!(status.as_u16(), code, "{from} to {to}: {body}");
        if code == 200 {
            assert_eq!(body["cancel_reason"], "admin");
            let offer = &body["assignments"][0]["status"];
            assert_eq!(
                offer,
                if from == "created" {
                    "cancelled"
                } else {
                    "rejected"
                }
            );
        }
    }
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_parties_hear_of_the_end_and_of_their_chats_end() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis", LUIS).await;
    let (user, rosa) = seed::provider(world, "Rosa", ROSA, "plumbing").await;
    let waiting = seed::customer(world, "Ana", "525550001003").await;
    let id = seed::request(world, luis, rosa, "provider_assigned").await;
    let other = seed::request(world, waiting, rosa, "provider_assigned").await;
    seed::chat(world, id, "hi").await;
    world
        .execute(&format!(
            "insert into chat_wait select b.contact_id, w.contact_id, '{other}'
             from users b, users w where b.id = '{user}' and w.id = '{waiting}'"
        ))
        .await;
    let (status, body) = desk
        .put(
            &format!("requests/{id}/status"),
            json!({"status": "completed"}),
        )
        .await;
    assert_eq!(
        (status, &body["status"]),
        (StatusCode::OK, &json!("completed"))
    );
    assert!(body["completed_at"].is_string());
    assert_eq!(body["assignments"][0]["status"], "accepted");
    assert_eq!(seed::heard(world, luis).await, ["chat_ended", "completed"]);
    assert_eq!(seed::heard(world, user).await, ["chat_ended", "completed"]);
    assert_eq!(seed::heard(world, waiting).await, ["chat_free"]);
    for (told, words) in [
        (luis, "The chat with *Rosa Pro* is closed"),
        (luis, &format!("rating_great_{id}")),
        (user, "The chat with *Luis* is closed"),
        (user, "marked *Plumbing* for Luis as completed"),
    ] {
        seed::until_told(world, told, words).await;
    }
    assert_eq!(world.count("select count(*) from chat_member").await, 0);
    assert_eq!(
        world
            .count("select total_jobs::bigint from provider_profile")
            .await,
        1
    );
    let again = desk
        .put(
            &format!("requests/{id}/status"),
            json!({"status": "completed"}),
        )
        .await;
    assert_eq!(again.0, StatusCode::CONFLICT);
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_provider_is_disabled_may_choose_another_and_whose_request_is_cancelled_is_told() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis", LUIS).await;
    let (user, rosa) = seed::provider(world, "Rosa", ROSA, "plumbing").await;
    let id = seed::request(world, luis, rosa, "created").await;
    let disabled = desk
        .put(
            &format!("providers/{rosa}/status"),
            json!({"enabled": false}),
        )
        .await;
    assert_eq!(disabled.0, StatusCode::OK);
    let others = format!("btn_see_other_providers_{id}");
    seed::until_told(world, luis, &others).await;
    let request = desk.get(&format!("requests/{id}")).await;
    assert_eq!(
        (&request["status"], &request["provider"]),
        (&json!("searching"), &json!(null))
    );
    world
        .execute("update provider_profile set is_online = false")
        .await;
    let body = notification(&[text("wamid.online", ROSA, "go online")]);
    assert_eq!(world.post(&desk.bot, &body).await.status(), 200);
    world
        .until_count(
            "select count(*) from inbox where wamid = 'wamid.online' and worked_at is not null",
            1,
        )
        .await;
    assert_eq!(
        world
            .count("select count(*) from provider_profile where is_online")
            .await,
        0
    );
    let assigned = seed::request(world, luis, rosa, "provider_assigned").await;
    let sent = |user| {
        format!(
            "select count(*) from outbox o join users u on u.contact_id = o.contact_id where u.id = '{user}'"
        )
    };
    let before = (
        world.count(&sent(luis)).await,
        world.count(&sent(user)).await,
    );
    let cancelled = desk
        .put(
            &format!("requests/{assigned}/status"),
            json!({"status": "cancelled"}),
        )
        .await;
    assert_eq!(cancelled.0, StatusCode::OK);
    world.until_count(&sent(luis), before.0 + 1).await;
    world.until_count(&sent(user), before.1 + 1).await;
    desk.bot.app.stop().await;
}
