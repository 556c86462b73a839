//! Two replicas behind a balancer, and the people who use them.

use std::net::SocketAddr;

use super::balancer;
use super::phone::Phone;
use crate::harness::{Bot, World, eventually};
use serde_json::Value;

/// Settings under which journeys are not slowed down.
const USUAL: &[(&str, &str)] = &[("BOT_LANGUAGE", "en")];

/// One WhatsApp number, its bot and its people.
pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) replicas: Vec<Bot>,
    pub(crate) address: SocketAddr,
}

impl Town {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With these settings changed on both replicas.
    pub(crate) async fn with(changes: &[(&str, &str)]) -> Self {
        Self::on(World::new().await, changes).await
    }

    async fn on(world: World, changes: &[(&str, &str)]) -> Self {
        let all: Vec<_> = USUAL.iter().chain(changes).copied().collect();
        let replicas = vec![world.bot(&all).await, world.bot(&all).await];
        let urls = replicas.iter().map(|bot| bot.url.clone()).collect();
        let address = balancer::start(urls).await;
        let webhook = format!("http://{address}/api/webhook");
        world
            .simulator
            .control
            .set_webhook_url(Some(&webhook))
            .unwrap();
        Self {
            world,
            replicas,
            address,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.world.client.get(self.url(path)).send().await.unwrap()
    }

    /// Posts a signed body to the webhook.
    pub(crate) async fn post(&self, body: &[u8]) -> reqwest::Response {
        let signature = crate::harness::sign(body);
        self.post_signed(body, Some(&signature)).await
    }

    pub(crate) async fn post_signed(
        &self,
        body: &[u8],
        signature: Option<&str>,
    ) -> reqwest::Response {
        let request = self.world.client.post(self.url("/api/webhook"));
        let request = match signature {
            Some(signature) => request.header("x-hub-signature-256", signature),
            None => request,
        };
        request.body(body.to_vec()).send().await.unwrap()
    }

    /// Waits until nothing is left to be worked or sent.
    pub(crate) async fn settle(&self) {
        let left = "select (select count(*) from inbox where worked_at is null and dead_at is null)
                         + (select count(*) from outbox where state = 'pending')";
        self.world.until_count(left, 0).await;
    }

    /// Waits until the simulator holds what `check` looks for.
    pub(crate) async fn until(&self, what: &str, check: impl Fn() -> bool) {
        eventually(what, || async {
            check().then_some(()).ok_or_else(String::new)
        })
        .await;
    }

    pub(crate) fn phone(&self, number: &str) -> Phone<'_> {
        Phone::new(self, number)
    }

    /// A registered customer who rests in WELCOME.
    pub(crate) async fn customer(&self, number: &str, name: &str) -> Phone<'_> {
        let phone = self.phone(number);
        phone.taps("service_other").await;
        phone.types(name).await;
        phone.types("cancel").await;
        phone
    }

    /// A provider who is online.
    pub(crate) async fn provider(&self, number: &str, name: &str, services: &[&str]) -> Phone<'_> {
        let phone = self.registered(number, name, services).await;
        phone.types("go online").await;
        phone
    }

    /// A provider who is offline.
    pub(crate) async fn registered(
        &self,
        number: &str,
        name: &str,
        services: &[&str],
    ) -> Phone<'_> {
        let phone = self.phone(number);
        phone.types("register provider").await;
        phone.types(name).await;
        for service in services {
            phone.taps(&format!("service_{service}")).await;
        }
        phone.taps("btn_continue").await;
        phone.types("Twenty years of experience").await;
        phone
    }

    /// Luis, Rosa who is an online plumber, and a request of his that she is offered.
    pub(crate) async fn booked(&self) -> (Phone<'_>, Phone<'_>, String) {
        let rosa = self.provider(ROSA, "Rosa", &["plumbing"]).await;
        let luis = self.customer(LUIS, "Luis").await;
        let rid = luis.books("plumbing", "Rosa").await;
        rosa.gets().await;
        (luis, rosa, rid)
    }

    /// The same, accepted by her.
    pub(crate) async fn assigned(&self) -> (Phone<'_>, Phone<'_>, String) {
        let (luis, rosa, rid) = self.booked().await;
        rosa.taps(&format!("btn_accept_request_{rid}")).await;
        luis.gets().await;
        (luis, rosa, rid)
    }

    /// The same, chatting.
    pub(crate) async fn chatting(&self) -> (Phone<'_>, Phone<'_>, String) {
        let (luis, rosa, rid) = self.assigned().await;
        luis.taps(&format!("btn_start_chat_{rid}")).await;
        rosa.gets().await;
        (luis, rosa, rid)
    }

    /// The same, done; Luis was asked to rate.
    pub(crate) async fn completed(&self) -> (Phone<'_>, Phone<'_>, String) {
        let (luis, rosa, rid) = self.assigned().await;
        rosa.types("complete").await;
        luis.gets().await;
        (luis, rosa, rid)
    }

    /// A request's status, as the admin sees it in the records.
    pub(crate) async fn status(&self, rid: &str) -> String {
        let sql = format!(
            "select status || coalesce('/' || cancel_reason, '') from service_request where id = '{rid}'"
        );
        self.world.texts(&sql).await.pop().unwrap_or_default()
    }

    /// The state of the newest offer of a request.
    pub(crate) async fn assignment(&self, rid: &str) -> String {
        let sql = format!(
            "select status from assignment where request_id = '{rid}' order by offered_at desc limit 1"
        );
        self.world.texts(&sql).await.pop().unwrap_or_default()
    }

    /// A metric's value, summed over both replicas.
    pub(crate) async fn metric(&self, line_start: &str) -> f64 {
        let mut sum = 0.0;
        for replica in &self.replicas {
            sum += replica.metric(line_start).await.parse::<f64>().unwrap();
        }
        sum
    }

    /// A token of the first admin.
    pub(crate) async fn token(&self) -> String {
        let answer = self
            .world
            .client
            .post(self.url("/api/admin/login"))
            .json(&serde_json::json!({"username": ADMIN, "password": PASSWORD}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    /// A call of the admin API; the status and the body.
    pub(crate) async fn admin(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let token = self.token().await;
        let request = self
            .world
            .client
            .request(method, self.url(&format!("/api/admin/{path}")))
            .bearer_auth(token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }
}

pub(crate) const LUIS: &str = "5215500000001";
pub(crate) const ROSA: &str = "5215500000002";
pub(crate) const PIA: &str = "5215500000003";
pub(crate) const ANA: &str = "5215500000004";
pub(crate) const ADMIN: &str = "admin";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// The first admin comes from the deployment.
pub(crate) const ADMINISTERED: &[(&str, &str)] = &[
    ("ADMIN_USERNAME", ADMIN),
    ("ADMIN_PASSWORD", PASSWORD),
    ("ADMIN_TOKEN_SECRET", "a secret of the tests, long enough"),
];
