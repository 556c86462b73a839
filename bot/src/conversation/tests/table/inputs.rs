//! What is said and tapped in the table.

use crate::conversation::tests::world::*;
use crate::conversation::*;

/// Inputs with what they are called.
pub(super) type Inputs = Vec<(&'static str, Input)>;

pub(super) fn text(text: &str) -> Input {
    Input::Text(text.into())
}

pub(super) fn tap(id: &str) -> Input {
    Input::Tap { id: id.into() }
}

fn common() -> Inputs {
    vec![
        ("*menu*", text("menu")),
        ("*help*, `btn_help`", text("help")),
        ("*cancel*, `btn_cancel`", text("cancel")),
        ("*register provider*", text("register provider")),
        (
            "*customer mode*, `btn_customer_mode`",
            text("customer mode"),
        ),
        (
            "*provider mode*, `btn_provider_dashboard`",
            text("provider mode"),
        ),
        ("*my requests*", text("my requests")),
        ("`btn_my_requests`", tap("btn_my_requests")),
        ("*end chat*", text("end chat")),
        ("*stop*", text("stop")),
        ("*skip*", text("skip")),
        ("`service_*`", tap("service_plumbing")),
        (
            "`btn_new_service`, `btn_try_another`",
            tap("btn_new_service"),
        ),
        ("an id that means nothing here", tap("btn_of_another_time")),
        (
            "a request of somebody else",
            tap(&format!("req_{}", request_id(9))),
        ),
    ]
}

fn last() -> Inputs {
    let place = Place {
        latitude: 19.43,
        longitude: -99.13,
        name: None,
        address: Some("Calle 5".into()),
    };
    let picture = Media {
        id: "1".into(),
        kind: MediaKind::Image,
        caption: None,
        filename: None,
    };
    vec![
        ("a service's word", text("plumber")),
        ("other text", text("Rosa Fuentes")),
        ("text of one letter", text("x")),
        ("a location", Input::Location(place)),
        ("a picture or anything else", Input::Media(picture)),
    ]
}

pub(super) fn booking() -> Inputs {
    let mut all = common();
    all.extend([
        (
            "`provider_*`",
            tap(&format!("provider_{}", provider_id(PIA))),
        ),
        (
            "`provider_*` of one who has gone",
            tap(&format!("provider_{}", provider_id(0x90))),
        ),
        ("`btn_notify_me`", tap("btn_notify_me")),
        ("`btn_book_provider`", tap("btn_book_provider")),
        ("`btn_back_to_list`", tap("btn_back_to_list")),
    ]);
    all.extend(last());
    all
}

pub(super) fn provider() -> Inputs {
    let mut all = common();
    all.extend([
        ("*go online*", text("go online")),
        ("`btn_go_online`", tap("btn_go_online")),
        ("*go offline*", text("go offline")),
        ("`btn_go_offline`", tap("btn_go_offline")),
        ("*my stats*", text("my stats")),
        ("*settings*", text("settings")),
        ("`btn_settings`", tap("btn_settings")),
        ("`btn_edit_bio`", tap("btn_edit_bio")),
        ("`btn_edit_services`", tap("btn_edit_services")),
        ("`btn_add_more`", tap("btn_add_more")),
        ("*done*", text("done")),
        ("`btn_continue`", tap("btn_continue")),
    ]);
    all.extend(last());
    all
}

pub(super) fn rating() -> Inputs {
    let mut all = common();
    all.push(("*5*", text("5")));
    all.extend(last());
    all
}
