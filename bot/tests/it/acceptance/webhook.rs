//! A01–A12: verification, signatures, limits, batches, restarts, numbers, hostile names.

use std::time::Instant;

use serde_json::{Value, json};
use ubermench_simulator::Inbound;

use super::town::{LUIS, ROSA, Town};
use crate::harness::process::Process;
use crate::harness::{World, notification, sign_with, text, value};

#[tokio::test(flavor = "multi_thread")]
async fn a01_verification_returns_the_bare_challenge_or_403() {
    let town = Town::new().await;
    let ask = |token: &str| {
        town.url(&format!(
            "/api/webhook?hub.mode=subscribe&hub.challenge=11%2022&hub.verify_token={token}"
        ))
    };
    let answer = town
        .world
        .client
        .get(ask("simulator-verify-token"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("text/plain"), "{kind}");
    assert_eq!(answer.text().await.unwrap(), "11 22");
    let answer = town.world.client.get(ask("wrong")).send().await.unwrap();
    assert_eq!(answer.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a02_without_the_right_signature_nothing_happens() {
    let town = Town::new().await;
    let body = br#"{"object": "whatsapp_business_account", "entry": []}"#.to_vec();
    let reserialised =
        serde_json::to_vec(&serde_json::from_slice::<Value>(&body).unwrap()).unwrap();
    let wrong = [
        None,
        Some(sign_with("another secret", &body)),
        Some(crate::harness::sign(&reserialised)),
        Some("sha256=zz".to_owned()),
    ];
    for signature in wrong {
        let answer = town.post_signed(&body, signature.as_deref()).await;
        assert_eq!(answer.status(), 401, "{signature:?}");
    }
    assert!(town.world.simulator.control.sent(None, 0).is_empty());
    assert_eq!(town.world.count("select count(*) from inbox").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a03_odd_whitespace_and_escapes_are_what_was_signed() {
    let town = Town::new().await;
    let body = notification(&[text("wamid.A03", LUIS, "MENU")]);
    let body = String::from_utf8(body).unwrap();
    let odd = body.replace("MENU", "men\\u00fa").replace(':', " :\n\t ");
    assert_eq!(town.post(odd.as_bytes()).await.status(), 200);
    town.phone(LUIS).gets().await.offers(&["service_plumbing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a04_the_eleventh_message_of_a_minute_is_refused_and_later_taken_once() {
    let limits = [
        ("RATE_LIMIT_PER_MINUTE", "10"),
        ("RATE_LIMIT_MINUTE_SECONDS", "4"),
    ];
    let town = Town::with(&limits).await;
    let body = |n: u32| notification(&[text(&format!("wamid.A04.{n}"), LUIS, "hola")]);
    let mut refused = Vec::new();
    for n in 1..=15 {
        let answer = town.post(&body(n)).await;
        if n <= 10 {
            assert_eq!(answer.status(), 200, "message {n}");
        } else {
            assert_eq!(answer.status(), 429, "message {n}");
            let wait: u64 = answer.headers()["retry-after"]
                .to_str()
                .unwrap()
                .parse()
                .unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            let told: Value = answer.json().await.unwrap();
            assert_eq!(told, json!({"error": "rate_limited", "retry_after": wait}));
            refused.push(wait);
        }
    }
    assert_eq!(refused.len(), 5);
    // What was refused is not known, so its redelivery is new.
    crate::harness::eventually("the 11th is taken", || async {
        match town.post(&body(11)).await.status().as_u16() {
            200 => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .await;
    assert_eq!(town.post(&body(11)).await.status(), 200);
    town.settle().await;
    let stored =
        "select count(*) from inbox where wamid = 'wamid.A04.11' and worked_at is not null";
    assert_eq!(town.world.count(stored).await, 1);
    assert!(
        town.metric("rate_limited_messages_total{window=\"minute\"}")
            .await
            >= 5.0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a05_one_persons_limit_is_not_anothers() {
    let town = Town::with(&[("RATE_LIMIT_PER_MINUTE", "10")]).await;
    for n in 0..10 {
        let body = notification(&[text(&format!("wamid.A05.{n}"), LUIS, "hola")]);
        assert_eq!(town.post(&body).await.status(), 200);
    }
    let both = notification(&[
        text("wamid.A05.x", LUIS, "hola"),
        text("wamid.A05.y", ROSA, "hola"),
    ]);
    assert_eq!(town.post(&both).await.status(), 429);
    let rosa = town.phone(ROSA);
    assert_eq!(rosa.gets().await.kinds(), "TL");
    assert_eq!(town.post(&both).await.status(), 429);
    assert_eq!(rosa.gets().await.kinds(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a06_the_same_post_twice_is_one_reply() {
    let town = Town::new().await;
    let body = notification(&[text("wamid.A06", LUIS, "hola")]);
    assert_eq!(town.post(&body).await.status(), 200);
    assert_eq!(town.post(&body).await.status(), 200);
    assert_eq!(town.phone(LUIS).gets().await.kinds(), "TL");
}

#[tokio::test(flavor = "multi_thread")]
async fn a07_every_entry_change_message_and_status_counts() {
    let town = Town::new().await;
    let luis = town.phone(LUIS);
    let sent: Vec<String> = luis
        .types("hola")
        .await
        .0
        .into_iter()
        .filter_map(|it| it.wamid)
        .collect();
    let statuses = |wamid: &str| json!([{"id": wamid, "status": "delivered", "timestamp": "1795133000", "recipient_id": "x"}]);
    let of = |messages: Value, statuses: Value| {
        json!({"field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": crate::harness::NUMBER},
            "messages": messages, "statuses": statuses}})
    };
    let person = |n: u32| {
        text(
            &format!("wamid.A07.{n}"),
            &format!("521550000010{n}"),
            "hola",
        )
    };
    let body = json!({"object": "whatsapp_business_account", "entry": [
        {"id": "1", "changes": [of(json!([person(1), person(2)]), statuses(&sent[0])), of(json!([person(3)]), json!([]))]},
        {"id": "2", "changes": [of(json!([]), statuses(&sent[1])), of(json!([person(4)]), json!([]))]},
    ]});
    assert_eq!(
        town.post(&serde_json::to_vec(&body).unwrap())
            .await
            .status(),
        200
    );
    for n in 1..=4 {
        let got = town.phone(&format!("521550000010{n}")).gets().await;
        assert_eq!(got.kinds(), "TL", "person {n}");
    }
    town.world
        .until_count(
            "select count(*) from outbox where delivery = 'delivered'",
            2,
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a08_signed_garbage_is_400_and_harms_nothing() {
    let town = Town::new().await;
    assert_eq!(town.post(b"{\"object\": ").await.status(), 400);
    assert_eq!(town.phone(LUIS).types("hola").await.kinds(), "TL");
}

#[tokio::test(flavor = "multi_thread")]
async fn a09_what_was_acknowledged_is_answered_after_a_crash() {
    let world = World::new().await;
    let process = Process::serve(&world.environment()).await;
    let body = notification(&[text("wamid.A09", LUIS, "hola")]);
    let answer = world
        .client
        .post(format!("{}/api/webhook", process.url))
        .header("x-hub-signature-256", crate::harness::sign(&body))
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    process.kill().await;
    let _bot = world.bot(&[]).await;
    let got = world
        .simulator
        .control
        .wait_got(LUIS, "Handy", crate::harness::LIMIT)
        .await;
    got.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a10_mexican_numbers_are_one_person_in_both_forms() {
    let town = Town::new().await;
    town.customer("525500000001", "Luis").await;
    town.world
        .execute("update conversation set state = null, expires_at = null")
        .await;
    let luis = town.phone("5215500000001");
    luis.looks();
    let got = luis.types("hola").await;
    got.tells(&["Luis"]);
    assert!(
        got.0
            .iter()
            .all(|sent| sent.payload["to"] == "525500000001")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a_name_is_never_part_of_a_statement() {
    let town = Town::new().await;
    let name = "Robert'); DROP TABLE users;--";
    town.customer(LUIS, name).await;
    assert_eq!(town.world.texts("select name from users").await, [name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a12_scripts_reach_no_reader() {
    let town = Town::new().await;
    let rosa = town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    luis.taps("btn_book_provider").await;
    luis.types("Calle Luna 5").await;
    luis.types("<script>alert(1)</script>Leak").await;
    let offer = rosa.gets().await;
    offer.tells(&["Leak"]);
    assert!(!offer.text().contains('<'), "{}", offer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn large_deep_and_foreign_bodies_are_answered_at_once() {
    let town = Town::new().await;
    let started = Instant::now();
    let deep = "[".repeat(3_000_000);
    assert_eq!(town.post(deep.as_bytes()).await.status(), 400);
    let large = vec![b' '; 3 * 1024 * 1024 + 1];
    assert_eq!(town.post(&large).await.status(), 413);
    let foreign = value(
        json!({"metadata": {"phone_number_id": "1"}, "messages": [text("wamid.f", LUIS, "hola")]}),
    );
    assert_eq!(town.post(&foreign).await.status(), 200);
    assert!(started.elapsed().as_secs() < 10);
    assert_eq!(town.world.count("select count(*) from inbox").await, 0);
    let luis = town.phone(LUIS);
    luis.says(Inbound::text(LUIS, "hola")).await;
    assert_eq!(luis.gets().await.kinds(), "TL");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_signatures_is_slowed_down() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    for n in 0..61 {
        let answer = world.post_signed(&bot, b"{}", Some("sha256=00")).await;
        assert_eq!(answer.status(), if n < 60 { 401 } else { 429 }, "post {n}");
    }
    let body = notification(&[text("wamid.signed", LUIS, "hola")]);
    assert_eq!(
        world.post(&bot, &body).await.status(),
        200,
        "Meta has no such limit"
    );
}
