//! A customer and a provider from first word to last rating, as both see it on their phones.

use std::time::Duration;

use ubermench_simulator::{Inbound, MediaKind, Sent};

use crate::harness::{LIMIT, World};

const LUIS: &str = "525500001001";
const ROSA: &str = "525500001002";

struct Phones {
    world: World,
}

impl Phones {
    async fn says(&self, phone: &str, text: &str) {
        self.sends(Inbound::text(phone, text)).await;
    }

    async fn taps(&self, phone: &str, id: &str) {
        self.sends(Inbound::tap(phone, id)).await;
    }

    async fn sends(&self, inbound: Inbound) {
        let receipt = self.world.simulator.control.inbound(inbound).await.unwrap();
        assert_eq!(receipt.webhook_status, Some(200));
    }

    /// The newest message that has this anywhere, ids of buttons and rows included.
    async fn sees(&self, phone: &str, part: &str) -> Sent {
        let has = |sent: &Sent| sent.payload.to_string().contains(part);
        let wait = self.world.simulator.control.wait_sent(LIMIT, |sent| {
            sent.iter().any(|sent| sent.to == phone && has(sent))
        });
        let Ok(sent) = wait.await else {
            let got = self.world.simulator.control.got(phone);
            let bodies: Vec<_> = got.iter().map(|sent| sent.payload.to_string()).collect();
            panic!("{phone} does not see {part}: {bodies:#?}");
        };
        sent.into_iter()
            .rfind(|sent| sent.to == phone && has(sent))
            .unwrap()
    }

    async fn in_turn(&self, phone: &str, steps: &[(&str, &str)]) {
        for (said, seen) in steps {
            match said.strip_prefix('#') {
                Some(id) => self.taps(phone, id).await,
                None => self.says(phone, said).await,
            }
            self.sees(phone, seen).await;
        }
    }
}

async fn request_id(world: &World) -> String {
    world
        .texts("select id::text from service_request")
        .await
        .remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_word_to_the_last_rating() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let phones = Phones { world };
    register(&phones).await;
    let profile = phones
        .world
        .texts("select id::text from provider_profile")
        .await
        .remove(0);
    phones
        .in_turn(
            LUIS,
            &[
                ("hola", "service_plumbing"),
                ("#service_plumbing", "name"),
                ("Luis Pérez", &format!("provider_{profile}")),
                (&format!("#provider_{profile}"), "btn_book_provider"),
                ("#btn_book_provider", "address"),
                ("Calle 5, Roma", "skip"),
                ("The sink leaks", "btn_cancel_request_"),
            ],
        )
        .await;
    let rid = request_id(&phones.world).await;
    let offer = phones
        .sees(ROSA, &format!("btn_accept_request_{rid}"))
        .await;
    for part in ["Luis Pérez", "Calle 5, Roma", "The sink leaks"] {
        assert!(offer.payload.to_string().contains(part), "{part}");
    }
    phones
        .taps(ROSA, &format!("btn_accept_request_{rid}"))
        .await;
    phones.sees(ROSA, &format!("btn_chat_customer_{rid}")).await;
    phones.sees(LUIS, &format!("btn_start_chat_{rid}")).await;
    chat(&phones, &rid).await;

    complete(&phones, &rid).await;
    phones.sees(ROSA, &format!("prating_great_{rid}")).await;
    let world = &phones.world;
    assert_eq!(
        world
            .texts("select display_name || rating_hundredths || total_jobs from provider_profile")
            .await,
        ["Rosa5001"]
    );
    assert_eq!(
        bot.metric("service_requests_created_total{service_type=\"plumbing\"}")
            .await,
        "1"
    );
    let answered = "provider_responses_duration_seconds_count{outcome=\"accepted\"}";
    assert_eq!(bot.metric(answered).await, "1");
    assert_eq!(world.count("select count(*) from dead_letter").await, 0);
}

async fn register(phones: &Phones) {
    phones
        .in_turn(
            ROSA,
            &[
                ("register provider", "name"),
                ("Rosa", "service_plumbing"),
                ("#service_plumbing", "btn_continue"),
                ("#btn_continue", "10"),
                ("Twenty years of pipes", "btn_go_online"),
                ("#btn_go_online", "online"),
            ],
        )
        .await;
}

async fn complete(phones: &Phones, rid: &str) {
    phones.says(ROSA, "complete").await;
    phones.sees(LUIS, &format!("rating_great_{rid}")).await;
    phones
        .in_turn(
            LUIS,
            &[
                (&format!("#rating_great_{rid}"), "star_5_"),
                (&format!("#star_5_{rid}"), "skip"),
                ("Excelente", "btn_new_service"),
            ],
        )
        .await;
}

