//! A32–A44: answers, deadlines, races, cancelling.

use futures::future::join;
use ubermench_simulator::Inbound;

use super::journey::Journey;
use super::town::{ANA, LUIS, PIA, ROSA, Town};
use crate::harness::process::Process;
use crate::harness::{LIMIT, World};

#[tokio::test(flavor = "multi_thread")]
async fn a32_an_accepted_offer_joins_both() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.booked().await;
    let accepted = rosa.taps(&format!("btn_accept_request_{rid}")).await;
    accepted
        .tells(&["Luis", "Calle Luna 5, Roma"])
        .offers(&[&format!("btn_chat_customer_{rid}")]);
    let told = luis.gets().await;
    told.tells(&["Rosa"])
        .offers(&[&format!("btn_start_chat_{rid}"), "btn_my_requests"]);
    assert_eq!(town.status(&rid).await, "provider_assigned");
    assert_eq!(town.assignment(&rid).await, "accepted");
    let answered = "provider_responses_duration_seconds_count{outcome=\"accepted\"}";
    assert!(town.metric(answered).await >= 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a33_an_expired_session_does_not_matter() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.booked().await;
    town.world
        .execute("update conversation set state = null, expires_at = null")
        .await;
    rosa.taps(&format!("btn_accept_request_{rid}"))
        .await
        .tells(&["Luis"]);
    luis.gets().await.tells(&["Rosa"]);
    assert_eq!(town.status(&rid).await, "provider_assigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a34_a_declined_offer_leaves_the_choice_to_the_customer() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.booked().await;
    assert_eq!(
        rosa.taps(&format!("btn_decline_request_{rid}"))
            .await
            .kinds(),
        "T"
    );
    let told = luis.gets().await;
    assert_eq!(told.kinds(), "B");
    assert_eq!(
        told.ids(),
        [
            format!("btn_see_other_providers_{rid}"),
            format!("btn_cancel_request_{rid}")
        ]
    );
    assert_eq!(
        (town.status(&rid).await, town.assignment(&rid).await),
        ("searching".into(), "rejected".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a35_the_same_request_goes_to_another_with_the_old_address() {
    let town = Town::new().await;
    let pia = town.provider(PIA, "Pia", &["plumbing"]).await;
    let (luis, rosa, rid) = town.booked().await;
    rosa.taps(&format!("btn_decline_request_{rid}")).await;
    luis.gets().await;
    let list = luis.taps(&format!("btn_see_other_providers_{rid}")).await;
    assert!(
        list.rows()
            .iter()
            .all(|(_, title, _)| !title.contains("Rosa")),
        "{:?}",
        list.rows()
    );
    luis.chooses(&list, "Pia").await;
    pia.looks();
    luis.taps("btn_book_provider")
        .await
        .offers(&[&format!("btn_cancel_request_{rid}")]);
    let offer = pia.gets().await;
    offer.tells(&["Calle Luna 5, Roma", "The kitchen tap drips"]);
    assert_eq!(offer.request("btn_accept_request_"), rid);
    pia.taps(&format!("btn_accept_request_{rid}"))
        .await
        .tells(&["Luis"]);
    assert_eq!(town.status(&rid).await, "provider_assigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a36_a37_an_offer_ends_at_its_deadline_and_is_late_then() {
    let town = Town::with(&[("OFFER_TIMEOUT_SECONDS", "3")]).await;
    let (luis, rosa, rid) = town.booked().await;
    town.world
        .until_count(
            "select count(*) from service_request where cancel_reason = 'timeout'",
            1,
        )
        .await;
    assert_eq!(town.status(&rid).await, "cancelled/timeout");
    assert_eq!(rosa.gets().await.kinds(), "T");
    let told = luis.gets().await;
    assert_eq!(told.kinds(), "B");
    told.offers(&[
        &format!("btn_see_other_providers_{rid}"),
        &format!("btn_cancel_request_{rid}"),
    ]);
    let late = rosa.taps(&format!("btn_accept_request_{rid}")).await;
    assert_eq!(late.kinds(), "T");
    assert_eq!(luis.gets().await.kinds(), "");
    assert_eq!(town.status(&rid).await, "cancelled/timeout");
    // A new request with the old address, since the old one is over.
    town.provider(PIA, "Pia", &["plumbing"]).await;
    let list = luis.taps(&format!("btn_see_other_providers_{rid}")).await;
    luis.chooses(&list, "Pia").await;
    let again = luis.taps("btn_book_provider").await;
    again.tells(&["Calle Luna 5, Roma"]);
    assert_ne!(again.request("btn_cancel_request_"), rid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a36_a_deadline_survives_a_restart() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.insert("OFFER_TIMEOUT_SECONDS".into(), "2".into());
    let journey = Journey::start(&world, &environment).await;
    for words in [
        "register provider",
        "Rosa",
        "service_plumbing",
        "btn_continue",
        "Twenty years of it",
        "go online",
    ] {
        journey.says(ROSA, words).await;
    }
    for words in [
        "service_plumbing",
        "Luis",
        "provider_*",
        "btn_book_provider",
        "Calle Luna 5",
        "omitir",
    ] {
        journey.says(LUIS, words).await;
    }
    let created = "select count(*) from service_request where status = 'created'";
    assert_eq!(world.count(created).await, 1);
    journey.process.kill().await;
    world
        .until_count("select count(*) from assignment where deadline < now()", 1)
        .await;
    let again = Process::serve(&environment).await;
    let timed_out = "select count(*) from service_request where cancel_reason = 'timeout'";
    world.until_count(timed_out, 1).await;
    let told = world.simulator.control.wait_got(LUIS, "Rosa", LIMIT).await;
    told.unwrap();
    again.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a38_two_taps_are_one_acceptance() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.booked().await;
    let accept = || Inbound::tap(&rosa.number, format!("btn_accept_request_{rid}").as_str());
    join(rosa.says(accept()), rosa.says(accept())).await;
    let got = rosa.gets().await;
    assert_eq!(
        got.ids()
            .iter()
            .filter(|id| id.starts_with("btn_chat_customer_"))
            .count(),
        1,
        "{:?}",
        got.ids()
    );
    let told = luis.gets().await;
    assert_eq!(
        told.ids()
            .iter()
            .filter(|id| id.starts_with("btn_start_chat_"))
            .count(),
        1,
        "{}",
        told.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a39_each_answer_touches_its_own_request() {
    let town = Town::new().await;
    let (_luis, rosa, first) = town.booked().await;
    let ana = town.customer(ANA, "Ana").await;
    let second = ana.books("plumbing", "Rosa").await;
    rosa.gets().await;
    rosa.taps(&format!("btn_accept_request_{first}")).await;
    assert_eq!(town.status(&first).await, "provider_assigned");
    assert_eq!(
        (town.status(&second).await, town.assignment(&second).await),
        ("created".into(), "pending".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a40_a_withdrawn_offer_cannot_be_accepted() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.booked().await;
    let asked = luis.taps(&format!("btn_cancel_request_{rid}")).await;
    assert_eq!(asked.kinds(), "B");
    assert_eq!(
        asked.ids(),
        [
            format!("btn_cancel_confirm_{rid}"),
            format!("btn_cancel_keep_{rid}")
        ]
    );
    assert_eq!(town.status(&rid).await, "created", "asking cancels nothing");
    luis.taps(&format!("btn_cancel_confirm_{rid}")).await;
    assert_eq!(rosa.gets().await.kinds(), "T");
    assert_eq!(
        rosa.taps(&format!("btn_accept_request_{rid}"))
            .await
            .kinds(),
        "T"
    );
    assert_eq!(town.status(&rid).await, "cancelled/customer");
    assert_eq!(luis.gets().await.kinds(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a41_of_accept_and_cancel_exactly_one_wins() {
    let town = Town::new().await;
    let rosa = town.provider(ROSA, "Rosa", &["plumbing"]).await;
    let luis = town.customer(LUIS, "Luis").await;
    let mut winners = [0, 0];
    for run in 0..50 {
        let rid = luis.books("plumbing", "Rosa").await;
        rosa.gets().await;
        luis.looks();
        let accept = Inbound::tap(&rosa.number, format!("btn_accept_request_{rid}").as_str());
        let cancel = Inbound::tap(&luis.number, format!("btn_cancel_confirm_{rid}").as_str());
        join(rosa.says(accept), luis.says(cancel)).await;
        let (told_luis, told_rosa) = (luis.gets().await, rosa.gets().await);
        let last = |got: &super::phone::Got| {
            super::phone::Got(got.0.last().cloned().into_iter().collect())
        };
        let joined = (
            last(&told_luis).says("btn_start_chat_"),
            last(&told_rosa).says("btn_chat_customer_"),
        );
        match town.status(&rid).await.as_str() {
            "provider_assigned" => {
                assert_eq!(
                    joined,
                    (true, true),
                    "run {run}: {told_luis:?} {told_rosa:?}"
                );
                assert_eq!(town.assignment(&rid).await, "accepted");
                winners[0] += 1;
                luis.taps(&format!("btn_cancel_confirm_{rid}")).await;
                rosa.gets().await;
            }
            "cancelled/customer" => {
                assert_eq!(
                    joined,
                    (false, false),
                    "run {run}: {told_luis:?} {told_rosa:?}"
                );
                assert_eq!(town.assignment(&rid).await, "cancelled");
                winners[1] += 1;
            }
            other => panic!("run {run}: {other}"),
        }
    }
    assert_eq!(winners.iter().sum::<i32>(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a42_cancelling_an_assigned_request_ends_all_of_it() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.chatting().await;
    luis.types("end chat").await;
    rosa.gets().await;
    luis.taps(&format!("btn_cancel_request_{rid}")).await;
    let got = luis.taps(&format!("btn_cancel_confirm_{rid}")).await;
    assert_eq!(town.status(&rid).await, "cancelled/customer");
    let told = rosa.gets().await;
    assert!(!told.0.is_empty());
    assert!(!got.says("rating_") && !told.says("rating_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a43_who_goes_offline_may_still_accept() {
    let town = Town::new().await;
    let (_luis, rosa, rid) = town.booked().await;
    rosa.types("go offline").await;
    rosa.taps(&format!("btn_accept_request_{rid}")).await;
    assert_eq!(town.status(&rid).await, "provider_assigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a44_nobody_accepts_for_another() {
    let town = Town::new().await;
    let pia = town.provider(PIA, "Pia", &["plumbing"]).await;
    let (luis, _rosa, rid) = town.booked().await;
    for action in [
        "btn_accept_request",
        "btn_decline_request",
        "btn_cancel_confirm",
        "req",
        "rating_great",
        "btn_complete",
    ] {
        let got = pia.taps(&format!("{action}_{rid}")).await;
        assert_eq!(got.kinds(), "T", "{action}: {}", got.text());
        assert!(!got.text().contains("Luis"), "{action}");
    }
    assert_eq!(
        (town.status(&rid).await, town.assignment(&rid).await),
        ("created".into(), "pending".into())
    );
    assert_eq!(luis.gets().await.kinds(), "");
}
