//! A whole booking between two people with numbers of no country: from the first word to both ratings. It goes by the
//! ids of buttons and rows, which no language changes.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::checks::{Checker, Outcome};
use super::{PATIENCE, patiently};

/// Between two looks for an answer: there are many, and each release waits for all of them.
const PACE: Duration = Duration::from_millis(50);

/// One of the two.
struct Person {
    phone: String,
    role: &'static str,
}

/// Everything that both say and see, in order; told is the step that failed.
pub(super) async fn play(checker: &Checker) -> Outcome {
    let play = Play {
        checker,
        customer: Person::new("customer"),
        provider: Person::new("provider"),
    };
    let profile = play.introduce().await?;
    let request = play.book(&profile).await?;
    play.accept(&request).await?;
    play.chat(&request).await?;
    play.rate(&request).await?;
    Ok("booked, accepted, chatted, completed and rated".to_owned())
}

struct Play<'a> {
    checker: &'a Checker,
    customer: Person,
    provider: Person,
}

impl Play<'_> {
    /// Both say who they are, and the provider can be booked; the id of the row to tap.
    async fn introduce(&self) -> Outcome {
        let (customer, provider) = (&self.customer, &self.provider);
        self.says(customer, "hola", "service_plumbing").await?;
        self.taps(customer, "service_plumbing", "").await?;
        self.says(customer, "Smoke Customer", "").await?;
        self.says(provider, "registrar proveedor", "").await?;
        self.says(provider, "Smoke Provider", "service_plumbing")
            .await?;
        self.taps(provider, "service_plumbing", "btn_continue")
            .await?;
        self.taps(provider, "btn_continue", "").await?;
        self.says(provider, "Twenty years of pipes", "btn_go_online")
            .await?;
        self.taps(provider, "btn_go_online", "").await?;
        // Another pod may still know an older list of providers.
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let wamid = self.send(customer, tap("service_plumbing")).await?;
            let replies = self.replies(customer, &wamid, "").await?;
            match replies.iter().find_map(|reply| id_of(reply, "provider_")) {
                Some(row) => return Ok(row),
                None if tokio::time::Instant::now() >= until => {
                    return Err("the customer is offered no provider".to_owned());
                }
                None => tokio::time::sleep(PACE).await,
            }
        }
    }

    /// The customer books; the id of the request.
    async fn book(&self, provider: &str) -> Outcome {
        let customer = &self.customer;
        self.taps(customer, provider, "btn_book_provider").await?;
        self.taps(customer, "btn_book_provider", "").await?;
        self.says(customer, "Calle 5, Roma", "").await?;
        let cancel = "btn_cancel_request_";
        let booked = self.says(customer, "The sink leaks", cancel).await?;
        let request = booked.iter().find_map(|reply| id_of(reply, cancel));
        let request = request.as_deref().and_then(|id| id.strip_prefix(cancel));
        request
            .map(str::to_owned)
            .ok_or_else(|| "the booking has no id".to_owned())
    }

    async fn accept(&self, request: &str) -> Result<(), String> {
        let accept = format!("btn_accept_request_{request}");
        self.sees(&self.provider, &accept).await?;
        let chat = format!("btn_chat_customer_{request}");
        self.taps(&self.provider, &accept, &chat).await?;
        let chat = format!("btn_start_chat_{request}");
        self.sees(&self.customer, &chat).await
    }

    async fn chat(&self, request: &str) -> Result<(), String> {
        let chat = format!("btn_start_chat_{request}");
        self.taps(&self.customer, &chat, "").await?;
        let pairs = [
            (&self.customer, &self.provider),
            (&self.provider, &self.customer),
        ];
        for (from, to) in pairs {
            let word = format!("smoke {}", Uuid::new_v4().simple());
            self.send(from, text(&word)).await?;
            self.sees(to, &word).await?;
        }
        Ok(())
    }

    async fn rate(&self, request: &str) -> Result<(), String> {
        let (customer, provider) = (&self.customer, &self.provider);
        self.says(provider, "completar", "").await?;
        let great = format!("rating_great_{request}");
        self.sees(customer, &great).await?;
        let star = format!("star_5_{request}");
        self.taps(customer, &great, &star).await?;
        self.taps(customer, &star, "").await?;
        self.says(customer, "Excelente", "btn_new_service").await?;
        let great = format!("prating_great_{request}");
        self.sees(provider, &great).await?;
        self.taps(provider, &great, "").await?;
        Ok(())
    }

    async fn says(&self, person: &Person, words: &str, part: &str) -> Result<Vec<Value>, String> {
        let wamid = self.send(person, text(words)).await?;
        self.replies(person, &wamid, part).await
    }

    async fn taps(&self, person: &Person, id: &str, part: &str) -> Result<Vec<Value>, String> {
        let wamid = self.send(person, tap(id)).await?;
        self.replies(person, &wamid, part).await
    }

    async fn send(&self, person: &Person, content: Value) -> Outcome {
        let wamid = Checker::fresh_wamid();
        let message = self.checker.notification(&wamid, &person.phone, content);
        let sent = patiently("sent", || self.checker.deliver(&message)).await;
        if sent.ok { Ok(wamid) } else { Err(sent.detail) }
    }

    /// What answers a message, once something of it has this anywhere.
    async fn replies(
        &self,
        person: &Person,
        wamid: &str,
        part: &str,
    ) -> Result<Vec<Value>, String> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let replies = self.checker.replies(wamid).await?;
            let replies: Vec<_> = replies.into_iter().map(|(_, payload)| payload).collect();
            if replies.iter().any(|reply| reply.to_string().contains(part)) {
                return Ok(replies);
            }
            if tokio::time::Instant::now() >= until {
                return Err(missing(person, part, replies.len()));
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// Something that the other one caused.
    async fn sees(&self, person: &Person, part: &str) -> Result<(), String> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let messages = self.checker.messages(&person.phone).await?;
            if messages
                .iter()
                .any(|message| message.to_string().contains(part))
            {
                return Ok(());
            }
            if tokio::time::Instant::now() >= until {
                return Err(missing(person, part, messages.len()));
            }
            tokio::time::sleep(PACE).await;
        }
    }
}

