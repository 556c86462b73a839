//! Sending when somebody has not written for a day: templates go, the rest waits for them.

use ubermench_bot::conversation::{Effect, Notice, Outbound, Relay, Reply, Template, TemplateName};
use ubermench_bot::domain::{ServiceRequestId, Wamid};
use ubermench_simulator::{Fault, Inbound};
use uuid::Uuid;

use crate::harness::people::Person;
use crate::harness::{LIMIT, World, eventually};

const LUIS: &str = "525500001001";
const ROSA: &str = "525500001002";

fn text(body: &str) -> Reply {
    Reply::Text {
        body: body.to_owned(),
    }
}

fn template() -> Template {
    Template {
        name: TemplateName::JobUpdate,
        parameters: vec!["Plumbing".to_owned(), "done".to_owned()],
        buttons: Vec::new(),
    }
}

fn says(body: &str, template: Option<Template>, told: Option<&Person>) -> Effect {
    let failed = Notice::OfferFailed {
        request: ServiceRequestId(Uuid::from_u128(7)),
        offered_at: 1,
    };
    Effect::Send(Outbound {
        template,
        on_failure: told.map(|person| (person.contact(), failed)),
        ..Outbound::from(text(body))
    })
}

/// By our own record and by the simulator's.
async fn silent_for_a_day(world: &World, phone: &str) {
    world
        .execute(&format!(
            "update conversation set last_inbound_at = now() - interval '25 hours' where phone = '{phone}'"
        ))
        .await;
    silent_for_meta(world, phone);
}

fn silent_for_meta(world: &World, phone: &str) {
    let day = std::time::Duration::from_hours(25);
    world.simulator.control.age_window(phone, day).unwrap();
}

fn kinds(world: &World, phone: &str) -> Vec<String> {
    let got = world.simulator.control.got(phone);
    got.iter()
        .map(|sent| sent.payload["type"].as_str().unwrap().to_owned())
        .collect()
}

