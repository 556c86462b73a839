//! Windows, bad phones and what a template may do where a text may not.

use chrono::TimeDelta;
use serde_json::json;

use super::*;

const ANA: &str = "525500001001";

fn text() -> Value {
    json!({"type": "text", "text": {"body": "x"}})
}

fn template() -> Value {
    json!({"type": "template", "template": {"name": "handy_chat_waiting",
        "language": {"code": "en"}, "components": [{"type": "body", "parameters":
            [{"type": "text", "text": "Rosa"}]}]}})
}

#[test]
fn free_form_messages_need_an_open_window() {
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(100);
    let platform = Platform::new(Conduct::default(), Memory::default());
    let judge = |message| {
        let verdict = platform.judge(now, ANA, &message);
        verdict
            .map(|verdict| verdict.fails)
            .map_err(|error| error.code)
    };
    assert_eq!(judge(text()), Ok(None));
    platform.state().conduct.strangers = Strangers::Closed;
    assert_eq!(judge(text()), Err(131_047));
    platform
        .state()
        .people
        .wrote(ANA, now - TimeDelta::hours(23));
    assert_eq!(judge(text()), Ok(None));
    platform
        .state()
        .people
        .wrote(ANA, now - TimeDelta::hours(24));
    assert_eq!(judge(text()), Err(131_047));
    assert_eq!(judge(template()), Ok(None));
    platform.state().conduct.window = WindowRule::Later;
    assert_eq!(judge(text()), Ok(Some(131_047)));
    platform.state().conduct.window = WindowRule::Off;
    assert_eq!(judge(text()), Ok(None));
}

#[test]
fn bad_phones_fail_at_once_or_later() {
    let now = DateTime::UNIX_EPOCH;
    let platform = Platform::new(Conduct::default(), Memory::default());
    let set = |how| platform.state().people.set_undeliverable(ANA, how);
    set(Undeliverable::AtOnce);
    assert_eq!(
        platform.judge(now, ANA, &template()).unwrap_err().code,
        131_026
    );
    set(Undeliverable::Later);
    assert_eq!(
        platform.judge(now, ANA, &text()).unwrap().fails,
        Some(131_026)
    );
    assert_eq!(platform.judge(now, "1", &text()).unwrap().fails, None);
    platform.reset(Conduct::default());
    assert_eq!(platform.judge(now, ANA, &text()).unwrap().fails, None);
}