async fn chat(phones: &Phones, rid: &str) {
    phones.taps(LUIS, &format!("btn_start_chat_{rid}")).await;
    for phone in [LUIS, ROSA] {
        phones.sees(phone, "end chat").await;
    }
    for n in 1..=10 {
        phones.says(LUIS, &format!("message {n}")).await;
    }
    phones.sees(ROSA, "👤 Luis Pérez: message 10").await;
    let texts = phones.world.simulator.control.texts(ROSA);
    let relayed: Vec<_> = texts
        .iter()
        .filter(|text| text.contains(": message "))
        .collect();
    let expected: Vec<_> = (1..=10)
        .map(|n| format!("👤 Luis Pérez: message {n}"))
        .collect();
    assert_eq!(relayed, expected.iter().collect::<Vec<_>>());
    let photo = Inbound::media(ROSA, MediaKind::Image, b"\xff\xd8\xffpicture".to_vec());
    phones.sends(photo.caption("the pipe")).await;
    let image = phones.sees(LUIS, "👤 Rosa: the pipe").await;
    assert_eq!(image.payload["type"], "image");
    phones.says(ROSA, "menu").await;
    phones.sees(LUIS, "👤 Rosa: menu").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_nobody_answers_is_over_at_its_deadline_and_both_are_told_once() {
    let world = World::new().await;
    let (_rosa, profile) = world.provider(ROSA, "Rosa").await;
    let _luis = world.customer(LUIS, "Luis").await;
    let bot = world.bot(&[("OFFER_TIMEOUT_SECONDS", "2")]).await;
    let phones = Phones { world };
    phones
        .in_turn(
            LUIS,
            &[
                ("hola", "btn_new_service"),
                ("#service_plumbing", "provider_"),
                (&format!("#provider_{profile}"), "btn_book_provider"),
                ("#btn_book_provider", "address"),
                ("Calle 5, Roma", "skip"),
                ("skip", "btn_cancel_request_"),
            ],
        )
        .await;
    let rid = request_id(&phones.world).await;
    phones
        .sees(ROSA, &format!("btn_accept_request_{rid}"))
        .await;
    // It stops before the deadline, and starts after it.
    bot.app.stop().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let _bot = phones.world.bot(&[("OFFER_TIMEOUT_SECONDS", "2")]).await;
    phones
        .sees(LUIS, &format!("btn_see_other_providers_{rid}"))
        .await;
    let found = phones
        .world
        .texts(
            "select r.status || ' ' || r.cancel_reason || ' ' || a.status || ' ' || a.reason
                from service_request r join assignment a on a.request_id = r.id",
        )
        .await;
    assert_eq!(found, ["cancelled timeout cancelled timeout"]);
    let before = phones.world.simulator.control.got(LUIS).len();
    phones
        .taps(ROSA, &format!("btn_accept_request_{rid}"))
        .await;
    phones
        .world
        .until_count("select count(*) from inbox where worked_at is null", 0)
        .await;
    phones
        .world
        .until_count("select count(*) from outbox where state = 'pending'", 0)
        .await;
    assert_eq!(phones.world.simulator.control.got(LUIS).len(), before);
    assert_eq!(
        phones
            .world
            .texts("select status from service_request")
            .await,
        ["cancelled"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accept_and_a_cancel_at_once_have_one_winner_and_both_are_told_so() {
    let world = World::new().await;
    let (_rosa, profile) = world.provider(ROSA, "Rosa").await;
    let luis = world.customer(LUIS, "Luis").await;
    let _bots = (world.bot(&[]).await, world.bot(&[]).await);
    let phones = Phones { world };
    for n in 0..20 {
        let request = luis.book(profile).await;
        let accept = format!("btn_accept_request_{request}");
        let cancel = format!("btn_cancel_confirm_{request}");
        tokio::join!(phones.taps(ROSA, &accept), phones.taps(LUIS, &cancel));
        phones
            .world
            .until_count("select count(*) from inbox where worked_at is null", 0)
            .await;
        let ended = phones
            .world
            .texts(&format!(
                "select r.status || ' ' || a.status from service_request r
                 join assignment a on a.request_id = r.id where r.id = '{request}'"
            ))
            .await;
        // A cancel that came second cancels the assigned request.
        assert_eq!(ended, ["cancelled cancelled"], "{n}");
    }
    phones
        .world
        .until_count("select count(*) from outbox where state = 'pending'", 0)
        .await;
    assert_eq!(
        phones.world.count("select count(*) from dead_letter").await,
        0
    );
    assert_eq!(
        phones
            .world
            .count("select count(*) from inbox where attempts > 0")
            .await,
        0
    );
}
