//! What the page asks for: its files, histories, and changes as they happen.

use futures::StreamExt;
use serde_json::{Value, json};
use ubermench_simulator::{Handle, Inbound};

use crate::bot::Bot;
use crate::{Graph, LIMIT, simulator};

const ANA: &str = "5215500001001";

async fn chat(simulator: &Handle) -> Value {
    let url = format!("{}/page/chats/{ANA}", simulator.url());
    Graph::of(simulator)
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

/// Reads changes until one of the chat's messages has this tick.
async fn until_tick(
    events: &mut (impl futures::Stream<Item = reqwest::Result<bytes::Bytes>> + Unpin),
    id: &str,
    tick: &str,
) {
    let mut text = String::new();
    let read = async {
        loop {
            let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
            let found = lines
                .filter_map(|line| serde_json::from_str::<Value>(line).ok())
                .any(|event| event["entry"]["id"] == id && event["entry"]["tick"] == tick);
            if found {
                return;
            }
            text.push_str(std::str::from_utf8(&events.next().await.unwrap().unwrap()).unwrap());
        }
    };
    let read = tokio::time::timeout(LIMIT, read).await;
    assert!(read.is_ok(), "{id} never became {tick}: {text}");
}

#[tokio::test]
async fn files_are_served_with_a_strict_policy() {
    let simulator = simulator(None).await;
    let http = Graph::of(&simulator).http;
    let page = http.get(simulator.url()).send().await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
    drop(page);
    let get = async |path: &str| {
        let file = http.get(format!("{}{path}", simulator.url()));
        let file = file.send().await.unwrap();
        assert_eq!(file.status(), 200, "{path}");
        assert_eq!(file.headers()["content-security-policy"], policy, "{path}");
        file.text().await.unwrap()
    };
    let mut seen = std::collections::BTreeSet::new();
    for start in ["/", "/control"] {
        let html = get(start).await;
        assert!(!html.contains("http://") && !html.contains("https://"));
        assert!(!html.contains(" style=") && !html.contains(" onclick="));
        let mut waiting: Vec<_> = html
            .split('"')
            .filter(|part| part.starts_with("/page/"))
            .map(str::to_owned)
            .collect();
        assert!(waiting.len() >= 3);
        while let Some(path) = waiting.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let text = get(&path).await;
            let imports = text.lines().filter_map(|line| line.split_once("from \"./"));
            let imports = imports.filter_map(|(_, rest)| rest.strip_suffix("\";"));
            waiting.extend(imports.map(|name| format!("/page/{name}")));
        }
    }
    assert_eq!(seen.len(), 17, "{seen:?}");
    let health = http
        .get(format!("{}/healthz", simulator.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(health.text().await.unwrap(), "ok");
}

#[tokio::test]
async fn ticks_follow_both_ways() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let graph = Graph::of(&simulator);
    let url = |path: &str| format!("{}/page/{path}", simulator.url());
    let events = graph
        .http
        .get(url(&format!("events?chats={ANA},12025550118")))
        .send()
        .await
        .unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let mut events = events.bytes_stream();

    let said = json!({"from": ANA, "profile": "Ana", "text": "hola"});
    let said = graph
        .http
        .post(url("messages"))
        .json(&said)
        .send()
        .await
        .unwrap();
    assert_eq!(said.status(), 202);
    let said: Value = said.json().await.unwrap();
    let said = said["id"].as_str().unwrap();
    until_tick(&mut events, said, "sent").await;
    let mark = json!({"messaging_product": "whatsapp", "status": "read", "message_id": said,
        "typing_indicator": {"type": "text"}});
    graph.post(&mark).await.unwrap();
    until_tick(&mut events, said, "read").await;
    assert!(chat(&simulator).await["typing_until"].is_string());

    let wamid = graph.text("525500001001", "¡Bienvenida!").await;
    until_tick(&mut events, &wamid, "delivered").await;
    let seen = graph
        .http
        .post(url(&format!("chats/{ANA}/seen")))
        .send()
        .await
        .unwrap();
    assert_eq!(seen.status(), 204);
    until_tick(&mut events, &wamid, "read").await;
    let last = bot.saw(4).await.pop().unwrap();
    assert_eq!(last.short(), format!("read {wamid}"));

    let history = chat(&simulator).await;
    assert_eq!(history["typing_until"], Value::Null);
    let authors: Vec<_> = history["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["author"])
        .collect();
    assert_eq!(authors, ["person", "business"]);
    graph
        .http
        .delete(url(&format!("chats/{ANA}")))
        .send()
        .await
        .unwrap();
    assert_eq!(chat(&simulator).await["entries"], json!([]));
    // An open stream does not keep the simulator from stopping.
    tokio::time::timeout(LIMIT, simulator.stop()).await.unwrap();
}

#[tokio::test]
async fn a_failed_message_can_be_posted_again() {
    let bot = Bot::answering(&[500]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let failed = simulator
        .control
        .inbound(Inbound::text(ANA, "hola").once())
        .await
        .unwrap();
    let entry = chat(&simulator).await["entries"][0].clone();
    assert_eq!(
        (&entry["tick"], &entry["trouble"]),
        (&json!("failed"), &json!("the bot answered 500"))
    );
    let again = format!(
        "{}/page/chats/{ANA}/again/{}",
        simulator.url(),
        failed.wamid
    );
    let http = Graph::of(&simulator).http;
    assert_eq!(http.post(&again).send().await.unwrap().status(), 202);
    let seen = bot.saw(2).await;
    assert_eq!(seen[0].body, seen[1].body);
    let unknown = format!("{}/page/chats/{ANA}/again/wamid.X", simulator.url());
    assert_eq!(http.post(unknown).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn files_of_people_are_kept_and_cannot_act() {
    let simulator = simulator(None).await;
    let http = Graph::of(&simulator).http;
    let keep = |mime_type: &'static str, content: &'static str| {
        let request = http.post(format!("{}/page/files", simulator.url()));
        request
            .header("Content-Type", mime_type)
            .body(content)
            .send()
    };
    for (mime_type, disposition) in [
        ("image/png", "inline"),
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
        ("application/pdf", "attachment"),
    ] {
        let kept: Value = keep(mime_type, "x").await.unwrap().json().await.unwrap();
        let id = kept["id"].as_str().unwrap();
        let file = http.get(format!("{}/page/files/{id}", simulator.url()));
        let file = file.send().await.unwrap();
        assert_eq!(file.headers()["content-type"], mime_type);
        assert_eq!(file.headers()["content-disposition"], disposition);
        assert_eq!(file.headers()["x-content-type-options"], "nosniff");
        let policy = &file.headers()["content-security-policy"];
        assert_eq!(policy, "default-src 'none'; sandbox");
    }
    assert_eq!(keep("image/png", "").await.unwrap().status(), 400);
    let unknown = http.get(format!("{}/page/files/1", simulator.url()));
    assert_eq!(unknown.send().await.unwrap().status(), 404);
}
