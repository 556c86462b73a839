//! What can be asked for, what cannot, and properties that hold for any parameters.

use proptest::prelude::*;

use super::*;

const ZONE: Tz = chrono_tz::America::Mexico_City;

fn asked(pairs: &[(&str, &str)]) -> Parameters {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Parameters(owned.collect())
}

#[test]
fn pages_default_and_are_bounded() {
    let page = |pairs: &[(&str, &str)]| asked(pairs).page();
    assert_eq!(
        page(&[]).unwrap(),
        Page {
            number: 1,
            limit: 20
        }
    );
    assert_eq!(
        page(&[("page", "3"), ("limit", "100")]).unwrap().offset(),
        200
    );
    for bad in ["0", "-1", "x", "1.5", "99999999999999999999"] {
        assert_eq!(page(&[("page", bad)]).unwrap_err().name, "page");
    }
    assert_eq!(page(&[("limit", "101")]).unwrap_err().name, "limit");
}

#[test]
fn what_cannot_be_used_is_named() {
    let long = "x".repeat(201);
    for (name, value) in [
        ("role", "admin"),
        ("status", "gone"),
        ("search", long.as_str()),
        ("search", "a\0b"),
    ] {
        assert_eq!(asked(&[(name, value)]).users().unwrap_err().name, name);
    }
    assert!(asked(&[("online", "yes")]).providers().is_err());
    assert!(asked(&[("status", "paid")]).requests(ZONE).is_err());
    assert!(asked(&[("from", "31/01/2026")]).requests(ZONE).is_err());
    assert!(asked(&[("stars", "6")]).ratings().is_err());
    assert!(asked(&[("phone", "Ana")]).messages(ZONE).is_err());
    assert!(asked(&[("role", ""), ("status", " ")]).users().is_ok());
}

#[test]
fn phones_are_searched_in_the_stored_form() {
    let search = |text| asked(&[("search", text)]).users().unwrap().digits;
    assert_eq!(
        search("+52 1 55 5000 1001").as_deref(),
        Some("525550001001")
    );
    assert_eq!(search("1001").as_deref(), Some("1001"));
    assert_eq!(search("Ana 1001"), None);
}

#[test]
fn days_are_whole_days_of_the_zone() {
    let filter = asked(&[("from", "2026-01-31"), ("to", "2026-01-31")])
        .requests(ZONE)
        .unwrap();
    assert_eq!(
        filter.from.unwrap().to_rfc3339(),
        "2026-01-31T06:00:00+00:00"
    );
    assert_eq!(filter.to.unwrap().to_rfc3339(), "2026-02-01T06:00:00+00:00");
    let exact = asked(&[("to", "2026-01-31T12:00:00Z")])
        .requests(ZONE)
        .unwrap();
    assert_eq!(exact.to.unwrap().to_rfc3339(), "2026-01-31T12:00:00+00:00");
}

#[test]
fn periods_end_today_unless_asked_otherwise() {
    let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
    let daily = asked(&[]).periods(today).unwrap();
    assert_eq!((daily.to - daily.from).num_days(), 29);
    let weekly = asked(&[("period", "weekly")]).periods(today).unwrap();
    assert!(weekly.weekly && (weekly.to - weekly.from).num_days() == 77);
    for (from, to) in [("2026-04-01", "2026-03-01"), ("2020-01-01", "2026-03-01")] {
        let bad = asked(&[("from", from), ("to", to)]).periods(today);
        assert_eq!(bad.unwrap_err().name, "from");
    }
    assert!(asked(&[("period", "yearly")]).periods(today).is_err());
}

const NAMES: [&str; 16] = [
    "page",
    "limit",
    "search",
    "role",
    "status",
    "service_type",
    "online",
    "enabled",
    "from",
    "to",
    "direction",
    "stars",
    "phone",
    "type",
    "period",
    "other",
];

/// Values that mean something somewhere, edges of what is allowed, and anything.
fn values() -> impl Strategy<Value = String> {
    let words = "daily weekly true false in out sent customer active plumbing searching 0 1 5 100 1000000 \
                 9223372036854775807 -1 1970-01-01 9000-12-31 9001-01-01 +262142-12-31 -262143-01-01 \
                 +262143-12-31 1969-12-31T23:59:59Z 9999-12-31T23:59:59+23:59 2026-02-30 +5215550001001";
    prop_oneof![
        4 => prop::sample::select(words.split_whitespace().collect::<Vec<_>>()).prop_map(str::to_owned),
        2 => "[+-]?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2}))?",
        1 => "-?[0-9]{1,20}",
        1 => "[-+ ().0-9]{0,210}",
        2 => any::<String>(),
    ]
}

fn is_text(text: Option<&String>) -> bool {
    text.is_none_or(|text| (1..=MAX_TEXT).contains(&text.chars().count()) && !text.contains('\0'))
}

fn is_stored(time: Option<DateTime<Utc>>) -> bool {
    time.is_none_or(|time| is_sensible(time.date_naive()))
}

/// The parts that can be used; of the others each must name a known parameter.
fn usable<T>(read: Result<T, BadParameter>) -> Option<T> {
    read.inspect_err(|bad| assert!(NAMES.contains(&bad.name)))
        .ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn whatever_is_asked_is_bounded_or_refused(
        values in prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), values(), 0..8),
        zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
        days in 0..4_000_000_i32,
    ) {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value));
        let asked = Parameters(values.collect());
        if let Some(page) = usable(asked.page()) {
            prop_assert!((1..=MAX_LIMIT).contains(&page.limit));
            prop_assert!((0..MAX_PAGE * MAX_LIMIT).contains(&page.offset()));
        }
        if let Some(filter) = usable(asked.users()) {
            prop_assert!(is_text(filter.search.as_ref()) && is_text(filter.digits.as_ref()));
        }
        if let Some(filter) = usable(asked.providers()) {
            prop_assert!(is_text(filter.search.as_ref()));
        }
        if let Some(filter) = usable(asked.requests(zone)) {
            prop_assert!(is_stored(filter.from) && is_stored(filter.to));
        }
        if let Some(filter) = usable(asked.ratings()) {
            prop_assert!(filter.stars.is_none_or(|stars| (1..=5).contains(&stars)));
        }
        if let Some(filter) = usable(asked.messages(zone)) {
            prop_assert!(is_text(filter.digits.as_ref()) && is_text(filter.kind.as_ref()));
            prop_assert!(is_text(filter.search.as_ref()));
            prop_assert!(is_stored(filter.from) && is_stored(filter.to));
        }
        let today = NaiveDate::from_num_days_from_ce_opt(days).unwrap_or_default();
        if let Some(Periods { weekly, from, to }) = usable(asked.periods(today)) {
            let length = if weekly { 7 } else { 1 };
            prop_assert!((0..length * MAX_PERIODS).contains(&(to - from).num_days()));
        }
    }
}
