//! The frame of all pages, and the pages outside of a session.

use maud::{DOCTYPE, Markup, html};

use super::parts::hidden;
use super::{Section, View};
use crate::admin::texts::{self, Texts};
use crate::domain::Language;

/// htmx without what the policy forbids: no inline styles, no evaluated texts, no other hosts.
const HTMX: &str = r#"{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"historyEnabled":false}"#;

/// Why nobody was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginProblem {
    /// Username or password.
    Wrong,
    /// Too many failures.
    TooMany,
    /// Something is away.
    Failed,
    /// No admin is set.
    Unconfigured,
}

/// The login.
pub fn login(language: Language, problem: Option<LoginProblem>) -> String {
    let texts = texts::of(language);
    let variables = [
        "ADMIN_USERNAME",
        "ADMIN_PASSWORD_HASH (argon2) / ADMIN_PASSWORD",
        "ADMIN_TOKEN_SECRET",
    ];
    let content = html! {
        main #content .login {
            h1 { (texts.brand) }
            @match problem {
                Some(LoginProblem::Unconfigured) => {
                    p role="alert" { (texts.unconfigured) }
                    ul { @for variable in variables { li { code { (variable) } } } }
                }
                problem => {
                    @match problem {
                        Some(LoginProblem::Wrong) => p.problem role="alert" { (texts.wrong_password) },
                        Some(LoginProblem::TooMany) => p.problem role="alert" { (texts.too_many) },
                        Some(_) => p.problem role="alert" { (texts.try_later) },
                        None => {},
                    }
                    form method="post" action="/admin/login" {
                        label { span { (texts.username) }
                            input name="username" autocomplete="username" required autofocus maxlength="256"; }
                        label { span { (texts.password) }
                            input type="password" name="password" autocomplete="current-password" required maxlength="256"; }
                        button type="submit" { (texts.log_in) }
                    }
                }
            }
        }
    };
    document(texts, texts.log_in, &content).into_string()
}

/// A page of a section, or only its renewed part.
pub(super) fn page(
    view: &View,
    section: Section,
    title: &str,
    before: &Markup,
    data: &Markup,
    after: &Markup,
) -> String {
    if view.partial {
        return super::parts::renewed(view, &html! { (flash(view)) (data) }).into_string();
    }
    let texts = view.texts;
    let content = html! {
        a.skip href="#content" { (texts.skip) }
        header {
            a.brand href="/admin" { (texts.brand) }
            div.tools {
                span.who { (view.username) }
                form method="post" action="/admin/language" { (hidden(view))
                    input type="hidden" name="language" value=(other(texts).code);
                    button.link type="submit" lang=(other(texts).code) { (texts.other_language) } }
                form method="post" action="/admin/logout" { (hidden(view))
                    button.link type="submit" { (texts.log_out) } }
            }
            nav aria-label=(texts.brand) { ul {
                @for each in Section::ALL {
                    li { a href=(each.path()) aria-current=[(each == section).then_some("page")] { (each.title(texts)) } }
                }
                li { a href="/api/docs" { (texts.api) } }
            } }
        }
        main #content tabindex="-1" {
            h1 { (title) }
            (before)
            (super::parts::renewed(view, &html! { (flash(view)) (data) }))
            (after)
        }
    };
    document(texts, title, &content).into_string()
}

/// A page that says one thing, such as that there is no such record.
pub fn message_page(view: &View, section: Section, text: &str) -> String {
    let said = html! { p.problem role="alert" { (text) } };
    page(
        view,
        section,
        section.title(view.texts),
        &html! {},
        &said,
        &html! {},
    )
}

impl View {
    /// Says that there is no such record.
    pub fn not_found(&self) -> &'static str {
        self.texts.not_found
    }

    /// Says that something is away.
    pub fn try_later(&self) -> &'static str {
        self.texts.try_later
    }

    /// Says which filter cannot be used.
    pub fn bad_filter(&self, why: &str) -> String {
        format!("{}{why}", self.texts.bad_filter)
    }
}

fn flash(view: &View) -> Markup {
    let Some(flash) = view.flash else {
        return html! {};
    };
    let class = if flash == super::Flash::Done {
        "done"
    } else {
        "problem"
    };
    html! { p class=(class) role="status" { (flash.text(view.texts)) } }
}

fn other(texts: &Texts) -> &'static Texts {
    let language = match texts.code {
        "en" => Language::Es,
        _ => Language::En,
    };
    texts::of(language)
}

/// The document around a page.
pub(super) fn document(texts: &Texts, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(texts.code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                meta name="htmx-config" content=(HTMX);
                title { (title) " · " (texts.brand) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/admin/static/admin.css";
                script src="/admin/static/htmx.min.js" defer {}
                script src="/admin/static/admin.js" defer {}
            }
            body { (content) }
        }
    }
}
