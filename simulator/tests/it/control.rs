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
            "text, tap and raw",
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
