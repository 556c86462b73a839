//! Sending: in order, at the shared pace, again after what passes, and never again after what does not.

use std::time::Duration;

use chrono::TimeDelta;
use ubermench_simulator::{Fault, Inbound, Outcome};

use crate::harness::{LIMIT, World, eventually, notification, text};

const ANA: &str = "525500001001";
const TOM: &str = "12025550118";

async fn greet(world: &World, from: &str) {
    let receipt = world
        .simulator
        .control
        .inbound(Inbound::text(from, "hola").once())
        .await
        .unwrap();
    assert_eq!(receipt.webhook_status, Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_tried_again_and_the_next_message_waits_for_it() {
    for fault in [
        Fault::status(500),
        Fault::status(429).retry_after(1),
        Fault::code(131_016),
        Fault::code(130_429),
        Fault::code(131_056),
        Fault::code(190),
        Fault::status(403),
        Fault::drop_answer().without_effect(),
    ] {
        let world = World::new().await;
        let _bot = world.bot(&[]).await;
        world.simulator.control.fault(fault.clone()).unwrap();
        greet(&world, TOM).await;
        world
            .until_count("select count(*) from outbox where outcome = 'sent'", 2)
            .await;
        let accepted: Vec<_> = world
            .simulator
            .control
            .sent(Some(TOM), 0)
            .into_iter()
            .filter(|sent| sent.outcome == Outcome::Accepted)
            .collect();
        assert_eq!(accepted.len(), 2, "{fault:?}");
        assert_eq!(accepted[0].payload["type"], "text", "{fault:?}");
        assert_eq!(accepted[1].payload["type"], "interactive", "{fault:?}");
        assert_eq!(
            world
                .count("select max(attempts)::bigint from outbox")
                .await,
            2,
            "{fault:?}"
        );
        assert_eq!(world.count("select count(*) from dead_letter").await, 0);
        let recorded = world.texts("select wamid from outbox order by id").await;
        let given: Vec<_> = accepted
            .iter()
            .map(|sent| sent.wamid.clone().unwrap())
            .collect();
        assert_eq!(recorded, given, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_error_fails_that_message_alone_and_shows() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    world
        .simulator
        .control
        .fault(Fault::code(131_026).to(TOM))
        .unwrap();
    greet(&world, TOM).await;
    world
        .until_count("select count(*) from outbox where state = 'accepted'", 1)
        .await;
    let failed = world
        .texts("select kind || ' ' || error_code from outbox where state = 'failed'")
        .await;
    assert_eq!(failed, ["text 131026"]);
    let letters = world
        .texts("select source || ' ' || reason || ' ' || code from dead_letter")
        .await;
    assert_eq!(letters, ["outbox permanent 131026"]);
    assert_eq!(
        bot.metric("whatsapp_messages_sent_total{outcome=\"failed\",type=\"text\"}")
            .await,
        "1"
    );
    assert_eq!(
        bot.metric("whatsapp_messages_sent_total{outcome=\"accepted\",type=\"list\"}")
            .await,
        "1"
    );
    assert_eq!(
        bot.metric("whatsapp_api_errors_total{code=\"131026\"}")
            .await,
        "1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_recipient_in_trouble_does_not_hold_up_others() {
    let world = World::new().await;
    let _bot = world.bot(&[]).await;
    world
        .simulator
        .control
        .fault(Fault::code(131_056).to(TOM).times(0))
        .unwrap();
    greet(&world, TOM).await;
    greet(&world, ANA).await;
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    let sent = world.simulator.control.sent(None, 0);
    let accepted: Vec<_> = sent
        .iter()
        .filter(|sent| sent.outcome == Outcome::Accepted)
        .collect();
    assert!(accepted.iter().all(|sent| sent.to == ANA), "{accepted:?}");
    // The second message to Tom was never tried.
    assert!(
        sent.iter()
            .filter(|sent| sent.to == TOM)
            .all(|sent| sent.payload["type"] == "text")
    );
    world.simulator.control.clear_faults();
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 4)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_time_is_over_becomes_a_dead_letter() {
    let world = World::new().await;
    let _bot = world.bot(&[]).await;
    world
        .simulator
        .control
        .fault(Fault::code(190).times(0))
        .unwrap();
    greet(&world, TOM).await;
    world
        .until_count("select count(*) from outbox where attempts > 0", 1)
        .await;
    assert_eq!(
        world.count("select count(*) from outbox where expires_at = (select accepted_at from inbox) + interval '24 hours'").await,
        2
    );
    world
        .execute("update outbox set expires_at = now() - interval '1 second'")
        .await;
    world
        .until_count("select count(*) from outbox where outcome = 'expired'", 2)
        .await;
    assert_eq!(
        world.texts("select distinct reason from dead_letter").await,
        ["expired"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_replicas_together_keep_the_pace() {
    let world = World::new().await;
    let rate = ("SEND_RATE_PER_SECOND", "40");
    let (_one, _two) = (world.bot(&[rate]).await, world.bot(&[rate]).await);
    let bot = world.bot(&[rate]).await;
    for n in 0..60 {
        let body = notification(&[text(&format!("wamid.{n}"), &format!("1202555{n:04}"), "hi")]);
        assert_eq!(world.post(&bot, &body).await.status(), 200);
    }
    let sent = world
        .simulator
        .control
        .wait_sent(LIMIT, |sent| sent.len() >= 120)
        .await
        .unwrap();
    let times: Vec<_> = sent.iter().map(|sent| sent.time).collect();
    let most = times
        .iter()
        .map(|from| {
            times
                .iter()
                .filter(|at| **at >= *from && **at < *from + TimeDelta::seconds(1))
                .count()
        })
        .max()
        .unwrap();
    // A little above: a send may reach the other side late.
    assert!(most <= 44, "{most} in one second");
    let elapsed = *times.last().unwrap() - times[0];
    assert!(
        elapsed >= TimeDelta::milliseconds(2700),
        "120 messages in {elapsed}"
    );
    assert!(
        elapsed <= TimeDelta::milliseconds(6000),
        "120 messages in {elapsed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_failures_in_a_row_pause_sending_and_lose_nothing() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    world
        .simulator
        .control
        .fault(Fault::status(503).times(0))
        .unwrap();
    for n in 0..10 {
        greet(&world, &format!("1202555010{n}")).await;
    }
    world
        .simulator
        .control
        .wait_sent(LIMIT, |sent| sent.len() >= 10)
        .await
        .unwrap();
    let health: serde_json::Value = eventually("health shows it", || async {
        let health: serde_json::Value = bot.get("/health").await.json().await.unwrap();
        if health["status"] == "degraded" {
            Ok(health)
        } else {
            Err(health.to_string())
        }
    })
    .await;
    assert_eq!(health["checks"]["whatsapp_api"], "error");
    assert_eq!(health["checks"]["database"], "ok");
    world
        .until_count("select count(*) from outbox where claim is not null", 0)
        .await;
    let tried = world.simulator.control.sent(None, 0).len();
    // All ten are due again within 2.5 s, and none is tried.
    world
        .until_count("select count(*) from outbox where state = 'pending' and attempts > 0 and attempt_at < now()", 10)
        .await;
    greet(&world, "12025550199").await;
    world
        .until_count("select count(*) from outbox where state = 'pending'", 22)
        .await;
    assert_eq!(world.simulator.control.sent(None, 0).len(), tried);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_ran_out_is_taken_over() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    world
        .simulator
        .control
        .fault(Fault::status(500).times(0))
        .unwrap();
    greet(&world, TOM).await;
    world
        .until_count(
            "select count(*) from outbox where attempts > 0 and claim is null",
            1,
        )
        .await;
    // As a replica leaves it that dies during a send.
    world
        .execute("update outbox set attempt_at = now(), claim = gen_random_uuid(), claimed_until = now() + interval '2 seconds' where attempts > 0")
        .await;
    world.simulator.control.clear_faults();
    let started = std::time::Instant::now();
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    assert!(
        started.elapsed() > Duration::from_millis(1500),
        "the claim was respected"
    );
    drop(bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_kept_for_and_shown() {
    let world = World::new().await;
    let bot = world.bot(&[("WHATSAPP_ACCESS_TOKEN", "expired")]).await;
    greet(&world, TOM).await;
    world
        .until_count(
            "select count(*) from outbox where attempts > 1 and error_code = 190",
            1,
        )
        .await;
    assert_eq!(
        world
            .count("select count(*) from outbox where state = 'pending'")
            .await,
        2
    );
    let health: serde_json::Value = bot.get("/health").await.json().await.unwrap();
    assert_eq!(health["checks"]["whatsapp_api"], "error");
    assert_eq!(health["status"], "degraded");
}
