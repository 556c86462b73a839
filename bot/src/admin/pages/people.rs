//! Users and providers.

use maud::{Markup, html};

use super::layout::page;
use super::parts::{
    Field, action, average, badge, facts, filter, maybe_time, name, pages, table, time,
};
use super::requests::request_table;
use super::{Section, View};
use crate::admin::records::{List, ProviderDetail, ProviderRow, UserDetail, UserRow};
use crate::domain::ServiceType;

/// The users.
pub fn users(view: &View, list: &List<UserRow>) -> String {
    let texts = view.texts;
    let path = Section::Users.path();
    let fields = [
        Field::Text("search", texts.search),
        Field::Choice("role", texts.role, &["customer", "provider"]),
        Field::Choice("status", texts.status, &["active", "blocked", "erased"]),
    ];
    let columns = [
        texts.name,
        texts.phone,
        texts.role,
        texts.rating_as_customer,
        texts.status,
        texts.since,
    ];
    let rows = list.data.iter().map(|user| {
        vec![
            html! { a href=(format!("{path}/{}", user.id)) { (name(view, &user.name)) } },
            html! { (user.phone) },
            html! { (texts.word(&user.role)) },
            average(user.rating_average, 0),
            badge(view, &user.status),
            time(view, user.created_at),
        ]
    });
    let data = html! {
        (table(view, texts.users, &columns, rows.collect()))
        (pages(view, path, list.pagination))
    };
    page(
        view,
        Section::Users,
        texts.users,
        &filter(view, path, &fields),
        &data,
        &html! {},
    )
}

/// One user.
pub fn user(view: &View, detail: &UserDetail) -> String {
    let texts = view.texts;
    let user = &detail.user;
    let title = if user.name.is_empty() {
        texts.erased
    } else {
        &user.name
    };
    let data = html! {
        (facts(vec![
            (texts.phone, html! { (user.phone) }),
            (texts.whatsapp_name, html! { (detail.whatsapp_name.as_deref().unwrap_or("–")) }),
            (texts.role, html! { (texts.word(&user.role)) }),
            (texts.status, badge(view, &user.status)),
            (texts.rating_as_customer, average(user.rating_average, detail.rating_count)),
            (texts.since, time(view, user.created_at)),
            (texts.id, html! { code { (user.id) } }),
        ]))
        @if let Some(provider) = &detail.provider { (profile(view, provider)) }
        section { h2 { (texts.requests) } (request_table(view, &detail.requests)) }
    };
    let title = format!("{}: {title}", texts.user);
    page(
        view,
        Section::Users,
        &title,
        &html! {},
        &data,
        &user_actions(view, user),
    )
}

fn profile(view: &View, provider: &ProviderDetail) -> Markup {
    let texts = view.texts;
    let row = &provider.provider;
    html! {
        section {
            h2 { (texts.profile) }
            (facts(vec![
                (texts.name, name(view, &row.name)),
                (texts.services, html! { (services(view, row)) }),
                (texts.rating, average(row.rating_average, row.rating_count)),
                (texts.jobs, html! { (row.total_jobs) }),
                (texts.online, html! { (if row.is_online { texts.yes } else { texts.no }) }),
                (texts.last_seen, maybe_time(view, provider.last_seen_at)),
                (texts.enabled, toggle(view, row)),
                (texts.bio, html! { (provider.bio) }),
            ]))
        }
    }
}

fn user_actions(view: &View, user: &UserRow) -> Markup {
    let texts = view.texts;
    if user.status == "erased" {
        return html! {};
    }
    let path = format!("{}/{}", Section::Users.path(), user.id);
    let (status, label) = match user.status.as_str() {
        "blocked" => ("active", texts.unblock),
        _ => ("blocked", texts.block),
    };
    html! {
        section.danger aria-labelledby="actions" {
            h2 #actions { (texts.actions) }
            form method="post" action=(format!("{path}/status")) {
                (super::parts::hidden(view))
                input type="hidden" name="status" value=(status);
                @if status == "blocked" { p #block-hint { (texts.block_hint) } }
                button type="submit" { (label) }
            }
            form method="post" action=(format!("{path}/erase")) {
                (super::parts::hidden(view))
                p { (texts.erase_hint) }
                label.tick { input type="checkbox" name="sure" value="yes" required; (texts.sure) }
                button.bad type="submit" { (texts.erase) }
            }
        }
    }
}

/// The providers.
pub fn providers(view: &View, list: &List<ProviderRow>) -> String {
    let texts = view.texts;
    let path = Section::Providers.path();
    let words = ServiceType::ALL.map(ServiceType::id);
    let fields = [
        Field::Text("search", texts.search),
        Field::Choice("service_type", texts.service, &words),
        Field::Choice("online", texts.online, &["true", "false"]),
        Field::Choice("enabled", texts.enabled, &["true", "false"]),
    ];
    let columns = [
        texts.name,
        texts.services,
        texts.rating,
        texts.jobs,
        texts.online,
        texts.enabled,
    ];
    let rows = list.data.iter().map(|provider| {
        let user = format!("{}/{}", Section::Users.path(), provider.user_id);
        vec![
            html! { a href=(user) { (name(view, &provider.name)) } },
            html! { (services(view, provider)) },
            average(provider.rating_average, provider.rating_count),
            html! { (provider.total_jobs) },
            html! { (if provider.is_online { texts.yes } else { texts.no }) },
            toggle(view, provider),
        ]
    });
    let data = html! {
        (table(view, texts.providers, &columns, rows.collect()))
        (pages(view, path, list.pagination))
    };
    page(
        view,
        Section::Providers,
        texts.providers,
        &filter(view, path, &fields),
        &data,
        &html! {},
    )
}

fn services(view: &View, provider: &ProviderRow) -> String {
    let words: Vec<&str> = ServiceType::ALL
        .iter()
        .map(|service| service.id())
        .filter(|id| provider.services.iter().any(|one| one == id))
        .map(|id| view.texts.word(id))
        .collect();
    words.join(", ")
}

/// The admin's switch of a provider.
fn toggle(view: &View, provider: &ProviderRow) -> Markup {
    let texts = view.texts;
    let to = format!("{}/{}/enabled", Section::Providers.path(), provider.id);
    let state = if provider.enabled {
        texts.enabled
    } else {
        texts.disabled
    };
    let label = format!("{}: {}", texts.enabled, provider.name);
    action(
        view,
        &to,
        &html! {
            input type="hidden" name="enabled" value=(!provider.enabled);
            button.switch #{ "switch-" (provider.id) } type="submit" role="switch"
                aria-checked=(provider.enabled) aria-label=(label) title=(state) { span {} }
        },
    )
}
