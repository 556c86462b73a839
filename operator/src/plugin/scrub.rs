//! Masks what a report may not show: credentials in addresses, values of tokens, and numbers long enough to be a phone.

/// Longest number that is left as it is: codes, ports and counts.
const SHORT: usize = 6;

/// A number of so many digits is masked also where letters touch it.
const LONG: usize = 10;

/// A text without secrets and phone numbers. `keep` are words that look like numbers and are none.
pub(super) fn scrub(text: &str, keep: &[&str]) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    let text: String = words.map(credentials).collect();
    numbers(&text, keep)
}

/// A word with the space behind it: `scheme://user:password@host` loses what stands before the `@`; `token=…`, `password: …` and the like their values.
fn credentials(word: &str) -> String {
    let text = word.trim_end();
    let space = word.get(text.len()..).unwrap_or_default();
    format!("{}{space}", without_credentials(text))
}

fn without_credentials(word: &str) -> String {
    if let Some((scheme, rest)) = word.split_once("://")
        && let Some((_, host)) = rest.rsplit_once('@')
    {
        return format!("{scheme}://***@{host}");
    }
    let lower = word.to_ascii_lowercase();
    let secret = [
        "token",
        "secret",
        "password",
        "authorization",
        "apikey",
        "api_key",
    ]
    .iter()
    .any(|name| lower.contains(name));
    match word.find('=') {
        Some(at) if secret => format!("{}***", word.get(..=at).unwrap_or_default()),
        _ if lower.starts_with("eaa") && word.len() > 40 => "***".to_owned(),
        _ => word.to_owned(),
    }
}

fn numbers(text: &str, keep: &[&str]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let run = if first == '+' {
            phone(rest)
        } else if first.is_ascii_digit() {
            digits(rest)
        } else {
            0
        };
        let (head, tail) = rest.split_at(if run > 0 { run } else { first.len_utf8() });
        let count = head.bytes().filter(u8::is_ascii_digit).count();
        let alone =
            !before.is_alphanumeric() && !tail.starts_with(|next: char| next.is_alphanumeric());
        let shown = count <= SHORT || (count < LONG && !alone) || keep.contains(&head);
        if run > 0 && !shown {
            masked.push_str("***");
        } else {
            masked.push_str(head);
        }
        before = head.chars().next_back().unwrap_or(' ');
        rest = tail;
    }
    masked
}

/// Length of the digits at the start.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Length of an international number at the start, which may have spaces, dashes and brackets in it.
fn phone(text: &str) -> usize {
    let run = text
        .bytes()
        .skip(1)
        .take_while(|byte| byte.is_ascii_digit() || b" -()".contains(byte))
        .count();
    let end = text.get(..=run).unwrap_or_default();
    end.trim_end_matches(|last: char| !last.is_ascii_digit())
        .len()
}

#[cfg(test)]
mod tests {
    use super::scrub;

    #[test]
    fn what_may_not_be_shown_is_masked() {
        let cases = [
            (
                "can't reach postgres://handy:s3cret@postgres:5432/handy now",
                "can't reach postgres://***@postgres:5432/handy now",
            ),
            ("redis://:pa@ss@redis:6379/0", "redis://***@redis:6379/0"),
            ("accessToken=EAAB1234 is bad", "accessToken=*** is bad"),
            (
                "from 5215512345678 to +52 1 55 1234-5678.",
                "from *** to ***.",
            ),
            ("phone_number_id 106540352242922", "phone_number_id ***"),
            (
                "exit code 137 after 600000 ms on port 5432",
                "exit code 137 after 600000 ms on port 5432",
            ),
            (
                "pod handy-green-12ab345678-7d9f8 at 2026-11-24T18:15:45Z",
                "pod handy-green-12ab345678-7d9f8 at 2026-11-24T18:15:45Z",
            ),
            ("revision 0123456789 serves", "revision 0123456789 serves"),
            ("ñandú +5215512345678ñ wa5215512345678", "ñandú ***ñ wa***"),
        ];
        for (text, expected) in cases {
            assert_eq!(scrub(text, &["0123456789"]), expected);
        }
    }
}
