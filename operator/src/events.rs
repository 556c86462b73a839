//! Tells users of a transition by an Event, once: its name is made of the resource's UID and the transition's sequence,
//! so posting it again is refused by the API server.

use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::PostParams;
use kube::{Api, Client, Resource};
use ubermench_crds::{Phase, Transition, UbermenchDeployment};

use crate::error::{During, Error};
use crate::rollout::Reason;

/// Longest note that the API takes.
const NOTE_LIMIT: usize = 1024;

/// Who reports.
const CONTROLLER: &str = "ubermench.io/operator";

/// Posts the Event of a transition. One that is there already is left alone.
pub async fn publish(
    client: &Client,
    instance: &str,
    object: &UbermenchDeployment,
    transition: &Transition,
) -> Result<(), Error> {
    let event = event(instance, object, transition).ok_or(Error::Unnamed)?;
    let namespace = event.metadata.namespace.clone().unwrap_or_default();
    let name = event.metadata.name.clone().unwrap_or_default();
    match Api::<Event>::namespaced(client.clone(), &namespace)
        .create(&PostParams::default(), &event)
        .await
    {
        Err(kube::Error::Api(status)) if status.is_already_exists() => Ok(()),
        answer => answer.map(drop).during("create", "Event", &name),
    }
}

fn event(instance: &str, object: &UbermenchDeployment, transition: &Transition) -> Option<Event> {
    let name = object.metadata.name.clone()?;
    let namespace = object.metadata.namespace.clone()?;
    let uid = object.metadata.uid.clone()?;
    Some(Event {
        metadata: ObjectMeta {
            name: Some(format!(
                "{name}.{}.{}",
                uid.replace('-', ""),
                transition.sequence
            )),
            namespace: Some(namespace.clone()),
            ..ObjectMeta::default()
        },
        action: Some(format!("{:?}", transition.to)),
        event_time: Some(MicroTime(transition.time.0)),
        note: Some(note(transition)),
        reason: Some(transition.reason.clone()),
        regarding: Some(ObjectReference {
            api_version: Some(UbermenchDeployment::api_version(&()).into_owned()),
            kind: Some(UbermenchDeployment::kind(&()).into_owned()),
            name: Some(name),
            namespace: Some(namespace),
            uid: Some(uid),
            resource_version: object.metadata.resource_version.clone(),
            ..ObjectReference::default()
        }),
        reporting_controller: Some(CONTROLLER.to_owned()),
        reporting_instance: Some(instance.chars().take(128).collect()),
        type_: Some(
            if is_warning(transition) {
                "Warning"
            } else {
                "Normal"
            }
            .to_owned(),
        ),
        ..Event::default()
    })
}

fn is_warning(transition: &Transition) -> bool {
    match transition.to {
        Phase::Failed => true,
        // A way back that somebody asked for is no bad news.
        Phase::RollingBack => ![
            Reason::SpecReverted,
            Reason::RollbackRequested,
            Reason::Aborted,
        ]
        .iter()
        .any(|asked| asked.as_str() == transition.reason),
        _ => false,
    }
}

fn note(transition: &Transition) -> String {
    let text = format!(
        "{:?} to {:?}: {}",
        transition.from, transition.to, transition.message
    );
    if text.len() <= NOTE_LIMIT {
        return text;
    }
    let end = (0..=NOTE_LIMIT - '…'.len_utf8())
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

    use super::*;

    fn transition(to: Phase, reason: &str, message: &str) -> Transition {
        Transition {
            sequence: 7,
            from: Phase::Baking,
            to,
            reason: reason.to_owned(),
            message: message.to_owned(),
            revision: "abc".to_owned(),
            time: Time(Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn note_fits_and_keeps_whole_characters() {
        let long = "ñ".repeat(2000);
        let note = note(&transition(Phase::Failed, "CrashLoop", &long));
        assert!(
            note.len() <= NOTE_LIMIT && note.len() > NOTE_LIMIT - 8,
            "{}",
            note.len()
        );
        assert!(note.ends_with('…'));
    }

    #[test]
    fn only_bad_news_warns() {
        let cases = [
            (Phase::Failed, "GateFailed", true),
            (Phase::RollingBack, "CrashLoop", true),
            (Phase::RollingBack, "SpecReverted", false),
            (Phase::RollingBack, "RollbackRequested", false),
            (Phase::RollingBack, "Aborted", false),
            (Phase::Baking, "Switched", false),
        ];
        for (to, reason, expected) in cases {
            assert_eq!(
                is_warning(&transition(to, reason, "")),
                expected,
                "{to:?} {reason}"
            );
        }
    }
}
