//! The subcommands beside the bot: clean-up and demo data.

use serde_json::{Value, json};

use super::seed;
use crate::harness::World;
use crate::harness::process::run;

fn result(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_past_its_time_goes_and_the_rest_stays() {
    let world = World::new().await;
    let luis = seed::customer(&world, "Luis", "525550001001").await;
    let (_, rosa) = seed::provider(&world, "Rosa", "525550001002", "plumbing").await;
    let old = seed::request(&world, luis, rosa, "completed").await;
    seed::rating(&world, old, 5, "Great").await;
    let young = seed::request(&world, luis, rosa, "completed").await;
    let open = seed::request(&world, luis, rosa, "searching").await;
    let running = seed::request(&world, luis, rosa, "provider_assigned").await;
    seed::chat(&world, running, "old, and still needed").await;
    world
        .execute(&format!(
            "update service_request set completed_at = now() - interval '366 days' where id = '{old}';
             update service_request set updated_at = now() - interval '500 days' where id = '{open}';
             update chat_message set created_at = now() - interval '91 days';
             insert into inbox (id, wamid, lane, contact_id, kind, raw, request_id, accepted_at, worked_at)
             select n, 'wamid.' || n, 'live', contact_id, 'text', '', '', now() - n * interval '1 day', now()
             from users, unnest(array[89, 91, 2500]) n where id = '{luis}';
             insert into outbox (lane, contact_id, inbox_id, kind, payload, request_id, expires_at, created_at, state)
             select lane, contact_id, id, kind, '{{}}', '', now(), accepted_at, 'accepted' from inbox;
             insert into message_status (wamid, status, request_id, accepted_at)
             values ('a', 'sent', '', now() - interval '91 days'), ('b', 'sent', '', now());
             insert into dead_letter (source, source_id, lane, reason, request_id, created_at)
             values ('inbox', 1, 'live', '', '', now() - interval '91 days');
             insert into login_failure values ('user:x', now() - interval '2 days'), ('user:x', now());
             insert into notify_me values ('{luis}', 'repair', now() - interval '1 hour')"
        ))
        .await;
    let environment = world.environment();
    let first = run("cleanup", &environment).await;
    assert!(first.status.success(), "{first:?}");
    assert_eq!(
        result(&first)["removed"],
        json!({
            "inbound_messages": 2, "outbound_messages": 2, "message_statuses": 1, "dead_letters": 1,
            "chat_messages": 0, "service_requests": 1, "sessions": 0, "notify_me": 1,
            "login_failures": 1, "admin_sessions": 0,
        })
    );
    let second = result(&run("cleanup", &environment).await);
    let counts = second["removed"].as_object().unwrap();
    assert!(counts.values().all(|count| count == 0), "{second}");
    let left = world
        .texts("select id::text from service_request order by id")
        .await;
    assert_eq!(left, [young, open, running].map(|id| id.to_string()));
    assert_eq!(
        world
            .count("select count(*) from rating where request_id is null and stars = 5")
            .await,
        1
    );
    assert_eq!(world.count("select count(*) from users").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_go_on_until_nothing_is_left() {
    let world = World::new().await;
    world
        .execute("insert into login_failure select 'user:x', now() - interval '2 days' from generate_series(1, 2500)")
        .await;
    let (store, other) = (world.store(), world.store());
    let (one, two) = tokio::join!(store.clean_up(), other.clean_up());
    assert_eq!(
        one.unwrap().login_failures + two.unwrap().login_failures,
        2500
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_data_is_loaded_once_and_never_in_production() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.insert("ENVIRONMENT".to_owned(), "Production".to_owned());
    assert_eq!(run("demo-data", &environment).await.status.code(), Some(1));
    assert_eq!(world.count("select count(*) from users").await, 0);
    environment.insert("ENVIRONMENT".to_owned(), "development".to_owned());
    let first = run("demo-data", &environment).await;
    assert_eq!(
        result(&first)["loaded"],
        json!({"providers": 5, "customers": 3, "reviews": 16})
    );
    let second = run("demo-data", &environment).await;
    assert_eq!(
        result(&second)["loaded"],
        json!({"providers": 0, "customers": 0, "reviews": 0})
    );
    let wrong =
        "select count(*) from provider_profile p where rating_count < 3 or rating_hundredths <>
        (select round(avg(stars) * 100) from rating r where r.ratee_id = p.user_id)";
    assert_eq!(world.count(wrong).await, 0);
    let services = "select count(distinct s) from provider_profile, unnest(service_types) s";
    assert_eq!(world.count(services).await, 6);
}
