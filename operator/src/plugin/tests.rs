//! What people see, from status objects.

use clap::CommandFactory;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};
use ubermench_crds::{Action, UbermenchDeployment};

use super::cluster::{Evidence, PodLine, View, line};
use super::paint::Paint;
use super::{Cli, act, complete, explain, history, report, tree};

const PLAIN: Paint = Paint::new(false);

fn now() -> Timestamp {
    "2026-11-24T18:30:00Z".parse().unwrap()
}

fn object(status: &Value) -> UbermenchDeployment {
    let object = json!({
        "apiVersion": "ubermench.io/v1alpha1",
        "kind": "UbermenchDeployment",
        "metadata": {"name": "handy", "namespace": "prod", "generation": 3, "uid": "u1"},
        "spec": {
            "image": "registry.example/bot:1.5.0",
            "whatsapp": {"phoneNumberId": "106540352242922", "secretName": "handy-whatsapp", "apiUrl": "https://graph.example"},
            "database": {"secretName": "handy-database"},
            "redis": {"secretName": "handy-redis"},
            "config": {"supportContact": "+5215512345678"},
            "env": [{"name": "GREETING", "value": "Hola Rosa"}],
        },
        "status": status,
    });
    serde_json::from_value(object).unwrap()
}

fn active(revision: &str, color: &str) -> Value {
    json!({"revision": revision, "color": color, "image": "registry.example/bot:1.4.0", "since": "2026-11-20T18:30:00Z"})
}

fn transition(from: &str, to: &str, reason: &str, message: &str) -> Value {
    json!({"sequence": 9, "from": from, "to": to, "reason": reason, "message": message, "revision": "bbbb222222", "time": "2026-11-24T18:20:00Z"})
}

fn awaiting() -> Value {
    json!({
        "observedGeneration": 3,
        "phase": "AwaitingApproval",
        "message": "every gate passed; waiting for a person's approval",
        "waitingFor": "approval of revision bbbb222222: kubectl ubermench promote handy, or abort handy; 86400 s at most",
        "active": active("aaaa111111", "blue"),
        "candidate": {
            "revision": "bbbb222222", "color": "green", "image": "registry.example/bot:1.5.0", "attempt": 8,
            "cause": "RevisionChanged", "startedAt": "2026-11-24T18:10:00Z", "phaseStartedAt": "2026-11-24T18:20:00Z",
            "gates": [{"name": "smoke", "result": "Passed", "attempt": 8, "message": "6 checks passed", "time": "2026-11-24T18:19:00Z"}],
            "passedPods": ["u2"],
        },
        "actions": [{"action": "Promote", "token": "bbbb222222/1", "result": "Refused", "reason": "NotAwaited",
            "message": "revision bbbb222222 has not passed its gates yet", "time": "2026-11-24T18:15:00Z"}],
        "transition": transition("Verifying", "AwaitingApproval", "AwaitingApproval", "every gate passed; a person is asked"),
        "replicas": 2, "readyReplicas": 2,
    })
}

fn failed() -> Value {
    json!({
        "observedGeneration": 3,
        "phase": "Failed",
        "message": "CrashLoop: pod handy-green-bbbb222222-x ended with code 1",
        "waitingFor": "an edit, or a retry of revision bbbb222222: kubectl ubermench retry handy",
        "active": active("aaaa111111", "blue"),
        "failure": {
            "reason": "CrashLoop", "phase": "Starting", "revision": "bbbb222222", "image": "registry.example/bot:1.5.0",
            "attempt": 8, "pod": "handy-green-bbbb222222-x", "container": "bot", "exitCode": 1,
            "log": ["{\"level\":\"ERROR\",\"message\":\"DATABASE_URL is no address\"}", "to 5215512345678: Hola Rosa"],
            "message": "pod handy-green-bbbb222222-x ended with code 1: can't reach postgres://handy:s3cret@db/handy", "time": "2026-11-24T18:29:00Z",
        },
        "transition": transition("Starting", "Failed", "CrashLoop", "pod handy-green-bbbb222222-x ended with code 1"),
        "conditions": [{"type": "Stalled", "status": "True", "reason": "ReleaseFailed", "message": "", "lastTransitionTime": "2026-11-24T18:29:00Z"}],
        "history": [
            {"revision": "bbbb222222", "image": "registry.example/bot:1.5.0", "color": "green", "attempt": 8, "cause": "RevisionChanged",
             "outcome": "Failed", "reason": "CrashLoop", "message": "pod handy-green-bbbb222222-x ended with code 1",
             "durations": [{"phase": "Snapshotting", "seconds": 1}, {"phase": "Migrating", "seconds": 4}, {"phase": "Starting", "seconds": 130}],
             "startedAt": "2026-11-24T18:26:45Z", "finishedAt": "2026-11-24T18:29:00Z"},
            {"revision": "aaaa111111", "image": "registry.example/bot:1.4.0", "color": "blue", "attempt": 0, "cause": "RollbackRequested",
             "outcome": "Succeeded", "durations": [{"phase": "RollingBack", "seconds": 1}],
             "startedAt": "2026-11-20T18:29:59Z", "finishedAt": "2026-11-20T18:30:00Z"},
        ],
        "replicas": 2, "readyReplicas": 2,
    })
}