async fn writes(world: &World, phone: &str) {
    world
        .simulator
        .control
        .inbound(Inbound::text(phone, "help").once())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_closed_window_the_template_goes_and_the_rest_waits_for_the_person() {
    let world = World::new().await;
    let _bot = world.bot(&[]).await;
    let luis = world.customer(LUIS, "Luis").await;
    silent_for_a_day(&world, LUIS).await;
    luis.act(vec![
        says("held one", None, None),
        says("with template", Some(template()), None),
        says("held two", None, None),
    ])
    .await;
    world
        .until_count(
            "select count(*) from outbox where outcome = 'sent' and is_template",
            1,
        )
        .await;
    world
        .until_count("select count(*) from outbox where state = 'held'", 2)
        .await;
    let got = world.simulator.control.got(LUIS);
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].payload["template"]["name"], "handy_job_update");

    writes(&world, LUIS).await;
    world
        .until_count(
            "select count(*) from outbox where state in ('held', 'pending')",
            0,
        )
        .await;
    let texts = world.simulator.control.texts(LUIS);
    assert_eq!(&texts[1..3], ["held one", "held two"]);
    assert!(texts.len() > 3, "the answer comes behind: {texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_metas_record_says_counts_at_once_or_later() {
    for later in [false, true] {
        let world = World::new().await;
        let _bot = world.bot(&[]).await;
        let luis = world.customer(LUIS, "Luis").await;
        let fault = if later {
            Fault::failed_later(131_047)
        } else {
            Fault::code(131_047)
        };
        world
            .simulator
            .control
            .fault(fault.of_type("text"))
            .unwrap();
        luis.act(vec![says("hello", Some(template()), Some(&luis))])
            .await;
        world
            .until_count(
                "select count(*) from outbox where outcome = 'sent' and is_template",
                1,
            )
            .await;
        let last = kinds(&world, LUIS).pop();
        assert_eq!(last.as_deref(), Some("template"), "later: {later}");
        assert_eq!(world.count("select count(*) from inbox").await, 0);
        assert_eq!(world.count("select count(*) from dead_letter").await, 0);
        // Without a template it waits.
        let fault = if later {
            Fault::failed_later(131_047)
        } else {
            Fault::code(131_047)
        };
        world
            .simulator
            .control
            .fault(fault.of_type("text"))
            .unwrap();
        luis.act(vec![says("bare", None, None)]).await;
        world
            .until_count(
                "select count(*) from outbox where state = 'held' and body = 'bare'",
                1,
            )
            .await;
        world.simulator.control.clear_faults();
        writes(&world, LUIS).await;
        world
            .simulator
            .control
            .wait_got(LUIS, "bare", LIMIT)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_hear_of_a_failure_hears_of_it_once() {
    for (later, code) in [(false, 131_026), (true, 131_026), (false, 132_001)] {
        let world = World::new().await;
        let luis = world.customer(LUIS, "Luis").await;
        let rosa = world.customer(ROSA, "Rosa").await;
        let fault = if later {
            Fault::failed_later(code)
        } else {
            Fault::code(code)
        };
        world.simulator.control.fault(fault).unwrap();
        let _bot = world.bot(&[]).await;
        luis.act(vec![says("hello", None, Some(&rosa))]).await;
        let heard = format!(
            "select count(*) from inbox where contact_id = '{}' and kind = 'notice' and request_id = 'trace-1'",
            rosa.contact()
        );
        world.until_count(&heard, 1).await;
        let letters = world.count("select count(*) from dead_letter").await;
        assert_eq!(letters, i64::from(!later), "{code}");
    }
}

fn relayed(request: ServiceRequestId, to: &Person, n: u32) -> Effect {
    Effect::Relay(Relay {
        request,
        to: to.contact(),
        identity: to.identity.clone(),
        kind: "text",
        content: format!("{n}"),
        inbound: Wamid::parse(&format!("wamid.{n}")).ok(),
        replies: vec![text(&format!("message {n}."))],
        copy: 0,
        context: None,
        waiting: chat_waits(),
    })
}

fn chat_waits() -> Template {
    Template {
        name: TemplateName::ChatWaiting,
        parameters: vec!["Luis".to_owned()],
        buttons: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_told_that_a_chat_begins_is_not_told_again_that_its_message_waits() {
    let world = World::new().await;
    let (luis, rosa, request) = chat(&world).await;
    silent_for_a_day(&world, ROSA).await;
    let _bot = world.bot(&[]).await;
    rosa.act(vec![says("it begins", Some(chat_waits()), None)])
        .await;
    let told = "select count(*) from outbox where outcome = 'sent' and is_template";
    world.until_count(told, 1).await;
    luis.act(vec![relayed(request, &rosa, 1)]).await;
    world
        .until_count("select count(*) from outbox where state = 'held'", 1)
        .await;
    let again = "select count(*) from outbox where kind = 'template'";
    assert_eq!(world.count(again).await, 0);
    assert_eq!(kinds(&world, ROSA), ["template"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn chat_messages_wait_behind_one_template_and_go_in_order() {
    let world = World::new().await;
    let (luis, rosa, request) = chat(&world).await;
    silent_for_a_day(&world, ROSA).await;
    let bot = world.bot(&[]).await;
    for n in 1..=3 {
        luis.act(vec![relayed(request, &rosa, n)]).await;
    }
    world
        .until_count("select count(*) from outbox where state = 'held'", 3)
        .await;
    world
        .simulator
        .control
        .wait_got(ROSA, "", LIMIT)
        .await
        .unwrap();
    luis.act((4..=105).map(|n| relayed(request, &rosa, n)).collect())
        .await;
    world
        .until_count("select count(*) from outbox where state = 'failed'", 5)
        .await;
    assert_eq!(kinds(&world, ROSA), ["template"]);
    let told = |notice: &Notice| {
        let raw = serde_json::to_string(notice).unwrap();
        format!(
            "select count(*) from inbox where kind = 'notice' and convert_from(raw, 'UTF8')::jsonb = '{raw}'::jsonb"
        )
    };
    world
        .until_count(&told(&Notice::RelayHeld { request }), 1)
        .await;
    let failed = Notice::RelayFailed {
        request,
        file: false,
    };
    world.until_count(&told(&failed), 1).await;

    writes(&world, ROSA).await;
    world
        .until_count(
            "select count(*) from outbox where state in ('held', 'pending')",
            0,
        )
        .await;
    arrive_in_order(&world).await;
    drop(bot);
}

async fn arrive_in_order(world: &World) {
    eventually("all arrive in order", || async {
        let texts = world.simulator.control.texts(ROSA);
        let arrived = texts.iter().filter(|text| text.starts_with("message "));
        let expected = (1..=100).map(|n| format!("message {n}."));
        if arrived.cloned().eq(expected) {
            Ok(())
        } else {
            Err(format!("{texts:?}"))
        }
    })
    .await;
}

async fn chat(world: &World) -> (Person, Person, ServiceRequestId) {
    let luis = world.customer(LUIS, "Luis").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let request = luis.book(profile).await;
    rosa.accept(request).await.unwrap();
    let chat = Effect::StartChat {
        request,
        customer: luis.contact(),
        provider: rosa.contact(),
    };
    luis.act(vec![chat]).await;
    (luis, rosa, request)
}
