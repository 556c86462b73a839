//! Files: those of people, which the bot fetches, and those that the bot uploaded. Bounded by
//! their bytes; the oldest goes first. Pure.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::graph::GraphError;
use crate::media::{MediaKind, essence};

/// URLs of one file that are remembered; more are asked for in quick succession only by mistake.
const MOST_URLS: usize = 64;

/// Where a file came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// From a person; its id cannot be sent.
    Person,
    /// Uploaded by the bot.
    Business,
}

/// A file, without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileInfo {
    /// Its id.
    pub id: String,
    /// Where it came from.
    pub origin: Origin,
    /// Its type.
    pub mime_type: String,
    /// SHA-256 of its content, hex.
    pub sha256: String,
    /// Its length in bytes.
    pub file_size: usize,
    /// Since when it is there.
    pub time: DateTime<Utc>,
}

#[derive(Debug)]
struct File {
    info: FileInfo,
    content: Bytes,
    urls: VecDeque<(String, DateTime<Utc>)>,
}

/// What a token of a URL leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// The file's type and content.
    Found(String, Bytes),
    /// The URL's life is over, or it never was one.
    Gone,
}

#[derive(Debug)]
pub(crate) struct Files {
    limit_bytes: usize,
    bytes: usize,
    order: VecDeque<String>,
    by_id: HashMap<String, File>,
}

impl Files {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self {
            limit_bytes,
            bytes: 0,
            order: VecDeque::new(),
            by_id: HashMap::new(),
        }
    }

    pub(super) fn keep(
        &mut self,
        now: DateTime<Utc>,
        origin: Origin,
        mime_type: &str,
        content: Bytes,
    ) -> FileInfo {
        let info = FileInfo {
            id: format!("{}", 1_000_000_000_000_000 + rand::random::<u64>() / 20_000),
            origin,
            mime_type: mime_type.to_owned(),
            sha256: hex::encode(Sha256::digest(&content)),
            file_size: content.len(),
            time: now,
        };
        self.bytes += content.len();
        self.order.push_back(info.id.clone());
        let file = File {
            info: info.clone(),
            content,
            urls: VecDeque::new(),
        };
        self.by_id.insert(info.id.clone(), file);
        // The newest stays, however large.
        while self.bytes > self.limit_bytes && self.order.len() > 1 {
            let oldest = self.order.pop_front();
            if let Some(file) = oldest.and_then(|id| self.by_id.remove(&id)) {
                self.bytes -= file.content.len();
            }
        }
        info
    }

    /// A file that is there, whatever its origin.
    pub(crate) fn info(&self, id: &str) -> Option<&FileInfo> {
        self.by_id.get(id).map(|file| &file.info)
    }

    /// Type and content by id, for the page.
    pub(crate) fn content(&self, id: &str) -> Option<(String, Bytes)> {
        let file = self.by_id.get(id)?;
        Some((file.info.mime_type.clone(), file.content.clone()))
    }

    /// A file's looks and the token of a fresh URL that lives until then. What outlived its time
    /// at Meta (a person's file 7 days, an uploaded one 30) is not there any more.
    pub(crate) fn issue_url(
        &mut self,
        now: DateTime<Utc>,
        id: &str,
        lives_until: DateTime<Utc>,
    ) -> Option<(FileInfo, String)> {
        let file = self.by_id.get_mut(id).filter(|file| is_alive(file, now))?;
        let token = format!("{:032x}", rand::random::<u128>());
        file.urls.push_back((token.clone(), lives_until));
        if file.urls.len() > MOST_URLS {
            file.urls.pop_front();
        }
        Some((file.info.clone(), token))
    }

    /// What a URL leads to.
    pub(crate) fn open_url(&self, now: DateTime<Utc>, id: &str, token: &str) -> Lookup {
        let file = self.by_id.get(id).filter(|file| {
            let mut urls = file.urls.iter();
            urls.any(|(known, until)| known == token && now < *until)
        });
        file.map_or(Lookup::Gone, |file| {
            Lookup::Found(file.info.mime_type.clone(), file.content.clone())
        })
    }

    /// Ends the life of all URLs.
    pub(crate) fn expire_urls(&mut self) {
        for file in self.by_id.values_mut() {
            file.urls.clear();
        }
    }

    /// Whether a message of this kind can carry what its object names: an id of an uploaded file
    /// of a fitting type, or a link.
    pub(super) fn check_sendable(
        &self,
        now: DateTime<Utc>,
        kind: MediaKind,
        content: &Value,
    ) -> Result<(), GraphError> {
        let Some(id) = content.get("id").and_then(Value::as_str) else {
            return Ok(());
        };
        let Some(file) = self.by_id.get(id).filter(|file| is_alive(file, now)) else {
            let details = format!(
                "Param {}['id'] is not a valid whatsapp business account media attachment ID",
                kind.name()
            );
            return Err(GraphError::invalid(details));
        };
        let unfit = |details: &str| Err(GraphError::new(131_053, details));
        if file.info.origin == Origin::Person {
            return unfit("The media of a received message cannot be sent; it has to be uploaded");
        }
        if !kind.takes(&file.info.mime_type) {
            let mime_type = essence(&file.info.mime_type);
            return unfit(&format!(
                "Media of type {mime_type} cannot be sent as {}",
                kind.name()
            ));
        }
        if file.content.len() > kind.most_bytes(&file.content) {
            return unfit(&format!("The media is too large for {}", kind.name()));
        }
        Ok(())
    }
}

