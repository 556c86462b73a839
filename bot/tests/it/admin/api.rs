//! Who may call, and what the lists tell.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ADMIN, Desk, PASSWORD, login, seed};
use crate::harness::World;

#[tokio::test(flavor = "multi_thread")]
async fn only_the_right_password_opens_and_five_failures_close() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    assert_eq!(bot.get("/api/admin/dashboard").await.status(), 401);
    assert_eq!(bot.get("/api/admin/nothing").await.status(), 401);
    assert_eq!(login(&world, &bot, "ana", PASSWORD).await.status(), 200);
    for (name, password) in [
        ("ana", "wrong"),
        ("ana", ""),
        ("' or 1=1 --", PASSWORD),
        ("bob", PASSWORD),
        ("ana\0", PASSWORD),
        ("ana", "correct horse battery "),
    ] {
        assert_eq!(login(&world, &bot, name, password).await.status(), 401);
    }
    // Five of them counted for this address: even the right one has to wait.
    let answer = login(&world, &bot, "ana", PASSWORD).await;
    assert_eq!(answer.status(), 429);
    let wait: u64 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((800..=900).contains(&wait), "{wait}");
    world
        .execute("update login_failure set at = at - interval '15 minutes'")
        .await;
    assert_eq!(login(&world, &bot, "ana", PASSWORD).await.status(), 200);
    let stored = world.texts("select password_hash from admin_user").await;
    assert!(stored[0].starts_with("$argon2id$"), "{stored:?}");
    bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_logs_in_without_the_secrets() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    assert_eq!(login(&world, &bot, "", "").await.status(), 503);
    assert_eq!(bot.get("/api/admin/users").await.status(), 401);
    bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_reads_everything_changes_nothing_and_can_be_revoked() {
    let desk = Desk::new().await;
    let made = desk
        .call(Method::POST, "api-keys", Some(json!({"name": "billing"})))
        .await;
    assert_eq!(made.0, StatusCode::CREATED);
    let again = desk
        .call(Method::POST, "api-keys", Some(json!({"name": "billing"})))
        .await;
    assert_eq!(again.0, StatusCode::CONFLICT);
    let key = made.1["key"].as_str().unwrap().to_owned();
    let with_key = |method: Method, path: &str| {
        let url = format!("{}/api/admin/{path}", desk.bot.url);
        desk.world
            .client
            .request(method, url)
            .header("x-api-key", &key)
            .send()
    };
    assert_eq!(with_key(Method::GET, "users").await.unwrap().status(), 200);
    let changes = with_key(Method::PUT, "flags/templates").await.unwrap();
    assert_eq!(changes.status(), 403);
    let listed = desk.get("api-keys").await;
    assert!(!listed.to_string().contains(&key));
    assert!(listed["data"][0]["last_used_at"].is_string());
    let id = made.1["id"].as_str().unwrap();
    let revoked = desk
        .call(Method::DELETE, &format!("api-keys/{id}"), None)
        .await;
    assert_eq!(revoked.0, StatusCode::NO_CONTENT);
    assert_eq!(with_key(Method::GET, "users").await.unwrap().status(), 401);
    let stored = desk
        .world
        .texts("select key_sha256::text from api_key")
        .await;
    assert!(!stored[0].contains(&key[4..20]));
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_may_call_a_hundred_times_and_probes_always() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    for _ in 0..100 {
        assert_eq!(bot.get("/api/admin/users").await.status(), 401);
    }
    let answer = bot.get("/api/admin/users").await;
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(bot.get("/api/openapi.json").await.status(), 429);
    assert_eq!(bot.get("/health/live").await.status(), 200);
    bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_counts_what_is_on_record() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis", "525550001001").await;
    let (_, rosa) = seed::provider(world, "Rosa", "525550001002", "plumbing,repair").await;
    seed::request(world, luis, rosa, "created").await;
    seed::request(world, luis, rosa, "cancelled").await;
    let done = seed::request(world, luis, rosa, "completed").await;
    seed::rating(world, done, 4, "Good").await;
    world
        .execute("update service_request set updated_at = now() - interval '2 days' where status = 'cancelled'")
        .await;
    let counts = desk.get("dashboard").await;
    assert_eq!(
        counts,
        json!({
            "total_users": 2, "total_customers": 1, "total_providers": 1, "providers_online": 1,
            "active_requests": 1, "completed_today": 1, "cancelled_today": 0, "messages_today": 0,
            "average_rating": 4.0, "revenue": 0,
        })
    );
    let days = desk.get("analytics").await;
    let days = days["data"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(days[29]["created"], 3);
    assert_eq!(days[29]["completed"], 1);
    let weeks = desk
        .get("analytics?period=weekly&from=2026-01-05&to=2026-01-18")
        .await;
    let weeks: Vec<&str> = weeks["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|week| week["period"].as_str().unwrap())
        .collect();
    assert_eq!(weeks, ["2026-01-05", "2026-01-12"]);
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_filtered_and_masked() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let evil = "Robert''); DROP TABLE users;--".replace("''", "'");
    for (number, name) in ["Ana López", "Beto", &evil].iter().enumerate() {
        seed::customer(world, name, &format!("52555000100{number}")).await;
    }
    let (user, _) = seed::provider(world, "Rosa", "525550002000", "plumbing").await;
    let page = desk.get("users?limit=3&page=2").await;
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        page["pagination"],
        json!({"page": 2, "limit": 3, "total": 4, "pages": 2})
    );
    let past = desk.get("users?page=9").await;
    assert_eq!(
        (
            past["data"].as_array().unwrap().len(),
            &past["pagination"]["total"]
        ),
        (0, &json!(4))
    );
    let names = |list: &Value| -> Vec<String> {
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&desk.get("users?search=lopez").await), ["Ana López"]);
    assert_eq!(
        names(&desk.get("users?search=%2B52%201%2055%205000%201001").await),
        ["Beto"]
    );
    assert_eq!(
        names(&desk.get("users?search=%27)%3B%20DROP").await),
        [evil.as_str()]
    );
    assert!(
        names(&desk.get("users?search=%25").await).is_empty(),
        "no wildcard"
    );
    assert_eq!(names(&desk.get("users?role=provider").await), ["Rosa"]);
    assert_eq!(
        names(
            &desk
                .get("providers?service_type=plumbing&online=true")
                .await
        ),
        ["Rosa Pro"]
    );
    assert!(names(&desk.get("providers?enabled=false").await).is_empty());
    let list = desk.get("users").await.to_string();
    assert!(list.contains("***2000") && !list.contains("525550002000"));
    assert_eq!(
        desk.get(&format!("users/{user}")).await["phone"],
        "525550002000"
    );
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_parameters_are_named_and_unknown_records_are_not_found() {
    let desk = Desk::new().await;
    let nobody = uuid::Uuid::nil();
    for (path, name) in [
        ("users?page=0", "page"),
        ("users?limit=101", "limit"),
        ("users?role=x", "role"),
        ("providers?online=1", "online"),
        ("requests?status=paid", "status"),
        ("ratings?stars=9", "stars"),
        ("messages?direction=up", "direction"),
        ("analytics?period=x", "period"),
        ("requests?from=yesterday", "from"),
    ] {
        let (status, body) = desk.call(Method::GET, path, None).await;
        assert_eq!(
            (status.as_u16(), &body["parameter"]),
            (400, &json!(name)),
            "{path}"
        );
    }
    for path in [
        "users/nobody",
        &format!("users/{nobody}"),
        &format!("requests/{nobody}"),
        "x",
    ] {
        let (status, _) = desk.call(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    desk.bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_ratings_and_messages_tell_their_stories() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis", "525550001001").await;
    let (_, rosa) = seed::provider(world, "Rosa", "525550001002", "plumbing").await;
    let id = seed::request(world, luis, rosa, "completed").await;
    seed::chat(world, id, "See you at five").await;
    seed::rating(world, id, 5, "Great").await;
    let story = desk.get(&format!("requests/{id}")).await;
    assert_eq!(story["customer"]["name"], "Luis");
    assert_eq!(story["assignments"][0]["status"], "accepted");
    assert_eq!(story["chat"][0]["sender"], "customer");
    assert_eq!(story["chat"][0]["content"], "See you at five");
    assert_eq!(story["ratings"][0]["stars"], 5);
    let rating = &desk.get("ratings?stars=5").await["data"][0];
    assert_eq!(
        (&rating["rater"]["name"], &rating["ratee"]["name"]),
        (&json!("Luis"), &json!("Rosa Pro"))
    );
    world
        .execute(
            "insert into outbox (lane, contact_id, kind, payload, request_id, expires_at, body, state, delivery, created_at)
             select 'live', contact_id, 'text', '{}', '', now(), 'Hola ' || n, 'accepted', 'read', now() - n * interval '1 minute'
             from conversation, generate_series(1, 3) n where phone = '525550001001';
             insert into inbox (id, wamid, lane, contact_id, kind, phone, raw, request_id, body, worked_at)
             select 1, 'wamid.1', 'live', contact_id, 'text', phone, '{}', '', 'Qué tal', now()
             from conversation where phone = '525550001001'",
        )
        .await;
    let page = desk.get("messages?limit=2").await;
    let texts: Vec<&str> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["content"].as_str().unwrap())
        .collect();
    assert_eq!(
        texts,
        ["Hola 1", "Qué tal"],
        "the newest page, oldest first"
    );
    assert_eq!(page["pagination"]["total"], 4);
    assert_eq!(page["data"][0]["phone"], "***1001");
    let came = desk
        .get("messages?direction=in&search=que&status=processed&phone=1001")
        .await;
    assert_eq!(came["pagination"]["total"], 1);
    assert_eq!(
        desk.get("messages?status=read&type=text").await["pagination"]["total"],
        3
    );
    assert_eq!(
        desk.get("requests?from=2020-01-01&to=2020-12-31").await["pagination"]["total"],
        0
    );
    desk.bot.app.stop().await;
}
