//! Windows, statuses, bad phones, rates, templates, redelivery: how the platform behaves by order.

use std::time::Duration;

use serde_json::{Value, json};
use ubermench_simulator::{
    Fault, Handle, Inbound, Rates, Reported, Strangers, TapKind, TemplateStatus, Tick,
    Undeliverable, WindowRule,
};

use crate::bot::Bot;
use crate::{Graph, LIMIT, list_to, simulator, text_to};

const ANA: &str = "5215500001001";
const DAY: Duration = Duration::from_hours(24);

async fn code_of(simulator: &Handle, message: &Value) -> Option<u64> {
    let answer = Graph::of(simulator).post(message).await.unwrap();
    answer.json::<Value>().await.unwrap()["error"]["code"].as_u64()
}

fn template_to(to: &str, payload: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "template", "template":
        {"name": "handy_chat_waiting", "language": {"code": "en"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Rosa"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0",
                "parameters": [{"type": "payload", "payload": payload}]}]}})
}

#[tokio::test]
async fn the_window_closes_a_day_after_the_last_message() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator.set_status_webhooks(false);
    simulator.say_text(ANA, "hola").await.unwrap();
    let text = text_to(ANA, "x");
    assert_eq!(code_of(&simulator, &text).await, None);
    simulator.age_window("+52 55 0000 1001", DAY).unwrap();
    assert_eq!(code_of(&simulator, &text).await, Some(131_047));
    let template = template_to(ANA, "btn_start_chat_7");
    assert_eq!(code_of(&simulator, &template).await, None);
    simulator.change_conduct(|conduct| conduct.window = WindowRule::Later);
    assert_eq!(code_of(&simulator, &text).await, None);
    let status = bot.saw(2).await[1].value()["statuses"][0].clone();
    assert_eq!(status["status"], "failed");
    assert_eq!(status["errors"][0]["code"], 131_047);
    let last = simulator.chat_of(ANA).pop().unwrap();
    assert_eq!(last.tick, Tick::Failed);
    assert_eq!(
        last.trouble.as_deref(),
        Some("131047 Re-engagement message")
    );
    // A tap on the template opens it again.
    simulator.change_conduct(|conduct| conduct.window = WindowRule::AtOnce);
    simulator.tap(ANA, "btn_start_chat_*").await.unwrap();
    let tapped = bot.saw(3).await[2].value()["messages"][0].clone();
    assert_eq!(tapped["type"], "button");
    assert_eq!(
        tapped["button"],
        json!({"payload": "btn_start_chat_7", "text": "Open chat"})
    );
    assert!(tapped["context"]["id"].is_string());
    assert_eq!(code_of(&simulator, &text).await, None);
    simulator.change_conduct(|conduct| conduct.strangers = Strangers::Closed);
    let stranger = text_to("12025550118", "x");
    assert_eq!(code_of(&simulator, &stranger).await, Some(131_047));
    simulator.reset();
    assert_eq!(code_of(&simulator, &stranger).await, None);
}

#[tokio::test]
async fn statuses_come_late_and_out_of_order() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator.change_conduct(|conduct| {
        conduct.statuses.order = vec![Reported::Read, Reported::Delivered, Reported::Sent];
        conduct.statuses.delay_ms = 10;
    });
    let begun = std::time::Instant::now();
    let wamid = Graph::of(&simulator).text(ANA, "hola").await;
    let seen = bot.saw(3).await;
    assert!(begun.elapsed() >= Duration::from_millis(30));
    let order: Vec<_> = seen.iter().map(crate::bot::Webhook::short).collect();
    let expected = ["read", "delivered", "sent"].map(|name| format!("{name} {wamid}"));
    assert_eq!(order, expected);
    simulator.report_failed(&wamid, 131_026).unwrap();
    assert_eq!(bot.saw(4).await[3].short(), format!("failed {wamid}"));
    simulator.report(&wamid, Reported::Delivered).unwrap();
    assert_eq!(bot.saw(5).await[4].short(), format!("delivered {wamid}"));
    assert!(simulator.report("wamid.X", Reported::Sent).is_err());
}

