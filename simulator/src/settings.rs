//! What a simulator is started with. Reads nothing itself; the binary fills it from the environment.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use secrecy::SecretString;

use crate::platform::Conduct;

/// Settings of one simulator. The default suits tests: a free local port and fixed secrets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen. Default 127.0.0.1, any free port.
    pub listen: SocketAddr,
    /// Where webhooks go; none means that they are not sent. Default none.
    pub webhook_url: Option<String>,
    /// Key of the webhooks' signature. Default `simulator-app-secret`.
    pub app_secret: SecretString,
    /// Token shown when the webhook is verified. Default `simulator-verify-token`.
    pub verify_token: SecretString,
    /// Bearer token that the Graph API takes. Default `simulator-access-token`.
    pub access_token: SecretString,
    /// The business's number, as an id. Default `106540352242922`.
    pub phone_number_id: String,
    /// The business's number, as people see it, digits only. Default `15550783881`.
    pub display_phone_number: String,
    /// The business's name on the phones. Default `Handy`.
    pub business_name: String,
    /// Whether `sent`, `delivered` and `read` go out as webhooks. Default true.
    pub status_webhooks: bool,
    /// How often a webhook is tried.
    pub retry: Retry,
    /// How long one try of a webhook may take. Default 10 s.
    pub webhook_timeout: Duration,
    /// How much is remembered.
    pub memory: Memory,
    /// How the platform behaves at the start.
    pub conduct: Conduct,
}

/// How a webhook is tried again that was not answered 200: the wait doubles each time.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Tries in all, at least one. Default 10.
    pub attempts: u32,
    /// Wait after the first failed try. Default 500 ms.
    pub first_wait: Duration,
    /// The longest wait. Default 30 s.
    pub longest_wait: Duration,
}

impl Retry {
    /// The wait after the `attempt`-th failed try, counted from one.
    pub(crate) fn wait_after(self, attempt: u32) -> Duration {
        let factor = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.first_wait
            .saturating_mul(factor)
            .min(self.longest_wait)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 10,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
        }
    }
}

/// Bounds of what is remembered; the oldest is forgotten first and counted in the stats.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Recorded sends, and recorded read marks. Default 50 000 each.
    pub records: usize,
    /// Phones with a history. Default 2 000.
    pub chats: usize,
    /// Messages in one phone's history. Default 200.
    pub entries_per_chat: usize,
    /// Webhooks that wait to be sent. Default 20 000.
    pub queued_webhooks: usize,
    /// Bytes of all files, uploaded ones and those of people. Default 256 MiB.
    pub media_bytes: usize,
    /// People whose last message's time is known. Default 100 000.
    pub people: usize,
    /// Calls of the bot in the log, and webhooks that can be posted again. Default 1 000 each.
    pub log: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            records: 50_000,
            chats: 2_000,
            entries_per_chat: 200,
            queued_webhooks: 20_000,
            media_bytes: 256 * 1024 * 1024,
            people: 100_000,
            log: 1_000,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            webhook_url: None,
            app_secret: "simulator-app-secret".into(),
            verify_token: "simulator-verify-token".into(),
            access_token: "simulator-access-token".into(),
            phone_number_id: "106540352242922".to_owned(),
            display_phone_number: "15550783881".to_owned(),
            business_name: "Handy".to_owned(),
            status_webhooks: true,
            retry: Retry::default(),
            webhook_timeout: Duration::from_secs(10),
            memory: Memory::default(),
            conduct: Conduct::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let retry = Retry {
            attempts: 9,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(3),
        };
        let waits: Vec<_> = (1..=5).map(|n| retry.wait_after(n).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 3000, 3000]);
        assert_eq!(retry.wait_after(u32::MAX), Duration::from_secs(3));
    }
}
