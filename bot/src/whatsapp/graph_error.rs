//! What an error answer of the Graph API asks for. The code decides; the HTTP status only where the
//! code is absent or unknown, since Meta answers rate limits with 400.

use std::ops::RangeInclusive;

/// What to do about a failed send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A passing fault: try again, later each time.
    Retry,
    /// This recipient gets too many: slow down for them alone.
    Recipient,
    /// The number sends too much: slow down for everybody.
    Throttled,
    /// Token, permission or account: keep all messages, tell the operator, try again.
    Authorisation,
    /// This message will never go: give it up, the next ones follow.
    Permanent,
}

impl Class {
    /// Whether the message stays in the outbox.
    pub fn is_retried(self) -> bool {
        match self {
            Self::Retry | Self::Recipient | Self::Throttled | Self::Authorisation => true,
            Self::Permanent => false,
        }
    }

    /// The name used in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Recipient => "recipient",
            Self::Throttled => "throttled",
            Self::Authorisation => "authorisation",
            Self::Permanent => "permanent",
        }
    }
}

const CODES: &[(RangeInclusive<i64>, Class)] = &[
    // Unknown fault, overload, maintenance.
    (1..=2, Class::Retry),
    (131_000..=131_000, Class::Retry),
    (131_016..=131_016, Class::Retry),
    (131_057..=131_057, Class::Retry),
    (133_004..=133_004, Class::Retry),
    // Rates: one recipient, the number, the app, the account.
    (131_056..=131_056, Class::Recipient),
    (130_429..=130_429, Class::Throttled),
    (4..=4, Class::Throttled),
    (80_007..=80_007, Class::Throttled),
    // Token and permissions.
    (0..=0, Class::Authorisation),
    (3..=3, Class::Authorisation),
    (10..=10, Class::Authorisation),
    (190..=190, Class::Authorisation),
    (200..=299, Class::Authorisation),
    (131_005..=131_005, Class::Authorisation),
    // The account is blocked, locked, unpaid or not registered, or Meta takes what it sends for spam.
    (368..=368, Class::Authorisation),
    (130_497..=130_497, Class::Authorisation),
    (131_031..=131_031, Class::Authorisation),
    (131_042..=131_042, Class::Authorisation),
    (131_045..=131_045, Class::Authorisation),
    (133_010..=133_010, Class::Authorisation),
    (131_048..=131_048, Class::Authorisation),
    (131_064..=131_064, Class::Authorisation),
    // Bad request or type, recipient that cannot get it, closed window, opt-out, media.
    (33..=33, Class::Permanent),
    (100..=100, Class::Permanent),
    (130_403..=130_403, Class::Permanent),
    (130_472..=130_472, Class::Permanent),
    (131_008..=131_009, Class::Permanent),
    (131_021..=131_021, Class::Permanent),
    (131_026..=131_026, Class::Permanent),
    (131_030..=131_030, Class::Permanent),
    (131_047..=131_047, Class::Permanent),
    (131_049..=131_053, Class::Permanent),
    (131_062..=131_062, Class::Permanent),
    (132_000..=132_999, Class::Permanent),
    (135_000..=135_000, Class::Permanent),
];

/// Classes an error answer by its HTTP status and the code in its body, if it has one.
pub fn classify(http_status: u16, code: Option<i64>) -> Class {
    let by_code = code.and_then(|code| {
        CODES
            .iter()
            .find(|(codes, _)| codes.contains(&code))
            .map(|(_, class)| *class)
    });
    by_code.unwrap_or(match http_status {
        401 | 403 => Class::Authorisation,
        429 => Class::Throttled,
        408 => Class::Retry,
        400..=499 => Class::Permanent,
        _ => Class::Retry,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_whatever_the_status() {
        let cases: &[(Class, &[i64])] = &[
            (Class::Retry, &[1, 2, 131_000, 131_016, 131_057, 133_004]),
            (Class::Recipient, &[131_056]),
            (Class::Throttled, &[4, 80_007, 130_429]),
            (
                Class::Authorisation,
                &[
                    0, 3, 10, 190, 200, 250, 299, 368, 130_497, 131_005, 131_031, 131_042, 131_045,
                    131_048, 131_064, 133_010,
                ],
            ),
            (
                Class::Permanent,
                &[
                    33, 100, 130_403, 130_472, 131_008, 131_009, 131_021, 131_026, 131_030,
                    131_047, 131_049, 131_050, 131_051, 131_052, 131_053, 131_062, 132_000,
                    132_001, 132_069, 135_000,
                ],
            ),
        ];
        for (class, codes) in cases {
            for code in *codes {
                for status in [400, 401, 429, 500] {
                    assert_eq!(
                        classify(status, Some(*code)),
                        *class,
                        "{code} with {status}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_status_decides_where_no_known_code_does() {
        let cases = [
            (400, Class::Permanent),
            (401, Class::Authorisation),
            (403, Class::Authorisation),
            (404, Class::Permanent),
            (408, Class::Retry),
            (429, Class::Throttled),
            (500, Class::Retry),
            (503, Class::Retry),
            (302, Class::Retry),
        ];
        for (status, class) in cases {
            assert_eq!(classify(status, None), class, "{status}");
            assert_eq!(classify(status, Some(999_999)), class, "{status}");
        }
    }

    #[test]
    fn no_code_stands_in_the_table_twice() {
        for (index, (codes, _)) in CODES.iter().enumerate() {
            for (later, _) in &CODES[index + 1..] {
                assert!(
                    codes.end() < later.start() || later.end() < codes.start(),
                    "{later:?}"
                );
            }
        }
    }

    #[test]
    fn only_permanent_errors_give_a_message_up() {
        let classes = [
            Class::Retry,
            Class::Recipient,
            Class::Throttled,
            Class::Authorisation,
            Class::Permanent,
        ];
        let names: std::collections::HashSet<_> = classes.map(Class::name).into();
        assert_eq!(names.len(), classes.len());
        for class in classes {
            assert_eq!(class.is_retried(), class != Class::Permanent);
        }
    }
}
