//! A headless Chromium, talked to by the Chrome `DevTools` Protocol over a `WebSocket`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard as AsyncGuard, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use super::tab::Tab;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One at a time: each takes hundreds of megabytes and a core.
static TURN: AsyncMutex<()> = AsyncMutex::const_new(());

/// What is asked and has no answer yet, and what happened by itself.
#[derive(Default)]
struct Heard {
    answers: HashMap<u64, oneshot::Sender<Value>>,
    events: Vec<Value>,
}

/// The connection to the browser; ends with it.
pub(crate) struct Connection {
    sink: AsyncMutex<SplitSink<Socket, Message>>,
    heard: Arc<Mutex<Heard>>,
    number: AtomicU64,
}

/// A running browser, killed when dropped.
pub(crate) struct Chromium {
    connection: Arc<Connection>,
    _child: Child,
    profile: PathBuf,
    _turn: AsyncGuard<'static, ()>,
}

impl Chromium {
    /// Starts one with an empty profile.
    pub(crate) async fn start() -> Self {
        let turn = TURN.lock().await;
        let profile = std::env::temp_dir().join(format!("browser-{}", Uuid::new_v4().simple()));
        let program = std::env::var_os("CHROMIUM").unwrap_or_else(|| "chromium".into());
        let mut child = Command::new(&program)
            .args(["--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-background-networking", "--lang=en"])
            .args(["--remote-debugging-port=0", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{} does not start ({error}); tests/cluster/install.sh installs it",
                    program.display()
                )
            });
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next_line().await.unwrap();
            let line = line.expect("the browser tells its address");
            if let Some(address) = line.strip_prefix("DevTools listening on ") {
                break address.to_owned();
            }
        };
        // The pipe must not fill up.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self {
            connection: Connection::open(&address).await,
            _child: child,
            profile,
            _turn: turn,
        }
    }

    /// A new tab, with cookies of its own.
    pub(crate) async fn tab(&self) -> Tab {
        let context = self
            .connection
            .call(None, "Target.createBrowserContext", json!({}))
            .await;
        let made = json!({"url": "about:blank", "browserContextId": context["browserContextId"]});
        let target = self
            .connection
            .call(None, "Target.createTarget", made)
            .await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = self
            .connection
            .call(None, "Target.attachToTarget", attach)
            .await;
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        Tab::new(Arc::clone(&self.connection), session).await
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // What a dying browser still writes is left to the system's own clean-up.
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

impl Connection {
    async fn open(address: &str) -> Arc<Self> {
        let (socket, _) = connect_async(address).await.unwrap();
        let (sink, stream) = socket.split();
        let heard = Arc::<Mutex<Heard>>::default();
        tokio::spawn(listen(stream, Arc::clone(&heard)));
        Arc::new(Self {
            sink: AsyncMutex::new(sink),
            heard,
            number: AtomicU64::new(1),
        })
    }

    /// Calls a method that has to succeed.
    pub(crate) async fn call(
        &self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Value {
        let answer = self.ask(session, method, parameters).await;
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Calls a method; its whole answer.
    pub(crate) async fn ask(
        &self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Value {
        let id = self.number.fetch_add(1, Ordering::Relaxed);
        let mut call = json!({"id": id, "method": method, "params": parameters});
        if let Some(session) = session {
            call["sessionId"] = session.into();
        }
        let (answer, answered) = oneshot::channel();
        self.heard.lock().unwrap().answers.insert(id, answer);
        let message = Message::text(call.to_string());
        self.sink.lock().await.send(message).await.unwrap();
        answered.await.expect("the browser goes on")
    }

    /// What happened in a session so far.
    pub(crate) fn events(&self, session: &str) -> Vec<Value> {
        let heard = self.heard.lock().unwrap();
        let events = heard.events.iter();
        events
            .filter(|event| event["sessionId"] == session)
            .cloned()
            .collect()
    }
}

async fn listen(mut stream: SplitStream<Socket>, heard: Arc<Mutex<Heard>>) {
    while let Some(Ok(message)) = stream.next().await {
        let Ok(text) = message.to_text() else {
            continue;
        };
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            continue;
        };
        let mut heard = heard.lock().unwrap();
        match message["id"].as_u64() {
            Some(id) => {
                if let Some(answer) = heard.answers.remove(&id) {
                    let _ = answer.send(message);
                }
            }
            None => heard.events.push(message),
        }
    }
    // Whoever still waits is told.
    heard.lock().unwrap().answers.clear();
}
