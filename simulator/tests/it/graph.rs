//! Sends, read marks, the phone number, and every way in which they can go wrong.

use serde_json::{Value, json};
use ubermench_simulator::{Fault, FaultTarget, Outcome};

use crate::{Graph, LIMIT, list_to, simulator, text_to};

#[tokio::test]
async fn a_send_is_answered_and_recorded() {
    let simulator = simulator(None).await;
    let graph = Graph::of(&simulator);
    let answer = graph.post(&text_to("+525500001001", "hola")).await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let wamid = answer["messages"][0]["id"].as_str().unwrap();
    assert!(wamid.starts_with("wamid."));
    assert_eq!(
        answer["contacts"],
        json!([{"input": "+525500001001", "wa_id": "525500001001"}])
    );
    graph.text("12025550118", "hello").await;
    let sent = simulator.control.sent(None, 0);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].wamid.as_deref(), Some(wamid));
    assert_eq!(sent[0].payload, text_to("+525500001001", "hola"));
    assert_eq!((sent[1].seq, &sent[1].outcome), (2, &Outcome::Accepted));
    let to_mexico = simulator.control.sent(Some("+52 1 55 0000 1001"), 0);
    assert_eq!(to_mexico, sent[..1]);
    simulator.stop().await;
}

#[tokio::test]
async fn wrong_token_path_and_payload_are_refused_in_metas_shape() {
    let simulator = simulator(None).await;
    let graph = Graph::of(&simulator);
    let url = format!("{}/messages", graph.base);
    for request in [
        graph.http.post(&url),
        graph.http.post(&url).bearer_auth("other"),
    ] {
        let answer = request
            .json(&text_to("5215500001001", "x"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], 190);
    }
    assert!(simulator.control.sent(None, 0).is_empty());
    let other = Graph {
        base: format!("{}/v24.0/1", simulator.url()),
        ..Graph::of(&simulator)
    };
    let answer = other.post(&text_to("5215500001001", "x")).await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(
        answer.json::<Value>().await.unwrap()["error"]["error_subcode"],
        33
    );
    let mut long = list_to("5215500001001");
    long["interactive"]["action"]["button"] = "x".repeat(21).into();
    let answer = graph.post(&long).await.unwrap();
    assert_eq!(answer.status(), 400);
    let error = answer.json::<Value>().await.unwrap();
    assert_eq!(error["error"]["code"], 131_009);
    assert_eq!(
        error["error"]["error_data"]["messaging_product"],
        "whatsapp"
    );
    let sent = simulator.control.sent(None, 0);
    assert_eq!(
        sent[0].outcome,
        Outcome::Refused {
            status: 400,
            code: Some(131_009)
        }
    );
    assert_eq!(sent[0].wamid, None);
}

#[tokio::test]
async fn read_marks_are_recorded() {
    let simulator = simulator(None).await;
    let mark = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X"});
    let answer = Graph::of(&simulator).post(&mark).await.unwrap();
    assert_eq!(
        answer.json::<Value>().await.unwrap(),
        json!({"success": true})
    );
    let reads = simulator.control.reads();
    assert_eq!((reads.len(), reads[0].wamid.as_str()), (1, "wamid.X"));
    assert!(simulator.control.sent(None, 0).is_empty());
}

#[tokio::test]
async fn the_number_is_read() {
    let simulator = simulator(None).await;
    let graph = Graph::of(&simulator);
    let get = |query: &str| {
        let url = format!("{}{query}", graph.base);
        graph
            .http
            .get(url)
            .bearer_auth("simulator-access-token")
            .send()
    };
    let all: Value = get("").await.unwrap().json().await.unwrap();
    assert_eq!(all["verified_name"], "Handy");
    let some: Value = get("?fields=quality_rating")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        some,
        json!({"id": "106540352242922", "quality_rating": "GREEN"})
    );
    simulator
        .control
        .fault(Fault::code(190).on(FaultTarget::Number))
        .unwrap();
    assert_eq!(get("").await.unwrap().status(), 401);
    assert_eq!(get("").await.unwrap().status(), 200);
}

#[tokio::test]
async fn ordered_errors_come_as_ordered() {
    let simulator = simulator(None).await;
    let graph = Graph::of(&simulator);
    let control = &simulator.control;
    let mexico = "525500001001";
    control
        .fault(Fault::code(131_056).retry_after(7).to("5215500001001"))
        .unwrap();
    control.fault(Fault::status(503).times(2)).unwrap();
    let answer = graph.post(&text_to("12025550118", "x")).await.unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.text().await.unwrap().as_str()
        ),
        (503, "")
    );
    let answer = graph.post(&text_to(mexico, "x")).await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers()["Retry-After"], "7");
    assert_eq!(
        answer.json::<Value>().await.unwrap()["error"]["code"],
        131_056
    );
    assert_eq!(
        graph.post(&text_to(mexico, "x")).await.unwrap().status(),
        503
    );
    graph.text(mexico, "x").await;
    let outcomes: Vec<_> = control
        .sent(None, 0)
        .into_iter()
        .map(|sent| sent.outcome)
        .collect();
    let refused = |status, code| Outcome::Refused { status, code };
    assert_eq!(
        outcomes[..2],
        [refused(503, None), refused(400, Some(131_056))]
    );
    assert_eq!(outcomes[2..], [refused(503, None), Outcome::Accepted]);
}

#[tokio::test]
async fn a_dropped_answer_hides_an_accepted_send() {
    let simulator = simulator(None).await;
    let graph = Graph::of(&simulator);
    simulator.control.fault(Fault::drop_answer()).unwrap();
    let error = graph
        .post(&text_to("5215500001001", "x"))
        .await
        .unwrap_err();
    assert!(!error.is_timeout() && error.is_request(), "{error:?}");
    let sent = simulator.control.sent(None, 0);
    assert_eq!((sent.len(), &sent[0].outcome), (1, &Outcome::Unanswered));
    assert!(sent[0].wamid.is_some());
    simulator
        .control
        .fault(Fault::drop_answer().without_effect())
        .unwrap();
    graph
        .post(&text_to("5215500001001", "x"))
        .await
        .unwrap_err();
    let sent = simulator.control.sent(None, 0);
    assert_eq!(
        sent[1].outcome,
        Outcome::Refused {
            status: 0,
            code: None
        }
    );
    graph
        .text("5215500001001", "the next connection works")
        .await;
}

#[tokio::test]
async fn a_held_answer_never_comes_and_a_late_one_does() {
    let simulator = simulator(None).await;
    let graph = Graph::of(&simulator);
    simulator.control.fault(Fault::timeout()).unwrap();
    let body = text_to("5215500001001", "held");
    let held = graph.post(&body);
    tokio::pin!(held);
    // The send is recorded while its answer is awaited.
    let recorded = simulator.control.wait_sent(LIMIT, |sent| sent.len() == 1);
    tokio::select! {
        answer = &mut held => panic!("answered: {answer:?}"),
        sent = recorded => assert_eq!(sent.unwrap()[0].outcome, Outcome::Unanswered),
    }
    simulator.control.fault(Fault::delay_ms(30)).unwrap();
    let start = std::time::Instant::now();
    graph.text("12025550118", "late").await;
    assert!(start.elapsed().as_millis() >= 30);
    // Stopping does not wait for the held connection's time.
    tokio::time::timeout(LIMIT, simulator.stop()).await.unwrap();
    held.await.unwrap_err();
}
