//! The dashboard as a browser sees it.

use std::collections::BTreeMap;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::{ADMIN, PASSWORD, seed};
use crate::harness::{Bot, World};

/// A browser that follows nothing and keeps its cookies.
struct Browser {
    client: Client,
    url: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new(bot: &Bot) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let url = bot.url.clone();
        Self {
            client,
            url,
            cookies: BTreeMap::new(),
        }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = request
            .header("cookie", cookies.join("; "))
            .send()
            .await
            .unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.url));
        self.send(request).await
    }

    async fn page(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")));
        let body = body.collect::<Vec<_>>().join("&");
        let request = self.client.post(format!("{}{path}", self.url));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    async fn log_in(&mut self) -> String {
        let answer = self
            .post(
                "/admin/login",
                &[("username", "ana"), ("password", PASSWORD)],
            )
            .await;
        assert_eq!(answer.status(), 303);
        let page = self.page("/admin").await;
        let (_, rest) = page.split_once("name=\"mark\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

fn leads_to(answer: &Response) -> &str {
    answer.headers()["location"].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_is_logged_in_sees_anything() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    let mut browser = Browser::new(&bot);
    for path in ["/admin", "/admin/users", "/admin/flags", "/admin/keys"] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status().as_u16(), leads_to(&answer)),
            (303, "/admin/login")
        );
    }
    let wrong = browser
        .post("/admin/login", &[("username", "ana"), ("password", "x")])
        .await;
    assert_eq!(wrong.status(), 401);
    // An id that somebody else chose is not taken over.
    browser
        .cookies
        .insert("handy_admin".to_owned(), "chosen-by-others".to_owned());
    browser.log_in().await;
    let session = browser.cookies["handy_admin"].clone();
    assert_ne!(session, "chosen-by-others");
    let mark = browser.log_in().await;
    assert_ne!(
        browser.cookies["handy_admin"], session,
        "a new id at every login"
    );
    assert_eq!(world.count("select count(*) from admin_session").await, 1);
    let answer = browser.get("/admin").await;
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"));
    assert_eq!(answer.headers()["x-frame-options"], "DENY");
    let left = browser.post("/admin/logout", &[("mark", &mark)]).await;
    assert_eq!(leads_to(&left), "/admin/login");
    browser.cookies.insert("handy_admin".to_owned(), session);
    assert_eq!(
        browser.get("/admin").await.status(),
        303,
        "an ended session is none"
    );
    bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_shows_its_records_and_no_script_of_others() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    let luis = seed::customer(&world, "<script>alert(1)</script>Luis", "525550001001").await;
    let (_, rosa) = seed::provider(&world, "Rosa <b>", "525550001002", "plumbing").await;
    let request = seed::request(&world, luis, rosa, "completed").await;
    seed::chat(&world, request, "<img src=x onerror=alert(1)>").await;
    seed::rating(&world, request, 4, "<i>ok</i>").await;
    let mut browser = Browser::new(&bot);
    browser.log_in().await;
    for (path, shown) in [
        ("/admin", "Requests per day"),
        ("/admin/users", "***1001"),
        (&*format!("/admin/users/{luis}"), "525550001001"),
        ("/admin/providers?service_type=plumbing", "role=\"switch\""),
        ("/admin/requests?status=completed", "Secret Street 5"),
        (&*format!("/admin/requests/{request}"), "&lt;img src=x"),
        ("/admin/messages?search=x", "Nothing here yet"),
        ("/admin/reviews", "&lt;i&gt;ok"),
        ("/admin/flags", "provider_registration"),
        ("/admin/keys", "X-API-Key"),
        ("/admin/audit", "Nothing here yet"),
        ("/api/docs", "/api/admin/users/{id}"),
    ] {
        let page = browser.page(path).await;
        assert!(page.contains(shown), "{path}: {page}");
        for bad in [
            "<script>", "<img", "<i>", "<b>", "style=", "http://", "https://",
        ] {
            assert!(!page.contains(bad), "{path} has {bad}");
        }
        if !path.starts_with("/admin/users/") {
            assert!(!page.contains("525550001001"), "{path}");
        }
    }
    for path in [
        "/admin/static/admin.css",
        "/admin/static/htmx.min.js",
        "/admin/static/admin.js",
    ] {
        assert!(browser.page(path).await.len() > 100);
    }
    assert_eq!(browser.get("/admin/users?page=x").await.status(), 400);
    assert_eq!(browser.get("/admin/users/x").await.status(), 404);
    let renewed = browser
        .client
        .get(format!("{}/admin/users", bot.url))
        .header("hx-request", "true");
    let part = browser.send(renewed).await.text().await.unwrap();
    assert!(part.starts_with("<div id=\"data\"") && part.contains("every 8s"));
    bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_act_only_with_their_sessions_mark() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    let (user, rosa) = seed::provider(&world, "Rosa", "525550001002", "plumbing").await;
    let path = format!("/admin/providers/{rosa}/enabled");
    let mut stranger = Browser::new(&bot);
    let none = stranger.post(&path, &[("enabled", "false")]).await;
    assert_eq!(leads_to(&none), "/admin/login");
    let mut browser = Browser::new(&bot);
    let mark = browser.log_in().await;
    let other = Browser::new(&bot).log_in().await;
    for wrong in ["", "00", &other] {
        let answer = browser
            .post(&path, &[("enabled", "false"), ("mark", wrong)])
            .await;
        assert_eq!(answer.status(), 403);
    }
    assert_eq!(world.count("select count(*) from audit").await, 0);
    let back = ("back", "/admin/providers");
    let answer = browser
        .post(&path, &[("enabled", "false"), ("mark", &mark), back])
        .await;
    assert_eq!(leads_to(&answer), "/admin/providers?outcome=done");
    assert_eq!(seed::heard(&world, user).await, ["profile_disabled"]);
    let flag = [
        ("enabled", "true"),
        ("percentage", "30"),
        ("allowed", ""),
        ("mark", &mark),
        ("back", "/admin/flags"),
    ];
    let answer = browser.post("/admin/flags/templates", &flag).await;
    assert_eq!(leads_to(&answer), "/admin/flags?outcome=done");
    assert_eq!(
        world
            .count("select percentage::bigint from feature_flag where name = 'templates'")
            .await,
        30
    );
    let made = browser
        .post("/admin/keys", &[("name", "billing"), ("mark", &mark)])
        .await;
    assert!(made.text().await.unwrap().contains("ubk_"));
    bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_asks_twice_and_the_language_is_kept() {
    let world = World::new().await;
    let bot = world.bot(&ADMIN).await;
    let (user, _) = seed::provider(&world, "Rosa", "525550001002", "plumbing").await;
    let mut browser = Browser::new(&bot);
    let mark = browser.log_in().await;
    let unsure = browser
        .post(&format!("/admin/users/{user}/erase"), &[("mark", &mark)])
        .await;
    assert!(leads_to(&unsure).ends_with("outcome=conflict"));
    let spanish = [("language", "es"), ("mark", &*mark), ("back", "/admin")];
    browser.post("/admin/language", &spanish).await;
    assert!(browser.page("/admin").await.contains("Solicitudes por día"));
    let sure = [
        ("mark", &*mark),
        ("sure", "yes"),
        ("back", "//evil.example"),
    ];
    let erased = browser
        .post(&format!("/admin/users/{user}/erase"), &sure)
        .await;
    assert_eq!(leads_to(&erased), "/admin?outcome=done");
    assert!(
        browser
            .page("/admin/audit")
            .await
            .contains("usuario borrado")
    );
    bot.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_secrets_the_login_says_how_to_set_them() {
    let world = World::new().await;
    let bot = world.bot(&[]).await;
    let page = Browser::new(&bot).page("/admin/login").await;
    assert!(page.contains("ADMIN_TOKEN_SECRET") && !page.contains("<form"));
    bot.app.stop().await;
}
