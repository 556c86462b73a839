//! Settings of the process: flags, each also an environment variable. The only reader of the environment.

use std::net::IpAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Operator of `UbermenchDeployment`.
#[derive(Debug, Parser)]
#[command(name = "ubermench-operator", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reconcile until told to stop
    Run(Settings),
    /// Print the `CustomResourceDefinition` as YAML
    Crd,
}

/// Settings of `run`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Look after this namespace only; all if not given or empty
    #[arg(long, visible_alias = "namespace", env = "WATCH_NAMESPACE", value_parser = name_or_nothing)]
    pub watch_namespace: Option<String>,

    /// Namespace of the lease; if not given, the watched one, else that of the kubeconfig or service account
    #[arg(long, env = "POD_NAMESPACE", value_parser = name)]
    pub pod_namespace: Option<String>,

    /// Name under which the lease is held. The same name takes its lease again at once after a crash; host name and a
    /// random number if not given
    #[arg(long, env = "POD_NAME", value_parser = name)]
    pub pod_name: Option<String>,

    /// Name of the lease
    #[arg(long, env = "LEASE_NAME", default_value = "ubermench-operator", value_parser = name)]
    pub lease_name: String,

    /// Seconds after which a holder that was killed is succeeded
    #[arg(long, env = "LEASE_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(3..=300))]
    pub lease_seconds: u16,

    /// Address to listen on
    #[arg(long, env = "BIND_ADDRESS", default_value = "0.0.0.0")]
    pub bind_address: IpAddr,

    /// Port of /healthz and /readyz
    #[arg(long, env = "HTTP_PORT", default_value_t = 8080)]
    pub http_port: u16,

    /// Port of /metrics
    #[arg(long, env = "METRICS_PORT", default_value_t = 9090)]
    pub metrics_port: u16,

    /// Least level that is logged, or a filter such as `info,kube=debug`
    #[arg(long, env = "LOG_LEVEL", default_value = "info")]
    pub log_level: String,

    /// Form of the log
    #[arg(long, env = "LOG_FORMAT", default_value = "json")]
    pub log_format: LogFormat,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

impl Settings {
    /// How long a lease is good for without renewal.
    pub fn lease_duration(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.into())
    }

    /// The namespace to look after, if not all.
    pub fn watched(&self) -> Option<&str> {
        self.watch_namespace
            .as_deref()
            .filter(|namespace| !namespace.is_empty())
    }

    /// Namespace of the lease.
    pub fn lease_namespace<'a>(&'a self, fallback: &'a str) -> &'a str {
        self.pod_namespace
            .as_deref()
            .or(self.watched())
            .unwrap_or(fallback)
    }

    /// Name under which this process holds the lease.
    pub fn identity(&self) -> String {
        self.pod_name.clone().unwrap_or_else(|| {
            // A name for people; the number makes it unique.
            let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
            format!("{}-{:08x}", host.trim(), rand::random::<u32>())
        })
    }
}

/// A variable that is set to nothing counts as not set.
fn name_or_nothing(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        Ok(String::new())
    } else {
        name(text)
    }
}

fn name(text: &str) -> Result<String, &'static str> {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.'
    };
    if text.is_empty() || text.len() > 253 || !text.bytes().all(allowed) {
        return Err("must be a Kubernetes name: 1 to 253 of a-z, 0-9, - and .");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(flags: &[&str]) -> Result<Settings, String> {
        let line = ["ubermench-operator", "run"].iter().chain(flags);
        match Cli::try_parse_from(line)
            .map_err(|error| error.to_string())?
            .command
        {
            Command::Run(settings) => Ok(settings),
            Command::Crd => Err("crd".to_owned()),
        }
    }

    #[test]
    fn bad_flags_are_named() {
        let cases = [
            (["--http-port", "70000"], "--http-port"),
            (["--lease-seconds", "1"], "--lease-seconds"),
            (["--watch-namespace", "Not A Name"], "--watch-namespace"),
            (["--pod-name", ""], "--pod-name"),
            (["--bind-address", "localhost"], "--bind-address"),
            (["--log-format", "xml"], "--log-format"),
        ];
        for (flags, named) in cases {
            let error = settings(&flags).expect_err(named);
            assert!(error.contains(named), "{named}: {error}");
        }
    }

    #[test]
    fn lease_stands_where_the_pod_is() {
        let pod = settings(&["--pod-namespace", "system", "--namespace", "prod"]).unwrap();
        assert_eq!(pod.lease_namespace("default"), "system");
        assert_eq!(pod.watched(), Some("prod"));
        let watched = Settings {
            pod_namespace: None,
            ..pod.clone()
        };
        assert_eq!(watched.lease_namespace("default"), "prod");
        for nothing in [None, Some(String::new())] {
            let neither = Settings {
                watch_namespace: nothing,
                ..watched.clone()
            };
            assert_eq!(
                (neither.lease_namespace("default"), neither.watched()),
                ("default", None)
            );
        }
    }

    #[test]
    fn processes_without_a_name_differ() {
        let unnamed = Settings {
            pod_name: None,
            ..settings(&[]).unwrap()
        };
        assert_ne!(unnamed.identity(), unnamed.identity());
        let named = Settings {
            pod_name: Some("operator-0".to_owned()),
            ..unnamed
        };
        assert_eq!(named.identity(), "operator-0");
    }
}
