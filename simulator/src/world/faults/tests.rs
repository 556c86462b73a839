//! Which requests faults meet, and which faults make sense.

use serde_json::json;

use super::*;

#[test]
fn faults_act_in_order_and_run_out() {
    let mut faults = Faults::default();
    faults.add(Fault::status(500).times(2).to("525500001001"));
    faults.add(Fault::code(4).on(FaultTarget::Read).times(0));
    assert!(
        faults
            .take(FaultTarget::Send, Some("12025550118"), None)
            .is_none()
    );
    for _ in 0..2 {
        assert!(
            faults
                .take(FaultTarget::Send, Some("525500001001"), None)
                .is_some()
        );
        assert!(faults.take(FaultTarget::Read, None, None).is_some());
    }
    assert!(
        faults
            .take(FaultTarget::Send, Some("525500001001"), None)
            .is_none()
    );
    assert!(faults.take(FaultTarget::Read, None, None).is_some());
    assert_eq!(faults.list().len(), 1);
}

#[test]
fn members_must_fit_the_kind() {
    let check = |json| serde_json::from_value::<Fault>(json).unwrap().checked();
    for (json, expected) in [
        (
            json!({"kind": "status", "status": 200}),
            InvalidFault::Status,
        ),
        (
            json!({"kind": "drop", "status": 500}),
            InvalidFault::StatusOnly,
        ),
        (json!({"kind": "delay"}), InvalidFault::Delay),
        (json!({"kind": "drop", "delay_ms": 5}), InvalidFault::Delay),
        (json!({"kind": "drop", "to": "you"}), InvalidFault::To),
        (
            json!({"kind": "drop", "to": "5215500001001", "on": "read"}),
            InvalidFault::To,
        ),
    ] {
        assert_eq!(check(json.clone()), Err(expected), "{json}");
    }
    let fault = check(json!({"kind": "timeout", "to": "+52 1 55 0000 1001"})).unwrap();
    assert_eq!(fault.to.as_deref(), Some("525500001001"));
    assert_eq!((fault.count, fault.accept), (1, true));
    assert!(serde_json::from_value::<Fault>(json!({"kind": "flood"})).is_err());
    assert!(serde_json::from_value::<Fault>(json!({"kind": "drop", "cuont": 2})).is_err());
}

#[test]
fn a_fault_can_be_for_one_type_of_message() {
    let mut faults = Faults::default();
    faults.add(Fault::failed_later(131_047).of_type("image"));
    let mut take = |kind| faults.take(FaultTarget::Send, None, Some(kind)).is_some();
    assert_eq!(
        [take("text"), take("image"), take("image")],
        [false, true, false]
    );
    let check = |json| serde_json::from_value::<Fault>(json).unwrap().checked();
    let read = json!({"kind": "failed", "code": 1, "on": "read"});
    assert_eq!(check(read), Err(InvalidFault::SendOnly));
    let code = json!({"kind": "drop", "code": 1});
    assert_eq!(check(code), Err(InvalidFault::StatusOnly));
}
