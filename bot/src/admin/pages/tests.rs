//! What holds for all pages.

use chrono::DateTime;
use uuid::Uuid;

use super::*;
use crate::admin::records::{List, Pagination, UserRow};

const EVIL: &str = "<script>alert(1)</script>\" onload='x'";

fn view(asked: &[(&str, &str)], partial: bool) -> View {
    View::new(Visit {
        language: Language::Es,
        zone: chrono_tz::America::Mexico_City,
        username: EVIL,
        mark: "m4rk",
        path: "/admin/users",
        asked: asked
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        partial,
    })
}

fn people(count: usize) -> List<UserRow> {
    let user = UserRow {
        id: Uuid::from_u128(1),
        name: EVIL.to_owned(),
        phone: "***1001".to_owned(),
        role: "customer".to_owned(),
        rating_average: Some(4.25),
        status: "active".to_owned(),
        created_at: DateTime::from_timestamp(1_795_133_000, 0).unwrap(),
    };
    List {
        data: vec![user; count],
        pagination: Pagination::new(2, 20, 45),
    }
}

#[test]
fn everything_shown_is_escaped() {
    let page = users(&view(&[("search", EVIL)], false), &people(1));
    assert!(!page.contains("<script>alert"), "{page}");
    assert!(
        !page.contains("' onload") && !page.contains("\" onload"),
        "{page}"
    );
    assert!(page.contains("&lt;script&gt;alert(1)"));
    let login = login(Language::En, Some(LoginProblem::Wrong));
    for inline in [" style=", "<style", "onclick", "javascript:"] {
        assert!(
            !page.contains(inline) && !login.contains(inline),
            "{inline}"
        );
    }
    assert_eq!(page.matches("<script").count(), 2, "both are files of ours");
}

#[test]
fn pages_keep_their_filters_and_renew_themselves() {
    let page = users(
        &view(&[("search", "a b&c"), ("page", "2"), ("role", "")], false),
        &people(1),
    );
    assert!(
        page.contains("hx-get=\"/admin/users?search=a%20b%26c&amp;page=2\""),
        "{page}"
    );
    assert!(
        page.contains("href=\"/admin/users?search=a%20b%26c&amp;page=3\""),
        "{page}"
    );
    assert!(page.contains("lang=\"es\"") && page.contains("Usuarios"));
    let part = users(&view(&[], true), &people(1));
    assert!(part.starts_with("<div id=\"data\"") && !part.contains("<html"));
}

#[test]
fn every_form_that_changes_something_carries_the_mark() {
    let flag = crate::admin::records::FlagRow {
        name: "templates".to_owned(),
        enabled: true,
        percentage: 50,
        allowed: Vec::new(),
        updated_at: DateTime::from_timestamp(0, 0).unwrap(),
        updated_by: "ana".to_owned(),
    };
    let page = flags(&view(&[], false), &[flag]);
    let posts = page.matches("method=\"post\"").count();
    assert_eq!(posts, 3, "language, logout and the flag");
    assert_eq!(page.matches("name=\"mark\" value=\"m4rk\"").count(), posts);
}

#[test]
fn forms_lead_back_into_the_dashboard_only() {
    let back = |path| back_to(path, Flash::Done);
    assert_eq!(
        back("/admin/users?page=2"),
        "/admin/users?page=2&outcome=done"
    );
    assert_eq!(back("/admin"), "/admin?outcome=done");
    for outside in [
        "//evil",
        "https://evil",
        "/administrator",
        "/admin/\r\nx",
        "/admin/\\evil",
        "",
    ] {
        assert_eq!(back(outside), "/admin?outcome=done", "{outside}");
    }
    let shown = users(&view(&[("outcome", "done")], false), &people(0));
    assert!(shown.contains("Listo.") && !shown.contains("outcome"));
}