#[tokio::test]
async fn a_reaction_is_only_sent() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let reaction = json!({"messaging_product": "whatsapp", "to": ANA, "type": "reaction",
        "reaction": {"message_id": "wamid.A", "emoji": "👍"}});
    assert_eq!(code_of(&simulator, &reaction).await, None);
    Graph::of(&simulator).text(ANA, "x").await;
    let order: Vec<_> = bot
        .saw(3)
        .await
        .iter()
        .map(crate::bot::Webhook::short)
        .collect();
    let names: Vec<_> = order.iter().filter_map(|o| o.split(' ').next()).collect();
    assert_eq!(names, ["sent", "sent", "delivered"]);
}

#[tokio::test]
async fn bad_phones_and_rates_have_their_codes() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator
        .set_undeliverable(ANA, Undeliverable::AtOnce)
        .unwrap();
    let text = text_to("525500001001", "x");
    assert_eq!(code_of(&simulator, &text).await, Some(131_026));
    simulator
        .set_undeliverable(ANA, Undeliverable::Later)
        .unwrap();
    assert_eq!(code_of(&simulator, &text).await, None);
    let status = bot.saw(1).await[0].value()["statuses"][0].clone();
    assert_eq!(status["errors"][0]["code"], 131_026);
    simulator.set_undeliverable(ANA, Undeliverable::No).unwrap();
    assert!(
        simulator
            .set_undeliverable("me", Undeliverable::No)
            .is_err()
    );

    simulator.set_status_webhooks(false);
    simulator.change_conduct(|conduct| {
        conduct.rates = Rates {
            pair_burst: 3,
            ..Rates::META
        };
    });
    // One of the burst was taken above.
    for expected in [None, None, Some(131_056)] {
        assert_eq!(code_of(&simulator, &text).await, expected);
    }
    assert_eq!(
        code_of(&simulator, &text_to("12025550118", "x")).await,
        None
    );
    simulator.change_conduct(|conduct| conduct.rates.number_per_second = 1);
    // However slow the machine is, two of many fall into one second.
    let mut codes = Vec::new();
    while codes.last() != Some(&Some(130_429)) && codes.len() < 100 {
        let other = text_to("12025550119", "x");
        codes.push(code_of(&simulator, &other).await);
        simulator.change_conduct(|conduct| conduct.rates.pair_burst = 0);
    }
    assert_eq!(codes.last(), Some(&Some(130_429)));
}

#[tokio::test]
async fn faults_for_one_type_or_later_and_delays() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator.set_status_webhooks(false);
    simulator
        .fail_next(1, Fault::code(131_016).of_type("interactive"))
        .unwrap();
    simulator
        .fail_next(1, Fault::failed_later(131_049).of_type("text"))
        .unwrap();
    assert_eq!(code_of(&simulator, &list_to(ANA)).await, Some(131_016));
    assert_eq!(code_of(&simulator, &text_to(ANA, "x")).await, None);
    let status = bot.saw(1).await[0].value()["statuses"][0].clone();
    assert_eq!(status["errors"][0]["code"], 131_049);
    assert!(simulator.faults().is_empty());

    let timed = async |to: &str| {
        let begun = std::time::Instant::now();
        Graph::of(&simulator).text(to, "x").await;
        begun.elapsed()
    };
    simulator.delay_to(ANA, Duration::from_millis(60)).unwrap();
    assert!(timed(ANA).await >= Duration::from_millis(60));
    simulator.delay_to(ANA, Duration::ZERO).unwrap();
    simulator.delay(Duration::from_millis(30));
    assert!(timed("12025550118").await >= Duration::from_millis(30));
}

#[tokio::test]
async fn templates_are_judged_and_shown() {
    let simulator = simulator(None).await;
    let template = template_to(ANA, "btn_start_chat_7");
    assert_eq!(code_of(&simulator, &template).await, None);
    let entry = simulator.chat_of(ANA).pop().unwrap();
    let shown = entry.template.unwrap();
    assert_eq!(shown.body, "Rosa wrote to you. Tap to read and answer.");
    assert_eq!(shown.buttons[0].payload, "btn_start_chat_7");
    assert!(simulator.texts(ANA)[0].starts_with("Rosa wrote to you."));
    let name = "handy_chat_waiting";
    let set = |status| simulator.set_template_status(name, None, status).unwrap();
    set(TemplateStatus::Paused);
    assert_eq!(code_of(&simulator, &template).await, Some(132_015));
    set(TemplateStatus::Approved);
    let mut spanish = template.clone();
    spanish["template"]["language"]["code"] = "es".into();
    assert_eq!(code_of(&simulator, &spanish).await, None);
    spanish["template"]["language"]["code"] = "fr".into();
    let answer = Graph::of(&simulator).post(&spanish).await.unwrap();
    assert_eq!(answer.status(), 404);
    let mut short = template;
    short["template"]["components"][0]["parameters"] = json!([]);
    assert_eq!(code_of(&simulator, &short).await, Some(132_000));
}

