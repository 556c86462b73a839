//! Conversations from the first hello to a registered customer, over the wire.

use ubermench_simulator::Inbound;

use crate::harness::{World, notification, text};

const ANA: &str = "5215500001001";

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_registers_and_is_known_from_then_on() {
    let world = World::new().await;
    let _bot = world.bot(&[("BOT_LANGUAGE", "es")]).await;
    let control = &world.simulator.control;
    let sent =
        |count: usize| control.wait_sent(crate::harness::LIMIT, move |sent| sent.len() >= count);
    control
        .inbound(Inbound::text(ANA, "hola").profile("Ana T."))
        .await
        .unwrap();
    sent(2).await.unwrap();
    control
        .inbound(Inbound::tap(ANA, "service_plumbing"))
        .await
        .unwrap();
    sent(3).await.unwrap();
    control
        .inbound(Inbound::text(ANA, "Ana Torres"))
        .await
        .unwrap();
    let sent = sent(4).await.unwrap();
    // The old Mexican form of her number is answered in the new one.
    assert!(
        sent.iter().all(|message| message.to == "525500001001"),
        "{sent:?}"
    );
    assert_eq!(world.texts("select name from users").await, ["Ana Torres"]);
    assert_eq!(world.texts("select role from users").await, ["customer"]);
    assert_eq!(
        world.texts("select whatsapp_name from contact").await,
        ["Ana T."]
    );
    let state = world
        .texts("select state->>'state' from conversation")
        .await;
    assert_eq!(state, ["PROVIDER_LIST"]);
    world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
    crate::harness::eventually("all is marked read", || async {
        let reads = control.reads().len();
        if reads == 3 {
            Ok(())
        } else {
            Err(format!("{reads}"))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_one_post_are_worked_in_their_order() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    // Sorted by id they would come in another order.
    let body = notification(&[
        text("wamid.9", ANA, "hi"),
        text("wamid.5", ANA, "plumbing"),
        text("wamid.1", ANA, "Ana Torres"),
    ]);
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    world
        .until_count("select count(*) from users where name = 'Ana Torres'", 1)
        .await;
    let answered = world
        .texts("select i.wamid from outbox o join inbox i on i.id = o.inbox_id order by o.id")
        .await;
    assert!(
        answered.is_sorted_by(|one, next| one >= next),
        "{answered:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_expired_begins_anew_and_is_swept() {
    let world = World::new().await;
    let bot = world.bot(&[("SESSION_TTL_SECONDS", "1")]).await;
    let post = |id: &'static str, body: &'static str| {
        let body = notification(&[text(id, ANA, body)]);
        let (world, bot) = (&world, &bot);
        async move { world.post(bot, &body).await.status() }
    };
    assert_eq!(post("wamid.1", "hi").await, 200);
    world
        .until_count(
            "select count(*) from conversation where expires_at <= now()",
            1,
        )
        .await;
    assert_eq!(post("wamid.2", "what now").await, 200);
    world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
    // Within the session it would not have been understood; now there is a second welcome.
    let texts = world
        .texts("select payload->'text'->>'body' from outbox where kind = 'text'")
        .await;
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[0], texts[1]);
    world
        .until_count(
            "select count(*) from conversation where expires_at <= now()",
            1,
        )
        .await;
    world.store().sweep().await.unwrap();
    assert_eq!(
        world
            .count("select count(*) from conversation where state is not null")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_a_later_revision_does_not_silence_anybody() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let post = |id: &'static str| {
        let body = notification(&[text(id, ANA, "hi")]);
        let (world, bot) = (&world, &bot);
        async move { world.post(bot, &body).await.status() }
    };
    assert_eq!(post("wamid.1").await, 200);
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    world
        .execute(r#"update conversation set state = '{"version": 99, "state": "LATER"}'"#)
        .await;
    assert_eq!(post("wamid.2").await, 200);
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 4)
        .await;
}
