//! Reads and moves the work fence through the internal port of the bot's pods: who works inbox, outbox and timers. The
//! same port tells what a pod has counted.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use reqwest::Method;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ubermench_crds::WorkOwner;

use crate::rollout::Counts;
use crate::transport::{Answer, Call, Silence, Transport};

/// The bot's internal port.
const PORT: u16 = 8081;

/// How long a pod may take to tell what it knows.
const READ_LIMIT: Duration = Duration::from_secs(1);

/// How long a pod may take to move the work: it waits for the transactions under way.
const MOVE_LIMIT: Duration = Duration::from_secs(3);

/// Why the work was not read or moved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No pod could be asked.
    #[error("no pod is ready to be asked")]
    NoPod,
    /// The pod did not answer.
    #[error("pod at {ip} did not answer")]
    Call {
        /// Its address.
        ip: String,
        /// Why not.
        #[source]
        source: Silence,
    },
    /// The pod's answer makes no sense.
    #[error("the answer of the pod at {ip} can't be read")]
    Garbled {
        /// Its address.
        ip: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// The pod answered something else.
    #[error("pod at {ip} answered {status}")]
    Refused {
        /// Its address.
        ip: String,
        /// The HTTP status.
        status: u16,
    },
}

/// Somebody else has set a greater epoch.
const CONFLICT: u16 = 409;

/// The row as it goes over the wire.
#[derive(Deserialize)]
struct Row {
    epoch: i64,
    revision: String,
}

/// The way to the fence.
pub struct Fence<'a> {
    /// The way to the pods.
    pub pods: &'a dyn Transport,
    /// Bearer token of the internal port.
    pub token: &'a SecretString,
}

impl Fence<'_> {
    /// Who works now, by the first pod that knows.
    pub async fn read(&self, ips: &[String]) -> Result<WorkOwner, Error> {
        let mut calls: FuturesUnordered<_> = ips.iter().map(|ip| self.read_at(ip)).collect();
        let mut last = Error::NoPod;
        while let Some(answer) = calls.next().await {
            match answer {
                Ok(owner) => return Ok(owner),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Moves the work, through one pod after the other until one has done it. A greater epoch that someone else set is
    /// no error: the next read shows it.
    pub async fn move_to(&self, ips: &[String], owner: &WorkOwner) -> Result<(), Error> {
        let mut last = Error::NoPod;
        for ip in ips {
            match self.move_at(ip, owner).await {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// What pods have counted, by address; those that don't answer are left out.
    pub async fn counts(&self, ips: &[String]) -> BTreeMap<String, Counts> {
        let calls: FuturesUnordered<_> = ips
            .iter()
            .map(async |ip| Some((ip.clone(), self.ask(ip, "counts").await.ok()?)))
            .collect();
        calls.filter_map(std::future::ready).collect().await
    }

    async fn read_at(&self, ip: &str) -> Result<WorkOwner, Error> {
        let row: Row = self.ask(ip, "work").await?;
        Ok(WorkOwner {
            epoch: row.epoch,
            revision: row.revision,
        })
    }

    async fn ask<T: DeserializeOwned>(&self, ip: &str, what: &str) -> Result<T, Error> {
        let answer = self.call(ip, what, Method::GET, None, READ_LIMIT).await?;
        if !answer.is_success() {
            return Err(refused(ip, &answer));
        }
        serde_json::from_slice(&answer.body).map_err(|source| Error::Garbled {
            ip: ip.to_owned(),
            source,
        })
    }

    async fn move_at(&self, ip: &str, owner: &WorkOwner) -> Result<(), Error> {
        let row = json!({"epoch": owner.epoch, "revision": owner.revision});
        let answer = self
            .call(ip, "work", Method::PUT, Some(row), MOVE_LIMIT)
            .await?;
        if answer.is_success() || answer.status == CONFLICT {
            Ok(())
        } else {
            Err(refused(ip, &answer))
        }
    }

    async fn call(
        &self,
        ip: &str,
        what: &str,
        method: Method,
        body: Option<Value>,
        limit: Duration,
    ) -> Result<Answer, Error> {
        let call = Call {
            method,
            url: address(ip, what),
            token: Some(self.token),
            body,
            limit,
        };
        self.pods.call(call).await.map_err(|source| Error::Call {
            ip: ip.to_owned(),
            source,
        })
    }
}

fn refused(ip: &str, answer: &Answer) -> Error {
    Error::Refused {
        ip: ip.to_owned(),
        status: answer.status,
    }
}

fn address(ip: &str, what: &str) -> String {
    if ip.contains(':') {
        format!("http://[{ip}]:{PORT}/internal/{what}")
    } else {
        format!("http://{ip}:{PORT}/internal/{what}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_pods_tell_them() {
        let told = r#"{"samples":4,"errors":2,"databaseErrors":1,"latency":[{"upToMicroseconds":2500,"samples":2}],"database":true}"#;
        let counts: Counts = serde_json::from_str(told).unwrap();
        assert_eq!((counts.samples, counts.errors), (4, 2));
        assert_eq!((counts.database_errors, counts.database), (1, true));
        assert_eq!(counts.latency[0].up_to_microseconds, 2_500);
    }

    #[test]
    fn addresses_of_both_families_are_written_right() {
        assert_eq!(
            address("10.0.0.7", "work"),
            "http://10.0.0.7:8081/internal/work"
        );
        assert_eq!(
            address("fd00::7", "counts"),
            "http://[fd00::7]:8081/internal/counts"
        );
    }
}
