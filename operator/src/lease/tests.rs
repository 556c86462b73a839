//! Two processes over an API server in memory, on a clock that the tests move.

#![expect(
    clippy::disallowed_methods,
    reason = "each candidate runs as long as its test"
)]

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http::{Method, Request, Response};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::*;

const DURATION: Duration = Duration::from_secs(10);

/// Keeps one lease as the API server does: every write counts the resourceVersion, an old one is refused.
#[derive(Clone, Default)]
struct Server {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    lease: Option<Value>,
    version: u64,
    away: bool,
    hangs: bool,
}

impl Server {
    fn client(&self) -> Client {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let server = server.clone();
            async move { Ok::<_, Infallible>(server.answer(request).await) }
        });
        Client::new(service, "system")
    }

    fn candidate(&self, identity: &str) -> (Candidate, watch::Receiver<Standing>) {
        let (tell, standing) = watch::channel(Standing::Apart);
        let settings = Settings {
            name: "operator".to_owned(),
            identity: identity.to_owned(),
            duration: DURATION,
            clock: || Timestamp::UNIX_EPOCH,
        };
        (
            Candidate::new(Api::namespaced(self.client(), "system"), settings, tell),
            standing,
        )
    }

    async fn leader(&self, identity: &str) -> Leader {
        self.candidate(identity)
            .0
            .acquire(&CancellationToken::new())
            .await
            .unwrap()
    }

    fn holder(&self) -> String {
        let state = self.state.lock().unwrap();
        state
            .lease
            .as_ref()
            .map(|lease| lease["spec"]["holderIdentity"].as_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        if self.state.lock().unwrap().hangs {
            std::future::pending::<()>().await;
        }
        let method = request.method().clone();
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let mut state = self.state.lock().unwrap();
        let (code, answer) = if state.away {
            (503, Value::Null)
        } else {
            state.act(&method, &body)
        };
        let answer = if code < 400 {
            answer
        } else {
            json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": "",
                "reason": match code { 404 => "NotFound", 409 => "Conflict", _ => "ServiceUnavailable" }})
        };
        Response::builder()
            .status(code)
            .body(Body::from(answer.to_string().into_bytes()))
            .unwrap()
    }
}

impl State {
    fn act(&mut self, method: &Method, body: &[u8]) -> (u16, Value) {
        let found = self.lease.clone();
        match (method, found) {
            (&Method::GET, Some(lease)) => (200, lease),
            (&Method::POST, None) => (201, self.store(body)),
            (&Method::PUT, Some(lease)) => {
                let wanted: Value = serde_json::from_slice(body).unwrap();
                if wanted["metadata"]["resourceVersion"] != lease["metadata"]["resourceVersion"] {
                    return (409, Value::Null);
                }
                (200, self.store(body))
            }
            (&Method::POST, Some(_)) => (409, Value::Null),
            _ => (404, Value::Null),
        }
    }

