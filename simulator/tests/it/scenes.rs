//! Scripted scenes against a bot that answers by itself.

use serde_json::{Value, json};
use ubermench_simulator::{Handle, Scene, SceneState, SceneView};

use crate::bot::Bot;
use crate::{Graph, LIMIT, list_to, simulator, text_to};

const ANA: &str = "5215500001001";

fn scene(steps: &Value) -> Scene {
    serde_json::from_value(json!({"title": "test", "steps": steps})).unwrap()
}

async fn end_of(simulator: &Handle, id: u64) -> SceneView {
    let end = async {
        loop {
            let view = simulator.scene(id).unwrap();
            if view.state != SceneState::Running {
                return view;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, end).await.unwrap()
}

/// Answers the first webhooks that come in, in order.
async fn answer(bot: &Bot, graph: &Graph, answers: &[Value]) {
    for (place, answer) in answers.iter().enumerate() {
        bot.saw(place + 1).await;
        assert_eq!(graph.post(answer).await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_scene_waits_for_replies_and_goes_on() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    simulator.set_status_webhooks(false);
    let graph = Graph::of(&simulator);
    let id = simulator
        .play(scene(&json!([
            {"phone": ANA, "profile": "Ana", "send": {"text": "hola"}, "wait_for": "What do you need?"},
            {"phone": ANA, "send": {"tap": "service_*"}, "wait_for": "Send a photo"},
            {"phone": ANA, "send": {"photo": "The leak", "quoting": "a photo"}},
            {"phone": ANA, "send": {"reaction": {"message": "Send a photo", "emoji": "👍"}}},
            {"phone": ANA, "send": {"location": {"latitude": 19.4, "longitude": -99.1}}},
            {"phone": ANA, "send": {"contact": {"name": "Eva", "phone": "+1 202 555 0161"}}},
            {"phone": "12025550118", "wait_for": "offer", "within_ms": 15000},
        ])))
        .unwrap();
    let answers = [
        list_to(ANA),
        text_to(ANA, "Send a photo"),
        text_to("12025550118", "An offer"),
    ];
    answer(&bot, &graph, &answers).await;
    let view = end_of(&simulator, id).await;
    assert_eq!(view.state, SceneState::Done, "{view:?}");
    assert!(view.steps.iter().all(|step| step.state == SceneState::Done));
    assert_eq!(view.steps[6].reply.as_deref(), Some("An offer"));
    let seen = bot.saw(6).await;
    let kinds: Vec<_> = seen
        .iter()
        .map(|webhook| {
            webhook.value()["messages"][0]["type"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "text",
            "interactive",
            "image",
            "reaction",
            "location",
            "contacts"
        ]
    );
}

#[tokio::test]
async fn a_scene_fails_with_a_reason() {
    let bot = Bot::answering(&[200, 500, 500, 500, 500]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let id = simulator
        .play(scene(&json!([
            {"phone": ANA, "send": {"text": "hola"}, "wait_for": "Handy", "within_ms": 20},
            {"phone": ANA, "send": {"text": "never"}},
        ])))
        .unwrap();
    let view = end_of(&simulator, id).await;
    assert_eq!(view.state, SceneState::Failed);
    let trouble = view.steps[0].trouble.as_deref().unwrap();
    assert!(
        trouble.contains("no reply with “Handy” within 20 ms"),
        "{trouble}"
    );
    assert_eq!(view.steps[1].state, SceneState::Waiting);
    let id = simulator
        .play(scene(&json!([{"phone": ANA, "send": {"text": "hola"}}])))
        .unwrap();
    let view = end_of(&simulator, id).await;
    assert_eq!(
        view.steps[0].trouble.as_deref(),
        Some("the bot answered 500")
    );
}

#[tokio::test]
async fn a_scene_can_be_stopped() {
    let bot = Bot::answering(&[]).await;
    let simulator = simulator(Some(&bot.url)).await;
    let id = simulator
        .play(scene(
            &json!([{"phone": ANA, "wait_for": "x", "within_ms": 600_000}]),
        ))
        .unwrap();
    assert!(simulator.stop_scene(id) && !simulator.stop_scene(id + 1));
    assert_eq!(end_of(&simulator, id).await.state, SceneState::Stopped);
    assert!(simulator.play(scene(&json!([]))).is_err());
}
