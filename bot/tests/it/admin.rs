//! The admin side over HTTP, against real records.

mod actions;
mod api;
mod dashboard;
mod erase;
mod flags;
mod jobs;
mod security;
pub(crate) mod seed;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Bot, World};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) const ADMIN: [(&str, &str); 3] = [
    ("ADMIN_USERNAME", "ana"),
    ("ADMIN_PASSWORD", PASSWORD),
    ("ADMIN_TOKEN_SECRET", "0123456789abcdef-tokens"),
];

/// A bot with an admin, and that admin's token.
struct Desk {
    world: World,
    bot: Bot,
    token: String,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let bot = world.bot(&ADMIN).await;
        let answer = login(&world, &bot, "ana", PASSWORD).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["expires_in"], 8 * 3600);
        let token = answer["token"].as_str().unwrap().to_owned();
        Self { world, bot, token }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let url = format!("{}/api/admin/{path}", self.bot.url);
        let mut request = self
            .world
            .client
            .request(method, url)
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn put(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::PUT, path, Some(body)).await
    }
}

async fn login(world: &World, bot: &Bot, username: &str, password: &str) -> Response {
    world
        .client
        .post(format!("{}/api/admin/login", bot.url))
        .body(json!({"username": username, "password": password}).to_string())
        .send()
        .await
        .unwrap()
}
