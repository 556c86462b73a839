//! What Meta refuses altogether, and what it may refuse for ever.

use std::time::Duration;

use ubermench_simulator::{Fault, Outcome};

use crate::harness::{World, notification, text};

const TOM: &str = "12025550118";

async fn greet(world: &World, bot: &crate::harness::Bot, n: u32) {
    let from = format!("120255502{n:02}");
    let body = notification(&[text(&format!("wamid.{n}"), &from, "hi")]);
    assert_eq!(world.post(bot, &body).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_stops_all_sending_but_for_a_probe_and_loses_nothing() {
    for code in [190, 131_048] {
        let world = World::new().await;
        let bot = world.bot(&[]).await;
        world
            .simulator
            .control
            .fault(Fault::code(code).times(0))
            .unwrap();
        greet(&world, &bot, 0).await;
        world
            .until_count("select count(*) from outbox where attempts > 0", 1)
            .await;
        for n in 1..=20 {
            greet(&world, &bot, n).await;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        // At once, after 2 s, and perhaps after 4 more.
        let tried = world.simulator.control.sent(None, 0).len();
        assert!((2..=3).contains(&tried), "{tried} sends with {code}");
        let health: serde_json::Value = bot.get("/health").await.json().await.unwrap();
        assert_eq!(health["checks"]["whatsapp_api"], "error");
        world.simulator.control.clear_faults();
        world
            .until_count("select count(*) from outbox where outcome = 'sent'", 42)
            .await;
        assert_eq!(world.count("select count(*) from dead_letter").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_never_pass_is_given_up_after_a_few_tries() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let doubtful = Fault::code(131_000).times(0).of_type("text");
    world.simulator.control.fault(doubtful).unwrap();
    let body = notification(&[text("wamid.1", TOM, "hi")]);
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    for tries in 1..5 {
        world
            .until_count(
                "select coalesce(max(attempts), 0)::bigint from outbox where claim is null",
                tries,
            )
            .await;
        world
            .execute("update outbox set attempt_at = now() where attempts > 0 and claim is null")
            .await;
    }
    world
        .until_count(
            "select count(*) from outbox where state = 'failed' and attempts = 5",
            1,
        )
        .await;
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 1)
        .await;
    let refused = world.simulator.control.sent(Some(TOM), 0);
    let refused = refused
        .iter()
        .filter(|sent| matches!(sent.outcome, Outcome::Refused { .. }));
    assert_eq!(refused.count(), 5);
}
