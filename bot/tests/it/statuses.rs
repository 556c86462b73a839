//! What Meta tells about our messages: never backwards, whatever the order.

use serde_json::{Value, json};
use ubermench_simulator::{Fault, Inbound};

use crate::harness::{LIMIT, World, value};

const TOM: &str = "12025550118";

fn status(wamid: &str, status: &str) -> Value {
    let mut body =
        json!({"id": wamid, "status": status, "timestamp": "1795133000", "recipient_id": TOM});
    if status == "failed" {
        body["errors"] = json!([{"code": 131_047, "title": "Re-engagement message"}]);
    }
    body
}

async fn first_sent(world: &World) -> String {
    world
        .simulator
        .control
        .inbound(Inbound::text(TOM, "hola"))
        .await
        .unwrap();
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    world.simulator.control.sent(Some(TOM), 0)[0]
        .wamid
        .clone()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_never_goes_backwards() {
    let cases: &[(&[&str], &str)] = &[
        (&["sent", "delivered", "read"], "read"),
        (&["read", "delivered", "sent"], "read"),
        (&["delivered", "failed"], "delivered"),
        (&["sent", "failed"], "failed"),
        (&["failed", "sent"], "failed"),
        (&["delivered", "played"], "read"),
        (&["delivered", "delivered", "sent"], "delivered"),
        (&["sent", "teleported"], "sent"),
    ];
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let wamid = first_sent(&world).await;
    for (words, end) in cases {
        world
            .execute("update outbox set delivery = null, error_code = null")
            .await;
        world.execute("delete from message_status").await;
        for word in *words {
            let body = value(json!({"statuses": [status(&wamid, word)]}));
            assert_eq!(world.post(&bot, &body).await.status(), 200);
            world
                .until_count(
                    "select count(*) from message_status where applied_at is null",
                    0,
                )
                .await;
        }
        let found = world
            .texts(&format!(
                "select delivery from outbox where wamid = '{wamid}'"
            ))
            .await;
        assert_eq!(found, [*end], "{words:?}");
        let code = world
            .count("select coalesce(max(error_code), 0) from outbox")
            .await;
        assert_eq!(
            code,
            if *end == "failed" { 131_047 } else { 0 },
            "{words:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_comes_before_the_answer_to_the_send_is_applied_with_it() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    world
        .simulator
        .control
        .inbound(Inbound::text(TOM, "hola"))
        .await
        .unwrap();
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    // The next answer is told to us late: the status overtakes it.
    world
        .simulator
        .control
        .fault(Fault::delay_ms(2500))
        .unwrap();
    world
        .simulator
        .control
        .inbound(Inbound::text(TOM, "help"))
        .await
        .unwrap();
    let known = |sent: &[ubermench_simulator::Sent]| sent.len() > 2 && sent[2].wamid.is_some();
    let sent = world
        .simulator
        .control
        .wait_sent(LIMIT, known)
        .await
        .unwrap();
    let wamid = sent[2].wamid.clone().unwrap();
    let body = value(json!({"statuses": [status(&wamid, "delivered")]}));
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    world
        .until_count("select count(*) from message_status", 1)
        .await;
    let delivered =
        format!("select count(*) from outbox where wamid = '{wamid}' and delivery = 'delivered'");
    world.until_count(&delivered, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_of_unknown_messages_are_forgotten_after_a_day() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let body =
        value(json!({"statuses": [status("wamid.old", "sent"), status("wamid.new", "sent")]}));
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    world.execute("update message_status set accepted_at = now() - interval '25 hours' where wamid = 'wamid.old'").await;
    let swept = world.store().sweep().await.unwrap().unwrap();
    assert_eq!(swept.statuses, 1);
    assert_eq!(
        world.texts("select wamid from message_status").await,
        ["wamid.new"]
    );
}
