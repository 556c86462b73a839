//! The program as a process: its subcommands, their results, and its end.

use serde_json::Value;
use ubermench_bot::store::migrations::EMBEDDED;

use crate::harness::process::{Process, run};
use crate::harness::{World, notification, sign, text};

fn result(output: &std::process::Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_reports_what_it_did() {
    let world = World::empty().await;
    let environment = world.environment();
    let first = run("migrate", &environment).await;
    assert!(first.status.success());
    assert_eq!(
        result(&first)["applied"].as_array().unwrap().len(),
        EMBEDDED.len()
    );
    let second = run("migrate", &environment).await;
    assert_eq!(
        result(&second),
        serde_json::json!({"applied": [], "already": EMBEDDED.len()})
    );
    world
        .execute("update schema_migration set checksum = 'x' where name = '0002_expand_inbox'")
        .await;
    let third = run("migrate", &environment).await;
    assert_eq!(third.status.code(), Some(1));
    assert!(
        result(&third)["error"]
            .as_str()
            .unwrap()
            .contains("0002_expand_inbox")
    );
    world
        .execute(
            "update schema_migration set name = '0099_contract_inbox', phase = 'contract'
             where name = '0002_expand_inbox'",
        )
        .await;
    let fourth = run("migrate", &environment).await;
    assert_eq!(fourth.status.code(), Some(1));
    assert_eq!(result(&fourth)["reason"], "SchemaTooNew");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_stop_the_start_and_are_all_named() {
    let world = World::empty().await;
    let mut environment = world.environment();
    environment.remove("WHATSAPP_APP_SECRET");
    environment.insert("DATABASE_URL".to_owned(), "mysql://secret-value".to_owned());
    environment.insert("HTTP_PORT".to_owned(), "http".to_owned());
    let output = run("serve", &environment).await;
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    for variable in ["WHATSAPP_APP_SECRET", "DATABASE_URL", "HTTP_PORT"] {
        assert!(told.contains(variable), "{told}");
    }
    assert!(!told.contains("secret-value"), "{told}");
    environment.remove("DATABASE_URL");
    let output = run("migrate", &environment).await;
    assert!(
        result(&output)["error"]
            .as_str()
            .unwrap()
            .contains("DATABASE_URL")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smoke_test_passes_on_good_pods_reaches_no_phone_and_leaves_nothing() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.insert("UBERMENCH_REVISION".to_owned(), "blue".to_owned());
    environment.insert("INTERNAL_TOKEN".to_owned(), "key".to_owned());
    let process = Process::serve(&environment).await;
    environment.insert("PREVIEW_URL".to_owned(), process.url.clone());
    environment.insert("SMOKE_SAMPLES".to_owned(), "20".to_owned());
    let output = run("smoke", &environment).await;
    let told = result(&output);
    assert!(output.status.success(), "{told}");
    for part in [
        "booked, accepted, chatted, completed and rated",
        "20 greetings answered",
    ] {
        assert!(told.to_string().contains(part), "{told}");
    }
    assert_eq!(told["passed"], true);
    assert!(told["checks"].as_array().unwrap().len() >= 8, "{told}");
    assert_eq!(world.simulator.control.sent(None, 0).len(), 0);
    for table in [
        "inbox",
        "outbox",
        "contact",
        "conversation",
        "contact_alias",
        "users",
        "provider_profile",
        "service_request",
        "assignment",
        "chat",
        "chat_message",
        "rating",
        "timer",
        "dead_letter",
    ] {
        assert_eq!(
            world.count(&format!("select count(*) from {table}")).await,
            0,
            "{table}"
        );
    }
    environment.insert("WHATSAPP_APP_SECRET".to_owned(), "another".to_owned());
    let output = run("smoke", &environment).await;
    let told = result(&output);
    assert_eq!(output.status.code(), Some(1));
    let failed: Vec<&Value> = told["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["ok"] == false)
        .collect();
    assert_eq!(failed.len(), 1, "{told}");
    assert_eq!(failed[0]["name"], "message_accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_signal_finishes_what_is_under_way() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.insert("SHUTDOWN_DELAY_SECONDS".to_owned(), "1".to_owned());
    let process = Process::serve(&environment).await;
    let url = format!("{}/api/webhook", process.url);
    let body = notification(&[text("wamid.1", "12025550118", "hi")]);
    let post = || {
        let request = world.client.post(&url).body(body.clone());
        request.header("x-hub-signature-256", sign(&body)).send()
    };
    assert_eq!(post().await.unwrap().status(), 200);
    let ended = tokio::spawn(process.terminate());
    // Unready, yet still serving.
    crate::harness::eventually("it says that it stops", || async {
        let pod = world
            .client
            .get(url.replace("/api/webhook", "/health/pod"))
            .send()
            .await;
        match pod {
            Ok(answer) if answer.status() == 503 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let answer = post().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["connection"], "close");
    assert_eq!(ended.await.unwrap(), Some(0));
    assert_eq!(
        world
            .count("select count(*) from outbox where outcome = 'sent'")
            .await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn health_asks_the_process_on_this_host() {
    let world = World::new().await;
    let mut environment = world.environment();
    let process = Process::serve(&environment).await;
    let port = process.url.rsplit(':').next().unwrap().to_owned();
    environment.insert("HTTP_PORT".to_owned(), port);
    assert!(run("health", &environment).await.status.success());
    process.kill().await;
    assert_eq!(run("health", &environment).await.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tls_no_certificates_are_needed() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.insert("SSL_CERT_FILE".to_owned(), "/nowhere".to_owned());
    environment.insert("SSL_CERT_DIR".to_owned(), "/nowhere".to_owned());
    let process = Process::serve(&environment).await;
    environment.insert("PREVIEW_URL".to_owned(), process.url.clone());
    let output = run("smoke", &environment).await;
    assert!(output.status.success(), "{}", result(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_webhook_fails_while_a_process_stops() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.insert("SHUTDOWN_DELAY_SECONDS".to_owned(), "1".to_owned());
    let process = Process::serve(&environment).await;
    let url = format!("{}/api/webhook", process.url);
    let callers = (0..8).map(|caller| {
        let (url, client) = (url.clone(), world.client.clone());
        tokio::spawn(async move {
            for n in 0.. {
                let wamid = format!("wamid.{caller}.{n}");
                let body = notification(&[text(&wamid, &format!("1202555000{caller}"), "menu")]);
                let request = client.post(&url).header("x-hub-signature-256", sign(&body));
                match request.body(body).send().await {
                    Ok(answer) => assert_eq!(answer.status(), 200, "{wamid}"),
                    Err(error) => {
                        // The process has ended, perhaps with this connection still in the queue.
                        let again = client.get(&url).send().await;
                        let closed = again.is_err_and(|again| again.is_connect());
                        assert!(closed, "{wamid}: {error:?}");
                        return n;
                    }
                }
            }
            0
        })
    });
    let callers: Vec<_> = callers.collect();
    world
        .until_count("select (count(*) > 50)::int::bigint from inbox", 1)
        .await;
    assert_eq!(process.terminate().await, Some(0));
    let posted = futures::future::join_all(callers).await;
    let posted: i64 = posted.into_iter().map(Result::unwrap).sum();
    // Stored is what was answered, and at most each caller's last one.
    let stored = world.count("select count(*) from inbox").await;
    assert!(
        (posted..=posted + 8).contains(&stored),
        "{stored} of {posted}"
    );
}
