//! Optional behaviours, switched for all, for a share of people, or for some by name.

use ubermench_bot::conversation::Flags;
use ubermench_bot::store::work;

use crate::harness::World;
use crate::harness::people::Person;

async fn flags(person: &Person) -> Flags {
    let mut tx = person.store.begin().await.unwrap();
    let waiting = work::waiting(&mut tx, &person.who, 0).await.unwrap();
    waiting.base.flags
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_holds_for_all_for_a_share_or_for_those_named() {
    let world = World::new().await;
    let mut people = Vec::new();
    for n in 0..40 {
        people.push(world.person(&format!("5255000030{n:02}")).await);
    }
    let luis = &people[0];
    assert_eq!(flags(luis).await, Flags::default());
    world
        .execute("update feature_flag set percentage = 50 where name = 'media_relay'")
        .await;
    let mut first = Vec::new();
    for person in &people {
        first.push(flags(person).await.media_relay);
    }
    let on = first.iter().filter(|on| **on).count();
    assert!((8..=32).contains(&on), "{on} of 40");
    // The same people the next time.
    for (person, was) in people.iter().zip(first) {
        assert_eq!(flags(person).await.media_relay, was);
    }
    world
        .execute("update feature_flag set percentage = 0, enabled = name <> 'templates'")
        .await;
    let none = Flags {
        notify_me: false,
        media_relay: false,
        templates: false,
        provider_registration: false,
    };
    assert_eq!(flags(luis).await, none);
    // Once registered, a person is named by the user's id.
    let eva = world.customer("525500001009", "Eva").await;
    world
        .execute("update feature_flag set allowed = array(select id from users)")
        .await;
    let some = Flags {
        templates: false,
        ..Flags::default()
    };
    assert_eq!(flags(&eva).await, some);
    assert_eq!(flags(luis).await, none);
}
