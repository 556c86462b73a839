//! The exact calls of single acts, against an API server that answers by a script.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::*;
use crate::cleanup;
use crate::context::Adapters;
use crate::error::Category;
use crate::metrics::Metrics;
use crate::names::{FINALIZER, SNAPSHOT_FINALIZER};
use crate::validate;

const UID: &str = "5b2a1c8e-9d4f-4e0a-8b7c-6d5e4f3a2b1c";

mod children;
mod claims;

/// What was asked: method, path with query, body.
type Call = (String, String, Value);

/// Answers each call by the first line of its script that fits, and keeps what was asked.
#[derive(Clone)]
struct Server {
    script: Arc<Vec<(&'static str, &'static str, u16, Value)>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Server {
    fn of(script: Vec<(&'static str, &'static str, u16, Value)>) -> Self {
        Self {
            script: Arc::new(script),
            calls: Arc::default(),
        }
    }

    fn context(&self) -> Context {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let server = server.clone();
            async move { Ok::<_, Infallible>(server.answer(request).await) }
        });
        let client = Client::new(service, "prod");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let adapters = Adapters {
            pods: Arc::new(reqwest::Client::new()),
            channels: reqwest::Client::new(),
            clock: Arc::new(|| Timestamp::UNIX_EPOCH),
            secret: Arc::new(|| [7; 32]),
        };
        Context::new(client, adapters, Metrics::new().unwrap(), "test".to_owned())
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let method = request.method().to_string();
        let path = request.uri().to_string();
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let line = self
            .script
            .iter()
            .find(|line| line.0 == method && path.contains(line.1));
        let (code, mut answer) = line.map_or((404, Value::Null), |line| (line.2, line.3.clone()));
        if answer == json!("echo") {
            answer = body.clone();
        }
        if code >= 400 {
            let reason = match (code, method.as_str()) {
                (409, "POST") => "AlreadyExists",
                (409, _) => "Conflict",
                (403, _) => "Forbidden",
                _ => "NotFound",
            };
            answer = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason});
        }
        self.calls.lock().unwrap().push((method, path, body));
        Response::builder()
            .status(code)
            .body(Body::from(serde_json::to_vec(&answer).unwrap()))
            .unwrap()
    }

    /// The calls that write.
    fn writes(&self) -> Vec<Call> {
        self.calls
            .lock()
            .unwrap()
            .iter()
            .filter(|call| call.0 != "GET")
            .cloned()
            .collect()
    }
}

fn object() -> UbermenchDeployment {
    serde_json::from_value(json!({
        "apiVersion": "ubermench.io/v1alpha1",
        "kind": "UbermenchDeployment",
        "metadata": {
            "name": "handy", "namespace": "prod", "uid": UID, "resourceVersion": "41", "finalizers": [FINALIZER],
        },
        "spec": {
            "image": "registry.example/ubermench-bot:1.4.0",
            "whatsapp": {"phoneNumberId": "106540352242922", "secretName": "handy-whatsapp"},
            "database": {"secretName": "handy-database"},
            "redis": {"secretName": "handy-redis"},
        },
    }))
    .unwrap()
}

fn world() -> World {
    World::bare(object()).unwrap()
}

fn owned(name: &str, version: &str) -> Value {
    json!({
        "name": name, "namespace": "prod", "uid": format!("uid-of-{name}"), "resourceVersion": version,
        "ownerReferences": [{"apiVersion": "ubermench.io/v1alpha1", "kind": "UbermenchDeployment", "name": "handy", "uid": UID}],
    })
}

async fn carry_out(server: &Server, world: &World, deed: Act) -> Result<(), Error> {
    let settings = validate::settings(&world.object.spec);
    act(&server.context(), world, &settings, &deed).await
}

fn point() -> Act {
    Act::PointService {
        role: Role::Active,
        revision: "abc".to_owned(),
    }
}

#[tokio::test]
async fn taken_name_is_refused_and_left_alone() {
    let foreign = json!({"metadata": {"name": "handy", "namespace": "prod", "uid": "other"}});
    let server = Server::of(vec![
        ("POST", "/services", 409, Value::Null),
        ("GET", "/services/handy", 200, foreign),
    ]);
    let refused = carry_out(&server, &world(), point()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::NameTaken { kind: "Service", name } if name == "handy"),
        "{refused:?}"
    );
    assert_eq!(
        server.writes().len(),
        1,
        "only the refused creation was tried"
    );
}

