//! The only reader of the environment: typed settings, all problems told at once.

use std::env;
use std::net::{IpAddr, SocketAddr};

use secrecy::SecretString;
use ubermench_simulator::{Conduct, Settings, Strangers, WindowRule};

/// All that the program is told from outside.
#[derive(Debug)]
pub(crate) struct Config {
    /// The simulator's settings.
    pub(crate) settings: Settings,
    /// Which log lines are written: a level, or `tracing` directives.
    pub(crate) log_level: String,
}

/// What is wrong with the environment, one problem a line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settings are not usable:\n  {}", .0.join("\n  "))]
pub(crate) struct InvalidConfig(Vec<String>);

impl Config {
    /// Reads the process's environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub(crate) fn from_env() -> Result<Self, InvalidConfig> {
        Self::read(|name| env::var_os(name).map(|value| value.into_string().unwrap_or_default()))
    }

    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidConfig> {
        let mut reader = Reader {
            lookup,
            problems: Vec::new(),
        };
        let address = reader.parsed("BIND_ADDRESS", "0.0.0.0", "an IP address", |text| {
            text.parse::<IpAddr>().ok()
        });
        let port = reader.parsed("SIMULATOR_PORT", "8090", "a port number", |text| {
            text.parse::<u16>().ok()
        });
        let default_url = "http://handy.ubermench.svc/api/webhook";
        let url = reader.parsed("WEBHOOK_URL", default_url, "an http or https URL", |text| {
            let rest = text
                .strip_prefix("http://")
                .or_else(|| text.strip_prefix("https://"))?;
            (!rest.is_empty() && !rest.starts_with('/')).then(|| text.to_owned())
        });
        let app_secret = reader.secret("APP_SECRET");
        let verify_token = reader.secret("VERIFY_TOKEN");
        let access_token = reader.secret("ACCESS_TOKEN");
        let defaults = Settings::default();
        let digits = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| text.to_owned())
        };
        let id = &defaults.phone_number_id;
        let phone_number_id = reader.parsed("PHONE_NUMBER_ID", id, "digits", digits);
        let number = &defaults.display_phone_number;
        let display_phone_number = reader.parsed("DISPLAY_PHONE_NUMBER", number, "digits", digits);
        let statuses = reader.parsed("STATUS_WEBHOOKS", "on", "on or off", on_or_off);
        let conduct = conduct(&mut reader);
        let business_name = reader
            .value("BUSINESS_NAME")
            .unwrap_or_else(|| defaults.business_name.clone());
        let log_level = reader
            .value("LOG_LEVEL")
            .unwrap_or_else(|| "info".to_owned());
        let settings = || {
            Some(Settings {
                listen: SocketAddr::new(address?, port?),
                webhook_url: Some(url?),
                app_secret: app_secret?,
                verify_token: verify_token?,
                access_token: access_token?,
                phone_number_id: phone_number_id?,
                display_phone_number: display_phone_number?,
                business_name,
                status_webhooks: statuses?,
                conduct: conduct?,
                ..defaults
            })
        };
        // Each value that is missing here has left its problem.
        let settings = settings().ok_or(InvalidConfig(reader.problems))?;
        Ok(Self {
            settings,
            log_level,
        })
    }
}

fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// How the platform behaves at the start.
fn conduct<L: Fn(&str) -> Option<String>>(reader: &mut Reader<L>) -> Option<Conduct> {
    let wanted = "at_once, later or off";
    let window = reader.parsed("WINDOW", "at_once", wanted, |text| match text {
        "at_once" => Some(WindowRule::AtOnce),
        "later" => Some(WindowRule::Later),
        "off" => Some(WindowRule::Off),
        _ => None,
    });
    let wanted = "open or closed";
    let strangers = reader.parsed("WINDOW_STRANGERS", "open", wanted, |text| match text {
        "open" => Some(Strangers::Open),
        "closed" => Some(Strangers::Closed),
        _ => None,
    });
    Some(Conduct {
        window: window?,
        strangers: strangers?,
        ..Conduct::default()
    })
}

/// Collects problems while values are read.
struct Reader<L> {
    lookup: L,
    problems: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn value(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        default: &str,
        wanted: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name);
        let parsed = parse(value.as_deref().unwrap_or(default));
        if parsed.is_none() {
            self.problems.push(format!("{name}: must be {wanted}"));
        }
        parsed
    }

    fn secret(&mut self, name: &str) -> Option<SecretString> {
        let value = self.value(name);
        if value.is_none() {
            self.problems.push(format!("{name}: must be set"));
        }
        value.map(SecretString::from)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const SECRETS: [(&str, &str); 3] = [
        ("APP_SECRET", "a"),
        ("VERIFY_TOKEN", "v"),
        ("ACCESS_TOKEN", "t"),
    ];

    fn read(pairs: &[(&str, &str)]) -> Result<Config, InvalidConfig> {
        Config::read(|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn three_secrets_are_enough() {
        let config = read(&SECRETS).unwrap();
        assert_eq!(config.settings.listen.to_string(), "0.0.0.0:8090");
        assert_eq!(config.settings.phone_number_id, "106540352242922");
        assert!(config.settings.status_webhooks);
        assert_eq!(config.settings.access_token.expose_secret(), "t");
        assert!(!format!("{config:?}").contains("\"t\""));
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let bad = [
            ("BIND_ADDRESS", "here"),
            ("SIMULATOR_PORT", "80900"),
            ("WEBHOOK_URL", "ftp://x"),
            ("PHONE_NUMBER_ID", "+1"),
            ("STATUS_WEBHOOKS", "maybe"),
            ("WINDOW", "ajar"),
            ("WINDOW_STRANGERS", "few"),
            ("APP_SECRET", " "),
        ];
        let InvalidConfig(problems) = read(&bad).unwrap_err();
        let named: Vec<_> = problems
            .iter()
            .filter_map(|line| line.split(':').next())
            .collect();
        assert_eq!(
            named,
            [
                "BIND_ADDRESS",
                "SIMULATOR_PORT",
                "WEBHOOK_URL",
                "APP_SECRET",
                "VERIFY_TOKEN",
                "ACCESS_TOKEN",
                "PHONE_NUMBER_ID",
                "STATUS_WEBHOOKS",
                "WINDOW",
                "WINDOW_STRANGERS",
            ]
        );
    }
}
