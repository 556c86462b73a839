//! The scenes of `make demo`, twice in each language, on the demo data that it loads.

use serde_json::{Value, json};
use ubermench_simulator::SceneState;

use crate::harness::process::run;
use crate::harness::{World, within};

const SCENES: [&str; 2] = [
    include_str!("../../../tests/dev/scenes/ready.json"),
    include_str!("../../../tests/dev/scenes/booking.json"),
];
/// As in `tests/dev/demo.sh`.
const ROSA: &str = "520000000001";

async fn plays(world: &World, scene: &str, customer: &str) {
    let scene = scene
        .replace("\"CUSTOMER\"", &format!("\"{customer}\""))
        .replace("\"ROSA\"", &format!("\"{ROSA}\""));
    let mut scene: Value = serde_json::from_str(&scene).unwrap();
    scene["speed"] = json!("full");
    let control = &world.simulator.control;
    let id = control
        .play(serde_json::from_value(scene).unwrap())
        .unwrap();
    let limit = std::time::Duration::from_mins(1);
    within(limit, "the scene ends", || async {
        let view = control.scene(id).unwrap();
        match view.state {
            SceneState::Running => Err(format!("{view:?}")),
            SceneState::Done => Ok(()),
            _ => panic!("{view:#?}"),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_can_be_played_again_and_again() {
    for language in ["es", "en"] {
        let world = World::new().await;
        let loaded = run("demo-data", &world.environment()).await;
        assert!(loaded.status.success(), "{loaded:?}");
        let bot = world.bot(&[("BOT_LANGUAGE", language)]).await;
        for customer in ["5200001000001", "5200001000002"] {
            for scene in SCENES {
                plays(&world, scene, customer).await;
            }
        }
        assert_eq!(
            world
                .count("select count(*) from rating where created_at > now() - interval '1 hour'")
                .await,
            4
        );
        bot.app.stop().await;
    }
}
