//! What every test starts from: a database with the schema, a simulated WhatsApp, and bots.

pub(crate) mod people;
pub(crate) mod process;
pub(crate) mod proxy;
mod servers;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::future::Future;
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Row};
use ubermench_bot::app::App;
use ubermench_bot::config;
use ubermench_bot::metrics::Metrics;
use ubermench_bot::store::Store;
use ubermench_bot::store::ledger;
use ubermench_bot::store::migrations::EMBEDDED;
use ubermench_simulator::{Handle, Settings, Simulator};
use uuid::Uuid;

pub(crate) use servers::Servers;

pub(crate) const NUMBER: &str = "106540352242922";
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A database, a WhatsApp, and the settings that join them.
pub(crate) struct World {
    pub(crate) servers: &'static Servers,
    pub(crate) database: String,
    pub(crate) redis_url: String,
    pub(crate) pool: PgPool,
    pub(crate) simulator: Handle,
    pub(crate) client: reqwest::Client,
}

impl World {
    /// With the schema that the program needs.
    pub(crate) async fn new() -> Self {
        Self::migrated(Settings {
            status_webhooks: false,
            ..Settings::default()
        })
        .await
    }

    /// The same with a WhatsApp of these settings.
    pub(crate) async fn migrated(settings: Settings) -> Self {
        let world = Self::with(settings).await;
        world.migrate().await;
        world
    }

    pub(crate) async fn migrate(&self) {
        let options = PgConnectOptions::from_str(&self.database_url()).unwrap();
        ledger::migrate(&options, EMBEDDED, "test").await.unwrap();
    }

    /// Without any table.
    pub(crate) async fn empty() -> Self {
        Self::with(Settings {
            status_webhooks: false,
            ..Settings::default()
        })
        .await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::on(Servers::running(), settings).await
    }

    /// Without any table, on these servers.
    pub(crate) async fn on(servers: &'static Servers, settings: Settings) -> Self {
        let database = format!("it_{}", Uuid::new_v4().simple());
        let admin = PgPoolOptions::new()
            .max_connections(1)
            .connect(&servers.database_url)
            .await
            .unwrap();
        let create = format!("create database {database}");
        sqlx::raw_sql(AssertSqlSafe(create))
            .execute(&admin)
            .await
            .unwrap();
        admin.close().await;
        let url = servers.url_of(&database);
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .connect(&url)
            .await
            .unwrap();
        let simulator = Simulator::start(settings).await.unwrap();
        Self {
            servers,
            database,
            redis_url: servers.new_redis(),
            pool,
            simulator,
            client: reqwest::Client::new(),
        }
    }

    pub(crate) fn database_url(&self) -> String {
        self.servers.url_of(&self.database)
    }