#[tokio::test]
async fn service_is_replaced_in_the_version_that_was_read() {
    let mut world = world();
    let live = json!({
        "metadata": owned("handy", "7"),
        "spec": {"clusterIP": "10.0.0.9", "selector": {"foo": "bar"}, "sessionAffinity": "ClientIP", "ports": [{"port": 81}]},
    });
    world
        .services
        .insert(Role::Active, serde_json::from_value(live).unwrap());
    let server = Server::of(vec![("PUT", "/services/handy", 200, json!("echo"))]);
    carry_out(&server, &world, point()).await.unwrap();
    let writes = server.writes();
    let [(_, path, body)] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert!(path.contains("fieldManager=ubermench-operator"), "{path}");
    assert_eq!(body["metadata"]["resourceVersion"], "7");
    assert_eq!(body["spec"]["clusterIP"], "10.0.0.9");
    assert_eq!(
        body["spec"]["selector"],
        json!(world.names.pod_selector("abc"))
    );
    assert_eq!(body["spec"]["ports"][0]["port"], 80);
    assert_eq!(body["spec"].get("sessionAffinity"), None);
}

#[tokio::test]
async fn stale_write_is_a_conflict() {
    let mut world = world();
    let live = json!({"metadata": owned("handy", "7"), "spec": {}});
    world
        .services
        .insert(Role::Active, serde_json::from_value(live).unwrap());
    let server = Server::of(vec![("PUT", "/services/handy", 409, Value::Null)]);
    let refused = carry_out(&server, &world, point()).await.unwrap_err();
    assert_eq!(refused.category(), Category::Conflict);
}

fn with_deployment() -> World {
    let mut world = world();
    let live = json!({
        "metadata": owned("handy-blue-abc", "9"),
        "spec": {"selector": {}, "template": {}},
    });
    world
        .deployments
        .insert("abc".to_owned(), serde_json::from_value(live).unwrap());
    world
}

fn services(revision: &str) -> Value {
    json!({"items": [{"metadata": {"name": "theirs"}, "spec": {"selector": {"ubermench.io/revision": revision}}}]})
}

#[tokio::test]
async fn deployment_that_a_service_selects_is_kept() {
    let server = Server::of(vec![("GET", "/services", 200, services("abc"))]);
    let deed = Act::DeleteDeployment {
        revision: "abc".to_owned(),
    };
    let refused = carry_out(&server, &with_deployment(), deed)
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, Error::InUse { service, .. } if service == "theirs"),
        "{refused:?}"
    );
    assert_eq!(server.writes(), []);
}

#[tokio::test]
async fn only_the_deployment_that_was_read_is_deleted() {
    let gone = json!({"kind": "Status", "apiVersion": "v1", "status": "Success"});
    let server = Server::of(vec![
        ("GET", "/services", 200, services("other")),
        ("DELETE", "/deployments/handy-blue-abc", 200, gone),
    ]);
    let deed = Act::DeleteDeployment {
        revision: "abc".to_owned(),
    };
    carry_out(&server, &with_deployment(), deed).await.unwrap();
    let writes = server.writes();
    let [(_, _, body)] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert_eq!(
        body["preconditions"],
        json!({"uid": "uid-of-handy-blue-abc", "resourceVersion": "9"})
    );
}

#[tokio::test]
async fn end_of_a_resource_lets_its_snapshots_go_first() {
    let mut held = owned("handy-abc", "3");
    held["finalizers"] = json!([SNAPSHOT_FINALIZER, "someone/else"]);
    let server = Server::of(vec![
        (
            "GET",
            "/secrets",
            200,
            json!({"metadata": {}, "items": [{"metadata": held}]}),
        ),
        ("PATCH", "/secrets/handy-abc", 200, json!({"metadata": {}})),
        (
            "PATCH",
            "/ubermenchdeployments/handy",
            200,
            json!({"metadata": {}}),
        ),
    ]);
    cleanup::release(&server.context(), &object(), Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let writes = server.writes();
    let [secret, resource] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert_eq!(
        secret.2["metadata"],
        json!({"resourceVersion": "3", "finalizers": ["someone/else"]})
    );
    assert_eq!(
        resource.2["metadata"],
        json!({"resourceVersion": "41", "finalizers": []})
    );
}

#[tokio::test]
async fn status_is_written_only_over_the_version_that_was_read() {
    let server = Server::of(vec![(
        "PUT",
        "/ubermenchdeployments/handy/status",
        409,
        Value::Null,
    )]);
    let refused = status(
        &server.context(),
        &object(),
        UbermenchDeploymentStatus::default(),
    )
    .await
    .unwrap_err();
    assert_eq!(refused.category(), Category::Conflict);
    let writes = server.writes();
    assert_eq!(
        writes
            .first()
            .map(|call| &call.2["metadata"]["resourceVersion"]),
        Some(&json!("41"))
    );
}
