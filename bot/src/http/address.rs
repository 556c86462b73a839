//! Where a request comes from, also behind proxies.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

const FORWARDED: &str = "x-forwarded-for";
const SCHEME: &str = "x-forwarded-proto";

/// The caller's address. Each trusted proxy adds the address that it saw to the header's end, so only so
/// many entries from there can be believed.
pub(super) fn client(
    headers: &HeaderMap,
    extensions: &Extensions,
    trusted_proxies: usize,
) -> IpAddr {
    let forwarded = headers
        .get_all(FORWARDED)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect::<Vec<_>>();
    let believed = trusted_proxies
        .checked_sub(1)
        .and_then(|back| forwarded.iter().rev().nth(back))
        .and_then(|text| text.parse::<IpAddr>().ok());
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    // Without either, as in a test of the router alone, all callers are one.
    believed
        .or(peer)
        .unwrap_or(IpAddr::from([0, 0, 0, 0]))
        .to_canonical()
}

/// Whether the browser speaks TLS. Who lies about it harms their own cookie only.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    headers.get(SCHEME).is_some_and(|value| value == "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(forwarded: &[&'static str], trusted: usize) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED, value.parse().unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 1234))));
        client(&headers, &extensions, trusted).to_string()
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        assert_eq!(seen(&["1.1.1.1"], 0), "10.0.0.9");
        assert_eq!(seen(&["6.6.6.6, 1.1.1.1"], 1), "1.1.1.1");
        assert_eq!(seen(&["6.6.6.6", "1.1.1.1, 2.2.2.2"], 2), "1.1.1.1");
        assert_eq!(seen(&[], 1), "10.0.0.9");
        assert_eq!(seen(&["unknown"], 1), "10.0.0.9");
        assert_eq!(seen(&["1.1.1.1"], 2), "10.0.0.9");
    }
}
