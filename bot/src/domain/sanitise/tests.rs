//! Tables of what is dropped and what stays, and properties that hold for any text.

use proptest::prelude::*;

use super::*;

#[test]
fn what_people_mean_stays() {
    for text in [
        "3 < 5",
        "I <3 you",
        "a > b",
        "'; DROP TABLE users;--",
        "\"quotes\" & more",
        "👩‍🔧 🇲🇽",
        "<>",
        "<-- here",
        "x << y",
    ] {
        assert_eq!(sanitise(text, Lines::Many), text);
    }
}

#[test]
fn markup_goes() {
    let cases = [
        ("<script>alert(1)</script>Leak", "Leak"),
        ("<SCRIPT src='x'>alert(1)</Script >Leak", "Leak"),
        ("<style>p{}</style>Leak", "Leak"),
        ("a<b>bold</b>c", "aboldc"),
        ("<!-- note -->x", "x"),
        ("<?php x ?>y", "y"),
        ("<a href=\"x\">link</a>", "link"),
        ("<scripture>kept</scripture>", "kept"),
        ("<script>a", "a"),
        ("<script>a<b", "a< b"),
        ("</script>a", "a"),
        ("<style>x<script>y</style>z", "z"),
        ("<img alt=\"<b>\" onerror=x>", ""),
        ("if(a<b)", "if(a< b)"),
        ("<b", "< b"),
        ("</", "< /"),
        ("<ñ", "< ñ"),
    ];
    for (raw, expected) in cases {
        assert_eq!(sanitise(raw, Lines::Many), expected, "{raw}");
    }
}

#[test]
fn dropping_one_tag_never_builds_another() {
    for raw in [
        "<<b>script>alert(1)</script>",
        "<scr<b>ipt>alert(1)</scr<i>ipt>",
        "<scr\u{200b}ipt>alert(1)</script>",
        "<scr\u{0}ipt>alert(1)</script>",
        "<<script>></script>b>",
        "<b<script>>",
        "<<<b>b>b>",
    ] {
        assert_eq!(tag_in(&sanitise(raw, Lines::Many)), None, "{raw}");
    }
}

#[test]
fn invisible_and_turning_characters_go() {
    let cases = [
        ("a\u{0}b\u{7}c\u{7f}", "abc"),
        ("\u{202e}abc\u{202c}", "abc"),
        ("a\u{2066}b\u{2069}", "ab"),
        ("a\u{200b}b\u{feff}", "ab"),
        ("a\tb", "a b"),
        ("  a  ", "a"),
        ("Jose\u{301}", "José"),
        ("e\u{200b}\u{301}", "é"),
        ("e<b>\u{301}", "é"),
    ];
    for (raw, expected) in cases {
        assert_eq!(sanitise(raw, Lines::Many), expected, "{raw:?}");
    }
}

#[test]
fn line_breaks_stay_only_where_wanted() {
    let cases = [
        ("a\nb", "a b", "a\nb"),
        ("a\r\nb", "a b", "a\nb"),
        ("a\rb", "a b", "a\nb"),
        ("a\u{2028}b", "a b", "a\nb"),
        ("a\n\nb", "a  b", "a\n\nb"),
        ("a\n\n\n\n\nb", "a     b", "a\n\nb"),
        ("\n\na\n\n", "a", "a"),
    ];
    for (raw, one, many) in cases {
        assert_eq!(sanitise(raw, Lines::One), one, "{raw:?}");
        assert_eq!(sanitise(raw, Lines::Many), many, "{raw:?}");
    }
}

#[test]
fn hostile_nesting_stays_linear() {
    let deep = "<".repeat(300_000) + &"b>".repeat(300_000);
    assert_eq!(sanitise(&deep, Lines::Many), "");
    let scripts = "<script>".repeat(100_000);
    assert_eq!(sanitise(&scripts, Lines::Many), "");
}

/// The first complete tag, found the simple way.
fn tag_in(text: &str) -> Option<&str> {
    text.match_indices('<').find_map(|(at, _)| {
        let rest = &text[at..];
        let starts = rest[1..].chars().next().is_some_and(begins_tag);
        (starts && rest.contains('>')).then_some(rest)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn clean_text_is_clean_and_stays_so(raw in any::<String>()) {
        check(&raw)?;
    }

    #[test]
    fn clean_markup_is_clean_and_stays_so(raw in "(<|>|/|!|b|script|style| |\u{301}|\u{338}|\u{200b}|\n|\r|3){0,24}") {
        check(&raw)?;
    }
}

fn check(raw: &str) -> Result<(), TestCaseError> {
    for lines in [Lines::One, Lines::Many] {
        let clean = sanitise(raw, lines);
        prop_assert_eq!(tag_in(&clean), None);
        // A character of the composed form has up to three, and each `<` may get a blank after it.
        prop_assert!(clean.chars().count() <= 3 * raw.chars().count());
        prop_assert!(!clean.contains("\n\n\n"));
        prop_assert_eq!(clean.trim(), &clean);
        let control = |c: char| c.is_control() && (c != '\n' || lines == Lines::One);
        prop_assert!(!clean.chars().any(control));
        prop_assert_eq!(&sanitise(&clean, lines), &clean);
    }
    Ok(())
}
