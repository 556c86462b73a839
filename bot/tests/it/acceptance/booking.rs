//! A22–A31: lists, cards, address, booking, alerts, re-booking.

use ubermench_simulator::{Inbound, Location};

use super::town::{ANA, LUIS, PIA, ROSA, Town};

async fn add_plumbers(town: &Town) {
    // Twelve online, one offline, one disabled; the same rating, and fewer jobs with each number.
    town.world
        .execute(
            "do $$ declare who uuid; contact uuid; begin
               for n in 1..14 loop
                 contact := gen_random_uuid(); who := gen_random_uuid();
                 insert into contact (id, lane) values (contact, 'live');
                 insert into conversation (contact_id, lane) values (contact, 'live');
                 insert into users (id, contact_id, name, role) values (who, contact, 'P' || n, 'provider');
                 insert into provider_profile (id, user_id, lane, display_name, service_types, bio, is_online, enabled,
                                               rating_hundredths, rating_count, total_jobs)
                 values (gen_random_uuid(), who, 'live', 'Plumber ' || lpad(n::text, 2, '0') || ' of the long name street',
                         array['plumbing', 'electrical', 'cleaning', 'gardening', 'repair', 'other'], 'Twenty years of it', n <> 13, n <> 14,
                         480, 3, 100 - n);
               end loop;
             end $$",
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a22_the_ten_best_are_listed_and_nobody_hidden() {
    let town = Town::new().await;
    add_plumbers(&town).await;
    let luis = town.customer(LUIS, "Luis").await;
    let rows = luis.taps("service_plumbing").await.rows();
    assert_eq!(rows.len(), 10);
    for (index, (id, title, description)) in rows.iter().enumerate() {
        assert!(id.starts_with("provider_"), "{id}");
        assert!(
            title.starts_with(&format!("⭐4.8 Plumber {:02}", index + 1)),
            "{title}"
        );
        assert!(title.encode_utf16().count() <= 24, "{title}");
        assert!(
            (1..=72).contains(&description.encode_utf16().count()),
            "{description}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a23_a_card_tells_who_it_is() {
    let town = Town::new().await;
    town.provider(ROSA, "Rosa", &["plumbing", "repair"]).await;
    let luis = town.customer(LUIS, "Luis Pérez").await;
    town.world
        .execute(
            "insert into rating (id, request_id, rater_id, ratee_id, direction, stars, comment, created_at)
             select gen_random_uuid(), null, l.id, r.id, 'customer_to_provider', n, 'Comment ' || n, now() + n * interval '1 second'
             from users l, users r, generate_series(2, 5) n where l.name like 'Luis%' and r.name = 'Rosa';
             update provider_profile set rating_hundredths = 350, rating_count = 4, total_jobs = 7",
        )
        .await;
    let list = luis.taps("service_plumbing").await;
    let card = luis.chooses(&list, "Rosa").await;
    assert_eq!(card.kinds(), "TB");
    card.tells(&[
        "Rosa",
        "3.5/5.0",
        "7",
        "Twenty years of experience",
        "Comment 5",
        "Comment 4",
        "Comment 3",
        "Luis",
    ]);
    assert!(
        !card.text().contains("Comment 2") && !card.text().contains("Pérez"),
        "{}",
        card.text()
    );
    assert_eq!(
        card.ids(),
        ["btn_book_provider", "btn_back_to_list", "btn_cancel"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a24_back_shows_the_same_list() {
    let town = Town::new().await;
    town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    let again = luis.taps("btn_back_to_list").await;
    assert_eq!(again.rows(), list.rows());
}

#[tokio::test(flavor = "multi_thread")]
async fn a25_a_location_is_an_address_with_a_map() {
    let town = Town::new().await;
    let rosa = town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    luis.taps("btn_book_provider").await;
    let place = Location {
        latitude: 19.4326,
        longitude: -99.1332,
        name: Some("Casa".into()),
        address: Some("Calle Sol 9".into()),
    };
    luis.sends(Inbound::location(LUIS, place)).await;
    luis.types("skip").await;
    let offer = rosa.gets().await;
    offer.tells(&["Casa, Calle Sol 9", "https://", "19.4326", "-99.1332"]);
    let rid = offer.request("btn_accept_request_");
    let accepted = rosa.taps(&format!("btn_accept_request_{rid}")).await;
    assert!(accepted.kinds().contains('G'), "{}", accepted.kinds());
    let location = accepted
        .0
        .iter()
        .find(|it| it.payload["type"] == "location")
        .unwrap();
    assert_eq!(location.payload["location"]["latitude"], 19.4326);
}

#[tokio::test(flavor = "multi_thread")]
async fn a26_too_short_an_address_is_asked_again() {
    let town = Town::new().await;
    town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    luis.taps("btn_book_provider").await;
    assert_eq!(luis.types("ab").await.kinds(), "T");
    luis.types("Calle Luna 5").await;
    luis.types("omitir").await.offers(&["btn_cancel_request"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a27_a_description_may_be_skipped() {
    let town = Town::new().await;
    town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    luis.taps("btn_book_provider").await;
    luis.types("Calle Luna 5").await;
    luis.types("omitir").await;
    let descriptions = town
        .world
        .texts("select description from service_request")
        .await;
    assert_eq!(descriptions, [""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a28_a_booking_is_offered_and_confirmed() {
    let town = Town::new().await;
    let rosa = town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    rosa.gets().await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    luis.taps("btn_book_provider").await;
    luis.types("Calle Luna 5, Roma").await;
    let confirmed = luis.types("The kitchen tap drips").await;
    assert_eq!(confirmed.kinds(), "B");
    confirmed.tells(&[
        "Plumbing",
        "Rosa",
        "Calle Luna 5, Roma",
        "The kitchen tap drips",
    ]);
    let rid = confirmed.request("btn_cancel_request_");
    let offer = rosa.gets().await;
    assert_eq!(offer.kinds(), "B");
    offer.tells(&[
        "Plumbing",
        "Luis",
        "Calle Luna 5, Roma",
        "The kitchen tap drips",
        "5",
    ]);
    assert_eq!(
        offer.ids(),
        [
            format!("btn_accept_request_{rid}"),
            format!("btn_decline_request_{rid}")
        ]
    );
    assert_eq!(
        (town.status(&rid).await, town.assignment(&rid).await),
        ("created".into(), "pending".into())
    );
    assert!(
        town.metric("service_requests_created_total{service_type=\"plumbing\"}")
            .await
            >= 1.0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a29_nobody_there_offers_three_ways_on() {
    let town = Town::new().await;
    let luis = town.customer(LUIS, "Luis").await;
    let got = luis.types("gardening").await;
    assert_eq!(got.kinds(), "B");
    assert_eq!(
        got.ids(),
        ["btn_try_another", "btn_notify_me", "btn_cancel"]
    );
    got.tells(&["Gardening"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a30_who_waits_is_told_once() {
    let town = Town::new().await;
    let luis = town.customer(LUIS, "Luis").await;
    luis.types("gardening").await;
    assert_eq!(luis.taps("btn_notify_me").await.kinds(), "T");
    let gus = town.registered(PIA, "Gus", &["gardening"]).await;
    gus.types("go online").await;
    gus.types("go offline").await;
    gus.types("go online").await;
    let got = luis.gets().await;
    assert_eq!(got.kinds(), "B");
    assert_eq!(got.ids(), ["service_gardening"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a31_a_provider_who_left_costs_no_second_typing() {
    let town = Town::new().await;
    let rosa = town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let pia = town.provider(PIA, "Pia", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    luis.taps("btn_book_provider").await;
    luis.types("Calle Luna 5, Roma").await;
    rosa.types("go offline").await;
    let refused = luis.types("The kitchen tap drips").await;
    assert_eq!(refused.kinds(), "TL");
    assert!(
        !refused.says("Rosa")
            || refused
                .rows()
                .iter()
                .all(|(_, title, _)| !title.contains("Rosa"))
    );
    luis.chooses(&refused, "Pia").await;
    let booked = luis.taps("btn_book_provider").await;
    booked.offers(&["btn_cancel_request"]);
    pia.gets()
        .await
        .tells(&["Calle Luna 5, Roma", "The kitchen tap drips"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_three_open_requests_at_most_and_one_with_each_provider() {
    let town = Town::new().await;
    let luis = town.customer(LUIS, "Luis").await;
    for (number, name) in [
        (ROSA, "Rosa"),
        (PIA, "Pia"),
        (ANA, "Ada"),
        ("5215500000009", "Zoe"),
    ] {
        town.provider(number, name, &["plumbing"]).await;
    }
    luis.books("plumbing", "Rosa").await;
    let count = "select count(*) from service_request";
    let try_again = async |name: &str| {
        let list = luis.taps("service_plumbing").await;
        luis.chooses(&list, name).await;
        luis.taps("btn_book_provider").await;
        luis.types("Calle Luna 5").await;
        luis.types("omitir").await
    };
    try_again("Rosa").await;
    assert_eq!(
        town.world.count(count).await,
        1,
        "one open request with a provider"
    );
    luis.types("menu").await;
    luis.books("plumbing", "Pia").await;
    luis.books("plumbing", "Ada").await;
    try_again("Zoe").await;
    assert_eq!(town.world.count(count).await, 3, "three open requests");
}
