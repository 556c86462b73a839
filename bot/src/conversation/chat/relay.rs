//! What goes over in a chat, and in which form (§7.2).

use serde_json::Value;

use crate::conversation::reach::template;
use crate::conversation::texts::Texts;
use crate::conversation::turn::Turn;
use crate::conversation::{
    Chat, Effect, Input, Media, MediaKind, Place, Relay, Reply, Side, TemplateName,
};
use crate::domain::sanitise::{Lines, sanitise};
use crate::domain::text::{parts, units};

const TEXT_UNITS: usize = 4096;
const CAPTION_UNITS: usize = 1024;

/// A message in the form in which it goes over.
struct Parcel {
    kind: &'static str,
    /// In words, for the record.
    content: String,
    replies: Vec<Reply>,
    /// The one that stands for the message.
    copy: usize,
}

/// The person's message goes over to the other one, or they are told why not.
pub(super) fn pass_on(turn: &mut Turn<'_>, chat: &Chat) {
    let texts = turn.texts;
    let attribution = Attribution::of(chat);
    let parcel = match &turn.event.input {
        Input::Text(text) => attribution.text(text),
        Input::Media(_) if !turn.event.flags.media_relay => {
            turn.say(texts.no_files());
            return;
        }
        Input::Media(media) => Some(attribution.file(media, texts.file_word(media.kind))),
        Input::Location(place) => Some(attribution.place(place, texts)),
        Input::Contacts(contacts) => attribution.contacts(contacts, texts),
        Input::Reaction { emoji, .. } => {
            // On something that the other one doesn't have it means nothing.
            let Some(message) = turn.event.facts.quoted_copy.clone() else {
                return;
            };
            Some(Parcel {
                kind: "reaction",
                content: emoji.clone().unwrap_or_default(),
                replies: vec![Reply::Reaction {
                    message,
                    emoji: emoji.clone(),
                }],
                copy: 0,
            })
        }
        Input::Other { .. } | Input::Tap { .. } | Input::Notice(_) => None,
    };
    let Some(parcel) = parcel else {
        turn.say(texts.cannot_forward());
        return;
    };
    let is_reaction = parcel.kind == "reaction";
    let quoted = turn.event.facts.quoted_copy.clone();
    let other_side = match chat.side {
        Side::Customer => Side::Provider,
        Side::Provider => Side::Customer,
    };
    let (answer, _) = texts.chat_button(other_side, chat.request);
    turn.effects.push(Effect::Relay(Relay {
        request: chat.request,
        to: chat.other.contact,
        identity: chat.other.identity.clone(),
        kind: parcel.kind,
        content: parcel.content,
        inbound: turn.event.wamid.clone(),
        replies: parcel.replies,
        copy: parcel.copy,
        context: quoted.filter(|_| turn.event.quoted.is_some() && !is_reaction),
        waiting: template(
            TemplateName::ChatWaiting,
            [chat.own_name.as_str()],
            [answer],
        ),
    }));
}

/// Who says it; stands before all that goes over.
struct Attribution(String);

impl Attribution {
    fn of(chat: &Chat) -> Self {
        Self(format!("👤 {}: ", chat.own_name.as_str()))
    }

    fn before(&self, words: &str) -> Reply {
        Reply::Text {
            body: format!("{}{words}", self.0),
        }
    }

    /// As many texts as it takes.
    fn texts(&self, text: &str) -> Vec<Reply> {
        let room = TEXT_UNITS.saturating_sub(units(&self.0));
        parts(text, room)
            .into_iter()
            .map(|part| self.before(part))
            .collect()
    }

    /// None when nothing is left to say.
    fn text(&self, raw: &str) -> Option<Parcel> {
        let text = sanitise(raw, Lines::Many);
        let replies = self.texts(&text);
        (!replies.is_empty()).then_some(Parcel {
            kind: "text",
            content: text,
            replies,
            copy: 0,
        })
    }

    fn file(&self, media: &Media, word: &str) -> Parcel {
        let caption = media.caption.as_deref().unwrap_or_default();
        let caption = sanitise(caption, Lines::Many);
        let file = |caption: Option<String>| {
            Reply::Media(Media {
                id: media.id.clone(),
                kind: media.kind,
                caption,
                filename: media.filename.clone(),
            })
        };
        let (replies, copy) = if media.kind.has_caption() {
            let room = CAPTION_UNITS.saturating_sub(units(&self.0));
            let first = parts(&caption, room).first().copied().unwrap_or(word);
            let rest = caption.get(first.len()..).unwrap_or_default();
            let mut replies = vec![file(Some(format!("{}{first}", self.0)))];
            replies.extend(self.texts(rest));
            (replies, 0)
        } else {
            (vec![self.before(word), file(None)], 1)
        };
        Parcel {
            kind: media.kind.as_str(),
            content: match (media.kind, caption.is_empty()) {
                (MediaKind::Document, true) => media.filename.clone().unwrap_or_default(),
                _ => caption,
            },
            replies,
            copy,
        }
    }

    fn place(&self, place: &Place, texts: &Texts) -> Parcel {
        let named = [place.name.as_deref(), place.address.as_deref()];
        let mut content: Vec<String> = named.into_iter().flatten().map(str::to_owned).collect();
        content.push(format!("{:.5}, {:.5}", place.latitude, place.longitude));
        Parcel {
            kind: "location",
            content: content.join(", "),
            replies: vec![
                self.before(texts.place_word()),
                Reply::Location(place.clone()),
            ],
            copy: 1,
        }
    }

    fn contacts(&self, contacts: &[Value], texts: &Texts) -> Option<Parcel> {
        if contacts.is_empty() {
            return None;
        }
        let names: Vec<String> = contacts
            .iter()
            .filter_map(|contact| contact.pointer("/name/formatted_name")?.as_str())
            .map(|name| sanitise(name, Lines::One))
            .collect();
        Some(Parcel {
            kind: "contacts",
            content: names.join(", "),
            replies: vec![
                self.before(texts.contacts_word(contacts.len())),
                Reply::Contacts(contacts.to_vec()),
            ],
            copy: 1,
        })
    }
}