fn rolled_back() -> Value {
    json!({
        "observedGeneration": 3,
        "phase": "Stable",
        "message": "revision aaaa111111 serves by a rollback by hand; the spec asks for bbbb222222",
        "waitingFor": "an edit of what runs, or kubectl ubermench retry handy, to end the rollback by hand",
        "active": active("aaaa111111", "blue"),
        "previous": {"revision": "bbbb222222", "color": "green", "image": "registry.example/bot:1.5.0", "warmUntil": "2026-11-24T18:40:00Z"},
        "rollback": {"revision": "aaaa111111", "insteadOf": "bbbb222222", "token": "aaaa111111/1", "since": "2026-11-24T18:25:00Z"},
        "transition": transition("RollingBack", "Stable", "RollbackRequested", "the revision that was asked for again serves"),
        "replicas": 2, "readyReplicas": 1,
    })
}

fn pod(
    name: &str,
    revision: &str,
    component: &str,
    ready: bool,
    state: &str,
    restarts: i32,
) -> PodLine {
    PodLine {
        name: name.to_owned(),
        revision: revision.to_owned(),
        component: component.to_owned(),
        ready,
        state: state.to_owned(),
        restarts,
    }
}

fn view(status: &Value) -> View {
    View {
        name: "handy".to_owned(),
        namespace: "prod".to_owned(),
        status: serde_json::from_value(status.clone()).unwrap(),
        services: [
            ("handy".to_owned(), Some("aaaa111111".to_owned())),
            ("handy-preview".to_owned(), Some("bbbb222222".to_owned())),
        ]
        .into(),
        pods: vec![
            pod(
                "handy-blue-aaaa111111-a",
                "aaaa111111",
                "bot",
                true,
                "Running",
                0,
            ),
            pod(
                "handy-blue-aaaa111111-b",
                "aaaa111111",
                "bot",
                false,
                "CrashLoopBackOff",
                3,
            ),
            pod(
                "handy-green-bbbb222222-a",
                "bbbb222222",
                "bot",
                true,
                "Running",
                1,
            ),
            pod(
                "handy-migrate-bbbb222222-8-a",
                "bbbb222222",
                "migrate",
                false,
                "Completed",
                0,
            ),
        ],
    }
}

#[test]
fn tree_of_a_release_that_waits_for_a_person() {
    insta::assert_snapshot!(tree::text(&view(&awaiting()), now(), PLAIN));
}

#[test]
fn tree_of_a_failure() {
    insta::assert_snapshot!(tree::text(&view(&failed()), now(), PLAIN));
}

#[test]
fn tree_of_a_rollback_by_hand() {
    insta::assert_snapshot!(tree::text(&view(&rolled_back()), now(), PLAIN));
}

#[test]
fn tree_of_nothing_yet() {
    let mut bare = view(&json!({}));
    bare.pods.clear();
    bare.services.clear();
    insta::assert_snapshot!(tree::text(&bare, now(), PLAIN));
}

#[test]
fn colours_only_where_asked_for() {
    let colours = tree::text(&view(&failed()), now(), Paint::new(true));
    let plain = tree::text(&view(&failed()), now(), PLAIN);
    assert!(colours.contains("\u{1b}[31mFailed\u{1b}[0m"), "{colours}");
    assert!(!plain.contains('\u{1b}'));
}

#[test]
fn json_has_the_status_as_it_is() {
    let text = tree::json(&view(&awaiting())).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["status"]["phase"], "AwaitingApproval");
    assert_eq!(value["services"]["handy"], "aaaa111111");
    assert_eq!(value["pods"][1]["restarts"], 3);
}

#[test]
fn explanations() {
    let mut paused = object(&awaiting());
    paused.spec.paused = true;
    paused.metadata.generation = Some(4);
    let all = [
        object(&awaiting()),
        object(&failed()),
        object(&rolled_back()),
        object(&json!({})),
        paused,
    ];
    let texts: Vec<_> = all.iter().map(|each| explain::text(each, PLAIN)).collect();
    insta::assert_snapshot!(texts.join("\n=====\n\n"));
}

