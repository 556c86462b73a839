//! Requests, offers and ratings as the database keeps them: each step once, from where the facts said.

use ubermench_bot::conversation::{Effect, Needs, Notice, Wanted};
use ubermench_bot::domain::{
    AssignmentStatus, CancelReason, Comment, RequestStatus, ServiceRequestId, ServiceType, Stars,
};
use ubermench_bot::store::effects::{EffectError, Happened};
use uuid::Uuid;

use crate::harness::World;
use crate::harness::people::{Person, booking, now};

const LUIS: &str = "525500001001";
const ROSA: &str = "525500001002";
const PIA: &str = "525500001003";

fn list(rebook: Option<ServiceRequestId>) -> Needs {
    Needs {
        providers: Some(Wanted {
            service: Some(ServiceType::Plumbing),
            rebook,
        }),
        ..Needs::default()
    }
}

fn about(request: ServiceRequestId) -> Needs {
    Needs {
        request: Some(request),
        ..Needs::default()
    }
}

async fn listed(person: &Person, rebook: Option<ServiceRequestId>) -> Vec<String> {
    let providers = person.facts(&list(rebook)).await.providers;
    let names = providers.iter().map(|one| one.name.as_str().to_owned());
    names.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_is_offered_accepted_and_completed_once() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis Pérez").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let request = luis.book(profile).await;

    let seen = luis.facts(&about(request)).await;
    let offered = seen.request.clone().unwrap();
    assert_eq!(offered.status, RequestStatus::Created);
    assert_eq!(offered.provider.as_ref().unwrap().1.contact, rosa.contact());
    assert_eq!(
        offered.assignment.unwrap().status,
        AssignmentStatus::Pending
    );
    assert_eq!(seen.requests, [offered]);
    let jobs = rosa.facts(&Needs::default()).await.jobs;
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].customer.name.as_str(), "Luis Pérez");

    let accepted = rosa.accept(request).await.unwrap();
    assert!(matches!(accepted.happened[..], [Happened::Accepted(id, _)] if id == request));
    // By the facts of before, a second time.
    assert!(matches!(
        rosa.accept(request).await,
        Err(EffectError::Stale)
    ));
    let (from, to) = (RequestStatus::ProviderAssigned, RequestStatus::Completed);
    rosa.advance(request, from, to, AssignmentStatus::Accepted, None)
        .await
        .unwrap();
    let again = rosa.advance(request, from, to, AssignmentStatus::Accepted, None);
    assert!(matches!(again.await, Err(EffectError::Stale)));
    assert_eq!(
        world
            .count("select total_jobs::bigint from provider_profile")
            .await,
        1
    );
    let done = luis.facts(&about(request)).await.request.unwrap();
    assert_eq!(done.status, RequestStatus::Completed);
    assert_eq!(done.completed_at, Some(done.updated_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declined_or_let_it_time_out_is_not_offered_the_same_again() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let (_pia, other) = world.provider(PIA, "Pia").await;
    let request = luis.book(profile).await;
    let (created, searching) = (RequestStatus::Created, RequestStatus::Searching);
    let declined = rosa
        .advance(
            request,
            created,
            searching,
            AssignmentStatus::Rejected,
            None,
        )
        .await
        .unwrap();
    assert!(matches!(declined.happened[..], [Happened::Declined(..)]));
    let seen = luis.facts(&about(request)).await.request.unwrap();
    assert_eq!((seen.status, seen.provider), (searching, None));
    assert_eq!(seen.assignment.unwrap().provider, profile);
    assert_eq!(listed(&luis, None).await, ["Pia", "Rosa"]);
    assert_eq!(listed(&luis, Some(request)).await, ["Pia"]);

    let deadline = now();
    let offer = Effect::Offer {
        request,
        provider: other,
        deadline,
    };
    luis.act(vec![offer.clone()]).await;
    assert!(matches!(
        luis.try_act(Some(request), vec![offer]).await,
        Err(EffectError::Stale)
    ));
    let late = Some(CancelReason::Timeout);
    let expired = luis
        .advance(
            request,
            created,
            RequestStatus::Cancelled,
            AssignmentStatus::Cancelled,
            late,
        )
        .await
        .unwrap();
    assert!(matches!(expired.happened[..], [Happened::Expired(..)]));
    assert_eq!(listed(&luis, Some(request)).await, Vec::<String>::new());
    assert_eq!(
        world
            .texts("select coalesce(reason, status) from assignment order by offered_at")
            .await,
        ["rejected", "timeout"]
    );
    let nonsense = luis.advance(
        request,
        RequestStatus::Cancelled,
        created,
        AssignmentStatus::Pending,
        None,
    );
    assert!(matches!(nonsense.await, Err(EffectError::Refused(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_is_visible_can_be_listed_or_booked() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let (_pia, _) = world.provider(PIA, "Pia").await;
    world
        .execute("update provider_profile set rating_hundredths = 480 where display_name = 'Rosa'")
        .await;
    assert_eq!(listed(&luis, None).await, ["Rosa", "Pia"]);
    // Nobody books themselves.
    assert_eq!(listed(&rosa, None).await, ["Pia"]);
    rosa.act(vec![Effect::SetOnline(false)]).await;
    assert_eq!(listed(&luis, None).await, ["Pia"]);
    let needs = Needs {
        card: Some(profile),
        ..list(None)
    };
    let card = luis.facts(&needs).await.card.unwrap();
    assert_eq!(
        (card.provider.name.as_str(), card.is_visible),
        ("Rosa", false)
    );
    let id = ServiceRequestId(Uuid::now_v7());
    let late = luis
        .try_act(None, vec![Effect::Book(booking(id, profile))])
        .await;
    assert!(matches!(late, Err(EffectError::Stale)));
    assert_eq!(world.count("select count(*) from service_request").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn accept_and_cancel_at_once_have_one_winner() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    for _ in 0..10 {
        let request = luis.book(profile).await;
        let (created, cancelled) = (RequestStatus::Created, RequestStatus::Cancelled);
        let why = Some(CancelReason::Customer);
        let cancel = luis.advance(
            request,
            created,
            cancelled,
            AssignmentStatus::Cancelled,
            why,
        );
        let (accepted, withdrawn) = tokio::join!(rosa.accept(request), cancel);
        assert_eq!(
            [accepted.is_ok(), withdrawn.is_ok()]
                .iter()
                .filter(|won| **won)
                .count(),
            1
        );
        world.execute("update service_request set status = 'cancelled'; update assignment set status = 'cancelled'").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ratings_make_averages_rounded_half_up_and_count_once() {
    let world = World::new().await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let ratee = rosa.facts(&Needs::default()).await.user.unwrap().id;
    for (n, stars) in [5, 5, 4, 4, 4, 3, 3, 3].into_iter().enumerate() {
        let luis = world
            .customer(&format!("5255000020{n:02}"), &format!("Luis Number{n}"))
            .await;
        let request = luis.book(profile).await;
        let rating = Effect::Rate {
            request,
            by_customer: true,
            ratee,
            stars: Stars::new(stars).unwrap(),
            comment: Comment::parse("Good").ok(),
        };
        luis.act(vec![rating.clone()]).await;
        let twice = luis.try_act(Some(request), vec![rating]).await;
        assert!(matches!(twice, Err(EffectError::Stale)));
        let seen = luis.facts(&about(request)).await.request.unwrap();
        assert_eq!(seen.customer_stars, Stars::new(stars));
    }
    // 31 / 8 = 3.875
    assert_eq!(
        world
            .texts("select rating_hundredths || ' ' || rating_count from provider_profile")
            .await,
        ["388 8"]
    );
    let needs = Needs {
        card: Some(profile),
        ..list(None)
    };
    let viewer = world.customer(LUIS, "Eva").await;
    let card = viewer.facts(&needs).await.card.unwrap();
    let names: Vec<_> = card
        .reviews
        .iter()
        .map(|review| review.first_name.as_str())
        .collect();
    assert_eq!((names, card.reviews[0].stars.get()), (vec!["Luis"; 3], 3));

    // As a customer the same person has an average of their own.
    let user = viewer.facts(&Needs::default()).await.user.unwrap().id;
    let request = viewer.book(profile).await;
    let back = Effect::Rate {
        request,
        by_customer: false,
        ratee: user,
        stars: Stars::new(2).unwrap(),
        comment: None,
    };
    rosa.act(vec![back]).await;
    assert_eq!(
        world
            .texts(
                "select rating_hundredths || ' ' || rating_count from users where rating_count > 0"
            )
            .await,
        ["200 1"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_service_hears_of_it_once() {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let (rosa, _) = world.provider(ROSA, "Rosa").await;
    let eva = world.customer(PIA, "Eva").await;
    for person in [&luis, &rosa, &eva] {
        person
            .act(vec![Effect::Subscribe(ServiceType::Plumbing)])
            .await;
    }
    world
        .execute(&format!(
            "update notify_me set expires_at = now() where user_id = (select id from users where contact_id = '{}')",
            eva.contact()
        ))
        .await;
    let announce = vec![Effect::Announce(vec![
        ServiceType::Plumbing,
        ServiceType::Repair,
    ])];
    assert!(rosa.act(announce.clone()).await.news.told);
    assert!(!rosa.act(announce).await.news.told);
    let heard = world
        .texts("select contact_id::text || ' ' || convert_from(raw, 'UTF8') from inbox")
        .await;
    let notice = Notice::ProviderAvailable {
        service: ServiceType::Plumbing,
    };
    let expected = format!(
        "{} {}",
        luis.contact(),
        serde_json::to_string(&notice).unwrap()
    );
    assert_eq!(heard, [expected]);
    // Rosa's own is left.
    assert_eq!(world.count("select count(*) from notify_me").await, 1);
    rosa.act(vec![Effect::Unsubscribe]).await;
    assert_eq!(world.count("select count(*) from notify_me").await, 0);
}
