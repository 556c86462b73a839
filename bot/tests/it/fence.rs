//! The work fence: only one revision does live work, whoever stores; and lanes of smoke tests.

use serde_json::{Value, json};

use crate::harness::{Bot, World, eventually, notification, text};

const TOM: &str = "12025550118";

async fn work(bot: &Bot, token: &str) -> reqwest::Response {
    let client = reqwest::Client::new();
    client
        .get(internal(bot))
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
}

async fn give(bot: &Bot, epoch: i64, revision: &str) -> (u16, Value) {
    let client = reqwest::Client::new();
    let body = json!({"epoch": epoch, "revision": revision});
    let answer = client
        .put(internal(bot))
        .bearer_auth("key")
        .json(&body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn message(wamid: &str) -> Vec<u8> {
    notification(&[text(wamid, TOM, "menu")])
}

fn internal(bot: &Bot) -> String {
    format!(
        "http://{}/internal/work",
        bot.app.addresses().internal.unwrap()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_tells_the_operator_what_it_counted() {
    let world = World::new().await;
    let bot = world.revision("blue", &[]).await;
    let url = internal(&bot).replace("/work", "/counts");
    let ask = |token: &'static str| world.client.get(&url).bearer_auth(token).send();
    assert_eq!(ask("wrong").await.unwrap().status(), 401);
    let before: Value = ask("key").await.unwrap().json().await.unwrap();
    assert_eq!(before["database"], true, "{before}");
    assert_eq!(world.post(&bot, &message("wamid.1")).await.status(), 200);
    let unsigned = world.post_signed(&bot, &message("wamid.2"), None).await;
    assert_eq!(unsigned.status(), 401);
    let after: Value = ask("key").await.unwrap().json().await.unwrap();
    let added = |name: &str| after[name].as_u64().unwrap() - before[name].as_u64().unwrap();
    assert_eq!((added("samples"), added("errors")), (1, 0), "{after}");
    assert!(!after["latency"].as_array().unwrap().is_empty(), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fence_only_moves_forward_and_only_for_the_operator() {
    let world = World::new().await;
    let bot = world.revision("blue", &[]).await;
    for token in ["", "wrong", "keyx"] {
        assert_eq!(work(&bot, token).await.status(), 401, "{token}");
    }
    let first: Value = work(&bot, "key").await.json().await.unwrap();
    assert_eq!(first, json!({"epoch": 0, "revision": ""}));
    let steps = [
        (1, "blue", 200, 1, "blue"),
        (1, "blue", 200, 1, "blue"),
        (1, "green", 409, 1, "blue"),
        (0, "green", 400, 1, "blue"),
        (5, "green", 200, 5, "green"),
        (4, "blue", 409, 5, "green"),
    ];
    for (epoch, revision, status, epoch_then, revision_then) in steps {
        let (found, body) = give(&bot, epoch, revision).await;
        assert_eq!(found, status, "{epoch} {revision}");
        if found != 400 {
            assert_eq!(
                body,
                json!({"epoch": epoch_then, "revision": revision_then})
            );
        }
    }
    let row = world
        .texts("select epoch || ' ' || revision from work_fence")
        .await;
    assert_eq!(row, ["5 green"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_does_not_own_the_work_stores_and_leaves_it() {
    let world = World::new().await;
    let (blue, green) = (
        world.revision("blue", &[]).await,
        world.revision("green", &[]).await,
    );
    assert_eq!(give(&blue, 1, "blue").await.0, 200);
    // Stored by green, worked by blue.
    let answer = world.post(&green, &message("wamid.1")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["connection"], "close");
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 2)
        .await;
    assert!(
        world
            .post(&blue, &message("wamid.2"))
            .await
            .headers()
            .get("connection")
            .is_none()
    );
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 3)
        .await;
    // With blue gone and green not the owner, nobody works.
    blue.app.stop().await;
    assert_eq!(world.post(&green, &message("wamid.3")).await.status(), 200);
    let own = notification(&[text("wamid.smoke", "99900000001", "hi")]);
    assert_eq!(world.post(&green, &own).await.status(), 200);
    // Its own lane shows that green works at all.
    world
        .until_count("select count(*) from outbox where outcome = 'smoke'", 2)
        .await;
    assert_eq!(
        world
            .texts("select distinct lane from outbox where outcome = 'smoke'")
            .await,
        ["green"]
    );
    assert_eq!(
        world
            .count("select count(*) from inbox where wamid = 'wamid.3' and worked_at is null")
            .await,
        1
    );
    takes_over(&world, &green).await;
}

/// The move of the fence is enough.
async fn takes_over(world: &World, green: &Bot) {
    assert_eq!(give(green, 2, "green").await.0, 200);
    world
        .until_count("select count(*) from outbox where outcome = 'sent'", 4)
        .await;
    assert!(
        world
            .simulator
            .control
            .sent(None, 0)
            .iter()
            .all(|sent| sent.to == TOM)
    );
    eventually("green keeps its connections", || async {
        let answer = world.post(green, &message("wamid.4")).await;
        match answer.headers().get("connection") {
            None => Ok(()),
            Some(value) => Err(format!("{value:?}")),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_on_without_a_gap_or_a_double_while_the_fence_moves_to_and_fro() {
    let world = World::new().await;
    let (blue, green) = (
        world.revision("blue", &[]).await,
        world.revision("green", &[]).await,
    );
    assert_eq!(give(&blue, 1, "blue").await.0, 200);
    let posts = async {
        for n in 0..200 {
            let body = notification(&[text(
                &format!("wamid.{n}"),
                &format!("1202555{:04}", n % 25),
                "menu",
            )]);
            let bot = if n % 2 == 0 { &blue } else { &green };
            assert_eq!(world.post(bot, &body).await.status(), 200);
        }
    };
    let moves = async {
        for epoch in 2..12 {
            let owner = if epoch % 2 == 0 { "green" } else { "blue" };
            assert_eq!(give(&blue, epoch, owner).await.0, 200);
            let worked = world
                .count("select count(*) from inbox where worked_at is not null")
                .await;
            let what = "select count(*) from inbox where worked_at is not null";
            eventually(what, || async {
                let now = world.count(what).await;
                if now > worked || now == 200 {
                    Ok(())
                } else {
                    Err(now.to_string())
                }
            })
            .await;
        }
    };
    tokio::join!(posts, moves);
    world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
    world
        .until_count("select count(*) from outbox where state = 'pending'", 0)
        .await;
    // Each of 25 people is welcomed before the menu of their first message.
    assert_eq!(world.count("select count(*) from outbox").await, 225);
    assert_eq!(world.simulator.control.sent(None, 0).len(), 225);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_build_under_the_same_revision_is_not_ready() {
    let world = World::new().await;
    world
        .execute("insert into revision_build values ('blue', 'another build', now())")
        .await;
    let blue = world
        .starting_bot(&[("UBERMENCH_REVISION", "blue"), ("INTERNAL_TOKEN", "key")])
        .await;
    eventually("only the build is missing", || async {
        let answer = blue.get("/health/pod").await;
        assert_eq!(answer.status(), 503);
        let body: Value = answer.json().await.unwrap();
        if body["checks"]["pod"] == json!(["build_unconfirmed"]) {
            Ok(())
        } else {
            Err(body.to_string())
        }
    })
    .await;
    assert_eq!(blue.get("/health/live").await.status(), 200);
    let green = world.revision("green", &[]).await;
    assert_eq!(green.get("/health/ready").await.status(), 200);
}
