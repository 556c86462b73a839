//! A proxy before the API server that the operator under test talks to: it counts the operator's writes, and kills the
//! operator right before a write is forwarded or right after, before the answer is seen.
//!
//! Leases and Events are no writes of a release: they are forwarded, never counted, never cut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use kube::Client;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio_util::task::AbortOnDropHandle;

/// When a life of the operator ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fuse {
    /// Never.
    Whole,
    /// Before its second write is forwarded: so each write of a release is, in some life, the one that never left.
    BeforeSecond,
    /// After its first write was forwarded, before it sees the answer.
    AfterFirst,
}

/// One counted write.
#[derive(Clone, Debug)]
pub struct Write {
    /// When.
    pub at: Instant,
    /// What: method, kind, and the phase where it writes a status.
    pub step: String,
    /// Whether the operator was killed at it.
    pub cut: bool,
}

/// A running proxy.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    gate: Arc<Gate>,
    _server: AbortOnDropHandle<()>,
}

struct Gate {
    client: Client,
    state: Mutex<Life>,
}

struct Life {
    fuse: Fuse,
    /// Writes of this life.
    count: usize,
    /// Nothing passes between a cut and the next life.
    open: bool,
    operator: Option<Child>,
    writes: Vec<Write>,
}

/// What happens to a request.
enum Verdict {
    Forward,
    CutBefore,
    CutAfter,
    Refuse,
}

impl Proxy {
    /// Starts it before the API server that the client talks to.
    pub async fn start(client: Client) -> Result<Self> {
        let life = Life {
            fuse: Fuse::Whole,
            count: 0,
            open: false,
            operator: None,
            writes: Vec::new(),
        };
        let gate = Arc::new(Gate {
            client,
            state: Mutex::new(life),
        });
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(pass).with_state(gate.clone());
        let server = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            gate,
            _server: AbortOnDropHandle::new(server),
        })
    }

    /// Begins a life: this process, until the fuse blows.
    pub fn begin(&self, operator: Child, fuse: Fuse) -> Result<()> {
        self.with(|life| {
            life.operator = Some(operator);
            life.fuse = fuse;
            life.count = 0;
            life.open = true;
        })
    }

    /// Ends the life at once, as `kill -9` does.
    pub fn kill(&self) -> Result<()> {
        self.with(Life::end)
    }

    /// Whether the process of this life is gone.
    pub fn is_over(&self) -> Result<bool> {
        self.with(|life| match life.operator.as_mut() {
            Some(operator) => operator.try_wait().map_or(true, |status| status.is_some()),
            None => true,
        })
    }

    /// All counted writes, and forgets them.
    pub fn take_writes(&self) -> Result<Vec<Write>> {
        self.with(|life| std::mem::take(&mut life.writes))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Life) -> T) -> Result<T> {
        let mut life = self.gate.state.lock().ok().context("the proxy panicked")?;
        Ok(act(&mut life))
    }
}

impl Life {
    fn end(&mut self) {
        self.open = false;
        if let Some(operator) = self.operator.as_mut() {
            // It may have ended by itself.
            let _ = operator.start_kill();
        }
    }

    fn judge(&mut self, step: Option<String>) -> Verdict {
        if !self.open {
            return Verdict::Refuse;
        }
        let Some(step) = step else {
            return Verdict::Forward;
        };
        self.count += 1;
        let verdict = match (self.fuse, self.count) {
            (Fuse::BeforeSecond, 2) => Verdict::CutBefore,
            (Fuse::AfterFirst, 1) => Verdict::CutAfter,
            _ => Verdict::Forward,
        };
        let cut = !matches!(verdict, Verdict::Forward);
        self.writes.push(Write {
            at: Instant::now(),
            step,
            cut,
        });
        if cut {
            self.open = false;
        }
        verdict
    }
}

impl Gate {
    fn judge(&self, step: Option<String>) -> Verdict {
        self.state
            .lock()
            .map_or(Verdict::Refuse, |mut life| life.judge(step))
    }

    fn kill(&self) {
        if let Ok(mut life) = self.state.lock() {
            life.end();
        }
    }
}

