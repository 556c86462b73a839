//! The dashboard and the API document.

use uuid::Uuid;

use super::chromium::Chromium;
use super::tab::Tab;
use super::{HOSTILE, THEMES, WIDTHS};
use crate::admin::{ADMIN, PASSWORD, seed};
use crate::harness::{Bot, World};

async fn log_in(tab: &Tab, bot: &Bot) {
    tab.goto(&format!("{}/admin/login", bot.url)).await;
    tab.fill("input[name=username]", "ana").await;
    tab.fill("input[name=password]", PASSWORD).await;
    tab.enter().await;
    tab.until("location.pathname === '/admin'").await;
    tab.until("document.querySelector('nav a[aria-current=page]')")
        .await;
}

/// Records whose every text is hostile, put there past all checks; user and request.
async fn hostile_records(world: &World) -> (Uuid, Uuid) {
    let [script, image, svg] = HOSTILE.map(|text| text.replace('\'', "''"));
    let luis = seed::customer(world, HOSTILE[0], "525550001001").await;
    let (user, rosa) = seed::provider(world, "Rosa", "525550001002", "plumbing").await;
    let request = seed::request(world, luis, rosa, "completed").await;
    seed::chat(world, request, &image).await;
    seed::rating(world, request, 4, &svg).await;
    world
        .execute(&format!(
            "update provider_profile set display_name = '{image}', bio = '{script}';
             update service_request set address = '{svg}', description = '{image}';
             insert into outbox (lane, contact_id, kind, payload, request_id, expires_at, body, state, delivery)
             select 'live', contact_id, 'text', '{{}}', '', now(), '{script}', 'accepted', 'read'
             from conversation where phone = '525550001001'"
        ))
        .await;
    (user, request)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_is_usable_and_runs_nothing_that_was_stored() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    let (user, request) = hostile_records(&world).await;
    let chromium = Chromium::start().await;
    let tab = chromium.tab().await;
    tab.width(1280).await;
    tab.goto(&format!("{}/admin/login", bot.url)).await;
    for theme in THEMES {
        tab.theme(theme).await;
        tab.audit(&format!("login {theme}")).await;
    }
    log_in(&tab, &bot).await;
    // Something for the lists of keys and changes.
    tab.goto(&format!("{}/admin/keys", bot.url)).await;
    tab.fill("main input[name=name]", HOSTILE[1]).await;
    tab.enter().await;
    tab.sees("ubk_").await;
    tab.audit("a new key").await;
    let paths = [
        "/admin",
        "/admin/users",
        &format!("/admin/users/{user}"),
        "/admin/users/nobody",
        "/admin/providers",
        "/admin/requests",
        &format!("/admin/requests/{request}"),
        "/admin/messages",
        "/admin/reviews",
        "/admin/flags",
        "/admin/keys",
        "/admin/audit",
        "/api/docs",
    ];
    let checked = chromium.tab().await;
    log_in(&checked, &bot).await;
    for path in paths {
        // A page for no record answers 404, which browsers log.
        let by = if path.ends_with("nobody") {
            &tab
        } else {
            &checked
        };
        for width in WIDTHS {
            by.width(width).await;
            by.goto(&format!("{}{path}", bot.url)).await;
            for theme in THEMES {
                by.theme(theme).await;
                by.audit(&format!("{path} {width} {theme}")).await;
            }
        }
    }
    checked.is_clean();
    bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_filters_searches_switches_and_leaves() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    seed::customer(&world, "Luis Ortega", "525550001001").await;
    seed::provider(&world, "Rosa", "525550001002", "plumbing").await;
    let chromium = Chromium::start().await;
    for width in WIDTHS {
        let tab = chromium.tab().await;
        tab.width(width).await;
        log_in(&tab, &bot).await;
        tab.click_text("header nav a", "Users").await;
        tab.sees("Luis Ortega").await;
        tab.eval("document.querySelector('select[name=role]').value = 'provider'")
            .await;
        tab.click_text("form.filter button", "Filter").await;
        tab.until("location.search.includes('role=provider')").await;
        tab.until("!document.body.innerText.includes('Luis Ortega')")
            .await;
        tab.click_text("form.filter a", "Reset").await;
        tab.fill("input[name=search]", "ortega").await;
        tab.enter().await;
        tab.until("location.search.includes('search=ortega')").await;
        let rows = tab
            .eval("document.querySelectorAll('tbody tr').length")
            .await;
        assert_eq!(rows, 1);
        switches(&tab, &world, width == WIDTHS[0]).await;
        tab.click_text("header button", "Español").await;
        tab.until("document.documentElement.lang === 'es'").await;
        tab.click_text("header button", "English").await;
        tab.until("document.documentElement.lang === 'en'").await;
        tab.click_text("header button", "Log out").await;
        tab.until("location.pathname === '/admin/login'").await;
        tab.is_clean();
    }
    bot.app.stop().await;
}

/// Rosa's switch, and a flag; each changes what is stored.
async fn switches(tab: &Tab, world: &World, is_off: bool) {
    tab.click_text("header nav a", "Providers").await;
    tab.until("document.querySelector('[role=switch]')").await;
    let before = tab.eval("performance.timeOrigin").await;
    for enabled in [false, true] {
        tab.click("[role=switch]").await;
        tab.until(&format!(
            "document.querySelector('[role=switch]')?.ariaChecked === '{enabled}'"
        ))
        .await;
        let stored = "select count(*) from provider_profile where enabled";
        world.until_count(stored, i64::from(enabled)).await;
        // The second click may come before htmx has taken over what it renewed; the form works then all the same.
        if !enabled {
            let now = tab.eval("performance.timeOrigin").await;
            assert_eq!(now, before, "only a part was renewed");
        }
    }
    tab.click_text("header nav a", "Flags").await;
    let form = "form[action$='/templates']";
    tab.click(&format!("{form} input[type=checkbox]")).await;
    let wanted = if is_off { "30" } else { "70" };
    tab.fill(&format!("{form} input[name=percentage]"), wanted)
        .await;
    tab.click(&format!("{form} button")).await;
    tab.sees("Done.").await;
    let stored = "select percentage::bigint from feature_flag where name = 'templates'";
    assert_eq!(world.count(stored).await.to_string(), wanted);
}
