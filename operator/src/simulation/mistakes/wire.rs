//! Mistakes of reading and writing, made on the wire.

use serde_json::{Value, json};

use super::super::World;
use super::super::api_server::{Call, EVENTS, JOBS, RESOURCES, SECRETS, SERVICES, Verb, uid};
use super::super::user::KEPT;
use super::{MADE, Mistake};
use crate::names::FINALIZER;

/// A request on its way to the server.
pub(in crate::simulation) fn request(world: &World, mut call: Call) -> Call {
    let Some(mistake) = MADE.get() else {
        return call;
    };
    match mistake {
        Mistake::ActWithoutVersion if call.verb == Verb::Replace && call.part.is_empty() => {
            if let Some(metadata) = call.body["metadata"].as_object_mut() {
                metadata.remove("resourceVersion");
            }
        }
        Mistake::MigrationRetried if call.kind == &JOBS && call.verb == Verb::Create => {
            call.body["spec"]["backoffLimit"] = json!(3);
        }
        Mistake::EmptySelector if call.kind == &SERVICES && call.verb == Verb::Replace => {
            call.body["spec"]["selector"] = json!({});
        }
        Mistake::EventPerProcess if call.kind == &EVENTS => {
            let named = format!("{}.{}", call.name, world.now);
            call.body["metadata"]["name"] = json!(named);
            call.name = named;
        }
        Mistake::FinalizerForever if call.kind == &RESOURCES && call.verb == Verb::Patch => {
            call.body["metadata"]["finalizers"] = json!([FINALIZER]);
        }
        _ => {}
    }
    call
}

/// An answer on its way to the operator.
pub(in crate::simulation) fn answer(
    world: &World,
    call: &Call,
    code: u16,
    body: Vec<u8>,
) -> (u16, Vec<u8>) {
    let Some(mistake) = MADE.get() else {
        return (code, body);
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(&body) else {
        return (code, body);
    };
    let owner = world.resource().map(|resource| {
        json!([{"apiVersion": "ubermench.io/v1alpha1", "kind": "UbermenchDeployment", "name": "handy", "uid": uid(resource), "controller": true}])
    });
    match mistake {
        // The look before a deletion sees nothing.
        Mistake::DeletedInUse
            if call.kind == &SERVICES && call.verb == Verb::List && call.selector.is_empty() =>
        {
            value["items"] = json!([]);
        }
        Mistake::StaleGenerationActedOn if call.kind == &RESOURCES && code == 200 => {
            value["spec"] = world.setting.resource()["spec"].clone();
            value["metadata"]["generation"] = json!(1);
        }
        Mistake::EmptiedSecretRolledOut
            if call.kind == &SECRETS && KEPT.contains(&call.name.as_str()) =>
        {
            for content in value["data"]
                .as_object_mut()
                .into_iter()
                .flat_map(Map::values_mut)
            {
                if *content == "" {
                    *content = json!("IA==");
                }
            }
        }
        Mistake::ForeignTaken
            if value["metadata"]["ownerReferences"].is_null()
                && value["metadata"]["name"].is_string() =>
        {
            value["metadata"]["ownerReferences"] = owner.unwrap_or_default();
        }
        _ => {}
    }
    (code, value.to_string().into_bytes())
}

type Map = serde_json::Map<String, Value>;
