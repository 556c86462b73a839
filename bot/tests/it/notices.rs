//! Notices and timers: one conversation's news to another, now or at its time, once.

use chrono::TimeDelta;
use ubermench_bot::conversation::{Effect, Notice};
use ubermench_bot::domain::ServiceRequestId;
use uuid::Uuid;

use crate::harness::people::now;
use crate::harness::{World, eventually};

const LUIS: &str = "525500001001";

fn notice() -> Notice {
    Notice::ChatIdle {
        request: ServiceRequestId(Uuid::from_u128(7)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_rings_once_at_its_time_whoever_looks() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let schedule = |after| Effect::Schedule {
        to: luis.contact(),
        notice: notice(),
        at: now() + after,
    };
    let mut effects: Vec<_> = (0..50).map(|n| schedule(TimeDelta::seconds(-n))).collect();
    effects.push(schedule(TimeDelta::hours(1)));
    luis.act(effects).await;
    let (one, two) = (world.store(), world.store());
    // Nobody has the live work yet.
    assert_eq!(one.ring_timers("r1", true).await.unwrap(), 0);
    world.execute("update work_fence set revision = 'r1'").await;
    assert_eq!(one.ring_timers("r2", true).await.unwrap(), 0);
    let (first, second) = tokio::join!(one.ring_timers("r1", true), two.ring_timers("r1", true));
    assert_eq!(first.unwrap() + second.unwrap(), 50);
    assert_eq!(world.count("select count(*) from timer").await, 1);
    assert_eq!(
        world
            .count("select count(distinct wamid) from inbox where kind = 'notice' and request_id = 'trace-1'")
            .await,
        50
    );
    let heard = world
        .texts("select distinct convert_from(raw, 'UTF8') from inbox")
        .await;
    let heard: Vec<Notice> = heard
        .iter()
        .map(|raw| serde_json::from_str(raw).unwrap())
        .collect();
    assert_eq!(heard, [notice()]);
    // As after a clock that jumped, or a long stop.
    world.execute("update timer set due_at = now()").await;
    assert_eq!(one.ring_timers("r1", true).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_revisions_notice_is_passed_over() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let luis = world.customer(LUIS, "Luis").await;
    let received = bot
        .metric("whatsapp_messages_received_total{type=\"other\"}")
        .await;
    let add = |raw: &str| {
        format!(
            "insert into inbox (id, wamid, lane, contact_id, kind, raw, request_id)
             values (nextval('inbox_batch'), 'notice:' || gen_random_uuid(), 'live', '{}', 'notice', '{raw}', 'r')",
            luis.contact()
        )
    };
    world
        .execute(&add(r#"{"notice": "of_tomorrow", "x": 1}"#))
        .await;
    world
        .until_count("select count(*) from inbox where worked_at is not null", 1)
        .await;
    assert_eq!(world.count("select count(*) from outbox").await, 0);
    assert_eq!(world.count("select count(*) from dead_letter").await, 0);
    // What is no message is neither counted nor marked as read.
    assert!(world.simulator.control.reads().is_empty());
    let after = bot
        .metric("whatsapp_messages_received_total{type=\"other\"}")
        .await;
    assert_eq!(after, received);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_persons_messages_are_kept_and_not_answered() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let _luis = world.customer(LUIS, "Luis").await;
    world.execute("update users set status = 'blocked'").await;
    let body = crate::harness::notification(&[crate::harness::text("wamid.1", LUIS, "hola")]);
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    eventually("it is worked", || async {
        let bodies = world
            .texts("select body from inbox where worked_at is not null")
            .await;
        if bodies == ["hola"] {
            Ok(())
        } else {
            Err(format!("{bodies:?}"))
        }
    })
    .await;
    assert_eq!(world.count("select count(*) from outbox").await, 0);
}
