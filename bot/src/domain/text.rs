//! Length of texts as WhatsApp's limits are counted here: in UTF-16 units, cut on whole characters
//! as people see them.

use unicode_segmentation::UnicodeSegmentation;

const ELLIPSIS: &str = "…";

/// The length of a text in UTF-16 units, the strictest reading of Meta's "characters".
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The text itself when it fits, else as many whole grapheme clusters as fit with a `…` behind them.
pub fn cut(text: &str, max_units: usize) -> String {
    if units(text) <= max_units {
        return text.to_owned();
    }
    let Some(mut room) = max_units.checked_sub(units(ELLIPSIS)) else {
        return String::new();
    };
    let mut kept = String::new();
    for cluster in text.graphemes(true) {
        let Some(left) = room.checked_sub(units(cluster)) else {
            break;
        };
        room = left;
        kept.push_str(cluster);
    }
    kept.truncate(kept.trim_end().len());
    kept + ELLIPSIS
}

/// The text in parts that fit; together they are the whole text. Parts end after a blank where one is
/// near, and never within a character as people see it, unless that alone is longer than a part.
pub fn parts(text: &str, max_units: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while units(rest) > max_units {
        let (part, after) = rest.split_at(end_of_part(rest, max_units));
        parts.push(part);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// Where, in bytes, the first part of a text ends that is longer than a part may be.
fn end_of_part(text: &str, max_units: usize) -> usize {
    let (mut end, mut used, mut blank) = (0, 0, None);
    for cluster in text.graphemes(true) {
        used += units(cluster);
        if used > max_units {
            break;
        }
        end += cluster.len();
        if cluster.chars().all(char::is_whitespace) {
            blank = Some((end, used));
        }
    }
    match blank {
        Some((at, used)) if used > max_units - max_units / 8 => at,
        _ if end > 0 => end,
        _ => within_cluster(text, max_units),
    }
}

/// At least one scalar, so that there is always an end.
fn within_cluster(text: &str, max_units: usize) -> usize {
    let (mut end, mut used) = (0, 0);
    for c in text.chars() {
        used += c.len_utf16();
        if used > max_units && end > 0 {
            break;
        }
        end += c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn length_counts_utf16_units() {
        for (text, expected) in [("", 0), ("abc", 3), ("ñ", 1), ("😀", 2), ("👩‍🔧", 5)] {
            assert_eq!(units(text), expected, "{text}");
        }
    }

    #[test]
    fn texts_are_cut_between_whole_clusters() {
        let cases = [
            ("hello", 5, "hello"),
            ("hello!", 5, "hell…"),
            ("hi there", 4, "hi…"),
            ("ab😀", 4, "ab😀"),
            ("ab😀c", 4, "ab…"),
            ("a👩‍🔧b", 6, "a…"),
            ("e\u{301}e\u{301}e\u{301}", 4, "e\u{301}…"),
            ("anything", 1, "…"),
            ("anything", 0, ""),
        ];
        for (text, max, expected) in cases {
            assert_eq!(cut(text, max), expected, "{text} to {max}");
        }
    }

    #[test]
    fn parts_end_after_words_and_keep_characters_whole() {
        let cases: [(&str, usize, &[&str]); 6] = [
            ("", 5, &[]),
            ("hello", 5, &["hello"]),
            ("hello you", 8, &["hello yo", "u"]),
            ("12345678901234 67890", 16, &["12345678901234 ", "67890"]),
            ("ab😀c", 3, &["ab", "😀c"]),
            ("e\u{301}\u{301}\u{301}", 3, &["e\u{301}\u{301}", "\u{301}"]),
        ];
        for (text, max, expected) in cases {
            assert_eq!(parts(text, max), expected, "{text} in {max}");
        }
    }

    proptest! {
        #[test]
        fn parts_fit_and_lose_nothing(text in any::<String>(), max in 2usize..40) {
            let parts = parts(&text, max);
            prop_assert!(parts.iter().all(|part| (1..=max).contains(&units(part))));
            prop_assert_eq!(parts.concat(), text);
        }

        #[test]
        fn a_cut_text_never_exceeds_the_limit(text in "\\PC{0,60}", max in 0usize..40) {
            let short = cut(&text, max);
            prop_assert!(units(&short) <= max);
            if units(&text) <= max {
                prop_assert_eq!(&short, &text);
            } else if max > 0 {
                let kept = short.strip_suffix(ELLIPSIS).unwrap();
                prop_assert!(text.starts_with(kept));
            }
        }
    }
}
