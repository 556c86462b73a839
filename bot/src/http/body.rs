//! The raw bytes of a request, up to the size that Meta sends.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;

use super::error::Refusal;

/// 3 MB, the most that Meta puts into one notification.
const LIMIT: usize = 3 * 1024 * 1024;
/// So much is read of a larger one, so that its sender comes to read the answer.
const PATIENCE: usize = 16 * LIMIT;

/// Reads the whole body.
pub(super) async fn read(mut body: Body) -> Result<Bytes, Refusal> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::BrokenBody)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length <= LIMIT {
            bytes.extend_from_slice(&data);
        } else if length > PATIENCE {
            break;
        }
    }
    if length > LIMIT {
        Err(Refusal::TooLarge)
    } else {
        Ok(bytes.into())
    }
}