async fn pass(State(gate): State<Arc<Gate>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let body = body.to_bytes();
    match gate.judge(step(&parts.method, parts.uri.path(), &body)) {
        Verdict::Refuse => dead(),
        Verdict::CutBefore => {
            gate.kill();
            dead()
        }
        verdict @ (Verdict::Forward | Verdict::CutAfter) => {
            let answer = forward(&gate.client, &parts, body.into()).await;
            if matches!(verdict, Verdict::CutAfter) {
                gate.kill();
                return dead();
            }
            answer.unwrap_or_else(|error| {
                (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response()
            })
        }
    }
}

/// What nobody reads: the operator was killed.
fn dead() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

async fn forward(
    client: &Client,
    parts: &http::request::Parts,
    body: kube::client::Body,
) -> Result<Response> {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = http::Request::builder()
        .method(parts.method.clone())
        .uri(path)
        .body(body)?;
    *request.headers_mut() = end_to_end(&parts.headers);
    let (parts, body) = client.send(request).await?.into_parts();
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = parts.status;
    *response.headers_mut() = end_to_end(&parts.headers);
    Ok(response)
}

/// Headers without those that belong to one connection.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    const OF_THE_CONNECTION: [HeaderName; 5] = [
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
        header::AUTHORIZATION,
    ];
    let mut kept = headers.clone();
    for name in OF_THE_CONNECTION {
        kept.remove(name);
    }
    kept
}

/// Names a write that counts: `PATCH deployments`, `PATCH ubermenchdeployments/status Baking`.
fn step(method: &Method, path: &str, body: &[u8]) -> Option<String> {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        return None;
    }
    let mut parts = path
        .split('/')
        .skip_while(|part| *part != "namespaces")
        .skip(2);
    let kind = parts.next()?;
    if ["leases", "events"].contains(&kind) {
        return None;
    }
    let subresource = parts
        .nth(1)
        .map(|part| format!("/{part}"))
        .unwrap_or_default();
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let phase = body
        .pointer("/status/phase")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some(
        format!("{method} {kind}{subresource} {phase}")
            .trim_end()
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_of_a_release_count_and_others_do_not() {
        let ubd = "/apis/ubermench.io/v1alpha1/namespaces/n/ubermenchdeployments";
        let cases = [
            (
                Method::PATCH,
                format!("{ubd}/handy/status"),
                r#"{"status":{"phase":"Baking"}}"#,
                Some("PATCH ubermenchdeployments/status Baking"),
            ),
            (
                Method::POST,
                "/apis/batch/v1/namespaces/n/jobs".to_owned(),
                "{}",
                Some("POST jobs"),
            ),
            (
                Method::DELETE,
                "/apis/apps/v1/namespaces/n/deployments/d".to_owned(),
                "",
                Some("DELETE deployments"),
            ),
            (Method::GET, format!("{ubd}/handy"), "", None),
            (
                Method::PUT,
                "/apis/coordination.k8s.io/v1/namespaces/n/leases/l".to_owned(),
                "{}",
                None,
            ),
            (
                Method::POST,
                "/apis/events.k8s.io/v1/namespaces/n/events".to_owned(),
                "{}",
                None,
            ),
        ];
        for (method, path, body, expected) in cases {
            assert_eq!(
                step(&method, &path, body.as_bytes()).as_deref(),
                expected,
                "{method} {path}"
            );
        }
    }

    #[test]
    fn fuse_blows_once_in_a_life_and_nothing_passes_after_it() {
        let mut life = Life {
            fuse: Fuse::BeforeSecond,
            count: 0,
            open: true,
            operator: None,
            writes: Vec::new(),
        };
        assert!(matches!(
            life.judge(Some("one".to_owned())),
            Verdict::Forward
        ));
        assert!(matches!(life.judge(None), Verdict::Forward));
        assert!(matches!(
            life.judge(Some("two".to_owned())),
            Verdict::CutBefore
        ));
        assert!(matches!(life.judge(None), Verdict::Refuse));
    }
}