fn is_alive(file: &File, now: DateTime<Utc>) -> bool {
    let life = match file.info.origin {
        Origin::Person => TimeDelta::days(7),
        Origin::Business => TimeDelta::days(30),
    };
    now - file.info.time < life
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn a_url_has_its_time() {
        let mut files = Files::new(100);
        let id = files
            .keep(NOW, Origin::Person, "image/png", Bytes::from_static(b"p"))
            .id;
        let minute = NOW + TimeDelta::minutes(1);
        let (info, token) = files.issue_url(NOW, &id, minute).unwrap();
        assert_eq!((info.file_size, info.sha256.len()), (1, 64));
        let found = Lookup::Found("image/png".into(), Bytes::from_static(b"p"));
        assert_eq!(files.open_url(NOW, &id, &token), found);
        assert_eq!(files.open_url(NOW, &id, "other"), Lookup::Gone);
        assert_eq!(files.open_url(minute, &id, &token), Lookup::Gone);
        let week = NOW + TimeDelta::days(7);
        assert!(files.issue_url(week, &id, week).is_none());
    }

    #[test]
    fn only_fitting_uploads_are_sendable() {
        let mut files = Files::new(usize::MAX);
        let mut keep = |origin, mime_type, size| {
            files
                .keep(NOW, origin, mime_type, Bytes::from(vec![0; size]))
                .id
        };
        let person = keep(Origin::Person, "image/png", 1);
        let image = keep(Origin::Business, "image/png", 1);
        let large = keep(Origin::Business, "image/png", 5 * 1024 * 1024 + 1);
        let sound = keep(Origin::Business, "audio/ogg; codecs=opus", 1);
        for (kind, id, code) in [
            (MediaKind::Image, &image, None),
            (MediaKind::Document, &image, None),
            (MediaKind::Document, &large, None),
            (MediaKind::Audio, &sound, None),
            (MediaKind::Image, &person, Some(131_053)),
            (MediaKind::Image, &sound, Some(131_053)),
            (MediaKind::Image, &large, Some(131_053)),
            (MediaKind::Image, &"5".to_owned(), Some(100)),
        ] {
            let checked = files.check_sendable(NOW, kind, &json!({ "id": id }));
            assert_eq!(checked.err().map(|error| error.code), code, "{kind:?}");
        }
        let month = NOW + TimeDelta::days(30);
        let old = files.check_sendable(month, MediaKind::Image, &json!({ "id": image }));
        assert_eq!(old.unwrap_err().code, 100);
    }

    #[test]
    fn the_oldest_files_go_first() {
        let mut files = Files::new(10);
        let ids: Vec<_> = (0..3)
            .map(|_| {
                let content = Bytes::from_static(b"12345");
                files.keep(NOW, Origin::Person, "text/plain", content).id
            })
            .collect();
        assert!(files.info(&ids[0]).is_none());
        assert!(files.info(&ids[1]).is_some() && files.content(&ids[2]).is_some());
    }
}
