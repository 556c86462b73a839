//! Files: of people, which the bot fetches, and uploaded ones, which it sends.

use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use ubermench_simulator::{Fault, FaultTarget, Handle, Inbound, MediaKind};

use crate::bot::Bot;
use crate::{Graph, simulator};

const ANA: &str = "5215500001001";
const TOKEN: &str = "simulator-access-token";

async fn get(graph: &Graph, url: &str, token: &str) -> reqwest::Response {
    graph.http.get(url).bearer_auth(token).send().await.unwrap()
}

async fn look_up(simulator: &Handle, id: &str) -> Value {
    let url = format!("{}/v24.0/{id}", simulator.url());
    let answer = get(&Graph::of(simulator), &url, TOKEN).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

/// Uploads by hand-written multipart, so that the form is seen to be the documented one.
async fn upload(simulator: &Handle, mime_type: &str, content: &[u8]) -> (u16, Value) {
    let mut body = Vec::new();
    for (name, value) in [("messaging_product", "whatsapp"), ("type", mime_type)] {
        let part = format!(
            "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: {mime_type}\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    let graph = Graph::of(simulator);
    let request = graph.http.post(format!("{}/media", graph.base));
    let answer = request
        .bearer_auth(TOKEN)
        .header("Content-Type", "multipart/form-data; boundary=frontier")
        .body(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn media_to(kind: &str, content: Value) -> Value {
    let mut message = json!({"messaging_product": "whatsapp", "to": ANA, "type": kind});
    message[kind] = content;
    message
}

async fn code_of(simulator: &Handle, message: &Value) -> Option<u64> {
    let answer = Graph::of(simulator).post(message).await.unwrap();
    answer.json::<Value>().await.unwrap()["error"]["code"].as_u64()
}

#[tokio::test]
async fn a_persons_photo_is_fetched() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let photo = MediaKind::Image.sample();
    simulator
        .say_media(ANA, MediaKind::Image, photo, Some("The leak"))
        .await
        .unwrap();
    let message = bot.saw(1).await[0].value()["messages"][0].clone();
    let image = &message["image"];
    assert_eq!(message["type"], "image");
    assert_eq!(image["caption"], "The leak");
    assert_eq!(image["mime_type"], "image/jpeg");
    let digest = Sha256::digest(photo);
    let base64 = base64::prelude::BASE64_STANDARD.encode(digest);
    assert_eq!(image["sha256"], base64);

    let looks = look_up(&simulator, image["id"].as_str().unwrap()).await;
    assert_eq!(looks["id"], image["id"]);
    assert_eq!(looks["file_size"], photo.len());
    assert_eq!(looks["sha256"], hex::encode(digest));
    let url = looks["url"].as_str().unwrap();
    let graph = Graph::of(&simulator);
    assert_eq!(get(&graph, url, "other").await.status(), 401);
    assert_eq!(graph.http.get(url).send().await.unwrap().status(), 401);
    let file = get(&graph, url, TOKEN).await;
    assert_eq!(file.headers()["content-type"], "image/jpeg");
    assert_eq!(file.bytes().await.unwrap(), photo);
    // The URL's life ends by order or by time; a new one can be asked for.
    simulator.expire_media_urls();
    assert_eq!(get(&graph, url, TOKEN).await.status(), 404);
    simulator.change_conduct(|conduct| conduct.media_url_seconds = 0);
    let looks = look_up(&simulator, image["id"].as_str().unwrap()).await;
    let url = looks["url"].as_str().unwrap();
    assert_eq!(get(&graph, url, TOKEN).await.status(), 404);
    let nobody = format!("{}/v24.0/12345", simulator.url());
    assert_eq!(get(&graph, &nobody, TOKEN).await.status(), 400);
    assert_eq!(get(&graph, &nobody, "other").await.status(), 401);
}

#[tokio::test]
async fn every_kind_of_file_arrives() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    for kind in MediaKind::ALL {
        simulator
            .say_media(ANA, kind, kind.sample(), None)
            .await
            .unwrap();
    }
    let seen = bot.saw(5).await;
    let object = |place: usize| {
        let message = seen[place].value()["messages"][0].clone();
        let kind = message["type"].as_str().unwrap().to_owned();
        (message[&kind].clone(), kind)
    };
    let kinds: Vec<_> = (0..5).map(|place| object(place).1).collect();
    assert_eq!(kinds, ["image", "video", "audio", "document", "sticker"]);
    assert_eq!(object(2).0["voice"], true);
    assert_eq!(object(2).0["mime_type"], "audio/ogg; codecs=opus");
    assert_eq!(object(3).0["filename"], "document.pdf");
    assert_eq!(object(4).0["animated"], false);
    let named = Inbound::media(ANA, MediaKind::Document, "x")
        .mime_type("text/plain")
        .filename("note.txt");
    simulator.inbound(named).await.unwrap();
    let document = bot.saw(6).await[5].value()["messages"][0]["document"].clone();
    assert_eq!(document["filename"], "note.txt");
    let wrong = Inbound::media(ANA, MediaKind::Image, "x").mime_type("text/plain");
    assert!(simulator.inbound(wrong).await.is_err());
}

#[tokio::test]
async fn uploads_are_sent_and_received_ids_are_not() {
    let simulator = simulator(None).await;
    let photo = MediaKind::Image.sample();
    let (status, uploaded) = upload(&simulator, "image/jpeg", photo).await;
    assert_eq!(status, 200);
    let id = uploaded["id"].as_str().unwrap();
    let image = media_to("image", json!({"id": id, "caption": "👤 Ana: The leak"}));
    assert_eq!(code_of(&simulator, &image).await, None);
    assert_eq!(simulator.texts(ANA), ["👤 Ana: The leak"]);
    assert_eq!(simulator.file(id).unwrap().1, photo);
    let sticker = media_to("sticker", json!({ "id": id }));
    assert_eq!(code_of(&simulator, &sticker).await, Some(131_053));
    let unknown = media_to("image", json!({"id": "12345"}));
    assert_eq!(code_of(&simulator, &unknown).await, Some(100));
    // An id that came in by a webhook is not one that can be sent.
    let received = simulator.keep_file("image/jpeg", photo);
    let reused = media_to("image", json!({"id": received.id}));
    assert_eq!(code_of(&simulator, &reused).await, Some(131_053));
    assert_eq!(simulator.got(ANA).len(), 1);
}

#[tokio::test]
async fn uploads_have_limits() {
    let simulator = simulator(None).await;
    let five_megabytes = vec![0; 5 * 1024 * 1024];
    assert_eq!(
        upload(&simulator, "image/png", &five_megabytes).await.0,
        200
    );
    let over = vec![0; 5 * 1024 * 1024 + 1];
    for (mime_type, content) in [
        ("image/png", &over[..]),
        ("image/webp", &over[..=100 * 1024]),
        ("image/gif", b"x"),
        ("text/plain", b""),
    ] {
        let (status, error) = upload(&simulator, mime_type, content).await;
        assert_eq!((status, &error["error"]["code"]), (400, &json!(100)));
    }
    assert_eq!(upload(&simulator, "audio/ogg", &over).await.0, 200);
    let graph = Graph::of(&simulator);
    let no_form = graph.http.post(format!("{}/media", graph.base));
    let answer = no_form.bearer_auth(TOKEN).body("x").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let stranger = graph.http.post(format!("{}/media", graph.base));
    assert_eq!(stranger.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn files_can_be_late_or_fail() {
    let simulator = simulator(None).await;
    let id = simulator.keep_file("image/jpeg", "x").id;
    let graph = Graph::of(&simulator);
    let url = format!("{}/v24.0/{id}", simulator.url());
    simulator
        .fail_next(1, Fault::status(503).on(FaultTarget::Media))
        .unwrap();
    assert_eq!(get(&graph, &url, TOKEN).await.status(), 503);
    let looks = look_up(&simulator, &id).await;
    let file = looks["url"].as_str().unwrap();
    simulator
        .fault(Fault::drop_answer().on(FaultTarget::Download))
        .unwrap();
    let dropped = graph.http.get(file).bearer_auth(TOKEN).send().await;
    assert!(dropped.is_err());
    simulator
        .fault(Fault::code(131_000).on(FaultTarget::Upload))
        .unwrap();
    assert_eq!(upload(&simulator, "image/png", b"x").await.0, 500);
    simulator.delay_media(Duration::from_millis(40));
    let begun = std::time::Instant::now();
    assert_eq!(get(&graph, file, TOKEN).await.status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(40));
    let calls = simulator.calls(0);
    let seen: Vec<_> = calls.iter().map(|call| (call.status, call.code)).collect();
    let expected = [
        (Some(503), None),
        (Some(200), None),
        (None, None),
        (Some(500), Some(131_000)),
        (Some(200), None),
    ];
    assert_eq!(seen, expected);
    assert!(calls.iter().all(|call| !call.path.contains("token")));
    assert_eq!(calls[2].path, format!("/media/{id}"));
}
