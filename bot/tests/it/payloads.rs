//! Show: every sample notification is stored as `expected.json` lists it and answered as
//! `answers.json` says, and its signature is honoured.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::harness::{World, eventually};

const NUMBER: &str = "311407225890134";

/// What the samples ask for and later work builds. An entry whose answer changes is stale and fails.
#[derive(Deserialize)]
struct NotBuilt {
    file: String,
    wamid: String,
    needs: String,
    answered_until_then: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answers {
    /// Per file and message: what goes out. A message that is not named is answered by nothing.
    answers: BTreeMap<String, BTreeMap<String, Vec<Answer>>>,
    not_built_yet: Vec<NotBuilt>,
}

/// One outgoing message: its type and the ids that it offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ids: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/payloads")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&read(name)).unwrap()
}

fn files() -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    files.sort();
    files
}

/// Messages of a file that are for our number, once each, in order.
fn expected_messages(listing: &Value) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    let listed = listing["messages"].as_array().unwrap().iter();
    let ours = listed.filter(|message| message["number"] == NUMBER);
    ours.map(|message| {
        let word = |key: &str| message[key].as_str().unwrap().to_owned();
        (word("id"), word("type"))
    })
    .filter(|(id, _)| seen.insert(id.clone()))
    .collect()
}

fn expected_statuses(listing: &Value) -> BTreeSet<(String, String)> {
    let listed = listing["statuses"].as_array().unwrap().iter();
    listed
        .map(|status| {
            let word = |key: &str| status[key].as_str().unwrap().to_owned();
            (word("id"), word("status"))
        })
        .collect()
}

async fn answers_of(world: &World, wamid: &str) -> Vec<Answer> {
    let payloads = world
        .texts(&format!(
            "select o.payload::text from outbox o join inbox i on i.id = o.inbox_id
             where i.wamid = '{wamid}' order by o.id"
        ))
        .await;
    payloads
        .iter()
        .map(|payload| answer(&serde_json::from_str(payload).unwrap()))
        .collect()
}

fn answer(payload: &Value) -> Answer {
    let interactive = &payload["interactive"];
    let rows = interactive["action"]["sections"][0]["rows"].as_array();
    let buttons = interactive["action"]["buttons"].as_array();
    let id = |item: &Value| {
        let id = item["id"].as_str().or(item["reply"]["id"].as_str());
        id.unwrap().to_owned()
    };
    let items = rows.or(buttons).into_iter().flatten();
    let kind = interactive["type"]
        .as_str()
        .or(payload["type"].as_str())
        .unwrap();
    Answer {
        kind: kind.to_owned(),
        ids: items.map(id).collect(),
    }
}

/// Each file against a database and a bot of its own, so that its answers do not hang on other files.
#[tokio::test(flavor = "multi_thread")]
async fn every_sample_is_stored_as_listed_and_answered_as_said() {
    let expected = json("expected.json");
    let signatures = json("signatures.json");
    let answers: Answers = serde_json::from_value(json("answers.json")).unwrap();
    let secret = signatures["app_secret"].as_str().unwrap();
    let names: BTreeSet<String> = files().into_iter().collect();
    assert_eq!(names.len(), expected.as_object().unwrap().len());
    assert_eq!(names, answers.answers.keys().cloned().collect());
    let changes = [
        ("WHATSAPP_PHONE_NUMBER_ID", NUMBER),
        ("WHATSAPP_APP_SECRET", secret),
    ];
    let mut found = Vec::new();
    for name in names {
        let listing = &expected[&name];
        let world = World::new().await;
        let bot = world.bot(&changes).await;
        let signature = signatures["signatures"][&name].as_str().unwrap();
        let body = read(&name);
        let refused = world
            .post_signed(&bot, &body, Some(&signature.replace("256=", "256=0")))
            .await;
        assert_eq!(refused.status(), 401, "{name}");
        for _ in 0..2 {
            let answer = world.post_signed(&bot, &body, Some(signature)).await;
            assert_eq!(answer.status(), 200, "{name}");
        }
        check_stored(&world, &name, listing).await;
        found.extend(faults(&world, &name, listing, &answers).await);
        bot.app.stop().await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn check_stored(world: &World, name: &str, listing: &Value) {
    let messages = expected_messages(listing);
    let stored = world
        .texts("select wamid || ' ' || kind from inbox order by id")
        .await;
    let listed: Vec<String> = messages
        .iter()
        .map(|(id, kind)| format!("{id} {kind}"))
        .collect();
    assert_eq!(stored, listed, "{name}");
    let stored: BTreeSet<String> = world
        .texts("select wamid || ' ' || status from message_status")
        .await
        .into_iter()
        .collect();
    let listed: BTreeSet<String> = expected_statuses(listing)
        .iter()
        .map(|(id, status)| format!("{id} {status}"))
        .collect();
    assert_eq!(stored, listed, "{name}");
    eventually(name, || async {
        let waiting = world
            .count("select count(*) from inbox where worked_at is null")
            .await;
        if waiting == 0 {
            Ok(())
        } else {
            Err(format!("{waiting} messages wait"))
        }
    })
    .await;
}

/// What is answered otherwise than said.
async fn faults(world: &World, name: &str, listing: &Value, answers: &Answers) -> Vec<String> {
    let mut faults = Vec::new();
    for (wamid, _) in expected_messages(listing) {
        let given = answers_of(world, &wamid).await;
        let wanted = answers.answers[name]
            .get(&wamid)
            .cloned()
            .unwrap_or_default();
        let later = answers
            .not_built_yet
            .iter()
            .find(|it| it.file == name && it.wamid == wamid);
        let until_then = later.map_or(&wanted, |later| &later.answered_until_then);
        if given != *until_then {
            let given = serde_json::to_string(&given).unwrap();
            let needs = later
                .map(|later| format!(" (needs {})", later.needs))
                .unwrap_or_default();
            faults.push(format!("{name} {wamid}{needs}: {given}"));
        }
        if later.is_some() && given == wanted {
            faults.push(format!(
                "{name} {wamid} is built: take it off not_built_yet"
            ));
        }
    }
    faults
}
