//! What strangers try: forged tokens, forged forms, stolen cookies, SQL in parameters, and reading the log.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};
use ubermench_bot::admin::token;

use super::{ADMIN, Desk, PASSWORD, seed};
use crate::harness::process::Process;
use crate::harness::{World, eventually};

const LUIS: &str = "525550001001";
const INJECTIONS: [&str; 7] = [
    "'",
    "'; drop table users; --",
    "' union select password_hash from admin_user --",
    "\" or 1=1 --",
    "1); delete from audit; --",
    "\\",
    "%\0_",
];

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_old_tokens_open_nothing() {
    let desk = Desk::new().await;
    let ours = SecretString::from("0123456789abcdef-tokens");
    let other = SecretString::from("0123456789abcdef-others");
    let (signed, signature) = desk.token.rsplit_once('.').unwrap();
    let (_, claims) = signed.split_once('.').unwrap();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let fresh = token::issue(&ours, "ana", now());
    let forged = [
        token::issue(&other, "ana", now()),
        token::issue(&ours, "ana", now() - token::LIFETIME_SECONDS - 1),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{signed}."),
        token::form_mark(&ours, "ana"),
        "null".to_owned(),
    ];
    let url = format!("{}/api/admin/users", desk.bot.url);
    let status = async |token: &str| {
        let request = desk.world.client.get(&url).bearer_auth(token);
        request.send().await.unwrap().status()
    };
    assert_eq!(status(&fresh).await, 200, "what was forged is what counts");
    for token in forged {
        assert_eq!(status(&token).await, 401, "{token}");
    }
    desk.bot.app.stop().await;
}

/// A client that follows nothing, and the dashboard's cookie of a new session.
async fn session(url: &str, headers: &[(&str, &str)]) -> (Client, String) {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let mut request = client
        .post(format!("{url}/admin/login"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "username=ana&password={}",
            PASSWORD.replace(' ', "+")
        ));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    (client, cookie)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_for_this_site_and_no_script_and_forms_of_others_are_refused() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    let (client, cookie) = session(&bot.url, &[]).await;
    let parts: Vec<&str> = cookie.split("; ").collect();
    for part in [
        "HttpOnly",
        "SameSite=Strict",
        "Path=/admin",
        "Max-Age=28800",
    ] {
        assert!(parts.contains(&part), "no {part} in {parts:?}");
    }
    let (_, other) = session(&bot.url, &[("x-forwarded-proto", "https")]).await;
    assert!(other.ends_with("; Secure"));
    let (pair, other) = (parts[0], other.split(';').next().unwrap());
    assert_ne!(pair, other, "an id of its own for every login");
    let id = pair.split_once('=').unwrap().1;
    let stored = world
        .texts("select encode(id_sha256, 'hex') || username from admin_session")
        .await;
    assert!(stored.len() == 2 && !stored.iter().any(|row| row.contains(id)));
    let luis = seed::customer(&world, "Luis", LUIS).await;
    let block = async |mark: &str, origin: &str| {
        let request = client
            .post(format!("{}/admin/users/{luis}/status", bot.url))
            .header("cookie", pair)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("status=blocked&mark={mark}"));
        request.send().await.unwrap().status()
    };
    for mark in ["", "00", id, &"0".repeat(64)] {
        assert_eq!(block(mark, "https://evil.example").await, 403, "{mark}");
    }
    let blocked = "select count(*) from users where status = 'blocked'";
    assert_eq!(world.count(blocked).await, 0);
    let elsewhere = client
        .post(format!("{}/admin/login", bot.url))
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "username=ana&password={}",
            PASSWORD.replace(' ', "+")
        ));
    assert_eq!(elsewhere.send().await.unwrap().status(), 401);
    bot.app.stop().await;
}

