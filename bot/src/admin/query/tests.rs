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
