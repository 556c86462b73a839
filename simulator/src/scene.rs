//! Scripted scenes: who does what, and which reply is waited for. Pure.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::inbound::{Inbound, InboundError, Location, Media, Reaction, Tap, check};
use crate::person::Person;

/// Most steps of one scene.
const MOST_STEPS: usize = 1_000;

/// A scene: steps that are played one after another until one fails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// What it is called.
    #[serde(default)]
    pub title: String,
    /// How fast it is played. Default full speed.
    #[serde(default)]
    pub speed: Speed,
    /// What happens.
    pub steps: Vec<Step>,
}

/// How fast a scene is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speed {
    /// Without any wait but for replies.
    #[default]
    Full,
    /// With the time that a person needs to read and to type.
    Human,
}

/// One step: a person does something, then a reply on the same phone is waited for. Either may be
/// absent. A step that only waits also takes what came since the last reply that was waited for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Whose phone.
    pub phone: String,
    /// The person's profile name.
    #[serde(default)]
    pub profile: Option<String>,
    /// What the person does.
    #[serde(default)]
    pub send: Option<Act>,
    /// A text that the awaited reply contains.
    #[serde(default)]
    pub wait_for: Option<String>,
    /// How long the reply is waited for. Default 10 s.
    #[serde(default = "ten_seconds")]
    pub within_ms: u64,
}

/// What a person does in a scene. Exactly one member is set, besides `quoting`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Act {
    /// Types.
    pub text: Option<String>,
    /// Taps: an id, the start of one and `*`, or a title.
    pub tap: Option<String>,
    /// Sends the built-in photo with this caption; may be empty.
    pub photo: Option<String>,
    /// Sends a file.
    pub media: Option<Media>,
    /// Sends a place.
    pub location: Option<Location>,
    /// Sends a contact.
    pub contact: Option<Contact>,
    /// Reacts to a message that contains a text.
    pub reaction: Option<Reaction>,
    /// The message that this one answers: its id, or a text that it contains.
    pub quoting: Option<String>,
}

/// A contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// The phone number.
    pub phone: String,
}

/// What is wrong with a scene, and in which step.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScene {
    /// No step, or too many.
    #[error("steps: must be 1 to {MOST_STEPS}")]
    Steps,
    /// A phone that is none, or an act that is none.
    #[error("steps[{step}]: {reason}")]
    Step {
        /// The step, counted from 0.
        step: usize,
        /// What is wrong.
        #[source]
        reason: InboundError,
    },
}

impl Scene {
    /// Checks everything that can be checked before it is played.
    pub(crate) fn check(&self) -> Result<(), InvalidScene> {
        if self.steps.is_empty() || self.steps.len() > MOST_STEPS {
            return Err(InvalidScene::Steps);
        }
        for (step, checked) in self.steps.iter().enumerate() {
            let phone = Person::parse(&checked.phone).map_err(|_| InboundError::From);
            let act = checked.inbound().map_or(Ok(()), |inbound| check(&inbound));
            phone
                .and(act)
                .map_err(|reason| InvalidScene::Step { step, reason })?;
        }
        Ok(())
    }
}

impl Step {
    /// The person's message.
    pub(crate) fn inbound(&self) -> Option<Inbound> {
        let act = self.send.clone()?;
        let photo = act.photo.map(|caption| Media {
            caption: Some(caption).filter(|caption| !caption.is_empty()),
            ..Media::default()
        });
        Some(Inbound {
            from: self.phone.clone(),
            profile: self.profile.clone(),
            text: act.text,
            tap: act.tap.map(|id| Tap {
                id,
                ..Tap::default()
            }),
            media: act.media.or(photo),
            location: act.location,
            contacts: act.contact.map(|contact| vec![contact.card()]),
            reaction: act.reaction,
            raw: None,
            quoting: act.quoting,
            retry: true,
        })
    }

    /// How long a person needs before doing this.
    pub(crate) fn thinking(&self, speed: Speed) -> Duration {
        let Some(act) = self.send.as_ref().filter(|_| speed == Speed::Human) else {
            return Duration::ZERO;
        };
        let typed = act.text.as_ref().map_or(15, |text| text.chars().count());
        let typed = u64::try_from(typed).unwrap_or(u64::MAX).min(80);
        Duration::from_millis(700 + 45 * typed)
    }
}

impl Contact {
    /// As in a webhook.
    fn card(&self) -> Value {
        json!({"name": {"formatted_name": self.name, "first_name": self.name},
            "phones": [{"phone": self.phone, "type": "CELL"}]})
    }
}

fn ten_seconds() -> u64 {
    10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(steps: &Value) -> Result<(), InvalidScene> {
        let scene: Scene = serde_json::from_value(json!({ "steps": steps })).unwrap();
        scene.check()
    }

    #[test]
    fn steps_are_checked_before_the_start() {
        let ana = "5215500001001";
        assert_eq!(check(&json!([])), Err(InvalidScene::Steps));
        let fine = json!([{"phone": ana, "send": {"text": "hola"}, "wait_for": "Handy"},
            {"phone": ana, "send": {"photo": ""}}, {"phone": ana, "send": {"tap": "btn_*"}},
            {"phone": ana, "send": {"contact": {"name": "Eva", "phone": "1"}}},
            {"phone": ana, "wait_for": "x"}]);
        assert_eq!(check(&fine), Ok(()));
        let bad = |step: Value| {
            check(&json!([{"phone": ana}, step]))
                .unwrap_err()
                .to_string()
        };
        assert!(bad(json!({"phone": "me"})).starts_with("steps[1]: from"));
        assert!(bad(json!({"phone": ana, "send": {}})).starts_with("steps[1]: exactly one"));
        let both = json!({"phone": ana, "send": {"text": "x", "photo": ""}});
        assert!(bad(both).contains("exactly one"));
    }

    #[test]
    fn people_need_time() {
        let step = |text: &str| Step {
            send: Some(Act {
                text: Some(text.to_owned()),
                ..Act::default()
            }),
            ..Step::default()
        };
        assert!(step("x").thinking(Speed::Full).is_zero());
        let (short, long) = (step("x"), step("a longer text"));
        assert!(short.thinking(Speed::Human) < long.thinking(Speed::Human));
        let longest = step(&"x".repeat(9000)).thinking(Speed::Human);
        assert!(longest < Duration::from_secs(5));
    }
}
