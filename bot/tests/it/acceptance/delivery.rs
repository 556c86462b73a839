//! A62–A64: failures of the Graph API, statuses, the 24-hour window.

use std::time::Duration;

use serde_json::json;
use ubermench_simulator::Fault;

use super::town::{LUIS, ROSA, Town};
use crate::harness::value;

fn fault(status: u16, code: Option<u32>) -> Fault {
    Fault {
        code,
        ..Fault::status(status)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a62_replies_survive_server_errors_and_a_permanent_one_stops_nothing() {
    let town = Town::new().await;
    let luis = town.phone(LUIS);
    town.world
        .simulator
        .control
        .fail_next(3, fault(500, None))
        .unwrap();
    assert_eq!(luis.types("hola").await.kinds(), "TL");
    town.world
        .simulator
        .control
        .fail_next(1, fault(400, Some(100)))
        .unwrap();
    let got = luis.types("qwerty").await;
    assert_eq!(got.kinds(), "L", "the text failed, the list went on");
    let failed =
        "select count(*) from outbox where state = 'failed' and attempts = 1 and error_code = 100";
    assert_eq!(town.world.count(failed).await, 1);
    assert_eq!(
        town.world.count("select count(*) from dead_letter").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a63_statuses_never_go_backwards() {
    let town = Town::new().await;
    let wamid = town.phone(LUIS).types("hola").await.0[0]
        .wamid
        .clone()
        .unwrap();
    for status in ["sent", "read", "delivered"] {
        let body = value(json!({"statuses": [
            {"id": wamid, "status": status, "timestamp": "1795133000", "recipient_id": "525500000001"}]}));
        assert_eq!(town.post(&body).await.status(), 200);
    }
    town.world
        .until_count(
            "select count(*) from message_status where applied_at is null",
            0,
        )
        .await;
    let sql = format!("select delivery from outbox where wamid = '{wamid}'");
    assert_eq!(town.world.texts(&sql).await, ["read"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a64_who_was_silent_for_a_day_gets_a_template() {
    let town = Town::new().await;
    let rosa = town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    town.world
        .execute("update conversation set last_inbound_at = now() - interval '25 hours' where phone like '%2'")
        .await;
    town.world
        .simulator
        .control
        .age_window(ROSA, Duration::from_hours(25))
        .unwrap();
    rosa.looks();
    let rid = luis.books("plumbing", "Rosa").await;
    let offer = rosa.gets().await;
    assert_eq!(offer.kinds(), "P");
    offer.tells(&["Luis", "Calle Luna 5, Roma"]);
    let accept = format!("btn_accept_request_{rid}");
    assert_eq!(
        offer.ids(),
        [accept.clone(), format!("btn_decline_request_{rid}")]
    );
    town.world
        .simulator
        .control
        .tap_template(ROSA, &accept)
        .await
        .unwrap();
    rosa.gets().await.tells(&["Luis"]);
    assert_eq!(town.status(&rid).await, "provider_assigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_cannot_be_delivered_is_not_waited_for() {
    let town = Town::new().await;
    town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let fault = Fault {
        to: Some(ROSA.to_owned()),
        ..fault(400, Some(131_026))
    };
    town.world.simulator.control.fail_next(1, fault).unwrap();
    let rid = luis.books("plumbing", "Rosa").await;
    let told = || {
        let got = super::phone::Got(town.world.simulator.control.got(LUIS));
        got.says(&format!("btn_see_other_providers_{rid}"))
    };
    town.until("he is told at once", told).await;
    assert_eq!(
        (town.status(&rid).await, town.assignment(&rid).await),
        ("searching".into(), "cancelled".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_waits_for_who_is_silent_and_goes_on_in_order() {
    let town = Town::new().await;
    let (luis, rosa, _) = town.chatting().await;
    town.world
        .execute("update conversation set last_inbound_at = now() - interval '25 hours' where phone like '%2'")
        .await;
    town.world
        .simulator
        .control
        .age_window(ROSA, Duration::from_hours(25))
        .unwrap();
    let told = luis.types("first").await;
    assert_eq!(told.kinds(), "T", "the sender is told once");
    assert_eq!(luis.types("second").await.kinds(), "");
    assert_eq!(rosa.gets().await.kinds(), "P");
    rosa.types("here I am").await;
    let got = rosa.looks();
    let all = [got.bodies(), rosa.gets().await.bodies()].concat();
    assert!(
        all.is_empty() || all == ["👤 Luis: first", "👤 Luis: second"],
        "{all:?}"
    );
    let read = town.world.simulator.control.got(ROSA);
    let read: Vec<String> = read
        .iter()
        .rev()
        .take(2)
        .map(|it| it.text.clone())
        .collect();
    assert!(
        read[1].contains("first") && read[0].contains("second"),
        "{read:?}"
    );
    assert_eq!(luis.gets().await.bodies(), ["👤 Rosa: here I am"]);
}
