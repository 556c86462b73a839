//! Delivery to a real server, with the Secret from an API server that answers by a script.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use http::{Request, Response};
use jiff::SignedDuration;
use kube::client::Body;
use serde_json::{Value, json};

use super::*;

const UID: &str = "5b2a1c8e-9d4f-4e0a-8b7c-6d5e4f3a2b1c";

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn object(type_: &str) -> UbermenchDeployment {
    serde_json::from_value(json!({
        "apiVersion": "ubermench.io/v1alpha1",
        "kind": "UbermenchDeployment",
        "metadata": {"name": "handy", "namespace": "prod", "uid": UID},
        "spec": {
            "image": "registry.example/ubermench-bot:1.4.0",
            "whatsapp": {"phoneNumberId": "106540352242922", "secretName": "handy-whatsapp"},
            "database": {"secretName": "handy-database"},
            "redis": {"secretName": "handy-redis"},
            "notifications": [{"type": type_, "secretName": "channel"}],
        },
        "status": {"undelivered": [{
            "secretName": "channel", "attempts": 2, "nextAttempt": "2026-01-01T00:00:00Z",
            "transition": {
                "sequence": 7, "from": "Starting", "to": "Failed", "reason": "CrashLoop", "revision": "abc",
                "message": "it said <!channel> & @everyone", "time": "2026-01-01T00:00:00Z",
            },
        }]},
    }))
    .unwrap()
}

/// What a server was sent: the id in the header, and the body.
type Sent = Arc<Mutex<Vec<(Option<String>, Value)>>>;

/// A server that keeps what it was sent, and answers as it is told.
struct Receiver {
    url: String,
    code: Arc<AtomicU16>,
    got: Sent,
    tasks: tokio::task::JoinSet<()>,
}

impl Receiver {
    async fn start() -> Self {
        let code = Arc::new(AtomicU16::new(200));
        let got = Sent::default();
        let (answers, kept) = (code.clone(), got.clone());
        let router = axum::Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
            let id = headers.get("idempotency-key");
            let id = id.map(|id| id.to_str().unwrap().to_owned());
            lock(&kept).push((id, serde_json::from_slice(&body).unwrap()));
            StatusCode::from_u16(answers.load(Ordering::SeqCst)).unwrap()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/T0/B0/token", listener.local_addr().unwrap());
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            code,
            got,
            tasks,
        }
    }

    fn notifier(&self) -> Notifier {
        notifier(
            json!({"metadata": {"name": "channel"}, "data": {"url": k8s_openapi::ByteString(self.url.clone().into_bytes())}}),
        )
    }
}

fn notifier(secret: Value) -> Notifier {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let service = tower::service_fn(move |_: Request<Body>| {
        let body = Body::from(serde_json::to_vec(&secret).unwrap());
        async move { Ok::<_, Infallible>(Response::new(body)) }
    });
    let client = Client::new(service, "prod");
    Notifier::new(
        client,
        Notifier::http_client().unwrap(),
        Metrics::new().unwrap(),
    )
}

async fn ended(notifier: &Notifier) {
    notifier.tasks.close();
    notifier.tasks.wait().await;
    notifier.tasks.reopen();
}

#[tokio::test]
async fn each_channel_is_told_in_its_own_format() {
    for (type_, field) in [
        ("Slack", "/text"),
        ("Discord", "/content"),
        ("Webhook", "/transition/message"),
    ] {
        let receiver = Receiver::start().await;
        let notifier = receiver.notifier();
        notifier.start(&object(type_), now());
        ended(&notifier).await;
        let got = lock(&receiver.got).clone();
        let [(id, body)] = got.as_slice() else {
            panic!("{type_}: {got:?}")
        };
        assert_eq!(id.as_deref(), Some(format!("{UID}-7").as_str()));
        let text = body.pointer(field).and_then(Value::as_str).unwrap();
        assert!(text.contains("it said"), "{type_}: {text}");
        match type_ {
            "Slack" => assert!(text.contains("&lt;!channel&gt; &amp;"), "{text}"),
            "Discord" => assert_eq!(body["allowed_mentions"]["parse"], json!([])),
            _ => assert_eq!(body["id"], format!("{UID}-7")),
        }
        drop(receiver.tasks);
    }
}

#[tokio::test]
async fn what_was_tried_is_not_tried_again_before_its_result_is_written() {
    let receiver = Receiver::start().await;
    let (notifier, mut object) = (receiver.notifier(), object("Webhook"));
    receiver.code.store(503, Ordering::SeqCst);
    for _ in 0..3 {
        notifier.start(&object, now());
        ended(&notifier).await;
    }
    assert_eq!(lock(&receiver.got).len(), 1);
    let failed = notifier.collect(&object);
    assert_eq!(failed[0].error.as_deref(), Some("the server answered 503"));
    let entry = &mut object.status.as_mut().unwrap().undelivered[0];
    entry.attempts = 3;
    entry.next_attempt.0 = now() + SignedDuration::from_secs(40);
    assert_eq!(notifier.collect(&object), [], "that try is written down");
    notifier.start(&object, now());
    ended(&notifier).await;
    assert_eq!(lock(&receiver.got).len(), 1, "it is not due");
    receiver.code.store(204, Ordering::SeqCst);
    notifier.start(&object, now() + SignedDuration::from_secs(40));
    ended(&notifier).await;
    assert_eq!(notifier.collect(&object)[0].error, None);
    let restarted = receiver.notifier();
    restarted.start(&object, now() + SignedDuration::from_secs(41));
    ended(&restarted).await;
    assert_eq!(lock(&receiver.got).len(), 3, "at least once");
}

#[tokio::test]
async fn errors_name_the_secret_and_never_the_address() {
    let url = |text: &str| json!({"metadata": {}, "data": {"url": k8s_openapi::ByteString(text.as_bytes().to_vec())}});
    let cases = [
        (
            json!({"metadata": {}}),
            "Secret channel has no value for the key url",
        ),
        (
            url("ftp://host/token"),
            "the key url of Secret channel is no http or https URL",
        ),
        (
            url("http://127.0.0.1:1/token"),
            "the server can't be reached",
        ),
    ];
    for (secret, expected) in cases {
        let (notifier, object) = (notifier(secret), object("Slack"));
        notifier.start(&object, now());
        ended(&notifier).await;
        let told = notifier.collect(&object);
        assert_eq!(told[0].error.as_deref(), Some(expected));
        assert!(!format!("{told:?}").contains("token"));
    }
}
