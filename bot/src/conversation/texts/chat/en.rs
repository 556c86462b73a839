//! English.

use super::ChatTexts;
use crate::conversation::{MediaKind, Side};

pub(in crate::conversation::texts) const TEXTS: ChatTexts = ChatTexts {
    started: |other, side| {
        let commands = match side {
            Side::Customer => "Type *end chat* to leave.",
            Side::Provider => "Type *end chat* to leave, or *complete* when the job is done.",
        };
        format!(
            "💬 You are now connected with *{other}*. What you write here goes to them; \
             nobody sees your number.\n\n{commands}"
        )
    },
    already: |other| {
        format!(
            "You are already connected with *{other}*. Just write, or type *end chat* to leave."
        )
    },
    end_first: "You are in a chat, so what you type goes to the other person. \
                Type *end chat* first, then tap the button again.",
    busy: |other| {
        format!("*{other}* is in another chat right now. I will tell you as soon as it ends.")
    },
    free: |other| format!("💬 *{other}* is free to chat now."),
    none: "You have no active chat.",
    not_accepted: "You can chat as soon as the provider has accepted the request.",
    over: "This request has ended, so there is no chat for it any more.",
    ended_by_other: |other| {
        format!("💬 *{other}* ended the chat. The request stays as it is; you can chat again.")
    },
    ended_by_self: |other| {
        format!("💬 You ended the chat with *{other}*. The request stays as it is.")
    },
    ended_idle: |other| {
        format!(
            "💬 The chat with *{other}* was closed because nobody wrote for a while. \
             The request stays as it is."
        )
    },
    ended_with_request: |other| format!("💬 The chat with *{other}* is closed."),
    closed: "💬 The chat is closed.",
    start: "Start chat",
    cannot_forward: "Sorry, this kind of message can't be forwarded. \
                     Text, photos, videos, files, voice notes, contacts and locations can.",
    no_files: "Sorry, files can't be forwarded at the moment. Please describe it in words.",
    not_delivered: |other| format!("⚠️ Your message to *{other}* could not be delivered."),
    file_failed: |other| {
        format!("⚠️ Your file could not be forwarded to *{other}*. It may be too large.")
    },
    file_lost: "⚠️ A file was sent to you, but it could not be forwarded.",
    held: |other| {
        format!(
            "*{other}* has not been here for a while. I let them know; your messages arrive \
             when they answer."
        )
    },
    someone: "the other person",
    place: "📍 Location",
    contacts: |count| {
        if count == 1 {
            "👥 Contact"
        } else {
            "👥 Contacts"
        }
    },
    file: |kind| match kind {
        MediaKind::Image => "📷 Photo",
        MediaKind::Audio => "🎤 Audio",
        MediaKind::Video => "🎬 Video",
        MediaKind::Document => "📄 Document",
        MediaKind::Sticker => "🎨 Sticker",
    },
};
