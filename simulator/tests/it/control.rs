//! The control API over HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use ubermench_simulator::Handle;

use crate::bot::Bot;
use crate::{Graph, simulator};

struct Api {
    http: reqwest::Client,
    base: String,
}

impl Api {
    fn of(simulator: &Handle) -> Self {
        let http = Graph::of(simulator).http;
        Self {
            http,
            base: format!("{}/control/", simulator.url()),
        }
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.base);
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> (u16, String) {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let answer = request.json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn people_speak_and_sends_are_looked_at() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(None).await;
    let api = Api::of(&simulator);
    let settings = json!({"url": bot.url, "statuses": false});
    assert_eq!(api.call(Method::PUT, "webhook", &settings).await.0, 204);

    let inbound = json!({"from": "5215500001001", "text": "hola"});
    let (status, receipt) = api.call(Method::POST, "inbound", &inbound).await;
    let receipt: Value = serde_json::from_str(&receipt).unwrap();
    assert_eq!((status, &receipt["webhook_status"]), (200, &json!(200)));
    assert_eq!(receipt["attempts"], 1);
    assert!(receipt["wamid"].as_str().unwrap().starts_with("wamid."));

    let graph = Graph::of(&simulator);
    graph.text("525500001001", "one").await;
    graph.text("12025550118", "two").await;
    let sent = api.get("messages").await;
    assert_eq!(sent.as_array().unwrap().len(), 2);
    assert_eq!(sent[0]["outcome"], json!({"kind": "accepted"}));
    let to_mexico = api.get("messages?to=5215500001001").await;
    assert_eq!(to_mexico, json!([sent[0]]));
    assert_eq!(to_mexico[0]["to"], "525500001001");
    assert_eq!(api.get("messages?since=1").await, json!([sent[1]]));
    assert_eq!(api.get("reads").await, json!([]));
    assert_eq!(api.get("stats").await["sends_accepted"], 2);
    assert_eq!(
        api.call(Method::DELETE, "messages", &Value::Null).await.0,
        204
    );
    assert_eq!(api.get("messages").await, json!([]));
}

#[tokio::test]
async fn faults_and_verification_are_ordered() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let api = Api::of(&simulator);
    let (_, verified) = api.call(Method::POST, "verify", &Value::Null).await;
    let verified: Value = serde_json::from_str(&verified).unwrap();
    assert_eq!(verified, json!({"verified": true, "status": 200}));
    let fault = json!({"kind": "status", "status": 500, "code": 131_016, "count": 2});
    assert_eq!(api.call(Method::POST, "faults", &fault).await.0, 201);
    assert_eq!(api.get("faults").await[0]["count"], 2);
    assert_eq!(
        api.call(Method::DELETE, "faults", &Value::Null).await.0,
        204
    );
    assert_eq!(api.get("faults").await, json!([]));
}

#[tokio::test]
async fn bad_requests_name_the_member() {
    let simulator = simulator(None).await;
    let api = Api::of(&simulator);
    for (path, body, named) in [
        ("faults", json!({"kind": "flood"}), "flood"),
        ("faults", json!({"kind": "status", "status": 99}), "status"),
        ("faults", json!({"kind": "drop", "tto": "1"}), "tto"),
        ("inbound", json!({"text": "x"}), "from"),
        ("inbound", json!({"from": "me", "text": "x"}), "from"),
        (
            "inbound",
            json!({"from": "5215500001001"}),
            "exactly one of text",
        ),
        ("inbound", json!("x"), "Inbound"),
    ] {
        let (status, error) = api.call(Method::POST, path, &body).await;
        assert_eq!(status, 400, "{body}");
        let error: Value = serde_json::from_str(&error).unwrap();
        assert!(
            error["message"].as_str().unwrap().contains(named),
            "{body}: {error}"
        );
    }
    let (status, error) = api
        .call(Method::PUT, "webhook", &json!({"url": "here"}))
        .await;
    assert!(status == 400 && error.contains("url"), "{error}");
}

