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

    proptest! {
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
