//! Files at Meta: fetched by the id of an inbound message, uploaded under an id of our own. They pass
//! through in pieces and are never held whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::StreamExt;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Response, Url};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::conversation::Media;
use crate::graph::{Failure, Graph, address, response};

/// For all of a file's way, down and up.
const LIMIT: Duration = Duration::from_mins(2);

/// A file that was not brought over.
#[derive(Debug)]
pub enum FileFailure {
    /// It is bigger than Meta takes of its kind.
    TooBig,
    /// A call failed.
    Call(Failure),
}

impl From<Failure> for FileFailure {
    fn from(failure: Failure) -> Self {
        Self::Call(failure)
    }
}

impl Graph {
    /// Fetches a file that somebody sent and uploads it again; returns its new id.
    ///
    /// # Errors
    /// When it is too big, or when one of the calls fails.
    pub async fn pass_on(&self, media: &Media) -> Result<String, FileFailure> {
        let most = media.kind.max_bytes();
        let about = self.look_up(&media.id).await?;
        if about.bytes.is_some_and(|bytes| bytes > most) {
            return Err(FileFailure::TooBig);
        }
        let file = self.download(about.url).await?;
        let length = file.content_length().or(about.bytes);
        if length.is_some_and(|length| length > most) {
            return Err(FileFailure::TooBig);
        }
        let mime_type = about.mime_type.unwrap_or_else(|| OCTETS.to_owned());
        let name = media.filename.clone().unwrap_or_else(|| "file".to_owned());
        let seen = Arc::new(AtomicU64::new(0));
        let part = part(file, length, &mime_type, name, most, &seen)?;
        let uploaded = self.upload(part, mime_type).await;
        if seen.load(Ordering::Relaxed) > most {
            return Err(FileFailure::TooBig);
        }
        Ok(uploaded?)
    }

    async fn look_up(&self, id: &str) -> Result<About, Failure> {
        let url = address(&self.root, &[id]).map_err(|_| unreadable())?;
        let request = self.client.get(url);
        let answer = self
            .call(request.query(&[("phone_number_id", self.number_id.as_str())]))
            .await?;
        let url = answer.get("url").and_then(Value::as_str);
        let url = url.and_then(|url| Url::parse(url).ok());
        // The token goes along: never in the clear where the API itself is not.
        let url = url.filter(|url| url.scheme() == "https" || url.scheme() == self.root.scheme());
        Ok(About {
            url: url.ok_or_else(unreadable)?,
            mime_type: answer
                .get("mime_type")
                .and_then(Value::as_str)
                .map(str::to_owned),
            bytes: answer.get("file_size").and_then(|size| {
                let text = size.as_str().and_then(|text| text.parse().ok());
                size.as_u64().or(text)
            }),
        })
    }

    async fn download(&self, url: Url) -> Result<Response, Failure> {
        let request = self.client.get(url).timeout(LIMIT);
        let sent = request.bearer_auth(self.token.expose_secret()).send().await;
        let failure = match sent {
            Ok(file) if file.status().is_success() => return Ok(file),
            Ok(refused) => match response::read(refused).await {
                Err(failure) => failure,
                Ok(_) => unreadable(),
            },
            Err(error) => Failure::of_transport(&error),
        };
        self.errors.with_label_values(&[&failure.label()]).inc();
        self.health.note(Some(&failure));
        Err(failure)
    }

    async fn upload(&self, part: Part, mime_type: String) -> Result<String, Failure> {
        let url = address(&self.number, &["media"]).map_err(|_| unreadable())?;
        let form = Form::new()
            .text("messaging_product", "whatsapp")
            .text("type", mime_type)
            .part("file", part);
        let request = self.client.post(url).timeout(LIMIT).multipart(form);
        let answer = self.call(request).await?;
        let id = answer.get("id").and_then(|id| match id {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        });
        id.ok_or_else(unreadable)
    }
}

const OCTETS: &str = "application/octet-stream";

/// What Meta tells about a file before it is fetched.
struct About {
    url: Url,
    mime_type: Option<String>,
    bytes: Option<u64>,
}

/// The file as it comes in, cut off where it becomes too big.
fn part(
    file: Response,
    length: Option<u64>,
    mime_type: &str,
    name: String,
    most: u64,
    seen: &Arc<AtomicU64>,
) -> Result<Part, Failure> {
    let seen = Arc::clone(seen);
    let pieces = file.bytes_stream().map(move |piece| {
        let piece = piece.map_err(std::io::Error::other)?;
        let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let before = seen.fetch_add(size, Ordering::Relaxed);
        if before.saturating_add(size) > most {
            return Err(std::io::Error::other("too big"));
        }
        Ok(piece)
    });
    let body = Body::wrap_stream(pieces);
    let part = match length {
        Some(length) => Part::stream_with_length(body, length),
        None => Part::stream(body),
    };
    part.file_name(name)
        .mime_str(mime_type)
        .map_err(|_| unreadable())
}

/// An answer that makes no sense will make none the next time.
fn unreadable() -> Failure {
    Failure {
        class: crate::whatsapp::graph_error::Class::Permanent,
        status: Some(200),
        code: None,
        title: None,
        retry_after: None,
    }
}
