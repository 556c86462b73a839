//! Kinds of media, what Meta takes of each, and built-in samples. Pure.

use serde::{Deserialize, Serialize};

const MEGABYTE: usize = 1024 * 1024;

/// A kind of media, named as in messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A photo.
    #[default]
    Image,
    /// A film.
    Video,
    /// A sound, or a voice note.
    Audio,
    /// A file.
    Document,
    /// A sticker.
    Sticker,
}

impl MediaKind {
    /// Each kind.
    pub const ALL: [Self; 5] = [
        Self::Image,
        Self::Video,
        Self::Audio,
        Self::Document,
        Self::Sticker,
    ];

    /// The message type, and the name of its object.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a message of this kind can carry a file of this type.
    pub fn takes(self, mime_type: &str) -> bool {
        let essence = essence(mime_type);
        match self {
            Self::Image => matches!(essence, "image/jpeg" | "image/png"),
            Self::Video => matches!(essence, "video/mp4" | "video/3gp" | "video/3gpp"),
            Self::Audio => matches!(
                essence,
                "audio/aac" | "audio/mp4" | "audio/mpeg" | "audio/amr" | "audio/ogg" | "audio/opus"
            ),
            Self::Document => true,
            Self::Sticker => essence == "image/webp",
        }
    }

    /// The largest file of this kind, in bytes; an animated sticker may be larger than a still one.
    pub fn most_bytes(self, content: &[u8]) -> usize {
        match self {
            Self::Image => 5 * MEGABYTE,
            Self::Video | Self::Audio => 16 * MEGABYTE,
            Self::Document => 100 * MEGABYTE,
            Self::Sticker if is_animated(content) => 500 * 1024,
            Self::Sticker => 100 * 1024,
        }
    }

    /// The type of such a file when nobody says it.
    pub(crate) fn guess(self, content: &[u8]) -> &'static str {
        match self {
            Self::Image if content.starts_with(b"\x89PNG") => "image/png",
            Self::Image => "image/jpeg",
            Self::Video => "video/mp4",
            Self::Audio => "audio/ogg; codecs=opus",
            Self::Document if content.starts_with(b"%PDF") => "application/pdf",
            Self::Document => "application/octet-stream",
            Self::Sticker => "image/webp",
        }
    }

    /// A small file of this kind.
    pub fn sample(self) -> &'static [u8] {
        match self {
            Self::Image => include_bytes!("../samples/photo.jpg"),
            Self::Video => include_bytes!("../samples/video.mp4"),
            Self::Audio => include_bytes!("../samples/voice.ogg"),
            Self::Document => include_bytes!("../samples/document.pdf"),
            Self::Sticker => include_bytes!("../samples/sticker.webp"),
        }
    }

    /// The narrowest kind that a file of this type can be uploaded as.
    pub(crate) fn of_upload(mime_type: &str) -> Option<Self> {
        let narrow = [Self::Image, Self::Video, Self::Audio, Self::Sticker];
        let narrow = narrow.into_iter().find(|kind| kind.takes(mime_type));
        narrow.or_else(|| is_document(mime_type).then_some(Self::Document))
    }
}

/// The type without its parameters.
pub(crate) fn essence(mime_type: &str) -> &str {
    mime_type.split(';').next().unwrap_or_default().trim()
}

/// Document types that Meta lists for uploads.
fn is_document(mime_type: &str) -> bool {
    let essence = essence(mime_type);
    matches!(
        essence,
        "text/plain" | "application/pdf" | "application/msword"
    ) || essence.starts_with("application/vnd.ms-")
        || essence.starts_with("application/vnd.openxmlformats-officedocument.")
}

/// The animation flag of a WebP file's extended header.
pub(crate) fn is_animated(content: &[u8]) -> bool {
    content.starts_with(b"RIFF")
        && content.get(8..16) == Some(b"WEBPVP8X")
        && content.get(20).is_some_and(|flags| flags & 2 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_what_they_say() {
        for kind in MediaKind::ALL {
            let sample = kind.sample();
            let mime_type = kind.guess(sample);
            assert!(kind.takes(mime_type), "{kind:?}");
            assert_eq!(MediaKind::of_upload(mime_type), Some(kind));
            assert!(sample.len() < kind.most_bytes(sample));
            assert_eq!(MediaKind::named(kind.name()), Some(kind));
        }
        assert_eq!(MediaKind::of_upload("application/x-msdownload"), None);
        assert_eq!(MediaKind::of_upload("image/gif"), None);
    }

    #[test]
    fn an_animated_sticker_may_be_larger() {
        let mut animated = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0".to_vec();
        assert_eq!(MediaKind::Sticker.most_bytes(&animated), 500 * 1024);
        animated[20] = 0;
        assert_eq!(MediaKind::Sticker.most_bytes(&animated), 100 * 1024);
    }
}
