//! Meta's limits, as what is said must keep them by itself: nothing is left for a cut.

use std::collections::HashSet;

use crate::conversation::{Effect, Reply, Template};
use crate::domain::text::units;

pub(in crate::conversation) fn hold_for_all(effects: &[Effect]) {
    for effect in effects {
        if let Effect::Send(message) = effect {
            hold(&message.reply);
            if let Some(template) = &message.template {
                hold_for_template(template);
            }
        }
    }
}

pub(in crate::conversation) fn hold(reply: &Reply) {
    let body = reply.body();
    match reply {
        Reply::Text { .. } => within(body, 4096),
        Reply::List {
            button,
            rows,
            footer,
            ..
        } => {
            within(body, 1024);
            within(button, 20);
            within(footer, 60);
            assert!((1..=10).contains(&rows.len()), "{} rows", rows.len());
            distinct(rows.iter().map(|row| row.id.as_str()));
            for row in rows {
                within(&row.id, 200);
                within(&row.title, 24);
                within(&row.description, 72);
            }
        }
        Reply::Buttons { buttons, .. } => {
            within(body, 1024);
            assert!(
                (1..=3).contains(&buttons.len()),
                "{} buttons",
                buttons.len()
            );
            distinct(buttons.iter().map(|button| button.id.as_str()));
            distinct(buttons.iter().map(|button| button.title.as_str()));
            for button in buttons {
                within(&button.id, 256);
                within(&button.title, 20);
            }
        }
        Reply::Location(_) | Reply::Media(_) | Reply::Contacts(_) | Reply::Reaction { .. } => {}
    }
}

fn hold_for_template(template: &Template) {
    assert!(template.buttons.len() <= 3, "{template:?}");
    for id in &template.buttons {
        within(id, 128);
    }
}

fn within(text: &str, most: usize) {
    let count = units(text);
    assert!(!text.trim().is_empty(), "an empty text");
    assert!(count <= most, "{count} of {most} units: {text}");
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) {
    let mut seen = HashSet::new();
    for text in texts {
        assert!(seen.insert(text), "twice: {text}");
    }
}
