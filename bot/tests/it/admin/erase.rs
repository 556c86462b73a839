//! Erasure: nothing personal is left anywhere.

use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::{Desk, seed};
use crate::harness::World;

const LUIS: &str = "525550001001";
const ROSA: &str = "525550001002";

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_customer_is_nowhere_to_be_found() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis Ortega", LUIS).await;
    let (rosa_user, rosa) = seed::provider(world, "Rosa", ROSA, "plumbing").await;
    let done = seed::request(world, luis, rosa, "completed").await;
    seed::rating(world, done, 5, "Great").await;
    let open = seed::request(world, luis, rosa, "provider_assigned").await;
    seed::chat(world, open, "My dog is called Firulais").await;
    messages(world, luis, rosa_user, open).await;
    let (status, _) = desk
        .call(Method::DELETE, &format!("users/{luis}"), None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    for secret in [
        "Luis Ortega",
        LUIS,
        "Secret Street",
        "Leaky pipe",
        "Firulais",
        "US.luis",
    ] {
        assert_eq!(
            places(world, secret).await,
            Vec::<String>::new(),
            "{secret}"
        );
    }
    let user = desk.get(&format!("users/{luis}")).await;
    assert_eq!(
        (&user["status"], &user["name"], &user["phone"]),
        (&json!("erased"), &json!(""), &json!(""))
    );
    assert_eq!(
        desk.get(&format!("requests/{open}")).await["status"],
        "cancelled"
    );
    assert_eq!(
        seed::heard(world, rosa_user).await,
        ["offered", "chat_ended", "request_cancelled"]
    );
    assert!(seed::heard(world, luis).await.is_empty());
    let rating = &desk.get("ratings").await["data"][0];
    assert_eq!(
        (&rating["stars"], &rating["rater"]["name"]),
        (&json!(5), &json!(""))
    );
    stays_erased(&desk, luis).await;
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_providers_customers_may_choose_again() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis", LUIS).await;
    let (rosa_user, rosa) = seed::provider(world, "Rosa", ROSA, "plumbing").await;
    let job = seed::request(world, luis, rosa, "provider_assigned").await;
    let done = seed::request(world, luis, rosa, "completed").await;
    seed::rating(world, done, 5, "Great").await;
    world
        .execute(&format!(
            "insert into outbox (lane, contact_id, kind, payload, request_id, expires_at, body, state)
             select 'live', contact_id, 'interactive', '{{\"id\": \"provider_{rosa}\", \"title\": \"Rosa Pro\"}}',
                 '', now(), 'Rosa Pro', 'accepted' from users where id = '{luis}'"
        ))
        .await;
    let (status, _) = desk
        .call(Method::DELETE, &format!("users/{rosa_user}"), None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let request = desk.get(&format!("requests/{job}")).await;
    assert_eq!(
        (&request["status"], &request["provider"]),
        (&json!("searching"), &json!(null))
    );
    assert_eq!(request["assignments"][0]["status"], "cancelled");
    assert_eq!(seed::heard(world, luis).await, ["released"]);
    let since = "select count(*) from timer t join service_request r
        on t.notice ->> 'request' = r.id::text where t.notice ->> 'notice' = 'abandoned'
        and (t.notice ->> 'since')::bigint = floor(extract(epoch from r.updated_at) * 1000)";
    assert_eq!(world.count(since).await, 1);
    assert_eq!(desk.get("providers").await["pagination"]["total"], 0);
    assert_eq!(places(world, "Rosa").await, Vec::<String>::new());
    desk.bot.app.stop().await;
}

/// Nothing brings an erased user back.
async fn stays_erased(desk: &Desk, luis: Uuid) {
    let world = &desk.world;
    let again = desk
        .call(Method::DELETE, &format!("users/{luis}"), None)
        .await;
    assert_eq!(again.0, StatusCode::NOT_FOUND);
    let blocked = desk
        .put(
            &format!("users/{luis}/status"),
            json!({"status": "blocked"}),
        )
        .await;
    assert_eq!(blocked.0, StatusCode::CONFLICT);
    assert_eq!(
        world
            .count(&format!(
                "select count(*) from contact_alias where value = '{LUIS}'"
            ))
            .await,
        0
    );
}

/// Messages of a customer, and those to both parties that name the customer.
async fn messages(world: &World, customer: Uuid, provider: Uuid, request: Uuid) {
    world
        .execute(&format!(
            "insert into inbox (id, wamid, lane, contact_id, kind, phone, bsuid, profile_name, raw, request_id, body, worked_at)
             select 1, 'wamid.1', 'live', contact_id, 'text', '{LUIS}', 'US.luis', 'Luis Ortega',
                 'Firulais', '', 'Firulais', now() from users where id = '{customer}';
             insert into inbox (id, wamid, lane, contact_id, kind, raw, request_id, worked_at)
             select 2, 'notice:2', 'live', contact_id, 'notice',
                 convert_to('{{\"notice\":\"offered\",\"request\":\"{request}\"}}', 'UTF8'), '', now()
             from users where id = '{provider}';
             insert into outbox (lane, contact_id, inbox_id, kind, payload, request_id, expires_at, body, state)
             select 'live', contact_id, case id when '{provider}' then 2 else 1 end, 'text',
                 '{{\"to\": \"{LUIS}\", \"text\": \"Luis Ortega, Secret Street 5\"}}', '', now(),
                 'Luis Ortega, Secret Street 5', 'accepted'
             from users where id in ('{customer}', '{provider}');
             update conversation set state = '{{\"name\": \"Luis Ortega\"}}' where phone = '{LUIS}'"
        ))
        .await;
}

/// Every table and column that holds a text, wherever it hides.
async fn places(world: &World, text: &str) -> Vec<String> {
    let columns = world
        .texts(
            "select table_name || ' ' || column_name || ' ' || data_type from information_schema.columns
             where table_schema = 'public' and data_type in ('text', 'jsonb', 'bytea', 'ARRAY')",
        )
        .await;
    let mut found = Vec::new();
    for place in columns {
        let mut words = place.split(' ');
        let (table, column, kind) = (words.next().unwrap(), words.next().unwrap(), words.next());
        let value = if kind == Some("bytea") {
            format!("encode({column}, 'escape')")
        } else {
            format!("{column}::text")
        };
        let count = format!("select count(*) from {table} where position('{text}' in {value}) > 0");
        if world.count(&count).await > 0 {
            found.push(place);
        }
    }
    found
}
