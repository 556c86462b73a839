//! Feature flags: switched here, seen everywhere within a second.

use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use super::{ADMIN, Desk, seed};
use crate::harness::{notification, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_holds_from_the_next_message_on() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let phone = "525550001001";
    let user = seed::customer(world, "Luis", phone).await;
    let other = world.bot(&ADMIN).await;
    for (number, (switch, registers)) in [
        (json!({"enabled": false}), false),
        (json!({"enabled": true, "percentage": 0}), false),
        (json!({"allowed": [user, user]}), true),
    ]
    .into_iter()
    .enumerate()
    {
        let (status, row) = desk.put("flags/provider_registration", switch).await;
        assert_eq!(
            (status, &row["updated_by"]),
            (StatusCode::OK, &json!("ana"))
        );
        let wamid = format!("wamid.{number}");
        let body = notification(&[text(&wamid, phone, "register provider")]);
        assert_eq!(world.post(&other, &body).await.status(), 200);
        let worked =
            format!("select count(*) from inbox where wamid = '{wamid}' and worked_at is not null");
        world.until_count(&worked, 1).await;
        let begun =
            "select count(*) from conversation where state::text like '%AWAITING_PROVIDER_NAME%'";
        assert_eq!(world.count(begun).await == 1, registers, "{row}");
    }
    other.app.stop().await;
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_switches_are_refused_and_right_ones_are_on_record() {
    let desk = Desk::new().await;
    for (name, body, code) in [
        ("templates", json!({"percentage": 101}), 400),
        ("templates", json!({"percentage": -1}), 400),
        ("templates", json!({"enable": false}), 400),
        ("templates", json!({"allowed": ["ana"]}), 400),
        ("templates", json!({"allowed": [Uuid::nil()]}), 409),
        ("teleport", json!({"enabled": false}), 404),
        ("templates", json!({"percentage": 25}), 200),
    ] {
        let (status, answer) = desk.put(&format!("flags/{name}"), body).await;
        assert_eq!(status.as_u16(), code, "{answer}");
    }
    let names = desk.get("flags").await;
    let names: Vec<&str> = names["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flag| flag["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "media_relay",
            "notify_me",
            "provider_registration",
            "templates"
        ]
    );
    let trail = desk.get("audit").await;
    assert_eq!(trail["pagination"]["total"], 1);
    let entry = &trail["data"][0];
    assert_eq!(
        (&entry["subject"], &entry["action"]),
        (&json!("templates"), &json!("flag_switched"))
    );
    assert_eq!(
        (
            &entry["before"]["percentage"],
            &entry["after"]["percentage"]
        ),
        (&json!(100), &json!(25))
    );
    desk.bot.app.stop().await;
}
