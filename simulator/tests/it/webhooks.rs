//! What reaches the bot: signed bytes, in order, again when not taken, and statuses.

use secrecy::SecretString;
use serde_json::json;
use ubermench_simulator::{Inbound, sign};

use crate::bot::Bot;
use crate::{Graph, LIMIT, list_to, simulator};

const ANA: &str = "5215500001001";

#[tokio::test]
async fn a_text_arrives_signed_as_on_the_wire() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let text = Inbound::text(ANA, "¿Señal <ya>? 50% a/b @casa 😀").profile("Ana Torres");
    let receipt = simulator.control.inbound(text).await.unwrap();
    assert_eq!((receipt.webhook_status, receipt.attempts), (Some(200), 1));
    let webhook = bot.saw(1).await.remove(0);
    let wire = String::from_utf8(webhook.body.to_vec()).unwrap();
    assert!(
        wire.contains(r"\u00bfSe\u00f1al \u003Cya>? 50\u0025 a\/b \u0040casa \ud83d\ude00"),
        "{wire}"
    );
    let secret = SecretString::from("simulator-app-secret");
    assert_eq!(webhook.signature, sign(&webhook.body, &secret));
    assert_eq!(webhook.content_type, "application/json");
    let value = webhook.value();
    assert_eq!(value["metadata"]["phone_number_id"], "106540352242922");
    assert_eq!(value["contacts"][0]["profile"]["name"], "Ana Torres");
    assert_eq!(value["contacts"][0]["wa_id"], ANA);
    let message = &value["messages"][0];
    assert_eq!(
        (&message["from"], &message["id"]),
        (&json!(ANA), &json!(receipt.wamid))
    );
    assert_eq!(message["from_user_id"], value["contacts"][0]["user_id"]);
    assert!(
        message["timestamp"]
            .as_str()
            .unwrap()
            .parse::<i64>()
            .unwrap()
            > 1_700_000_000
    );
}

#[tokio::test]
async fn a_tap_is_completed_from_the_list_it_is_on() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator.control.set_status_webhooks(false);
    let graph = Graph::of(&simulator);
    // The bot answers to 52 and ten digits what 521 and ten digits wrote.
    simulator
        .control
        .inbound(Inbound::text(ANA, "hola"))
        .await
        .unwrap();
    let answer = graph.post(&list_to("+525500001001")).await.unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(answer["contacts"][0]["wa_id"], ANA);
    simulator
        .control
        .inbound(Inbound::tap(ANA, "service_plumbing"))
        .await
        .unwrap();
    let message = bot.saw(2).await[1].value()["messages"][0].clone();
    assert_eq!(
        message["interactive"],
        json!({"type": "list_reply", "list_reply": {"id": "service_plumbing", "title": "Plumbing",
            "description": "Leaks and pipes"}})
    );
    assert_eq!(message["context"]["id"], answer["messages"][0]["id"]);
}

#[tokio::test]
async fn raw_messages_keep_what_they_say() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let raw = json!({"type": "reaction", "id": "wamid.MINE", "timestamp": "5",
        "reaction": {"message_id": "wamid.B", "emoji": "👍"}});
    let raw = Inbound::raw("US.5501", raw.as_object().unwrap().clone());
    assert_eq!(
        simulator.control.inbound(raw).await.unwrap().wamid,
        "wamid.MINE"
    );
    let value = bot.saw(1).await[0].value();
    assert_eq!(value["messages"][0]["timestamp"], "5");
    assert_eq!(value["messages"][0]["from"], serde_json::Value::Null);
    assert_eq!(value["messages"][0]["from_user_id"], "US.5501");
}

