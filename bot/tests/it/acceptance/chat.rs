//! A50–A58: the relay between customer and provider.

use futures::future::join_all;
use ubermench_simulator::{Inbound, Location, MediaKind};

use super::town::{ANA, LUIS, ROSA, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a50_a_chat_begins_for_both() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.assigned().await;
    rosa.looks();
    luis.taps(&format!("btn_start_chat_{rid}"))
        .await
        .tells(&["Rosa"]);
    rosa.gets().await.tells(&["Luis"]);
    luis.types("Hello!").await;
    assert_eq!(rosa.gets().await.bodies(), ["👤 Luis: Hello!"]);
    rosa.types("On my way").await;
    assert_eq!(luis.gets().await.bodies(), ["👤 Rosa: On my way"]);
    let again = luis.taps(&format!("btn_start_chat_{rid}")).await;
    assert_eq!(again.kinds(), "T");
    assert_eq!(rosa.gets().await.kinds(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a51_either_side_ends_the_chat() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.assigned().await;
    rosa.taps(&format!("btn_chat_customer_{rid}")).await;
    luis.gets().await;
    let ended = luis.types("end chat").await;
    ended.offers(&[&format!("btn_start_chat_{rid}"), "btn_my_requests"]);
    rosa.gets().await.offers(&[
        &format!("btn_chat_customer_{rid}"),
        &format!("btn_complete_{rid}"),
    ]);
    luis.types("are you there?").await;
    assert_eq!(rosa.gets().await.kinds(), "");
    assert_eq!(town.status(&rid).await, "provider_assigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a52_ten_texts_at_once_keep_their_order() {
    let town = Town::new().await;
    let (luis, rosa, _) = town.chatting().await;
    for n in 0..10 {
        luis.says(Inbound::text(LUIS, format!("message {n}").as_str()))
            .await;
    }
    let expected: Vec<String> = (0..10).map(|n| format!("👤 Luis: message {n}")).collect();
    assert_eq!(rosa.gets().await.bodies(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a53_a_photo_goes_over_with_a_new_id() {
    let town = Town::new().await;
    let (luis, rosa, _) = town.chatting().await;
    let photo = MediaKind::Image.sample().to_vec();
    luis.sends(Inbound::media(LUIS, MediaKind::Image, photo.clone()).caption("The leak"))
        .await;
    let got = rosa.gets().await;
    assert_eq!(got.kinds(), "M");
    assert_eq!(got.bodies(), ["👤 Luis: The leak"]);
    let id = got.0[0].payload["image"]["id"].as_str().unwrap();
    let (_, bytes) = town.world.simulator.control.file(id).unwrap();
    assert_eq!(bytes, photo);
    // A slow picture is not overtaken.
    town.world
        .simulator
        .control
        .delay_media(std::time::Duration::from_millis(300));
    luis.says(Inbound::media(LUIS, MediaKind::Image, photo))
        .await;
    luis.types("and text").await;
    assert_eq!(rosa.gets().await.kinds(), "MT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a54_places_and_voice_notes_follow_their_attribution() {
    let town = Town::new().await;
    let (luis, rosa, _) = town.chatting().await;
    let place = Location {
        latitude: 19.5,
        longitude: -99.25,
        name: Some("Casa".into()),
        address: None,
    };
    luis.sends(Inbound::location(LUIS, place)).await;
    let got = rosa.gets().await;
    assert_eq!(got.kinds(), "TG");
    assert!(got.bodies()[0].starts_with("👤 Luis: "));
    assert_eq!(got.0[1].payload["location"]["longitude"], -99.25);
    luis.sends(Inbound::media(
        LUIS,
        MediaKind::Audio,
        MediaKind::Audio.sample().to_vec(),
    ))
    .await;
    assert_eq!(rosa.gets().await.kinds(), "TM");
}

#[tokio::test(flavor = "multi_thread")]
async fn a55_in_a_chat_commands_are_words() {
    let town = Town::new().await;
    let (luis, rosa, _) = town.chatting().await;
    for word in ["menu", "help", "cancel", "yes"] {
        assert_eq!(luis.types(word).await.kinds(), "", "{word}");
        assert_eq!(rosa.gets().await.bodies(), [format!("👤 Luis: {word}")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a56_an_offer_is_answered_in_the_middle_of_a_chat() {
    let town = Town::new().await;
    let (luis, rosa, _) = town.chatting().await;
    let ana = town.customer(ANA, "Ana").await;
    let second = ana.books("plumbing", "Rosa").await;
    rosa.gets()
        .await
        .offers(&[&format!("btn_accept_request_{second}")]);
    rosa.taps(&format!("btn_accept_request_{second}")).await;
    assert_eq!(town.status(&second).await, "provider_assigned");
    assert_eq!(luis.gets().await.kinds(), "");
    rosa.types("still here").await;
    assert_eq!(luis.gets().await.bodies(), ["👤 Rosa: still here"]);
    // One thread can't carry two conversations.
    ana.gets().await;
    let busy = ana.taps(&format!("btn_start_chat_{second}")).await;
    assert_eq!(busy.kinds(), "T");
    luis.types("end chat").await;
    ana.gets()
        .await
        .offers(&[&format!("btn_start_chat_{second}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a57_a_chat_without_words_ends_by_itself() {
    let town = Town::with(&[("CHAT_IDLE_SECONDS", "2")]).await;
    let (luis, rosa, rid) = town.chatting().await;
    luis.looks();
    town.world
        .until_count("select count(*) from chat where ended_at is not null", 1)
        .await;
    assert!(!luis.awaits("btn_start_chat_").await.0.is_empty());
    assert!(!rosa.awaits("btn_chat_customer_").await.0.is_empty());
    assert_eq!(town.status(&rid).await, "provider_assigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a58_completing_ends_the_chat_and_asks_for_stars() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.chatting().await;
    assert!(!rosa.types("completar").await.0.is_empty());
    assert_eq!(town.status(&rid).await, "completed");
    let asked = luis.gets().await;
    asked.tells(&["Rosa"]).offers(&[
        &format!("rating_poor_{rid}"),
        &format!("rating_ok_{rid}"),
        &format!("rating_great_{rid}"),
    ]);
    rosa.taps(&format!("btn_complete_{rid}")).await;
    assert_eq!(luis.gets().await.kinds(), "");
    assert_eq!(
        town.world
            .count("select total_jobs::bigint from provider_profile")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_reactions_contacts_and_long_texts_go_over() {
    let town = Town::new().await;
    let (luis, rosa, _) = town.chatting().await;
    luis.types("Which day suits you?").await;
    let question = rosa.gets().await.0[0].wamid.clone().unwrap();
    rosa.sends(Inbound::text(ROSA, "Friday").quoting("Which day"))
        .await;
    let answer = luis.gets().await;
    assert_eq!(answer.bodies(), ["👤 Rosa: Friday"]);
    assert!(
        answer.0[0].payload["context"]["message_id"].is_string(),
        "{:?}",
        answer.0[0].payload
    );
    rosa.sends(Inbound::reaction(ROSA, question.as_str(), Some("👍")))
        .await;
    let reaction = luis.gets().await;
    assert_eq!(reaction.kinds(), "R");
    assert_eq!(reaction.0[0].payload["reaction"]["emoji"], "👍");
    let contact =
        serde_json::json!({"name": {"formatted_name": "Max"}, "phones": [{"phone": "+52 55 1"}]});
    rosa.sends(Inbound::contacts(ROSA, vec![contact])).await;
    assert_eq!(luis.gets().await.kinds(), "TC");
    let long = format!("{}end", "word ".repeat(1000));
    rosa.types(&long).await;
    let parts = luis.gets().await;
    assert!(parts.0.len() >= 2);
    let text: String = parts
        .bodies()
        .iter()
        .map(|part| part.strip_prefix("👤 Rosa: ").unwrap())
        .collect();
    assert_eq!(text.split_whitespace().count(), 1001);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_may_speak_at_once() {
    let town = Town::new().await;
    let (luis, rosa, _) = town.chatting().await;
    let say = |number: &'static str, n: u32| {
        let town = &town;
        async move {
            town.phone(number)
                .says(Inbound::text(number, format!("{n}").as_str()))
                .await
        }
    };
    join_all((0..10).flat_map(|n| [say(LUIS, n), say(ROSA, n)])).await;
    let (to_luis, to_rosa) = (luis.gets().await, rosa.gets().await);
    assert_eq!((to_luis.0.len(), to_rosa.0.len()), (10, 10));
}
