//! A person's phone: what they send, and what they have got since they looked last.

use std::cell::Cell;

use serde_json::Value;
use ubermench_simulator::{Inbound, Sent};

use super::town::Town;

/// One person's phone.
pub(crate) struct Phone<'t> {
    pub(crate) town: &'t Town,
    pub(crate) number: String,
    seen: Cell<usize>,
}

/// Messages, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Got(pub(crate) Vec<Sent>);

impl<'t> Phone<'t> {
    pub(crate) fn new(town: &'t Town, number: &str) -> Self {
        Self {
            town,
            number: number.to_owned(),
            seen: Cell::new(0),
        }
    }

    pub(crate) async fn types(&self, text: &str) -> Got {
        self.sends(Inbound::text(&self.number, text)).await
    }

    pub(crate) async fn taps(&self, id: &str) -> Got {
        self.sends(Inbound::tap(&self.number, id)).await
    }

    /// Sends and returns what came of it, once all is quiet.
    pub(crate) async fn sends(&self, inbound: Inbound) -> Got {
        self.says(inbound).await;
        self.gets().await
    }

    /// Sends without looking at what comes.
    pub(crate) async fn says(&self, inbound: Inbound) -> String {
        let receipt = self.town.world.simulator.control.inbound(inbound).await;
        let receipt = receipt.unwrap();
        assert_eq!(receipt.webhook_status, Some(200), "{receipt:?}");
        receipt.wamid
    }

    /// What came since the last look, once all is quiet.
    pub(crate) async fn gets(&self) -> Got {
        self.town.settle().await;
        self.looks()
    }

    /// What came since the last look, by now.
    pub(crate) fn looks(&self) -> Got {
        let all = self.town.world.simulator.control.got(&self.number);
        let new = all.iter().skip(self.seen.get()).cloned().collect();
        self.seen.set(all.len());
        Got(new)
    }

    /// Waits for a message that has this id to tap or these words in its text.
    pub(crate) async fn awaits(&self, words: &str) -> Got {
        let has = || {
            let all = self.town.world.simulator.control.got(&self.number);
            let new: Vec<_> = all.into_iter().skip(self.seen.get()).collect();
            Got(new).says(words)
        };
        self.town.until(&format!("{words:?} arrives"), has).await;
        self.gets().await
    }

    /// From any resting state to a request that this provider is offered; its id.
    pub(crate) async fn books(&self, service: &str, provider: &str) -> String {
        let list = self.taps(&format!("service_{service}")).await;
        self.chooses(&list, provider).await;
        self.taps("btn_book_provider").await;
        self.types("Calle Luna 5, Roma").await;
        let confirmed = self.types("The kitchen tap drips").await;
        confirmed.request("btn_cancel_request_")
    }

    /// Taps a provider's row.
    pub(crate) async fn chooses(&self, list: &Got, provider: &str) -> Got {
        let rows = list.rows();
        let row = rows.iter().find(|(_, title, _)| title.contains(provider));
        let (id, ..) = row.unwrap_or_else(|| panic!("no {provider} in {rows:?}"));
        self.taps(id).await
    }
}

impl Got {
    /// One letter a message: T text, L list, B buttons, P template, M media, G location, C contacts, R reaction.
    pub(crate) fn kinds(&self) -> String {
        let letter = |sent: &Sent| match (
            sent.payload["type"].as_str().unwrap_or_default(),
            sent.payload["interactive"]["type"].as_str(),
        ) {
            ("text", _) => 'T',
            ("interactive", Some("list")) => 'L',
            ("interactive", Some("button")) => 'B',
            ("template", _) => 'P',
            ("image" | "audio" | "video" | "document" | "sticker", _) => 'M',
            ("location", _) => 'G',
            ("contacts", _) => 'C',
            ("reaction", _) => 'R',
            _ => '?',
        };
        self.0.iter().map(letter).collect()
    }

    /// The texts, without buttons and rows.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.0.iter().map(|sent| body(&sent.payload)).collect()
    }

    /// All that can be read, in one text.
    pub(crate) fn text(&self) -> String {
        self.bodies().join("\n")
    }

    /// All ids that can be tapped, in order.
    pub(crate) fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.rows().into_iter().map(|(id, ..)| id).collect();
        for sent in &self.0 {
            let buttons = sent.payload["interactive"]["action"]["buttons"].as_array();
            ids.extend(
                buttons
                    .into_iter()
                    .flatten()
                    .map(|it| text(&it["reply"]["id"])),
            );
            let components = sent.payload["template"]["components"].as_array();
            let buttons = components.into_iter().flatten();
            let buttons = buttons.filter(|component| component["type"] == "button");
            ids.extend(buttons.map(|it| text(&it["parameters"][0]["payload"])));
        }
        ids
    }

    /// Rows of lists: id, title, description.
    pub(crate) fn rows(&self) -> Vec<(String, String, String)> {
        let lists = self.0.iter();
        let sections =
            lists.filter_map(|it| it.payload["interactive"]["action"]["sections"].as_array());
        let rows = sections
            .flatten()
            .filter_map(|section| section["rows"].as_array());
        rows.flatten()
            .map(|row| {
                (
                    text(&row["id"]),
                    text(&row["title"]),
                    text(&row["description"]),
                )
            })
            .collect()
    }

    /// Whether an id or a text has these words in it.
    pub(crate) fn says(&self, words: &str) -> bool {
        let titles = self.rows().into_iter().map(|(_, title, _)| title);
        let mut all = titles.chain(self.ids()).chain(self.bodies());
        all.any(|text| text.contains(words))
    }

    /// The request that a button with this prefix is about.
    pub(crate) fn request(&self, prefix: &str) -> String {
        let ids = self.ids();
        let id = ids.iter().find_map(|id| id.strip_prefix(prefix));
        id.unwrap_or_else(|| panic!("no {prefix} in {ids:?}: {}", self.text()))
            .to_owned()
    }

    /// Fails unless each id, or its beginning, can be tapped.
    pub(crate) fn offers(&self, wanted: &[&str]) -> &Self {
        let ids = self.ids();
        for wanted in wanted {
            let found = ids
                .iter()
                .any(|id| id == wanted || id.starts_with(&format!("{wanted}_")));
            assert!(found, "no {wanted} in {ids:?}: {}", self.text());
        }
        self
    }

    /// Fails unless each of these can be read.
    pub(crate) fn tells(&self, wanted: &[&str]) -> &Self {
        let text = self.text();
        for wanted in wanted {
            assert!(text.contains(wanted), "no {wanted:?} in {text:?}");
        }
        self
    }
}

fn body(payload: &Value) -> String {
    let of = |value: &Value| text(value);
    match payload["type"].as_str().unwrap_or_default() {
        "text" => of(&payload["text"]["body"]),
        "interactive" => of(&payload["interactive"]["body"]["text"]),
        "template" => {
            let components = payload["template"]["components"].as_array();
            let bodies = components.into_iter().flatten();
            let parameters = bodies
                .filter(|component| component["type"] == "body")
                .filter_map(|component| component["parameters"].as_array());
            let words: Vec<String> = parameters.flatten().map(|it| of(&it["text"])).collect();
            words.join(" ")
        }
        kind => of(&payload[kind]["caption"]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