#[tokio::test]
async fn what_is_not_taken_comes_again_and_later_messages_wait() {
    let bot = Bot::answering(&[503, 201, 429]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let say = |text: &str| simulator.control.inbound(Inbound::text(ANA, text));
    let (first, second) = tokio::join!(biased; say("1"), say("2"));
    assert_eq!(first.unwrap().attempts, 4);
    assert_eq!(second.unwrap().attempts, 1);
    let seen = bot.saw(5).await;
    let order: Vec<_> = seen
        .iter()
        .map(|webhook| (webhook.short(), webhook.status))
        .collect();
    let expected = [
        ("text 1", 503),
        ("text 1", 201),
        ("text 1", 429),
        ("text 1", 200),
        ("text 2", 200),
    ];
    assert_eq!(
        order,
        expected.map(|(text, status)| (text.to_owned(), status))
    );
    assert!(
        seen.windows(2)
            .take(3)
            .all(|pair| pair[0].body == pair[1].body)
    );
}

#[tokio::test]
async fn retries_are_bounded_and_can_be_off() {
    let bot = Bot::answering(&[500; 5]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let receipt = simulator
        .control
        .inbound(Inbound::text(ANA, "1"))
        .await
        .unwrap();
    assert_eq!((receipt.webhook_status, receipt.attempts), (Some(500), 4));
    let receipt = simulator
        .control
        .inbound(Inbound::text(ANA, "2").once())
        .await
        .unwrap();
    assert_eq!((receipt.webhook_status, receipt.attempts), (Some(500), 1));
    let receipt = simulator
        .control
        .inbound(Inbound::text(ANA, "3"))
        .await
        .unwrap();
    assert_eq!(receipt.webhook_status, Some(200));
    let stats = simulator.control.stats();
    assert_eq!((stats.webhooks_given_up, stats.webhook_failures), (2, 5));
    assert_eq!((stats.webhooks_delivered, stats.webhooks_queued), (1, 0));
}

#[tokio::test]
async fn people_do_not_wait_for_each_other() {
    let bot = Bot::answering(&[500; 3]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let everyone = (0..50).map(|n| {
        let text = Inbound::text(format!("1202555{n:04}"), "hello");
        simulator.control.inbound(text)
    });
    let receipts = futures::future::join_all(everyone).await;
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.as_ref().unwrap().webhook_status == Some(200))
    );
    assert_eq!(bot.saw(53).await.len(), 53);
}

#[tokio::test]
async fn sends_are_reported_sent_and_delivered() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let wamid = Graph::of(&simulator).text(ANA, "hola").await;
    let seen = bot.saw(2).await;
    let order: Vec<_> = seen.iter().map(crate::bot::Webhook::short).collect();
    assert_eq!(
        order,
        [format!("sent {wamid}"), format!("delivered {wamid}")]
    );
    let status = &seen[1].value()["statuses"][0];
    assert_eq!(status["recipient_id"], ANA);
    simulator.control.set_status_webhooks(false);
    Graph::of(&simulator).text(ANA, "no report").await;
    let body = b"{\"last\":1}".to_vec();
    let receipt = simulator.control.notify(body.clone(), false).await;
    assert_eq!(receipt.webhook_status, Some(200));
    let seen = bot.saw(3).await;
    assert_eq!((seen.len(), &seen[2].body[..]), (3, &body[..]));
}

#[tokio::test]
async fn the_webhook_is_verified_as_meta_does() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    assert!(simulator.control.verify_webhook().await.verified);
    let elsewhere = format!("{}/healthz", simulator.url());
    simulator.control.set_webhook_url(Some(&elsewhere)).unwrap();
    let verification = simulator.control.verify_webhook().await;
    assert_eq!(
        (verification.verified, verification.status),
        (false, Some(200))
    );
    assert!(simulator.control.set_webhook_url(Some("mailto:x")).is_err());
}

#[tokio::test]
async fn a_bot_that_is_away_gets_its_message_later() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(None).await;
    // Nothing listens on port 1.
    simulator
        .control
        .set_webhook_url(Some("http://127.0.0.1:1/"))
        .unwrap();
    let once = simulator
        .control
        .inbound(Inbound::text(ANA, "1").once())
        .await
        .unwrap();
    assert_eq!((once.webhook_status, once.attempts), (None, 1));
    let later = simulator.control.inbound(Inbound::text(ANA, "2"));
    tokio::pin!(later);
    let failures = async {
        while simulator.control.stats().webhook_failures < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        receipt = &mut later => panic!("{receipt:?}"),
        waited = tokio::time::timeout(LIMIT, failures) => waited.unwrap(),
    }
    simulator.control.set_webhook_url(Some(&bot.url)).unwrap();
    assert_eq!(later.await.unwrap().webhook_status, Some(200));
    assert_eq!(bot.saw(1).await[0].short(), "text 2");
}
