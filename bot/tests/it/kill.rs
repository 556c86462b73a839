//! Show: the real program is killed right after it took 1,000 messages at full speed, several times.
//! Every accepted message has its effects once, and what is sent twice was under way at a kill.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures::StreamExt;

use crate::harness::process::Process;
use crate::harness::{World, notification, sign, text, within};

const ROUNDS: usize = 4;
const MESSAGES: usize = 1000;
const PEOPLE: usize = 250;
const AT_ONCE: usize = 64;

/// Posts a round's messages; returns those that were answered 200.
async fn post_round(world: &World, url: &str, round: usize) -> Vec<String> {
    let posts = (0..MESSAGES).map(|n| {
        let wamid = format!("wamid.{round}.{n}");
        let body = notification(&[text(&wamid, &format!("12026{:06}", n % PEOPLE), "menu")]);
        let request = world.client.post(format!("{url}/api/webhook"));
        let request = request
            .header("x-hub-signature-256", sign(&body))
            .body(body);
        async move {
            let taken = request
                .send()
                .await
                .is_ok_and(|answer| answer.status() == 200);
            taken.then_some(wamid)
        }
    });
    futures::stream::iter(posts)
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_accepted_is_lost_or_done_twice_when_the_process_is_killed() {
    let world = World::new().await;
    let environment = world.environment();
    let mut accepted = Vec::new();
    let mut under_way = 0;
    for round in 0..ROUNDS {
        let process = Process::serve(&environment).await;
        accepted.extend(post_round(&world, &process.url, round).await);
        process.kill().await;
        // What was claimed and not recorded when the process died.
        under_way += world
            .count("select count(*) from outbox where state = 'pending' and claim is not null")
            .await;
        // Its claims end now rather than in half a minute.
        world.execute("update outbox set claimed_until = now() where state = 'pending' and claim is not null").await;
    }
    assert_eq!(
        accepted.len(),
        ROUNDS * MESSAGES,
        "every message was answered 200 before the kill"
    );
    let _process = Process::serve(&environment).await;
    settle(&world).await;

    let stored = world
        .texts("select wamid from inbox where worked_at is not null")
        .await;
    assert_eq!(stored.len(), accepted.len());
    // `menu` is answered by the menu, and before it, once for each person, by a welcome.
    let odd = world
        .count(
            "select count(*) from (
                 select count(o.id) as answers,
                        row_number() over (partition by i.contact_id order by i.id) as place
                 from inbox i left join outbox o on o.inbox_id = i.id group by i.id
             ) m where answers <> case place when 1 then 2 else 1 end",
        )
        .await;
    assert_eq!(odd, 0, "messages with other answers than they should have");
    assert_eq!(
        world.count("select count(*) from contact").await,
        i64::try_from(PEOPLE).unwrap()
    );
    check_sends(&world, under_way).await;
}

async fn settle(world: &World) {
    within(Duration::from_mins(2), "all is worked and sent", || async {
        let inbox = world
            .count("select count(*) from inbox where worked_at is null")
            .await;
        let outbox = world
            .count("select count(*) from outbox where state = 'pending'")
            .await;
        if inbox + outbox == 0 {
            Ok(())
        } else {
            Err(format!("{inbox} to work, {outbox} to send"))
        }
    })
    .await;
}

/// Counted from outside: what the simulated WhatsApp accepted.
async fn check_sends(world: &World, under_way: i64) {
    let expected = world
        .texts("select payload->>'to' from outbox")
        .await
        .into_iter()
        .fold(BTreeMap::<String, usize>::new(), |mut counts, to| {
            *counts.entry(to).or_default() += 1;
            counts
        });
    let sent = world.simulator.control.sent(None, 0);
    let mut received: HashMap<&str, usize> = HashMap::new();
    for message in sent.iter().filter(|message| message.wamid.is_some()) {
        *received.entry(&message.to).or_default() += 1;
    }
    let mut doubled = 0;
    for (to, count) in &expected {
        let got = received.get(to.as_str()).copied().unwrap_or_default();
        assert!(got >= *count, "{to} got {got} of {count}");
        doubled += got - count;
    }
    let recorded = world
        .count("select count(distinct wamid) from outbox where outcome = 'sent'")
        .await;
    assert_eq!(
        usize::try_from(recorded).unwrap(),
        ROUNDS * MESSAGES + PEOPLE
    );
    eprintln!("sent twice: {doubled}, under way at the kills: {under_way}");
    assert!(
        i64::try_from(doubled).unwrap() <= under_way,
        "{doubled} doubled, {under_way} under way"
    );
}
