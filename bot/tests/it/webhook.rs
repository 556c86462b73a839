//! The webhook: what is refused, what is passed over, what is stored once.

use serde_json::json;
use ubermench_simulator::Inbound;

use crate::harness::{NUMBER, World, notification, sign, sign_with, text, value};

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_not_of_these_bytes_is_refused_and_nothing_stored() {
    let world = World::new().await;
    let bot = world
        .bot(&[("WHATSAPP_PREVIOUS_APP_SECRET", "old-secret")])
        .await;
    let body = notification(&[text("wamid.1", "12025550118", "caf\u{e9} <b> /")]);
    let wire = String::from_utf8(body.clone())
        .unwrap()
        .replace('é', "\\u00e9")
        .replace('/', "\\/");
    let again: serde_json::Value = serde_json::from_str(&wire).unwrap();
    let reserialised = serde_json::to_vec(&again).unwrap();
    assert_ne!(wire.as_bytes(), reserialised);
    for signature in [
        None,
        Some(String::new()),
        Some("sha256=".to_owned()),
        Some(sign(b"other")),
        Some(sign(&reserialised)),
        Some(sign_with("wrong", wire.as_bytes())),
        Some(sign(wire.as_bytes()).replace("sha256=", "sha1=")),
    ] {
        let answer = world
            .post_signed(&bot, wire.as_bytes(), signature.as_deref())
            .await;
        assert_eq!(answer.status(), 401, "{signature:?}");
        assert_eq!(
            answer.json::<serde_json::Value>().await.unwrap()["code"],
            "bad_signature"
        );
    }
    assert_eq!(world.count("select count(*) from inbox").await, 0);
    assert_eq!(world.count("select count(*) from contact").await, 0);
    let old = sign_with("old-secret", wire.as_bytes());
    assert_eq!(
        world
            .post_signed(&bot, wire.as_bytes(), Some(&old))
            .await
            .status(),
        200
    );
    assert_eq!(world.count("select count(*) from inbox").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_post_three_times_gives_one_reply() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let body = notification(&[text("wamid.1", "12025550118", "hola")]);
    let posts = futures::future::join_all((0..3).map(|_| world.post(&bot, &body))).await;
    for answer in posts {
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.json::<serde_json::Value>().await.unwrap(),
            json!({"status": "received"})
        );
    }
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    // Another person's conversation, to be sure that the repeat had its chance.
    world
        .simulator
        .control
        .inbound(Inbound::text("12025550119", "hi").once())
        .await
        .unwrap();
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 4)
        .await;
    assert_eq!(world.count("select count(*) from inbox").await, 2);
    assert_eq!(
        world.simulator.control.sent(Some("12025550118"), 0).len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_json_up_to_three_megabytes_is_taken() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    assert_eq!(world.post(&bot, b"{\"object\":").await.status(), 400);
    assert_eq!(world.post(&bot, b"").await.status(), 400);
    let padded = |size: usize| {
        let mut body = notification(&[text("wamid.big", "12025550118", "hi")]);
        body.resize(size, b' ');
        body
    };
    let limit = 3 * 1024 * 1024;
    let answer = world.post(&bot, &padded(limit + 1)).await;
    assert_eq!(answer.status(), 413);
    assert_eq!(world.count("select count(*) from inbox").await, 0);
    assert_eq!(world.post(&bot, &padded(limit)).await.status(), 200);
    assert_eq!(world.count("select count(*) from inbox").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_this_number_is_acknowledged_and_passed_over() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let mut other = json!({"messages": [text("wamid.other", "12025550118", "hi")]});
    other["metadata"] = json!({"phone_number_id": "999"});
    let bodies = [
        value(other),
        br#"{"object":"page","entry":[]}"#.to_vec(),
        br#"{"object":"whatsapp_business_account"}"#.to_vec(),
        br"[]".to_vec(),
        br"null".to_vec(),
        // Nobody to answer.
        notification(&[json!({"id": "wamid.nobody", "type": "text", "text": {"body": "hi"}})]),
        notification(&[json!({"id": "wamid.short", "from": "12", "type": "text"})]),
    ];
    for body in bodies {
        assert_eq!(
            world.post(&bot, &body).await.status(),
            200,
            "{}",
            String::from_utf8_lossy(&body)
        );
    }
    assert_eq!(world.count("select count(*) from inbox").await, 0);
    assert_eq!(
        bot.metric("webhook_processing_duration_seconds_count{result=\"accepted\"}")
            .await,
        "7"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_with_every_character_are_stored_byte_for_byte() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let message = r#"{"id":"wamid.nul","from":"12025550118","timestamp":"1","type":"te\u0000xt","text":{"body":"a\u0000b\ud83d\ude00"}}"#;
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"changes":[{{"field":"messages","value":{{"metadata":{{"phone_number_id":"{NUMBER}"}},"contacts":[{{"wa_id":"12025550118","profile":{{"name":"N\u0000ul"}}}}],"messages":[{message}]}}}}]}}]}}"#
    );
    assert_eq!(world.post(&bot, body.as_bytes()).await.status(), 200);
    let raw = world
        .texts("select convert_from(raw, 'UTF8') from inbox")
        .await;
    assert_eq!(raw, [message]);
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_unstorable_message_costs_only_itself() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    world
        .execute("alter table inbox add check (wamid <> 'wamid.bad')")
        .await;
    let body = |wamid: &str, from: &str| notification(&[text(wamid, from, "hi")]);
    let mixed = notification(&[
        text("wamid.a", "12025550101", "hi"),
        text("wamid.bad", "12025550102", "hi"),
        text("wamid.b", "12025550103", "hi"),
    ]);
    let posts: Vec<Vec<u8>> = (0..20)
        .map(|n| body(&format!("wamid.{n}"), &format!("1202555{n:04}")))
        .chain([mixed])
        .collect();
    let answers = futures::future::join_all(posts.iter().map(|body| world.post(&bot, body))).await;
    let statuses: Vec<u16> = answers
        .iter()
        .map(|answer| answer.status().as_u16())
        .collect();
    assert_eq!(statuses[..20], [200; 20]);
    assert_eq!(statuses[20], 500);
    assert_eq!(world.count("select count(*) from inbox").await, 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_echoes_the_challenge_of_those_who_know_the_token() {
    let world = World::new().await;
    let bot = world
        .bot(&[("WHATSAPP_PREVIOUS_VERIFY_TOKEN", "old-token")])
        .await;
    let cases = [
        (
            "hub.mode=subscribe&hub.verify_token=simulator-verify-token&hub.challenge=00x%20y",
            200,
        ),
        (
            "hub.mode=subscribe&hub.verify_token=old-token&hub.challenge=1",
            200,
        ),
        (
            "hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1",
            403,
        ),
        ("hub.mode=subscribe&hub.challenge=1", 403),
        (
            "hub.mode=unsubscribe&hub.verify_token=simulator-verify-token&hub.challenge=1",
            403,
        ),
        (
            "hub.mode=subscribe&hub.verify_token=simulator-verify-token",
            400,
        ),
        ("", 403),
    ];
    for (query, status) in cases {
        let answer = bot.get(&format!("/api/webhook?{query}")).await;
        assert_eq!(answer.status(), status, "{query}");
        if query.contains("00x") {
            assert!(
                answer.headers()["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with("text/plain")
            );
            assert_eq!(answer.text().await.unwrap(), "00x y");
        }
    }
    assert!(world.simulator.control.verify_webhook().await.verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_id_follows_a_message_from_webhook_to_replies() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let body = notification(&[text("wamid.1", "12025550118", "hola")]);
    let post = |id: &'static str| {
        let request = world
            .client
            .post(format!("{}/api/webhook", bot.url))
            .body(body.clone());
        request
            .header("x-hub-signature-256", sign(&body))
            .header("x-request-id", id)
            .send()
    };
    let answer = post("Meta-42").await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "Meta-42");
    world
        .until_count(
            "select count(*) from outbox where request_id = 'Meta-42'",
            2,
        )
        .await;
    let answer = post("not a plain id").await.unwrap();
    assert_ne!(answer.headers()["x-request-id"], "not a plain id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_webhooks_shares_commits_and_loses_none() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let before = world.count("select last_value from inbox_batch").await;
    let bodies: Vec<Vec<u8>> = (0..400)
        .map(|n| {
            notification(&[text(
                &format!("wamid.{n}"),
                &format!("1202{:07}", n % 40),
                "hi",
            )])
        })
        .collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| world.post(&bot, body))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let batches = (world.count("select last_value from inbox_batch").await - before) / 1_000_000;
    assert_eq!(world.count("select count(*) from inbox").await, 400);
    assert_eq!(world.count("select count(*) from contact").await, 40);
    assert!(batches < 200, "{batches} commits for 400 webhooks");
    world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
}
