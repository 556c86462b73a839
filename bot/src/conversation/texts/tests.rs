//! Texts fit where they stand, so that nothing is ever cut, with the longest data they can get.

use super::*;
use crate::domain::text::units;

/// Every message of a language, with the longest data that it can be built with.
fn everything(texts: &Texts) -> Vec<Reply> {
    let longest = UserName::parse(&"W".repeat(100)).unwrap();
    let mut all = vec![
        texts.welcome(),
        texts.services(),
        texts.greeting(&longest),
        texts.type_name(),
        texts.no_requests(),
        texts.not_understood(),
        texts.option_expired(),
        texts.cancelled(),
        texts.nothing_to_cancel(),
        texts.help(None),
        texts.help(Some("https://example.com/help or +52 55 0000 0000")),
    ];
    for reason in [
        InvalidName::TooShort,
        InvalidName::TooLong,
        InvalidName::TooFewLetters,
    ] {
        all.push(texts.invalid_name(reason));
    }
    for service in ServiceType::ALL {
        all.push(texts.ask_name(service));
        all.push(texts.no_provider(service, None));
        all.push(texts.no_provider(service, Some(&longest)));
    }
    all
}

#[test]
fn every_text_fits_without_a_cut() {
    for language in Language::ALL {
        for reply in everything(of(language)) {
            let most = if reply.kind() == "text" { 4096 } else { 1024 };
            assert!((1..=most).contains(&units(reply.body())), "{reply:?}");
            match &reply {
                Reply::Text { .. } => {}
                Reply::List {
                    button,
                    rows,
                    footer,
                    ..
                } => {
                    assert!(units(button) <= 20 && units(footer) <= 60, "{reply:?}");
                    for row in rows {
                        assert!(units(&row.title) <= 24, "{row:?}");
                        assert!((1..=72).contains(&units(&row.description)), "{row:?}");
                    }
                }
                Reply::Buttons { buttons, .. } => {
                    assert!(buttons.len() <= 3, "{reply:?}");
                    assert!(
                        buttons.iter().all(|button| units(&button.title) <= 20),
                        "{reply:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn ids_are_the_same_in_every_language() {
    let ids = |language| -> Vec<Vec<String>> {
        let ids = |reply: Reply| match reply {
            Reply::Text { .. } => Vec::new(),
            Reply::List { rows, .. } => rows.into_iter().map(|row| row.id).collect(),
            Reply::Buttons { buttons, .. } => buttons.into_iter().map(|button| button.id).collect(),
        };
        everything(of(language)).into_iter().map(ids).collect()
    };
    assert_eq!(ids(Language::En), ids(Language::Es));
}

#[test]
fn languages_differ_in_every_text() {
    let (english, spanish) = (everything(of(Language::En)), everything(of(Language::Es)));
    for (english, spanish) in english.iter().zip(&spanish) {
        assert_ne!(english.body(), spanish.body());
    }
}

#[test]
fn the_fixed_words_stand_where_the_product_has_them() {
    for language in Language::ALL {
        let texts = of(language);
        let name = UserName::parse("Ana López").unwrap();
        assert!(texts.welcome().body().contains("Handy"));
        assert!(texts.greeting(&name).body().contains("Ana López"));
        let thanked = texts.no_provider(ServiceType::Other, Some(&name));
        assert!(thanked.body().contains("Ana López"));
        assert!(texts.help(Some("call us")).body().contains("call us"));
        let Reply::List { footer, .. } = texts.services() else {
            panic!("a list")
        };
        assert_eq!(footer, "Powered by Handy");
    }
}