    /// The environment of a bot that nobody manages; ports are free ones.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let variables = [
            ("WHATSAPP_API_URL", self.simulator.url()),
            ("WHATSAPP_PHONE_NUMBER_ID", NUMBER.to_owned()),
            ("WHATSAPP_ACCESS_TOKEN", "simulator-access-token".to_owned()),
            ("WHATSAPP_VERIFY_TOKEN", "simulator-verify-token".to_owned()),
            ("WHATSAPP_APP_SECRET", "simulator-app-secret".to_owned()),
            ("DATABASE_URL", self.database_url()),
            ("REDIS_URL", self.redis_url.clone()),
            ("BIND_ADDRESS", "127.0.0.1".to_owned()),
            ("HTTP_PORT", "0".to_owned()),
            ("METRICS_PORT", "0".to_owned()),
            ("INTERNAL_PORT", "0".to_owned()),
            ("SEND_RATE_PER_SECOND", "0".to_owned()),
            ("SHUTDOWN_DELAY_SECONDS", "0".to_owned()),
            // Tests talk faster than people.
            ("RATE_LIMIT_PER_MINUTE", "100000".to_owned()),
            ("RATE_LIMIT_PER_HOUR", "100000".to_owned()),
            ("RATE_LIMIT_CHAT_PER_MINUTE", "100000".to_owned()),
            ("RATE_LIMIT_CHAT_PER_HOUR", "100000".to_owned()),
        ];
        variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// A bot that is ready, with these variables changed.
    pub(crate) async fn bot(&self, changes: &[(&str, &str)]) -> Bot {
        let bot = self.starting_bot(changes).await;
        bot.until_ready().await;
        bot
    }

    /// A bot that need not be ready.
    pub(crate) async fn starting_bot(&self, changes: &[(&str, &str)]) -> Bot {
        let mut values = self.environment();
        values.extend(
            changes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let settings = config::serve(&|name| values.get(name).map(OsString::from)).unwrap();
        let app = App::start(settings, EMBEDDED.to_vec()).await.unwrap();
        let url = format!("http://{}", app.addresses().http);
        self.simulator
            .control
            .set_webhook_url(Some(&format!("{url}/api/webhook")))
            .unwrap();
        Bot {
            app,
            url,
            client: self.client.clone(),
        }
    }

    /// A bot of a revision, with its internal port.
    pub(crate) async fn revision(&self, name: &str, changes: &[(&str, &str)]) -> Bot {
        let mut all = vec![("UBERMENCH_REVISION", name), ("INTERNAL_TOKEN", "key")];
        all.extend_from_slice(changes);
        self.bot(&all).await
    }

    /// One number out of the database.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        sqlx::query(AssertSqlSafe(sql.to_owned()))
            .fetch_one(&self.pool)
            .await
            .unwrap()
            .get(0)
    }

    /// One column of texts out of the database.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&self.pool)
            .await
            .unwrap();
        rows.iter()
            .map(|row| row.get::<Option<String>, _>(0).unwrap_or_default())
            .collect()
    }

    pub(crate) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&self.pool)
            .await
            .unwrap();
    }

    /// Waits until a number in the database is this one.
    pub(crate) async fn until_count(&self, sql: &str, expected: i64) {
        eventually(sql, || async {
            let found = self.count(sql).await;
            if found == expected {
                Ok(())
            } else {
                Err(format!("{found}, not {expected}"))
            }
        })
        .await;
    }

    /// The store itself.
    pub(crate) fn store(&self) -> Store {
        let metrics = Metrics::new().unwrap();
        Store::new(self.database_url().parse().unwrap(), &metrics.query_seconds)
    }

    /// Posts bytes with a signature under the app secret.
    pub(crate) async fn post(&self, bot: &Bot, body: &[u8]) -> reqwest::Response {
        let signature = sign(body);
        self.post_signed(bot, body, Some(&signature)).await
    }

    pub(crate) async fn post_signed(
        &self,
        bot: &Bot,
        body: &[u8],
        signature: Option<&str>,
    ) -> reqwest::Response {
        let mut request = self
            .client
            .post(format!("{}/api/webhook", bot.url))
            .body(body.to_vec());
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        request.send().await.unwrap()
    }
}

/// A bot in this process.
pub(crate) struct Bot {
    pub(crate) app: App,
    pub(crate) url: String,
    client: reqwest::Client,
}

impl Bot {
    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.client
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn until_ready(&self) {
        eventually("the bot is ready", || async {
            let answer = self.get("/health/pod").await;
            let status = answer.status();
            if status == 200 {
                Ok(())
            } else {
                Err(answer.text().await.unwrap_or_default())
            }
        })
        .await;
    }

    pub(crate) async fn metric(&self, line_start: &str) -> String {
        let url = format!("http://{}/metrics", self.app.addresses().metrics);
        let page = self
            .client
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let line = page.lines().find(|line| line.starts_with(line_start));
        let line = line.unwrap_or_else(|| panic!("no {line_start} in {page}"));
        line.rsplit(' ').next().unwrap().to_owned()
    }
}

pub(crate) fn sign(body: &[u8]) -> String {
    sign_with("simulator-app-secret", body)
}

pub(crate) fn sign_with(secret: &str, body: &[u8]) -> String {
    ubermench_simulator::sign(body, &secret.into())
}

/// The body of a notification with these messages, for the number of the tests.
pub(crate) fn notification(messages: &[serde_json::Value]) -> Vec<u8> {
    value(serde_json::json!({ "messages": messages }))
}

/// The body of a notification with this value.
pub(crate) fn value(mut value: serde_json::Value) -> Vec<u8> {
    value["messaging_product"] = "whatsapp".into();
    if value["metadata"].is_null() {
        value["metadata"] = serde_json::json!({"phone_number_id": NUMBER});
    }
    let body = serde_json::json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    });
    serde_json::to_vec(&body).unwrap()
}

pub(crate) fn text(wamid: &str, from: &str, body: &str) -> serde_json::Value {
    serde_json::json!({
        "id": wamid, "from": from, "timestamp": "1795133000", "type": "text", "text": {"body": body},
    })
}

/// Waits for a condition and shows what it saw last when the limit is over.
pub(crate) async fn eventually<T, F>(what: &str, check: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, String>>,
{
    within(LIMIT, what, check).await
}

pub(crate) async fn within<T, F>(limit: Duration, what: &str, check: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, String>>,
{
    let until = Instant::now() + limit;
    loop {
        match check().await {
            Ok(found) => return found,
            Err(seen) if Instant::now() > until => panic!("{what}: not within {limit:?}: {seen}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
