//! Files in a chat: fetched and uploaded anew, once; and what happens when that can't be.

use std::time::Duration;

use ubermench_bot::conversation::{
    Effect, Media, MediaKind, Notice, Relay, Reply, Template, TemplateName,
};
use ubermench_bot::domain::{ServiceRequestId, Wamid};
use ubermench_simulator::{Fault, FaultTarget};

use crate::harness::people::Person;
use crate::harness::{LIMIT, World};

const LUIS: &str = "525500001001";
const ROSA: &str = "525500001002";

struct Chat {
    world: World,
    luis: Person,
    rosa: Person,
    request: ServiceRequestId,
    _bot: crate::harness::Bot,
}

async fn chat() -> Chat {
    let world = World::new().await;
    let luis = world.customer(LUIS, "Luis").await;
    let (rosa, profile) = world.provider(ROSA, "Rosa").await;
    let request = luis.book(profile).await;
    rosa.accept(request).await.unwrap();
    let bot = world.bot(&[]).await;
    Chat {
        world,
        luis,
        rosa,
        request,
        _bot: bot,
    }
}

impl Chat {
    /// A file and a text behind it.
    async fn relay(&self, file: &str, kind: MediaKind) {
        let media = Media {
            id: file.to_owned(),
            kind,
            caption: Some("👤 Luis: the pipe".to_owned()),
            filename: None,
        };
        for (reply, n) in [
            (Reply::Media(media), 1),
            (
                Reply::Text {
                    body: "👤 Luis: behind it".to_owned(),
                },
                2,
            ),
        ] {
            let relay = Relay {
                request: self.request,
                to: self.rosa.contact(),
                identity: self.rosa.identity.clone(),
                kind: "image",
                content: String::new(),
                inbound: Wamid::parse(&format!("wamid.{n}")).ok(),
                replies: vec![reply],
                copy: 0,
                context: None,
                waiting: Template {
                    name: TemplateName::ChatWaiting,
                    parameters: Vec::new(),
                    buttons: Vec::new(),
                },
            };
            self.luis.act(vec![Effect::Relay(relay)]).await;
        }
    }

    async fn until_over(&self) {
        self.world
            .simulator
            .control
            .wait_got(ROSA, "behind it", LIMIT)
            .await
            .unwrap();
    }

    async fn failures(&self) -> Vec<Notice> {
        let raw = self
            .world
            .texts("select convert_from(raw, 'UTF8') from inbox where kind = 'notice' and raw like '%relay_failed%'::bytea")
            .await;
        let read = |raw: &String| serde_json::from_str(raw).unwrap();
        raw.iter().map(read).collect()
    }
}

fn picture(bytes: usize) -> Vec<u8> {
    let mut content = vec![7; bytes];
    content[..3].copy_from_slice(b"\xff\xd8\xff");
    content
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_over_under_a_new_id_and_nothing_overtakes_it() {
    let chat = chat().await;
    let control = &chat.world.simulator.control;
    let content = picture(300_000);
    let file = control.keep_file("image/jpeg", content.clone());
    control.delay_media(Duration::from_millis(300));
    // The first try to send fails: the file is not brought over again.
    control.fault(Fault::status(500).of_type("image")).unwrap();
    chat.relay(&file.id, MediaKind::Image).await;
    chat.until_over().await;
    let got = control.got(ROSA);
    assert_eq!(got.len(), 2);
    let image = &got[0].payload["image"];
    assert_eq!(image["caption"], "👤 Luis: the pipe");
    let id = image["id"].as_str().unwrap();
    assert_ne!(id, file.id);
    let (info, bytes) = control.file(id).unwrap();
    assert_eq!(info.mime_type, "image/jpeg");
    assert!(bytes == content);
    assert_eq!(
        chat.world
            .texts("select media_id from outbox where kind = 'image'")
            .await,
        [id]
    );
    assert_eq!(chat.failures().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_had_leaves_a_line_and_the_sender_hears() {
    for case in ["too big", "unknown", "away"] {
        let chat = chat().await;
        let control = &chat.world.simulator.control;
        let id = match case {
            "too big" => control.keep_file("image/jpeg", picture(6_000_000)).id,
            "away" => {
                let gone = Fault::status(503).on(FaultTarget::Download).times(0);
                control.fault(gone).unwrap();
                control.keep_file("image/jpeg", picture(1000)).id
            }
            _ => "404404".to_owned(),
        };
        chat.relay(&id, MediaKind::Image).await;
        chat.until_over().await;
        let texts = control.texts(ROSA);
        assert_eq!(
            texts,
            [
                "👤 Luis: the pipe\n⚠️ A file was sent to you, but it could not be forwarded.",
                "👤 Luis: behind it"
            ],
            "{case}"
        );
        let failed = Notice::RelayFailed {
            request: chat.request,
            file: true,
        };
        assert_eq!(chat.failures().await, [failed], "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_file_holds_up_nobody_else() {
    let chat = chat().await;
    let control = &chat.world.simulator.control;
    let file = control.keep_file("image/jpeg", picture(1000));
    control.delay_media(Duration::from_secs(4));
    chat.relay(&file.id, MediaKind::Image).await;
    let hello = Reply::Text {
        body: "for Luis".to_owned(),
    };
    chat.luis.act(vec![Effect::Send(hello.into())]).await;
    control
        .wait_got(LUIS, "for Luis", Duration::from_secs(3))
        .await
        .unwrap();
    assert!(control.got(ROSA).is_empty());
    chat.until_over().await;
}
