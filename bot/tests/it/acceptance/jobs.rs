//! Beside the numbered rules: giving a job up, and words that could mean several requests.

use super::town::{ANA, Town};

#[tokio::test(flavor = "multi_thread")]
async fn giving_a_job_up_asks_first_and_returns_it() {
    let town = Town::new().await;
    let (luis, rosa, rid) = town.assigned().await;
    let asked = rosa.taps(&format!("btn_release_{rid}")).await;
    asked.offers(&[
        &format!("btn_release_confirm_{rid}"),
        &format!("btn_cancel_keep_{rid}"),
    ]);
    rosa.taps(&format!("btn_cancel_keep_{rid}")).await;
    assert_eq!(town.status(&rid).await, "provider_assigned");
    rosa.taps(&format!("btn_release_confirm_{rid}")).await;
    assert_eq!(
        (town.status(&rid).await, town.assignment(&rid).await),
        ("searching".into(), "cancelled".into())
    );
    luis.gets().await.offers(&[
        &format!("btn_see_other_providers_{rid}"),
        &format!("btn_cancel_request_{rid}"),
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_possible_requests_are_asked_about() {
    let town = Town::new().await;
    let (_luis, rosa, first) = town.booked().await;
    let ana = town.customer(ANA, "Ana").await;
    let second = ana.books("plumbing", "Rosa").await;
    rosa.gets().await;
    let asked = rosa.types("accept").await;
    assert_eq!(asked.kinds(), "L");
    asked.offers(&[&format!("req_{first}"), &format!("req_{second}")]);
    let details = rosa.taps(&format!("req_{second}")).await;
    details.offers(&[
        &format!("btn_accept_request_{second}"),
        &format!("btn_decline_request_{second}"),
    ]);
    rosa.taps(&format!("btn_decline_request_{second}")).await;
    ana.gets().await;
    rosa.types("sí").await;
    assert_eq!(town.status(&first).await, "provider_assigned");
}
