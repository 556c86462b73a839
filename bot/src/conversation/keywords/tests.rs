//! Tables of how words are written, and properties that hold for any text.

use proptest::prelude::*;

use super::*;

#[test]
fn keywords_are_found_however_they_are_written() {
    let cases = [
        ("menu", Some(Keyword::Menu)),
        ("MENÚ!", Some(Keyword::Menu)),
        ("  ¡Menú! ", Some(Keyword::Menu)),
        ("*start*", Some(Keyword::Menu)),
        ("Inicio.", Some(Keyword::Menu)),
        ("empezar", Some(Keyword::Menu)),
        ("¿ayuda?", Some(Keyword::Help)),
        ("\"help\"", Some(Keyword::Help)),
        ("men\u{75}\u{301}", Some(Keyword::Menu)),
        ("_Cancelar_", Some(Keyword::Cancel)),
        ("cancel", Some(Keyword::Cancel)),
        ("menu please", None),
        ("men u", None),
        ("", None),
        ("!!!", None),
    ];
    for (text, expected) in cases {
        assert_eq!(keyword(text), expected, "{text}");
    }
}

#[test]
fn services_are_found_in_both_languages() {
    let cases = [
        ("Plumber", Some(ServiceType::Plumbing)),
        ("tuberías", Some(ServiceType::Plumbing)),
        ("ELÉCTRICO", Some(ServiceType::Electrical)),
        ("limpieza!", Some(ServiceType::Cleaning)),
        ("Jardín", Some(ServiceType::Gardening)),
        ("handyman", Some(ServiceType::Repair)),
        ("reparación", Some(ServiceType::Repair)),
        ("otro", Some(ServiceType::Other)),
        ("a plumber", None),
    ];
    for (text, expected) in cases {
        assert_eq!(service(text), expected, "{text}");
    }
}

#[test]
fn words_in_the_tables_are_in_normal_form_and_mean_one_thing() {
    let keywords = KEYWORDS.iter().flat_map(|(_, words)| *words);
    let services = SERVICES.iter().flat_map(|(_, words)| *words);
    let mut all: Vec<&str> = keywords.chain(services).copied().collect();
    for word in &all {
        assert_eq!(normalise(word).as_deref(), Some(*word));
    }
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    // "menu" serves both languages and stands in the table once.
    assert_eq!(all.len(), count);
    assert_eq!(SERVICES.len(), ServiceType::ALL.len());
}

/// A word of the tables as people may write it: marks around it, some letters large, blanks doubled.
fn written() -> impl Strategy<Value = (String, String)> {
    let marks = r#"[ .,!¡?¿"'*_~\n]{0,6}"#;
    let word = prop::sample::select(all_words());
    (word, any::<u64>(), marks, marks).prop_map(|(word, large, before, after)| {
        let letters = word.chars().enumerate().map(|(at, letter)| {
            let is_large = (large >> (at % 64)) & 1 == 1;
            match letter {
                ' ' if is_large => "  ".to_owned(),
                _ if is_large => letter.to_uppercase().to_string(),
                _ => letter.to_string(),
            }
        });
        let text = format!("{before}{}{after}", letters.collect::<String>());
        (word, text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn words_are_known_in_any_dress((word, text) in written()) {
        prop_assert_eq!(keyword(&text), keyword(&word));
        prop_assert_eq!(service(&text), service(&word));
        let within = format!("the {text}s");
        prop_assert_eq!((keyword(&within), service(&within)), (None, None));
    }

    #[test]
    fn any_text_is_a_word_of_the_tables_or_none(text in "\\PC{0,260}") {
        let plain = normalise(&text);
        let is_word = plain.as_ref().is_some_and(|plain| all_words().contains(plain));
        prop_assert_eq!(keyword(&text).is_some() || service(&text).is_some(), is_word);
        // Decomposed, a character has at most so many.
        prop_assert!(plain.is_none_or(|plain| plain.chars().count() <= 18 * LONGEST_CHARS));
    }
}
