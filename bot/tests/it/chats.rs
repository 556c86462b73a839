//! Chats as the database keeps them: one a person, ended once, and where a message shows on the other
//! phone.

use chrono::{TimeDelta, Utc};
use ubermench_bot::conversation::{
    Effect, Needs, Notice, Relay, Reply, Side, Template, TemplateName,
};
use ubermench_bot::domain::{ServiceRequestId, Wamid};
use ubermench_bot::store::effects::EffectError;
use ubermench_bot::store::work;

use crate::harness::World;
use crate::harness::people::Person;

const LUIS: &str = "525500001001";
const ROSA: &str = "525500001002";
const EVA: &str = "525500001003";

fn start(request: ServiceRequestId, customer: &Person, provider: &Person) -> Effect {
    Effect::StartChat {
        request,
        customer: customer.contact(),
        provider: provider.contact(),
    }
}

fn relay(request: ServiceRequestId, to: &Person, inbound: &str, words: &[&str]) -> Effect {
    let replies = words.iter().map(|word| Reply::Text {
        body: (*word).to_owned(),
    });
    Effect::Relay(Relay {
        request,
        to: to.contact(),
        identity: to.identity.clone(),
        kind: "text",
        content: words.concat(),
        inbound: Wamid::parse(inbound).ok(),
        replies: replies.collect(),
        copy: words.len() - 1,
        context: Wamid::parse("wamid.earlier").ok(),
        waiting: Template {
            name: TemplateName::ChatWaiting,
            parameters: vec!["Luis".to_owned()],
            buttons: Vec::new(),
        },
    })
}

fn quoting(wamid: &str) -> Needs {
    Needs {
        quoted: Wamid::parse(wamid).ok(),
        ..Needs::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_in_one_chat_and_who_waits_is_told_when_it_ends() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let eva = world.customer(EVA, "Eva").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let (one, other) = (luis.book(profile).await, eva.book(profile).await);
    for request in [one, other] {
        rosa.accept(request).await.unwrap();
    }
    luis.act(vec![start(one, &luis, &rosa)]).await;
    let chat = rosa.facts(&Needs::default()).await.chat.unwrap();
    assert_eq!((chat.request, chat.side), (one, Side::Provider));
    assert_eq!(chat.own_name.as_str(), "Rosa");
    assert_eq!(chat.other.name.as_str(), "Luis");
    let about = Needs {
        request: Some(other),
        ..Needs::default()
    };
    assert!(eva.facts(&about).await.other_is_chatting);
    for effect in [start(other, &eva, &rosa), start(one, &luis, &rosa)] {
        let busy = eva.try_act(Some(other), vec![effect]).await;
        assert!(matches!(busy, Err(EffectError::Stale)));
    }
    let wait = Effect::WaitForChat {
        busy: rosa.contact(),
        request: other,
    };
    eva.act(vec![wait.clone()]).await;

    let end = Effect::EndChat { request: one };
    let before = rosa.facts(&Needs::default()).await;
    luis.act(vec![end.clone()]).await;
    let heard = world
        .texts("select convert_from(raw, 'UTF8') from inbox")
        .await;
    let free = Notice::ChatFree { request: other };
    assert_eq!(heard, [serde_json::to_string(&free).unwrap()]);
    // Both end it at once: the second is to look again, and then finds nothing to end.
    let late = rosa.act_on(before, vec![end.clone()]).await;
    assert!(matches!(late, Err(EffectError::Stale)));
    rosa.act(vec![end]).await;
    let gone = eva.try_act(Some(other), vec![wait]).await;
    assert!(matches!(gone, Err(EffectError::Stale)));
    luis.act(vec![start(one, &luis, &rosa)]).await;
    assert!(!rosa.facts(&Needs::default()).await.chat.unwrap().has_ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_before_the_other_ended_it_still_goes_over() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let request = luis.book(profile).await;
    rosa.accept(request).await.unwrap();
    luis.act(vec![start(request, &luis, &rosa)]).await;
    luis.act(vec![Effect::EndChat { request }]).await;
    let earlier = Utc::now() - TimeDelta::seconds(10);
    let mut found = Vec::new();
    for (person, at) in [(&rosa, earlier), (&rosa, Utc::now()), (&luis, earlier)] {
        let mut tx = person.store.begin().await.unwrap();
        let base = work::waiting(&mut tx, &person.who, 0).await.unwrap().base;
        let chat = base.facts(&person.who, at).chat;
        found.push(chat.map(|chat| chat.has_ended));
    }
    assert_eq!(found, [Some(true), None, None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_find_the_other_ones_copy_both_ways() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let request = luis.book(profile).await;
    rosa.accept(request).await.unwrap();
    luis.act(vec![start(request, &luis, &rosa)]).await;
    luis.act(vec![relay(
        request,
        &rosa,
        "wamid.luis",
        &["first", "second"],
    )])
    .await;
    let sent = world
        .texts("select (payload->'context'->>'message_id') || ' ' || is_copy || ' ' || body from outbox where is_copy")
        .await;
    assert_eq!(sent, ["wamid.earlier true second"]);
    assert_eq!(
        world
            .count("select count(*) from outbox where payload ? 'context'")
            .await,
        1
    );
    // Not sent yet: nothing of it is on Rosa's phone.
    assert_eq!(luis.facts(&quoting("wamid.luis")).await.quoted_copy, None);
    world
        .execute("update outbox set state = 'accepted', wamid = 'wamid.' || body")
        .await;
    let copy = |facts: ubermench_bot::conversation::Facts| {
        facts.quoted_copy.map(|id| id.as_str().to_owned())
    };
    let own = copy(luis.facts(&quoting("wamid.luis")).await);
    assert_eq!(own.as_deref(), Some("wamid.second"));
    for part in ["wamid.first", "wamid.second"] {
        let theirs = copy(rosa.facts(&quoting(part)).await);
        assert_eq!(theirs.as_deref(), Some("wamid.luis"));
    }
    assert_eq!(copy(rosa.facts(&quoting("wamid.luis")).await), None);
    assert_eq!(copy(luis.facts(&quoting("wamid.unknown")).await), None);
}
