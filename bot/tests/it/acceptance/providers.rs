//! A45–A49: registration, availability, settings.

use super::town::{LUIS, ROSA, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a45_a_new_phone_becomes_an_offline_provider() {
    let town = Town::new().await;
    let rosa = town.phone(ROSA);
    rosa.types("registrar proveedor").await;
    let services = rosa.types("Rosa Gil").await;
    assert!(services.kinds().ends_with('L'), "{}", services.kinds());
    rosa.taps("service_plumbing")
        .await
        .offers(&["btn_add_more", "btn_continue"]);
    rosa.types("electricista")
        .await
        .offers(&["btn_add_more", "btn_continue"]);
    rosa.taps("service_plumbing").await;
    rosa.taps("btn_continue").await;
    let summary = rosa.types("Twenty years of pipes").await;
    summary
        .tells(&[
            "Rosa Gil",
            "Plumbing",
            "Electrical",
            "Twenty years of pipes",
        ])
        .offers(&["btn_go_online", "btn_go_offline", "btn_settings"]);
    let profiles = town
        .world
        .texts("select display_name || ' ' || array_to_string(service_types, ',') || ' ' || is_online from provider_profile")
        .await;
    assert_eq!(profiles, ["Rosa Gil plumbing,electrical false"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a46_a_bio_has_10_to_200_characters() {
    let town = Town::new().await;
    let rosa = town.phone(ROSA);
    for words in ["register provider", "Rosa"] {
        rosa.types(words).await;
    }
    rosa.taps("service_plumbing").await;
    rosa.taps("btn_continue").await;
    assert_eq!(rosa.types("123456789").await.kinds(), "T");
    assert_eq!(rosa.types(&"x".repeat(201)).await.kinds(), "T");
    assert_eq!(
        town.world
            .count("select count(*) from provider_profile")
            .await,
        0
    );
    rosa.types(&"x".repeat(200))
        .await
        .offers(&["btn_go_online"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a47_availability_shows_at_once() {
    let town = Town::new().await;
    let rosa = town.registered(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    for _ in 0..3 {
        rosa.types("go online").await;
        assert!(luis.taps("service_plumbing").await.says("Rosa"));
        rosa.taps("btn_go_offline").await;
        assert!(!luis.taps("service_plumbing").await.says("Rosa"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a48_a_customer_who_registers_keeps_name_and_past() {
    let town = Town::new().await;
    let (luis, _rosa, rid) = town.booked().await;
    luis.types("register provider").await;
    luis.types("Luis the Electrician").await;
    luis.taps("service_electrical").await;
    luis.taps("btn_continue").await;
    luis.types("Ten years of wiring").await;
    let users = town
        .world
        .texts("select name || '/' || role from users where name like 'Luis%'")
        .await;
    assert_eq!(users, ["Luis/provider"]);
    let of = format!(
        "select u.name from service_request r join users u on u.id = r.customer_id where r.id = '{rid}'"
    );
    assert_eq!(town.world.texts(&of).await, ["Luis"]);
    luis.types("customer mode").await;
    luis.types("my requests")
        .await
        .offers(&[&format!("req_{rid}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a49_settings_show_on_card_and_lists() {
    let town = Town::new().await;
    let rosa = town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    rosa.types("settings")
        .await
        .offers(&["btn_edit_bio", "btn_edit_services"]);
    rosa.taps("btn_edit_bio").await;
    rosa.types("Fast, clean and friendly").await;
    rosa.types("settings").await;
    rosa.taps("btn_edit_services").await;
    rosa.taps("service_repair").await;
    rosa.taps("btn_continue").await;
    let list = luis.taps("service_repair").await;
    let card = luis.chooses(&list, "Rosa").await;
    card.tells(&["Fast, clean and friendly", "Repair", "Plumbing"]);
}
