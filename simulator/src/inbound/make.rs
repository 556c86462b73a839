//! Ways to make a person's message in a test.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{Inbound, Location, Media, Reaction, Tap};
use crate::media::MediaKind;

impl Inbound {
    fn of(from: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            retry: true,
            ..Self::default()
        }
    }

    /// A typed text.
    pub fn text(from: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::of(from)
        }
    }

    /// A tap on a row or button that some earlier message offered: its id, the start of it and
    /// `*`, or its title.
    pub fn tap(from: impl Into<String>, id: impl Into<String>) -> Self {
        let tap = Tap {
            id: id.into(),
            ..Tap::default()
        };
        Self {
            tap: Some(tap),
            ..Self::of(from)
        }
    }

    /// A file of this kind with this content.
    pub fn media(from: impl Into<String>, kind: MediaKind, content: impl Into<Bytes>) -> Self {
        let media = Media {
            kind,
            bytes: Some(content.into()),
            voice: true,
            ..Media::default()
        };
        Self {
            media: Some(media),
            ..Self::of(from)
        }
    }

    /// A place.
    pub fn location(from: impl Into<String>, location: Location) -> Self {
        Self {
            location: Some(location),
            ..Self::of(from)
        }
    }

    /// Contacts, each as in a webhook.
    pub fn contacts(from: impl Into<String>, contacts: Vec<Value>) -> Self {
        Self {
            contacts: Some(contacts),
            ..Self::of(from)
        }
    }

    /// A reaction on a message, or with none its end.
    pub fn reaction(
        from: impl Into<String>,
        message: impl Into<String>,
        emoji: Option<&str>,
    ) -> Self {
        let reaction = Reaction {
            message: message.into(),
            emoji: emoji.map(str::to_owned),
        };
        Self {
            reaction: Some(reaction),
            ..Self::of(from)
        }
    }

    /// A message object of any type.
    pub fn raw(from: impl Into<String>, message: Map<String, Value>) -> Self {
        Self {
            raw: Some(message),
            ..Self::of(from)
        }
    }

    /// The same file with these words under it.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        if let Some(media) = &mut self.media {
            media.caption = Some(caption.into());
        }
        self
    }

    /// The same file with this name.
    #[must_use]
    pub fn filename(mut self, filename: impl Into<String>) -> Self {
        if let Some(media) = &mut self.media {
            media.filename = Some(filename.into());
        }
        self
    }

    /// The same file with this type.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        if let Some(media) = &mut self.media {
            media.mime_type = Some(mime_type.into());
        }
        self
    }

    /// The same message as an answer to that one: its id, or a text that it contains.
    #[must_use]
    pub fn quoting(self, message: impl Into<String>) -> Self {
        Self {
            quoting: Some(message.into()),
            ..self
        }
    }

    /// The same message under this profile name.
    #[must_use]
    pub fn profile(self, name: impl Into<String>) -> Self {
        Self {
            profile: Some(name.into()),
            ..self
        }
    }

    /// The same message, its webhook tried only once.
    #[must_use]
    pub fn once(self) -> Self {
        Self {
            retry: false,
            ..self
        }
    }
}

impl Location {
    /// A bare pin.
    pub fn pin(latitude: f64, longitude: f64) -> Self {
        Self {
            latitude,
            longitude,
            ..Self::default()
        }
    }

    /// The same place with a name.
    #[must_use]
    pub fn named(self, name: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            address: Some(address.into()),
            ..self
        }
    }
}
