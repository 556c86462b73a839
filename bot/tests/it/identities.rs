//! Who is who: phones and user ids of one person lead to one conversation.

use chrono::TimeDelta;
use serde_json::{Value, json};
use ubermench_bot::conversation::{Effect, Notice};

use crate::harness::people::now;
use crate::harness::{World, notification, text};

const PHONE: &str = "12025550118";

fn from_user(wamid: &str, bsuid: &str, phone: Option<&str>) -> Value {
    let mut message = text(wamid, phone.unwrap_or_default(), "hi");
    message["from_user_id"] = json!(bsuid);
    if phone.is_none() {
        message.as_object_mut().unwrap().remove("from");
    }
    message
}

async fn post(world: &World, bot: &crate::harness::Bot, message: Value) {
    assert_eq!(
        world.post(bot, &notification(&[message])).await.status(),
        200
    );
    world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_a_phone_is_answered_by_user_id() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    post(&world, &bot, from_user("wamid.1", "US.33019", None)).await;
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    assert!(
        world
            .simulator
            .control
            .sent(None, 0)
            .iter()
            .all(|sent| sent.to == "US.33019")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_seen_together_become_one_person_whose_talk_goes_on() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    post(&world, &bot, text("wamid.1", PHONE, "hi")).await;
    post(&world, &bot, text("wamid.2", PHONE, "plumbing")).await;
    post(&world, &bot, text("wamid.3", PHONE, "Tom Reed")).await;
    post(&world, &bot, from_user("wamid.4", "US.33019", None)).await;
    assert_eq!(
        world
            .count("select count(*) from contact where merged_into is null")
            .await,
        2
    );
    post(&world, &bot, from_user("wamid.5", "US.33019", Some(PHONE))).await;
    assert_eq!(
        world
            .count("select count(*) from contact where merged_into is null")
            .await,
        1
    );
    assert_eq!(
        world
            .count("select count(distinct contact_id) from contact_alias")
            .await,
        1
    );
    assert_eq!(
        world
            .count("select count(distinct contact_id) from inbox")
            .await,
        1
    );
    assert_eq!(
        world
            .count("select count(distinct contact_id) from outbox")
            .await,
        1
    );
    // Both ids lead to the registered person from now on.
    post(&world, &bot, from_user("wamid.6", "US.33019", None)).await;
    assert_eq!(
        world.count("select count(*) from users u join contact_alias a using (contact_id) join inbox i using (contact_id) where i.wamid = 'wamid.6' and a.value = '12025550118'").await,
        1
    );
    let to = world
        .texts("select payload->>'to' from outbox order by id desc limit 1")
        .await;
    assert_eq!(to, [PHONE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_number_takes_the_account_along_if_it_is_free() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let system = |wamid: &str, from: &str, to: &str| {
        json!({"id": wamid, "from": from, "timestamp": "1", "type": "system",
               "system": {"type": "user_changed_number", "wa_id": to, "body": "x"}})
    };
    post(&world, &bot, text("wamid.1", PHONE, "hi")).await;
    post(&world, &bot, text("wamid.2", PHONE, "plumbing")).await;
    post(&world, &bot, text("wamid.3", PHONE, "Tom Reed")).await;
    let before = world.count("select count(*) from outbox").await;
    post(&world, &bot, system("wamid.4", PHONE, "12025550999")).await;
    assert_eq!(
        world.count("select count(*) from outbox").await,
        before,
        "no reply to a system message"
    );
    assert_eq!(
        world.texts("select value from contact_alias").await,
        ["12025550999"]
    );
    post(&world, &bot, text("wamid.5", "12025550999", "menu")).await;
    assert_eq!(world.count("select count(*) from contact").await, 1);
    let to = world
        .texts("select payload->>'to' from outbox order by id desc limit 1")
        .await;
    assert_eq!(to, ["12025550999"]);
    // A number that belongs to somebody stays with them.
    post(&world, &bot, text("wamid.6", "12025550777", "hi")).await;
    post(
        &world,
        &bot,
        system("wamid.7", "12025550999", "12025550777"),
    )
    .await;
    assert_eq!(
        world
            .count("select count(distinct contact_id) from contact_alias")
            .await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_new_people_at_once_on_two_replicas_get_one_contact_each() {
    let world = World::new().await;
    let (one, two) = (world.bot(&[]).await, world.bot(&[]).await);
    let bodies: Vec<Vec<u8>> = (0..60)
        .map(|n| {
            let who = n % 15;
            let message = from_user(
                &format!("wamid.{n}"),
                &format!("US.{who}"),
                Some(&format!("120255501{who:02}")),
            );
            notification(&[message])
        })
        .collect();
    let posts = bodies
        .iter()
        .enumerate()
        .map(|(n, body)| world.post(if n % 2 == 0 { &one } else { &two }, body));
    let answers = futures::future::join_all(posts).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
    assert_eq!(
        world
            .count("select count(*) from contact where merged_into is null")
            .await,
        15
    );
    assert_eq!(world.count("select count(*) from contact_alias").await, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_and_its_timers_go_on_with_whom_the_person_turns_out_to_be() {
    let world = World::new().await;
    let luis = world.customer("525500001001", "Luis").await;
    let (rosa, profile) = world.provider("525500001002", "Rosa").await;
    let request = luis.book(profile).await;
    rosa.accept(request).await.unwrap();
    let notice = Notice::ChatIdle { request };
    luis.act(vec![
        Effect::StartChat {
            request,
            customer: luis.contact(),
            provider: rosa.contact(),
        },
        Effect::Schedule {
            to: luis.contact(),
            notice,
            at: now() + TimeDelta::hours(1),
        },
    ])
    .await;
    // So far Luis was known by a user id only.
    world
        .execute("update contact_alias set kind = 'bsuid', value = 'US.33019' where value = '525500001001'")
        .await;
    let bot = world.bot(&[]).await;
    post(&world, &bot, text("wamid.1", PHONE, "hi")).await;
    post(&world, &bot, from_user("wamid.2", "US.33019", Some(PHONE))).await;
    let found = world
        .texts(
            "select contact_id::text from contact_alias where value in ('US.33019', '12025550118')",
        )
        .await;
    assert_eq!(found[0], found[1]);
    for column in [
        "select customer_contact::text from chat",
        "select contact_id::text from timer",
        "select contact_id::text from users where name = 'Luis'",
        "select m.contact_id::text from chat_member m join chat c on c.customer_contact = m.contact_id",
    ] {
        assert_eq!(world.texts(column).await, found[..1], "{column}");
    }
    // What was written with the newly known number went over.
    let relayed = world
        .texts("select body from outbox where chat_message_id is not null")
        .await;
    assert_eq!(relayed, ["👤 Luis: hi"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_registrations_of_one_person_become_one_with_all_that_both_had() {
    let world = World::new().await;
    let luis = world.customer("525500001001", "Luis").await;
    let hidden = world.customer("525500001003", "Luis again").await;
    let (rosa, profile) = world.provider("525500001002", "Rosa").await;
    let request = hidden.book(profile).await;
    rosa.accept(request).await.unwrap();
    world
        .execute(
            "update contact_alias set kind = 'bsuid', value = 'US.33019' where value = '525500001003';
             insert into notify_me (user_id, service_type, expires_at)
             select id, 'gardening', now() + interval '1 day' from users where name like 'Luis%';
             insert into rating (id, request_id, rater_id, ratee_id, direction, stars)
             select gen_random_uuid(), r.id, p.user_id, r.customer_id, 'provider_to_customer', 4
             from service_request r join provider_profile p on p.id = r.provider_id;
             insert into provider_profile (id, user_id, lane, display_name, service_types, bio, enabled)
             select gen_random_uuid(), id, 'live', name, '{cleaning}', 'Ten years of it', false
             from users where name = 'Luis again'",
        )
        .await;
    let bot = world.bot(&[]).await;
    let both = from_user("wamid.1", "US.33019", Some("525500001001"));
    post(&world, &bot, both).await;
    assert_eq!(
        world
            .texts("select name || ' ' || role || ' ' || rating_hundredths from users where contact_id in (select contact_id from contact_alias where value = 'US.33019')")
            .await,
        ["Luis provider 400"]
    );
    for (nothing, why) in [
        (
            "select count(*) from users where name = 'Luis again'",
            "no user without a way to reach it",
        ),
        (
            "select count(*) from service_request r join users u on u.id = r.customer_id where u.name <> 'Luis'",
            "the booking is theirs",
        ),
        (
            "select count(*) from provider_profile p join users u on u.id = p.user_id where u.name = 'Luis' and p.enabled",
            "what an admin switched off stays off",
        ),
    ] {
        assert_eq!(world.count(nothing).await, 0, "{why}");
    }
    assert_eq!(world.count("select count(*) from notify_me").await, 1);
    assert_eq!(
        world
            .texts("select contact_id::text from users where name = 'Luis'")
            .await,
        [luis.contact().0.to_string()]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chats_as_both_goes_on_in_one_chat_and_the_other_is_closed_for_both() {
    let world = World::new().await;
    let luis = world.customer("525500001001", "Luis").await;
    let hidden = world.customer("525500001003", "Luis again").await;
    let (rosa, rosas) = world.provider("525500001002", "Rosa").await;
    let (pia, pias) = world.provider("525500001004", "Pia").await;
    for (customer, provider, profile) in [(&luis, &rosa, rosas), (&hidden, &pia, pias)] {
        let request = customer.book(profile).await;
        provider.accept(request).await.unwrap();
        let chat = Effect::StartChat {
            request,
            customer: customer.contact(),
            provider: provider.contact(),
        };
        customer.act(vec![chat]).await;
    }
    world
        .execute("update contact_alias set kind = 'bsuid', value = 'US.33019' where value = '525500001003'")
        .await;
    let bot = world.bot(&[]).await;
    let both = from_user("wamid.1", "US.33019", Some("525500001001"));
    post(&world, &bot, both).await;
    assert_eq!(
        world
            .texts("select u.name from chat_member m join users u using (contact_id) order by 1")
            .await,
        ["Luis", "Rosa"]
    );
    assert_eq!(
        world
            .count("select count(*) from chat where ended_at is null")
            .await,
        1
    );
    for (name, words) in [
        ("Pia", "The chat with *Luis* is closed"),
        ("Luis", "The chat with *Pia* is closed"),
    ] {
        let told = format!(
            "select count(*) from outbox o join users u using (contact_id)
             where u.name = '{name}' and o.body like '%{words}%'"
        );
        assert_eq!(world.count(&told).await, 1, "{name}");
    }
    let relayed = world
        .texts("select u.name from outbox o join users u using (contact_id) where o.chat_message_id is not null")
        .await;
    assert_eq!(relayed, ["Rosa"]);
}
