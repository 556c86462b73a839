//! The transcript.

use std::fmt::Write;

use super::*;

impl Town {
    pub(super) fn write_input(&mut self, who: u128, input: &Input) {
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
        self.line(&format!("{} {sent}", called(who)));
    }

    pub(super) fn write_effect(&mut self, who: u128, effect: &Effect) {
        let who = called(who);
        match effect {
            Effect::Send(message) => {
                let shown = shown(&message.reply);
                self.line(&format!("{who} < {shown}"));
                if let Some(template) = &message.template {
                    let line = format!(
                        "    (or {}: {}; {})",
                        template.name.default_name(),
                        template.parameters.join(" | "),
                        template.buttons.join(" "),
                    );
                    self.line(&line);
                }
            }
            Effect::Relay(relay) => {
                let to = called(relay.to.0.as_u128());
                for reply in &relay.replies {
                    let shown = shown(reply);
                    self.line(&format!("{to} < {shown}"));
                }
            }
            // Heard soon enough.
            Effect::Notify { .. } => {}
            Effect::Schedule { to, notice, at } => {
                let to = called(to.0.as_u128());
                let at = at.format("%d %H:%M:%S");
                self.line(&format!("  + tell {to} on {at}: {notice:?}"));
            }
            Effect::CreateProfile { name, services, .. } => {
                self.line(&format!("  + provider {}: {services:?}", name.as_str()));
            }
            Effect::Move(moved) => self.line(&format!(
                "  + {}: {} -> {}, offer {}",
                moved.request,
                moved.from,
                moved.to,
                moved.assignment.as_str()
            )),
            Effect::CreateUser { .. }
            | Effect::SetBio(_)
            | Effect::SetServices(_)
            | Effect::SetOnline(_)
            | Effect::Announce(_)
            | Effect::Subscribe(_)
            | Effect::Unsubscribe
            | Effect::Book(_)
            | Effect::Offer { .. }
            | Effect::StartChat { .. }
            | Effect::EndChat { .. }
            | Effect::WaitForChat { .. }
            | Effect::AskedProvider { .. }
            | Effect::Rate { .. } => self.line(&format!("  + {effect:?}")),
        }
    }

    /// Ids are long and begin alike.
    fn line(&mut self, text: &str) {
        let text = text.replace("00000000-0000-0000-0000-00000000", "#");
        self.transcript.push_str(&text);
        self.transcript.push('\n');
    }
}

fn shown(reply: &Reply) -> String {
    let body = reply.body().replace('\n', "\n    ");
    let mut shown = match reply {
        Reply::Text { .. } | Reply::Buttons { .. } | Reply::List { .. } => body,
        Reply::Location(_) | Reply::Media(_) | Reply::Contacts(_) | Reply::Reaction { .. } => {
            format!("({}) {body}", reply.kind()).trim_end().to_owned()
        }
    };
    if let Reply::Buttons { buttons, .. } = reply {
        for button in buttons {
            write!(shown, "\n    {} [{}]", button.title, button.id).unwrap();
        }
    }
    if let Reply::List { rows, .. } = reply {
        for row in rows {
            write!(
                shown,
                "\n    {} [{}] {}",
                row.title, row.id, row.description
            )
            .unwrap();
        }
    }
    shown
}

/// What the person whose turn it was got, as the specification writes it.
pub(in crate::conversation) fn kinds(effects: &[Effect]) -> String {
    let kind = |message: &Outbound| match message.reply {
        Reply::Text { .. } => 'T',
        Reply::List { .. } => 'L',
        Reply::Buttons { .. } => 'B',
        Reply::Location(_) => 'O',
        Reply::Media(_) | Reply::Contacts(_) | Reply::Reaction { .. } => '?',
    };
    sent(effects).map(kind).collect()
}

/// All that was said in a turn.
pub(in crate::conversation) fn said(effects: &[Effect]) -> String {
    let texts = sent(effects).map(|message| message.reply.body());
    texts.collect::<Vec<_>>().join("\n")
}

/// The ids of all buttons and rows of a turn.
pub(in crate::conversation) fn ids(effects: &[Effect]) -> Vec<String> {
    let mut all = Vec::new();
    for message in sent(effects) {
        if let Reply::List { rows, .. } = &message.reply {
            all.extend(rows.iter().map(|row| row.id.clone()));
        }
        if let Reply::Buttons { buttons, .. } = &message.reply {
            all.extend(buttons.iter().map(|button| button.id.clone()));
        }
    }
    all
}

/// To whom which notices go.
pub(in crate::conversation) fn notices(effects: &[Effect]) -> Vec<(u128, Notice)> {
    let mut told = Vec::new();
    for effect in effects {
        if let Effect::Notify { to, notice } = effect {
            told.push((to.0.as_u128(), notice.clone()));
        }
    }
    told
}

fn sent(effects: &[Effect]) -> impl Iterator<Item = &Outbound> {
    effects.iter().filter_map(|effect| {
        if let Effect::Send(message) = effect {
            Some(message)
        } else {
            None
        }
    })
}

/// Meta approved so many parameters and quick replies of each template, and refuses any other number.
pub(in crate::conversation) fn has_approved_form(template: &Template) -> bool {
    let form = match template.name {
        TemplateName::NewRequest => (4, 2),
        TemplateName::RequestAccepted
        | TemplateName::ChatWaiting
        | TemplateName::ProviderAvailable => (1, 1),
        TemplateName::RequestUpdate => (2, 1),
        TemplateName::JobUpdate => (2, 0),
        TemplateName::RateService => (1, 3),
    };
    form == (template.parameters.len(), template.buttons.len())
}
