//! Leadership by a Lease of the API server: one process acts, the others stand by.
//!
//! Each write carries the resourceVersion that it was decided on, so two processes can't both take the lease. A
//! follower measures the holder's silence on its own clock, from when it saw the lease change; wall clocks are written
//! for people and compared with nothing. A holder gives up before a follower may take over.

mod record;

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::{Api, PostParams};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::http::Standing;
use record::{Claim, Sight};

/// How a process takes part in the election.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name of the lease.
    pub name: String,
    /// Name of this process. A lease held under it is taken again at once.
    pub identity: String,
    /// How long the lease is good for without renewal.
    pub duration: Duration,
    /// Wall clock, for the times in the lease.
    pub clock: fn() -> Timestamp,
}

/// The lease is lost: the process must end.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// Another process holds it.
    #[error("the lease is held by {holder:?}")]
    Taken {
        /// Its name.
        holder: String,
    },
    /// It could not be renewed in time.
    #[error("the lease could not be renewed in time")]
    Expired(#[source] Failure),
}

/// An attempt to read or write the lease failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The API server refused.
    #[error("the API server did not take the lease")]
    Api(#[source] kube::Error),
    /// It did not answer.
    #[error("the API server did not answer in time")]
    Silence,
}

/// A process that wants to lead.
#[derive(Debug)]
pub struct Candidate {
    api: Api<Lease>,
    settings: Settings,
    standing: watch::Sender<Standing>,
}

/// A process that leads. Dropping it keeps the lease until it expires; [`Leader::release`] gives it back.
#[derive(Debug)]
pub struct Leader {
    candidate: Candidate,
    lease: Lease,
    renewed: Instant,
}

impl Candidate {
    /// Takes part in the election over `api`'s namespace; what `/readyz` says goes to `standing`.
    pub fn new(api: Api<Lease>, settings: Settings, standing: watch::Sender<Standing>) -> Self {
        Self {
            api,
            settings,
            standing,
        }
    }

