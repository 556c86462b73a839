//! The API's document, made from the code, and a page that shows it.

use axum::Json;
use axum::response::Html;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::error::Refused;
use super::{actions, flags, keys, lists, login};
use crate::admin::pages;
use crate::http::{health, metrics_page, verify, webhook};

#[derive(OpenApi)]
#[openapi(
    info(title = "Ubermench API", description = "What Meta calls, what probes and Prometheus ask, and what \
        admins and internal services read and change. Tokens come from the login; an API key may read \
        everything and change nothing."),
    paths(
        verify::verify, webhook::receive,
        health::overview, health::live, health::ready, health::pod, metrics_page::page,
        document, viewer,
        login::login,
        lists::dashboard, lists::analytics, lists::users, lists::user, lists::providers,
        lists::requests, lists::request, lists::ratings, lists::messages, lists::audit,
        actions::set_provider_status, actions::set_user_status, actions::set_request_status,
        actions::erase_user,
        flags::list, flags::switch,
        keys::list, keys::create, keys::revoke,
    ),
    tags(
        (name = "webhook", description = "What Meta calls"),
        (name = "health", description = "What probes and Prometheus ask"),
        (name = "document", description = "This document"),
        (name = "access", description = "Tokens and keys"),
        (name = "records", description = "What is on record"),
        (name = "actions", description = "What can be changed"),
        (name = "flags", description = "Optional behaviours, and who changed what"),
    ),
    security(("token" = []), ("key" = [])),
    modifiers(&Schemes)
)]
struct Api;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "token",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
        components.add_security_scheme(
            "key",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))),
        );
    }
}

/// The document, as programs read it.
#[utoipa::path(get, path = "/api/openapi.json", tag = "document", security(()),
    responses((status = 200, description = "an OpenAPI 3.1 document", body = serde_json::Value),
        (status = 429, body = Refused)))]
pub(super) async fn document() -> Json<Document> {
    Json(Api::openapi())
}

/// The document, as people read it.
#[utoipa::path(get, path = "/api/docs", tag = "document", security(()),
    responses((status = 200, description = "a page", body = String, content_type = "text/html"),
        (status = 429, body = Refused)))]
pub(super) async fn viewer() -> Html<String> {
    let document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    Html(pages::api_docs(&document))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a router's source says it answers at, without the pages of the dashboard.
    fn routes(source: &str, under: &str) -> Vec<String> {
        source
            .split(".route(")
            .skip(1)
            .map(|rest| rest.split('"').nth(1).unwrap())
            .map(|route| format!("{under}{route}"))
            .collect()
    }

    /// The source of the function of this name.
    fn function<'s>(source: &'s str, name: &str) -> &'s str {
        let (_, rest) = source.split_once(&format!("fn {name}(")).unwrap();
        rest.split_once("\n}\n").unwrap().0
    }

    #[test]
    fn every_route_and_every_schema_that_is_named_is_described() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let (http, admin) = (include_str!("../../http.rs"), include_str!("../admin.rs"));
        let mut expected = [
            routes(function(http, "public"), ""),
            routes(function(http, "metrics"), ""),
            routes(function(admin, "document"), ""),
            routes(function(admin, "api"), "/api/admin"),
        ]
        .concat();
        expected.sort();
        let described = document["paths"].as_object().unwrap();
        let described: Vec<&String> = described.keys().collect();
        assert_eq!(described, expected.iter().collect::<Vec<_>>());
        assert!(expected.len() > 20, "{expected:?}");
        // What `public` merges is looked at here; a further part needs a line above.
        assert_eq!(function(http, "public").matches(".merge(").count(), 1);
        assert_eq!(function(admin, "routes").matches(".merge(").count(), 2);
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn the_webhooks_answers_are_those_of_its_code() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let webhook = &document["paths"]["/api/webhook"];
        let answers = |method: &str| {
            let answers = webhook[method]["responses"].as_object().unwrap();
            answers.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(answers("get"), ["200", "400", "403"]);
        assert_eq!(
            answers("post"),
            ["200", "400", "401", "413", "429", "500", "503"]
        );
        let header = &webhook["post"]["parameters"][0];
        assert_eq!(header["in"], "header");
        let named = header["name"].as_str().unwrap();
        assert!(named.eq_ignore_ascii_case(webhook::SIGNATURE), "{named}");
        assert_eq!(header["required"], true);
        // Who has no credentials for the admin API calls these.
        for path in ["/api/webhook", "/health", "/health/live", "/metrics"] {
            for call in document["paths"][path].as_object().unwrap().values() {
                assert_eq!(call["security"], serde_json::json!([{}]), "{path}");
            }
        }
    }
}