#[tokio::test]
async fn conduct_phones_and_templates_are_ordered() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let api = Api::of(&simulator);
    let change =
        json!({"window": "later", "statuses": {"delay_ms": 5}, "rates": {"pair_burst": 45}});
    assert_eq!(api.call(Method::PATCH, "conduct", &change).await.0, 204);
    let conduct = api.get("conduct").await;
    assert_eq!(conduct["window"], "later");
    assert_eq!(conduct["statuses"]["order"], json!(["sent", "delivered"]));
    assert_eq!(conduct["rates"]["pair_seconds"], 6);
    let wrong = json!({"window": "ajar"});
    let (status, error) = api.call(Method::PATCH, "conduct", &wrong).await;
    assert!(status == 400 && error.contains("ajar"), "{error}");

    let phone = format!("phones/{}", "5215500001001");
    assert_eq!(api.get(&phone).await["window_open"], true);
    let order =
        json!({"last_message_seconds_ago": 90_000, "undeliverable": "later", "delay_ms": 7});
    let (status, view) = api.call(Method::PATCH, &phone, &order).await;
    let view: Value = serde_json::from_str(&view).unwrap();
    assert_eq!((status, &view["window_open"]), (200, &json!(false)));
    assert_eq!(
        (&view["undeliverable"], &view["delay_ms"]),
        (&json!("later"), &json!(7))
    );

    let pause = json!({"status": "paused", "language": "es"});
    let path = "templates/handy_new_request/status";
    assert_eq!(api.call(Method::PUT, path, &pause).await.0, 204);
    assert_eq!(
        api.call(Method::PUT, "templates/none/status", &pause)
            .await
            .0,
        404
    );
    let own = json!({"name": "own", "language": "en", "body": "Hi {{1}}"});
    assert_eq!(api.call(Method::PUT, "templates", &own).await.0, 204);
    let templates = api.get("templates").await;
    let paused = templates
        .as_array()
        .unwrap()
        .iter()
        .filter(|t| t["status"] == "paused");
    assert_eq!(
        (templates.as_array().unwrap().len(), paused.count()),
        (15, 1)
    );

    assert_eq!(
        api.call(Method::DELETE, "conduct", &Value::Null).await.0,
        204
    );
    assert_eq!(api.get("conduct").await["window"], "at_once");
    assert_eq!(api.get("templates").await.as_array().unwrap().len(), 14);
    assert_eq!(api.get(&phone).await["undeliverable"], "no");
}

#[tokio::test]
async fn webhooks_come_again_and_raw() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator.set_status_webhooks(false);
    let api = Api::of(&simulator);
    let raw = json!({"pasted": true});
    let (status, receipt) = api.call(Method::POST, "notify", &raw).await;
    assert!(
        status == 200 && receipt.contains("\"webhook_status\":200"),
        "{receipt}"
    );
    let (_, receipts) = api
        .call(Method::POST, "webhooks/again", &json!({"times": 2}))
        .await;
    let receipts: Value = serde_json::from_str(&receipts).unwrap();
    assert_eq!(receipts.as_array().unwrap().len(), 2);
    let seen = bot.saw(3).await;
    assert!(
        seen.iter()
            .all(|webhook| &webhook.body[..] == b"{\"pasted\":true}")
    );
    assert_eq!(api.get("webhooks").await[2]["kind"], "other");
    let unknown = json!({"seq": 99});
    assert_eq!(
        api.call(Method::POST, "webhooks/again", &unknown).await.0,
        404
    );
}

#[tokio::test]
async fn files_statuses_and_scenes_are_ordered() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator.set_status_webhooks(false);
    let api = Api::of(&simulator);
    let photo = json!({"from": "5215500001001", "media": {"base64": "/9j/", "caption": "x"}});
    assert_eq!(api.call(Method::POST, "inbound", &photo).await.0, 200);
    let message = bot.saw(1).await[0].value()["messages"][0].clone();
    let id = message["image"]["id"].as_str().unwrap().to_owned();
    let file = api
        .http
        .get(format!("{}media/{id}", api.base))
        .send()
        .await
        .unwrap();
    assert_eq!(file.bytes().await.unwrap(), [0xff, 0xd8, 0xff].as_slice());
    let kept = api
        .http
        .post(format!("{}media", api.base))
        .header("Content-Type", "text/plain");
    let kept: Value = kept
        .body("note")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let document =
        json!({"from": "5215500001001", "media": {"kind": "document", "id": kept["id"]}});
    assert_eq!(api.call(Method::POST, "inbound", &document).await.0, 200);
    assert_eq!(api.call(Method::DELETE, "media", &Value::Null).await.0, 204);

    let wamid = Graph::of(&simulator).text("5215500001001", "x").await;
    let failed = json!({"wamid": wamid, "status": "failed", "code": 131_047});
    assert_eq!(api.call(Method::POST, "statuses", &failed).await.0, 202);
    assert_eq!(bot.saw(3).await[2].short(), format!("failed {wamid}"));
    let odd = json!({"wamid": wamid, "status": "eaten"});
    assert_eq!(api.call(Method::POST, "statuses", &odd).await.0, 400);
    assert_eq!(api.get("calls").await[0]["status"], 200);

    let scene = json!({"steps": [{"phone": "5215500001001", "send": {"text": "hola"}}]});
    let (status, started) = api.call(Method::POST, "scenes", &scene).await;
    assert_eq!((status, started.as_str()), (202, "{\"id\":1}"));
    bot.saw(4).await;
    assert_eq!(
        api.get("scenes").await[0]["steps"][0]["phone"],
        "5215500001001"
    );
    let bad = json!({"steps": [{"phone": "me"}]});
    let (status, error) = api.call(Method::POST, "scenes", &bad).await;
    assert!(status == 400 && error.contains("steps[0]"), "{error}");
    assert_eq!(
        api.call(Method::DELETE, "scenes/1", &Value::Null).await.0,
        204
    );
}