/// Paths to read, each parameter with a text in its place: `{id}` in the path, or one of the query.
fn attacks(document: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            paths.push(match parameter["in"].as_str() {
                Some("query") => format!("{path}?{name}=@"),
                _ => path.replace(&format!("{{{name}}}"), "@"),
            });
        }
    }
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_in_parameters_is_text_like_any_other() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let luis = seed::customer(world, "Luis", LUIS).await;
    let (_, rosa) = seed::provider(world, "Rosa", "525550001002", "plumbing").await;
    seed::request(world, luis, rosa, "completed").await;
    let sizes = "select (select count(*) from users) * 1000 + (select count(*) from service_request) * 100
        + (select count(*) from admin_user) * 10 + (select count(*) from information_schema.tables where table_schema = 'public')";
    let before = world.count(sizes).await;
    let document: Value = desk
        .bot
        .get("/api/openapi.json")
        .await
        .json()
        .await
        .unwrap();
    let paths = attacks(&document);
    assert!(paths.len() > 20, "{paths:?}");
    let (client, cookie) = session(&desk.bot.url, &[]).await;
    let cookie = cookie.split(';').next().unwrap();
    for path in &paths {
        for injection in INJECTIONS {
            let encoded: String = injection
                .bytes()
                .fold(String::new(), |all, it| all + &format!("%{it:02X}"));
            let path = path.replace('@', &encoded);
            let page = path.replace("/api/admin/", "/admin/");
            for path in [path, page] {
                let request = client
                    .get(format!("{}{path}", desk.bot.url))
                    .header("cookie", cookie)
                    .bearer_auth(&desk.token);
                let answer = request.send().await.unwrap();
                let status = answer.status();
                assert!(
                    status.is_success() || status.is_client_error(),
                    "{path}: {status}"
                );
                assert!(!answer.text().await.unwrap().contains("$argon2"), "{path}");
            }
        }
    }
    for injection in INJECTIONS {
        let body = json!({"enabled": injection, "status": injection, "name": injection});
        for (method, path) in [
            (Method::PUT, format!("users/{luis}/status")),
            (Method::PUT, format!("providers/{rosa}/status")),
            (Method::PUT, "flags/templates".to_owned()),
            (Method::POST, "api-keys".to_owned()),
        ] {
            let (status, body) = desk.call(method, &path, Some(body.clone())).await;
            assert!(status < StatusCode::INTERNAL_SERVER_ERROR, "{path}: {body}");
        }
    }
    assert_eq!(
        world.count(sizes).await,
        before,
        "all tables and rows are there"
    );
    desk.bot.app.stop().await;
}

/// What an admin does in a day; what of it may not be in the log.
async fn day(world: &World, running: &Process) -> Vec<String> {
    let (url, client) = (&running.url, &world.client);
    let luis = seed::customer(world, "Ludovico", LUIS).await;
    let (_, rosa) = seed::provider(world, "Rosalinda", "525550001002", "plumbing").await;
    let request = seed::request(world, luis, rosa, "completed").await;
    seed::chat(world, request, "Firulais").await;
    for password in ["Wrongpassword", PASSWORD] {
        let body = json!({"username": "ana", "password": password}).to_string();
        let request = client.post(format!("{url}/api/admin/login")).body(body);
        request.send().await.unwrap();
    }
    let token = token::issue(&SecretString::from(ADMIN[2].1), "ana", now());
    let call = async |method: Method, path: &str, body: Value| {
        let request = client.request(method, format!("{url}/api/admin/{path}"));
        let request = request.bearer_auth(&token).body(body.to_string());
        let answer = request.send().await.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str::<Value>(&body).unwrap_or_default()
    };
    for path in [
        &*format!("users?search={LUIS}"),
        "users?search=Ludovico",
        "messages?search=Firulais&phone=525550001001",
        &format!("requests/{request}"),
    ] {
        call(Method::GET, path, Value::Null).await;
    }
    let key = call(Method::POST, "api-keys", json!({"name": "billing"})).await;
    let key = key["key"].as_str().unwrap().to_owned();
    let by_key = client.get(format!("{url}/api/admin/users"));
    let by_key = by_key.header("x-api-key", &key).send().await.unwrap();
    assert_eq!(by_key.status(), 200);
    let blocked = json!({"status": "blocked"});
    call(Method::PUT, &format!("users/{luis}/status"), blocked).await;
    let (browser, cookie) = session(url, &[]).await;
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let page = browser.get(format!("{url}/admin/users/{luis}?note=Notetaker"));
    let page = page.header("cookie", &cookie).send().await.unwrap();
    assert_eq!(page.status(), 200);
    call(Method::DELETE, &format!("users/{luis}"), Value::Null).await;
    let id = cookie.split_once('=').unwrap().1.to_owned();
    let hash = world.texts("select password_hash from admin_user").await;
    vec![token, key, id, hash[0].clone()]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_an_admins_day_names_nobody_and_holds_no_secret() {
    let world = World::new().await;
    let mut environment = world.environment();
    let changes = ADMIN.iter().chain(&[("LOG_LEVEL", "debug")]);
    environment.extend(changes.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let running = Process::serve(&environment).await;
    let mut secrets = day(&world, &running).await;
    secrets.extend(
        [
            LUIS,
            "0001001",
            "0001002",
            "Ludovico",
            "Rosalinda",
            "Firulais",
            "Secret Street",
            "Leaky pipe",
            "Notetaker",
            "Wrongpassword",
            PASSWORD,
            ADMIN[2].1,
        ]
        .map(str::to_owned),
    );
    let lines = eventually("the log of the day", || async {
        let lines = running.lines();
        let events = ["\"login\"", "\"login_failed\""];
        let is_told = |event: &str| lines.iter().any(|line| line.contains(event));
        if events.into_iter().all(is_told) {
            Ok(lines)
        } else {
            Err(lines.join("\n"))
        }
    })
    .await;
    for secret in secrets {
        let found = lines.iter().find(|line| line.contains(&secret));
        assert_eq!(found, None, "{secret}");
    }
    running.terminate().await;
}
