//! A message that cannot be worked does not stop the world, and is not lost from sight.

use crate::harness::{World, eventually, notification, text};

const TOM: &str = "12025550118";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_can_never_be_worked_is_given_up_visibly_and_the_next_go_on() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    // Held back until the first of three is made unreadable, as only a fault of our own could.
    world.execute("create function spoil() returns trigger language plpgsql as $$ begin new.raw = '{'; return new; end $$").await;
    world.execute("create trigger spoil before insert on inbox for each row when (new.wamid = 'wamid.1') execute function spoil()").await;
    for wamid in ["wamid.1", "wamid.2"] {
        let body = notification(&[text(wamid, TOM, "hi")]);
        assert_eq!(world.post(&bot, &body).await.status(), 200);
    }
    let other = notification(&[text("wamid.3", "12025550119", "hi")]);
    assert_eq!(world.post(&bot, &other).await.status(), 200);
    // Others are not held up by it.
    world
        .until_count(
            "select count(*) from inbox where wamid = 'wamid.3' and worked_at is not null",
            1,
        )
        .await;
    crate::harness::within(
        std::time::Duration::from_secs(40),
        "the next goes on",
        || async {
            let worked = world
                .count(
                    "select count(*) from inbox where wamid = 'wamid.2' and worked_at is not null",
                )
                .await;
            if worked == 1 {
                Ok(())
            } else {
                Err("it waits".to_owned())
            }
        },
    )
    .await;
    let dead = world
        .texts(
            "select wamid || ' ' || attempts || ' ' || error from inbox where dead_at is not null",
        )
        .await;
    assert_eq!(dead, ["wamid.1 5 unreadable"]);
    assert_eq!(
        world
            .texts("select source || ' ' || reason from dead_letter")
            .await,
        ["inbox unreadable"]
    );
    eventually("the gauge shows it", || async {
        let letters = bot.metric("dead_letters").await;
        if letters == "1" { Ok(()) } else { Err(letters) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_refuses_takes_down_only_its_own_message() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let refuse = "alter table users add check (name <> 'Bad Name')";
    world.execute(refuse).await;
    let body = notification(&[
        text("wamid.1", TOM, "hi"),
        text("wamid.2", TOM, "plumbing"),
        text("wamid.3", TOM, "Bad Name"),
        text("wamid.4", TOM, "Good Name"),
    ]);
    assert_eq!(world.post(&bot, &body).await.status(), 200);
    world
        .until_count("select count(*) from inbox where worked_at is not null", 2)
        .await;
    // After the tries it is given up; the name behind it counts.
    crate::harness::within(
        std::time::Duration::from_secs(40),
        "the next name counts",
        || async {
            let names = world.texts("select name from users").await;
            if names == ["Good Name"] {
                Ok(())
            } else {
                Err(format!("{names:?}"))
            }
        },
    )
    .await;
    assert_eq!(
        world
            .texts("select wamid from inbox where dead_at is not null")
            .await,
        ["wamid.3"]
    );
}
