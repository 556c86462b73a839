//! Media: asking for a file's URL, downloading it, uploading one.

use axum::Json;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;

use super::fate::{Fate, meet_fault, wait};
use super::{admit_number, answer_error, has_token};
use crate::control::Control;
use crate::graph::GraphError;
use crate::http::line::Line;
use crate::media::{MediaKind, essence};
use crate::platform::Lookup;
use crate::world::FaultTarget;

/// Lets delay and faults act; what they answer, if they do.
async fn meet(control: &Control, line: &Line, on: FaultTarget) -> Option<Response> {
    wait(control, control.media_delay()).await;
    match meet_fault(control, on, None, None).await {
        Fate::Answer | Fate::FailLater(_) => None,
        Fate::Refuse(refusal) => Some(refusal.into_response()),
        Fate::Silence(silence) => Some(silence.keep(control, line).await),
    }
}

pub(super) async fn look_up(
    control: &Control,
    line: &Line,
    id: &str,
    headers: &HeaderMap,
) -> Response {
    if let Some(response) = meet(control, line, FaultTarget::Media).await {
        return response;
    }
    let Some((info, token)) = control.issue_url(id) else {
        return answer_error(&GraphError::unknown_object(id));
    };
    // The name by which the caller knows this place.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or("localhost");
    Json(json!({
        "url": format!("http://{host}/media/{id}/{token}"),
        "mime_type": info.mime_type,
        "sha256": info.sha256,
        "file_size": info.file_size,
        "id": info.id,
        "messaging_product": "whatsapp",
    }))
    .into_response()
}

pub(super) async fn download(
    State(control): State<Control>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path((id, token)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if !has_token(&control, &headers) {
        return answer_error(&GraphError::bad_token());
    }
    if let Some(response) = meet(&control, &line, FaultTarget::Download).await {
        return response;
    }
    match control.open_url(&id, &token) {
        Lookup::Found(mime_type, content) => ([(CONTENT_TYPE, mime_type)], content).into_response(),
        Lookup::Gone => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) async fn upload(
    State(control): State<Control>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    if let Err(error) = admit_number(&control, &path, &headers) {
        return answer_error(&error);
    }
    let uploaded = match form {
        Ok(form) => read(form).await,
        Err(_) => Err(GraphError::invalid("The body is not multipart/form-data")),
    };
    if let Some(response) = meet(&control, &line, FaultTarget::Upload).await {
        return response;
    }
    match uploaded.and_then(Upload::check) {
        Ok((mime_type, content)) => {
            let info = control.upload(&mime_type, content);
            Json(json!({"id": info.id})).into_response()
        }
        Err(error) => answer_error(&error),
    }
}

#[derive(Debug, Default)]
struct Upload {
    product: Option<String>,
    mime_type: Option<String>,
    file: Option<(Option<String>, Bytes)>,
}

async fn read(mut form: Multipart) -> Result<Upload, GraphError> {
    let broken = |error: MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            GraphError::invalid("Param file is too large")
        } else {
            GraphError::invalid("The form cannot be read")
        }
    };
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().map(str::to_owned);
        match name.as_deref() {
            Some("messaging_product") => {
                upload.product = Some(field.text().await.map_err(broken)?);
            }
            Some("type") => upload.mime_type = Some(field.text().await.map_err(broken)?),
            Some("file") => {
                let mime_type = field.content_type().map(str::to_owned);
                let content = field.bytes().await.map_err(broken)?;
                upload.file = Some((mime_type, content));
            }
            _ => {}
        }
    }
    Ok(upload)
}

impl Upload {
    /// The type and content, when Meta takes them.
    fn check(self) -> Result<(String, Bytes), GraphError> {
        match self.product.as_deref() {
            Some("whatsapp") => {}
            None => return Err(GraphError::required("messaging_product")),
            Some(_) => {
                return Err(GraphError::invalid(
                    "Param messaging_product must be one of {WHATSAPP}",
                ));
            }
        }
        let (own_type, content) = self.file.ok_or_else(|| GraphError::required("file"))?;
        let mime_type = self.mime_type.filter(|text| !text.is_empty()).or(own_type);
        let mime_type = mime_type.ok_or_else(|| GraphError::required("type"))?;
        let Some(kind) = MediaKind::of_upload(&mime_type) else {
            let details = format!(
                "Param file must be a file with one of the supported types, not {}",
                essence(&mime_type)
            );
            return Err(GraphError::invalid(details));
        };
        if content.is_empty() {
            return Err(GraphError::invalid("Param file is empty"));
        }
        let most = kind.most_bytes(&content);
        if content.len() > most {
            let details = format!(
                "Param file must be at most {most} bytes for {}, not {}",
                kind.name(),
                content.len()
            );
            return Err(GraphError::invalid(details));
        }
        Ok((mime_type, content))
    }
}
