//! Resources of another installation, and such as make no sense.

use super::*;
use crate::claim;
use crate::names::CLAIM;

fn claimed(by: &str) -> UbermenchDeployment {
    let mut object = object();
    let claim = [(CLAIM.to_owned(), by.to_owned())];
    object.metadata.annotations = Some(claim.into());
    object
}

fn context(server: &Server) -> Context {
    let mut ctx = server.context();
    ctx.claim = Some("system/ours".to_owned());
    ctx
}

fn lease(renewed: &str) -> Value {
    let spec =
        json!({"holderIdentity": "theirs-0", "leaseDurationSeconds": 10, "renewTime": renewed});
    json!({"metadata": {"name": "theirs"}, "spec": spec})
}

#[tokio::test]
async fn resource_of_another_installation_is_left_alone_while_its_lease_is_held() {
    let path = "/namespaces/other/leases/theirs";
    let cases = [
        (200, lease("2999-01-01T00:00:00.000000Z"), true),
        (403, Value::Null, true),
        (200, lease("1969-01-01T00:00:00.000000Z"), false),
        (404, Value::Null, false),
    ];
    for (code, answer, refused) in cases {
        let server = Server::of(vec![("GET", path, code, answer)]);
        let checked = claim::check(&context(&server), &claimed("other/theirs")).await;
        let category = checked.as_ref().err().map(Error::category);
        assert_eq!(
            category,
            refused.then_some(Category::Claimed),
            "{code} {checked:?}"
        );
        assert_eq!(server.writes(), []);
    }
    let server = Server::of(vec![]);
    for free in [object(), claimed("system/ours"), claimed("nonsense")] {
        claim::check(&context(&server), &free).await.unwrap();
    }
    assert_eq!(server.calls.lock().unwrap().len(), 0, "nothing to ask for");
}

#[tokio::test]
async fn claim_and_finalizer_are_one_write_over_what_was_read() {
    let patched = json!({"metadata": {}});
    let server = Server::of(vec![("PATCH", "/ubermenchdeployments/handy", 200, patched)]);
    let ctx = context(&server);
    assert!(claim::is_ours(&ctx, &claimed("system/ours")));
    for other in [object(), claimed("other/theirs")] {
        assert!(!claim::is_ours(&ctx, &other));
    }
    claim::take(&ctx, &claimed("other/theirs")).await.unwrap();
    let writes = server.writes();
    let [(_, _, body)] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    let metadata = json!({
        "resourceVersion": "41",
        "finalizers": [FINALIZER],
        "annotations": {CLAIM: "system/ours"},
    });
    assert_eq!(body["metadata"], metadata);
}

#[tokio::test]
async fn resource_that_makes_no_sense_is_told_so_and_no_other_is_held_up() {
    let mut broken = serde_json::to_value(object()).unwrap();
    broken["spec"]["rollout"] = json!({"approval": "ByCommittee"});
    let guarded: crate::reconcile::Guarded = serde_json::from_value(broken).unwrap();
    let server = Server::of(vec![(
        "PATCH",
        "/handy/status",
        200,
        json!({"metadata": {}}),
    )]);
    let ctx = Arc::new(server.context());
    for _ in 0..2 {
        crate::reconcile::reconcile(Arc::new(guarded.clone()), ctx.clone())
            .await
            .unwrap();
    }
    let writes = server.writes();
    let [(_, _, first), (_, _, second)] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert_eq!(first, second, "the second changes nothing");
    let condition = &first["status"]["conditions"][0];
    assert_eq!(
        (&condition["type"], &condition["reason"]),
        (&json!("Stalled"), &json!("InvalidSpec"))
    );
    let message = condition["message"].as_str().unwrap();
    assert!(message.contains("ByCommittee"), "{message}");
}