#[test]
fn history_tells_why_and_how_long() {
    insta::assert_snapshot!(history::table(&object(&failed()), now()));
    assert_eq!(
        history::table(&object(&json!({})), now()),
        "no release has ended yet\n"
    );
}

#[test]
fn report_has_no_secret_no_number_and_no_text() {
    let mut resource = object(&failed());
    resource.metadata.annotations = Some(
        [
            (
                "kubectl.kubernetes.io/last-applied-configuration",
                "Hola Rosa",
            ),
            (Action::Promote.annotation(), "bbbb222222/1"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into(),
    );
    let events = serde_json::from_value(json!([{
        "eventTime": "2026-11-24T18:29:00.000000Z", "type": "Warning", "reason": "CrashLoop",
        "note": "ended: redis://:s3cret@redis:6379/0 for 5215512345678", "metadata": {"name": "e"},
    }]))
    .unwrap();
    let evidence = Evidence {
        pods: view(&failed()).pods,
        events,
        ..Evidence::default()
    };
    let without = report::bundle(&resource, &evidence, false, now()).unwrap();
    for hidden in [
        "s3cret",
        "5512345678",
        "106540352242922",
        "Hola",
        "Rosa",
        "DATABASE_URL is",
    ] {
        assert!(!without.contains(hidden), "{hidden} is in\n{without}");
    }
    let with = report::bundle(&resource, &evidence, true, now()).unwrap();
    assert!(with.contains("DATABASE_URL is no address"));
    for hidden in ["s3cret", "5512345678"] {
        assert!(!with.contains(hidden), "{hidden} is in\n{with}");
    }
    insta::assert_snapshot!(without);
}

#[test]
fn revisions_that_are_meant() {
    let cases = [
        (Action::Promote, awaiting(), Some("bbbb222222")),
        (Action::Abort, failed(), None),
        (Action::Retry, failed(), Some("bbbb222222")),
        (Action::Retry, rolled_back(), Some("bbbb222222")),
        (Action::Retry, awaiting(), None),
        (Action::Rollback, rolled_back(), Some("bbbb222222")),
        (Action::Rollback, awaiting(), None),
    ];
    for (action, status, expected) in cases {
        let target = act::target(action, &object(&status)).ok();
        assert_eq!(target.as_deref(), expected, "{action:?}");
    }
    assert_eq!(
        act::token("bbbb222222", now(), 42),
        "bbbb222222/1795545000-0000002a"
    );
}

#[test]
fn answers_are_told() {
    let status = view(&awaiting()).status;
    insta::assert_snapshot!(act::sentence(&status.actions[0], PLAIN));
}

#[test]
fn pods_are_told_in_a_line() {
    let pod: Pod = serde_json::from_value(json!({
        "metadata": {"name": "p", "labels": {"ubermench.io/revision": "r", "app.kubernetes.io/component": "bot"}},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "False"}],
            "containerStatuses": [{"name": "bot", "image": "i", "imageID": "", "ready": false, "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
        },
    }))
    .unwrap();
    assert_eq!(
        line(&pod),
        super::tests::pod("p", "r", "bot", false, "CrashLoopBackOff", 4)
    );
}

#[test]
fn completion_offers_what_fits() {
    let words = |text: &[&str]| {
        text.iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let names = words(&["handy", "plumber"]);
    let cases = [
        (
            words(&["re"]),
            "report\tWrite what support needs as JSON: no secret, phone number or text in it\nretry\tTry the revision again that failed, or that a rollback keeps from serving\n:4\n",
        ),
        (words(&["promote", ""]), "handy\nplumber\n:4\n"),
        (words(&["status", "pl"]), "plumber\n:4\n"),
        (words(&["status", "--w"]), "--watch\n:4\n"),
        (words(&["unknown", "x"]), ":4\n"),
    ];
    for (typed, expected) in cases {
        assert_eq!(complete::answer(&typed, &names), expected, "{typed:?}");
    }
}

#[test]
fn command_line_is_sound_and_its_help_has_examples() {
    let mut command = Cli::command();
    command.clone().debug_assert();
    insta::assert_snapshot!(command.render_long_help().to_string());
    let shown = |sub: &&mut clap::Command| !sub.is_hide_set() && sub.get_name() != "help";
    for sub in command.get_subcommands_mut().filter(shown) {
        let help = sub.render_long_help().to_string();
        assert!(help.contains("Example"), "{help}");
    }
}