impl Person {
    /// With a number made up anew each time.
    fn new(role: &'static str) -> Self {
        Self {
            phone: Checker::fresh_phone(),
            role,
        }
    }
}

/// The kind of button or row that did not come; its request's id says nothing to people.
fn missing(person: &Person, part: &str, messages: usize) -> String {
    let kind = part.rsplit_once('_').map_or(part, |(kind, _)| kind);
    format!(
        "the {} does not see {kind:?} in {messages} messages",
        person.role
    )
}

fn text(words: &str) -> Value {
    json!({"type": "text", "text": {"body": words}})
}

fn tap(id: &str) -> Value {
    json!({"type": "interactive", "interactive":
        {"type": "button_reply", "button_reply": {"id": id, "title": "smoke"}}})
}

/// The first text in a message that begins so.
fn id_of(message: &Value, prefix: &str) -> Option<String> {
    match message {
        Value::String(text) => text.starts_with(prefix).then(|| text.clone()),
        Value::Array(items) => items.iter().find_map(|item| id_of(item, prefix)),
        Value::Object(members) => members.values().find_map(|member| id_of(member, prefix)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_where_a_message_holds_them() {
        let list = json!({"interactive": {"action": {"sections": [{"rows": [
            {"id": "btn_menu", "title": "provider_1"}, {"id": "provider_7", "title": "Rosa"},
        ]}]}}});
        assert_eq!(id_of(&list, "btn_").as_deref(), Some("btn_menu"));
        assert_eq!(
            id_of(
                &list["interactive"]["action"]["sections"][0]["rows"][1],
                "provider_"
            )
            .as_deref(),
            Some("provider_7")
        );
        assert_eq!(id_of(&list, "star_"), None);
    }

    #[test]
    fn what_is_missing_is_told_without_ids_and_numbers() {
        let person = Person::new("customer");
        let told = missing(&person, "rating_great_0192", 3);
        assert_eq!(
            told,
            "the customer does not see \"rating_great\" in 3 messages"
        );
        assert!(!told.contains(&person.phone));
    }
}
