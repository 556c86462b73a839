//! A59–A61: stars and comments of both sides.

use super::town::{ANA, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a59_stars_and_words_reach_the_next_card() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.completed().await;
    let fine = luis.taps(&format!("rating_great_{rid}")).await;
    assert_eq!(
        fine.ids(),
        [format!("star_4_{rid}"), format!("star_5_{rid}")]
    );
    assert_eq!(luis.taps(&format!("star_5_{rid}")).await.kinds(), "T");
    let thanks = luis.types("Excelente").await;
    assert_eq!(thanks.kinds(), "B");
    thanks
        .tells(&["5/5", "Excelente"])
        .offers(&["btn_new_service", "btn_my_requests"]);
    let average = "select rating_hundredths || '/' || rating_count from provider_profile";
    assert_eq!(town.world.texts(average).await, ["500/1"]);
    rosa.gets().await.offers(&[&format!("prating_great_{rid}")]);
    let ana = town.customer(ANA, "Ana").await;
    let list = ana.taps("service_plumbing").await;
    ana.chooses(&list, "Rosa")
        .await
        .tells(&["5.0/5.0", "Excelente", "Luis"]);
    assert_eq!(
        luis.taps(&format!("rating_poor_{rid}")).await.kinds(),
        "T",
        "rated already"
    );
    assert_eq!(town.world.count("select count(*) from rating").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a60_words_in_the_star_step_are_asked_again() {
    let town = Town::new().await;
    let (luis, _rosa, rid) = town.completed().await;
    luis.taps(&format!("rating_poor_{rid}")).await;
    let again = luis.types("hmm").await;
    assert_eq!(
        again.ids(),
        [format!("star_1_{rid}"), format!("star_2_{rid}")]
    );
    luis.taps(&format!("rating_ok_{rid}")).await;
    luis.types("skip").await;
    let saved = town
        .world
        .texts("select stars || '/' || comment from rating")
        .await;
    assert_eq!(saved, ["3/"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a61_nobody_must_rate() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.completed().await;
    rosa.looks();
    luis.taps(&format!("rating_great_{rid}")).await;
    luis.types("cancel").await;
    assert_eq!(town.world.count("select count(*) from rating").await, 0);
    rosa.gets()
        .await
        .tells(&["Luis"])
        .offers(&[&format!("prating_great_{rid}")]);
    rosa.taps(&format!("prating_skip_{rid}"))
        .await
        .offers(&["btn_go_online", "btn_provider_dashboard"]);
    assert_eq!(town.world.count("select count(*) from rating").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_asked_once_even_if_the_customer_never_answers() {
    let town = Town::with(&[("RATING_FALLBACK_SECONDS", "1")]).await;
    let (luis, rosa, rid) = town.completed().await;
    let asked = rosa.awaits("prating_great_").await;
    assert_eq!(
        asked
            .ids()
            .iter()
            .filter(|id| id.starts_with("prating_great_"))
            .count(),
        1
    );
    luis.taps(&format!("rating_ok_{rid}")).await;
    luis.types("skip").await;
    assert!(!rosa.gets().await.says("prating_"));
    rosa.taps(&format!("prating_poor_{rid}")).await;
    rosa.types("2").await;
    rosa.types("Nobody was there").await;
    let average = "select rating_hundredths || '/' || rating_count from users where name = 'Luis'";
    assert_eq!(town.world.texts(average).await, ["200/1"]);
}
