//! One HTTP/1.1 connection as Meta's side would use it: nothing is sent twice, nothing is hidden.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HOST};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

/// An answer that takes longer is a failure, as it is for Meta.
const LIMIT: Duration = Duration::from_secs(10);

/// A webhook that is ready to go out.
pub(crate) struct Post {
    pub(crate) address: SocketAddr,
    pub(crate) signature: String,
    pub(crate) body: Bytes,
}

impl Post {
    fn request(self, keep: bool) -> Result<Request<Full<Bytes>>, String> {
        Request::post("/api/webhook")
            .header(HOST, self.address.to_string())
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, if keep { "keep-alive" } else { "close" })
            .header("x-hub-signature-256", self.signature)
            .body(Full::new(self.body))
            .map_err(|error| error.to_string())
    }
}

/// A connection that is kept for as long as the server keeps it.
#[derive(Default)]
pub(crate) struct Kept {
    open: Option<Open>,
}

struct Open {
    sender: SendRequest<Full<Bytes>>,
    _driver: AbortOnDropHandle<()>,
}

impl Kept {
    /// Sends on the kept connection; opens one where there is none or the server closed it.
    pub(crate) async fn post(&mut self, post: Post) -> Result<u16, String> {
        let answer = tokio::time::timeout(LIMIT, self.exchange(post)).await;
        answer.unwrap_or_else(|_| Err(format!("no answer within {LIMIT:?}")))
    }

    async fn exchange(&mut self, post: Post) -> Result<u16, String> {
        let mut open = self.open.take();
        if let Some(kept) = open.as_mut()
            && kept.sender.ready().await.is_err()
        {
            open = None;
        }
        let mut open = match open {
            Some(open) => open,
            None => connect(post.address).await?,
        };
        let response = open
            .sender
            .send_request(post.request(true)?)
            .await
            .map_err(|error| describe(&error))?;
        let closes = response
            .headers()
            .get(CONNECTION)
            .is_some_and(|value| value.as_bytes() == b"close");
        let status = drained(response).await?;
        if !closes {
            self.open = Some(open);
        }
        Ok(status)
    }
}

/// Sends on a connection of its own.
pub(super) async fn post_once(post: Post) -> Result<u16, String> {
    let exchange = async {
        let mut open = connect(post.address).await?;
        let response = open
            .sender
            .send_request(post.request(false)?)
            .await
            .map_err(|error| describe(&error))?;
        drained(response).await
    };
    tokio::time::timeout(LIMIT, exchange)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {LIMIT:?}")))
}

async fn connect(address: SocketAddr) -> Result<Open, String> {
    let stream = TcpStream::connect(address)
        .await
        .map_err(|error| format!("connect: {error}"))?;
    stream
        .set_nodelay(true)
        .map_err(|error| error.to_string())?;
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|error| describe(&error))?;
    let driver = tokio::spawn(async move {
        // Its end is seen by the sender.
        let _ = connection.await;
    });
    Ok(Open {
        sender,
        _driver: AbortOnDropHandle::new(driver),
    })
}

async fn drained(response: Response<Incoming>) -> Result<u16, String> {
    let status = response.status().as_u16();
    response
        .into_body()
        .collect()
        .await
        .map_err(|error| describe(&error))?;
    Ok(status)
}

/// The whole chain of causes: "connection closed" alone doesn't tell who closed it.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
