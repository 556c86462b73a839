use std::net::Ipv4Addr;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use bytes::Bytes;
use tokio::net::TcpListener;

use super::*;

const SECRET: &str = "secret";

/// A bot that takes what is signed, refuses every tenth person, and asks every fifth to open another connection.
async fn take(
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(header::HeaderName, &'static str); 1]) {
    let signed = headers
        .get("x-hub-signature-256")
        .is_some_and(|value| *value == signature(SECRET, &body));
    let text = String::from_utf8_lossy(&body);
    let refused = text.contains("0\",\"id\":\"wamid");
    let closes = text.contains("5\",\"id\":\"wamid");
    let connection = if closes { "close" } else { "keep-alive" };
    let status = match (signed, refused) {
        (false, _) => StatusCode::UNAUTHORIZED,
        (true, true) => StatusCode::SERVICE_UNAVAILABLE,
        (true, false) => StatusCode::OK,
    };
    (status, [(header::CONNECTION, connection)])
}

async fn target() -> Target {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/api/webhook", post(take))).await
    });
    Target {
        address,
        phone_number_id: "1".to_owned(),
        app_secret: SECRET.to_owned(),
        people: "4915001".to_owned(),
    }
}

#[tokio::test]
async fn ends_at_its_count_and_tells_what_was_refused() {
    let plan = Plan {
        per_second: 400,
        kept_connections: 10,
        longest: Duration::from_secs(20),
        most: 200,
    };
    let load = Load::start(target().await, plan);
    load.accepts_more(180, Duration::from_secs(10))
        .await
        .unwrap();
    let sent = load.stop().await.unwrap();
    let refused: Vec<_> = sent.iter().filter(|sent| !sent.accepted()).collect();
    assert_eq!((sent.len(), refused.len()), (200, 20));
    assert!(
        refused
            .iter()
            .all(|sent| sent.answer == Ok(503) && sent.from.ends_with('0')),
        "{refused:?}"
    );
    let kept = sent.iter().filter(|sent| sent.via == Via::Kept).count();
    assert!(
        (60..=140).contains(&kept),
        "{kept} of 200 on kept connections"
    );
}

#[tokio::test]
async fn ends_at_its_time_and_counts_a_dead_server_as_refusal() {
    let mut target = target().await;
    target.address.set_port(1);
    let plan = Plan {
        per_second: 50,
        kept_connections: 5,
        longest: Duration::from_millis(300),
        most: 1_000,
    };
    let load = Load::start(target, plan);
    until("the load's end", Duration::from_secs(5), async || {
        Ok(if load.shared.stop.is_cancelled() {
            Seen::Done(())
        } else {
            Seen::not("it runs")
        })
    })
    .await
    .unwrap();
    let sent = load.stop().await.unwrap();
    assert!(
        sent.len() > 5 && sent.iter().all(|sent| !sent.accepted()),
        "{sent:?}"
    );
}