    fn store(&mut self, body: &[u8]) -> Value {
        let mut lease: Value = serde_json::from_slice(body).unwrap();
        self.version += 1;
        lease["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.lease = Some(lease.clone());
        lease
    }
}

#[tokio::test(start_paused = true)]
async fn killed_holder_is_succeeded_after_the_duration() {
    let server = Server::default();
    drop(server.leader("a").await);
    let begun = Instant::now();
    let (second, standing) = server.candidate("b");
    let second = tokio::spawn(async move { second.acquire(&CancellationToken::new()).await });
    sleep(DURATION * 9 / 10).await;
    assert_eq!(
        (server.holder().as_str(), *standing.borrow()),
        ("a", Standing::StandingBy)
    );
    assert!(second.await.unwrap().is_some());
    assert!(
        begun.elapsed() > DURATION && begun.elapsed() < DURATION + Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(
        (server.holder().as_str(), *standing.borrow()),
        ("b", Standing::Leading)
    );
    let state = server.state.lock().unwrap();
    assert_eq!(state.lease.as_ref().unwrap()["spec"]["leaseTransitions"], 1);
}

#[tokio::test(start_paused = true)]
async fn renewed_lease_is_never_taken() {
    let server = Server::default();
    let mut first = server.leader("a").await;
    let stop = CancellationToken::new();
    let (second, _) = server.candidate("b");
    let stops = stop.clone();
    let second = tokio::spawn(async move { second.acquire(&stops).await });
    let stops = stop.clone();
    let first = tokio::spawn(async move { first.keep(&stops).await });
    sleep(DURATION * 20).await;
    assert_eq!(server.holder(), "a");
    stop.cancel();
    assert!(first.await.unwrap().is_ok());
    assert!(second.await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn released_lease_is_taken_at_once() {
    let server = Server::default();
    let first = server.leader("a").await;
    let (second, _) = server.candidate("b");
    let second = tokio::spawn(async move { second.acquire(&CancellationToken::new()).await });
    sleep(Duration::from_secs(2)).await;
    first.release().await;
    let released = Instant::now();
    assert!(second.await.unwrap().is_some());
    assert!(
        released.elapsed() <= Duration::from_millis(500),
        "{:?}",
        released.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn same_identity_takes_its_lease_at_once() {
    let server = Server::default();
    drop(server.leader("a").await);
    let begun = Instant::now();
    drop(server.leader("a").await);
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn of_many_only_one_leads() {
    let server = Server::default();
    let stop = CancellationToken::new();
    let race: Vec<_> = (0..8)
        .map(|number| {
            let (candidate, _) = server.candidate(&format!("p{number}"));
            let stop = stop.clone();
            tokio::spawn(async move { candidate.acquire(&stop).await })
        })
        .collect();
    sleep(DURATION / 2).await;
    stop.cancel();
    let mut leaders = 0;
    for each in race {
        leaders += usize::from(each.await.unwrap().is_some());
    }
    assert_eq!(leaders, 1);
}

#[tokio::test(start_paused = true)]
async fn holder_gives_up_before_a_follower_may_take_over() {
    for hangs in [false, true] {
        let server = Server::default();
        let mut first = server.leader("a").await;
        let begun = Instant::now();
        {
            let mut state = server.state.lock().unwrap();
            (state.away, state.hangs) = (!hangs, hangs);
        }
        let lost = first.keep(&CancellationToken::new()).await.unwrap_err();
        assert!(matches!(lost, Lost::Expired(_)), "{lost}");
        assert!(begun.elapsed() <= DURATION, "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn short_absence_of_the_server_is_bridged() {
    let server = Server::default();
    let mut first = server.leader("a").await;
    let stop = CancellationToken::new();
    let (toggled, stops) = (server.clone(), stop.clone());
    let outage = tokio::spawn(async move {
        toggled.state.lock().unwrap().away = true;
        sleep(DURATION / 2).await;
        toggled.state.lock().unwrap().away = false;
        sleep(DURATION * 3).await;
        stops.cancel();
    });
    first.keep(&stop).await.unwrap();
    outage.await.unwrap();
    assert_eq!(server.holder(), "a");
}

#[tokio::test(start_paused = true)]
async fn lease_in_other_hands_is_lost_and_one_edited_is_kept() {
    let server = Server::default();
    let mut first = server.leader("a").await;
    let edit = |holder: &str| {
        let mut state = server.state.lock().unwrap();
        let mut lease = state.lease.clone().unwrap();
        lease["spec"]["holderIdentity"] = json!(holder);
        state.store(lease.to_string().as_bytes());
    };
    edit("a");
    first.renew().await.unwrap();
    edit("b");
    let lost = first.renew().await.unwrap_err();
    assert!(
        matches!(&lost, Lost::Taken { holder } if holder == "b"),
        "{lost}"
    );
    assert_eq!(server.holder(), "b");
}

#[tokio::test(start_paused = true)]
async fn deleted_lease_is_made_anew() {
    let server = Server::default();
    let mut first = server.leader("a").await;
    server.state.lock().unwrap().lease = None;
    first.renew().await.unwrap();
    assert_eq!(server.holder(), "a");
}

#[tokio::test(start_paused = true)]
async fn follower_without_a_server_is_not_ready() {
    let server = Server::default();
    drop(server.leader("a").await);
    let (second, mut standing) = server.candidate("b");
    let stop = CancellationToken::new();
    let stops = stop.clone();
    let second = tokio::spawn(async move { second.acquire(&stops).await });
    standing
        .wait_for(|now| *now == Standing::StandingBy)
        .await
        .unwrap();
    server.state.lock().unwrap().away = true;
    standing
        .wait_for(|now| *now == Standing::Apart)
        .await
        .unwrap();
    stop.cancel();
    assert!(second.await.unwrap().is_none());
}