    /// Waits until the lease is free and takes it; `None` if `stop` came first.
    pub async fn acquire(self, stop: &CancellationToken) -> Option<Leader> {
        let mut sight = Sight::default();
        let mut heard = Instant::now();
        loop {
            let asked = Instant::now();
            match self.try_acquire(&mut sight).await {
                Ok(Some(lease)) => {
                    self.standing.send_replace(Standing::Leading);
                    tracing::info!(
                        lease.name = self.settings.name,
                        lease.holder = self.settings.identity,
                        "leading"
                    );
                    return Some(Leader {
                        candidate: self,
                        lease,
                        renewed: asked,
                    });
                }
                Ok(None) => {
                    heard = asked;
                    self.stand_by(&sight);
                }
                Err(failure) => {
                    tracing::warn!(
                        error = chain(&failure),
                        "the lease can't be read or taken, trying again"
                    );
                    if heard.elapsed() > self.settings.duration {
                        self.standing.send_replace(Standing::Apart);
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                () = sleep(self.retry_interval()) => {}
            }
        }
    }

    async fn try_acquire(&self, sight: &mut Sight) -> Result<Option<Lease>, Failure> {
        let found = self.call(self.api.get_opt(&self.settings.name)).await?;
        let Some(lease) = found else {
            let lease = record::claimed(self.claim(), None);
            let created = self
                .call(self.api.create(&PostParams::default(), &lease))
                .await;
            return unless_conflict(created);
        };
        if !sight.is_free(
            &lease,
            &self.settings.identity,
            self.settings.duration,
            Instant::now(),
        ) {
            return Ok(None);
        }
        let claimed = record::claimed(self.claim(), Some(&lease));
        unless_conflict(self.replace(&claimed).await)
    }

    fn stand_by(&self, sight: &Sight) {
        let before = self.standing.send_replace(Standing::StandingBy);
        if before != Standing::StandingBy {
            tracing::info!(
                lease.name = self.settings.name,
                lease.holder = sight.holder(),
                "standing by: another process leads"
            );
        }
    }

    async fn replace(&self, lease: &Lease) -> Result<Lease, Failure> {
        self.call(
            self.api
                .replace(&self.settings.name, &PostParams::default(), lease),
        )
        .await
    }

    async fn call<T>(&self, request: impl Future<Output = kube::Result<T>>) -> Result<T, Failure> {
        match timeout(self.renew_interval(), request).await {
            Ok(answer) => answer.map_err(Failure::Api),
            Err(_) => Err(Failure::Silence),
        }
    }

    fn claim(&self) -> Claim<'_> {
        Claim {
            name: &self.settings.name,
            identity: &self.settings.identity,
            duration: self.settings.duration,
            now: (self.settings.clock)(),
        }
    }

    fn renew_interval(&self) -> Duration {
        self.settings.duration / 3
    }

    /// A released lease is seen after this at the latest.
    fn retry_interval(&self) -> Duration {
        self.settings.duration / 20
    }
}

impl Leader {
    /// Renews the lease until `stop`.
    ///
    /// # Errors
    /// When it is lost. Nothing may be written from then on.
    pub async fn keep(&mut self, stop: &CancellationToken) -> Result<(), Lost> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = sleep(self.candidate.renew_interval()) => {}
            }
            self.renew().await.inspect_err(|_| {
                self.candidate.standing.send_replace(Standing::Apart);
            })?;
        }
    }

    /// Tries until it is renewed, or until two thirds of its time are over.
    async fn renew(&mut self) -> Result<(), Lost> {
        let give_up = self.renewed + self.candidate.renew_interval() * 2;
        loop {
            let asked = Instant::now();
            match self.try_renew().await {
                Ok(lease) => {
                    self.lease = lease;
                    self.renewed = asked;
                    return Ok(());
                }
                Err(Renewal::Taken(holder)) => return Err(Lost::Taken { holder }),
                Err(Renewal::Failed(failure)) => {
                    if Instant::now() >= give_up {
                        return Err(Lost::Expired(failure));
                    }
                    tracing::warn!(
                        error = chain(&failure),
                        "the lease can't be renewed, trying again"
                    );
                }
            }
            sleep(self.candidate.retry_interval()).await;
        }
    }

    async fn try_renew(&self) -> Result<Lease, Renewal> {
        let candidate = &self.candidate;
        let renewed = candidate
            .replace(&record::renewed(candidate.claim(), &self.lease))
            .await;
        let conflict = match renewed {
            Err(Failure::Api(kube::Error::Api(status)))
                if status.is_conflict() || status.is_not_found() =>
            {
                status
            }
            answer => return answer.map_err(Renewal::Failed),
        };
        // An answer of an earlier renewal was lost, someone edited the lease, or another process took it.
        let found = candidate
            .call(candidate.api.get_opt(&candidate.settings.name))
            .await
            .map_err(Renewal::Failed)?;
        let Some(found) = found else {
            // Deleted by hand: whoever makes it first leads. A conflict means that it was another process.
            let lease = record::claimed(candidate.claim(), None);
            let created = candidate
                .call(candidate.api.create(&PostParams::default(), &lease))
                .await;
            return created.map_err(Renewal::Failed);
        };
        if record::holder(&found) != Some(candidate.settings.identity.as_str()) {
            return Err(Renewal::Taken(
                record::holder(&found).unwrap_or_default().to_owned(),
            ));
        }
        tracing::debug!(
            reason = status_reason(&conflict),
            "the lease was changed, renewing on top"
        );
        candidate
            .replace(&record::renewed(candidate.claim(), &found))
            .await
            .map_err(Renewal::Failed)
    }

    /// Gives the lease back, so that another process takes it at once.
    pub async fn release(self) {
        let candidate = &self.candidate;
        candidate.standing.send_replace(Standing::Apart);
        match candidate
            .replace(&record::released(candidate.claim(), &self.lease))
            .await
        {
            Ok(_) => tracing::info!(
                lease.name = candidate.settings.name,
                "the lease is given back"
            ),
            // It expires by itself.
            Err(failure) => {
                tracing::warn!(error = chain(&failure), "the lease could not be given back");
            }
        }
    }
}

/// Why a renewal did not happen.
enum Renewal {
    Taken(String),
    Failed(Failure),
}

/// Someone else was faster: look again.
fn unless_conflict(answer: Result<Lease, Failure>) -> Result<Option<Lease>, Failure> {
    match answer {
        Err(Failure::Api(kube::Error::Api(status)))
            if status.code == 409 || status.is_not_found() =>
        {
            Ok(None)
        }
        answer => answer.map(Some),
    }
}

fn status_reason(status: &kube::core::Status) -> &str {
    &status.reason
}

fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |cause| cause.source())
        .fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests;
