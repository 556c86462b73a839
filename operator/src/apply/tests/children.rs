//! Children beside Services and Deployments: budget, autoscaler, Jobs, snapshots.

use super::*;

#[tokio::test]
async fn budget_is_created_and_repaired_in_the_version_that_was_read() {
    let deed = || Act::ApplyBudget {
        revision: "abc".to_owned(),
    };
    let server = Server::of(vec![
        ("POST", "/poddisruptionbudgets", 201, json!("echo")),
        ("PUT", "/poddisruptionbudgets/handy", 200, json!("echo")),
    ]);
    let mut world = world();
    carry_out(&server, &world, deed()).await.unwrap();
    let mut meta = owned("handy", "7");
    meta["annotations"] = json!({"note": "theirs"});
    let live = json!({"metadata": meta, "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "x"}}}});
    world.budget = Some(serde_json::from_value(live).unwrap());
    carry_out(&server, &world, deed()).await.unwrap();
    let writes = server.writes();
    let [(created, _, first), (replaced, _, second)] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert_eq!((created.as_str(), replaced.as_str()), ("POST", "PUT"));
    assert_eq!(first["spec"], second["spec"], "both are the same budget");
    assert_eq!(second["spec"].get("minAvailable"), None);
    assert_eq!(second["metadata"]["resourceVersion"], "7");
    assert_eq!(second["metadata"]["annotations"]["note"], "theirs");
}

#[tokio::test]
async fn autoscaler_of_someone_else_is_not_touched() {
    let mut world = world();
    world.object.spec.autoscaling = Some(ubermench_crds::Autoscaling {
        min_replicas: 2,
        max_replicas: 9,
        target_cpu_utilization_percentage: 70,
    });
    let live = json!({
        "metadata": {"name": "handy", "namespace": "prod", "uid": "other", "resourceVersion": "7"},
        "spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "theirs"}},
    });
    world.autoscaler = Some(serde_json::from_value(live).unwrap());
    let server = Server::of(vec![]);
    let refused = carry_out(&server, &world, Act::ApplyAutoscaler).await;
    assert!(
        matches!(refused, Err(Error::NameTaken { .. })),
        "{refused:?}"
    );
    assert_eq!(server.writes(), []);
}

#[tokio::test]
async fn stopped_job_goes_on_and_the_other_is_left_alone() {
    let mut world = world();
    let job = |name: &str, attempt: &str, spec: Value| {
        let mut meta = owned(name, "5");
        meta["labels"] = json!({"ubermench.io/revision": "abc", "ubermench.io/attempt": attempt});
        serde_json::from_value(json!({"metadata": meta, "spec": spec})).unwrap()
    };
    world.jobs = vec![
        job("smoke", "3", json!({"suspend": true, "template": {}})),
        job(
            "migrate",
            "3",
            json!({"suspend": false, "parallelism": 1, "template": {}}),
        ),
        job("older", "2", json!({"suspend": true, "template": {}})),
    ];
    let server = Server::of(vec![("PATCH", "/jobs/", 200, json!({"metadata": {}}))]);
    let deed = Act::ResumeJobs {
        revision: "abc".to_owned(),
        attempt: 3,
    };
    carry_out(&server, &world, deed).await.unwrap();
    let writes = server.writes();
    let [(_, path, body)] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert!(path.contains("/jobs/smoke?"), "{path}");
    assert_eq!(body["spec"]["suspend"], false);
    assert_eq!(body["metadata"]["resourceVersion"], "5");
}

#[tokio::test]
async fn snapshot_gets_its_finalizer_back() {
    let mut meta = owned("handy-abc", "3");
    meta["finalizers"] = json!(["someone/else"]);
    let server = Server::of(vec![
        ("GET", "/secrets/handy-abc-copy", 404, Value::Null),
        (
            "GET",
            "/secrets/handy-abc",
            200,
            json!({"metadata": meta, "data": {"A": "YQ=="}}),
        ),
        ("POST", "/secrets", 409, Value::Null),
        ("PATCH", "/secrets/handy-abc", 200, json!({"metadata": {}})),
    ]);
    let deed = Act::RemakeSnapshot {
        revision: "abc".to_owned(),
    };
    carry_out(&server, &world(), deed).await.unwrap();
    let writes = server.writes();
    let (_, _, patch) = writes.last().unwrap();
    assert_eq!(
        patch["metadata"]["finalizers"],
        json!(["someone/else", SNAPSHOT_FINALIZER])
    );
    assert_eq!(patch["metadata"]["labels"]["ubermench.io/revision"], "abc");
    assert_eq!(patch["metadata"]["resourceVersion"], "3");
}

#[tokio::test]
async fn own_secret_that_is_being_deleted_is_made_again_with_the_same_keys() {
    let mut meta = owned("handy-internal", "3");
    meta["finalizers"] = json!([SNAPSHOT_FINALIZER]);
    meta["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let mut world = world();
    world.internal = Some(crate::observe::OwnSecret {
        metadata: serde_json::from_value(meta).unwrap(),
        contents: [("token", "t"), ("digestKey", "k")]
            .map(|(key, value)| (key.to_owned(), value.as_bytes().to_vec()))
            .into(),
    });
    let server = Server::of(vec![
        ("POST", "/secrets", 201, json!("echo")),
        (
            "PATCH",
            "/secrets/handy-internal",
            200,
            json!({"metadata": {}}),
        ),
    ]);
    carry_out(&server, &world, Act::CreateInternalSecret)
        .await
        .unwrap();
    let writes = server.writes();
    let [(_, _, copy), (_, _, freed), (_, _, made)] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert_eq!(copy["metadata"]["name"], "handy-internal-copy");
    assert_eq!(copy["metadata"].get("finalizers"), None);
    assert_eq!(freed["metadata"]["finalizers"], json!([]));
    assert_eq!(made["metadata"]["name"], "handy-internal");
    assert_eq!(made["metadata"]["finalizers"], json!([SNAPSHOT_FINALIZER]));
    assert_eq!(
        (&copy["data"], &made["data"]["token"]),
        (&made["data"], &json!("dA=="))
    );
}

#[tokio::test]
async fn own_secret_that_is_gone_comes_back_from_its_copy() {
    let copy = json!({"metadata": owned("handy-internal-copy", "4"), "data": {"token": "dA==", "digestKey": "aw=="}});
    let gone = json!({"kind": "Status", "apiVersion": "v1", "status": "Success"});
    let server = Server::of(vec![
        ("GET", "/secrets/handy-internal-copy", 200, copy),
        ("POST", "/secrets", 201, json!("echo")),
        ("DELETE", "/secrets/handy-internal-copy", 200, gone),
    ]);
    carry_out(&server, &world(), Act::CreateInternalSecret)
        .await
        .unwrap();
    let writes = server.writes();
    let [(_, _, made), (deleted, ..)] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert_eq!(made["data"], json!({"token": "dA==", "digestKey": "aw=="}));
    assert_eq!(deleted, "DELETE");
}
