//! A dialogue as people would read it.

use std::fmt::Write;

use super::Dialogue;
use crate::conversation::*;

impl Dialogue {
    pub(super) fn write_input(&mut self, input: &Input) {
        let sent = match input {
            Input::Text(text) => format!("> {text}"),
            Input::Tap { id } => format!("> [{id}]"),
            Input::Location(_) => "> (location)".to_owned(),
            Input::Media(media) => format!("> ({})", media.kind.as_str()),
            Input::Contacts(_) => "> (contacts)".to_owned(),
            Input::Reaction { .. } => "> (reaction)".to_owned(),
            Input::Other { kind } => format!("> ({kind})"),
            Input::Notice(notice) => format!("! {notice:?}"),
        };
        self.transcript += &short(&sent);
        self.transcript.push('\n');
    }

    pub(super) fn write_effect(&mut self, effect: &Effect) {
        let line = match effect {
            Effect::Send(message) => shown(message),
            Effect::CreateUser { name } => format!("  + customer {}", name.as_str()),
            Effect::Notify { to, notice } => format!("  + tell {to}: {notice:?}"),
            Effect::Schedule { to, notice, at } => {
                format!("  + tell {to} at {}: {notice:?}", at.format("%H:%M:%S"))
            }
            other => format!("  + {other:?}"),
        };
        self.transcript += &short(&line);
        self.transcript.push('\n');
    }
}

/// Ids are long and begin alike.
fn short(text: &str) -> String {
    text.replace("00000000-0000-0000-0000-00000000", "#")
}

fn shown(message: &Outbound) -> String {
    let mut shown = format!("  {}", message.reply.body().replace('\n', "\n    "));
    match &message.reply {
        Reply::List {
            button,
            rows,
            footer,
            ..
        } => {
            write!(shown, "\n    ({button})").unwrap();
            for row in rows {
                write!(
                    shown,
                    "\n    {} [{}] {}",
                    row.title, row.id, row.description
                )
                .unwrap();
            }
            write!(shown, "\n    {footer}").unwrap();
        }
        Reply::Buttons { buttons, .. } => {
            for button in buttons {
                write!(shown, "\n    {} [{}]", button.title, button.id).unwrap();
            }
        }
        _ => {}
    }
    if let Some(template) = &message.template {
        let parameters = template.parameters.join(" | ");
        let buttons = template.buttons.join(" ");
        let name = template.name.default_name();
        write!(shown, "\n    (or {name}: {parameters}; {buttons})").unwrap();
    }
    shown
}
