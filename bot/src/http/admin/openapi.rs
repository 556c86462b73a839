//! The API's document, made from the code, and a page that shows it.

use axum::Json;
use axum::response::Html;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{actions, flags, keys, lists, login};
use crate::admin::pages;

#[derive(OpenApi)]
#[openapi(
    info(title = "Ubermench admin API", description = "What admins and internal services read and \
        change. Tokens come from the login; an API key may read everything and change nothing."),
    paths(
        login::login,
        lists::dashboard, lists::analytics, lists::users, lists::user, lists::providers,
        lists::requests, lists::request, lists::ratings, lists::messages, lists::audit,
        actions::set_provider_status, actions::set_user_status, actions::set_request_status,
        actions::erase_user,
        flags::list, flags::switch,
        keys::list, keys::create, keys::revoke,
    ),
    tags(
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
pub(super) async fn document() -> Json<Document> {
    Json(Api::openapi())
}

/// The document, as people read it.
pub(super) async fn viewer() -> Html<String> {
    let document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    Html(pages::api_docs(&document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_and_every_schema_that_is_named_is_described() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let source = include_str!("../admin.rs");
        let routes: Vec<&str> = source
            .split("Router::new()")
            .find(|part| part.contains("login::login"))
            .unwrap()
            .split(".route(\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert!(routes.len() > 10, "{routes:?}");
        let described = document["paths"].as_object().unwrap();
        for route in &routes {
            assert!(
                described.contains_key(&format!("/api/admin{route}")),
                "{route}"
            );
        }
        assert_eq!(described.len(), routes.len());
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