#[tokio::test]
async fn people_quote_react_and_share() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator.set_status_webhooks(false);
    let wamid = Graph::of(&simulator).text(ANA, "Rosa is on her way").await;
    simulator
        .say_quoting(ANA, "on her way", "gracias")
        .await
        .unwrap();
    simulator
        .say_reaction(ANA, "on her way", Some("👍"))
        .await
        .unwrap();
    simulator.say_reaction(ANA, &wamid, None).await.unwrap();
    let eva = json!({"name": {"formatted_name": "Eva"}, "phones": [{"phone": "1"}]});
    simulator
        .say_contacts(ANA, vec![eva.clone()])
        .await
        .unwrap();
    let place = ubermench_simulator::Location::pin(19.4, -99.1).named("Parque", "Av. 1");
    simulator.say_location(ANA, place).await.unwrap();
    simulator.tap_template(ANA, "btn_x").await.unwrap();
    let seen = bot.saw(6).await;
    let message = |place: usize| seen[place].value()["messages"][0].clone();
    assert_eq!(message(0)["context"]["id"], wamid);
    assert_eq!(
        message(1)["reaction"],
        json!({"message_id": wamid, "emoji": "👍"})
    );
    assert_eq!(message(2)["reaction"], json!({"message_id": wamid}));
    assert_eq!(message(3)["contacts"], json!([eva]));
    assert_eq!(
        message(4)["location"],
        json!({"latitude": 19.4, "longitude": -99.1, "name": "Parque", "address": "Av. 1"})
    );
    assert_eq!(message(5)["button"]["payload"], "btn_x");
    assert!(simulator.say_quoting(ANA, "nothing", "x").await.is_err());
    let mut tap = Inbound::tap(ANA, "none*");
    assert!(simulator.inbound(tap.clone()).await.is_err());
    tap.tap.as_mut().unwrap().kind = Some(TapKind::List);
    assert!(simulator.inbound(tap).await.is_err());
}

#[tokio::test]
async fn a_webhook_comes_again_with_the_same_bytes() {
    let bot = Bot::answering(&[200, 200, 503]).await;
    let simulator = simulator(Some(&bot.url)).await;
    assert!(simulator.redeliver(None, 1).await.is_err());
    simulator.say_text(ANA, "hola").await.unwrap();
    let receipts = simulator.redeliver(None, 3).await.unwrap();
    let statuses: Vec<_> = receipts.iter().map(|r| r.webhook_status).collect();
    assert_eq!(statuses, [Some(200), Some(503), Some(200)]);
    let seen = bot.saw(4).await;
    assert!(seen.windows(2).all(|pair| pair[0].body == pair[1].body));
    let log = simulator.webhooks();
    assert_eq!((log[0].kind, log[0].status), ("message", Some(200)));
    assert_eq!((log[2].kind, log[2].status), ("other", Some(503)));
    simulator.redeliver(Some(log[0].seq), 1).await.unwrap();
    assert_eq!(bot.saw(5).await[4].body, seen[0].body);
}

#[tokio::test]
async fn what_a_phone_got_is_waited_for() {
    let simulator = simulator(None).await;
    let graph = Graph::of(&simulator);
    let late = async {
        graph.text(ANA, "first").await;
        graph.text(ANA, "second").await;
    };
    let wait = simulator.wait_got(ANA, "second", LIMIT);
    let (found, ()) = tokio::join!(wait, late);
    assert_eq!(found.unwrap().seq, 2);
    assert_eq!(simulator.texts("+525500001001"), ["first", "second"]);
    let none = simulator.wait_got(ANA, "third", Duration::from_millis(5));
    assert_eq!(none.await.unwrap_err(), ["first", "second"]);
}
