//! A13–A21: welcome, name, greeting, keywords, drafts.

use ubermench_simulator::{Inbound, MediaKind};

use super::town::{LUIS, Town};

const SERVICES: [&str; 6] = [
    "service_plumbing",
    "service_electrical",
    "service_cleaning",
    "service_gardening",
    "service_repair",
    "service_other",
];

#[tokio::test(flavor = "multi_thread")]
async fn a13_a_stranger_is_welcomed_with_six_services() {
    let town = Town::new().await;
    for (n, inbound) in [
        Inbound::text("521550000100", "hola"),
        Inbound::media("521550000101", MediaKind::Image, vec![1, 2, 3]),
    ]
    .into_iter()
    .enumerate()
    {
        let got = town.phone(&format!("52155000010{n}")).sends(inbound).await;
        assert_eq!(got.kinds(), "TL");
        assert!(got.bodies()[0].contains("Handy"));
        assert_eq!(got.ids(), SERVICES);
        let footer = &got.0[1].payload["interactive"]["footer"]["text"];
        assert_eq!(footer, "Powered by Handy");
        assert!(
            got.rows()
                .iter()
                .all(|(_, title, description)| !title.is_empty() && !description.is_empty())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_a_stranger_who_chooses_is_asked_for_a_name_first() {
    let town = Town::new().await;
    for (number, typed) in [("5215500000101", false), ("5215500000102", true)] {
        let phone = town.phone(number);
        phone.types("hola").await;
        let got = if typed {
            phone.types("plomero").await
        } else {
            phone.taps("service_plumbing").await
        };
        assert_eq!(got.kinds(), "T", "{}", got.text());
    }
    assert_eq!(town.world.count("select count(*) from users").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a15_what_is_no_name_is_refused_with_a_reason() {
    let town = Town::new().await;
    let phone = town.phone(LUIS);
    phone.types("hola").await;
    phone.taps("service_plumbing").await;
    assert_eq!(phone.types("A").await.kinds(), "T");
    let photo = Inbound::media(LUIS, MediaKind::Image, vec![1]);
    assert_eq!(phone.sends(photo).await.kinds(), "T");
    let got = phone.types("Ana López").await;
    got.tells(&["Ana López"]).offers(&["btn_try_another"]);
    let users = town
        .world
        .texts("select name || '/' || role from users")
        .await;
    assert_eq!(users, ["Ana López/customer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a16_a_known_customer_is_greeted_by_name() {
    let town = Town::new().await;
    let luis = town.customer(LUIS, "Luis").await;
    town.world
        .execute("update conversation set expires_at = now() - interval '1 minute'")
        .await;
    let got = luis.types("hola").await;
    assert_eq!(got.kinds(), "B");
    got.tells(&["Luis"]);
    assert_eq!(
        got.ids(),
        ["btn_new_service", "btn_my_requests", "btn_help"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a17_an_open_request_is_what_the_greeting_tells() {
    let town = Town::new().await;
    let (luis, _rosa, _) = town.booked().await;
    town.world
        .execute("update conversation set expires_at = now() - interval '1 minute'")
        .await;
    let got = luis.types("hola").await;
    assert_eq!(got.kinds(), "B");
    got.tells(&["Luis", "Plumbing", "Calle Luna 5, Roma"])
        .offers(&["btn_new_service", "btn_my_requests", "btn_help"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a18_menu_works_in_every_state() {
    let town = Town::new().await;
    town.provider("5215500000002", "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let ways: [&[&str]; 6] = [
        &[],
        &["service_plumbing"],
        &["service_plumbing", "Rosa"],
        &["service_plumbing", "Rosa", "btn_book_provider"],
        &["service_plumbing", "Rosa", "btn_book_provider", "Calle 5"],
        &[
            "service_plumbing",
            "Rosa",
            "btn_book_provider",
            "Calle 5",
            "A leak",
        ],
    ];
    for way in ways {
        let mut shown = None;
        for step in way {
            let got = match (*step, &shown) {
                ("Rosa", Some(list)) => luis.chooses(list, "Rosa").await,
                (id, _) if id.starts_with("service_") || id.starts_with("btn_") => {
                    luis.taps(id).await
                }
                (words, _) => luis.types(words).await,
            };
            shown = Some(got);
        }
        let got = luis.types("MENÚ!").await;
        assert_eq!(got.kinds(), "L", "after {way:?}: {}", got.text());
        assert_eq!(got.ids(), SERVICES, "after {way:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a19_help_keeps_the_place() {
    let town = Town::new().await;
    town.provider("5215500000002", "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    let asked = luis.taps("btn_book_provider").await;
    let got = luis.types("ayuda").await;
    assert_eq!(got.bodies().last(), asked.bodies().last());
    assert!(got.0.len() > asked.0.len());
    let next = luis.types("Calle Luna 5").await;
    assert_ne!(next.bodies().last(), asked.bodies().last());
}

#[tokio::test(flavor = "multi_thread")]
async fn a20_what_is_not_understood_is_said_with_the_list() {
    let town = Town::new().await;
    let luis = town.customer(LUIS, "Luis").await;
    luis.types("menu").await;
    let got = luis.types("qwerty").await;
    assert_eq!(got.kinds(), "TL");
    assert_eq!(got.ids(), SERVICES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a21_cancelling_a_draft_leaves_nothing() {
    let town = Town::new().await;
    town.provider("5215500000002", "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let list = luis.taps("service_plumbing").await;
    luis.chooses(&list, "Rosa").await;
    luis.taps("btn_book_provider").await;
    luis.types("Calle Luna 5").await;
    let got = luis.types("cancelar").await;
    got.offers(&["btn_new_service", "btn_my_requests", "btn_help"]);
    assert_eq!(
        town.world
            .count("select count(*) from service_request")
            .await,
        0
    );
}
