//! Kubernetes' quantities (`50m`, `64Mi`, `1e3`), as far as they must be compared.

/// Whether `request` is above `limit`; false where one is no quantity.
pub(super) fn exceeds(request: &str, limit: &str) -> bool {
    // Binary fractions of decimal numbers differ in the last digits.
    const TOLERANCE: f64 = 1e-9;
    matches!((parse(request), parse(limit)), (Some(request), Some(limit)) if request > limit * (1.0 + TOLERANCE))
}

/// The amount; `None` for what is no quantity or negative.
pub(super) fn parse(text: &str) -> Option<f64> {
    let end = text
        .find(|each: char| !each.is_ascii_digit() && each != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    Some(number * factor(suffix)?)
}

fn factor(suffix: &str) -> Option<f64> {
    let power = match suffix {
        "" => return Some(1.0),
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        "Ki" => return Some(1024_f64),
        "Mi" => return Some(1024_f64.powi(2)),
        "Gi" => return Some(1024_f64.powi(3)),
        "Ti" => return Some(1024_f64.powi(4)),
        "Pi" => return Some(1024_f64.powi(5)),
        "Ei" => return Some(1024_f64.powi(6)),
        exponent => exponent.strip_prefix(['e', 'E'])?.parse().ok()?,
    };
    Some(10_f64.powi(power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_compared_by_amount() {
        let cases = [
            ("1", "500m", true),
            ("500m", "1", false),
            ("1100m", "1.1", false),
            ("1", "1000m", false),
            ("64Mi", "64M", true),
            ("1Gi", "1024Mi", false),
            ("1e3", "1k", false),
            ("1E", "1e18", false),
            ("2", "lots", false),
            (".5", "0.4", true),
        ];
        for (request, limit, above) in cases {
            assert_eq!(exceeds(request, limit), above, "{request} > {limit}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in [
            "", "-1", "lots", "1.2.3", "1 Gi", "1gi", "1ee3", "Mi", "1eMi",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
